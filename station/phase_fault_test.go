package station_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/hwsim/centre"
	"cetak/station"
	"cetak/station/advice"
	"cetak/station/centre/api"
	"cetak/station/face"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/record"
	"cetak/station/source"
)

var update = flag.Bool("update", false, "write docs/phase-fault.md")

const page = "../docs/phase-fault.md"

// injected is the one fault of a run, and the step at which it comes out. The devices below are the contract's good case
// and nothing else: they move a card and answer, so that the real station, journal, ledger, and store meet the typed
// fault in the phase in question. How a machine comes to a fault is the drivers' tests' business, on the simulator.
type injected struct {
	at    string
	fault error
}

// give returns the fault at its step, once.
func (i *injected) give(at string) error {
	if i.fault == nil || i.at != at {
		return nil
	}
	f := i.fault
	i.fault = nil
	return f
}

// bench is the machine, the reader, and the chip of one test.
type bench struct {
	*injected
	pos     drivers.Position
	counter int64
	panels  int64 // printed; 0: the machine does not tell
	slip    int64 // added to the counter by a Load, beside what its fault says
	cards   int
	state   drivers.ChipState
	files   drivers.Files
	pause   func() // called once in the middle of a card

	pauseAtChip func() // called once when the card comes to the chip station
}

func (b *bench) Printer(context.Context) (drivers.Printer, error) { return printer{b}, nil }
func (b *bench) Reader(context.Context) (drivers.ChipReader, error) {
	return reader{b}, b.give("reader")
}

type printer struct{ *bench }

func (p printer) Identify(context.Context) (drivers.PrinterID, error) {
	return drivers.PrinterID{}, nil
}
func (p printer) Status(context.Context) (drivers.PrinterStatus, error) {
	return drivers.PrinterStatus{Position: p.pos, CardsInserted: p.counter, PanelsPrinted: p.panels, RibbonLeft: 100}, p.give("status")
}

func (p printer) Load(_ context.Context, to drivers.Position) error {
	if p.pos != drivers.PositionNone {
		p.pos = to
		return nil
	}
	err := p.give("load")
	card := drivers.InMachine
	if err != nil {
		card = drivers.AsFault(err).Card
	}
	p.counter += p.slip
	if card != drivers.InHopper {
		p.counter++
		p.cards++
		p.state, p.files = drivers.ChipBlank, nil
	}
	if card == drivers.InMachine {
		p.pos = to
	}
	if p.pauseAtChip != nil {
		p.pauseAtChip()
		p.pauseAtChip = nil
	}
	return err
}

func (p printer) Print(context.Context, drivers.Artwork) error {
	if p.pause != nil {
		p.pause()
		p.pause = nil
	}
	err := p.give("print")
	p.lose(err)
	if err == nil && p.panels > 0 {
		p.panels += 4 // without the overlay
	}
	return err
}

func (p printer) Discharge(context.Context, drivers.Tray) error {
	err := p.give("discharge")
	p.lose(err)
	if err == nil {
		p.pos = drivers.PositionNone
	}
	return err
}

// lose takes the card out of the machine's sight where the fault says so.
func (p printer) lose(err error) {
	if err != nil && drivers.AsFault(err).Card != drivers.InMachine {
		p.pos = drivers.PositionNone
	}
}

func (p printer) Close() error { return nil }

type reader struct{ *bench }

func (r reader) Wait(context.Context) (drivers.Chip, error) { return chip{}, r.give("wait") }
func (r reader) Close() error                               { return nil }

type chip struct{}

func (chip) ATR() []byte                                      { return nil }
func (chip) Transmit(context.Context, []byte) ([]byte, error) { return []byte{0x90, 0}, nil }
func (chip) Close() error                                     { return nil }

// encoder is a chip profile whose chip keeps what is written.
type encoder struct{ *bench }

func (e encoder) Check(drivers.Files) error { return e.give("check") }
func (e encoder) Identify(context.Context, drivers.Chip) (drivers.ChipIdentity, error) {
	id := drivers.ChipIdentity{UID: []byte{4, byte(e.cards >> 8), byte(e.cards)}, State: e.state}
	if p := e.files["6FF2"]; len(p) > 2 {
		id.Portrait = p[2:]
	}
	return id, e.give("identify")
}

func (e encoder) Write(_ context.Context, _ drivers.Chip, f drivers.Files) error {
	e.state, e.files = drivers.ChipPartial, f
	return e.give("write")
}

