package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers/keys"
	"cetak/drivers/pkcs11"
	"cetak/drivers/pkcs11/softhsm"
	"cetak/hwsim/rig"
	"cetak/station"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
)

// inToken moves the test keys of a station into a token, and takes their file away.
func inToken(t *testing.T, dir, label, pin string) {
	t.Helper()
	c, err := config.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := keys.OpenFile(c.Chip.File)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Remove(c.Chip.File); err != nil {
		t.Fatal(err)
	}
	c.Chip.Keys, c.Chip.File, c.Chip.Module, c.Chip.Token, c.Chip.Key = config.KeysPKCS11, "", softhsm.Library, label, "card"
	if err := config.Save(dir, c); err != nil {
		t.Fatal(err)
	}
	ask := func(context.Context, station.PINWanted) ([]byte, error) { return []byte(pin), nil }
	if err := pkcs11.Import(t.Context(), assembly.NewCardKeys(c, ask, zerolog.Nop()).TokenOptions(), f.Version(), f.Keys()); err != nil {
		t.Fatal(err)
	}
}

// TestPIN works a desk whose card keys are in a token of Debian's softhsm2, by keyboard alone: it asks for the PIN, refuses a wrong
// one, prints nothing while it is put aside, asks again with the button, and prints with the right one. Then the program is made to
// crash, and neither the right PIN nor the wrong one is in anything that it wrote. It is not parallel: SOFTHSM2_CONF is the
// environment's.
func TestPIN(t *testing.T) {
	const right, wrong = "kenari-90417-biru", "kutilang-58230"
	softhsm.Token(t, "Dukcapil", right)
	t.Setenv(keys.PINEnv, "")
	home := t.TempDir() // the toolkit keeps its preferences there
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	cfg := config.Default()
	cfg.Shift.Required, cfg.Log.Level = false, "debug"
	o := rig.Options{Records: 3, FirstCards: true, Speed: 60, SCP03: rig.SCP03{On: true}}
	w := &worker{hands: sitAt(t, o, cfg, func(dir string) { hire(t, dir, cfg); inToken(t, dir, "Dukcapil", right) }), name: "pin"}
	w.reads(words("door.open.detail"))
	w.fill(answer{words("field.name"), "siti"}, answer{words("field.password"), secret("siti")})
	w.key("Return")
	w.wrote(journal.KindSignedIn, 1)

	detail := words("form.pin.detail", "place", words("pin.token", "name", "Dukcapil"))
	w.reads(detail)
	w.look("asked")
	w.types(wrong)
	w.key("Return")
	w.reads(words("pin.wrong"))
	w.look("wrong")
	w.key("Escape")
	w.reads(words("button.pin"))
	w.look("aside")
	w.key("F5")
	w.reads(detail)
	if truth := w.rig.World(); truth.Feeder != 100 || truth.Machine != nil {
		t.Fatalf("a blank moved: %+v", truth)
	}
	w.types(right)
	w.key("Return")
	w.reads(words("button.print"))
	w.first("F5")
	w.look("printed")

	w.desk.Process.Signal(syscall.SIGQUIT) // the program tells where all its work stood, as in a crash
	<-w.stopped
	for end := time.Now().Add(time.Minute); len(w.file(filepath.Join(w.dir, assembly.CrashFiles))) == 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the report of the crash is empty")
		}
	}
	files := 0
	for _, folder := range []string{w.dir, home} {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			files++
			b, err := os.ReadFile(path)
			for _, pin := range []string{right, wrong} {
				if bytes.Contains(b, []byte(pin)) {
					t.Errorf("%s holds a PIN", path)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 5 {
		t.Errorf("%d files were looked into", files)
	}
	for _, pin := range []string{right, wrong} {
		if bytes.Contains([]byte(w.log.String()), []byte(pin)) {
			t.Errorf("the program said a PIN: %s", &w.log)
		}
	}
}
