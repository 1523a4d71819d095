package ledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Box is a box of blanks as its label says, or the part of one that a movement takes. Blanks are known by their box
// until their chip's number is read. A box without serials is in count mode: the weaker one, because a blank exchanged for
// another is not found (features.md B1).
type Box struct {
	Number string    `json:"number"`
	Type   BlankType `json:"type,omitempty"` // empty = the movement's
	Count  int       `json:"count"`
	First  string    `json:"first,omitempty"` // visible serials, first and last; both or neither
	Last   string    `json:"last,omitempty"`
	Batch  string    `json:"batch,omitempty"`  // of the chips, by the delivery's paper (features.md B20)
	KeySet string    `json:"keyset,omitempty"` // version of the transport keys, by the delivery's paper
}

// Counted says whether the box is in count mode.
func (b Box) Counted() bool { return b.First == "" }

// Stored is a box with what of it is still in the vault.
type Stored struct {
	Box
	Left  int    // blanks in the vault
	Lots  []Lot  // where they are by serial; of a counted box one lot without serials
	Paper string // document it came with
}

// Lot is blanks of one box that follow one another.
type Lot struct {
	Box         string // "" = blanks that no box is known of
	Count       int
	First, Last string // serials, "" in count mode
}

// numberShape is what a box's label may say, in bytes.
const numberShape = 40

// serials are the printed numbers of a box: a prefix, and digits that count.
type serials struct {
	prefix string
	width  int
	first  uint64 // plus one, as in a lot
}

// serialsOf reads First and Last; ok is false for a box in count mode.
func (b Box) serialsOf() (s serials, ok bool, err error) {
	if b.First == "" && b.Last == "" {
		return s, false, nil
	}
	s.prefix = strings.TrimRight(b.First, "0123456789")
	digits, found := strings.CutPrefix(b.Last, s.prefix)
	s.width = len(b.First) - len(s.prefix)
	first, err1 := strconv.ParseUint(b.First[len(s.prefix):], 10, 63)
	last, err2 := strconv.ParseUint(digits, 10, 63)
	if !found || err1 != nil || err2 != nil || len(digits) != s.width || len(b.First) > numberShape ||
		last < first || last-first != uint64(b.Count-1) {
		return s, false, refuse(BadBox, fmt.Sprintf("box %s: serials %q to %q are not %d", b.Number, b.First, b.Last, b.Count), nil)
	}
	s.first = first + 1
	return s, true, nil
}

func (s serials) text(n uint64) string { return fmt.Sprintf("%s%0*d", s.prefix, s.width, n-1) }

// checkBoxes says whether the boxes of a movement are whole in themselves.
func (m Movement) checkBoxes() error {
	left := m.Count
	for i, b := range m.Boxes {
		switch {
		case b.Number == "" || len(b.Number) > numberShape || b.Number != strings.TrimSpace(b.Number):
			return refuse(BadBox, fmt.Sprintf("a box with the number %q", b.Number), nil)
		case b.Count < 1 || b.Count > left:
			return refuse(BadBox, fmt.Sprintf("box %s: %d blanks of a movement of %d", b.Number, b.Count, m.Count), nil)
		case b.Type != "" && b.Type != m.Type:
			return refuse(BadBox, fmt.Sprintf("box %s holds %s", b.Number, b.Type), nil)
		case slices.ContainsFunc(m.Boxes[:i], func(o Box) bool {
			return boxKey(o.Number) == boxKey(b.Number) && (m.From.source() || o.Counted() || b.Counted())
		}):
			return refuse(BadBox, fmt.Sprintf("box %s twice", b.Number), nil)
		}
		if _, _, err := b.serialsOf(); err != nil {
			return err
		}
		left -= b.Count
	}
	stored := m.From == Vault || m.From == Hopper || m.To == Vault || m.To == Hopper
	if len(m.Boxes) > 0 && !stored {
		return refuse(BadBox, "only unused blanks are known by their box", nil)
	}
	return nil
}

func boxKey(number string) string { return strings.ToUpper(number) }

// box is what is known of one box.
type box struct {
	label   Box
	paper   string
	order   int // of arrival
	serials serials
	serial  bool
}

// lot is blanks of one box, in a row.
type lot struct {
	box   string // key of the box; "" = loose
	n     int
	first uint64 // serial plus one; of a box in count mode 0
}

// stock knows the boxes of one blank type and where their blanks are: the vault's in the order in which they should leave
// it, loose ones first and then by box and serial (features.md B2: lowest first); the feeder's in the order in which
// they were put in, which is that in which the printer takes them.
type stock struct {
	boxes  map[string]box
	vault  []lot
	hopper []lot
	loaded string // box of the blank that the printer took last
	came   int
}

