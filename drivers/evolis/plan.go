package evolis

import (
	"image"
	"strings"
	"sync"
	"time"

	"cetak/drivers"
	"cetak/drivers/panel"
)

// Overlap says what may be on the line before the guard has passed on a card. From the public guide; not checked on
// hardware.
type Overlap string

// Overlaps.
const (
	// OverlapMemory sends panels into the machine's resident bitmaps (guide p.4) outside any sequence, where nothing can
	// burn them, and takes them from there by Ssd once the card is under the head (p.44).
	OverlapMemory Overlap = "memory"
	// OverlapSequence opens the sequence at the chip station and sends its first panel there: it burns when the second is
	// in (p.69).
	OverlapSequence Overlap = "sequence"
	// OverlapNone sends nothing before Print.
	OverlapNone Overlap = "none"
)

// kept is how many artworks' panels are held encoded: the card in hand, the next, and one that was tried lighter.
const kept = 3

// artKey names an artwork: its pictures are only read, so that the same pictures are the same artwork.
type artKey struct {
	color           *image.RGBA
	black           *image.Gray
	varnish, thrift bool
}

func keyOf(a drivers.Artwork) artKey { return artKey{a.Color, a.Black, a.Varnish, a.Thrift} }

// encoded is an artwork's panels.
type encoded struct {
	key    artKey
	panels []panel.Panel
}

// planner is what may be asked from any goroutine: encoded panels, and how long the machine takes for what.
type planner struct {
	mu    sync.Mutex
	cache []encoded // the oldest first
	times times
}

// times of the machine and the line, from rest to rest.
type times struct {
	load  time.Duration // feeder to chip station
	way   time.Duration // chip station to head
	burn  map[byte]time.Duration
	eject time.Duration
	pace  float64 // what burning and ejecting really took of what they should
	line  float64 // what a panel really took of what the baud rate says
}

// newTimes are a machine's before any card of it was seen. The guide has none: these are assumed, and make some 160 cards of
// four panels an hour, what machines of this class are sold with.
func newTimes() times {
	const dye = 4500 * time.Millisecond
	return times{load: 3500 * time.Millisecond, way: 1500 * time.Millisecond, eject: 1500 * time.Millisecond, pace: 1, line: 1,
		burn: map[byte]time.Duration{'y': dye, 'm': dye, 'c': dye, 'k': 2500 * time.Millisecond, 'o': 4 * time.Second}}
}

// drift moves an expectation a quarter of the way to what was seen. One wild card moves it by no more than half.
func drift(old, seen time.Duration) time.Duration {
	seen = min(max(seen, old/3), 3*old)
	return (3*old + seen) / 4
}

// encode makes the panels of art, or finds them among the last ones.
func (p *Printer) encode(art drivers.Artwork) ([]panel.Panel, error) {
	key := keyOf(art)
	p.plans.mu.Lock()
	for _, e := range p.plans.cache {
		if e.key == key {
			p.plans.mu.Unlock()
			return e.panels, nil
		}
	}
	p.plans.mu.Unlock()
	panels, err := panel.Encode(p.placed(art), p.o.Ribbon, p.optionsFor(art)) // 60 ms at most; two callers at once do it twice
	if err != nil {
		return nil, err
	}
	p.plans.mu.Lock()
	defer p.plans.mu.Unlock()
	if len(p.plans.cache) == kept {
		p.plans.cache = append(p.plans.cache[:0:0], p.plans.cache[1:]...)
	}
	p.plans.cache = append(p.plans.cache, encoded{key, panels})
	return panels, nil
}

// forget drops an artwork that was printed or given up: it is a person's face.
func (p *Printer) forget(key artKey) {
	p.plans.mu.Lock()
	defer p.plans.mu.Unlock()
	var rest []encoded
	for _, e := range p.plans.cache {
		if e.key != key {
			rest = append(rest, e)
		}
	}
	p.plans.cache = rest
}

func (p *Printer) optionsFor(art drivers.Artwork) panel.Options {
	o := p.panelOptions()
	if art.Thrift {
		o.Near, o.Weight = true, panel.LeastWeight
	}
	return o
}

// seen lets the times learn.
func (p *Printer) seen(change func(*times)) {
	p.plans.mu.Lock()
	defer p.plans.mu.Unlock()
	change(&p.plans.times)
}

func (p *Printer) expected() times {
	p.plans.mu.Lock()
	defer p.plans.mu.Unlock()
	return p.plans.times
}

// group is the commands of one panel.
type group struct {
	name  byte
	parts []panel.Panel
}

func (g group) bytes() int {
	n := 0
	for _, p := range g.parts {
		n += p.Bytes()
	}
	return n
}

