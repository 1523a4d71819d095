package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"cetak/station/centre/mosip"
)

func gatewayFlags(f *flag.FlagSet, c *call) {
	dir := os.Getenv("CETAK_GATEWAY_DIR")
	if dir == "" {
		dir = filepath.Join(filepath.Dir(defaultDir()), "cetak-mosip")
	}
	f.Lookup("dir").DefValue, c.dir = dir, dir
	f.StringVar(&c.office, "office", "", "of the desk, as the mapping names it")
	f.StringVar(&c.level, "log", "info", "debug, info, warn, error")
}

// doGateway keeps and runs a gateway to another system. MOSIP is the one there is.
func doGateway(ctx context.Context, c *call) error {
	verb := "run"
	if len(c.args) > 1 {
		verb = c.args[1]
	}
	known := len(c.args) > 0 && c.args[0] == "mosip"
	switch {
	case known && verb == "run" && len(c.args) <= 2:
		return c.runGateway(ctx)
	case known && verb == "init" && len(c.args) == 2:
		if err := mosip.Init(c.dir, time.Now()); err != nil {
			return err
		}
		return c.say(map[string]string{"dir": c.dir}, func(w io.Writer) {
			fmt.Fprintf(w, "The gateway's folder is %s. Next: %s and %s there, MOSIP's signing authority as %s, the enrolment as a register as %s,\n"+
				"`centre gateway mosip desk FILE --office O` for every desk, %s into every desk's keys folder. docs/mosip.md tells the rest.\n",
				c.dir, mosip.SettingsFile, mosip.MappingFile, mosip.ProofTrust, mosip.CentreFolder, mosip.RegisterPublic)
		})
	case known && verb == "desk" && len(c.args) == 3 && c.office != "":
		text, err := os.ReadFile(c.args[2])
		if err != nil {
			return wrongFile(filepath.Base(c.args[2]), err)
		}
		kid, err := mosip.AddDesk(c.dir, c.office, text)
		if err != nil {
			return err
		}
		return c.say(map[string]string{"kid": kid, "office": c.office}, func(w io.Writer) {
			fmt.Fprintf(w, "Records of %s are sealed to %s too.\n", c.office, kid)
		})
	case known && verb == "status" && len(c.args) == 2:
		return c.gatewayStatus(ctx)
	}
	return usage("mosip, and then nothing or run, init, status, or desk FILE --office O")
}

func (c *call) runGateway(ctx context.Context) error {
	level, err := zerolog.ParseLevel(c.level)
	if err != nil {
		return usage("--log is debug, info, warn, or error")
	}
	g, err := mosip.Open(ctx, c.dir, zerolog.New(c.stderr).Level(level).With().Timestamp().Logger())
	if err != nil {
		return err
	}
	ready := json.NewEncoder(c.stdout).Encode(map[string]string{"callback": g.Address.String()})
	if err := g.Run(ctx); err != nil {
		return err
	}
	if ready != nil {
		fmt.Fprintln(c.stderr, "nobody read that the gateway was ready")
	}
	return nil
}

func (c *call) gatewayStatus(ctx context.Context) error {
	s, err := mosip.ReadStatus(ctx, c.dir)
	if err != nil {
		return err
	}
	return c.say(s, func(w io.Writer) {
		for _, step := range mosip.Steps() {
			fmt.Fprintf(w, "%-10s %d\n", step, s.Requests[step])
		}
		fmt.Fprintf(w, "statuses to be reported: %d\n", s.Unsent)
		names := make([]string, 0, len(s.Last))
		for name := range s.Last {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			fmt.Fprintf(w, "last %s: %s\n", name, s.Last[name].Format(time.RFC3339))
		}
		for _, r := range s.Refused {
			fmt.Fprintf(w, "refused %s: %s\n", r.Request, r.Code)
		}
	})
}
