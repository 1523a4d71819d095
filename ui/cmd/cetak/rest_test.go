package main

import (
	"testing"
	"testing/synctest"
	"time"
)

// ui is the goroutine of the user interface with a display that events come from.
type ui struct {
	queue  chan func()
	event  chan struct{}
	sleeps int
	tidied int
}

func (u *ui) sleep(d time.Duration) {
	u.sleeps++
	select {
	case <-u.event:
	case <-time.After(d):
	}
}

func TestRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &ui{queue: make(chan func(), 100), event: make(chan struct{}, 1)}
		wake := func() {
			select {
			case u.event <- struct{}{}:
			default:
			}
		}
		r := &rest{post: func(f func()) { u.queue <- f }, sleep: u.sleep, wake: wake, tidy: func() { u.tidied++ }}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for f := range u.queue {
				f()
			}
		}()
		r.begin()
		time.Sleep(10 * time.Second)
		quiet := u.sleeps
		if most, least := int(10*time.Second/restWait), 7; quiet > most || quiet < least {
			t.Errorf("%d sleeps in ten quiet seconds, want %d to %d", quiet, least, most)
		}
		took := time.Now()
		answered := make(chan time.Duration, 1)
		r.Do(func() { answered <- time.Since(took) })
		if late := <-answered; late != 0 {
			t.Errorf("what another goroutine gives it to do waits %v", late)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		before := u.sleeps
		wake() // a key
		time.Sleep(restAfterEvent - restTurn)
		if u.sleeps > before+1 {
			t.Error("it sleeps although somebody types")
		}
		if u.tidied != 0 {
			t.Error("it tidies up while somebody is there")
		}
		time.Sleep(10 * restTidy)
		if u.tidied != 1 {
			t.Errorf("it tidied up %d times", u.tidied)
		}
		r.end()
		time.Sleep(time.Second)
		before = u.sleeps
		time.Sleep(time.Second)
		if u.sleeps != before {
			t.Error("it sleeps after its end")
		}
		close(u.queue)
		<-done
	})
}
