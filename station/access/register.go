package access

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"cetak/station/journal"
)

// Change is what happened to a person.
type Change string

// Changes of a person. Each fact tells the whole person after it.
const (
	Added     Change = "added"
	NewRole   Change = "role"
	NewSecret Change = "password"
	Shut      Change = "blocked"
	LetIn     Change = "let-in" // blocked or locked out before, and now neither
)

// PersonData is the Data of a journal.KindPerson; its Who is the person who did it.
type PersonData struct {
	Name     string `json:"name"`
	Role     Role   `json:"role"`
	Active   bool   `json:"active"`
	Verifier string `json:"verifier"` // lower hex SHA-256 of the password's verifier as it stands in people.toml
	Change   Change `json:"change"`
	Second   string `json:"second,omitempty"`
	Alone    bool   `json:"alone,omitempty"`    // there was nobody who could have been the second person
	Unproved bool   `json:"unproved,omitempty"` // sign-in was turned off: the names were believed
}

// Why a person was not let in.
const (
	whyPassword = "password" // the wrong one
	whyUnknown  = "unknown"  // no such name; what was typed is not kept, it may be a password
	whyLocked   = "locked"
	whyBlocked  = "blocked"
	whyVerifier = "verifier" // people.toml does not hold what the journal vouches for
)

// refusedData is the Data of a journal.KindSignInRefused. The fact's Who is the station: nothing shows who it was.
type refusedData struct {
	Name     string     `json:"name,omitempty"`
	Why      string     `json:"why"`
	Failures int        `json:"failures,omitempty"` // wrong passwords in a row with this one
	Locks    bool       `json:"locks,omitempty"`    // from here on the person is locked out
	Noted    *time.Time `json:"noted,omitempty"`    // when it happened, where it came in through reads.log
}

// member is a person and what only sign-in needs to know of them.
type member struct {
	Person
	verifier string
	failures int
	lastTry  time.Time // the last wrong password
}

// Register is who may sit here: the fold of the journal's facts about people. Its methods are safe for concurrent use.
type Register struct {
	mu      sync.RWMutex
	members []*member // in the order they came
}

// Apply takes one fact in; facts that are not about people are passed over. An error means that the line cannot have been
// written by this program.
func (r *Register) Apply(e journal.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	switch e.Kind {
	case journal.KindPerson:
		var d PersonData
		if err = json.Unmarshal(e.Data, &d); err == nil {
			err = r.person(d)
		}
	case journal.KindSignedIn:
		var d signedInData
		if err = decode(e.Data, &d); err == nil {
			r.signedIn(e.Who, d)
		}
	case journal.KindSignInRefused:
		var d refusedData
		if err = json.Unmarshal(e.Data, &d); err == nil {
			r.refused(d, e.At)
		}
	}
	if err != nil {
		return fmt.Errorf("journal line %d: %w", e.Seq, err)
	}
	return nil
}

// Note writes facts into the journal and takes them in. Faults: those of Journal.Append.
func (r *Register) Note(ctx context.Context, j *journal.Journal, facts ...journal.Fact) error {
	entries, err := j.Append(ctx, facts...)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := r.Apply(e); err != nil {
			return err
		}
	}
	return nil
}

func (r *Register) person(d PersonData) error {
	if _, err := CheckName(d.Name); err != nil {
		return err
	}
	if !slices.Contains(Roles(), d.Role) {
		return fmt.Errorf("there is no role %q", d.Role)
	}
	m := r.find(d.Name)
	if m == nil {
		m = &member{}
		r.members = append(r.members, m)
	}
	if d.Change == NewSecret || d.Change == LetIn {
		m.failures, m.Locked = 0, false
	}
	m.Person = Person{Name: d.Name, Role: d.Role, Active: d.Active, Locked: m.Locked}
	m.verifier = d.Verifier
	return nil
}

// decode reads data that older lines may lack.
func decode(data json.RawMessage, into any) error {
	if len(data) == 0 {
		return nil
	}
	return json.Unmarshal(data, into)
}

