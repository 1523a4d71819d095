package panel

import (
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

// Options are what differs between firmwares. The zero value is 32 levels, most significant bit first, and Dbc with
// three parameters.
type Options struct {
	Levels    int // of a dye panel: 32, 64, or 128
	Packing   Packing
	DbcParams int // 3: panel, levels, bytes (captures); 4: with the first line before the bytes (guide p.15)
}

// Panel is one panel's bitmap command.
type Panel struct {
	Name   byte   // y m c k o
	Form   string // "Db" packed, "Dbc" compressed
	Header string // up to and with the last separator: "Dbc;k;2;70212;"
	Data   []byte
}

// Command is the command without its start and stop characters.
func (p Panel) Command() []byte { return append([]byte(p.Header), p.Data...) }

// Encode makes the panels of art that the ribbon has, in the order they are printed. Faults (PrinterRefused, no card
// moved): a wrong size, an option that is none, or artwork for a panel that the ribbon lacks. The artwork is only read.
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
		dyes := separate(art.Color, o.Levels)
		for i, name := range []byte("ymc") {
			out = append(out, cheapest(name, o.Levels, o, packLevels(dyes[i], o), runs(dyes[i], o.Levels)))
		}
	}
	if art.Black != nil {
		bits := burn(art.Black)
		out = append(out, cheapest('k', 2, o, bits, lines(bits)))
	}
	if art.Varnish {
		// Every line is the black-line code.
		out = append(out, cheapest('o', 2, o, nil, repeat(blackLine, Lines)))
	}
	return out, nil
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
	switch {
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

// cheapest chooses the packed form (nil: not offered) or the compressed one, whichever is shorter with its header.
func cheapest(name byte, levels int, o Options, packed, compressed []byte) Panel {
	db := Panel{Name: name, Form: "Db", Header: fmt.Sprintf("Db;%c;%d;", name, levels), Data: packed}
	dbc := Panel{Name: name, Form: "Dbc", Header: fmt.Sprintf("Dbc;%c;%d;%d;", name, levels, len(compressed)), Data: compressed}
	if o.DbcParams == 4 {
		dbc.Header = fmt.Sprintf("Dbc;%c;%d;0;%d;", name, levels, len(compressed))
	}
	if packed != nil && len(db.Header)+len(db.Data) <= len(dbc.Header)+len(dbc.Data) {
		return db
	}
	return dbc
}

func repeat(b byte, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = b
	}
	return out
}
