package shifts

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cetak/station/record"
)

// day_ is the model: what an honest witness of the day knows, who saw every hand and every card and has read the design, but
// neither the program's code nor its journal.
type day_ struct {
	drawn   int              // blanks booked into the feeder
	papers  int              // delivery notes booked: each has its own number
	feeder  []string         // cards in it when last looked, the next first
	taken   []string         // cards that the machine took out of it, in order
	missing int              // cards a person could not find and said so
	handed  map[string]bool  // good cards that a hand took away
	laid    map[string]bool  // cards that a hand laid into the machine: what that spits out is not the program's doing
	confirm int              // every so many cards a person judges the print; 0 = none
	started int              // programs so far
	later   func()           // what a hand does once the held event has gone on
	people  []*record.Record // records that were handed to the station
	locked  bool             // the last program was killed at work: the station must not move a card until it is opened by name
	unsure  bool             // the last program was killed: a report may still be due
	damaged bool             // bytes on their way to the printer were changed: a print may be bad unseen by the machine
	seen    *sight           // the last judgement, as long as nothing has happened since
}

type sight struct {
	w world
	b books
}

// card and world are `hwsim world --json`.
type card struct {
	UID     string            `json:"uid"`
	Place   string            `json:"place"`
	State   string            `json:"state"`
	Printed bool              `json:"printed"`
	Files   map[string]string `json:"files"`
	Prints  map[string]string `json:"prints"`
	PNG     string            `json:"png"`
	Panels  map[string]string `json:"panels"`
}

type world struct {
	Feeder      int               `json:"feeder"`
	FeederCards []string          `json:"feeder_cards"`
	Machine     *card             `json:"machine"`
	Trays       map[string][]card `json:"trays"`
	CoverOpen   bool              `json:"cover_open"`
	Jam         bool              `json:"jam"`
	Ribbon      struct{ Panels int }
	Counters    struct{ Inserted int }
	Capacity    int `json:"reject_capacity"`
}

func (s *shift) world() world {
	var w world
	if err := json.Unmarshal([]byte(s.hand("world")), &w); err != nil {
		s.fail("the world: %v", err)
	}
	return w
}

// find tells where a card lies now.
func (w world) find(uid string) (card, string) {
	if w.Machine != nil && w.Machine.UID == uid {
		return *w.Machine, "machine"
	}
	for tray, cards := range w.Trays {
		for _, c := range cards {
			if c.UID == uid {
				return c, tray
			}
		}
	}
	if slices.Contains(w.FeederCards, uid) {
		return card{UID: uid}, "feeder"
	}
	return card{}, ""
}

// attempt is what the ledger says of one blank.
type attempt struct {
	id, uid string
	end     string // account it ended in, "" while it is open
}

// books is what the program says, after all its programs have ended.
type books struct {
	attempts []attempt // those that took a blank, in order
	open     string    // the attempt without an outcome
	balance  map[string]int
	queue    map[string]bool
	reports  map[string]string // record#issue -> UID of its good card
}

func (b books) ended() []attempt {
	if n := len(b.attempts); n > 0 && b.attempts[n-1].end == "" {
		return b.attempts[:n-1]
	}
	return b.attempts
}

func (b books) in(account string) int {
	n := 0
	for _, a := range b.attempts {
		if a.end == account {
			n++
		}
	}
	return n
}

type movement struct {
	Kind, From, To, Attempt string
	Count                   int
	UIDs                    []string
}

// read reads all that the program tells of itself.
func (s *shift) read() books {
	b := books{queue: map[string]bool{}, reports: map[string]string{}}
	if p := s.ctl("ledger", "verify"); p.code != 0 {
		s.fail("I5: %s", p)
	}
	s.readMovements(&b)
	var st struct {
		Open   string                    `json:"open_attempt"`
		Blanks map[string]map[string]int `json:"blanks"`
	}
	p := s.ctl("status", "--json")
	if err := json.Unmarshal(p.out.Bytes(), &st); err != nil || (p.code == 3) != (st.Open != "") {
		s.fail("status of an attempt %q: %v\n%s", st.Open, err, p)
	}
	b.open, b.balance = st.Open, st.Blanks["WNI"]
	var waiting []struct {
		ID    string
		Issue int
	}
	s.json(&waiting, "queue")
	for _, q := range waiting {
		b.queue[fmt.Sprintf("%s#%d", q.ID, q.Issue)] = true
	}
	s.readReports(&b)
	return b
}

