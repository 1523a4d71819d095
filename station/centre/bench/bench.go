package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/cluster"
)

// Options say how much is measured.
type Options struct {
	Program  string  // `centre`, that is started as the service
	Offices  int     // each with as many Desks
	Desks    int     //
	Records  int     // leased, claimed, and reported by each desk
	Lines    int     // of each desk's ledger batch
	Envelope int     // bytes of a sealed record
	Together int     // requests under way at one moment
	Rate     float64 // cards a second in the peak
	Seconds  int     // that the peak lasts
	Postgres string  // address of a server to measure instead of a private one: a schema of its own is made in it, and removed
	Tell     func(string)
}

// Defaults are the country: 514 offices (docs/scale.md), and the peak that is planned for.
func Defaults() Options {
	return Options{Offices: 514, Desks: 4, Records: 2, Lines: 20, Envelope: 52_000, Together: 32, Rate: 20, Seconds: 20}
}

// deskGC is GOGC of this process: two thousand desks in one heap.
const deskGC = 400

// Result is what was measured.
type Result struct {
	Offices  int      `json:"offices"`
	Desks    int      `json:"desks"` // all together
	Envelope int      `json:"envelope_bytes"`
	Together int      `json:"together"`
	Lines    int      `json:"lines_a_batch"`
	Records  int      `json:"records_a_desk"`
	Engines  []Engine `json:"engines"`
	Without  string   `json:"without,omitempty"` // what was not measured, and why
}

// Engine is one store, by three ways: the service over HTTPS, its store called without a wire, and bare SQL.
type Engine struct {
	Name    string  `json:"name"`
	Service []Step  `json:"service"`
	Store   []Step  `json:"store,omitempty"`
	Bare    []Step  `json:"bare,omitempty"`
	Kept    float64 `json:"kept,omitempty"` // of a card's time in bare SQL, what the service keeps: 1 = as fast
	Peak    Peak    `json:"peak"`
	Idle    float64 `json:"service_mib_connected"` // every desk connected, nothing asked
	Waiting float64 `json:"kib_per_waiting_record,omitempty"`
	Stored  float64 `json:"kib_per_card,omitempty"` // that stay for good, with their indexes
	Most    float64 `json:"service_mib_most"`
}

// Peak is the country's busiest moment: requests come at their own time, whatever became of those before them.
type Peak struct {
	Rate    float64 `json:"cards_per_second"`
	Seconds float64 `json:"seconds"`
	Steps   []Step  `json:"steps"`
	Cores   float64 `json:"service_cores"` // that the service used
}

// Run measures. It makes its centre in a folder for temporary files and leaves nothing behind.
func Run(ctx context.Context, o Options) (Result, error) {
	out := Result{Offices: o.Offices, Desks: o.Offices * o.Desks, Envelope: o.Envelope, Together: o.Together, Lines: o.Lines, Records: o.Records}
	dir, err := os.MkdirTemp("", "cetak-bench-")
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	defer debug.SetGCPercent(debug.SetGCPercent(deskGC)) // the country's desks do not tidy their memory on the centre's processor
	o.Tell(fmt.Sprintf("%d desks are enrolled", out.Desks))
	h, err := newHouse(dir, o)
	if err != nil {
		return out, err
	}
	r := &run{Options: o, house: h}
	postgres, err := r.postgres(ctx)
	switch {
	case errors.Is(err, cluster.ErrNone):
		out.Without = "PostgreSQL, and bare SQL, whose statements are taken from it: " + err.Error()
	case err != nil:
		return out, err
	default:
		out.Engines = append(out.Engines, postgres)
	}
	file, err := r.file(ctx, dir)
	out.Engines = append(out.Engines, file)
	return out, err
}

// run is one measurement under way.
type run struct {
	Options
	*house
	writing   bool                                         // what the store sends is written down
	scripts   map[string][]script                          // by step: what its requests were for the database
	connected float64                                      // MiB of the service when every desk was connected
	probe     func(ctx context.Context, step string) error // looks at the store after a step; nil: nobody does
}

