package station

import (
	"context"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/ledger"
)

// SignIn lets a person in who gave the right password: they are at the desk from then on, and what is done there is theirs. What
// was tried is in the journal before it returns, also when it is refused. It computes a hash, a tenth of a second or so, and may
// be called from any goroutine while Run runs, also during a card; before Run has read the books it waits for them. The
// Session is for the screen's idle lock. Faults: those of access.Door.SignIn and of the journal.
func (s *Station) SignIn(ctx context.Context, name, password string) (*access.Session, error) {
	session, err := s.prove(ctx, name, password)
	if err != nil {
		return nil, err
	}
	p := SignedIn{Name: session.Person.Name, Role: string(session.Person.Role), Since: time.Now()}
	s.mu.Lock()
	s.desk = p.Name
	s.mu.Unlock()
	s.publish(func(n *Snapshot) { n.Operator, n.People.Desk = p.Name, &p })
	return session, nil
}

// arrived shows who was at the desk before the run began: whoever started the program has confirmed the password.
func (s *Station) arrived(b *Books) {
	p, ok := b.Office.People().Person(s.opts.Who)
	if !s.opts.SignIn || !ok {
		return
	}
	s.publish(func(n *Snapshot) { n.People.Desk = &SignedIn{Name: p.Name, Role: string(p.Role), Since: time.Now()} })
}

// Vouch proves a second person's password, or again that of who is at the desk. Nobody changes place. As SignIn.
func (s *Station) Vouch(ctx context.Context, name, password string) (access.Person, error) {
	session, err := s.prove(ctx, name, password)
	if err != nil {
		return access.Person{}, err
	}
	return session.Person, nil
}

// SignOut says that the person of this session has left, or that the idle time did it. A card in hand goes on. Faults: those of
// the journal.
func (s *Station) SignOut(ctx context.Context, session *access.Session) error {
	name := session.Person.Name
	s.mu.Lock()
	if s.desk == name {
		s.desk = ""
	}
	s.mu.Unlock()
	s.publish(func(n *Snapshot) {
		if n.Operator == name {
			n.Operator, n.People.Desk = "", nil
		}
	})
	return s.beside(ctx, session.SignOut(time.Now())...)
}

// prove asks the Door and writes down what came of it.
func (s *Station) prove(ctx context.Context, name, password string) (*access.Session, error) {
	select {
	case <-s.opened:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.unread != nil {
		return nil, s.unread
	}
	if s.door == nil {
		return nil, &drivers.Fault{Code: access.NotSignedIn, Op: "sign in", Again: drivers.AgainNever, Detail: "nobody signs in at this desk: people.sign_in is false"}
	}
	session, facts, refusal := s.door.SignIn(name, password, time.Now())
	if err := s.beside(ctx, facts...); err != nil {
		return nil, err
	}
	return session, refusal
}

// beside appends facts about people while Run is about something else.
func (s *Station) beside(ctx context.Context, facts ...journal.Fact) error {
	if len(facts) == 0 {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err := s.books.write(ctx, s.Journal, facts...)
	return err
}

// who is at the desk: a name for the journal.
func (s *Station) who() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.desk == "" {
		return ledger.Station
	}
	return s.desk
}

// may says whether who is at the desk may do an act, with a second person where it takes two. Faults: those of
// access.Register.Allow.
func (s *Station) may(act access.Act, second string) (access.By, error) {
	s.mu.Lock()
	by := access.By{Who: s.desk, Second: strings.TrimSpace(second)}
	s.mu.Unlock()
	return by, s.books.Office.People().Allow(by, act, s.opts.SignIn)
}

// judgedBy says whether who is at the desk may decide about the card in hand. Faults: those of may, and SpoilLimit.
func (s *Station) judgedBy(a flow.Answer, second string) (access.By, error) {
	if s.job.test != nil { // one that is stuck must not wait for the technician to come
		if by, err := s.may(access.Test, ""); err == nil {
			return by, nil
		}
		return s.may(access.Print, "")
	}
	by, err := s.may(access.Print, "")
	if err != nil || a != flow.Spoiled || s.spoilAlone() != 0 {
		return by, err
	}
	if strings.TrimSpace(second) == "" {
		return by, &drivers.Fault{Code: SpoilLimit, Op: "spoil", Again: drivers.AgainAfterOperator}
	}
	return s.may(access.SpoilExtra, second)
}

// spoilAlone is how many more cards may be called spoiled in this shift by one person; below 0 without a shift: no limit.
func (s *Station) spoilAlone() int {
	sh, ok := s.books.Office.Shift()
	if !ok {
		return -1
	}
	return max(0, s.opts.SpoilLimit-sh.Alone)
}

// permitted holds a card to the rules of the office, before anything else is looked at: somebody may print, the shift is open, it is
// this record's turn, and a further card of a record was allowed. Faults: those of access.Register.Allow, ShiftDue,
// those of policy.Allowed and policy.TakeUrgent, office.NotAuthorised, office.OldCardLives.
func (s *Station) permitted() error {
	if _, err := s.may(access.Print, ""); err != nil {
		return err
	}
	if _, open := s.books.Office.Shift(); !open && s.opts.ShiftRequired {
		return &drivers.Fault{Code: ShiftDue, Op: "preflight", Again: drivers.AgainAfterOperator}
	}
	if err := s.allowed(time.Now()); err != nil {
		return err
	}
	if s.opts.SignIn {
		return s.books.Office.MayPrint(s.job.key)
	}
	return nil
}

// refuse tells why a command was not performed.
func (s *Station) refuse(err error) {
	f := drivers.AsFault(err)
	s.Log.Info().Str("code", string(f.Code)).Str("detail", f.Detail).Msg("refused")
	s.publish(func(n *Snapshot) { n.Refusal = &Refusal{Code: f.Code, Detail: f.Detail, At: time.Now()} })
}
