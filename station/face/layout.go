package face

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"image"
	"math"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"cetak/drivers"
	"cetak/station/record"
)

// Layout is where things stand on the card, in millimetres from the top left corner of the face, landscape. Sizes of text
// are the font's em. It is data: wni.toml and wna.toml are built in, and a calibrated copy can be parsed.
type Layout struct {
	Name string `toml:"name"`
	// Labels prints the row labels and colons; false for blanks that carry them already (ktpel.md 2.2: not known).
	Labels    bool     `toml:"labels"`
	Headings  []Text   `toml:"heading"`
	Rows      Rows     `toml:"rows"`
	Photo     Box      `toml:"photo"`
	Under     []Text   `toml:"under"`
	Signature Box      `toml:"signature"`
	Specimen  Diagonal `toml:"specimen"`
}

// Box is a place.
type Box struct {
	X float64 `toml:"x"`
	Y float64 `toml:"y"`
	W float64 `toml:"w"`
	H float64 `toml:"h"`
}

// Text is text centred in a column: Value with {FIELD} for each register field, or {REGION} for the regency's name
// without its KABUPATEN or KOTA.
type Text struct {
	Value  string  `toml:"value"`
	Font   string  `toml:"font"`
	X      float64 `toml:"x"`
	Y      float64 `toml:"y"` // baseline of the first line
	W      float64 `toml:"w"`
	Size   float64 `toml:"size"`
	Min    float64 `toml:"min"`
	Lines  int     `toml:"lines"`
	Pitch  float64 `toml:"pitch"`  // between the lines of a wrapped text
	Follow bool    `toml:"follow"` // Y counts from the last baseline of the text before
}

// Rows is the table of labels and values. Rows stand Pitch apart, or closer when wrapped values need the room.
type Rows struct {
	LabelX float64 `toml:"label_x"`
	Indent float64 `toml:"indent"`
	ColonX float64 `toml:"colon_x"`
	ValueX float64 `toml:"value_x"`
	ValueW float64 `toml:"value_w"`
	Top    float64 `toml:"top"`    // baseline of the first row
	Bottom float64 `toml:"bottom"` // lowest baseline
	Pitch  float64 `toml:"pitch"`
	Size   float64 `toml:"size"`
	Min    float64 `toml:"min"`
	Lines  int     `toml:"lines"`
	Font   string  `toml:"font"`
	Label  string  `toml:"label_font"`
	List   []Row   `toml:"row"`
}

// Row is one label and value. Zero Size, Min, Lines, and empty Font mean the table's.
type Row struct {
	Label  string  `toml:"label"`
	Value  string  `toml:"value"`
	Indent bool    `toml:"indent"`
	Font   string  `toml:"font"`
	Size   float64 `toml:"size"`
	Min    float64 `toml:"min"`
	Lines  int     `toml:"lines"`
	Drop   float64 `toml:"drop"` // extra room below, mm
	Aside  *Aside  `toml:"aside"`
}

// Aside is a second label and value on a row.
type Aside struct {
	Label  string  `toml:"label"`
	Value  string  `toml:"value"`
	X      float64 `toml:"x"`
	ValueX float64 `toml:"value_x"`
	ValueW float64 `toml:"value_w"`
}

// Diagonal is the word across a specimen.
type Diagonal struct {
	Word  string  `toml:"word"`
	Size  float64 `toml:"size"`
	Angle float64 `toml:"angle"` // degrees, rising to the right
	Line  float64 `toml:"line"`  // width of the outline
	Hatch float64 `toml:"hatch"` // distance of the hatching
	Halo  float64 `toml:"halo"`  // room kept free round text
}

//go:embed wni.toml
var wniTOML []byte

//go:embed wna.toml
var wnaTOML []byte

// LayoutFor gives the built-in layout for a kind of card.
func LayoutFor(kind record.Kind) (Layout, error) {
	if kind == record.WNA {
		return ParseLayout(wnaTOML)
	}
	return ParseLayout(wniTOML)
}

// ParseLayout reads a layout strictly. Errors are Faults with LayoutBroken and say what is wrong.
func ParseLayout(data []byte) (Layout, error) {
	var l Layout
	d := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) && len(strict.Errors) > 0 {
			return Layout{}, fault(LayoutBroken, "unknown key "+strings.Join(strict.Errors[0].Key(), "."))
		}
		return Layout{}, fault(LayoutBroken, err.Error())
	}
	if err := l.check(); err != nil {
		return Layout{}, err
	}
	return l, nil
}