func (e encoder) ReadBack(context.Context, drivers.Chip) (drivers.Files, error) {
	return e.files, e.give("read-back")
}
func (e encoder) Compare(_, _ drivers.Files) error { return e.give("compare") }
func (e encoder) Seal(context.Context, drivers.Chip) error {
	e.state = drivers.ChipSealed
	return e.give("seal")
}

func (e encoder) Terminate(context.Context, drivers.Chip) (bool, error) {
	e.state = drivers.ChipTerminated
	return true, nil
}

func (e encoder) TestFiles(string) drivers.Files { return drivers.Files{"6FF2": {0, 1, 7}} }

// books is the real journal; it fails once where the fault says so, and has then written nothing.
type books struct {
	*journal.Journal
	*injected
}

func (b books) Append(ctx context.Context, facts ...journal.Fact) ([]journal.Entry, error) {
	for _, f := range facts {
		if err := b.give("append " + string(f.Kind)); err != nil {
			return nil, err
		}
	}
	return b.Journal.Append(ctx, facts...)
}

func (b books) CheckSpace(ctx context.Context) error {
	if err := b.give("space"); err != nil {
		return err
	}
	return b.Journal.CheckSpace(ctx)
}

// records is the real store; it fails once where the fault says so.
type records struct {
	*source.Store
	*injected
}

func (r records) Record(ctx context.Context, k record.Key) (*record.Record, error) {
	if err := r.give("record"); err != nil {
		return nil, err
	}
	return r.Store.Record(ctx, k)
}

func (r records) Finish(ctx context.Context, k record.Key, o source.Outcome) error {
	if err := r.give("finish"); err != nil {
		return err
	}
	return r.Store.Finish(ctx, k, o)
}

// where are the places a card may be after a fault of the device in a phase.
func where(p flow.Phase, c drivers.Code) []drivers.Whereabouts {
	device := strings.ContainsAny(string(c[:1]), "LPD") || c == drivers.Unexpected
	switch {
	case c == drivers.ChipSwapped:
		return []drivers.Whereabouts{drivers.Unknown}
	case p == flow.Claimed, p == flow.Settling, p == flow.Held:
		return []drivers.Whereabouts{drivers.NoCard}
	case c[0] == 'J' && p == flow.Loading: // the intent, and that the blank left the feeder
		return []drivers.Whereabouts{drivers.NoCard, drivers.InMachine}
	case c[0] == 'J':
		return []drivers.Whereabouts{drivers.NoCard}
	case c == drivers.FeederEmpty:
		return []drivers.Whereabouts{drivers.InHopper}
	case p == flow.Loading && device:
		return []drivers.Whereabouts{drivers.InHopper, drivers.InMachine, drivers.Unknown}
	case device && (p == flow.Printing || p == flow.Discharging):
		return []drivers.Whereabouts{drivers.InMachine, drivers.Unknown}
	}
	return []drivers.Whereabouts{drivers.InMachine}
}

// again is who may try again, as the driver that raises the code says.
func again(c drivers.Code) drivers.Again {
	switch c {
	case drivers.LineNoise, drivers.ChipMute, drivers.ChipRemoved, drivers.ReaderFailed, drivers.ReaderBusy, drivers.BinCounterFull, source.StoreBusy:
		return drivers.AgainNow
	case drivers.PrinterRefused, drivers.NoChip, drivers.WrongATR, drivers.ChipRefused, drivers.ChipMismatch, drivers.ChipUsed,
		drivers.ChipDataTooLarge, drivers.ChipSwapped, drivers.KeysSpent, drivers.DispenserRefused, drivers.Unexpected, office.CardDead, api.Withdrawn, api.StaleFence, api.NotHeld, api.NoSuchRecord, journal.UIDRepeated, journal.Damaged, journal.DiskFailed:
		return drivers.AgainNever
	}
	if c[0] == 'R' || strings.HasPrefix(string(c), "C-2") { // what the record or the secure channel to the chip says is final
		return drivers.AgainNever
	}
	return drivers.AgainAfterOperator
}

