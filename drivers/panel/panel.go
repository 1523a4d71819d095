package panel

import (
	"bytes"
	"fmt"
	"image"
	"strings"

	"cetak/drivers"
)

// A bitmap is Lines lines of Dots dots, sent first line first, along the long side of the card (guide p.4, p.14).
// Line n is column n from the left of the upright landscape face, and dot 0 of a line is its bottom row (captures).
const (
	Lines = drivers.FaceWidth
	Dots  = drivers.FaceHeight

	lineBytes = Dots / 8 // of a k or o panel
)

// Packing is the order of bits where dots of 5, 6, or 7 bits are packed into bytes. No source settles it.
type Packing string

// Packings.
const (
	MSBFirst Packing = "msb"
	LSBFirst Packing = "lsb"
)

// Options are what differs between firmwares and what a technician chooses. The zero value is 32 levels, most significant
// bit first, Dbc with three parameters, every dot exact, and each panel one command.
type Options struct {
	Levels    int // of a dye panel: 32, 64, or 128
	Packing   Packing
	DbcParams int // 3: panel, levels, bytes (captures); 4: with the first line before the bytes (guide p.15)

	// Near lets a dye dot be off by at most one level of 32 where that saves bytes; see Error.
	Near   bool
	Weight int // of an error in Near, LeastWeight to MostWeight; 0 = DefaultWeight
	// Partial allows Dbp and Dbpc: lines without dye at either side are not sent. The guide has them for half-panel
	// ribbons; whether a machine takes them with a whole panel is not settled.
	Partial bool
	// Regions allows Dbmp: the black panel as several monochrome files. No source settles where x and y begin.
	Regions bool
}

// Panel is one bitmap command. The commands of one panel follow each other.
type Panel struct {
	Name   byte   // y m c k o
	Form   string // "Db" packed, "Dbc" compressed, "Dbp" and "Dbpc" some lines of it, "Dbmp" a region
	Header string // up to and with the last separator: "Dbc;k;2;70212;"
	Data   []byte
	// Clear: the machine's bitmap of this panel must be empty before ("Wcb;k;0", which is not allowed between Ss and
	// Se): the command writes only a part of it, and what is left of another card must not be printed.
	Clear bool
	Error Error // of the dots of a dye panel
}

// Command is the command without its start and stop characters.
func (p Panel) Command() []byte { return append([]byte(p.Header), p.Data...) }

// Bytes is how many bytes p takes on the line, with start and stop characters.
func (p Panel) Bytes() int {
	n := 2 + len(p.Header) + len(p.Data)
	if p.Clear {
		n += len("\x1bWcb;k;0\r")
	}
	return n
}

// RawBytes is how many bytes the whole of p's panel would take packed, with start and stop characters.
func (p Panel) RawBytes() int {
	if p.Name == 'k' || p.Name == 'o' {
		return 2 + len("Db;k;2;") + Lines*lineBytes
	}
	return 2 + len("Db;y;32;") + Lines*Dots*5/8
}

// Encode makes the panels of art that the ribbon has, in the order they are printed, each in the form that costs the
// fewest bytes. Faults (PrinterRefused, no card moved): a wrong size, an option that is none, or artwork for a panel that
// the ribbon lacks. The artwork is only read.
func Encode(art drivers.Artwork, ribbon string, o Options) ([]Panel, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	if err := fits(art, ribbon); err != nil {
		return nil, err
	}
	var out []Panel
	if art.Color != nil {
		dyes := separate(art.Color)
		for i, name := range []byte("ymc") {
			out = append(out, dyes[i].command(name, o))
		}
	}
	if art.Black != nil {
		out = append(out, o.black(burn(art.Black))...)
	}
	if art.Varnish {
		// Every line is the black-line code.
		out = append(out, o.compressed('o', 2, bytes.Repeat([]byte{blackLine}, Lines)))
	}
	return out, nil
}