// move takes the blanks of a movement from where their boxes stand to where they go, or refuses and changes nothing. With
// keep it gives the way back.
func (s *stock) move(m Movement, keep bool) (back func(), err error) {
	lots, fresh, err := s.named(m)
	if err != nil {
		return nil, err
	}
	was := *s
	vault, hopper := s.vault, s.hopper
	if keep { // a feeder is changed in place
		hopper = slices.Clone(hopper)
	}
	rest := m.Count - sum(lots)
	switch m.From {
	case Vault:
		vault, lots, err = leave(slices.Clone(vault), lots, rest, false)
	case Hopper:
		// The printer takes from the bottom; a hand takes the newest off the top.
		hopper, lots, err = leave(hopper, lots, rest, m.To == Vault)
	default:
		if err = s.fits(lots, fresh); rest > 0 {
			lots = append(lots, lot{n: rest})
		}
	}
	if err != nil {
		return nil, err
	}
	for key, b := range fresh {
		if s.boxes == nil {
			s.boxes = map[string]box{}
		}
		s.boxes[key] = b
	}
	s.came += len(fresh)
	switch m.To {
	case Vault:
		vault = s.shelve(vault, lots)
	case Hopper:
		hopper = append(hopper, lots...)
	case Machine:
		s.loaded = lots[0].box
	}
	s.vault, s.hopper = vault, hopper
	var lost map[string]box
	if m.Reverses > 0 && m.To.source() {
		lost = s.forget(lots)
	}
	if !keep {
		return nil, nil
	}
	return func() {
		for key := range fresh {
			delete(s.boxes, key)
		}
		maps.Copy(s.boxes, lost)
		s.vault, s.hopper, s.loaded, s.came = was.vault, was.hopper, was.loaded, was.came
	}, nil
}

// named gives the lots that the movement's boxes name. What comes in from a source is a new box.
func (s *stock) named(m Movement) (lots []lot, fresh map[string]box, err error) {
	for _, b := range m.Boxes {
		l, known, err := s.lotOf(m, b)
		if err != nil {
			return nil, nil, err
		}
		if m.From.source() {
			if fresh == nil {
				fresh = map[string]box{}
			}
			if known.serial && s.overlaps(fresh, known.serials, b.Count) {
				return nil, nil, refuse(BadBox, fmt.Sprintf("serials %s to %s were received before", b.First, b.Last), nil)
			}
			known.order = s.came + len(fresh) + 1
			fresh[l.box] = known
		}
		lots = append(lots, l)
	}
	return lots, fresh, nil
}

// lotOf gives what one box of a movement names, and the box.
func (s *stock) lotOf(m Movement, b Box) (lot, box, error) {
	key := boxKey(b.Number)
	known, ok := s.boxes[key]
	serial, isSerial, err := b.serialsOf()
	bad := func(format string, a ...any) (lot, box, error) {
		return lot{}, box{}, refuse(BadBox, fmt.Sprintf(format, a...), nil)
	}
	switch {
	case err != nil:
		return lot{}, box{}, err
	case m.From.source() && ok:
		return bad("box %s was received before", b.Number)
	case m.From.source():
		known = box{label: b, paper: m.Document, serials: serial, serial: isSerial}
		known.label.Type = m.Type
	case !ok:
		return bad("no box %s was received", b.Number)
	case isSerial && (!known.serial || serial.prefix != known.serials.prefix || serial.width != known.serials.width ||
		serial.first < known.serials.first || serial.first+uint64(b.Count) > known.serials.first+uint64(known.label.Count)):
		return bad("box %s does not hold %s to %s", b.Number, b.First, b.Last)
	}
	l := lot{box: key, n: b.Count, first: serial.first}
	if !isSerial && known.serial {
		l.first = anySerial
	}
	return l, known, nil
}

// anySerial marks so many blanks of a box with serials, no matter which.
const anySerial = ^uint64(0)

// overlaps says whether serials of a box that came before, or comes in the same movement, are among these.
func (s *stock) overlaps(fresh map[string]box, n serials, count int) bool {
	for _, boxes := range [2]map[string]box{s.boxes, fresh} {
		for _, b := range boxes {
			if b.serial && b.serials.prefix == n.prefix && b.serials.width == n.width &&
				b.serials.first < n.first+uint64(count) && n.first < b.serials.first+uint64(b.label.Count) {
				return true
			}
		}
	}
	return false
}

