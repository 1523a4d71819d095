package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"cetak/station/centre/api"
)

// healthEvery is how often a desk says how it is.
const healthEvery = time.Minute

// stride spreads the cards of the peak over the desks.
const stride = 7919

// peak lets cards come at the rate, each at its own time: a service that falls behind is not waited for. Beside them every desk reports its
// health once a minute.
func (r *run) peak(ctx context.Context, w way, s *service) (Peak, error) {
	p := Peak{Rate: r.Rate, Seconds: float64(r.Seconds)}
	total := int(r.Rate * p.Seconds)
	if total == 0 {
		return p, nil
	}
	if err := r.stock(ctx, w, total); err != nil {
		return p, err
	}
	d := &delays{took: map[string][]time.Duration{}}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began, cpu := time.Now(), s.cpu()
	var wg sync.WaitGroup
	wg.Go(func() {
		at(ctx, began, time.Duration(float64(healthEvery)/float64(len(r.desks))), int(p.Seconds*float64(len(r.desks))/healthEvery.Seconds()), func(i int, at time.Time) {
			desk := r.desks[i%len(r.desks)]
			wg.Go(func() {
				desk.mu.Lock()
				h := desk.health(time.Now())
				desk.mu.Unlock()
				d.add(stepHealth, at, w.health(ctx, desk, h))
			})
		})
	})
	at(ctx, began, time.Duration(float64(time.Second)/r.Rate), total, func(i int, at time.Time) {
		wg.Go(func() { r.card(ctx, w, d, i, at) })
	})
	wg.Wait()
	p.Seconds = time.Since(began).Seconds()
	p.Cores = (s.cpu() - cpu).Seconds() / p.Seconds
	if err := errors.Join(ctx.Err(), errors.Join(d.errs...)); err != nil {
		return p, err
	}
	for _, of := range [][2]string{{stepTake, "leases"}, {stepClaim, "claims"}, {stepDone, "outcomes"}, {stepLedger, "batches"}, {stepHealth, "reports"}} {
		took := d.took[of[0]]
		st := Step{Name: of[0], Unit: of[1], Calls: len(took), Units: len(took), Seconds: p.Seconds, Rate: float64(len(took)) / p.Seconds}
		st.P50, st.P99, st.Max = spread(took)
		p.Steps = append(p.Steps, st)
	}
	return p, nil
}

// at calls do n times, a step apart from began on, and never waits for what do began.
func at(ctx context.Context, began time.Time, step time.Duration, n int, do func(i int, at time.Time)) {
	for i := range n {
		when := began.Add(time.Duration(i) * step)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(when)):
		}
		do(i, when)
	}
}

func (r *run) deskOfCard(i int) *desk { return r.desks[i*stride%len(r.desks)] }

// stock deposits the records that the cards of the peak are made from.
func (r *run) stock(ctx context.Context, w way, n int) error {
	p, err := newPeople(r.Envelope)
	if err != nil {
		return err
	}
	p.made = 5_000_000 // not those of the day
	var all []api.Deposit
	for i := range n {
		office := i * stride % len(r.desks) / r.Desks * r.Desks
		all = append(all, p.of(r.desks[office:office+r.Desks], time.Now()))
	}
	for b := range slices.Chunk(all, r.atOnce()) {
		if err := w.deposit(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// card is one card from take to its lines in the books.
func (r *run) card(ctx context.Context, w way, d *delays, i int, at time.Time) {
	desk := r.deskOfCard(i)
	leases, err := w.take(ctx, desk, api.Take{Request: fmt.Sprint("peak-", i), Count: 1, Hours: 72})
	if err == nil && len(leases) != 1 {
		err = odd("take", len(leases))
	}
	if !d.add(stepTake, at, err) {
		return
	}
	l := leases[0]
	at = time.Now()
	if !d.add(stepClaim, at, w.claim(ctx, desk, l)) {
		return
	}
	outcome, err := desk.outcome(l, time.Now())
	at = time.Now()
	if err == nil {
		err = w.done(ctx, desk, l, outcome)
	}
	if !d.add(stepDone, at, err) {
		return
	}
	desk.mu.Lock()
	defer desk.mu.Unlock()
	b, err := desk.batch(2, []api.Lease{l}, time.Now())
	at = time.Now()
	if err == nil {
		err = w.ledger(ctx, desk, b)
	}
	desk.head = b.Head
	d.add(stepLedger, at, err)
}
