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
