package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/face"
	"cetak/station/source"
)

// values are the flags of the commands that have some.
type values struct {
	sim, port, reader, socket, keys, inbox string
	office, desk, blank, language          string
	confirm                                int
	count, records                         int
	speed                                  float64
	baud                                   int
	untilEmpty, strict, noPeople           bool
	answer, cause                          string
	out, black                             string
	at, number                             string
	record, urgent                         string
	supervisor, role, kind                 string
	after                                  int64
	wait                                   int
}

func initFlags(f *flag.FlagSet, c *call) {
	v, d := &c.values, config.Default()
	f.StringVar(&v.sim, "sim", "", "folder of a running simulator: ports, reader, test keys, and blanks are taken from it")
	f.BoolVar(&v.strict, "strict", false, "with --sim: people sign in and shifts are opened, as on a real station")
	f.StringVar(&v.supervisor, "supervisor", "", "name of the first supervisor; the password from "+passwordEnv+" or typed")
	f.BoolVar(&v.noPeople, "no-people", false, "with --sim: no test people; their passwords take a second to make")
	f.StringVar(&v.port, "port", "", "the printer's device, for example /dev/serial/by-id/...")
	f.StringVar(&v.reader, "reader", "", "name of the PC/SC reader at the chip station")
	f.StringVar(&v.socket, "socket", "", "socket of the PC/SC service (default: the system's)")
	f.StringVar(&v.keys, "keys", "", "folder with station.jwk and centre.jwk")
	f.StringVar(&v.inbox, "inbox", "", "folder where bundles are dropped (default: inbox in the station folder)")
	f.StringVar(&v.office, "office", d.Station.Office, "name of the office")
	f.StringVar(&v.desk, "desk", d.Station.Desk, "name of the desk")
	f.StringVar(&v.blank, "blank", d.Station.Blank, "blanks in the feeder: WNI or WNA")
	f.StringVar(&v.language, "language", d.Station.Language, "id or en")
	f.IntVar(&v.confirm, "confirm-every", -1, "a person judges every n-th card, 0 = none (default: 1, on a simulator 0)")
}

func doInit(ctx context.Context, c *call) error {
	v, cfg := &c.values, config.Default()
	cfg.Station.Office, cfg.Station.Desk = v.office, v.desk
	cfg.Station.Blank, cfg.Station.Language = v.blank, v.language
	if v.sim != "" {
		cfg.Station.ConfirmEvery = 0
		cfg.People.SignIn, cfg.Shift.Required = v.strict, v.strict
	}
	if v.confirm >= 0 {
		cfg.Station.ConfirmEvery = v.confirm
	}
	if v.inbox != "" {
		cfg.Source.Inbox = v.inbox
	}
	if v.sim == "" && (v.port == "" || v.reader == "" || v.keys == "") {
		return usage("--port, --reader, and --keys are needed, or --sim for a simulator")
	}
	people, err := c.newcomers(ctx)
	if err != nil {
		return err
	}
	if v.sim != "" {
		err = assembly.InitSim(ctx, c.dir, v.sim, cfg)
	} else {
		cfg.Printer.Port, cfg.Reader.Name, cfg.Reader.Socket = v.port, v.reader, v.socket
		err = assembly.Init(ctx, c.dir, v.keys, cfg)
	}
	if err != nil {
		return err
	}
	if err := assembly.MakePeople(ctx, c.dir, cfg, people); err != nil {
		return err
	}
	return c.tellStation(people)
}

