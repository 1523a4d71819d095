package main

import (
	"image"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/hwsim/rig"
	"cetak/hwsim/world"
	"cetak/station/advice"
	"cetak/station/assembly"
	"cetak/station/certificate"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/ui/text"
)

// worker works the desk one way: with the mouse, or with the keyboard alone. What is typed into a field comes from the keyboard
// either way.
type worker struct {
	*hands
	mouse bool
	shots int
	name  string // of the pictures; "" = none are left
}

// press does what a button says: a click on its words, or its key.
func (w *worker) press(label, key string) {
	w.t.Helper()
	if !w.mouse {
		w.key(key)
		return
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if w.offered(label) {
			return
		}
	}
	w.lost("there is nothing to press with %q on it", label)
}

// offered clicks a button if it is there.
func (w *worker) offered(label string) bool {
	w.t.Helper()
	b, ok := w.sees().button(label)
	if ok {
		w.click(b.Press)
	}
	return ok
}

// answers presses a button that may have gone again: an answer is on its way, and the screen still shows its question for a moment.
func (w *worker) answers(label, key string) {
	w.t.Helper()
	if !w.mouse {
		w.key(key)
		return
	}
	w.offered(label)
}

// click clicks into the middle of something.
func (w *worker) click(r image.Rectangle) {
	w.t.Helper()
	at, err := w.screen.Window()
	w.must(err)
	w.must(w.screen.Click(at.Min.Add(r.Min.Add(r.Max).Div(2))))
}

// answer is what a person puts into a field.
type answer struct{ field, value string }

// fill fills in the open form, which has these fields and stands with the first of them empty. The keyboard goes from field to field
// with Enter.
func (w *worker) fill(all ...answer) {
	w.t.Helper()
	w.reads(all[len(all)-1].field)
	for i, a := range all {
		switch l, ok := w.sees().label(a.field); {
		case !w.mouse && i > 0:
			w.key("Return")
		case w.mouse && !ok:
			w.lost("there is no field %q", a.field)
		case w.mouse: // the field stands under its name
			w.click(image.Rect(l.At.Min.X, l.At.Max.Y+10, l.At.Min.X+80, l.At.Max.Y+30))
		}
		w.types(a.value)
	}
}

// look leaves a picture of the screen in bin/.
func (w *worker) look(what string) {
	w.t.Helper()
	w.shots++
	w.picture(filepath.Join(pictures(w.t), w.name+"-"+string(rune('a'+w.shots-1))+"-"+what+".png"))
}

// TestShiftByMouse and TestShiftByKeyboard work a whole shift in the real program: sign in, open with two counts, ten cards with a jam
// and a mute chip among them, what card is this, close with two counts. Then the world, the ledger, and the signed
// certificate must say the same.
func TestShiftByMouse(t *testing.T) { wholeShift(t, true, "shift-mouse") }

// TestShiftByKeyboard touches no mouse.
func TestShiftByKeyboard(t *testing.T) { wholeShift(t, false, "shift-keys") }

// Cards of the shift: good ones that are made, and blanks that its two faults cost.
const (
	shiftCards   = 10
	shiftLost    = 2
	shiftBlank   = 100
	shiftWaiting = 30
)

func wholeShift(t *testing.T, mouse bool, name string) {
	cfg := config.Default()
	o := rig.Options{Records: shiftWaiting, FirstCards: true, Speed: 60, Scene: "on head 3 do jam-head once\non station 8 do chip-mute once\n"}
	w := &worker{hands: sitAt(t, o, cfg, func(dir string) { hire(t, dir, cfg) }), mouse: mouse, name: name}
	w.signIn()
	w.open()
	met := w.cards()
	if !met[drivers.CardJamHead] || met[drivers.NoChip] == met[drivers.ChipMute] {
		t.Errorf("the faults that were met: %v", met)
	}
	w.identify()
	w.close()
	w.leave()
	w.judge()
}

func (w *worker) signIn() {
	w.t.Helper()
	w.reads(words("door.open.detail"))
	w.look("door")
	w.fill(answer{words("field.name"), "siti"}, answer{words("field.password"), secret("siti")})
	w.press(words("button.sign-in"), "Return")
	w.wrote(journal.KindSignedIn, 1)
	w.reads(words("state.shift"))
}

