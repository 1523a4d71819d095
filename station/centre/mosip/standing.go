package mosip

import (
	"context"
	"database/sql"
	"time"

	"cetak/station/centre/api"
)

// report sends every status that is due, of each request the next.
func (g *Gateway) report(ctx context.Context) error {
	for ctx.Err() == nil {
		all, err := g.store.unsent(ctx, time.Now(), 50)
		if err != nil || len(all) == 0 {
			return err
		}
		for _, r := range all {
			if err := g.send(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// send reports one status. Where an answer was lost MOSIP is asked first what it has, so that a status that came is not sent again.
func (g *Gateway) send(ctx context.Context, r statusReport) error {
	if r.begun && g.settings.Requests.URL != "" {
		if has, err := g.hub.status(ctx, r.request); err == nil && has == r.status {
			return g.store.sent(ctx, r.seq)
		}
	}
	if err := g.store.begin(ctx, r.seq); err != nil {
		return err
	}
	err := g.hub.publish(ctx, r)
	if err == nil {
		g.log.Info().Str("request", r.request).Str("status", r.status).Msg("reported")
		return g.store.sent(ctx, r.seq)
	}
	if ctx.Err() != nil {
		return nil
	}
	g.log.Warn().Err(err).Str("request", r.request).Str("status", r.status).Msg("a status could not be reported; tried again")
	return g.store.later(ctx, r.seq, time.Now().Add(g.pause(r.tries)))
}

// standing asks the centre where records stand.
func (g *Gateway) standing(ctx context.Context, keys []api.Key) ([]api.Standing, error) {
	var out api.Standings
	err := g.centre.Do(ctx, "/v1/states", api.Ask{Records: keys}, &out)
	return out.Records, err
}

// states asks the centre of every record that is out, and ends those that ended.
func (g *Gateway) states(ctx context.Context) error {
	all, err := g.store.out(ctx)
	if err != nil {
		return err
	}
	for len(all) > 0 && ctx.Err() == nil {
		part := all[:min(len(all), api.MaxAsk)]
		all = all[len(part):]
		keys := make([]api.Key, len(part))
		for i, r := range part {
			keys[i] = api.Key{ID: r.record, Issue: r.issue}
		}
		said, err := g.standing(ctx, keys)
		if err != nil {
			return err
		}
		have := map[api.Key]api.Standing{}
		for _, s := range said {
			have[s.Key] = s
		}
		for i, r := range part {
			s, there := have[keys[i]]
			if err := g.settle(ctx, r, s, there); err != nil {
				return err
			}
		}
	}
	g.note("centre")
	return nil
}

// settle ends a request whose record ended at the centre.
func (g *Gateway) settle(ctx context.Context, r request, s api.Standing, there bool) error {
	now := time.Now()
	switch {
	case !there: // the centre lost its store: it is given the record again
		_, err := g.store.move(ctx, r, toDeposit, now, now, nil)
		return err
	case s.Revision < r.revision && s.State == api.ToCancel:
		// A card of the older revision came out although it was replaced: it is cancelled, and this is the next card.
		return g.reissue(ctx, r, now)
	case s.Revision < r.revision:
		return nil // the older one is still out
	case s.Revision > r.revision:
		return g.store.end(ctx, r, failed, erred, msgPrint, string(NotPrinted), now)
	}
	switch s.State {
	case api.Finished:
		moved, err := g.store.move(ctx, r, printed, now, now, func(tx *sql.Tx) error {
			if err := card(ctx, tx, r); err != nil {
				return err
			}
			return finish(ctx, tx, r, cardOut, "", "", now)
		})
		if moved {
			g.log.Info().Str("request", r.id).Str("record", r.record).Msg("a card came out good")
			g.wake(&g.reportNow)
		}
		return err
	case api.Gone, api.OutOfDate, api.ToCancel:
		_, err := g.store.move(ctx, r, failed, now, now, func(tx *sql.Tx) error {
			if s.State == api.ToCancel {
				if err := card(ctx, tx, r); err != nil {
					return err
				}
			}
			return finish(ctx, tx, r, erred, msgPrint, string(NotPrinted), now)
		})
		g.wake(&g.reportNow)
		return err
	}
	return nil // it waits, is at a desk, or its card is looked for
}

// wanted seals records to desks that were added after they were deposited.
func (g *Gateway) wanted(ctx context.Context) error {
	var list api.WantedList
	if err := g.centre.Do(ctx, "/v1/wanted", nil, &list); err != nil {
		return err
	}
	desks, err := loadDesks(g.dir)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, d := range desks {
		known[d.Key.KeyID] = true
	}
	for _, w := range list.Wanted {
		if !known[w.Kid] {
			continue // another register's record, or a desk that is not trusted here
		}
		r, there, err := g.store.atRecord(ctx, w.ID, w.Issue)
		if err != nil {
			return err
		}
		if !there || r.revision != w.Revision {
			continue
		}
		d, _, err := g.made(ctx, r, time.Now(), func(k desk) bool { return k.Key.KeyID == w.Kid })
		if err != nil || len(d.Envelopes) == 0 {
			continue // it is refused where it stands, or the desk is of another office here
		}
		var v api.Verdicts
		if err := g.centre.Do(ctx, "/v1/deposits", api.Deposits{Records: []api.Deposit{d}}, &v); err != nil {
			return err
		}
	}
	return nil
}

// reconcile finds what MOSIP issued and the gateway does not have, and asks for it again; and what MOSIP was told and does not show, and tells it
// again.
func (g *Gateway) reconcile(ctx context.Context) error {
	now := time.Now()
	var all []issued
	for _, status := range []string{"ISSUED", received, downloaded, validated} {
		for page := 0; ctx.Err() == nil; page++ { // all pages first: what is asked for again leaves the list
			some, more, err := g.hub.listed(ctx, status, now.Add(-g.settings.Requests.Window.Duration), page)
			if err != nil {
				return err
			}
			all = append(all, some...)
			if !more {
				break
			}
		}
	}
	for _, i := range all {
		if i.Partner != g.settings.Hub.Partner || !requestShape.MatchString(i.ID) || now.Sub(mosipMoment(i.Updated)) < g.settings.Requests.Grace.Duration {
			continue
		}
		if err := g.repair(ctx, i, now); err != nil {
			return err
		}
	}
	g.note("reconciled")
	return nil
}

// repair does what one request of MOSIP's list needs.
func (g *Gateway) repair(ctx context.Context, i issued, now time.Time) error {
	status, sent, err := g.store.told(ctx, i.ID)
	switch {
	case err != nil:
		return err
	case status == "" && i.Status == "ISSUED":
		g.log.Info().Str("request", i.ID).Msg("issued and never came: asked for again")
		return g.hub.retrigger(ctx, i.ID)
	case status == "":
		// Taken in by a gateway whose store is gone: whether a card was made is for people to find out.
		g.log.Warn().Str("request", i.ID).Str("status", i.Status).Msg("MOSIP says that it came, and it is not known here")
	case sent && status != i.Status:
		g.log.Info().Str("request", i.ID).Str("status", status).Msg("MOSIP does not show what it was told: told again")
		if err := g.store.again(ctx, i.ID, now); err != nil {
			return err
		}
		g.wake(&g.reportNow)
	}
	return nil
}

// mosipMoment reads a moment of the request generator: a Java LocalDateTime in UTC. One that does not read is long ago.
func mosipMoment(text string) time.Time {
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", time.RFC3339} {
		if t, err := time.Parse(form, text); err == nil {
			return t
		}
	}
	return time.Time{}
}
