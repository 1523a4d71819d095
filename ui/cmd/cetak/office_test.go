package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cetak/hwsim/rig"
	"cetak/hwsim/world"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/certificate"
	"cetak/station/config"
	"cetak/station/journal"
)

// secret is the password of somebody made for this test.
func secret(name string) string { return "uji sandi " + name + " 1" }

// hire makes people of a station: siti prints, rina keeps the vault.
func hire(t *testing.T, dir string, c config.Config) {
	t.Helper()
	j, err := journal.Open(t.Context(), filepath.Join(dir, assembly.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	r := &access.Register{}
	door := access.NewDoor(dir, r, c.People)
	for _, p := range []struct {
		name string
		role access.Role
	}{{"rina", access.Supervisor}, {"siti", access.Operator}} {
		facts, err := door.Add(access.By{Who: "rina"}, p.name, p.role, secret(p.name))
		if err != nil {
			t.Fatal(err)
		}
		entries, err := j.Append(t.Context(), facts...)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if err := r.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// says types words and moves on to the next field.
func (h *hands) says(all ...string) {
	for i, s := range all {
		if i > 0 {
			h.key("Return")
		}
		h.types(s)
	}
}

// TestOffice works the real program of an office where people sign in, by keyboard alone: two people count and open a shift, a
// card is made, blanks go back to the vault, a paper is made, and two people count and close. What is signed then is proved.
func TestOffice(t *testing.T) {
	base, err := os.MkdirTemp("", "cetak")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	r, err := rig.Start(context.Background(), rig.Options{Dir: filepath.Join(base, "sim"), Records: 5, Speed: 30})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cfg := config.Default()
	cfg.Station.Office, cfg.Station.Desk = "Dukcapil Kabupaten Contoh", "2"
	dir := filepath.Join(base, "desk")
	if err := assembly.InitSim(context.Background(), dir, filepath.Join(base, "sim"), cfg); err != nil {
		t.Fatal(err)
	}
	hire(t, dir, cfg)
	h := &hands{t: t, display: display(t), rig: r}
	desk := exec.Command("cetak", "--dir", dir, "--lang", "id")
	desk.Env = append(os.Environ(), "DISPLAY="+h.display)
	var log strings.Builder
	desk.Stderr = &log
	if err := desk.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- desk.Wait() }()
	defer desk.Process.Kill()
	h.do("xdotool", "search", "--sync", "--onlyvisible", "--pid", fmt.Sprint(desk.Process.Pid))
	pictures := filepath.Join("..", "..", "..", "bin")
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		t.Fatal(err)
	}
	shot := 0
	look := func(name string) {
		h.settled()
		shot++
		h.picture(filepath.Join(pictures, fmt.Sprintf("office-%d-%s.png", shot, name)))
	}

	look("door")
	h.says("siti", secret("siti"))
	h.key("Return")
	h.wrote(dir, journal.KindSignedIn, 1)
	look("due")
	h.key("F5")
	h.settled()
	h.says("100")
	h.key("F10")
	h.settled()
	h.says("rina", secret("rina"), "100")
	look("second")
	h.key("F10")
	h.wrote(dir, journal.KindShiftOpened, 1)
	look("open")
	h.key("F3")
	h.settled()
	h.key("F5")
	h.until("the card in the tray", func(w world.Truth) bool { return len(w.Trays.Good) == 1 })
	h.settled()
	h.key("F6")
	look("made")

	h.key("F3")
	h.settled()
	h.key("F4") // the stock
	h.settled()
	h.key("Down") // from drawing to bringing back
	h.key("Return")
	h.settled()
	h.says("20", "rina", secret("rina"))
	h.key("F10")
	h.wrote(dir, journal.KindMovement, 5) // receipt, draw, load, good, return
	look("returned")

	for range 4 { // past spoiled and finished cards and incidents to the papers
		h.key("F4")
		h.settled()
	}
	h.key("Return")
	h.settled()
	for range 3 { // past daily sheet and monthly book to the stock notice
		h.key("Down")
	}
	h.key("F10")
	if notice := h.file(filepath.Join(dir, paperFolder, "notice-*.pdf")); !bytes.HasPrefix(notice, []byte("%PDF")) {
		t.Errorf("the notice begins with %q", notice[:min(len(notice), 8)])
	}
	look("papers")
	h.key("Escape")
	h.settled()
	h.key("Escape")
	h.settled()
	h.key("F3")
	h.settled()
	h.key("Return") // the first thing to do in the shift: close it
	h.settled()
	h.says("79")
	h.key("F10")
	h.settled()
	h.says("rina", secret("rina"), "79")
	h.key("F10")
	look("closed")

	signed := h.file(filepath.Join(dir, assembly.CertificateFolder, "*.jws"))
	proved, err := certificate.Verify(signed, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := proved.Certificate
	if s := c.Stock[0]; s.Opening != 100 || s.Good != 1 || s.Returned != 20 || s.Closing != 79 || c.ClosedBy != [2]string{"siti", "rina"} {
		t.Errorf("the certificate: %+v", c)
	}
	desk.Process.Signal(syscall.SIGTERM)
	if err := <-stopped; err != nil {
		t.Errorf("the desk ended with %v\n%s", err, &log)
	}
}

// wrote waits until the station's journal has n facts of a kind: a password and a flush take their time.
func (h *hands) wrote(dir string, kind journal.Kind, n int) {
	h.t.Helper()
	if !h.has(dir, kind, n, 30*time.Second) {
		h.t.Fatalf("the journal never had %d %s", n, kind)
	}
}

// has says whether the station's journal has n facts of a kind, within the time given.
func (h *hands) has(dir string, kind journal.Kind, n int, within time.Duration) bool {
	h.t.Helper()
	j, err := journal.OpenReader(context.Background(), filepath.Join(dir, assembly.JournalFile))
	if err != nil {
		h.t.Fatal(err)
	}
	defer j.Close()
	for end := time.Now().Add(within); ; time.Sleep(50 * time.Millisecond) {
		have := 0
		for _, err := range j.Of(context.Background(), 0, kind) {
			if err != nil {
				h.t.Fatal(err)
			}
			have++
		}
		if have >= n || time.Now().After(end) {
			return have >= n
		}
	}
}

// file waits for a file and reads it.
func (h *hands) file(pattern string) []byte {
	h.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if all, _ := filepath.Glob(pattern); len(all) > 0 {
			b, err := os.ReadFile(all[0])
			if err != nil {
				h.t.Fatal(err)
			}
			return b
		}
	}
	h.t.Fatalf("there is no %s", pattern)
	return nil
}