// postgres measures PostgreSQL by all three ways. The store's goes first: what it sends is what the bare one repeats.
func (r *run) postgres(ctx context.Context) (e Engine, err error) {
	e.Name = "postgres"
	schema := func(context.Context) (string, func() error, error) { return ownSchema(ctx, r.Postgres) }
	if r.Postgres == "" {
		private, fault := cluster.Start(ctx)
		if fault != nil {
			return e, fault
		}
		defer func() { err = errors.Join(err, private.Close()) }()
		schema = func(ctx context.Context) (string, func() error, error) {
			address, err := private.Schema(ctx)
			return address, func() error { return nil }, err
		}
	}
	in := func(what string, do func(config *pgx.ConnConfig, address string) error) (err error) {
		r.Tell("PostgreSQL: " + what)
		address, remove, err := schema(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, remove()) }()
		config, err := pgx.ParseConfig(address)
		if err != nil {
			return err
		}
		s, err := centre.OpenPostgres(ctx, address)
		if err != nil {
			return err
		}
		if err := errors.Join(r.fill(ctx, s), s.Close()); err != nil {
			return err
		}
		return do(config, address)
	}
	err = in("its store", func(config *pgx.ConnConfig, _ string) error {
		config.Tracer = recorder{}
		s, err := centre.OpenDatabase(ctx, config)
		if err != nil {
			return err
		}
		cards := float64(r.Offices * r.Desks * r.Records)
		r.scripts, r.writing = map[string][]script{}, true
		r.probe = func(ctx context.Context, step string) (err error) {
			switch step {
			case stepDeposit:
				e.Waiting, err = sizeOf(ctx, config, "record", "envelope")
				e.Waiting /= cards
			case stepLedger:
				e.Stored, err = sizeOf(ctx, config, "record", "outcome", "line", "head", "request")
				e.Stored /= cards
			}
			return err
		}
		e.Store, err = r.day(ctx, toStore{s, r.notary}, nil, nil)
		r.writing, r.probe = false, nil
		return errors.Join(err, s.Close())
	})
	if err != nil {
		return e, err
	}
	err = in("bare SQL is made ready", func(config *pgx.ConnConfig, _ string) error {
		b, err := dialBare(ctx, config, r.Together)
		if err != nil {
			return err
		}
		err = in("the service, and bare SQL between", func(_ *pgx.ConnConfig, address string) error {
			return r.serviced(ctx, &e, address, &rival{run: r, together: r.Together, play: b.play})
		})
		return errors.Join(err, b.close(ctx))
	})
	return e, err
}

// file measures the embedded store.
func (r *run) file(ctx context.Context, dir string) (e Engine, err error) {
	e.Name = "sqlite"
	path := filepath.Join(r.dir, centre.File)
	s, err := centre.OpenFile(ctx, path)
	if err != nil {
		return e, err
	}
	if err := errors.Join(r.fill(ctx, s), s.Close()); err != nil {
		return e, err
	}
	if r.scripts == nil {
		r.Tell("SQLite: the service")
		return e, r.serviced(ctx, &e, "", nil)
	}
	r.Tell("SQLite: the service, and bare SQL between")
	text, err := os.ReadFile(path)
	if err != nil {
		return e, err
	}
	bare := filepath.Join(dir, "bare.db")
	if err := os.WriteFile(bare, text, 0o600); err != nil {
		return e, err
	}
	db, err := sql.Open("sqlite", "file:"+bare+"?_pragma=secure_delete(ON)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return e, err
	}
	db.SetMaxOpenConns(1)
	err = r.serviced(ctx, &e, "", &rival{run: r, together: 1, play: (&bareFile{db}).play})
	return e, errors.Join(err, db.Close(), os.Remove(bare))
}

// serviced measures the service on one store, and a rival beside it.
func (r *run) serviced(ctx context.Context, e *Engine, postgres string, v *rival) error {
	s, err := serve(ctx, r.Program, r.dir, postgres)
	if err != nil {
		return err
	}
	defer s.stop()
	register, err := r.dial(s.address)
	if err != nil {
		return err
	}
	w := overWire{register}
	if e.Service, err = r.day(ctx, w, s, v); err != nil {
		return fmt.Errorf("%w\n%s", err, &s.errs)
	}
	if v != nil {
		e.Bare = v.done
		e.Kept = kept(e.Service, e.Bare)
	}
	e.Idle = r.connected
	r.Tell(fmt.Sprintf("%s: %g cards a second for %d seconds", e.Name, r.Rate, r.Seconds))
	if e.Peak, err = r.peak(ctx, w, s); err != nil {
		return fmt.Errorf("%w\n%s", err, &s.errs)
	}
	_, e.Most = s.memory()
	return nil
}

// atOnce is how many records go into one deposit: as many as the contract takes, and no more than half of its bytes.
func (r *run) atOnce() int { return max(1, min(api.MaxDeposit, api.MaxBody/2/(r.Desks*r.Envelope))) }

// ownSchema makes a schema on a server that is used for other things too, and says how to remove it.
func ownSchema(ctx context.Context, address string) (own string, remove func() error, err error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return "", nil, err
	}
	name := "cetak_bench_" + strings.ToLower(rand.Text()[:12])
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+name); err != nil {
		return "", nil, errors.Join(err, conn.Close(ctx))
	}
	remove = func() error {
		_, err := conn.Exec(context.WithoutCancel(ctx), "DROP SCHEMA "+name+" CASCADE")
		return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
	}
	switch {
	case !strings.Contains(address, "://"):
		return address + " search_path=" + name, remove, nil
	case strings.Contains(address, "?"):
		return address + "&search_path=" + name, remove, nil
	}
	return address + "?search_path=" + name, remove, nil
}

// sizeOf is what tables and their indexes take, in KiB.
func sizeOf(ctx context.Context, config *pgx.ConnConfig, tables ...string) (float64, error) {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return 0, err
	}
	var bytes int64
	err = conn.QueryRow(ctx, "SELECT COALESCE(sum(pg_total_relation_size(c.oid)), 0)::BIGINT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY($1)",
		tables).Scan(&bytes)
	return float64(bytes) / 1024, errors.Join(err, conn.Close(ctx))
}

