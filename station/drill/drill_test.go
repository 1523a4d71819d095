package drill

import (
	"encoding/json"
	"iter"
	"strings"
	"testing"
	"time"

	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
)

// Every day that is in the program is whole, and no two have one name or one place.
func TestDays(t *testing.T) {
	all := Days()
	if len(all) != 5 {
		t.Fatalf("%d days", len(all))
	}
	seen := map[string]bool{}
	for i, d := range all {
		if seen[d.ID] || d.Order != i+1 {
			t.Errorf("day %s, order %d, stands at %d", d.ID, d.Order, i+1)
		}
		seen[d.ID] = true
		if got, ok := Named(d.ID); !ok || got.Order != d.Order {
			t.Errorf("%s is not found by its name", d.ID)
		}
		if d.In("fr").Title != d.In("id").Title || d.In("en").Title == d.In("id").Title {
			t.Errorf("%s: the words", d.ID)
		}
	}
	if _, ok := Named("none"); ok {
		t.Error("a day that is none was found")
	}
	if s := all[2].Script(); !strings.Contains(s, "on update 4 since feed 3 do hold once\n") {
		t.Errorf("the power day's scene: %q", s)
	}
}

// A day that is not whole is refused.
func TestParseRefuses(t *testing.T) {
	b, err := files.ReadFile("days/2-jam.toml")
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	if _, err := parse(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"marks that are not 100":       {"work = 20", "work = 21"},
		"too few blanks":               {"blanks = 14", "blanks = 8"},
		"no seed":                      {"seed = 4202", "seed = 0"},
		"an unknown key":               {"order = 2", "ordre = 2"},
		"advice without anything":      {`fault = ["P-103"]`, ""},
		"two things to recover from":   {`fault = ["P-103"]`, "fault = [\"P-103\"]\nmissing = 1"},
		"a cut that nobody makes":      {`fault = ["P-103"]`, "cut = true"},
		"a language that is not there": {"[words.en]", "[words.fr]"},
		"a hint in one language only":  {"\t\"The jammed card is booked as spoiled. Its person returns to the queue and gets a card from another blank.\",\n", ""},
		"no lesson":                    {"lesson = \"A jammed", "# lesson = \"A jammed"},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if text == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := parse(text); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// Both languages have the same words.
func TestWords(t *testing.T) {
	w := scoreWords()
	for key := range w["id"] {
		if w["en"][key] == "" || w["id"][key] == "" {
			t.Errorf("%s is not in both languages", key)
		}
	}
	if len(w["en"]) != len(w["id"]) {
		t.Errorf("%d words in en, %d in id", len(w["en"]), len(w["id"]))
	}
}

var morning = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// story writes a drill's journal.
type story struct {
	t   *testing.T
	all []journal.Entry
	at  time.Time
	n   int
}

func (s *story) add(kind journal.Kind, attempt, rec, uid string, data any) {
	b, err := json.Marshal(data)
	if err != nil {
		s.t.Fatal(err)
	}
	s.at = s.at.Add(time.Second)
	s.all = append(s.all, journal.Entry{Seq: int64(len(s.all) + 1), At: s.at, Kind: kind, Attempt: attempt, Record: rec, Issue: 1, UID: uid, Who: "siti", Data: b})
}

func (s *story) move(m ledger.Movement) {
	m.Type, m.Who, m.Second = ledger.WNI, "siti", "rina"
	if m.Count == 0 {
		m.Count = 1
	}
	s.add(journal.KindMovement, m.Attempt, "", "", m)
}

// begin books blanks and opens the shift.
func (s *story) begin(blanks int) {
	s.move(ledger.Movement{Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Count: blanks, Document: "SIM"})
	s.move(ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Count: blanks})
	s.add(journal.KindShiftOpened, "", "", "", ledger.Shift{ID: "2026-11-23-1", Desk: "D", Opened: s.at, By: [2]string{"siti", "rina"},
		Opening: ledger.Count{ledger.WNI: {ledger.Hopper: blanks}}})
}

// load takes a blank for a person and gives the attempt and its chip.
func (s *story) load(rec string) (attempt, uid string) {
	s.n++
	attempt, uid = "A-"+rec+string(rune('a'+s.n)), "04"+strings.Repeat("0", 9)+string(rune('A'+s.n%6))+string(rune('0'+s.n/6))+"0"
	s.add(journal.KindIntent, attempt, rec, "", map[string]any{"counter": s.n - 1, "blank": "WNI"})
	s.move(ledger.Movement{Kind: ledger.Load, From: ledger.Hopper, To: ledger.Machine, Attempt: attempt})
	s.add(journal.KindUID, attempt, rec, uid, nil)
	return attempt, uid
}

func (s *story) good(rec string) (uid string) {
	a, uid := s.load(rec)
	s.move(ledger.Movement{Kind: ledger.MadeGood, From: ledger.Machine, To: ledger.Good, Attempt: a, UIDs: []string{uid}})
	s.add(journal.KindOutcome, a, rec, uid, map[string]any{"outcome": "good"})
	return uid
}

// fault stops the line n times under one card and ends it so.
func (s *story) fault(rec, code string, n int, after time.Duration, outcome string) (uid string) {
	a, uid := s.load(rec)
	for range n {
		s.add(journal.KindFault, a, rec, uid, map[string]any{"code": code})
	}
	s.at = s.at.Add(after)
	s.add(journal.KindSettled, a, rec, uid, map[string]any{"verdict": "inside"})
	m := ledger.Movement{Kind: ledger.Spoil, From: ledger.Machine, To: ledger.Spoiled, Cause: "fault:" + code, Attempt: a, UIDs: []string{uid}}
	if outcome == "missing" {
		m.Kind, m.To = ledger.CountAdjustment, ledger.Missing
	}
	s.move(m)
	s.add(journal.KindOutcome, a, rec, uid, map[string]any{"outcome": outcome})
	return uid
}

func (s *story) close(counted int) {
	s.add(journal.KindShiftClosed, "", "", "", map[string]any{"closing": ledger.Closing{Shift: "2026-11-23-1", Closed: s.at, By: [2]string{"siti", "rina"},
		Counted: ledger.Count{ledger.WNI: {ledger.Hopper: counted}}}})
}

func (s *story) entries() iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		for _, e := range s.all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func cards(uids ...string) []Card {
	var out []Card
	for _, u := range uids {
		out = append(out, Card{u})
	}
	return out
}

// A jam that is worked rightly is worth everything, and each mistake costs what belongs to it and nothing else.
func TestJam(t *testing.T) {
	day, _ := Named("jam")
	people := []string{"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"}
	for _, c := range []struct {
		name                                string
		tries                               int
		outcome                             string
		after                               time.Duration
		made                                int
		hand                                bool // the jammed card is kept in the hand
		open                                bool // the shift is not closed
		extra                               int  // blanks fed and not booked
		work, advice, blanks, idle, closing int
		says                                string
	}{
		{"right", 1, "spoiled", time.Minute, 8, false, false, 0, 20, 35, 15, 10, 20, "nasihat diikuti"},
		{"went on with the jam", 3, "spoiled", time.Minute, 8, false, false, 0, 20, 17, 15, 10, 20, "3 kali"},
		{"called it missing", 1, "missing", time.Minute, 8, true, false, 0, 20, 18, 15, 10, 20, "tidak ditemukan"},
		{"kept it", 1, "spoiled", time.Minute, 8, true, false, 0, 20, 18, 15, 10, 8, "kotak tolak"},
		{"slept", 1, "spoiled", 6*time.Minute + 30*time.Second, 8, false, false, 0, 20, 35, 15, 4, 20, "391 detik"},
		{"slept longer", 1, "spoiled", 20 * time.Minute, 8, false, false, 0, 20, 35, 15, 0, 20, "1201 detik"},
		{"half the people", 1, "spoiled", time.Minute, 4, false, false, 0, 10, 35, 7, 5, 20, "4 dari 8"},
		{"did not close", 1, "spoiled", time.Minute, 8, false, true, 0, 20, 35, 15, 10, 0, "belum ditutup"},
		{"fed blanks from a pocket", 1, "spoiled", time.Minute, 8, false, false, 2, 20, 35, 15, 10, 8, "buku mencatat 5 di pengumpan, padahal ada 7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &story{t: t, at: morning}
			s.begin(day.Blanks)
			bad := s.fault("p7", "P-103", c.tries, c.after, c.outcome)
			w := World{Feeder: day.Blanks - 1 - c.made + c.extra, Trays: map[string][]Card{}}
			for _, p := range people[:c.made] {
				w.Trays["good"] = append(w.Trays["good"], Card{s.good(p)})
			}
			if c.hand {
				w.Trays["hand"] = cards(bad)
			} else {
				w.Trays["reject"] = cards(bad)
			}
			if !c.open {
				s.close(day.Blanks - 1 - c.made)
			}
			r := score(t, day, s, w)
			want := []int{c.work, c.advice, c.blanks, c.idle, c.closing}
			sum := 0
			for i, row := range r.Rows {
				sum += row.Marks
				if row.Marks != want[i] {
					t.Errorf("%s: %d of %d, want %d: %s", row.What, row.Marks, row.Of, want[i], row.Says("id"))
				}
			}
			if r.Marks != sum || r.Closed == c.open || len(r.Rows) != 5 {
				t.Errorf("%+v", r)
			}
			if all := strings.ToLower(strings.Join(r.Text("id"), "\n")); !strings.Contains(all, c.says) || strings.Contains(all, "{") {
				t.Errorf("%q is not said:\n%s", c.says, all)
			}
		})
	}
}