// counted is a number typed into the field of the feeder's blanks.
func counted(n string) answer { return answer{words("field.count.of", "type", "WNI"), n} }

func second() []answer {
	return []answer{{words("field.second"), "rina"}, {words("field.second-password"), secret("rina")}}
}

func (w *worker) open() {
	w.t.Helper()
	w.press(words("form.open-shift"), "F5")
	w.fill(counted("100"))
	w.press(words("button.next"), "F10")
	w.reads(words("count.step.1"))
	w.fill(append(second(), counted("100"))...)
	w.look("open")
	w.press(words("form.open-shift.do"), "F10")
	w.wrote(journal.KindShiftOpened, 1)
	w.reads(words("state.ready"))
}

// troubles are the faults of the shift.
func troubles() []drivers.Code {
	return []drivers.Code{drivers.CardJamHead, drivers.NoChip, drivers.ChipMute}
}

// advised reports whether the desk is stopped by a fault, and tells what to do.
func advised(s sighted, code drivers.Code) bool {
	c, _ := advice.For(code, text.Indonesian)
	return s.reads(words("word.stopped") + ". " + c.Title)
}

// situation is what the screen asks of a person; "" while nobody is asked.
func (w *worker) situation(s sighted, mended bool) string {
	jammed := advised(s, drivers.CardJamHead)
	switch {
	case s.reads(words("ask.spoiled.detail")):
		return "why"
	case s.reads(words("state.confirm")):
		return "confirm"
	case s.reads(words("state.where")):
		return "where"
	case jammed && !mended:
		return "jam"
	case s.reads(words("word.stopped") + ". "):
		return "stopped"
	case s.reads(words("state.ready")) && len(w.rig.World().Trays.Good) == shiftCards:
		return "done"
	case s.reads(words("state.ready")):
		return "ready"
	}
	return ""
}

// cards makes the cards of the shift: reads what the screen says, and does it. It gives the faults that were met.
func (w *worker) cards() map[drivers.Code]bool {
	w.t.Helper()
	met := map[drivers.Code]bool{}
	var at time.Time
	last, mended := "", false
	for end := time.Now().Add(5 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			w.lost("the cards took too long")
		}
		s := w.sees()
		for _, code := range troubles() {
			c, _ := advice.For(code, text.Indonesian)
			met[code] = met[code] || s.reads(c.Title) // a dead chip is thrown away without asking, and told beside the next card
		}
		now := w.situation(s, mended)
		if now == last && time.Since(at) < 20*time.Second { // it was answered, and the desk has not gone on yet
			continue
		}
		if now != last && now != "ready" && now != "confirm" && now != "" {
			w.look(now)
		}
		last, at = now, time.Now()
		switch now {
		case "done":
			return met
		case "ready":
			w.answers(words("button.print"), "F5")
		case "confirm":
			w.answers(words("button.good"), "F6")
		case "jam": // the steps of the advice
			mended = true
			for _, hand := range [][]string{{"open", "cover"}, {"clear"}, {"close", "cover"}} {
				_, err := w.rig.Do(hand...)
				w.must(err)
			}
		case "stopped": // no device says that a jam is over: the person does
			w.answers(words("button.retry"), "F9")
		case "where": // the person has laid it into the reject box
			w.answers(words("button.spoiled"), "F8")
		case "why":
			w.answers(words("cause.print"), "1")
		}
	}
}

// identify lays a finished card on the reader and asks what it is.
func (w *worker) identify() {
	w.t.Helper()
	_, err := w.rig.Do("present", "good", "0")
	w.must(err)
	if w.mouse { // to the rooms, by the name of who sits here
		w.press("siti", "")
	}
	w.press(words("room.sight"), "Insert")
	w.reads(words("sight.good"))
	uid := w.rig.World().Reader.UID
	w.reads(uid)
	w.look("sight")
	_, err = w.rig.Do("remove")
	w.must(err)
}