// step is where in the station's calls the fault of a phase comes out.
func step(p flow.Phase, c drivers.Code, w drivers.Whereabouts) string {
	journalled := c[0] == 'J'
	switch p {
	case flow.Claimed:
		switch {
		case journalled:
			return "space"
		case c == drivers.ChipDataTooLarge:
			return "check"
		case c[0] == 'C':
			return "reader"
		case c[0] == 'L' || c[0] == 'P' || c[0] == 'D':
			return "status"
		}
		return "record"
	case flow.Loading:
		if journalled && w == drivers.InMachine {
			return "append loaded"
		}
		if journalled {
			return "append intent"
		}
		return "load"
	case flow.AtChip:
		if journalled {
			return "append uid"
		}
		if c == drivers.NoReaderService || c == drivers.NoReader || c == drivers.ReaderBusy {
			return "wait"
		}
		return "identify"
	case flow.Encoding:
		if journalled {
			return "append written"
		}
		return "write"
	case flow.Verifying:
		if journalled {
			return "append verified"
		}
		if c[0] == 'R' || c == drivers.ChipMismatch {
			return "compare"
		}
		return "read-back"
	case flow.Printing:
		if journalled {
			return "append printing"
		}
		return "print"
	case flow.Discharging:
		if journalled {
			return "append discharging"
		}
		return "discharge"
	case flow.Settling:
		if journalled || c == drivers.Unexpected {
			return "append outcome"
		}
		return "finish"
	}
	return ""
}

// row is one line of the page: what was seen.
type row struct {
	phase flow.Phase
	code  drivers.Code
	told  drivers.Whereabouts // by the fault
	card  drivers.Whereabouts // as the station shows it
	blank string              // outcome in the journal, or that it stays open
	exit  int
}

// TestEveryPhaseAndFault raises every code in every phase that can raise it, holds the outcome to the ledger and to the
// rules of the flow, and makes the page of what was seen.
func TestEveryPhaseAndFault(t *testing.T) {
	all := station.Faults()
	seen := make([][]row, len(flow.Phases()))
	t.Run("phases", func(t *testing.T) {
		for i, p := range flow.Phases() {
			t.Run(string(p), func(t *testing.T) {
				t.Parallel()
				people := 1
				if p == flow.Settling { // its cards are good ones: each needs somebody
					people = len(all[p])
				}
				d := newDesk(t, people)
				for _, c := range all[p] {
					for _, w := range where(p, c) {
						seen[i] = append(seen[i], d.play(p, c, w))
					}
				}
			})
		}
	})
	rows := slices.Concat(seen...)
	pairs := map[[2]string]bool{}
	for _, r := range rows {
		pairs[[2]string{string(r.phase), string(r.code)}] = true
	}
	reached, total := len(pairs), 0
	for _, codes := range all {
		total += len(codes)
	}
	if reached != total {
		t.Errorf("%d of %d pairs reached", reached, total)
	}
	t.Logf("%d pairs, %d rows", reached, len(rows))
	compare(t, rows, reached)
}

