package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

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

// TestOffice works the real program of an office where people sign in, by keyboard alone: two people count and open a shift, a
// card is made, blanks go back to the vault, a paper is made, and two people count and close. What is signed then is proved.
func TestOffice(t *testing.T) {
	cfg := config.Default()
	h := sit(t, 5, cfg, func(dir string) { hire(t, dir, cfg) })
	pictures := pictures(t)
	shot := 0
	look := func(name string) {
		h.settled()
		shot++
		h.picture(filepath.Join(pictures, fmt.Sprintf("office-%d-%s.png", shot, name)))
	}

	look("door")
	h.says("siti", secret("siti"))
	h.key("Return")
	h.wrote(journal.KindSignedIn, 1)
	look("due")
	h.key("F5")
	h.settled()
	h.says("100")
	h.key("F10")
	h.settled()
	h.says("rina", secret("rina"), "100")
	look("second")
	h.key("F10")
	h.wrote(journal.KindShiftOpened, 1)
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
	h.wrote(journal.KindMovement, 5) // receipt, draw, load, good, return
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
	if notice := h.file(filepath.Join(h.dir, paperFolder, "notice-*.pdf")); !bytes.HasPrefix(notice, []byte("%PDF")) {
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

	signed := h.file(filepath.Join(h.dir, assembly.CertificateFolder, "*.jws"))
	proved, err := certificate.Verify(signed, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := proved.Certificate
	if s := c.Stock[0]; s.Opening != 100 || s.Good != 1 || s.Returned != 20 || s.Closing != 79 || c.ClosedBy != [2]string{"siti", "rina"} {
		t.Errorf("the certificate: %+v", c)
	}
	h.leave()
}
