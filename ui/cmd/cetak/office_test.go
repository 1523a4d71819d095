package main

import (
	"bytes"
	"path/filepath"
	"testing"

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
	w := &worker{hands: sit(t, 5, cfg, func(dir string) { hire(t, dir, cfg) }), name: "office"}
	w.signIn()
	w.open()
	w.first("F5")
	w.reads(words("card.last"))
	w.look("made")

	w.key("F3")
	w.reads(words("form.close-shift"))
	w.key("F4")
	w.reads(words("form.back"))
	w.key("Down") // from drawing to bringing back
	w.key("Return")
	w.reads(words("form.back.detail"))
	w.fill(append([]answer{{words("field.count"), "20"}}, second()...)...)
	w.key("F10")
	w.wrote(journal.KindMovement, 5) // receipt, draw, load, good, return
	w.reads(opening("said.done"))
	w.look("returned")

	for _, room := range []string{"spoiled.none", "form.hand-over", "incident.none", "paper.notice"} {
		w.key("F4")
		w.reads(words(room))
	}
	w.key("Return")
	w.reads(words("form.paper.detail"))
	for range 3 { // past daily sheet and monthly book to the stock notice
		w.key("Down")
	}
	w.key("F10")
	if notice := w.file(filepath.Join(w.dir, paperFolder, "notice-*.pdf")); !bytes.HasPrefix(notice, []byte("%PDF")) {
		t.Errorf("the notice begins with %q", notice[:min(len(notice), 8)])
	}
	w.reads(opening("said.file"))
	w.look("papers")
	w.key("Escape")
	w.readsNot(words("form.paper.detail"))
	w.key("Escape")
	w.reads(words("state.ready"))
	w.key("F3")
	w.reads(words("form.close-shift"))
	w.countOut("79")

	signed := w.file(filepath.Join(w.dir, assembly.CertificateFolder, "*.jws"))
	proved, err := certificate.Verify(signed, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := proved.Certificate
	if s := c.Stock[0]; s.Opening != 100 || s.Good != 1 || s.Returned != 20 || s.Closing != 79 || c.ClosedBy != [2]string{"siti", "rina"} {
		t.Errorf("the certificate: %+v", c)
	}
	w.leave()
}