// signedIn ends a row of wrong passwords. What came in through reads.log opens no lock: nothing but the file vouches for it.
func (r *Register) signedIn(name string, d signedInData) {
	m := r.find(name)
	if m == nil || m.Locked && d.Noted != nil {
		return
	}
	m.failures, m.Locked = 0, false
}

func (r *Register) refused(d refusedData, at time.Time) {
	m := r.find(d.Name)
	if m == nil || d.Why != whyPassword {
		return
	}
	if d.Noted != nil {
		at = *d.Noted
	}
	m.failures++
	m.Locked = m.Locked || d.Locks
	m.lastTry = at
}

func (r *Register) find(name string) *member {
	i := slices.IndexFunc(r.members, func(m *member) bool { return key(m.Name) == key(name) })
	if i < 0 {
		return nil
	}
	return r.members[i]
}

// get gives a copy.
func (r *Register) get(name string) (member, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if m := r.find(name); m != nil {
		return *m, true
	}
	return member{}, false
}

// Person gives who has this name, in whatever case.
func (r *Register) Person(name string) (Person, bool) {
	m, ok := r.get(name)
	return m.Person, ok
}

// Failures is how many wrong passwords in a row stand against a name.
func (r *Register) Failures(name string) int {
	m, _ := r.get(name)
	return m.failures
}

// People gives everybody who ever was here, by name.
func (r *Register) People() []Person {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]Person, len(r.members))
	for i, m := range r.members {
		all[i] = m.Person
	}
	slices.SortFunc(all, func(a, b Person) int { return strings.Compare(key(a.Name), key(b.Name)) })
	return all
}

// Empty says that nobody was ever made here: the first is to be a supervisor.
func (r *Register) Empty() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.members) == 0
}

// others says whether anybody but name is active and fits.
func (r *Register) others(name string, fits func(Person) bool) bool {
	for _, p := range r.People() {
		if p.Active && key(p.Name) != key(name) && fits(p) {
			return true
		}
	}
	return false
}

// Allow says whether these people may do an act: Check on the persons of these names. With signIn the names were proved by
// passwords (Door); without it names are believed, and only that an act for two has two different names is checked. Where
// nobody else could be the second person for People, one is enough: the first supervisor makes the second. Faults: those of
// Check, NoSuchPerson, NotSignedIn, NobodyYet.
func (r *Register) Allow(by By, a Act, signIn bool) error {
	if !signIn {
		switch {
		case NeedsSecond(a) && strings.TrimSpace(by.Second) == "":
			return refusal(SecondNeeded, string(a))
		case by.Second != "" && key(by.Second) == key(by.Who):
			return refusal(SamePerson, by.Who)
		}
		return nil
	}
	switch {
	case r.Empty():
		return refusal(NobodyYet, "")
	case strings.TrimSpace(by.Who) == "":
		return refusal(NotSignedIn, "")
	}
	p, ok := r.Person(by.Who)
	if !ok {
		return refusal(NoSuchPerson, by.Who)
	}
	if by.Second == "" {
		if a == People && p.Role == Supervisor && r.alone(p.Name) {
			return standing(p)
		}
		return Check(p, nil, a)
	}
	second, ok := r.Person(by.Second)
	if !ok {
		return refusal(NoSuchPerson, by.Second)
	}
	return Check(p, &second, a)
}

// alone says that nobody else could be the second person for a change of people.
func (r *Register) alone(name string) bool {
	return !r.others(name, func(p Person) bool { return p.Role == Supervisor || p.Role == Auditor })
}

// Read folds what the journal says of people, and what reads.log adds to it (Aside). dir is the station folder.
func Read(ctx context.Context, dir string, j *journal.Reader) (*Register, error) {
	var all []journal.Entry
	for _, kind := range []journal.Kind{journal.KindPerson, journal.KindSignedIn, journal.KindSignInRefused} {
		for e, err := range j.Of(ctx, 0, kind) {
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b journal.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	aside, err := Aside(dir)
	if err != nil {
		return nil, err
	}
	r := &Register{}
	for _, e := range append(all, aside...) {
		if err := r.Apply(e); err != nil {
			return nil, err
		}
	}
	return r, nil
}
