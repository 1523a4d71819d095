package fleet

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	people "cetak/hwsim/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/cluster"
	"cetak/station/offclock"
)

var (
	desks    = flag.Int("desks", 3, "how many desks")
	seconds  = flag.Int("seconds", 6, "how long things go wrong")
	engine   = flag.String("engine", "sqlite", "sqlite or postgres")
	perDesk  = flag.Int("records", 2, "records for each desk")
	seedFlag = flag.Uint64("seed", 1, "what goes wrong comes from it")
	programs = flag.String("programs", "", "folder of cetakctl, centre, and hwsim; built when not given. cetakctl must have a clock that can be set")
)

// tags are those that the programs are shipped with.
const tags = "x11,migrated_fynedo,no_animations,no_emoji"

// perOffice is how many desks an office has; each record is sealed to two of them.
const perOffice = 4

// fleet is everything of one run.
type fleet struct {
	t          *testing.T
	dir, bin   string
	seed       uint64
	centre     *office
	desks      []*desk
	register   *people.Centre
	ends       time.Time // of the storm
	killWithin time.Duration

	mu        sync.Mutex
	counts    map[string]int
	defects   []error
	deposited map[api.Key]string // digest of the card's 6FF1 by record
	withdrawn map[api.Key]api.State
}

func (f *fleet) count(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[what]++
}

// broken notes a defect; the run goes on, to find what else there is.
func (f *fleet) broken(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.defects = append(f.defects, err)
}

// stormy says whether things go wrong now.
func (f *fleet) stormy() bool { return time.Now().Before(f.ends) }