func (l *Layout) check() error {
	switch {
	case len(l.Rows.List) == 0:
		return fault(LayoutBroken, "no rows")
	case l.Photo.W <= 0 || l.Photo.H <= 0 || l.Signature.W <= 0 || l.Signature.H <= 0:
		return fault(LayoutBroken, "no place for photo or signature")
	case !inside(l.Photo.dots()) || !inside(l.Signature.dots()):
		return fault(LayoutBroken, "photo or signature lies outside the card")
	case l.Rows.Pitch <= 0 || l.Rows.Bottom <= l.Rows.Top || dots(l.Rows.Bottom) >= drivers.FaceHeight:
		return fault(LayoutBroken, "rows have no room")
	case dots(l.Rows.ValueX+l.Rows.ValueW) > drivers.FaceWidth || l.Rows.ValueW <= 0:
		return fault(LayoutBroken, "values lie outside the card")
	case l.Specimen.Word == "" || l.Specimen.Size <= 0 || l.Specimen.Line <= 0 || l.Specimen.Hatch <= 0:
		return fault(LayoutBroken, "no specimen word")
	}
	var empty record.Fields
	for _, t := range append(append([]Text{}, l.Headings...), l.Under...) {
		if _, err := expand(t.Value, &empty); err != nil {
			return err
		}
		if err := checkText(t.Font, t.Size, t.Min, t.Lines); err != nil {
			return err
		}
		if t.W <= 0 || t.X < 0 || dots(t.X+t.W) > drivers.FaceWidth || t.Lines > 1 && t.Pitch <= 0 {
			return fault(LayoutBroken, "a text lies outside the card")
		}
	}
	return l.checkRows(&empty)
}

func (l *Layout) checkRows(empty *record.Fields) error {
	if err := checkText(l.Rows.Label, l.Rows.Size, l.Rows.Min, l.Rows.Lines); err != nil {
		return err
	}
	for _, r := range l.Rows.List {
		r = l.Rows.filled(r)
		if _, err := expand(r.Value, empty); err != nil {
			return err
		}
		if err := checkText(r.Font, r.Size, r.Min, r.Lines); err != nil {
			return err
		}
		if r.Aside == nil {
			continue
		}
		if _, err := expand(r.Aside.Value, empty); err != nil {
			return err
		}
		if r.Aside.ValueW <= 0 || dots(r.Aside.ValueX+r.Aside.ValueW) > drivers.FaceWidth {
			return fault(LayoutBroken, "a second value lies outside the card")
		}
	}
	return nil
}

func checkText(font string, size, smallest float64, lines int) error {
	if !knownFont(font) || size <= 0 || smallest <= 0 || smallest > size || lines < 1 || size > 20 {
		return fault(LayoutBroken, fmt.Sprintf("font %q, size %g, min %g, lines %d", font, size, smallest, lines))
	}
	return nil
}

// filled gives a row with the table's values where it has none.
func (t *Rows) filled(r Row) Row {
	if r.Font == "" {
		r.Font = t.Font
	}
	if r.Size == 0 {
		r.Size = t.Size
	}
	if r.Min == 0 {
		r.Min = min(t.Min, r.Size)
	}
	if r.Lines == 0 {
		r.Lines = t.Lines
	}
	return r
}

// dotsPerMM is 300 dpi, the head of every printer here (Evolis "Programming Guide" A5013 Rev. E).
const dotsPerMM = 300 / 25.4

func dots(mm float64) int { return int(math.Round(mm * dotsPerMM)) }

func (b Box) dots() image.Rectangle {
	return image.Rect(dots(b.X), dots(b.Y), dots(b.X)+dots(b.W), dots(b.Y)+dots(b.H))
}

func inside(r image.Rectangle) bool {
	return r.In(image.Rect(0, 0, drivers.FaceWidth, drivers.FaceHeight)) && !r.Empty()
}

// placeholder is {FIELD} in a value.
const placeholder = `\{([A-Z_]+)\}`

// expand puts the record's fields into a value.
func expand(value string, f *record.Fields) (string, error) {
	fields := map[string]string{"REGION": region(f.Regency)}
	for _, l := range f.Lines() {
		fields[l.Name] = l.Value
	}
	var unknown string
	out := regexp.MustCompile(placeholder).ReplaceAllStringFunc(value, func(s string) string {
		v, ok := fields[s[1:len(s)-1]]
		if !ok {
			unknown = s
		}
		return v
	})
	if unknown != "" {
		return "", fault(LayoutBroken, "unknown field "+unknown)
	}
	return out, nil
}

// field gives the register name of a value's first field, for the notes.
func field(value string) string {
	if m := regexp.MustCompile(placeholder).FindStringSubmatch(value); m != nil {
		return m[1]
	}
	return value
}

// region is the regency's name as the place of issue: without its kind (ktpel.md 2.2).
func region(regency string) string {
	for _, kind := range []string{"KABUPATEN ", "KOTA "} {
		if rest, ok := strings.CutPrefix(regency, kind); ok {
			return rest
		}
	}
	return regency
}
