package centre

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"cetak/station/centre/api"
	"cetak/station/record"
)

// Shapes of words on the wire, as in the contract.
var (
	idShape   = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$`)
	nameShape = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	hashShape = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func checkKeys(keys ...api.Key) error {
	for _, k := range keys {
		if !idShape.MatchString(k.ID) || k.Issue < 1 || k.Issue > 9999 {
			return bad("a record's id or issue is none")
		}
	}
	return nil
}

func checkHoldings(all []api.Holding) error {
	if len(all) < 1 || len(all) > api.MaxBatch {
		return bad("leases: 1 to 5000")
	}
	for _, h := range all {
		if err := checkKeys(h.Key); err != nil {
			return err
		}
		if h.Fence < 1 {
			return bad("a fence is 1 or more")
		}
	}
	return nil
}

func oneOf(all []string, words ...string) error {
	for _, w := range words {
		if !slices.Contains(all, w) {
			return bad("one of " + strings.Join(all, ", ") + " is wanted")
		}
	}
	return nil
}

var kinds = []string{string(record.WNI), string(record.WNA)}

func (s *Service) take(c *call) (any, error) {
	var t api.Take
	if err := c.into(&t); err != nil {
		return nil, err
	}
	switch {
	case !nameShape.MatchString(t.Request):
		return nil, bad("request: 1 to 64 letters, digits, dots, and dashes")
	case t.Hours < 1 || t.Hours > api.MaxLease:
		return nil, bad("hours: 1 to 336")
	case len(t.Records) > api.MaxTake:
		return nil, bad("records: at most 100")
	case len(t.Records) == 0 && (t.Count < 1 || t.Count > api.MaxTake):
		return nil, bad("count: 1 to 100, or records by name")
	case len(t.Records) > 0 && t.Count != 0:
		return nil, bad("count or records, not both")
	}
	if err := checkKeys(t.Records...); err != nil {
		return nil, err
	}
	if err := oneOf(kinds, t.Kinds...); err != nil {
		return nil, err
	}
	if err := oneOf(record.Reasons(), append(slices.Concat(t.First...), t.Hold...)...); err != nil {
		return nil, err
	}
	t.First = slices.DeleteFunc(t.First, func(g []string) bool { return len(g) == 0 })
	leases, err := s.store.Take(c, c.now, c.name, t)
	return api.Taken{Leases: leases, Now: c.now.UTC()}, err
}

func (s *Service) leases(c *call) (any, error) {
	leases, err := s.store.Held(c, c.name)
	return api.Taken{Leases: leases, Now: c.now.UTC()}, err
}

func (s *Service) renew(c *call) (any, error) {
	var r api.Renew
	if err := c.into(&r); err != nil {
		return nil, err
	}
	if r.Hours < 1 || r.Hours > api.MaxLease {
		return nil, bad("hours: 1 to 336")
	}
	if err := checkHoldings(r.Leases); err != nil {
		return nil, err
	}
	v, err := s.store.Renew(c, c.now, c.name, r)
	return api.Verdicts{Verdicts: v, Now: c.now.UTC()}, err
}

func (s *Service) claim(c *call) (any, error) {
	return s.holdings(c, func(h []api.Holding) ([]api.Verdict, error) { return s.store.Claim(c, c.now, c.name, h) })
}

func (s *Service) release(c *call) (any, error) {
	return s.holdings(c, func(h []api.Holding) ([]api.Verdict, error) { return s.store.Release(c, c.now, c.name, h) })
}

func (s *Service) holdings(c *call, do func([]api.Holding) ([]api.Verdict, error)) (any, error) {
	var h api.Holdings
	if err := c.into(&h); err != nil {
		return nil, err
	}
	if err := checkHoldings(h.Leases); err != nil {
		return nil, err
	}
	v, err := do(h.Leases)
	return api.Verdicts{Verdicts: v, Now: c.now.UTC()}, err
}

// key is the record that the path names. Fault: BadRequest.
func (c *call) key() (api.Key, error) {
	issue, err := number(c.PathValue("issue"), 1, 9999)
	if err != nil {
		return api.Key{}, err
	}
	k := api.Key{ID: c.PathValue("id"), Issue: issue}
	return k, checkKeys(k)
}

func (s *Service) envelope(c *call) (any, error) {
	k, err := c.key()
	if err != nil {
		return nil, err
	}
	return s.store.Envelope(c, c.name, k)
}

func (s *Service) done(c *call) (any, error) {
	k, err := c.key()
	if err != nil {
		return nil, err
	}
	var d api.Done
	if err := c.into(&d); err != nil {
		return nil, err
	}
	if d.Fence < 1 {
		return nil, bad("a fence is 1 or more")
	}
	st, err := s.store.Station(c, c.name)
	if err != nil {
		return nil, err
	}
	o, err := openOutcome(st.JWK, d.Outcome)
	if err != nil {
		return nil, err
	}
	if o.Key != k {
		return nil, api.Refuse(api.OutcomeUnsigned, "done", "the outcome is another record's", nil)
	}
	return s.store.Done(c, c.now, c.name, d.Fence, o)
}

func (s *Service) ledger(c *call) (any, error) {
	var b api.Batch
	if err := c.into(&b); err != nil {
		return nil, err
	}
	if err := checkShape(b); err != nil {
		return nil, err
	}
	if b.After.Seq == 0 {
		b.After.Hash = ""
	}
	return s.store.Append(c, c.now, c.name, b, s.notary.Countersign)
}

// checkShape holds a batch to the contract's form. Faults: TooLarge, BadRequest.
func checkShape(b api.Batch) error {
	if len(b.Lines) > api.MaxBatch {
		return api.Refuse(api.TooLarge, "ledger", "more than 5000 lines", nil)
	}
	if !hashShape.MatchString(b.Genesis) || !hashShape.MatchString(b.Head.Hash) || b.After.Seq < 0 || b.After.Seq > 0 && !hashShape.MatchString(b.After.Hash) {
		return bad("genesis, head, and after carry hashes of 64 hex digits")
	}
	for _, l := range b.Lines {
		if l.At.Year() < 1970 || l.At.Year() > 2261 { // what nanoseconds can say
			return bad("a line's time is none")
		}
	}
	return nil
}

func (s *Service) health(c *call) (any, error) {
	var h api.Health
	if err := c.into(&h); err != nil {
		return nil, err
	}
	if h.At.IsZero() || h.Outbox < 0 {
		return nil, bad("at and outbox are wanted")
	}
	if len(h.Leases) > 0 {
		if err := checkHoldings(h.Leases); err != nil {
			return nil, err
		}
	}
	h.At = h.At.UTC().Truncate(time.Millisecond)
	return s.store.Health(c, c.now, c.name, h)
}

func (s *Service) policy(c *call) (any, error) { return s.store.Policy(c) }

func (s *Service) deposits(c *call) (any, error) {
	var d api.Deposits
	if err := c.into(&d); err != nil {
		return nil, err
	}
	if len(d.Records) < 1 || len(d.Records) > api.MaxDeposit {
		return nil, bad("records: 1 to 100")
	}
	for _, r := range d.Records {
		if err := CheckDeposit(r); err != nil {
			return nil, err
		}
	}
	v, err := s.store.Deposit(c, c.now, d.Records)
	return api.Verdicts{Verdicts: v, Now: c.now.UTC()}, err
}

// CheckDeposit holds a record from the register to the contract. Fault: BadRequest.
func CheckDeposit(d api.Deposit) error {
	if err := checkKeys(d.Key); err != nil {
		return err
	}
	if err := oneOf(kinds, d.Kind); err != nil {
		return err
	}
	if err := oneOf(record.Reasons(), d.Reason); err != nil {
		return err
	}
	switch {
	case d.Revision < 1:
		return bad("a revision is 1 or more")
	case d.Office == "" || len(d.Office) > 120:
		return bad("office: 1 to 120 characters")
	case d.Cleared.IsZero() || !d.NotAfter.After(d.Cleared):
		return bad("cleared, and not_after later than that, are wanted")
	case len(d.Envelopes) > 64:
		return bad("envelopes: at most 64")
	}
	for kid, e := range d.Envelopes {
		// Five parts of base64url: sealed, whatever is in it. The text of a person would not pass.
		if kid == "" || len(kid) > 120 || strings.Count(e, ".") != 4 || strings.Trim(e, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			return bad("an envelope is no compact JWE")
		}
	}
	return nil
}

func (s *Service) withdraw(c *call) (any, error) {
	var w api.Withdrawal
	if err := c.into(&w); err != nil {
		return nil, err
	}
	if err := checkKeys(w.Key); err != nil {
		return nil, err
	}
	if err := oneOf(api.Reasons(), w.Reason); err != nil {
		return nil, err
	}
	state, err := s.store.Withdraw(c, c.now, w)
	return api.Booked{Key: w.Key, State: state, Cancel: state == api.ToCancel}, err
}

func (s *Service) states(c *call) (any, error) {
	var a api.Ask
	if err := c.into(&a); err != nil {
		return nil, err
	}
	if len(a.Records) < 1 || len(a.Records) > api.MaxAsk {
		return nil, bad("records: 1 to 1000")
	}
	if err := checkKeys(a.Records...); err != nil {
		return nil, err
	}
	all, err := s.store.States(c, a.Records)
	return api.Standings{Records: all}, err
}

func (s *Service) wanted(c *call) (any, error) {
	w, err := s.store.Wanted(c, 1000)
	return api.WantedList{Wanted: w}, err
}

func (s *Service) freeSilent(c *call) (any, error) {
	var r api.Release
	if err := c.into(&r); err != nil {
		return nil, err
	}
	if err := checkKeys(r.Key); err != nil {
		return nil, err
	}
	if r.Reason == "" || len(r.Reason) > 200 || strings.ContainsAny(r.Reason, "\r\n") {
		return nil, bad("reason: one line of 1 to 200 characters")
	}
	return s.store.FreeSilent(c, c.now, c.name, r)
}

func (s *Service) sum(c *call) (any, error) {
	by := c.URL.Query().Get("by")
	if by == "" {
		by = "province"
	}
	return s.summary.of(c, c.now, by)
}

// stations gives every desk's figures; not its key.
func (s *Service) stations(c *call) (any, error) {
	all, err := s.store.Stations(c)
	out := api.Stations{Stations: []api.StationState{}}
	for _, st := range all {
		v := api.StationState{ID: st.ID, Office: st.Office, District: st.District, Province: st.Province, Skew: st.Skew.Milliseconds(), Head: st.Head, Health: st.Health,
			Silent: c.now.Sub(st.Seen) > api.SilentAfter}
		if !st.Seen.IsZero() {
			v.Seen = &st.Seen
		}
		out.Stations = append(out.Stations, v)
	}
	return out, err
}

func (s *Service) stock(c *call) (any, error) {
	id := c.URL.Query().Get("station")
	if _, err := s.store.Station(c, id); err != nil {
		return nil, bad("no station of this name is registered")
	}
	return s.store.Stock(c, id)
}

func (s *Service) loans(c *call) (any, error) {
	l, err := s.store.Loans(c)
	return api.Loans{Loans: l}, err
}

func (s *Service) incidents(c *call) (any, error) {
	after := 0
	if text := c.URL.Query().Get("after"); text != "" {
		var err error
		if after, err = number(text, 0, 1<<53); err != nil {
			return nil, err
		}
	}
	i, err := s.store.Incidents(c, int64(after))
	return api.Incidents{Incidents: i}, err
}

func (s *Service) closeIncident(c *call) (any, error) {
	seq, err := number(c.PathValue("seq"), 1, 1<<53)
	if err != nil {
		return nil, err
	}
	if err := s.store.CloseIncident(c, int64(seq), c.name); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}
