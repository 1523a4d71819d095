package centre

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station/centre/ca"
)

// Folders and files of a centre beside the store and the notary's key.
const (
	CAFolder   = "ca"
	ServerCert = "server.crt"
	ServerKey  = "server.key"
)

// Options of a running centre.
type Options struct {
	Dir      string
	Postgres string // address of a database; empty: the file in Dir
	Listen   string // for stations, over HTTPS: "host:port"
	Monitor  string // for the wall; empty: none
}

// Server is a centre that answers.
type Server struct {
	API, Wall net.Addr // where it listens; Wall is nil without a monitor
	service   *Service
	store     Store
	servers   []*http.Server
	failed    chan error
	log       zerolog.Logger
}

// OpenStore opens the store that the options name.
func OpenStore(ctx context.Context, o Options) (Store, error) {
	if o.Postgres != "" {
		return OpenPostgres(ctx, o.Postgres)
	}
	return OpenFile(ctx, filepath.Join(o.Dir, File))
}

// Start opens everything and listens. Faults: FolderUnusable, StoreUnusable, StoreNewer, AddressTaken; nothing is left open then.
func Start(ctx context.Context, o Options, log zerolog.Logger) (*Server, error) {
	notary, err := OpenNotary(o.Dir)
	if err != nil {
		return nil, err
	}
	revoked, err := ca.Watch(filepath.Join(o.Dir, CAFolder))
	if err != nil {
		return nil, unusableFolder("the certificates in "+filepath.Join(o.Dir, CAFolder), err)
	}
	own, err := tls.LoadX509KeyPair(filepath.Join(o.Dir, ServerCert), filepath.Join(o.Dir, ServerKey))
	if err != nil {
		return nil, unusableFolder("the server's certificate", err)
	}
	store, err := OpenStore(ctx, o)
	if err != nil {
		return nil, err
	}
	s := &Server{service: NewService(store, notary, revoked.Revoked, log), store: store, failed: make(chan error, 2), log: log}
	holders := x509.NewCertPool()
	holders.AddCert(revoked.Authority())
	secure := &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}, ClientCAs: holders, ClientAuth: tls.RequireAndVerifyClientCert,
		NextProtos: []string{"h2", "http/1.1"},
	}
	if s.API, err = s.listen(ctx, o.Listen, s.service.Handler(), secure); err == nil && o.Monitor != "" {
		s.Wall, err = s.listen(ctx, o.Monitor, s.service.Monitor(), nil)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) listen(ctx context.Context, address string, h http.Handler, secure *tls.Config) (net.Addr, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &drivers.Fault{Code: AddressTaken, Op: "listen", Again: drivers.AgainAfterOperator, Detail: address, Err: err}
	}
	server := &http.Server{
		Handler: h, TLSConfig: secure, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 5 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(tlsNoise{s.log}, "", 0),
	}
	s.servers = append(s.servers, server)
	go func() {
		var err error
		if secure != nil {
			err = server.ServeTLS(l, "", "")
		} else {
			err = server.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	return l.Addr(), nil
}

// tlsNoise takes net/http's own words (refused handshakes, broken connections) into the log.
type tlsNoise struct{ log zerolog.Logger }

func (n tlsNoise) Write(b []byte) (int, error) {
	n.log.Warn().Str("part", "http").Msg(string(b[:max(0, len(b)-1)]))
	return len(b), nil
}

var _ io.Writer = tlsNoise{}

// tidyEvery is how often what is over is put away.
const tidyEvery = time.Hour

// Run serves until ctx ends, then lets requests under way finish.
func (s *Server) Run(ctx context.Context) error {
	tidy := time.NewTicker(tidyEvery)
	defer tidy.Stop()
	for {
		if err := s.store.Tidy(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Error().Err(err).Msg("what is over could not be put away; tried again in an hour")
		}
		select {
		case <-tidy.C:
		case err := <-s.failed:
			return errors.Join(&drivers.Fault{Code: AddressTaken, Op: "serve", Again: drivers.AgainAfterOperator, Err: err}, s.Close())
		case <-ctx.Done():
			return s.Close()
		}
	}
}

// Close ends the server: no new requests, ten seconds for those under way.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs []error
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, server.Close())
		}
	}
	return errors.Join(append(errs, s.store.Close())...)
}
