package view

import (
	"testing"

	"fyne.io/fyne/v2"

	"cetak/drivers"
	"cetak/station"
	"cetak/ui/model"
	"cetak/ui/text"
)

// Whoever signs in is asked for the PIN, with the keyboard in its field and nothing of it to read; a wrong one is told and asked for
// again, but never tried again by itself; what is put aside comes back with the button, and is asked anew of the token.
func TestPIN(t *testing.T) {
	b, c := newOffice(t, text.Indonesian, 1200, 680)
	s := locked(b.desk.items, station.PINWanted{Place: "Dukcapil"})
	b.show(s)
	b.signIn("siti")
	if b.local.Form != model.FormPIN {
		t.Fatalf("it asks for %q", b.local.Form)
	}
	pins := func() int {
		n := 0
		for _, w := range c.works {
			if w.PIN != nil {
				n++
			}
		}
		return n
	}
	c.err = &drivers.Fault{Code: drivers.KeysPIN}
	b.types("1111")
	if e, ok := b.win.Canvas().Focused().(*entry); !ok || !e.Password || e.Text != "1111" {
		t.Fatalf("%T has the keyboard", b.win.Canvas().Focused())
	}
	b.press1(fyne.KeyReturn)
	if pins() != 1 || b.local.Form != model.FormPIN {
		t.Fatalf("%d tries, %q", pins(), b.local.Form)
	}
	b.press1(fyne.KeyReturn) // nothing is typed: nothing is tried
	b.show(s)
	if e, ok := b.win.Canvas().Focused().(*entry); pins() != 1 || !ok || e.Text != "" {
		t.Errorf("%d tries; %T has the keyboard", pins(), b.win.Canvas().Focused())
	}

	b.press1(fyne.KeyEscape)
	b.show(s)
	if b.local.Form != model.FormNone || b.screen.Centre.Kind != model.CentreFace {
		t.Fatalf("put aside: %q, %s", b.local.Form, b.screen.Centre.Kind)
	}
	b.desk.done = nil
	b.key(fyne.KeyF5)
	if b.local.Form != model.FormPIN {
		t.Fatal("the button does not ask again")
	}
	if len(b.desk.done) != 1 || b.desk.done[0] != station.Command(station.Refresh{}) {
		t.Errorf("the token is not asked how it stands: %v", b.desk.done)
	}
	c.err = nil
	b.types("2468")
	in := b.win.Canvas().Focused().(*entry)
	b.press1(fyne.KeyReturn)
	s.PIN = nil
	b.show(s)
	if pins() != 2 || string(c.works[len(c.works)-1].PIN) != "2468" || b.local.Form != model.FormNone || b.screen.Primary == nil || b.screen.Primary.Do.Command == nil {
		t.Errorf("%d tries, %q, %+v", pins(), b.local.Form, b.screen.Primary)
	}
	if in.Text == "2468" || len(b.named.is.Fields) != 0 {
		t.Error("the desk still has what was typed")
	}
}
