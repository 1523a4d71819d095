package access

import (
	"slices"
	"sync"
	"time"

	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// LastResort is after how long a locked supervisor may try once more when no other supervisor could unlock them: a guess every
// half hour leads nowhere, and a prankster must not be able to close an office.
const LastResort = 30 * time.Minute

// Door is where people come in and where they are made: the register, the verifiers, and the rules of both. It writes people.toml
// and gives the facts; the caller appends them and applies them to the Register, and only then has what they state happened. The
// methods take as long as one argon2id hash, a tenth of a second or so: not for the goroutine of a screen. Safe for concurrent use;
// one program at a time, the holder of the folder, may change people.
type Door struct {
	Register *Register
	dir      string
	people   config.People
	derive   derive
	mu       sync.Mutex // over people.toml and pending
	pending  []string   // digests written by this Door: their facts may be on the way
}

// NewDoor is the door of the station folder dir. r is kept up to date by the caller, fact by fact.
func NewDoor(dir string, r *Register, people config.People) *Door {
	return &Door{Register: r, dir: dir, people: people, derive: argon}
}

// signedInData is the Data of a journal.KindSignedIn; its Who is the person.
type signedInData struct {
	Role  Role       `json:"role"`
	Noted *time.Time `json:"noted,omitempty"` // when it happened, where it came in through reads.log
}

// SignIn checks a name and a password. It gives facts also with an error: the caller appends them either way, and lets the person in
// only when the facts are on the disk and there is no error. Whatever is typed, one verifier is computed: the time tells nothing
// about a name. Faults: WrongPassword, LockedOut, Blocked, VerifierExchanged, PeopleUnreadable, NobodyYet.
func (d *Door) SignIn(name, password string, now time.Time) (*Session, []journal.Fact, error) {
	if d.Register.Empty() {
		return nil, nil, refusal(NobodyYet, "")
	}
	file, err := readVerifiers(d.dir)
	if err != nil {
		return nil, nil, err
	}
	m, known := d.Register.get(name)
	v, sound := file.of(name, m.verifier)
	if !known || !sound {
		v, sound = decoy(), false
	}
	right := v.matches(password, d.derive) && sound
	switch {
	case !known:
		return nil, refused(refusedData{Why: whyUnknown}), refusal(WrongPassword, "")
	case m.Locked && !d.lastResort(m, now):
		return nil, refused(refusedData{Name: m.Name, Why: whyLocked}), refusal(LockedOut, m.Name)
	case !sound:
		return nil, refused(refusedData{Name: m.Name, Why: whyVerifier}), refusal(VerifierExchanged, m.Name)
	case !right:
		n := m.failures + 1
		return nil, refused(refusedData{Name: m.Name, Why: whyPassword, Failures: n, Locks: n >= d.people.Attempts}), refusal(WrongPassword, "")
	case !m.Active:
		return nil, refused(refusedData{Name: m.Name, Why: whyBlocked}), refusal(Blocked, m.Name)
	}
	p := m.Person
	p.Locked = false
	s := &Session{Person: p, idle: time.Duration(d.people.IdleMinutes) * time.Minute, last: now}
	return s, []journal.Fact{{Kind: journal.KindSignedIn, Who: p.Name, Data: signedInData{Role: p.Role}}}, nil
}

func refused(d refusedData) []journal.Fact {
	return []journal.Fact{{Kind: journal.KindSignInRefused, Who: ledger.Station, Data: d}}
}

// lastResort says that a locked person is a supervisor whom nobody could unlock, and that enough time went by.
func (d *Door) lastResort(m member, now time.Time) bool {
	free := func(p Person) bool { return p.Role == Supervisor && !p.Locked }
	return m.Role == Supervisor && !d.Register.others(m.Name, free) && now.Sub(m.lastTry) >= LastResort
}

// Add makes a person. The first of a station is a supervisor, made by themselves. Faults: BadName, NameTaken, WeakPassword,
// NobodyYet, PeopleUnreadable.
func (d *Door) Add(by By, name string, role Role, password string) ([]journal.Fact, error) {
	name, err := CheckName(name)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(Roles(), role) {
		return nil, refusal(NotAllowed, "there is no role "+string(role))
	}
	if had, ok := d.Register.Person(name); ok {
		return nil, refusal(NameTaken, had.Name)
	}
	if d.Register.Empty() && role != Supervisor {
		return nil, refusal(NobodyYet, "the first person of a station is a supervisor")
	}
	return d.secret(by, Added, Person{Name: name, Role: role, Active: true}, password)
}

// SetPassword gives a person a new password, their own or with two people another's; a lock ends with it. Faults: NoSuchPerson,
// WeakPassword, PeopleUnreadable.
func (d *Door) SetPassword(by By, name, password string) ([]journal.Fact, error) {
	p, ok := d.Register.Person(name)
	if !ok {
		return nil, refusal(NoSuchPerson, name)
	}
	return d.secret(by, NewSecret, p, password)
}

// secret writes a new verifier into the file, beside those that count, and gives the fact that makes it count.
func (d *Door) secret(by By, c Change, p Person, password string) ([]journal.Fact, error) {
	if err := CheckPassword(p.Name, password); err != nil {
		return nil, err
	}
	phc := newVerifier(password, d.derive).String()
	d.mu.Lock()
	defer d.mu.Unlock()
	file, err := readVerifiers(d.dir)
	if err != nil {
		return nil, err
	}
	file.People = slices.DeleteFunc(file.People, func(e entry) bool {
		m, _ := d.Register.get(e.Name)
		return digest(e.Verifier) != m.verifier && !slices.Contains(d.pending, digest(e.Verifier))
	})
	file.People = append(file.People, entry{Name: p.Name, Verifier: phc})
	if err := file.write(d.dir); err != nil {
		return nil, err
	}
	d.pending = append(d.pending, digest(phc))
	return d.fact(by, c, p, digest(phc)), nil
}

// SetRole gives a person another role. Faults: NoSuchPerson, NotAllowed, LastSupervisor.
func (d *Door) SetRole(by By, name string, role Role) ([]journal.Fact, error) {
	if !slices.Contains(Roles(), role) {
		return nil, refusal(NotAllowed, "there is no role "+string(role))
	}
	return d.change(by, NewRole, name, func(p *Person) { p.Role = role })
}

// Block shuts a person out. Their name stays theirs. Faults: NoSuchPerson, LastSupervisor.
func (d *Door) Block(by By, name string) ([]journal.Fact, error) {
	return d.change(by, Shut, name, func(p *Person) { p.Active = false })
}

// Unlock lets a person in again who was locked out or blocked; UnlockAct says what that takes. Fault: NoSuchPerson.
func (d *Door) Unlock(by By, name string) ([]journal.Fact, error) {
	return d.change(by, LetIn, name, func(p *Person) { p.Active = true })
}

// UnlockAct is the act that letting this person in again falls under: one supervisor ends a lock, two people undo a block.
func (d *Door) UnlockAct(name string) Act {
	if p, ok := d.Register.Person(name); ok && !p.Active {
		return People
	}
	return Unlock
}

func (d *Door) change(by By, c Change, name string, what func(*Person)) ([]journal.Fact, error) {
	m, ok := d.Register.get(name)
	if !ok {
		return nil, refusal(NoSuchPerson, name)
	}
	p := m.Person
	what(&p)
	lost := m.Active && m.Role == Supervisor && (!p.Active || p.Role != Supervisor)
	if lost && !d.Register.others(name, func(p Person) bool { return p.Role == Supervisor }) {
		return nil, refusal(LastSupervisor, m.Name)
	}
	return d.fact(by, c, p, m.verifier), nil
}

func (d *Door) fact(by By, c Change, p Person, verifier string) []journal.Fact {
	return []journal.Fact{{Kind: journal.KindPerson, Who: by.Who, Data: PersonData{
		Name: p.Name, Role: p.Role, Active: p.Active, Verifier: verifier, Change: c, Second: by.Second,
		Alone: by.Second == "" && d.Register.alone(by.Who), Unproved: !d.people.SignIn,
	}}}
}