// TestFleet lets everything go wrong for a while, then lets everybody finish, and counts.
func TestFleet(t *testing.T) {
	f := newFleet(t)
	began := time.Now()
	defer func() {
		f.report(time.Since(began))
		for _, d := range f.desks {
			d.switchOff()
		}
		if f.centre != nil && f.centre.errs != nil {
			if err := f.centre.close(); err != nil {
				t.Error(err)
			}
		}
		if !t.Failed() {
			os.RemoveAll(f.dir)
		}
	}()
	if err := f.found(t.Context(), *engine); err != nil {
		if errors.Is(err, cluster.ErrNone) && os.Getenv("CETAK_MUST_RUN") == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	if err := f.setUp(); err != nil {
		t.Fatal(err)
	}
	f.storm()
	f.calm()
	if err := f.judge(t.Context()); err != nil {
		f.broken(err)
	}
	for _, err := range f.defects {
		t.Error(err)
	}
	if t.Failed() {
		t.Logf("kept: %s; again: SEED=%d", f.dir, f.seed)
	}
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	dir, err := os.MkdirTemp("", "fleet") // short: a socket's path must fit in 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{t: t, dir: dir, bin: *programs, seed: *seedFlag, counts: map[string]int{}, deposited: map[api.Key]string{}, withdrawn: map[api.Key]api.State{},
		killWithin: 4 * time.Second}
	if f.bin == "" {
		f.bin = filepath.Join(dir, "bin")
		if err := os.Mkdir(f.bin, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := offclock.Build(t.Context(), f.bin, tags, "cetak/station/cmd/cetakctl"); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("go", "build", "-tags", tags, "-o", f.bin+"/", "cetak/station/cmd/centre", "cetak/hwsim/cmd/hwsim").CombinedOutput(); err != nil {
			t.Fatalf("build the programs: %v\n%s", err, out)
		}
	} else if f.bin, err = filepath.Abs(f.bin); err != nil {
		t.Fatal(err)
	}
	f.register = people.New(f.seed, people.Options{First: true})
	return f
}

// skews are the desks' clocks against the centre's. More than five minutes are an incident.
var skews = []time.Duration{0, 0, 40 * time.Second, -90 * time.Second, 0, 4 * time.Minute, -20 * time.Minute, 0, 0, 3 * time.Hour}

// setUp makes the desks, some at a time.
func (f *fleet) setUp() error {
	ctx := f.t.Context()
	keys := f.register.Keys()
	gate := make(chan struct{}, 6)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for n := range *desks {
		own, err := people.NewKeys()
		if err != nil {
			return err
		}
		own.Centre = keys.Centre // one register, and each desk its own key
		d := &desk{f: f, n: n, name: fmt.Sprintf("Kantor %d/%d", n/perOffice+1, n%perOffice+1), dir: filepath.Join(f.dir, fmt.Sprint(n)), skew: skews[n%len(skews)],
			luck: rand.New(rand.NewPCG(f.seed, uint64(n)))}
		d.people = people.New(f.seed, people.Options{Keys: own})
		d.kid = own.Station.KeyID
		f.desks = append(f.desks, d)
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			if err := d.setUp(ctx, *perDesk+6); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// faces is how many people have a portrait of their own; more people than that share them, and nothing else.
const faces = 24

// people makes n people with records of their own, each for one office.
func (f *fleet) people(n int) ([]people.Record, error) {
	drawn, err := f.register.Make(min(n, faces))
	if err != nil {
		return nil, err
	}
	all := slices.Clone(drawn)
	for i := len(drawn); i < n; i++ {
		r := drawn[i%len(drawn)].Clone()
		r.ID = fmt.Sprintf("%s-%d", r.ID, i/len(drawn))
		r.Fields.NIK = r.Fields.NIK[:12] + fmt.Sprintf("%04d", 9999-i)
		if err := f.register.Resign(&r); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// deposit brings records to the centre, each sealed to two desks of its office.
func (f *fleet) deposit(ctx context.Context, all []people.Record, from int) error {
	for i, r := range all {
		n := from + i
		first := f.desks[n%len(f.desks)]
		office := n % len(f.desks) / perOffice * perOffice
		size := min(perOffice, len(f.desks)-office)
		second := f.desks[office+(n%len(f.desks)-office+1)%size]
		name, _, _ := strings.Cut(first.name, "/")
		d := api.Deposit{Key: api.Key{ID: r.ID, Issue: r.Issue}, Revision: r.Revision, Kind: string(r.Kind), Reason: r.Reason, Office: name, Cleared: r.Cleared,
			NotAfter: r.NotAfter, Envelopes: map[string]string{}}
		for _, desk := range []*desk{first, second} {
			envelope, err := desk.people.Envelope(r)
			if err != nil {
				return err
			}
			d.Envelopes[desk.kid] = envelope
		}
		var v api.Verdicts
		if err := f.centre.ask(ctx, filepath.Join(f.dir, "siak"), "/v1/deposits", api.Deposits{Records: []api.Deposit{d}}, &v); err != nil {
			return err
		}
		if len(v.Verdicts) != 1 || v.Verdicts[0].Code != "" {
			return fmt.Errorf("deposit: %+v", v)
		}
		f.mu.Lock()
		f.deposited[d.Key] = digest(r.Chip["6FF1"])
		f.mu.Unlock()
	}
	return nil
}

// storm is when everything goes wrong. Records come in while it lasts.
func (f *fleet) storm() {
	ctx := f.t.Context()
	all, err := f.people(len(f.desks) * *perDesk)
	if err != nil {
		f.broken(err)
		return
	}
	half := len(all) / 2
	if err := f.deposit(ctx, all[:half], 0); err != nil { // the day begins with some
		f.broken(err)
		return
	}
	f.ends = time.Now().Add(time.Duration(*seconds) * time.Second)
	var wg sync.WaitGroup
	for _, d := range f.desks {
		wg.Go(func() { d.work(ctx) })
	}
	wg.Go(func() {
		if err := f.deposit(ctx, all[half:], half); err != nil {
			f.broken(err)
		}
	})
	wg.Go(func() { f.mischief(ctx) })
	wg.Wait()
	for _, d := range f.desks {
		d.line.late.Wait() // the last that came late
	}
}

// mischief does to the fleet what happens in a bad year, one thing after another.
func (f *fleet) mischief(ctx context.Context) {
	luck := rand.New(rand.NewPCG(f.seed, 1<<32))
	for f.stormy() && ctx.Err() == nil {
		time.Sleep(time.Duration((0.5 + luck.ExpFloat64()) * float64(time.Second)))
		switch luck.IntN(6) {
		case 0:
			f.count("service killed with -9")
			f.centre.kill()
			time.Sleep(time.Duration(luck.ExpFloat64() * float64(time.Second)))
			if err := f.centre.restart(ctx); err != nil {
				f.broken(err)
				return
			}
		case 1:
			if f.centre.cluster == nil {
				continue
			}
			how, stop := "database stopped", f.centre.cluster.Stop
			if luck.IntN(2) == 0 {
				how, stop = "database crashed", f.centre.cluster.Abort
			}
			f.count(how)
			if err := errors.Join(stop(), f.centre.cluster.Run(ctx)); err != nil {
				f.broken(err)
				return
			}
		case 2, 3:
			d := time.Duration((1 + luck.ExpFloat64()*4) * float64(time.Second))
			for _, desk := range f.desks {
				if luck.IntN(3) == 0 {
					f.count("line cut")
					desk.line.cut(d)
				}
			}
		case 4:
			for _, desk := range f.desks {
				if luck.IntN(4) == 0 && desk.kill() {
					f.count("desk killed with -9")
				}
			}
		case 5:
			f.withdraw(ctx, luck)
		}
	}
}

// withdraw takes one record back, wherever it is.
func (f *fleet) withdraw(ctx context.Context, luck *rand.Rand) {
	f.mu.Lock()
	keys := slices.SortedFunc(maps.Keys(f.deposited), func(a, b api.Key) int { return strings.Compare(a.ID, b.ID) })
	few := len(f.withdrawn) < len(keys)/12
	f.mu.Unlock()
	if !few {
		return
	}
	k := keys[luck.IntN(len(keys))]
	var b api.Booked
	if err := f.centre.ask(ctx, filepath.Join(f.dir, "siak"), "/v1/withdrawals", api.Withdrawal{Key: k, Reason: "duplicate"}, &b); err != nil {
		f.broken(err)
		return
	}
	f.count("withdrawn while " + string(b.State))
	f.mu.Lock()
	f.withdrawn[k] = b.State
	f.mu.Unlock()
}

// calm lets everybody finish. Every desk goes on until nobody waits anywhere: what one desk gives back, another may have to make.
func (f *fleet) calm() {
	ctx := f.t.Context()
	for round := 0; ; round++ {
		var wg sync.WaitGroup
		done := make([]bool, len(f.desks))
		for i, d := range f.desks {
			wg.Go(func() { done[i] = d.finish(ctx) })
		}
		wg.Wait()
		sum, err := f.summary(ctx)
		if err != nil {
			f.broken(err)
			return
		}
		if !slices.Contains(done, false) && sum.Total.Waiting == 0 && sum.Total.Leased == 0 {
			f.count("rounds until nobody waited")
			return
		}
		f.count("rounds until nobody waited")
		if round == 12 {
			f.broken(fmt.Errorf("after %d quiet rounds %d wait and %d are leased; desks that are done: %v", round, sum.Total.Waiting, sum.Total.Leased, done))
			return
		}
	}
}

func (f *fleet) report(took time.Duration) {
	var b strings.Builder
	fmt.Fprintf(&b, "fleet: %d desks, %s, seed %d, %d records, %d s of storm, %.0f s in all, %d defects\n", len(f.desks), *engine, f.seed, len(f.deposited), *seconds,
		took.Seconds(), len(f.defects))
	for _, k := range slices.Sorted(maps.Keys(f.counts)) {
		fmt.Fprintf(&b, "  %-44s %d\n", k, f.counts[k])
	}
	fmt.Print(b.String()) // the count is told also when all is well
}