// fits says whether blanks that come back to a known box can be its own: not more than it had, and no serial twice.
func (s *stock) fits(lots []lot, fresh map[string]box) error {
	for i, l := range lots {
		b, isNew := fresh[l.box]
		if isNew {
			continue
		}
		b = s.boxes[l.box]
		here := 0
		for _, o := range slices.Concat(s.vault, s.hopper, lots[:i]) {
			if o.box != l.box {
				continue
			}
			here += o.n
			if b.serial && l.first != anySerial && l.first < o.first+uint64(o.n) && o.first < l.first+uint64(l.n) {
				return refuse(BadBox, fmt.Sprintf("box %s: %s is here already", b.label.Number, b.serials.text(max(l.first, o.first))), nil)
			}
		}
		switch {
		case here+l.n > b.label.Count:
			return refuse(BadBox, fmt.Sprintf("box %s had %d", b.label.Number, b.label.Count), nil)
		case b.serial && l.first == anySerial:
			return refuse(BadBox, fmt.Sprintf("box %s: the serials of what comes back are not named", b.label.Number), nil)
		}
	}
	return nil
}

// leave takes the named lots and rest more out of a place, from its front or its back, and gives what left in the order
// of leaving.
func leave(place, named []lot, rest int, back bool) (left, gone []lot, err error) {
	if len(named) == 0 && rest <= 0 {
		return place, nil, nil
	}
	if len(named) == 0 && !back && len(place) > 0 && place[0].n > rest { // the printer takes one: the common case
		gone = []lot{{box: place[0].box, n: rest, first: place[0].first}}
		place[0] = cut(place[0], rest)
		return place, gone, nil
	}
	left = slices.Clone(place)
	for _, want := range named {
		for want.n > 0 {
			i := slices.IndexFunc(left, func(l lot) bool { return l.holds(want) })
			if i < 0 {
				return nil, nil, refuse(BadBox, fmt.Sprintf("box %s holds %d fewer there, or not these serials", want.box, want.n), nil)
			}
			var took lot
			left, took = pick(left, i, want)
			gone = append(gone, took)
			want.n -= took.n
			if want.first != anySerial && took.first != 0 {
				want.first += uint64(took.n)
			}
		}
	}
	for rest > 0 && len(left) > 0 {
		i := 0
		if back {
			i = len(left) - 1
		}
		l := left[i]
		n := min(rest, l.n)
		took := lot{box: l.box, n: n, first: l.first}
		if back && l.first != 0 {
			took.first = l.first + uint64(l.n-n)
		}
		left, took = pick(left, i, took)
		gone = append(gone, took)
		rest -= n
	}
	return left, gone, nil
}

// holds says whether the first wanted blank is in the lot.
func (l lot) holds(want lot) bool {
	return l.box == want.box && (want.first == anySerial || l.first == 0 && want.first == 0 ||
		l.first <= want.first && want.first < l.first+uint64(l.n))
}

// pick takes the wanted blanks, or as many of them as lot i holds, out of a list of lots.
func pick(lots []lot, i int, want lot) ([]lot, lot) {
	l := lots[i]
	before := 0
	if l.first != 0 && want.first != anySerial {
		before = int(want.first - l.first)
	}
	n := min(want.n, l.n-before)
	took := lot{box: l.box, n: n, first: l.first}
	if l.first != 0 {
		took.first += uint64(before)
	}
	var stay []lot
	if before > 0 {
		stay = append(stay, lot{box: l.box, n: before, first: l.first})
	}
	if after := cut(l, before+n); after.n > 0 {
		stay = append(stay, after)
	}
	return slices.Replace(lots, i, i+1, stay...), took
}

// cut is the lot without its first n.
func cut(l lot, n int) lot {
	l.n -= n
	if l.first != 0 {
		l.first += uint64(n)
	}
	return l
}

// shelve puts lots into the vault at their place and joins what follows one another.
func (s *stock) shelve(vault, lots []lot) []lot {
	all := append(slices.Clone(vault), lots...)
	slices.SortStableFunc(all, func(a, b lot) int {
		return cmp.Or(cmp.Compare(s.boxes[a.box].order, s.boxes[b.box].order), cmp.Compare(a.first, b.first))
	})
	joined := all[:0]
	for _, l := range all {
		if i := len(joined) - 1; i >= 0 && joined[i].box == l.box && (l.first == 0 || joined[i].first+uint64(joined[i].n) == l.first) {
			joined[i].n += l.n
			continue
		}
		joined = append(joined, l)
	}
	return joined
}

// forget is what a correction of a receipt does: a box that it takes back whole was never received.
func (s *stock) forget(lots []lot) (lost map[string]box) {
	gone, lost := map[string]int{}, map[string]box{}
	for _, l := range lots {
		b, ok := s.boxes[l.box]
		if gone[l.box] += l.n; ok && gone[l.box] == b.label.Count {
			lost[l.box] = b
			delete(s.boxes, l.box)
		}
	}
	return lost
}

// say gives a lot as a label would.
func (s *stock) say(l lot) Lot {
	b := s.boxes[l.box]
	out := Lot{Box: b.label.Number, Count: l.n}
	if b.serial {
		out.First, out.Last = b.serials.text(l.first), b.serials.text(l.first+uint64(l.n-1))
	}
	return out
}
