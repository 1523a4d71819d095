package recorder

import (
	"sync"
	"time"
)

// Bounds of a Ring. A card takes some 300 entries and 20 kB; an idle desk asks its devices 15 questions in 2 s.
const (
	MaxEntries = 4096
	MaxBytes   = 1 << 20
)

// entry is one line of a file, in the words of docs/recorder.md.
type entry struct {
	At    int64  `json:"t"` // microseconds since the Ring began
	Kind  string `json:"k"`
	Text  string `json:"v,omitempty"`
	Hex   string `json:"hex,omitempty"`
	Len   int    `json:"n,omitempty"`
	Taken *int   `json:"taken,omitempty"` // of a tx that failed: bytes that were taken
	Code  string `json:"code,omitempty"`
	Card  string `json:"card,omitempty"`
}

const entryCost = 96 // bytes an entry takes besides its texts

func (e entry) cost() int { return entryCost + len(e.Text) + len(e.Hex) + len(e.Code) + len(e.Card) }

// Ring keeps the latest entries. Its methods may be called from any goroutine; none waits for a device or a disk, but Dump.
type Ring struct {
	began time.Time

	mu      sync.Mutex
	entries []entry // a circle of MaxEntries once it is full
	first   int
	bytes   int
	dropped int
	files   int // written, so that two of one moment differ in name
	rx      int // bytes shown of the reply that is coming in
}

// New begins a recording.
func New() *Ring { return &Ring{began: time.Now()} }

// Note keeps what the station does: kind "phase" with a phase's name, or "fact" with a journal fact's kind. what must not
// tell of a person.
func (r *Ring) Note(kind, what string) { r.add(entry{Kind: kind, Text: what}) }

func (r *Ring) add(e entry) {
	e.At = time.Since(r.began).Microseconds()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.push(e)
}

// push adds under the lock.
func (r *Ring) push(e entry) {
	r.bytes += e.cost()
	if len(r.entries) < MaxEntries {
		r.entries = append(r.entries, e)
	} else {
		r.bytes -= r.entries[r.first].cost()
		r.entries[r.first] = e
		r.first = (r.first + 1) % MaxEntries
		r.dropped++
	}
	if r.bytes > MaxBytes {
		r.shed()
	}
}

// shed drops the oldest until a quarter of the bytes is free again, so that it is seldom done.
func (r *Ring) shed() {
	all := r.ordered()
	n := 0
	for ; n < len(all) && r.bytes > MaxBytes*3/4; n++ {
		r.bytes -= all[n].cost()
	}
	r.entries, r.first = all[n:], 0
	r.dropped += n
}

// ordered gives the entries, oldest first, in a slice of their own.
func (r *Ring) ordered() []entry {
	all := make([]entry, 0, len(r.entries))
	all = append(all, r.entries[r.first:]...)
	return append(all, r.entries[:r.first]...)
}

// last gives the newest entry, nil before the first.
func (r *Ring) last() *entry {
	if len(r.entries) == 0 {
		return nil
	}
	return &r.entries[(r.first+len(r.entries)-1)%len(r.entries)]
}