// Empty is a whole panel that burns nothing, for a machine whose bitmap of it cannot be cleared otherwise.
func Empty(name byte, o Options) Panel {
	if name == 'k' || name == 'o' {
		return o.compressed(name, 2, bytes.Repeat([]byte{blankLine}, Lines))
	}
	return o.compressed(name, max(o.Levels, 32), bytes.Repeat([]byte{0x80, 0}, Lines))
}

// black chooses the form of the black panel.
func (o Options) black(resin []byte) []Panel {
	best := o.packed('k', 2, resin)
	if c := o.compressed('k', 2, lines(resin)); c.Bytes() < best.Bytes() {
		best = c
	}
	if !o.Regions {
		return []Panel{best}
	}
	parts := regions('k', resin)
	cost := 0
	for _, p := range parts {
		cost += p.Bytes() + replyBytes
	}
	if len(parts) == 0 || cost >= best.Bytes()+replyBytes {
		return []Panel{best}
	}
	return parts
}

func (o Options) checked() (Options, error) {
	if o.Levels == 0 {
		o.Levels = 32
	}
	if o.Packing == "" {
		o.Packing = MSBFirst
	}
	if o.DbcParams == 0 {
		o.DbcParams = 3
	}
	if o.Weight == 0 {
		o.Weight = DefaultWeight
	}
	switch {
	case o.Weight < LeastWeight || o.Weight > MostWeight:
		return o, refused("weight %d: it is %d to %d", o.Weight, LeastWeight, MostWeight)
	case o.Levels != 32 && o.Levels != 64 && o.Levels != 128:
		return o, refused("%d levels: a dye panel has 32, 64, or 128", o.Levels)
	case o.Packing != MSBFirst && o.Packing != LSBFirst:
		return o, refused("packing %q: it is msb or lsb", o.Packing)
	case o.DbcParams != 3 && o.DbcParams != 4:
		return o, refused("Dbc with %d parameters: it has 3 or 4", o.DbcParams)
	}
	return o, nil
}

func fits(art drivers.Artwork, ribbon string) error {
	size := image.Pt(Lines, Dots)
	if art.Color != nil && art.Color.Rect.Size() != size {
		return refused("the colour picture is %v dots, the face is %v", art.Color.Rect.Size(), size)
	}
	if art.Black != nil && art.Black.Rect.Size() != size {
		return refused("the black picture is %v dots, the face is %v", art.Black.Rect.Size(), size)
	}
	need := ""
	if art.Color != nil {
		need += "ymc"
	}
	if art.Black != nil {
		need += "k"
	}
	if art.Varnish {
		need += "o"
	}
	for _, p := range need {
		if !strings.ContainsRune(ribbon, p) {
			return refused("the face needs panel %c, the ribbon is %q", p, ribbon)
		}
	}
	return nil
}

func refused(format string, a ...any) error {
	return &drivers.Fault{Code: drivers.PrinterRefused, Op: "encode", Again: drivers.AgainNever, Detail: fmt.Sprintf(format, a...)}
}

func (o Options) packed(name byte, levels int, data []byte) Panel {
	return Panel{Name: name, Form: "Db", Header: fmt.Sprintf("Db;%c;%d;", name, levels), Data: data}
}

func (o Options) compressed(name byte, levels int, data []byte) Panel {
	p := Panel{Name: name, Form: "Dbc", Header: fmt.Sprintf("Dbc;%c;%d;%d;", name, levels, len(data)), Data: data}
	if o.DbcParams == 4 {
		p.Header = fmt.Sprintf("Dbc;%c;%d;0;%d;", name, levels, len(data))
	}
	return p
}

// part is some lines of a dye panel; count is lines for Dbp and bytes for Dbpc.
func (o Options) part(name byte, form string, first, count int, data []byte) Panel {
	return Panel{Name: name, Form: form, Header: fmt.Sprintf("%s;%c;%d;%d;%d;", form, name, o.Levels, first, count), Data: data, Clear: true}
}
