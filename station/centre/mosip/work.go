package mosip

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"cetak/drivers"
	"cetak/station/centre/api"
)

// pause is how long to wait after so many failures: twice as long each time, and never the same for two.
func (g *Gateway) pause(tries int) time.Duration {
	d := g.settings.Work.Pause.Duration << min(tries, 20)
	if d > g.settings.Work.Longest.Duration || d <= 0 {
		d = g.settings.Work.Longest.Duration
	}
	return d/2 + rand.N(d/2+1)
}

// atOnce is how many requests are worked on at one time.
const atOnce = 4

// work takes every request that is due one step on.
func (g *Gateway) work(ctx context.Context) error {
	all, err := g.store.due(ctx, time.Now(), 50, toDeposit, toCheck, toFetch, toAsk)
	if err != nil {
		return err
	}
	slots := make(chan struct{}, atOnce)
	var under sync.WaitGroup
	for _, r := range all {
		if ctx.Err() != nil {
			break
		}
		slots <- struct{}{}
		under.Go(func() {
			defer func() { <-slots }()
			if err := g.step(ctx, r); err != nil && ctx.Err() == nil {
				g.log.Warn().Err(err).Str("request", r.id).Str("step", string(r.step)).Msg("a step could not be noted; done again")
			}
		})
	}
	under.Wait()
	if len(all) > 0 {
		g.wake(&g.reportNow)
		g.wake(&g.workNow)
	}
	return nil
}

// step does what the request stands at. Its error is the store's: what else fails is the request's own and is kept with it.
func (g *Gateway) step(ctx context.Context, r request) error {
	switch r.step {
	case toFetch:
		return g.fetch(ctx, r)
	case toAsk:
		return g.ask(ctx, r)
	case toCheck:
		return g.check(ctx, r)
	default:
		return g.deposit(ctx, r)
	}
}

func (g *Gateway) tell(r request, err error, what string) {
	f := drivers.AsFault(err)
	g.log.Warn().Str("request", r.id).Str("code", string(f.Code)).Str("detail", f.Detail).Msg(what)
}

// fetch downloads the credential. A link that is over, or that gave nothing so often, is asked for anew.
func (g *Gateway) fetch(ctx context.Context, r request) error {
	body, over, err := g.hub.fetch(ctx, r.url)
	now := time.Now()
	if ctx.Err() != nil {
		return nil // stopped: nothing was learnt
	}
	switch {
	case err == nil:
		_, err = g.store.move(ctx, r, toCheck, now, now, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, "UPDATE request SET body = ? WHERE id = ?", body, r.id); err != nil {
				return err
			}
			return report(ctx, tx, r, downloaded, "", now)
		})
		return err
	case !over && r.tries+1 < g.settings.Work.Tries:
		_, err = g.store.move(ctx, r, toFetch, now.Add(g.pause(r.tries)), now, nil)
		return err
	}
	g.tell(r, err, "the credential cannot be downloaded")
	_, err = g.store.move(ctx, r, toAsk, now, now, nil)
	return err
}

// ask lets MOSIP issue the credential again; the answer is a new event. A request that was asked for too often ends.
func (g *Gateway) ask(ctx context.Context, r request) error {
	now := time.Now()
	if g.settings.Requests.URL == "" || r.asked >= g.settings.Work.Retriggers {
		return g.store.end(ctx, r, failed, erred, msgDownload, string(CredentialLost), now)
	}
	err := g.hub.retrigger(ctx, r.id)
	if ctx.Err() != nil {
		return nil
	}
	due, asked := now.Add(g.settings.Requests.Grace.Duration), 1
	if err != nil {
		g.tell(r, err, "a credential could not be asked for again")
		due, asked = now.Add(g.pause(r.tries)), 0
	}
	_, err = g.store.move(ctx, r, toAsk, due, now, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE request SET asked = asked + ? WHERE id = ?", asked, r.id)
		return err
	})
	return err
}

// opened proves and opens a credential. The message is the one that MOSIP is told when it fails.
func (g *Gateway) opened(r request) (c *credential, msg string, err error) {
	if g.settings.Proof.Required {
		if err := proved(r.proof, r.body, g.keys.trust, r.at); err != nil {
			return nil, msgValidate, err
		}
	}
	plain, err := unsealed(r.body, g.keys.partner, g.keys.cert)
	if err != nil {
		return nil, msgDecrypt, err
	}
	if c, err = parseCredential(plain, r.pin); err != nil {
		msg = msgValidate
		if errors.Is(err, CredentialSealed) {
			msg = msgDecrypt
		}
		return nil, msg, err
	}
	return c, "", nil
}

// check opens a credential, makes a record of it for a trial, and says whose card it is.
func (g *Gateway) check(ctx context.Context, r request) error {
	now := time.Now()
	end := func(msg string, err error) error {
		g.tell(r, err, "the credential is refused")
		return g.store.end(ctx, r, failed, erred, msg, string(drivers.AsFault(err).Code), now)
	}
	c, msg, err := g.opened(r)
	if err != nil {
		return end(msg, err)
	}
	e, err := g.maker.m.apply(c, r.kind, r.at)
	if err == nil {
		err = checkOffice(e.office)
	}
	if err == nil {
		_, err = g.maker.record(ctx, c, e, g.facts(r, "M-TRIAL", 1, 1), now)
	}
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return end(msgValidate, err)
	}
	person := g.keys.personID(e.fields["NIK"])
	older := false
	_, err = g.store.move(ctx, r, toDeposit, now, now, func(tx *sql.Tx) error {
		if err := report(ctx, tx, r, validated, "", now); err != nil {
			return err
		}
		_, _, ok, err := assign(ctx, tx, r, person, false)
		if err != nil || ok {
			return err
		}
		older = true
		if _, err := tx.ExecContext(ctx, "UPDATE request SET step = ? WHERE id = ?", string(failed), r.id); err != nil {
			return err
		}
		return finish(ctx, tx, r, erred, msgPrint, string(NotPrinted), now)
	})
	if older {
		g.log.Info().Str("request", r.id).Msg("a newer request of the same person is here: this one will not be printed")
	}
	return err
}

