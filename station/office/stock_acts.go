package office

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"cetak/station/journal"
	"cetak/station/ledger"
)

// on puts a paper's words into a movement.
func (p Paper) on(m ledger.Movement, s *State, now time.Time) ledger.Movement {
	m.Document, m.Issuer, m.Party = strings.TrimSpace(p.Number), strings.TrimSpace(p.Issuer), strings.TrimSpace(p.Party)
	m.Date = p.day(s, now)
	return m
}

func (p Paper) day(s *State, now time.Time) string {
	d := p.Date
	if d.IsZero() {
		d = now.In(s.rules.Place)
	}
	return d.Format(time.DateOnly)
}

// between is the movement of blanks with a paper between two accounts.
func (s *State) between(by By, now time.Time, p Paper, m ledger.Movement) ([]journal.Fact, error) {
	if strings.TrimSpace(p.Party) == "" {
		return nil, refuse(Incomplete, "the other side is not named")
	}
	return s.moving(by, now, p.on(m, s, now))
}

func (a Receive) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	boxed := 0
	for _, b := range a.Boxes {
		boxed += b.Count
	}
	if len(a.Boxes) > 0 && boxed != a.Count {
		return nil, refuse(ledger.BadBox, "the boxes hold "+strconv.Itoa(boxed)+" of "+strconv.Itoa(a.Count))
	}
	return s.between(by, now, a.Paper, ledger.Movement{
		Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Type: a.Type, Count: a.Count, Boxes: a.Boxes, UIDs: upper(a.UIDs)})
}

func (a Borrow) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	return s.between(by, now, a.Paper, ledger.Movement{
		Kind: ledger.LoanIn, From: ledger.Borrowed, To: ledger.Vault, Type: a.Type, Count: a.Count, Boxes: a.Boxes})
}

func (a GiveBack) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	return s.between(by, now, a.Paper, ledger.Movement{
		Kind: ledger.Return, From: ledger.Vault, To: ledger.Borrowed, Type: a.Type, Count: a.Count, Boxes: a.Boxes})
}

func (a Lend) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	return s.between(by, now, a.Paper, ledger.Movement{
		Kind: ledger.LoanOut, From: ledger.Vault, To: ledger.Lent, Type: a.Type, Count: a.Count, Boxes: a.Boxes})
}

func (a TakeBack) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	return s.between(by, now, a.Paper, ledger.Movement{
		Kind: ledger.Return, From: ledger.Lent, To: ledger.Vault, Type: a.Type, Count: a.Count, Boxes: a.Boxes})
}

func (a Transfer) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	m := ledger.Movement{Kind: ledger.Transfer, From: ledger.Vault, To: ledger.Centre, Type: a.Type, Count: a.Count, Boxes: a.Boxes}
	if a.In {
		m.From, m.To = m.To, m.From
	}
	return s.between(by, now, a.Paper, m)
}

func (a Return) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	if a.From != ledger.Vault && a.From != ledger.Spoiled {
		return nil, refuse(Incomplete, "what goes back lies in the vault or among the spoiled cards")
	}
	return s.between(by, now, a.Paper, ledger.Movement{
		Kind: ledger.Return, From: a.From, To: ledger.Returned, Type: a.Type, Count: a.Count, Boxes: a.Boxes, UIDs: upper(a.UIDs)})
}

func (a Draw) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	return s.moving(by, now, ledger.Movement{
		Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: a.Type, Count: a.Count, Boxes: a.Boxes})
}

func (a ReturnToVault) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	return s.moving(by, now, ledger.Movement{
		Kind: ledger.Return, From: ledger.Hopper, To: ledger.Vault, Type: a.Type, Count: a.Count, Boxes: a.Boxes})
}

func (a Adjust) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	if ledger.CauseRoot(a.Cause) != ledger.CauseAdjust {
		return nil, refuse(Incomplete, "the cause of an adjustment is adjust or adjust:<word>")
	}
	for _, uid := range upper(a.UIDs) {
		if c := s.cards[uid]; c != nil && c.Dead() && a.To != ledger.Spoiled && a.To != ledger.Missing && a.To != ledger.HandedOver {
			return nil, refuse(CardDead, "card "+uid+" was spoiled or reported lost: it is found among the spoiled, or not at all")
		}
	}
	return s.moving(by, now, a.Paper.on(ledger.Movement{
		Kind: ledger.CountAdjustment, From: a.From, To: a.To, Type: a.Type, Count: a.Count, Cause: a.Cause, UIDs: upper(a.UIDs),
		Reverses: a.Reverses}, s, now))
}

func (a SpoilByHand) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	m := ledger.Movement{Kind: ledger.Spoil, From: a.From, To: ledger.Spoiled, Type: a.Type, Count: a.Count, Cause: a.Cause, UIDs: upper(a.UIDs)}
	if a.Defect {
		m.Kind = ledger.FactoryDefect
	}
	switch root := ledger.CauseRoot(a.Cause); {
	case a.From == ledger.Machine:
		return nil, refuse(Incomplete, "a card in the machine is judged by its attempt")
	case a.Cause != "" && root != ledger.CauseDamage && root != ledger.CauseScrap && root != ledger.CauseFault:
		return nil, refuse(Incomplete, "a card is spoiled by damage, scrap, or a fault")
	}
	if finished := a.From == ledger.Good || a.From == ledger.Shipped || a.From == ledger.HandedOver; finished {
		if len(m.UIDs) == 0 || len(m.UIDs) != a.Count {
			return nil, refuse(Incomplete, "finished cards are named by their chips: "+strconv.Itoa(len(m.UIDs))+" of "+strconv.Itoa(a.Count))
		}
		if err := s.there(m.UIDs, a.From); err != nil {
			return nil, err
		}
	}
	return s.moving(by, now, m)
}

// there says whether all these cards are known and in the account.
func (s *State) there(uids []string, at ...ledger.Account) error {
	for _, uid := range uids {
		c := s.cards[uid]
		if c == nil {
			return refuse(CardElsewhere, "no card has the chip "+uid)
		}
		if !slices.Contains(at, c.Where) {
			return refuse(CardElsewhere, "card "+uid+" is in "+string(c.Where))
		}
	}
	return nil
}

func upper(uids []string) []string {
	var out []string
	for _, u := range uids {
		out = append(out, strings.ToUpper(strings.TrimSpace(u)))
	}
	return out
}