// close counts, as two people, what is left in the feeder.
func (w *worker) close() {
	w.t.Helper()
	if w.mouse {
		w.press(words("room.shift"), "")
	} else {
		w.key("F3") // to the desk
		w.reads(words("card.last"))
		w.key("F3") // and to the first room
	}
	w.reads(words("form.count"))
	w.countOut("88")
}

// countOut closes the shift, which is the first thing to do in its room, with two counts of what is left.
func (w *worker) countOut(left string) {
	w.t.Helper()
	w.press(words("form.close-shift"), "Return")
	w.fill(counted(left))
	w.press(words("button.next"), "F10")
	w.reads(words("count.step.1"))
	w.fill(append(second(), counted(left))...)
	w.press(words("form.close-shift.do"), "F10")
	w.wrote(journal.KindShiftClosed, 1)
	w.reads(opening("said.closed"))
	w.look("closed")
}

// judge holds world, ledger, and certificate against each other.
func (w *worker) judge() {
	t := w.t
	t.Helper()
	truth := w.rig.World()
	if truth.Feeder != shiftBlank-shiftCards-shiftLost || len(truth.Trays.Good) != shiftCards || len(truth.Trays.Reject) != shiftLost || truth.Machine != nil || len(truth.Trays.Hand) != 0 {
		t.Fatalf("the world: %+v", truth)
	}
	good, reject := uids(truth.Trays.Good), uids(truth.Trays.Reject)
	for _, c := range truth.Trays.Good {
		if c.State != "sealed" || !c.Printed {
			t.Errorf("a card in the tray is %s, printed: %v", c.State, c.Printed)
		}
	}

	d, err := assembly.Open(t.Context(), w.dir, assembly.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l, err := assembly.ReadLedger(t.Context(), d.Journal.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := l.Balance()[ledger.WNI]
	if b[ledger.Hopper] != truth.Feeder || b[ledger.Good] != shiftCards || b[ledger.Spoiled] != shiftLost || b[ledger.Machine] != 0 || b[ledger.Missing] != 0 {
		t.Errorf("the ledger: %v", b)
	}
	if err := l.Proof(); err != nil {
		t.Error(err)
	}
	if items, err := d.Store.Queue(t.Context()); err != nil || len(items) != shiftWaiting-shiftCards {
		t.Errorf("%d still wait, %v", len(items), err)
	}

	signed := w.file(filepath.Join(w.dir, assembly.CertificateFolder, "*.jws"))
	proved, err := certificate.Verify(signed, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := proved.Certificate
	if s := c.Stock[0]; s.Opening != shiftBlank || s.Good != shiftCards || s.SpoiledAll() != shiftLost || s.Missing != 0 || s.Closing != truth.Feeder || s.Difference != 0 {
		t.Errorf("the certificate's stock: %+v", s)
	}
	if c.OpenedBy != [2]string{"siti", "rina"} || c.ClosedBy != [2]string{"siti", "rina"} || len(c.Incidents) != 0 || len(c.Waivers) != 0 {
		t.Errorf("the certificate: opened by %v, closed by %v, %v, %v", c.OpenedBy, c.ClosedBy, c.Incidents, c.Waivers)
	}
	var made, spoiled []string
	for _, x := range c.Cards {
		switch x.Result {
		case certificate.Good:
			made = append(made, x.UID)
		case certificate.Spoiled:
			spoiled = append(spoiled, x.UID)
		case certificate.Missing:
			t.Errorf("a card is missing: %+v", x)
		}
	}
	slices.Sort(made)
	if !slices.Equal(made, good) {
		t.Errorf("the certificate's good cards are %v, in the tray lie %v", made, good)
	}
	for _, uid := range spoiled { // a chip that never answered has no number to be told
		if !slices.Contains(reject, uid) {
			t.Errorf("the certificate calls %s spoiled, in the box lie %v", uid, reject)
		}
	}
}

// uids are the chip numbers of cards, sorted.
func uids(cards []world.CardInfo) []string {
	var all []string
	for _, c := range cards {
		all = append(all, c.UID)
	}
	slices.Sort(all)
	return all
}
