package bench

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Step is one thing that was done many times, as fast as it went.
type Step struct {
	Name    string  `json:"name"`
	Unit    string  `json:"unit"`
	Calls   int     `json:"calls"`
	Units   int     `json:"units"`
	Seconds float64 `json:"seconds"`
	Rate    float64 `json:"per_second"` // units
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	Max     float64 `json:"max_ms"`
	CPU     float64 `json:"service_cpu_ms_per_call,omitempty"` // of the service's process alone
}

// steps in the order of a desk's day.
const (
	stepDeposit = "deposit"
	stepConnect = "connect"
	stepTake    = "take"
	stepClaim   = "claim"
	stepDone    = "done"
	stepLedger  = "ledger"
	stepHealth  = "health"
)

// tally is a step under way: it may be done in parts.
type tally struct {
	Step
	took []time.Duration
}

// measure does things from to before to, so many at a time.
func (t *tally) measure(ctx context.Context, from, to, together int, do func(ctx context.Context, worker, i int) error) error {
	took := make([]time.Duration, to-from)
	var next atomic.Int64
	var failed sync.Once
	var fault error
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := time.Now()
	var wg sync.WaitGroup
	for worker := range together {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(took) {
					return
				}
				at := time.Now()
				if err := do(ctx, worker, from+i); err != nil {
					failed.Do(func() { fault = err; cancel() })
					return
				}
				took[i] = time.Since(at)
			}
		})
	}
	wg.Wait()
	t.Seconds += time.Since(began).Seconds()
	t.Calls += len(took)
	t.took = append(t.took, took...)
	if fault == nil {
		fault = ctx.Err()
	}
	return fault
}

// sum is the step when all is done.
func (t *tally) sum() Step {
	t.Rate = float64(t.Units) / t.Seconds
	t.P50, t.P99, t.Max = spread(t.took)
	return t.Step
}

// spread gives the half, the 99th of a hundred, and the longest, in milliseconds.
func spread(took []time.Duration) (p50, p99, most float64) {
	if len(took) == 0 {
		return 0, 0, 0
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return ms(took[len(took)/2]), ms(took[len(took)*99/100]), ms(took[len(took)-1])
}

// delays collects how long requests took that came at their own time, whatever became of those before them.
type delays struct {
	mu   sync.Mutex
	took map[string][]time.Duration
	errs []error
}

func (d *delays) add(name string, since time.Time, err error) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		d.errs = append(d.errs, err)
		return false
	}
	d.took[name] = append(d.took[name], time.Since(since))
	return true
}
