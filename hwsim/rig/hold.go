package rig

import (
	"context"
	"errors"
	"sync"
)

// holding is an event that a rule stopped before it happens: time for a hand to do something at exactly that moment.
type holding struct {
	mu      sync.Mutex
	event   string        // held now, "" for none
	free    chan struct{} // closed when the event may go on
	waiting chan struct{} // closed when an event is held, or the wait is over
}

// hold keeps the event back until release or the end of the simulator. A second event behind a held one goes on.
func (h *holding) hold(ctx context.Context, event string) {
	h.mu.Lock()
	if h.event != "" {
		h.mu.Unlock()
		return
	}
	free := make(chan struct{})
	h.event, h.free = event, free
	h.wake()
	h.mu.Unlock()
	select {
	case <-free:
	case <-ctx.Done():
	}
}

// wake ends the waits. The lock is held.
func (h *holding) wake() {
	if h.waiting != nil {
		close(h.waiting)
		h.waiting = nil
	}
}

// await waits until an event is held and names it. It fails when release comes first.
func (h *holding) await(ctx context.Context) (string, error) {
	h.mu.Lock()
	if h.event == "" {
		if h.waiting == nil {
			h.waiting = make(chan struct{})
		}
		waiting := h.waiting
		h.mu.Unlock()
		select {
		case <-waiting:
		case <-ctx.Done():
			return "", ctx.Err()
		}
		h.mu.Lock()
	}
	defer h.mu.Unlock()
	if h.event == "" {
		return "", errors.New("nothing is held")
	}
	return h.event, nil
}

// release lets the held event go on and names it, "" for none.
func (h *holding) release() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake()
	event := h.event
	if event != "" {
		close(h.free)
		h.event = ""
	}
	return event
}

// now names the held event, "" for none.
func (h *holding) now() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.event
}
