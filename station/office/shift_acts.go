package office

import (
	"fmt"
	"strings"
	"time"

	"cetak/station/access"
	"cetak/station/certificate"
	"cetak/station/journal"
	"cetak/station/ledger"
)

func (a OpenShift) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	if s.on != nil {
		return nil, refuse(ShiftIsOpen, s.on.ID)
	}
	c, facts, err := s.counting(forOpening, by, now, a.First, a.Second, ledger.Hopper)
	if err != nil {
		return facts, err
	}
	waivers, err := s.waivers(c, by, a.Waiver, func(t ledger.BlankType) int { return s.book.Count(t, ledger.Hopper) })
	if err != nil {
		return facts, err
	}
	sh, err := ledger.OpenShift(s.nextShift(now), s.rules.Station, now, c, s.book.Balance(), waivers...)
	if err != nil {
		return facts, err
	}
	return append(facts, journal.Fact{Kind: journal.KindShiftOpened, Who: by.Who, Data: sh}), nil
}

func (a CloseShift) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	if s.on == nil {
		return nil, refuse(ShiftNeeded, "there is nothing to close")
	}
	c, facts, err := s.counting(forClosing, by, now, a.First, a.Second, ledger.Hopper)
	if err != nil {
		return facts, err
	}
	waivers, err := s.waivers(c, by, a.Waiver, func(t ledger.BlankType) int { return s.on.Sheet(t).Book() })
	if err != nil {
		return facts, err
	}
	closing, err := s.on.Close(now, c, s.book.Balance(), waivers...)
	if err != nil {
		return facts, err
	}
	cert := s.certify(closing, facts)
	if err := cert.Check(); err != nil {
		return facts, err
	}
	return append(facts, journal.Fact{Kind: journal.KindShiftClosed, Who: by.Who, Data: closedData{closing, cert}}), nil
}

func (a NoteCount) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	var what []ledger.Account
	for _, account := range []ledger.Account{ledger.Vault, ledger.Hopper, ledger.Good, ledger.Shipped, ledger.Spoiled} {
		for _, t := range ledger.BlankTypes() {
			if _, ok := a.First[t][account]; ok {
				what = append(what, account)
				break
			}
		}
	}
	if len(what) == 0 {
		return nil, refuse(Incomplete, "no figure for vault, hopper, good, shipped, or spoiled")
	}
	_, facts, err := s.counting(forStock, by, now, a.First, a.Second, what...)
	return facts, err
}

func (a RejectEmptied) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	emptied := journal.Fact{Kind: journal.KindRejectEmptied, Who: by.Who}
	if a.First == nil && a.Second == nil {
		return []journal.Fact{emptied}, nil
	}
	switch {
	case by.Second == "":
		return nil, refuse(access.SecondNeeded, string(access.EmptyReject))
	case a.First == nil || a.Second == nil:
		return nil, refuse(Incomplete, "one of two figures")
	case *a.First < 0 || *a.Second < 0:
		return nil, refuse(ledger.BadCount, "less than none")
	}
	if *a.First != *a.Second {
		d := map[string]any{"for": forReject, "first": *a.First, "second": *a.Second, "by": by.Second}
		fault := refuse(ledger.CountsDiffer, "reject box")
		return []journal.Fact{{Kind: journal.KindCounted, Who: by.Who, Data: d}}, fault
	}
	emptied.Data = rejectData{*a.First, s.reject, by.Second}
	facts := []journal.Fact{emptied}
	if n := *a.First - s.reject; n != 0 {
		facts = append(facts, s.incidents([]ledger.Incident{{
			Between: [2]ledger.Witness{ledger.ByLedger, ledger.ByCount}, Says: [2]int64{int64(s.reject), int64(*a.First)},
			Difference: int64(n), Account: ledger.Spoiled, Since: s.rejectSince, Until: s.rejectLast, Seen: now,
		}}, by.Who)...)
	}
	return facts, nil
}

func (a CloseIncident) facts(s *State, by By, _ time.Time) ([]journal.Fact, error) {
	c := s.incident(a.ID)
	switch {
	case c == nil || !c.Closed.IsZero():
		return nil, refuse(NotListed, "incident "+a.ID)
	case strings.TrimSpace(a.Reason) == "":
		return nil, refuse(Incomplete, "what was found")
	}
	d := caseData{ID: c.ID, Second: by.Second, Reason: strings.TrimSpace(a.Reason)}
	return []journal.Fact{{Kind: journal.KindIncidentClosed, Who: by.Who, Data: d}}, nil
}

