package rig

import (
	"slices"
	"sync"
)

// Event is one kind of event and how often it has happened.
type Event struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// seen counts events by name, in the order of their first.
type seen struct {
	mu   sync.Mutex
	list []Event
}

func (s *seen) note(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.list, func(e Event) bool { return e.Name == name })
	if i < 0 {
		i = len(s.list)
		s.list = append(s.list, Event{Name: name})
	}
	s.list[i].Count++
}

// Events are all that happened since the simulator began, as a rule names them, in the order of their first.
func (r *Rig) Events() []Event {
	r.seen.mu.Lock()
	defer r.seen.mu.Unlock()
	return slices.Clone(r.seen.list)
}
