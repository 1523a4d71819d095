package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
	"cetak/station/durable"
)

func initFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.hosts, "host", "", "names and addresses by which stations reach the centre, with commas")
	f.StringVar(&c.address, "url", "", "address that enrolments carry; without it https://<first host>:8443")
}

func doInit(_ context.Context, c *call) error {
	hosts := slices.DeleteFunc(strings.Split(c.hosts, ","), func(h string) bool { return strings.TrimSpace(h) == "" })
	if len(c.args) != 0 || len(hosts) == 0 {
		return usage("--host is wanted: a name or address by which stations reach the centre")
	}
	if c.address == "" {
		c.address = "https://" + hosts[0] + ":8443"
	}
	if !strings.HasPrefix(c.address, "https://") {
		return usage("--url begins with https://")
	}
	now := time.Now()
	folder := filepath.Join(c.dir, centre.CAFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return folderFault(err)
	}
	authority, err := ca.Create(folder, "Cetak "+hosts[0], now)
	if err != nil {
		return folderFault(err)
	}
	own, err := authority.Issue(ca.Server, hosts[0], hosts, now)
	if err != nil {
		return folderFault(err)
	}
	err = errors.Join(
		durable.Write(filepath.Join(c.dir, centre.ServerCert), own.Cert, 0o644), durable.Write(filepath.Join(c.dir, centre.ServerKey), own.Key, 0o600),
		durable.Write(filepath.Join(c.dir, api.CentreURL), []byte(c.address+"\n"), 0o644),
	)
	if err != nil {
		return folderFault(err)
	}
	if _, err := centre.NewNotary(c.dir); err != nil { // last: a folder with the notary's key is a whole centre
		return err
	}
	return c.say(map[string]string{"dir": c.dir, "url": c.address}, func(w io.Writer) {
		fmt.Fprintf(w, "The centre's folder is %s. Stations will call %s.\nNext: centre station add, then centre serve. Keep a copy of the folder where nobody but you comes to it.\n", c.dir, c.address)
	})
}

func serveFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.listen, "listen", ":8443", "address for stations, HTTPS")
	f.StringVar(&c.monitor, "monitor", "", "address of the page on the wall and of the figures, plain HTTP; without it there is none")
	f.StringVar(&c.level, "log", "info", "debug, info, warn, error")
}

func doServe(ctx context.Context, c *call) error {
	level, err := zerolog.ParseLevel(c.level)
	if err != nil || len(c.args) != 0 {
		return usage("--log is debug, info, warn, or error")
	}
	log := zerolog.New(c.stderr).Level(level).With().Timestamp().Logger()
	s, err := centre.Start(ctx, centre.Options{Dir: c.dir, Postgres: c.postgres, Listen: c.listen, Monitor: c.monitor}, log)
	if err != nil {
		return err
	}
	ready := map[string]string{"api": s.API.String()}
	if s.Wall != nil {
		ready["monitor"] = s.Wall.String()
	}
	if err := json.NewEncoder(c.stdout).Encode(ready); err != nil {
		log.Warn().Err(err).Msg("nobody reads that the centre is ready")
	}
	return s.Run(ctx)
}

func caFlags(f *flag.FlagSet, c *call) { outFlag(f, c); reasonFlag(f, c) }

func outFlag(f *flag.FlagSet, c *call) {
	f.StringVar(&c.out, "o", "", "folder of the enrolment: certificate, key, address")
}

func reasonFlag(f *flag.FlagSet, c *call) { f.StringVar(&c.reason, "reason", "", "why") }

func doCA(_ context.Context, c *call) error {
	authority, err := ca.Open(filepath.Join(c.dir, centre.CAFolder))
	if err != nil {
		return folderFault(err)
	}
	verb := ""
	if len(c.args) > 0 {
		verb = c.args[0]
	}
	switch {
	case verb == "make" && len(c.args) == 3 && c.out != "" && slices.Contains(ca.Roles(), ca.Role(c.args[1])):
		return c.enrol(authority, ca.Role(c.args[1]), c.args[2])
	case verb == "list" && len(c.args) == 1:
		all, err := authority.List()
		if err != nil {
			return folderFault(err)
		}
		return c.say(all, func(w io.Writer) {
			for _, e := range all {
				state := "until " + e.NotAfter.Format(time.DateOnly)
				if !e.Revoked.IsZero() {
					state = "revoked " + e.Revoked.Format(time.DateOnly) + ": " + e.Why
				}
				fmt.Fprintf(w, "%s  %-10s  %-24s  %s\n", e.Serial, e.Role, e.Name, state)
			}
		})
	case verb == "revoke" && len(c.args) == 2 && c.reason != "":
		revoked, err := authority.Revoke(c.args[1], c.reason, time.Now())
		if errors.Is(err, ca.ErrUnknown) {
			return usage(err.Error())
		}
		if err != nil {
			return folderFault(err)
		}
		return c.say(revoked, func(w io.Writer) {
			fmt.Fprintf(w, "%d certificates revoked; the service refuses them within a second.\n", len(revoked))
		})
	}
	return usage("make ROLE NAME -o DIR (station, register, supervisor, reader), list, or revoke NAME --reason WHY")
}

// enrol makes a certificate and puts with it what its holder needs.
func (c *call) enrol(authority *ca.Authority, role ca.Role, name string) error {
	base, err := os.ReadFile(filepath.Join(c.dir, api.CentreURL))
	if err != nil {
		return folderFault(err)
	}
	notary, err := os.ReadFile(filepath.Join(c.dir, centre.NotaryPublic))
	if err != nil {
		return folderFault(err)
	}
	if _, err := os.Stat(filepath.Join(c.out, api.HolderKey)); err == nil {
		return usage(c.out + " holds an enrolment already")
	}
	if err := os.MkdirAll(c.out, 0o700); err != nil {
		return folderFault(err)
	}
	made, err := authority.Issue(role, name, nil, time.Now())
	if errors.Is(err, ca.ErrName) {
		return usage(err.Error())
	}
	if err != nil {
		return folderFault(err)
	}
	for file, text := range map[string][]byte{api.HolderCert: made.Cert, api.CentreCert: authority.CertPEM(), centre.NotaryPublic: notary, api.CentreURL: []byte(strings.TrimSpace(string(base)))} {
		if err := durable.Write(filepath.Join(c.out, file), text, 0o644); err != nil {
			return folderFault(err)
		}
	}
	if err := durable.Write(filepath.Join(c.out, api.HolderKey), made.Key, 0o600); err != nil {
		return folderFault(err)
	}
	return c.say(map[string]string{"serial": made.Serial, "dir": c.out}, func(w io.Writer) {
		fmt.Fprintf(w, "The enrolment of %s %s is in %s. Bring it there by hand and delete it here: whoever has it speaks as %s.\n", role, name, c.out, name)
	})
}