// counting holds a blind count. Its facts are kept whatever comes of the act: the count, and the incidents that it shows.
func (s *State) counting(purpose string, by By, now time.Time, first, second ledger.Count, what ...ledger.Account) (
	*ledger.Counting, []journal.Fact, error) {
	if s.open != nil {
		return nil, nil, refuse(ledger.CardUnderWay, s.open.id)
	}
	c, err := ledger.NewCounting(by.Who, by.Second, what...)
	if err == nil {
		err = c.Enter(by.Who, first)
	}
	if err == nil {
		err = c.Enter(by.Second, second)
	}
	if err != nil {
		return nil, nil, err
	}
	note, err := c.Note(purpose)
	if err != nil {
		return nil, nil, err
	}
	facts := []journal.Fact{{Kind: journal.KindCounted, Who: by.Who, Data: note}}
	n, err := c.Agreed()
	if err != nil {
		return nil, facts, err
	}
	return c, append(facts, s.incidents(s.watch.Clone().Count(now, n, s.book.Balance()), by.Who)...), nil
}

// waivers lets the differences stand that there are, in the name of the one of the two who may. Without a reason there are none,
// and ledger refuses the difference.
func (s *State) waivers(c *ledger.Counting, by By, reason string, book func(ledger.BlankType) int) ([]ledger.Waiver, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return nil, nil
	}
	who, second := by.Who, by.Second
	if s.rules.SignIn {
		p, _ := s.people.Person(who)
		q, _ := s.people.Person(second)
		switch {
		case access.May(p.Role, access.Waive):
		case access.May(q.Role, access.Waive):
			who, second = second, who
		default:
			return nil, refuse(access.NotAllowed, string(access.Waive))
		}
	}
	n, err := c.Agreed()
	if err != nil {
		return nil, err
	}
	var all []ledger.Waiver
	for _, t := range ledger.BlankTypes() {
		if d := n[t][ledger.Hopper] - book(t); d != 0 {
			all = append(all, ledger.Waiver{Who: who, Second: second, Reason: reason, Type: t, Difference: d})
		}
	}
	return all, nil
}

// nextShift numbers the shifts of a day.
func (s *State) nextShift(now time.Time) string {
	day := now.In(s.rules.Place).Format(time.DateOnly)
	n := 1
	for _, sh := range s.shifts {
		if strings.HasPrefix(sh.ID, day+"-") {
			n++
		}
	}
	return fmt.Sprintf("%s-%d", day, n)
}

// certify puts down what the closing of the open shift certifies. The facts of the closing itself come after the head it names.
func (s *State) certify(closing ledger.Closing, fresh []journal.Fact) certificate.Certificate {
	sh := s.on
	c := certificate.Certificate{
		Version: certificate.Version, Station: s.rules.Station, Shift: sh.ID,
		Opened: sh.Opened.UTC().Truncate(time.Second), Closed: closing.Closed.UTC().Truncate(time.Second),
		OpenedBy: sh.By, ClosedBy: closing.By, Cards: append([]certificate.Card(nil), sh.list...),
		Journal: certificate.Journal{First: sh.Seq, Last: s.last.Seq, Head: s.last.Hash},
	}
	for _, t := range ledger.BlankTypes() {
		c.Stock = append(c.Stock, stock(t, closing.Sheets[t], sh.refound[t]))
	}
	for _, w := range sh.Waivers {
		c.Waivers = append(c.Waivers, waiver("opening", w))
	}
	for _, w := range closing.Waivers {
		c.Waivers = append(c.Waivers, waiver("closing", w))
	}
	for _, i := range s.cases {
		if i.Closed.IsZero() || i.Seq > sh.Seq {
			c.Incidents = append(c.Incidents, incident(i.Incident, i.Closed.IsZero()))
		}
	}
	for _, f := range fresh {
		if i, ok := f.Data.(ledger.Incident); ok {
			c.Incidents = append(c.Incidents, incident(i, true))
		}
	}
	return c
}

// stock is a sheet as a certificate has it. The sheet's figures are net; here what was found stands beside what was missing, and a
// correction of a draw or a return of an earlier shift beside those of this one: no figure is below nothing.
func stock(t ledger.BlankType, s ledger.Sheet, refound int) certificate.Stock {
	out := certificate.Stock{
		Type: string(t), Opening: s.Opening, Drawn: s.Drawn, Found: s.Found + refound, Good: s.Good, Returned: s.Returned,
		Missing: s.Missing + refound, Closing: s.Closing, Difference: s.Difference(),
	}
	if n := min(out.Drawn, out.Returned); n < 0 {
		out.Drawn, out.Returned = out.Drawn-n, out.Returned-n
	}
	for cause, n := range s.ByCause {
		if n != 0 {
			if out.Spoiled == nil {
				out.Spoiled = map[string]int{}
			}
			out.Spoiled[cause] = n
		}
	}
	return out
}

func waiver(at string, w ledger.Waiver) certificate.Waiver {
	return certificate.Waiver{At: at, Type: string(w.Type), Difference: w.Difference, Who: w.Who, Second: w.Second, Reason: w.Reason}
}

func incident(i ledger.Incident, open bool) certificate.Incident {
	what := string(i.Between[1])
	if i.Account != "" {
		what += " " + string(i.Account)
	}
	return certificate.Incident{ID: i.ID, What: what, Type: string(i.Type), Books: i.Says[0], Found: i.Says[1], Since: i.Since.Attempt, Open: open}
}