func groups(panels []panel.Panel) []group {
	var out []group
	for _, p := range panels {
		if n := len(out); n == 0 || out[n-1].name != p.Name {
			out = append(out, group{name: p.Name})
		}
		g := &out[len(out)-1]
		g.parts = append(g.parts, p)
	}
	return out
}

// Plan foresees one card. See drivers.Planner.
func (p *Printer) Plan(art drivers.Artwork, chip time.Duration) (drivers.Estimate, error) {
	panels, err := p.encode(art)
	if err != nil {
		return drivers.Estimate{}, p.fault("plan", drivers.NoCard, err)
	}
	t := p.expected()
	e := drivers.Estimate{Machine: t.load + t.way + t.eject}
	all := groups(panels)
	for _, g := range all {
		pe := drivers.PanelEstimate{Name: string(g.name), Form: g.parts[0].Form, Bytes: g.bytes()}
		pe.Line, pe.Burn = t.onLine(p.charTime(pe.Bytes)), t.burns(g.name)
		e.Panels = append(e.Panels, pe)
		e.Bytes += pe.Bytes
		e.Line += pe.Line
		e.Machine += pe.Burn
	}
	e.Load, e.Print, e.Discharge = t.course(e, p.o.Overlap, chip)
	return e, nil
}

// charTime is how long n bytes take on the line, from any goroutine.
func (p *Printer) charTime(n int) time.Duration {
	return time.Duration(n) * 10 * time.Second / time.Duration(p.o.Baud)
}

func (t times) burns(name byte) time.Duration {
	return time.Duration(float64(t.burn[name]) * t.pace)
}

func (t times) onLine(d time.Duration) time.Duration { return time.Duration(float64(d) * t.line) }

// course plays one card: what is sent ahead in which pause, when each panel is in and burnt.
func (t times) course(e drivers.Estimate, o Overlap, chip time.Duration) (load, print, discharge time.Duration) {
	n, panels, bound := 0, e.Panels, e.Line > e.Machine
	during := func(pause time.Duration, least int) time.Duration {
		used := time.Duration(0)
		for n < len(panels) && worth(panels[n].Line, pause-used, n < least, bound) {
			used += panels[n].Line
			n++
		}
		return max(used, pause)
	}
	load, print = t.load, t.way
	switch o {
	case OverlapMemory:
		load = during(t.load, 0)
		load += during(chip, 0) - chip
		print = during(t.way, begins)
	case OverlapSequence:
		if len(panels) > 0 {
			n, load = 1, load+max(0, panels[0].Line-chip)
		}
	}
	in := make([]time.Duration, len(panels))
	for i := range panels {
		if i >= n {
			print += panels[i].Line
		}
		in[i] = print
	}
	return load, print, t.out(panels, in) - print
}

// begins is how many panels must be in before the first burns (guide p.69).
const begins = 2

// worth reports whether a panel should be sent in what is left of a pause: it fits, or the card waits for it anyway, or the line
// and not the machine decides how long the card takes, and must not rest.
func worth(line, left time.Duration, needed, bound bool) bool {
	return needed || left > 0 && (line <= left || bound)
}

// out is when the card is out, where in tells when each panel was whole in the machine: the one after it starts its burning,
// and the end of the sequence the last one's.
func (t times) out(panels []drivers.PanelEstimate, in []time.Duration) time.Duration {
	at := time.Duration(0)
	for i, pe := range panels {
		at = max(at, in[min(i+1, len(in)-1)]) + pe.Burn
	}
	if len(in) > 0 {
		at = max(at, in[len(in)-1])
	}
	return at + time.Duration(float64(t.eject)*t.pace)
}

// panelIn is when a panel of the sequence was in.
type panelIn struct {
	name byte
	at   time.Time
}

// learnBurning compares when the card is out with when it should be.
func (p *Printer) learnBurning() {
	if len(p.in) < begins {
		return
	}
	t, start := p.expected(), p.in[1].at
	panels, in := make([]drivers.PanelEstimate, len(p.in)), make([]time.Duration, len(p.in))
	for i, x := range p.in {
		panels[i].Burn, in[i] = t.burns(x.name), max(0, x.at.Sub(start))
	}
	should, took := t.out(panels, in), time.Since(start)
	p.seen(func(t *times) { t.pace *= float64(drift(should, took)) / float64(should) })
	p.in = p.in[:0]
}

// panelsOf are the panels of a ribbon that a host can send (guide p.25): the letters of a colour ribbon and of ko; the others
// name one panel and its colour.
func panelsOf(ribbon string) string {
	switch {
	case strings.HasPrefix(ribbon, "ymcko"):
		return "ymcko"
	case ribbon == "ko":
		return ribbon
	case strings.HasPrefix(ribbon, "h"):
		return "o"
	}
	return "k"
}
