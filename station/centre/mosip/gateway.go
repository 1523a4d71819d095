package mosip

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station/centre/api"
)

// Gateway is a running gateway.
type Gateway struct {
	Address  net.Addr // where the hub's callback is answered
	settings *Settings
	keys     *keys
	maker    *maker
	store    *store
	hub      *hub
	centre   *api.Client
	dir      string
	log      zerolog.Logger
	server   *http.Server
	failed   chan error

	asked                            atomic.Bool // a subscription was asked for
	workNow, reportNow, reconcileNow chan struct{}

	mu   sync.Mutex
	busy map[string]bool // requests under way
}

// Open makes a folder's gateway ready and listens. Faults: FolderUnusable, StoreUnusable, api.NotEnrolled; nothing is left open then.
func Open(ctx context.Context, dir string, logger zerolog.Logger) (*Gateway, error) {
	s, err := LoadSettings(dir)
	if err != nil {
		return nil, err
	}
	m, err := loadMapping(filepath.Join(dir, MappingFile))
	if err != nil {
		return nil, err
	}
	k, err := loadKeys(dir, s)
	if err != nil {
		return nil, err
	}
	if _, err := loadDesks(dir); err != nil {
		return nil, err
	}
	centre, err := api.Dial(filepath.Join(dir, CentreFolder))
	if err != nil {
		return nil, err
	}
	h, err := newHub(dir, s, k)
	if err != nil {
		return nil, err
	}
	g := &Gateway{settings: s, keys: k, maker: &maker{s, m, k}, hub: h, centre: centre, dir: dir, log: logger, failed: make(chan error, 1), busy: map[string]bool{},
		workNow: make(chan struct{}, 1), reportNow: make(chan struct{}, 1), reconcileNow: make(chan struct{}, 1)}
	if g.store, err = openStore(ctx, filepath.Join(dir, StoreFile)); err != nil {
		return nil, err
	}
	if err := g.listen(ctx); err != nil {
		return nil, errors.Join(err, g.store.close())
	}
	return g, nil
}

func (g *Gateway) listen(ctx context.Context) error {
	bad := func(err error) error {
		return fault(FolderUnusable, drivers.AgainAfterOperator, "listen "+g.settings.Listen.Address, err)
	}
	g.server = &http.Server{Handler: g.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 5 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: log.New(httpNoise{g.log}, "", 0)}
	if g.settings.Listen.Cert != "" {
		own, err := tls.LoadX509KeyPair(under(g.dir, g.settings.Listen.Cert), under(g.dir, g.settings.Listen.Key))
		if err != nil {
			return bad(err)
		}
		g.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{own}}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", g.settings.Listen.Address)
	if err != nil {
		return bad(err)
	}
	g.Address = l.Addr()
	go func() {
		var err error
		if g.server.TLSConfig != nil {
			err = g.server.ServeTLS(l, "", "")
		} else {
			err = g.server.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			g.failed <- bad(err)
		}
	}()
	return nil
}

func under(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// httpNoise takes net/http's own words into the log.
type httpNoise struct{ log zerolog.Logger }

func (n httpNoise) Write(b []byte) (int, error) {
	n.log.Warn().Str("part", "http").Msg(string(b[:max(0, len(b)-1)]))
	return len(b), nil
}

// Run works until ctx ends. What is under way is finished or done again at the next start.
func (g *Gateway) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	loop := func(every time.Duration, now chan struct{}, do func(context.Context) error) {
		all.Go(func() {
			for ctx.Err() == nil {
				if err := do(ctx); err != nil && ctx.Err() == nil {
					f := drivers.AsFault(err)
					g.log.Warn().Str("code", string(f.Code)).Err(err).Msg("tried again later")
				}
				select {
				case <-ctx.Done():
				case <-now:
				case <-time.After(every):
				}
			}
		})
	}
	loop(g.settings.Hub.SubscribeEvery.Duration, nil, g.subscribe)
	loop(time.Second, g.workNow, g.work)
	loop(time.Second, g.reportNow, g.report)
	loop(g.settings.Work.States.Duration, nil, g.states)
	loop(g.settings.Work.States.Duration, nil, g.wanted)
	if g.settings.Requests.URL != "" {
		loop(g.settings.Requests.Every.Duration, g.reconcileNow, g.reconcile)
	}
	loop(time.Hour, nil, func(ctx context.Context) error { return g.store.tidy(ctx, time.Now()) })
	var err error
	select {
	case <-ctx.Done():
	case err = <-g.failed:
	}
	cancel()
	bound, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	if e := g.server.Shutdown(bound); e != nil {
		err = errors.Join(err, g.server.Close())
	}
	all.Wait()
	return errors.Join(err, g.store.close())
}

func (g *Gateway) wake(c *chan struct{}) {
	select {
	case *c <- struct{}{}:
	default:
	}
}

// note keeps when something went well.
func (g *Gateway) note(what string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := g.store.mark(ctx, what, time.Now()); err != nil {
		g.log.Warn().Err(err).Str("what", what).Msg("not noted")
	}
}

func (g *Gateway) subscribe(ctx context.Context) error {
	g.asked.Store(true)
	if err := g.hub.subscribe(ctx); err != nil {
		return err
	}
	g.note("asked")
	return nil
}

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
	all, err := g.store.due(ctx, time.Now(), 1<<30, toPrint)
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