func score(t *testing.T, d Day, s *story, w World) Result {
	t.Helper()
	r, err := Of(d, Evidence{Entries: s.entries(), Rules: office.Rules{Station: "D"}, World: w})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A blank beyond those that the day takes costs half; trouble that was seen before it came costs nothing.
func TestRibbon(t *testing.T) {
	day, _ := Named("ribbon")
	for spoilt, want := range []int{100, 100, 100 - 10 - 18, 100 - 20 - 18} {
		s := &story{t: t, at: morning}
		s.begin(day.Blanks)
		w := World{Trays: map[string][]Card{}}
		for range spoilt {
			w.Trays["reject"] = append(w.Trays["reject"], Card{s.fault("p1", "P-106", 1, 0, "spoiled")})
		}
		for _, p := range []string{"p1", "p2", "p3", "p4"} {
			w.Trays["good"] = append(w.Trays["good"], Card{s.good(p)})
		}
		w.Feeder = day.Blanks - 4 - spoilt
		s.close(w.Feeder)
		if r := score(t, day, s, w); r.Marks != want || r.Lost != spoilt {
			t.Errorf("%d spoiled: %d marks, want %d\n%s", spoilt, r.Marks, want, strings.Join(r.Text("en"), "\n"))
		}
	}
}

// Nothing is worth anything before it is done.
func TestNothingDone(t *testing.T) {
	for _, d := range Days() {
		s := &story{t: t, at: morning}
		if r := score(t, d, s, World{}); r.Marks != 0 {
			t.Errorf("%s: %d marks for nothing", d.ID, r.Marks)
		}
	}
}

// The missing blank is booked with minutes, or it costs: a count made to fit, and a difference that is waved through.
func TestMissing(t *testing.T) {
	day, _ := Named("missing")
	for name, c := range map[string]struct {
		book   bool
		count  int // over what is there
		waiver bool
		want   int
	}{
		"booked":        {true, 0, false, 100},
		"made to fit":   {false, 1, false, 100 - 35 - 15},
		"waved through": {false, 0, true, 100 - 17 - 15},
	} {
		s := &story{t: t, at: morning}
		s.begin(day.Blanks)
		w := World{Trays: map[string][]Card{}}
		for _, p := range []string{"p1", "p2", "p3", "p4", "p5"} {
			w.Trays["good"] = append(w.Trays["good"], Card{s.good(p)})
		}
		w.Feeder = day.Blanks - 5 - 1
		if c.book {
			s.move(ledger.Movement{Kind: ledger.CountAdjustment, From: ledger.Hopper, To: ledger.Missing, Cause: ledger.CauseAdjust, Document: "BA-1"})
		}
		closing := ledger.Closing{Shift: "2026-11-23-1", Closed: s.at, By: [2]string{"siti", "rina"}, Counted: ledger.Count{ledger.WNI: {ledger.Hopper: w.Feeder + c.count}}}
		if c.waiver {
			closing.Waivers = []ledger.Waiver{{Who: "rina", Second: "budi", Reason: "x", Type: ledger.WNI, Difference: -1}}
		}
		s.add(journal.KindShiftClosed, "", "", "", map[string]any{"closing": closing})
		if r := score(t, day, s, w); r.Marks != c.want {
			t.Errorf("%s: %d marks, want %d\n%s", name, r.Marks, c.want, strings.Join(r.Text("id"), "\n"))
		}
	}
}

// After a power cut the station must have seen the card where it was, and two people have opened it.
func TestPower(t *testing.T) {
	day, _ := Named("power")
	for name, c := range map[string]struct {
		verdict, outcome string
		inBox            bool
		want             int
	}{
		"right":          {"inside", "spoiled", true, 100},
		"card moved":     {"ask", "missing", false, 100 - 35},
		"put in the box": {"ask", "spoiled", true, 100 - 18},
	} {
		s := &story{t: t, at: morning}
		s.begin(day.Blanks)
		w := World{Trays: map[string][]Card{}}
		s.add(journal.KindStart, "", "", "", nil)
		a, uid := s.load("p3")
		s.at = s.at.Add(time.Minute)
		s.add(journal.KindUncleanStart, "", "", "", nil)
		s.add(journal.KindReopened, "", "", "", map[string]any{"second": "rina"})
		s.add(journal.KindSettled, a, "p3", uid, map[string]any{"verdict": c.verdict})
		m := ledger.Movement{Kind: ledger.Spoil, From: ledger.Machine, To: ledger.Spoiled, Cause: "fault:B-203", Attempt: a, UIDs: []string{uid}}
		if c.outcome == "missing" {
			m.Kind, m.To = ledger.CountAdjustment, ledger.Missing
			w.Trays["hand"] = cards(uid)
		}
		if c.inBox {
			w.Trays["reject"] = cards(uid)
		}
		s.move(m)
		s.add(journal.KindOutcome, a, "p3", uid, map[string]any{"outcome": c.outcome})
		for _, p := range []string{"p1", "p2", "p3", "p4", "p5"} {
			w.Trays["good"] = append(w.Trays["good"], Card{s.good(p)})
		}
		w.Feeder = day.Blanks - 6
		s.close(w.Feeder)
		r := score(t, day, s, w)
		if r.Marks != c.want || r.Waited < time.Minute {
			t.Errorf("%s: %d marks, want %d, waited %s\n%s", name, r.Marks, c.want, r.Waited, strings.Join(r.Text("id"), "\n"))
		}
	}
}
