package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Paper is one of the structs of this package. It checks itself and describes itself; the description is the same for every
// format.
type Paper interface {
	document() (document, error)
}

// Write makes a paper. Nothing is written to w unless the whole paper could be made. Faults: Unsound and Incomplete of the
// data, UnknownFormat, and for PDF NoGlyph, TooLong, BadPicture. An error of w is given back as it is.
func Write(w io.Writer, f Format, p Paper) error {
	d, err := p.document()
	if err != nil {
		return err
	}
	if err := d.complete(); err != nil {
		return err
	}
	var b []byte
	switch {
	case d.letter && (f == XLSX || f == CSV):
		return refuse(UnknownFormat, "this letter is made as .pdf only", nil)
	case f == PDF:
		b, err = writePDF(d)
	case f == XLSX:
		b, err = writeXLSX(d)
	case f == CSV:
		b, err = writeCSV(d)
	default:
		return refuse(UnknownFormat, fmt.Sprintf("%q is none of pdf, xlsx, csv", f), nil)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// document is a paper described: what is on it, not where.
type document struct {
	office    Office
	title     string
	number    string    // empty = a paper without one
	about     string    // under the title: the day, the month, the place it goes to
	at        time.Time // the date over the signatures, and the file's
	landscape bool
	onePage   bool    // TooLong when it needs two
	letter    bool    // one person's letter: PDF only
	scale     float64 // of all text; 0 = 1
	big       bool    // a notice that is hung out: large text
	parts     []part
	signers   [][]Signer // rows of blocks
	undated   bool       // no place and date over the signatures
	foot      string     // beside the page number; what ties the sheet to the books
}

// part is a prose, pairs, table, chart, picture, barcode, or headline.
type part any

type (
	prose    string // a paragraph
	headline string // one large line of a notice
	pair     struct{ label, value string }
	pairs    []pair
	picture  struct {
		image   []byte // JPEG or PNG; nil leaves an empty frame
		caption string
		height  float64 // mm, at most; its width follows
		beside  bool    // stands at the left of the signatures instead of in the text
	}
	barcode string                       // digits, as Code 128 with the digits under it
	halves  struct{ left, right []part } // two columns of tables and pairs; in a workbook one after the other
	mono    struct {
		title string
		words []string // set small in columns: chip numbers, a digest
	}
)

// chart is bars: one value a label.
type chart struct {
	title  string
	labels []string
	values []int
}

// table is rows under heads. A cell is a string, int, change, percent, day, minute, or nil for nothing.
type table struct {
	title   string
	columns []column
	rows    [][]any
	total   []any   // nil = none
	empty   string  // said where there are no rows
	tall    float64 // mm, least height of a row: people sign in it; 0 = as the text needs
}

type column struct {
	head  string
	align byte // 'L', 'R', 'C'
	code  bool // in the font for chip numbers
	quiet bool // a zero is a dash on paper

	// narrow is head with the places where it is broken on paper, as spaces: a file for programs has the whole word. Empty = head
	narrow string
}

type (
	percent float64   // 0..100
	change  int       // with its sign
	day     time.Time // date only
	minute  time.Time // date and time
)

// brokenAs gives the column the head that the narrow one on paper has.
func (c column) brokenAs(narrow string) column { c.narrow = narrow; return c }

func quiet(head string) column  { return column{head: head, align: 'R', quiet: true} }
func left(head string) column   { return column{head: head, align: 'L'} }
func number(head string) column { return column{head: head, align: 'R'} }
func centre(head string) column { return column{head: head, align: 'C'} }
func code(head string) column   { return column{head: head, align: 'L', code: true} }

// text is a cell as it is read on paper.
func text(cell any) string {
	switch c := cell.(type) {
	case nil:
		return ""
	case string:
		return c
	case int:
		return thousands(c)
	case change:
		if c > 0 {
			return "+" + thousands(int(c))
		}
		return thousands(int(c))
	case percent:
		return strings.Replace(fmt.Sprintf("%.1f %%", float64(c)), ".", ",", 1)
	case day:
		return shortDate(time.Time(c))
	case minute:
		return shortDate(time.Time(c)) + " " + clock(time.Time(c))
	}
	panic(fmt.Sprintf("a cell of type %T", cell))
}

// flat gives the parts in reading order, halves opened.
func (d *document) flat() []part {
	var all []part
	for _, p := range d.parts {
		if h, ok := p.(halves); ok {
			all = append(append(all, h.left...), h.right...)
			continue
		}
		all = append(all, p)
	}
	return all
}

// complete refuses a paper without what every paper needs.
func (d *document) complete() error {
	switch {
	case strings.TrimSpace(d.office.Name) == "":
		return refuse(Incomplete, d.title+": the name of the office", nil)
	case d.at.IsZero():
		return refuse(Incomplete, d.title+": the date", nil)
	}
	for _, t := range d.texts() {
		if !utf8.ValidString(t) {
			return refuse(NoGlyph, fmt.Sprintf("%s: %q is no text", d.title, t), nil)
		}
		if len(t) > longestText {
			return refuse(TooLong, fmt.Sprintf("%s: a text of %d letters: %.40s...", d.title, len([]rune(t)), t), nil)
		}
	}
	return nil
}

// longestText is what one text of a paper may hold, in bytes: about a page. A spreadsheet's cell holds 32,767.
const longestText = 4000

// texts gives everything on the paper that people have written.
func (d *document) texts() []string {
	o := d.office
	all := []string{o.Government, o.Name, o.Address, o.Place, o.Station, o.Desk, d.number, d.about, d.foot}
	for _, p := range d.flat() {
		switch p := p.(type) {
		case prose:
			all = append(all, string(p))
		case headline:
			all = append(all, string(p))
		case pairs:
			for _, e := range p {
				all = append(all, e.label, e.value)
			}
		case mono:
			all = append(append(all, p.title), p.words...)
		case picture:
			all = append(all, p.caption)
		case table:
			for _, r := range p.rows {
				for _, c := range r {
					all = append(all, text(c))
				}
			}
		}
	}
	for _, row := range d.signers {
		for _, s := range row {
			all = append(all, s.Role, s.Name, s.ID)
		}
	}
	return all
}

// station names the station and, where its id does not say it, the desk.
func (o Office) station() string {
	if o.Desk == "" || strings.HasSuffix(o.Station, "/"+o.Desk) {
		return o.Station
	}
	return join(" meja ", o.Station, o.Desk)
}

// needs refuses a paper whose named values are empty: needs("number", p.Number, ...).
func needs(what string, namesAndValues ...string) error {
	for i := 0; i < len(namesAndValues); i += 2 {
		if strings.TrimSpace(namesAndValues[i+1]) == "" {
			return refuse(Incomplete, what+": "+namesAndValues[i], nil)
		}
	}
	return nil
}

func unsound(format string, args ...any) error {
	return refuse(Unsound, fmt.Sprintf(format, args...), nil)
}

// once refuses a chip number that stands twice.
func once(what string, uids []string) error {
	seen := map[string]bool{}
	for _, u := range uids {
		if u != "" && seen[u] {
			return unsound("%s: UID %s twice", what, u)
		}
		seen[u] = true
	}
	return nil
}
