package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/journal"
)

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (f *fleet) summary(ctx context.Context) (api.Summary, error) {
	s, err := f.centre.store(ctx)
	if err != nil {
		return api.Summary{}, err
	}
	sum, err := s.Summary(ctx, time.Now(), "office")
	return sum, errors.Join(err, s.Close())
}

// judge holds the worlds, the books, and the centre against each other, when nothing runs but the service.
func (f *fleet) judge(ctx context.Context) error {
	s, err := f.centre.store(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // only read
	stations, err := s.Stations(ctx)
	if err != nil {
		return err
	}
	heads := map[string]api.Point{}
	for _, st := range stations {
		heads[st.ID] = st.Head
	}
	people := map[string]api.Key{} // who a card is of
	for k, d := range f.deposited {
		people[d] = k
	}
	cards := map[api.Key]string{} // where a record's live card lies
	for _, d := range f.desks {
		for _, why := range d.judge(ctx, s, heads[d.name], people, cards) {
			f.broken(d.fault("%s", why))
		}
	}
	f.judgeRecords(cards)
	return f.judgeCentre(ctx, s, cards)
}

// judge holds one desk's world, books, and what the centre has of them, against each other; it notes the desk's live cards.
func (d *desk) judge(ctx context.Context, s centre.Store, head api.Point, people map[string]api.Key, cards map[api.Key]string) (wrong []string) {
	say := func(format string, a ...any) { wrong = append(wrong, fmt.Sprintf(format, a...)) }
	w, err := d.world()
	if err != nil {
		return []string{err.Error()}
	}
	if p := d.ctl(ctx, "ledger", "verify"); p.code != 0 {
		say("%s", p)
	}
	st := d.state(ctx)
	if st.Open != "" {
		say("attempt %s is open", st.Open)
	}
	books := st.Blanks["WNI"]
	bad := len(w.Trays["reject"]) + len(w.Trays["emptied"])
	for account, n := range map[string]int{"hopper": w.Feeder, "machine": 0, "good": len(w.Trays["good"]), "spoiled": bad, "missing": 0, "vault": 0} {
		if books[account] != n {
			say("its books have %d in %s, the world %d", books[account], account, n)
		}
	}
	if all := w.Feeder + len(w.Trays["good"]) + bad; all != len(d.feeder) || w.Machine != nil {
		say("%d blanks were laid in, %d are to be found", len(d.feeder), all)
	}
	for _, c := range w.Trays["good"] {
		k, ok := people[c.Files["6FF1"]]
		switch {
		case !ok || c.State != "sealed" || !c.Printed:
			say("card %s in the good tray is %s and carries nobody", c.UID, c.State)
		case cards[k] != "":
			say("%s#%d has a second live card, %s; the first is %s", k.ID, k.Issue, c.UID, cards[k])
		default:
			cards[k] = d.name + ", card " + c.UID
		}
		d.f.count("cards good")
	}
	for range bad {
		d.f.count("cards spoiled")
	}
	d.judgeLink(ctx, s, head, books, say)
	return wrong
}

// judgeLink: the centre has this desk's journal to its last line, the same balance, and everything that was to be told.
func (d *desk) judgeLink(ctx context.Context, s centre.Store, head api.Point, books map[string]int, say func(string, ...any)) {
	stock, err := s.Stock(ctx, d.name)
	if err != nil {
		say("%v", err)
		return
	}
	for account, n := range stock["WNI"] {
		if books[account] != n {
			say("its books have %d in %s, the centre %d", books[account], account, n)
		}
	}
	j, err := journal.OpenReader(ctx, filepath.Join(d.station(), "journal.db"))
	if err != nil {
		say("%v", err)
		return
	}
	defer j.Close()
	movements := 0
	for e, err := range j.Of(ctx, head.Seq, journal.KindMovement) {
		if err != nil {
			say("%v", err)
			return
		}
		movements = int(e.Seq)
	}
	if movements > 0 {
		say("the centre has its journal to line %d, and line %d is a movement", head.Seq, movements)
	}
	for e, err := range j.Entries(ctx, head.Seq-1) {
		if err != nil || e.Seq != head.Seq || e.Hash != head.Hash {
			say("the head that the centre has is not line %d of the journal: %v", head.Seq, err)
		}
		break
	}
	p := d.ctl(ctx, "centre", "status", "--json")
	var link struct{ Outbox, Leased int }
	if err := json.Unmarshal(p.out.Bytes(), &link); err != nil || link.Outbox != 0 || link.Leased != 0 {
		say("%d outcomes are not told, %d leases are held: %v %s", link.Outbox, link.Leased, err, p)
	}
}

// judgeRecords: everybody has exactly one card, but who was withdrawn.
func (f *fleet) judgeRecords(cards map[api.Key]string) {
	for k := range f.deposited {
		_, withdrawn := f.withdrawn[k]
		if cards[k] == "" && !withdrawn {
			f.broken(fmt.Errorf("%s#%d has no card", k.ID, k.Issue))
		}
	}
}

// judgeCentre: what the centre counts is what there is, and it has nothing to complain of but what was done on purpose.
func (f *fleet) judgeCentre(ctx context.Context, s centre.Store, cards map[api.Key]string) error {
	sum, err := s.Summary(ctx, time.Now(), "office")
	if err != nil {
		return err
	}
	cancel, gone := 0, 0
	for k := range f.withdrawn {
		if cards[k] != "" {
			cancel++
		} else {
			gone++
		}
	}
	if t := sum.Total; t.Waiting != 0 || t.Leased != 0 || t.Lost != 0 || t.Cancel != cancel {
		f.broken(fmt.Errorf("the centre has %d waiting, %d leased, %d lost, %d to be cancelled; %d withdrawn records have a card", t.Waiting, t.Leased, t.Lost, t.Cancel, cancel))
	}
	f.mu.Lock()
	f.counts["records with one card"], f.counts["withdrawn with a card, to be cancelled"], f.counts["withdrawn without a card"] = len(cards)-cancel, cancel, gone
	f.mu.Unlock()
	incidents, err := s.Incidents(ctx, 0)
	if err != nil {
		return err
	}
	skewed := map[string]bool{}
	for _, d := range f.desks {
		skewed[d.name] = d.skew.Abs() > 5*time.Minute
	}
	told := map[api.Key]bool{}
	for _, i := range incidents {
		f.count("incident: " + i.Kind)
		k := api.Key{ID: i.Record, Issue: i.Issue}
		_, withdrawn := f.withdrawn[k]
		switch {
		case i.Kind == "clock" && skewed[i.Station]:
			skewed[i.Station] = false
		case i.Kind == "cancel" && withdrawn:
			told[k] = true
		default:
			f.broken(fmt.Errorf("incident %s of %s %s#%d: %s", i.Kind, i.Station, i.Record, i.Issue, i.Detail))
		}
	}
	for name, untold := range skewed {
		if untold {
			f.broken(fmt.Errorf("the clock of %s is wrong, and the centre did not notice", name))
		}
	}
	for k := range f.withdrawn {
		if cards[k] != "" && !told[k] {
			f.broken(fmt.Errorf("%s#%d was withdrawn and has a card, and the centre says nothing", k.ID, k.Issue))
		}
	}
	return nil
}