func (s *shift) readMovements(b *books) {
	p := s.ctl("ledger", "movements", "--json")
	if p.code != 0 {
		s.fail("%s", p)
	}
	at, of := map[string]int{}, map[string]string{}
	for line := range strings.Lines(p.out.String()) {
		var l struct{ Movement movement }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			s.fail("%v: %s", err, line)
		}
		m := l.Movement
		for _, uid := range m.UIDs {
			if was := of[uid]; was != "" && was != m.Attempt {
				s.fail("I3: chip %s was in attempts %s and %s", uid, was, m.Attempt)
			}
			of[uid] = m.Attempt
		}
		if m.Attempt == "" {
			continue
		}
		i, loaded := at[m.Attempt]
		switch {
		case m.Kind == "load" && !loaded && m.Count == 1:
			if n := len(b.attempts); n > 0 && b.attempts[n-1].end == "" {
				s.fail("attempt %s took a blank while %s had one", m.Attempt, b.attempts[n-1].id)
			}
			at[m.Attempt] = len(b.attempts)
			b.attempts = append(b.attempts, attempt{id: m.Attempt})
		case loaded && m.From == "machine" && m.Count == 1 && b.attempts[i].end == "":
			b.attempts[i].end = m.To
			if len(m.UIDs) == 1 {
				b.attempts[i].uid = m.UIDs[0]
			}
		default:
			s.fail("I1: this movement cannot follow: %s", line)
		}
	}
}

// readReports reads the outcome files that go to the centre.
func (s *shift) readReports(b *books) {
	files, err := filepath.Glob(filepath.Join(s.station(), "outbox", "*.outcome"))
	s.must(err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		s.must(err)
		parts := strings.Split(string(text), ".")
		var o struct {
			ID, Result, UID string
			Issue           int
		}
		raw := []byte{}
		if len(parts) == 3 {
			raw, err = base64.RawURLEncoding.DecodeString(parts[1])
		}
		if err == nil {
			err = json.Unmarshal(raw, &o)
		}
		if err != nil || o.Result != "good" {
			s.fail("I9: the report %s does not read, or is of no good card: %v %s", f, err, raw)
		}
		b.reports[fmt.Sprintf("%s#%d", o.ID, o.Issue)] = o.UID
	}
}

// watch follows the cards out of the feeder.
func (s *shift) watch(w world) {
	k := len(s.feeder) - len(w.FeederCards)
	if k < 0 || !slices.Equal(s.feeder[k:], w.FeederCards) {
		s.fail("the runner lost sight of the feeder: %v, now %v", s.feeder, w.FeederCards)
	}
	s.taken = append(s.taken, s.feeder[:k]...)
	s.feeder = w.FeederCards
	if len(s.taken) != w.Counters.Inserted {
		s.fail("the runner saw %d cards taken, the machine counts %d", len(s.taken), w.Counters.Inserted)
	}
}

// judge holds the program's word against the world, when no program runs. Every rule is of DESIGN section 3, 6, or 7.
func (s *shift) judge() (world, books) {
	if s.seen != nil {
		return s.seen.w, s.seen.b
	}
	w, b := s.world(), s.read()
	s.watch(w)
	ended := b.ended()
	least, most := len(s.taken), len(s.taken)
	if b.open != "" {
		most, least = len(ended)+1, len(ended)
	}
	if len(s.taken) < least || len(s.taken) > most || len(b.attempts) > len(s.taken) {
		s.fail("I1: the machine took %d blanks, the ledger knows of %d attempts that did (open: %q)", len(s.taken), len(b.attempts), b.open)
	}
	if b.open == "" && len(b.attempts) != len(s.taken) {
		s.fail("I1: the machine took %d blanks, the ledger %d, and nothing is open", len(s.taken), len(b.attempts))
	}
	if n := len(b.attempts); n > len(ended) && b.open != b.attempts[n-1].id {
		s.fail("I10: attempt %s has no outcome, and %q is said to be open", b.attempts[n-1].id, b.open)
	}
	for i, a := range ended {
		if a.uid != "" && a.uid != s.taken[i] {
			s.fail("I3: attempt %s took card %s, its outcome names %s", a.id, s.taken[i], a.uid)
		}
	}
	s.judgeBalance(b)
	s.judgeCards(w, b)
	s.judgeQueue(b)
	s.made = b.in("good")
	s.seen = &sight{w, b}
	return w, b
}

