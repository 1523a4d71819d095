package main

import (
	"sync"
	"time"
)

const (
	// restWait is how long the program sleeps at most: what the toolkit itself wants to do by the clock waits as long.
	restWait = time.Second
	// restAfterWork is how long the toolkit's loop runs after something was done on the screen: its next turn paints it.
	restAfterWork = 50 * time.Millisecond
	// restAfterEvent is the same after a key or a move of the mouse: longer than the toolkit waits for a second click.
	restAfterEvent = 500 * time.Millisecond
	// restTidy is after how long without a key or the mouse the desk tidies up: longer than the toolkit keeps what is off the screen
	// (ui/thrift).
	restTidy = 21 * time.Second
	// restTurn gives the loop a turn between two sleeps.
	restTurn = 20 * time.Millisecond
)

// rest lets the program sleep while nothing happens. The toolkit's loop looks for events sixty times a second for as long as the program
// runs, which costs more than a hundredth of a core; here the goroutine of the user interface waits for the next event instead, and for
// whatever another goroutine gives it to do by Do.
type rest struct {
	post  func(func())        // runs f on the goroutine of the user interface, later
	sleep func(time.Duration) // until an event came, or wake; called on that goroutine
	wake  func()              // ends a sleep; from any goroutine
	tidy  func()              // called once on that goroutine after restTidy without an event

	mu     sync.Mutex
	timer  *time.Timer
	awake  time.Time // until then nobody sleeps
	event  time.Time // the last one
	untidy bool      // there was one since tidy
	asleep bool
	ended  bool
}

// begin has it sleep whenever nothing happens from now on.
func (r *rest) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.came()
	r.timer = time.AfterFunc(restAfterEvent, func() { r.post(r.turn) })
}

// came notes an event.
func (r *rest) came() {
	r.event = time.Now()
	r.awake, r.untidy = r.event.Add(restAfterEvent), true
}

// end has it sleep no more. The loop must not end before.
func (r *rest) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	if r.timer != nil {
		r.timer.Stop()
	}
}

// Do runs f on the goroutine of the user interface, later. Any goroutine may call it.
func (r *rest) Do(f func()) {
	r.post(f)
	r.stir(restAfterWork)
}

// stir keeps the loop running for a while.
func (r *rest) stir(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until := time.Now().Add(d); until.After(r.awake) {
		r.awake = until
	}
	if r.asleep && !r.ended {
		r.wake()
	}
}

// turn sleeps once, on the goroutine of the user interface, and asks for the next turn.
func (r *rest) turn() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	if left := time.Until(r.awake); left > 0 {
		r.timer.Reset(left)
		return
	}
	r.asleep = true
	began, stirred := time.Now(), r.awake
	r.mu.Unlock()
	r.sleep(restWait)
	r.mu.Lock()
	r.asleep = false
	if r.ended {
		return
	}
	next := restTurn
	if time.Since(began) < restWait && r.awake.Equal(stirred) { // an event woke it
		r.came()
		next = restAfterEvent
	} else if r.untidy && time.Since(r.event) >= restTidy {
		r.untidy = false
		r.mu.Unlock()
		r.tidy()
		r.mu.Lock()
	}
	r.timer.Reset(next)
}