// TestEveryCodeHasItsPhase finds every code of drivers and station in the source: it is raised in a phase of a card, or
// said to come from elsewhere, never both left out.
func TestEveryCodeHasItsPhase(t *testing.T) {
	known := map[drivers.Code]bool{}
	for _, codes := range station.Faults() {
		for _, c := range codes {
			known[c] = true
		}
	}
	for from, codes := range station.Outside() {
		for _, c := range codes {
			if known[c] {
				t.Errorf("%s is both raised by a card and from %s", c, from)
			}
			known[c] = true
		}
	}
	acts := []string{"access", "api", "centre", "certificate", "handover", "ledger", "link", "mosip", "office", "papers", "policy", "report"} // what they refuse, they refuse to people
	declared := regexp.MustCompile(`drivers\.Code\s*=\s*"([A-Z]-\d{3})"|\sCode\s*=\s*"([A-Z]-\d{3})"`)
	for _, dir := range []string{"../drivers", "."} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range declared.FindAllSubmatch(text, -1) {
				c := drivers.Code(string(m[1]) + string(m[2]))
				family := string(c[:3])
				if family == "K-1" || family == "K-2" || slices.Contains(acts, filepath.Base(filepath.Dir(path))) { // settings, acts of people: no card is in hand
					continue
				}
				if !known[c] {
					t.Errorf("%s (%s) is in no phase and not said to come from elsewhere: add it to station.Faults or Outside", c, path)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// desk is the real station on real books, anew for each row.
type desk struct {
	t       *testing.T
	journal *journal.Journal
	store   *source.Store
	faces   *face.Renderer
	keys    record.Keys
	bench   *bench
	people  string           // folder of the verifiers
	devices station.Devices  // nil: the bench
	secure  station.CardKeys // nil: cards take none
}

func newDesk(t *testing.T, people int) *desk {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	c := centre.New(3, centre.Options{})
	if err := c.WriteKeys(dir); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, people: dir, bench: &bench{injected: &injected{}, pos: drivers.PositionNone, counter: 7}}
	var err error
	if d.keys, err = record.LoadKeys(dir); err != nil {
		t.Fatal(err)
	}
	if d.store, err = source.OpenStore(filepath.Join(dir, "records.db"), d.keys); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.store.Close() })
	bundle, err := c.Bundle(people)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "a.prr")
	if err := os.WriteFile(path, bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	if in, err := d.store.Take(ctx, path, time.Now()); err != nil || len(in.Taken) != people {
		t.Fatalf("%+v, %v", in, err)
	}
	if d.journal, err = journal.Create(ctx, filepath.Join(dir, "journal.db"), "test"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.journal.Close() })
	if d.faces, err = face.New(); err != nil {
		t.Fatal(err)
	}
	for _, m := range []ledger.Movement{
		{Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Type: ledger.WNI, Count: 1000, Who: "A", Second: "B", Document: "BA-1"},
		{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.WNI, Count: 1000, Who: "A", Second: "B"},
	} {
		if _, err := d.journal.Append(ctx, journal.Fact{Kind: journal.KindMovement, Who: "A", Data: m}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// play makes one card with the fault in it, as cetakctl would: it gives up what needs no person. Then a person ends what
// is left, and the books must be whole.
func (d *desk) play(p flow.Phase, c drivers.Code, w drivers.Whereabouts) row {
	t, b := d.t, d.bench
	name := fmt.Sprintf("%s, %s, %s", p, c, w)
	f := &drivers.Fault{Code: c, Op: "test", Card: w, Again: again(c)}
	if c[0] == 'J' {
		f.Card = drivers.NoCard // the journal knows no card: the station must
	}
	b.injected.at, b.injected.fault, b.pos = step(p, c, w), error(f), drivers.PositionNone
	if p == flow.Held { // a person is asked already, and the look at the machine fails
		b.injected.at, b.injected.fault = "load", &drivers.Fault{Code: drivers.CardJamFeed, Op: "test", Card: drivers.Unknown, Again: drivers.AgainAfterOperator}
	}
	s := station.New(station.Parts{
		Devices: b, Encoder: encoder{b}, Journal: books{d.journal, b.injected}, Store: records{d.store, b.injected},
		Faces: d.faces, Keys: d.keys, Log: zerolog.Nop(),
	}, station.Options{Office: "O", Desk: "1", Who: "W", Specimen: true, Blank: ledger.WNI, ChipStation: drivers.PositionContact})
	snaps, stop := s.Watch()
	defer stop()
	ended := make(chan error, 1)
	s.Do(station.RunQueue{Count: 1})
	go func() { ended <- s.Run(t.Context()) }()
	sent := uint64(1)
	var n station.Snapshot
	rest := func() {
		for n = range snaps {
			if n.Handled >= sent && (n.Question != nil || !n.Batch && !n.Busy) {
				return
			}
		}
	}
	say := func(a station.Answer) { sent++; s.Do(station.Reply{Answer: a}); rest() }
	rest()
	if p == flow.Held {
		b.injected.at, b.injected.fault = "status", error(f)
		if c[0] == 'J' || c == drivers.Unexpected {
			b.injected.at = "append settled"
		}
		if c[0] == 'C' {
			b.injected.at, b.pos = "reader", drivers.PositionContact
		}
		say(station.AnswerContinue)
	}
	if b.injected.fault != nil {
		t.Fatalf("%s: the fault was not raised", name)
	}
	if n.Fault == nil || n.Fault.Code != c {
		t.Fatalf("%s: the station shows %+v", name, n.Fault)
	}
	seen := row{phase: p, code: c, told: w, card: n.Fault.Card}
	if n.Question != nil && n.Question.Kind == station.QuestionFault && slices.Contains(n.Question.Answers, station.AnswerGiveUp) {
		say(station.AnswerGiveUp)
	}
	seen.blank, seen.exit = d.outcome(), 1
	if n.Question != nil {
		seen.exit, seen.blank = 3, "open; a person: "+answers(n.Question.Answers)
	}
	for i := 0; n.Question != nil && i < 4; i++ {
		a := station.AnswerContinue
		if n.Question.Kind == station.QuestionWhere && (p != flow.Held || i > 0) {
			a = station.AnswerSpoiled
		}
		say(a)
	}
	s.Do(station.Stop{})
	if err := <-ended; err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	d.whole(name, seen)
	return seen
}

func answers(list []station.Answer) string {
	var words []string
	for _, a := range list {
		words = append(words, string(a))
	}
	return strings.Join(words, ", ")
}

// outcome is what the journal says of the last attempt.
func (d *desk) outcome() string {
	open, out := "", "no blank moved"
	begun := false
	for e, err := range d.journal.Entries(d.t.Context(), 0) {
		if err != nil {
			d.t.Fatal(err)
		}
		switch e.Kind {
		case journal.KindStart:
			begun, out = true, "no blank moved"
		case journal.KindIntent:
			open = e.Attempt
		case journal.KindOutcome:
			if begun && e.Attempt == open {
				out = regexp.MustCompile(`"outcome":"([a-z-]+)"`).FindStringSubmatch(string(e.Data))[1]
			}
		}
	}
	return out
}

// whole holds the books to the invariants after a row, and the row to the rules of the flow.
func (d *desk) whole(name string, r row) {
	b, err := station.ReadBooks(d.t.Context(), d.journal.Entries(d.t.Context(), 0), office.Rules{}, time.Now())
	if err != nil {
		d.t.Fatalf("%s: %v", name, err)
	}
	if b.Open != nil {
		d.t.Errorf("%s: an attempt is still open", name)
	}
	if err := b.Ledger.Proof(); err != nil {
		d.t.Errorf("%s: %v", name, err)
	}
	if n := b.Ledger.Count(ledger.WNI, ledger.Machine); n != 0 {
		d.t.Errorf("%s: %d blanks in the machine", name, n)
	}
	left := int64(1000 - b.Ledger.Count(ledger.WNI, ledger.Hopper))
	if taken := d.bench.counter - 7; left != taken {
		d.t.Errorf("%s: the machine took %d blanks, the ledger says %d", name, taken, left)
	}
	want := ""
	switch {
	case r.phase == flow.Claimed:
		want = "no blank moved"
	case r.told == drivers.Unknown && r.phase != flow.Held:
		want = "open; a person"
	case r.told == drivers.InHopper:
		want = "not-taken"
	}
	if !strings.HasPrefix(r.blank, want) {
		d.t.Errorf("%s: %s, want %s", name, r.blank, want)
	}
	for _, lang := range []string{"id", "en"} {
		if c, ok := advice.For(r.code, lang); !ok || c.Title == "" || len(c.Steps) == 0 {
			d.t.Errorf("%s: no advice in %s", name, lang)
		}
	}
}

func compare(t *testing.T, rows []row, pairs int) {
	t.Helper()
	var p bytes.Buffer
	fmt.Fprintf(&p, `# Every phase, every fault

What the station does when a fault comes in each phase of a card: made by the test that raises every one of them
(`+"`go test ./station -run EveryPhase -update`"+`); %d pairs of phase and fault, each reached, in %d rows by where the device
says the card is. **Card** is what the station shows then. **Blank** is the outcome in the journal, once what needs no person
was given up as `+"`cetakctl run`"+` does; an open one waits for a person, who has the answers named. **Exit** is that of `+"`cetakctl run`"+`:
1 all is accounted for, 3 a person is needed. The steps for the operator are in the fault manual, in Indonesian and English.

`, pairs, len(rows))
	last := flow.Phase("")
	for _, r := range rows {
		if r.phase != last {
			last = r.phase
			fmt.Fprintf(&p, "\n## %s\n\n| fault | advice | device says | card | blank | exit |\n|---|---|---|---|---|---|\n", last)
		}
		c, _ := advice.For(r.code, "en")
		fmt.Fprintf(&p, "| %s | %s | %s | %s | %s | %d |\n", r.code, c.Title, place(r.told), place(r.card), r.blank, r.exit)
	}
	if *update {
		if err := os.WriteFile(page, p.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if errors.Is(err, fs.ErrNotExist) || !bytes.Equal(have, p.Bytes()) {
		t.Errorf("%s is stale: go test ./station -run EveryPhase -update, and read the difference", page)
	}
}

func place(w drivers.Whereabouts) string {
	if w == drivers.NoCard {
		return "-"
	}
	return string(w)
}