// cardSeconds is what a card costs when nothing else is done: a lease, a claim, an outcome, and its two movements.
func cardSeconds(steps []Step) float64 {
	sum := 0.0
	for _, s := range steps {
		switch s.Name {
		case stepTake, stepClaim, stepDone:
			sum += 1 / s.Rate
		case stepLedger:
			sum += 2 / s.Rate // a good card is two movements
		}
	}
	return sum
}

func kept(service, bare []Step) float64 {
	if len(bare) == 0 || len(service) == 0 {
		return 0
	}
	return cardSeconds(bare) / cardSeconds(service)
}

// day is a desk's day, every desk's at once, one step after the other. scripts of the steps are kept when the way writes them. s is the
// service's process, nil for none; v is what a part of each step is measured against in turn, nil for nothing.
func (r *run) day(ctx context.Context, w way, s *service, v *rival) ([]Step, error) {
	now := time.Now()
	r.forget()
	desks := r.desks
	p, err := newPeople(r.Envelope)
	if err != nil {
		return nil, err
	}
	var all []api.Deposit
	var batches [][]api.Deposit
	for range r.Records * r.Desks {
		for office := range r.Offices {
			all = append(all, p.of(desks[office*r.Desks:(office+1)*r.Desks], now))
		}
	}
	for b := range slices.Chunk(all, r.atOnce()) {
		batches = append(batches, b)
	}
	var out []Step
	step := func(name, unit string, n, units, together int, do func(ctx context.Context, i int) error) error {
		sent := make([]script, n)
		t := tally{Step: Step{Name: name, Unit: unit, Units: units}}
		cpu := time.Duration(0)
		part := func(from, to int) error {
			if s != nil {
				cpu -= s.cpu()
				defer func() { cpu += s.cpu() }()
			}
			return t.measure(ctx, from, to, together, func(ctx context.Context, _, i int) error {
				if r.writing {
					ctx = into(ctx, &sent[i])
				}
				return do(ctx, i)
			})
		}
		if err := inTurn(n, part, v.part(ctx, t.Step, together)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if s != nil {
			t.CPU = float64(cpu) / float64(time.Millisecond) / float64(n)
		}
		if r.writing {
			r.scripts[name] = sent
		}
		out = append(out, t.sum())
		v.end()
		if r.probe != nil {
			return r.probe(ctx, name)
		}
		return nil
	}
	n := len(desks)
	records := n * r.Records
	deskOf := func(i int) *desk { return desks[i%n] }
	if err := step(stepDeposit, "records", len(batches), len(all), 2, func(ctx context.Context, i int) error { return w.deposit(ctx, batches[i]) }); err != nil {
		return nil, err
	}
	if s != nil {
		if err := step(stepConnect, "desks", n, n, r.Together, func(ctx context.Context, i int) error { return w.health(ctx, desks[i], desks[i].health(time.Now())) }); err != nil {
			return nil, err
		}
		r.connected, _ = s.memory()
	}
	err = step(stepTake, "leases", n, records, r.Together, func(ctx context.Context, i int) (err error) {
		desks[i].leases, err = w.take(ctx, desks[i], api.Take{Request: "day", Count: r.Records, Hours: 72, Kinds: []string{"WNI"}, First: [][]string{{"pemula"}}})
		if err == nil && len(desks[i].leases) != r.Records {
			err = odd("take", len(desks[i].leases))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	outcomes, books := make([]string, records), make([]api.Batch, n)
	for i := range outcomes {
		if outcomes[i], err = deskOf(i).outcome(deskOf(i).leases[i/n], now); err != nil {
			return nil, err
		}
	}
	for i, d := range desks {
		if books[i], err = d.batch(r.Lines, d.leases, now); err != nil {
			return nil, err
		}
	}
	for _, do := range []func() error{
		func() error {
			return step(stepClaim, "claims", records, records, r.Together, func(ctx context.Context, i int) error { return w.claim(ctx, deskOf(i), deskOf(i).leases[i/n]) })
		},
		func() error {
			return step(stepDone, "outcomes", records, records, r.Together, func(ctx context.Context, i int) error {
				return w.done(ctx, deskOf(i), deskOf(i).leases[i/n], outcomes[i])
			})
		},
		func() error {
			return step(stepLedger, "lines", n, n*r.Lines, r.Together, func(ctx context.Context, i int) error {
				desks[i].head = books[i].Head
				return w.ledger(ctx, desks[i], books[i])
			})
		},
		func() error {
			return step(stepHealth, "reports", n, n, r.Together, func(ctx context.Context, i int) error {
				desks[i].leases = nil
				return w.health(ctx, desks[i], desks[i].health(time.Now()))
			})
		},
	} {
		if err := do(); err != nil {
			return nil, err
		}
	}
	return out, nil
}
