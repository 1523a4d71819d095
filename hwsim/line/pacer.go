package line

import "time"

// pacer says when bytes have passed a line. A chunk leaves at the later of its arrival and the end of the one before,
// plus its own length: a late wake-up is made good, but a line that stood idle never catches up.
type pacer struct {
	end time.Time
}

// due is when n bytes that arrived at the given time have passed, perByte each.
func (p *pacer) due(arrived time.Time, n int, perByte time.Duration) time.Time {
	if arrived.After(p.end) {
		p.end = arrived
	}
	p.end = p.end.Add(time.Duration(n) * perByte)
	return p.end
}

// quantum is how many bytes travel together: about 4 ms of line, so that a reply is never late by more than that.
func quantum(perByte time.Duration) int {
	if perByte <= 0 {
		return 4096
	}
	return int(min(max(4*time.Millisecond/perByte, 1), 4096))
}

// waiting is what was seen to wait in the terminal, and when: those bytes had arrived by then, however late they are read.
type waiting struct {
	n  int
	at time.Time
}

// took says when the n bytes just read had arrived.
func (w *waiting) took(n int, queue interface{ waiting() int }) time.Time {
	at := w.at
	if w.n < n {
		at = time.Now()
	}
	if w.n -= n; w.n <= 0 {
		w.n, w.at = queue.waiting(), time.Now()
	}
	return at
}