// tellStation tells what init made. The passwords of test people are told here and never again.
func (c *call) tellStation(people []assembly.Newcomer) error {
	specimen := c.values.sim != ""
	if c.json {
		type person struct {
			Name     string      `json:"name"`
			Role     access.Role `json:"role"`
			Password string      `json:"password,omitempty"`
		}
		all := []person{}
		for _, p := range people {
			if !specimen {
				p.Password = ""
			}
			all = append(all, person{p.Name, p.Role, p.Password})
		}
		return c.encode(map[string]any{"dir": c.dir, "specimen": specimen, "people": all})
	}
	fmt.Fprintf(c.out, "A station was made in %s.\n", c.dir)
	if !specimen {
		fmt.Fprintf(c.out, "Its first supervisor is %s. Next: cetakctl people add (the others), cetakctl ledger receive and draw (the blanks), cetakctl doctor.\n",
			people[0].Name)
		return nil
	}
	if len(people) > 0 {
		fmt.Fprintln(c.out, "Test people, their passwords told only here:")
	}
	for _, p := range people {
		fmt.Fprintf(c.out, "  %-6s %-10s  %s\n", p.Name, p.Role, p.Password)
	}
	fmt.Fprintln(c.out, "It prints specimens only. Next: cetakctl run --dir", c.dir)
	return nil
}

func doImport(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return usage("name at least one bundle (*.prr)")
	}
	d, _, err := c.openAs(ctx, access.Records)
	if err != nil {
		return err
	}
	defer d.Close()
	refused := 0
	for _, path := range c.args {
		in, err := d.Take(ctx, path)
		if err != nil {
			return err
		}
		refused += len(in.Refused)
		if err := c.tellIntake(in); err != nil {
			return err
		}
	}
	if refused > 0 {
		return told{}
	}
	return nil
}

func (c *call) tellIntake(in source.Intake) error {
	if c.json {
		type refusal struct {
			Line   int          `json:"line"`
			Code   drivers.Code `json:"code"`
			KeptAt string       `json:"kept_at"`
		}
		rs := []refusal{}
		for _, r := range in.Refused {
			rs = append(rs, refusal{r.Line, r.Code, r.KeptAt})
		}
		return c.encode(map[string]any{"bundle": in.Bundle, "already": in.Already, "taken": len(in.Taken), "refused": rs})
	}
	if in.Already {
		fmt.Fprintf(c.out, "%s was taken before: nothing to do.\n", in.Bundle)
		return nil
	}
	fmt.Fprintf(c.out, "%s: %d taken, %d refused.\n", in.Bundle, len(in.Taken), len(in.Refused))
	for _, r := range in.Refused {
		fmt.Fprintf(c.errs, "line %d refused, kept in %s\n", r.Line, r.KeptAt)
		c.tell(&drivers.Fault{Code: r.Code, Op: "import", Detail: r.Detail})
	}
	return nil
}

func renderFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.values.out, "o", "", "PNG of the face")
	f.StringVar(&c.values.black, "black", "", "PNG of the black panel alone")
}

func doRender(ctx context.Context, c *call) error {
	if len(c.args) != 1 || c.values.out == "" {
		return usage("name one waiting record and a picture: cetakctl render PRR-1 -o face.png")
	}
	d, _, err := c.openAs(ctx, access.Records)
	if err != nil {
		return err
	}
	defer d.Close()
	key, err := d.Find(ctx, c.args[0])
	if err != nil {
		return err
	}
	r, err := d.Store.Record(ctx, key)
	if err != nil {
		return err
	}
	layout, err := face.LayoutFor(r.Kind)
	if err != nil {
		return err
	}
	art, notes, err := d.Faces.Render(r, layout)
	if err != nil {
		return err
	}
	if err := writePNG(c.values.out, face.Composite(art)); err != nil {
		return err
	}
	if c.values.black != "" {
		if err := writePNG(c.values.black, art.Black); err != nil {
			return err
		}
	}
	if c.json {
		return c.encode(map[string]any{"record": key.String(), "notes": notes})
	}
	fmt.Fprintf(c.out, "%s: %s\n", key, c.values.out)
	return nil
}

func fileFault(path string, err error) error {
	return &drivers.Fault{Code: config.Unreadable, Op: "write", Again: drivers.AgainAfterOperator, Detail: path, Err: err}
}

func create(path string) (*os.File, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fileFault(path, err)
	}
	return f, nil
}