func (s *shift) judgeBalance(b books) {
	for account, want := range map[string]int{
		"hopper": s.drawn - len(b.attempts), "machine": len(b.attempts) - len(b.ended()), "good": b.in("good"),
		"spoiled": b.in("spoiled"), "missing": s.missing, "vault": 0, "centre": s.drawn,
	} {
		if got := b.balance[account]; got != want && !(account == "centre" && got == -want) {
			s.fail("I1: account %s holds %d, the witness counts %d", account, got, want)
		}
	}
}

// judgeCards: what the ledger calls good is a whole card of one person in the good tray, and nothing else is there.
func (s *shift) judgeCards(w world, b books) {
	good := map[string]bool{}
	live := map[string]string{}
	for i, a := range b.ended() {
		if a.end != "good" {
			continue
		}
		if a.uid == "" || good[a.uid] {
			s.fail("I3: good attempt %s has chip %q", a.id, a.uid)
		}
		good[a.uid] = true
		c, where := w.find(s.taken[i])
		if where != "good" && !(s.handed[c.UID] && (where == "hand" || where == "machine")) {
			s.fail("I8: attempt %s is good, its card %s lies in %q", a.id, a.uid, where)
		}
		r := s.holdCard(c)
		key := r.Key().String()
		if live[key] != "" {
			s.fail("I2: %s has two live cards, %s and %s", key, live[key], c.UID)
		}
		live[key] = c.UID
		if was := b.reports[key]; was != c.UID && !(s.unsure && was == "" && b.queue[key]) {
			s.fail("I9: %s has the good card %s, reported is %q", key, c.UID, was)
		}
	}
	for key, uid := range b.reports {
		if live[key] != uid {
			s.fail("I9: %s is reported with card %s, which is not its good card %q", key, uid, live[key])
		}
	}
	inHand := ""
	if n := len(b.ended()); b.open != "" && n < len(s.taken) {
		inHand = s.taken[n]
	}
	spoiled := map[string]bool{}
	for _, a := range b.ended() {
		spoiled[a.uid] = a.end == "spoiled"
	}
	for _, c := range w.Trays["good"] {
		if s.damaged && spoiled[c.UID] { // Ser without its last letter is Se, an order the machine understands: no answer tells them apart
			s.met["an order to reject that lost its last letter"]++
			continue
		}
		if !good[c.UID] && c.UID != inHand && !s.laid[c.UID] {
			s.fail("I8: card %s lies in the good tray, and no attempt calls it good", c.UID)
		}
	}
}

func (s *shift) judgeQueue(b books) {
	for _, r := range s.people {
		key := r.Key().String()
		switch good := b.reports[key] != ""; {
		case good && b.queue[key] && !s.unsure:
			s.fail("I2: %s has a good card and waits for another", key)
		case !good && !b.queue[key]:
			s.fail("I10: %s has no card and does not wait", key)
		}
	}
}

// holdCard holds a good card against the record that its chip carries.
func (s *shift) holdCard(c card) *record.Record {
	i := slices.IndexFunc(s.people, func(r *record.Record) bool { return digest(r.Chip["6FF1"]) == c.Files["6FF1"] })
	if i < 0 || c.State != "sealed" {
		s.fail("I4: good card %s is %s and carries nobody of today", c.UID, c.State)
	}
	r := s.people[i]
	for fid, content := range r.Chip {
		if c.Files[fid] != digest(content) {
			s.fail("I4: good card %s of %s: EF %s is not its record's", c.UID, r.Key(), fid)
		}
	}
	if why := s.c.judgePrint(s, r, c); why != "" {
		if !s.damaged && !s.laid[c.UID] { // a finished card that a hand lays under the head is printed over: nobody can prevent it
			s.fail("I4: good card %s of %s: %s", c.UID, r.Key(), why)
		}
		s.met["misprint by a damaged line"]++
	}
	return r
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
