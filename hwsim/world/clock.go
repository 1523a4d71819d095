package world

import (
	"context"
	"time"
)

// Clock runs Speed times faster than the wall: a Sleep of 2 s takes 2/Speed s, and Now moves on by Speed seconds a
// second.
type Clock struct {
	start time.Time
	speed float64
}

// NewClock starts a clock now. A speed of 0 or less means 1.
func NewClock(speed float64) Clock {
	if speed <= 0 {
		speed = 1
	}
	return Clock{start: time.Now(), speed: speed}
}

// Speed is how many simulated seconds pass in one.
func (c Clock) Speed() float64 { return c.speed }

// Now is the simulated time.
func (c Clock) Now() time.Time {
	return c.start.Add(time.Duration(float64(time.Since(c.start)) * c.speed))
}

// Sleep waits d of simulated time. It returns ctx's error when ctx ends first.
func (c Clock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(time.Duration(float64(d) / c.speed))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return ctx.Err()
	}
}
