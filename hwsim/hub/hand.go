package hub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// faults are the verbs that strike the next n times, and what they do.
func faults() map[string]string {
	return map[string]string{
		"lose":          "the event is never delivered",
		"repeat":        "the event is delivered twice",
		"reorder":       "n events are held back and delivered the last first",
		"forge":         "the delivery is signed with another secret",
		"expire":        "the credential's link is over",
		"break-share":   "the datashare answers 502",
		"foreign-key":   "the credential is sealed to another partner",
		"cut":           "the credential is cut",
		"bad-proof":     "the credential is not the one that was signed",
		"invalid":       "the person's number cannot exist",
		"unreadable":    "the event cannot be read",
		"lose-answer":   "a status is taken, and its answer is lost",
		"refuse-answer": "a status is taken, and the answer says that it was not",
		"lose-status":   "a status is answered, and forgotten",
	}
}

// Usage lists the verbs of Do.
func Usage() []string {
	all := []string{"drop: subscribers are dropped, and not told", "forget-tokens: no token is taken any more", "away: nobody answers for n milliseconds", "calm: no fault is armed any more"}
	f := faults()
	for _, verb := range slices.Sorted(maps.Keys(f)) {
		all = append(all, verb+": "+f[verb])
	}
	return all
}

// Do is the hand and the fate.
func (h *Hub) Do(verb string, n int) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch verb {
	case "drop":
		for _, c := range h.state.Subscribers {
			c.Active = false
		}
		return h.state.save(h.o.Dir)
	case "forget-tokens":
		h.tokens = map[string]bool{}
	case "away":
		h.away = time.Now().Add(time.Duration(n) * time.Millisecond)
	case "calm":
		h.armed = map[string]int{}
	default:
		if _, ok := faults()[verb]; !ok {
			return fmt.Errorf("no verb %q; there are:\n  %s", verb, strings.Join(Usage(), "\n  "))
		}
		h.armed[verb] += n
	}
	return nil
}

// Order makes a credential request of the person with that number of the seed, and issues it. kind is MOSIP's credential type.
func (h *Hub) Order(person int, kind string) (string, error) { return h.order(person, kind) }

// Told is one request, and what its partner said of it.
type Told struct {
	ID      string   `json:"id"`
	Person  int      `json:"person"`
	NIK     string   `json:"nik"`
	Status  string   `json:"status"`
	Issued  int      `json:"issued"`
	Updates []Update `json:"updates"`
}

// Truth is what happened.
type Truth struct {
	Requests    []Told         `json:"requests"`
	Subscribers int            `json:"subscribers"` // active ones
	Taken       int            `json:"taken"`       // events that subscribers took
	Waiting     int            `json:"waiting"`     // events that they did not
	Armed       map[string]int `json:"armed"`
}

// Truth tells it.
func (h *Hub) Truth() Truth {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := Truth{Requests: []Told{}, Taken: h.took, Armed: map[string]int{}}
	for _, r := range h.state.Requests {
		t.Requests = append(t.Requests, Told{r.ID, r.Person, h.made[r.Person].Fields.NIK, r.Status, r.Issued, slices.Clone(r.Updates)})
	}
	for _, c := range h.state.Subscribers {
		if c.Active {
			t.Subscribers++
		}
		t.Waiting += len(c.Waiting)
	}
	for verb, n := range h.armed {
		if n > 0 {
			t.Armed[verb] = n
		}
	}
	return t
}
