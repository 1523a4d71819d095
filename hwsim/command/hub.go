package command

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"cetak/hwsim/hub"
)

// mosip plays a MOSIP until told to stop.
func mosip(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("hub", flag.ContinueOnError)
	o := hub.Options{}
	f.StringVar(&o.Dir, "dir", "", "the simulated MOSIP's folder: its keys and what it must remember")
	f.StringVar(&o.Address, "listen", "127.0.0.1:0", "where it answers")
	f.Uint64Var(&o.Seed, "seed", 1, "same seed, same people")
	f.StringVar(&o.Partner, "partner", "mpartner-cetak", "the partner's id")
	f.StringVar(&o.Cert, "partner-cert", "", "the partner's certificate: credentials are sealed to it")
	f.StringVar(&o.Client, "client", "", "client of the token service; without it no token is asked for")
	f.StringVar(&o.Secret, "secret", "", "its secret")
	protect := f.String("protect", "", "attributes that the event's protection key opens, with commas")
	f.BoolVar(&o.Inline, "inline", false, "the credential is in the event, not in the datashare")
	f.BoolVar(&o.Old, "old-envelope", false, "sealed as before MOSIP 1.2")
	encode := f.String("encode", "", "program that makes a JPEG 2000 of a JPEG, as \"convert jpeg:- jp2:-\"; without it portraits are JPEG")
	f.IntVar(&o.Tries, "tries", 3, "how often a delivery is tried before its subscriber is dropped")
	f.DurationVar(&o.Pause, "pause", 3*time.Second, "between tries")
	if err := parse(f, args, stderr, false); err != nil {
		return err
	}
	if o.Dir == "" || o.Cert == "" || o.Tries < 1 {
		return usageError{errors.New("--dir and --partner-cert are wanted; verbs of POST /sim/do?verb=VERB&n=N:\n  " + strings.Join(hub.Usage(), "\n  "))}
	}
	o.Encode = strings.Fields(*encode)
	if *protect != "" {
		o.Protect = strings.Split(*protect, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	h, err := hub.Start(ctx, o)
	if err != nil {
		return err
	}
	ready := map[string]string{
		"hub": h.URL + "/hub/", "token": h.URL + "/v1/authmanager/authenticate/clientidsecretkey", "requests": h.URL + "/v1/credentialrequest",
		"trust": filepath.Join(o.Dir, hub.TrustFile), "order": h.URL + "/sim/order", "do": h.URL + "/sim/do", "truth": h.URL + "/sim/truth",
	}
	if err := json.NewEncoder(stdout).Encode(ready); err != nil {
		return errors.Join(err, h.Close())
	}
	<-ctx.Done()
	return h.Close()
}