func (g *Gateway) facts(r request, id string, issue, revision int) facts {
	cleared := r.at.Truncate(time.Second)
	return facts{id: id, issue: issue, revision: revision, cleared: cleared, notAfter: cleared.AddDate(0, 0, g.settings.Record.ValidDays)}
}

// made makes the deposit of a request, sealed to the desks for which want is true.
func (g *Gateway) made(ctx context.Context, r request, now time.Time, want func(desk) bool) (api.Deposit, string, error) {
	c, msg, err := g.opened(r)
	if err != nil {
		return api.Deposit{}, msg, err
	}
	e, err := g.maker.m.apply(c, r.kind, r.at)
	if err != nil {
		return api.Deposit{}, msgValidate, err
	}
	f := g.facts(r, r.record, r.issue, r.revision)
	signed, err := g.maker.record(ctx, c, e, f, now)
	if err != nil {
		return api.Deposit{}, msgValidate, err
	}
	d := api.Deposit{Key: api.Key{ID: r.record, Issue: r.issue}, Revision: r.revision, Kind: e.kind, Reason: e.reason, Office: e.office, Cleared: f.cleared,
		NotAfter: f.notAfter, Envelopes: map[string]string{}}
	desks, err := loadDesks(g.dir) // read each time: a desk is added while the gateway runs
	if err != nil {
		return d, "", err
	}
	for _, k := range desks {
		if k.Office == e.office && want(k) {
			if d.Envelopes[k.Key.KeyID], err = seal(signed, k.Key); err != nil {
				return d, "", err
			}
		}
	}
	return d, "", nil
}

// deposit gives a record to the centre.
func (g *Gateway) deposit(ctx context.Context, r request) error {
	now := time.Now()
	d, msg, err := g.made(ctx, r, now, func(desk) bool { return true })
	later := func(err error, what string) error {
		if ctx.Err() != nil {
			return nil
		}
		g.tell(r, err, what)
		_, err = g.store.move(ctx, r, toDeposit, now.Add(g.pause(r.tries)), now, nil)
		return err
	}
	switch {
	case err != nil && msg != "" && ctx.Err() == nil: // what was right before is not any more: the person's card ran out, a rule changed
		g.tell(r, err, "the credential is refused")
		return g.store.end(ctx, r, failed, erred, msg, string(drivers.AsFault(err).Code), now)
	case err != nil:
		return later(err, "the record could not be made")
	case len(d.Envelopes) == 0:
		return later(fault(NoDesk, drivers.AgainAfterOperator, "", nil), "no desk of the record's office is known here; it waits for one")
	}
	var v api.Verdicts
	if err := g.centre.Do(ctx, "/v1/deposits", api.Deposits{Records: []api.Deposit{d}}, &v); err != nil {
		return later(err, "the centre did not take the record")
	}
	if len(v.Verdicts) == 1 && v.Verdicts[0].Code == api.DepositConflict {
		return g.conflict(ctx, r, now, later)
	}
	if len(v.Verdicts) != 1 || v.Verdicts[0].Code != "" {
		return later(fault(HubRefused, drivers.AgainNow, "the centre's verdict is none", nil), "the centre did not take the record")
	}
	g.log.Info().Str("request", r.id).Str("record", r.record).Int("issue", r.issue).Int("revision", r.revision).Msg("deposited")
	_, err = g.store.move(ctx, r, toPrint, now, now, func(tx *sql.Tx) error { return g.store.supersede(ctx, tx, r, now) })
	return err
}

// conflict looks why the centre does not take a record: where it has a card already, this is the next card; where that card is lost, two
// supervisors decide first.
func (g *Gateway) conflict(ctx context.Context, r request, now time.Time, later func(error, string) error) error {
	said, err := g.standing(ctx, []api.Key{{ID: r.record, Issue: r.issue}})
	if err != nil {
		return later(err, "the centre does not say where the record stands")
	}
	switch {
	case len(said) == 1 && said[0].Revision > r.revision:
		return g.store.end(ctx, r, failed, erred, msgPrint, string(NotPrinted), now)
	case len(said) == 1 && (said[0].State == api.Finished || said[0].State == api.ToCancel):
		return g.reissue(ctx, r, now)
	}
	return later(api.Refuse(api.DepositConflict, "deposit", "", nil), "the centre has the record with other facts, or its card is lost")
}

// reissue makes the request the person's next card.
func (g *Gateway) reissue(ctx context.Context, r request, now time.Time) error {
	_, err := g.store.move(ctx, r, toDeposit, now, now, func(tx *sql.Tx) error {
		_, _, _, err := assign(ctx, tx, r, r.record, true)
		return err
	})
	return err
}
