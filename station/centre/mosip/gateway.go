package mosip

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
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
	reading                          chan struct{} // events that are read at one time
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
	g := &Gateway{settings: s, keys: k, maker: &maker{s, m, k}, hub: h, centre: centre, dir: dir, log: logger, failed: make(chan error, 1),
		workNow: make(chan struct{}, 1), reportNow: make(chan struct{}, 1), reconcileNow: make(chan struct{}, 1),
		reading: make(chan struct{}, 8)}
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
