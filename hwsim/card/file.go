package card

import "iter"

const (
	fidMF       = 0x3F00
	fidDF       = 0x7F0A
	fidControl  = 0x6FF0
	fidPortrait = 0x6FF2
	fidLast     = 0x6FF6
)

// Life cycle status bytes (ISO/IEC 7816-4:2005, 5.3.3.2, table 13).
const (
	initialised byte = 0x03
	activated   byte = 0x05
	terminated  byte = 0x0C
)

// condition is a security condition byte of the compact format (ISO/IEC 7816-4:2005, 5.4.3.1, table 20).
type condition byte

const (
	always  condition = 0x00
	session condition = 0x40 // secure messaging
	never   condition = 0xFF
)

// file is a DF (the MF is one) or a transparent EF.
type file struct {
	id    int
	up    *file // nil for the MF
	dir   bool
	below []*file // of a DF, in the order they were made
	cycle byte

	content []byte
	grows   bool // its size is what is written; else the size it was created with

	read, update condition // in force from activation on
}

func (f *file) add(child *file) *file {
	child.up = f
	f.below = append(f.below, child)
	return child
}

// all gives f and everything below it, f first.
func (f *file) all() iter.Seq[*file] {
	return func(yield func(*file) bool) { f.walk(yield) }
}

func (f *file) walk(yield func(*file) bool) bool {
	if !yield(f) {
		return false
	}
	for _, b := range f.below {
		if !b.walk(yield) {
			return false
		}
	}
	return true
}

// child is the file of this identifier directly under f, nil if there is none.
func (f *file) child(id int) *file {
	for _, b := range f.below {
		if b.id == id {
			return b
		}
	}
	return nil
}

// folder is the DF that f stands in: itself, for a DF.
func (f *file) folder() *file {
	if f.dir {
		return f
	}
	return f.up
}

// used is how many bytes the EFs take.
func (c *Chip) used() int {
	n := 0
	for f := range c.root.all() {
		n += len(f.content)
	}
	return n
}

func (c *Chip) capacity() int {
	if c.kind == Plain {
		return PlainCapacity
	}
	return Capacity
}

// holds tells whether a security condition is met by the command being executed.
func (c *Chip) holds(want condition) bool {
	switch want {
	case always:
		return true
	case never:
		return false
	default:
		return c.secured
	}
}

// mayChange tells whether the chip lets itself be changed by the command being executed, whatever it is about.
func (c *Chip) mayChange() bool { return !c.demand || c.secured }

// control builds the file control template (7816-4, 5.3.3): 80 size of an EF, 81 the room left in a DF, 82 descriptor, 83
// identifier, 8A life cycle (5.3.3.2).
func (c *Chip) control(template byte, f *file) []byte {
	descriptor := byte(0x38) // DF
	var body []byte
	if !f.dir {
		descriptor = 0x01 // working EF, transparent
		n := len(f.content)
		body = append(body, 0x80, 2, byte(n>>8), byte(n))
	} else {
		n := c.capacity() - c.used()
		body = append(body, 0x81, 2, byte(n>>8), byte(n))
	}
	body = append(body, 0x82, 1, descriptor, 0x83, 2, byte(f.id>>8), byte(f.id), 0x8A, 1, f.cycle)
	return append([]byte{template, byte(len(body))}, body...)
}
