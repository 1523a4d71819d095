package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"

	"cetak/drivers"
	"cetak/station/certificate"
	"cetak/station/config"
	"cetak/station/record"
)

// maxCertificate bounds a certificate: 10,000 cards are about 1 MB.
const maxCertificate = 16 << 20

func verifyShiftFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.values.keys, "key", "", "the station's key as a JWK file, private or public, or its fingerprint as printed on the paper (default: of the station in --dir, where there is one)")
}

// doVerifyShift proves a shift certificate by its own bytes. It needs no station.
func doVerifyShift(_ context.Context, c *call) error {
	if len(c.args) != 1 {
		return usage("name one signed certificate: cetakctl verify-shift S-12.jws")
	}
	trusted, fingerprint, err := c.trusted()
	if err != nil {
		return err
	}
	info, err := os.Stat(c.args[0])
	if err != nil {
		return fileFault(c.args[0], err)
	}
	if info.Size() > maxCertificate {
		return notProved(certificate.NotCertificate, fmt.Sprintf("%d bytes", info.Size()))
	}
	file, err := os.ReadFile(c.args[0])
	if err != nil {
		return fileFault(c.args[0], err)
	}
	p, err := certificate.Verify(file, trusted)
	if err != nil {
		return err
	}
	if fingerprint != "" && p.Fingerprint != fingerprint {
		return notProved(certificate.OtherStation, "signed by "+p.Fingerprint)
	}
	known := trusted != nil || fingerprint != ""
	if c.json {
		return c.encode(map[string]any{"ok": true, "key": p.KeyID, "fingerprint": p.Fingerprint, "known_key": known, "certificate": p.Certificate})
	}
	c.tellCertificate(p, known)
	return nil
}

// trusted is the key that must have signed, or its fingerprint; both are empty where none is known.
func (c *call) trusted() (*ecdsa.PublicKey, string, error) {
	if c.values.keys == "" {
		cfg, err := config.Load(c.dir)
		if err != nil && drivers.AsFault(err).Code == config.NoStation {
			return nil, "", nil // the file speaks for itself
		}
		if err != nil {
			return nil, "", err
		}
		c.values.keys = filepath.Join(cfg.Source.Keys, "station.jwk")
	}
	text, err := os.ReadFile(c.values.keys)
	if errors.Is(err, fs.ErrNotExist) && len(c.values.keys) == 64 && strings.Trim(c.values.keys, "0123456789abcdef") == "" {
		return nil, c.values.keys, nil
	}
	if err != nil {
		return nil, "", fileFault(c.values.keys, err)
	}
	var jwk jose.JSONWebKey
	if err := json.Unmarshal(text, &jwk); err == nil {
		public := jwk.Public()
		if key, ok := public.Key.(*ecdsa.PublicKey); ok && key.Curve == elliptic.P256() {
			return key, "", nil
		}
	}
	return nil, "", notProved(record.KeysUnusable, filepath.Base(c.values.keys)+" is no P-256 key")
}

func notProved(code drivers.Code, detail string) error {
	return &drivers.Fault{Code: code, Op: "verify-shift", Again: drivers.AgainNever, Detail: detail}
}

func (c *call) tellCertificate(p certificate.Proved, known bool) {
	k := p.Certificate
	fmt.Fprintf(c.out, "The certificate is whole: signature, equation, and cards agree.\n\n%s, shift %s\n", k.Station, k.Shift)
	fmt.Fprintf(c.out, "opened %s by %s and %s\nclosed %s by %s and %s\n", k.Opened.Local().Format("02-01-2006 15:04"), k.OpenedBy[0], k.OpenedBy[1],
		k.Closed.Local().Format("02-01-2006 15:04"), k.ClosedBy[0], k.ClosedBy[1])
	for _, s := range k.Stock {
		fmt.Fprintf(c.out, "%-4s opening %d + drawn %d + found %d = good %d + spoiled %d + returned %d + missing %d + closing %d", s.Type, s.Opening, s.Drawn, s.Found,
			s.Good, s.SpoiledAll(), s.Returned, s.Missing, s.Closing)
		if s.Difference != 0 {
			fmt.Fprintf(c.out, " + difference %d", s.Difference)
		}
		fmt.Fprintln(c.out)
	}
	fmt.Fprintf(c.out, "cards %d, incidents %d, waivers %d\n", len(k.Cards), len(k.Incidents), len(k.Waivers))
	fmt.Fprintf(c.out, "journal lines %d to %d, head %s\nkey %s, fingerprint %s\n", k.Journal.First, k.Journal.Last, k.Journal.Head, p.KeyID, p.Fingerprint)
	if !known {
		fmt.Fprintln(c.out, "The station's key is not known here: compare the fingerprint with the one on the signed paper.")
	}
}
