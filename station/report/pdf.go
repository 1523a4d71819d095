package report

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// Measures of a page in mm, of text in points.
const (
	marginSide   = 18.0
	marginTop    = 14.0
	marginBottom = 20.0
	mmPerPoint   = 25.4 / 72
	leading      = 1.32 // line height over text size
	sizeTitle    = 13.0
	sizeBody     = 10.0
	sizeTable    = 9.0
	sizeSmallest = 6.0 // of tables and lists of chip numbers
	sizeFoot     = 7.5
	signSpace    = 15.0 // mm for the signature itself
)

// Styles of text.
const (
	plain = ""
	bold  = "B"
	fixed = "M"
)

// sheet is a PDF in the making. A fault stops it: everything after is skipped, and pdf gives no file.
type sheet struct {
	pdf           *fpdf.Fpdf
	d             *document
	pages         int // of the whole, known in the second pass
	scale         float64
	brief         bool // lists of chip numbers are replaced by their digest
	width, height float64
	left, span    float64 // the column that is being set: the page between its margins, or half of it
	y             float64 // top of what comes next
	tail          float64 // what must still fit under the part being set: the signatures, if it is the last
	fonts         map[string]*sfnt.Font
	known         map[string]map[rune]bool // letters a font has, as far as looked up
	buf           sfnt.Buffer
	err           error
	marks         []mark
	charts        int // drawn
}

// mark is where a text was set, for the test that nothing overflows.
type mark struct {
	page                  int
	x, top, width, bottom float64
	limit                 float64 // right edge of the place it was set in
	text                  string
}

// writePDF lays the paper out twice: the number of pages is known after the first time. A paper that must stand on one page
// is set smaller, and at last with the digest of its lists instead of the lists.
func writePDF(d document) ([]byte, error) {
	s, err := layOut(&d)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := s.pdf.Output(&b); err != nil {
		return nil, refuse(TooLong, "the PDF could not be made", err)
	}
	return b.Bytes(), nil
}

func layOut(d *document) (*sheet, error) {
	type try struct {
		scale float64
		brief bool
	}
	tries := []try{{1, false}}
	if d.scale > 0 {
		tries[0].scale = d.scale
	}
	if d.onePage {
		tries = []try{{1, false}, {0.92, false}, {0.85, false}, {0.85, true}, {0.75, true}}
	}
	for _, t := range tries {
		s, err := draw(d, 0, t.scale, t.brief)
		if err != nil {
			return nil, err
		}
		if n := s.pdf.PageCount(); !d.onePage || n == 1 {
			return draw(d, n, t.scale, t.brief)
		}
	}
	return nil, refuse(TooLong, d.title+": it has to stand on one page and does not", nil)
}

func draw(d *document, pages int, scale float64, brief bool) (*sheet, error) {
	turn := "P"
	if d.landscape {
		turn = "L"
	}
	s := &sheet{pdf: fpdf.New(turn, "mm", "A4", ""), d: d, pages: pages, scale: scale, brief: brief, fonts: map[string]*sfnt.Font{}, known: map[string]map[rune]bool{}}
	for style, data := range map[string][]byte{plain: goregular.TTF, bold: gobold.TTF, fixed: gomono.TTF} {
		f, err := opentype.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("font %q: %w", style, err)
		}
		s.fonts[style], s.known[style] = f, map[rune]bool{}
	}
	// The library writes into the font's bytes while it cuts out the glyphs in use (its getMetrics appends to a part of them).
	s.pdf.AddUTF8FontFromBytes("go", "", slices.Clone(goregular.TTF))
	s.pdf.AddUTF8FontFromBytes("go", "B", slices.Clone(gobold.TTF))
	s.pdf.AddUTF8FontFromBytes("gomono", "", slices.Clone(gomono.TTF))
	s.pdf.SetCatalogSort(true)
	s.pdf.SetCreationDate(d.at.UTC())
	s.pdf.SetModificationDate(d.at.UTC())
	title := strings.TrimSpace(d.title + " " + d.number)
	// The library falls over letters of more than three bytes: what goes past put is looked at here.
	s.measure(plain, sizeBody, title)
	s.measure(plain, sizeBody, d.office.Name)
	if s.err != nil {
		return s, s.err
	}
	s.pdf.SetTitle(title, true)
	s.pdf.SetAuthor(d.office.Name, true)
	s.pdf.SetCreator("Cetak", true)
	s.pdf.SetLang("id-ID")
	s.pdf.SetAutoPageBreak(false, 0)
	s.width, s.height = s.pdf.GetPageSize()
	s.left, s.span = marginSide, s.inner()
	s.page()
	s.letterhead()
	s.heading()
	s.body()
	if s.err == nil {
		s.err = s.pdf.Error()
	}
	return s, s.err
}

func (s *sheet) inner() float64  { return s.width - 2*marginSide }
func (s *sheet) bottom() float64 { return s.height - marginBottom }

// base is the text size of the paper: a notice is read from afar.
func (s *sheet) base() float64 {
	if s.d.big {
		return 15 * s.scale
	}
	return sizeBody * s.scale
}

func (s *sheet) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// page begins a new one, with its foot and, on a test station, the word across it.
func (s *sheet) page() {
	s.pdf.AddPage()
	s.y = marginTop
	if word, _ := s.d.office.across(); word != "" {
		s.pdf.SetFont("go", "B", 96)
		s.pdf.SetTextColor(238, 238, 238)
		w := s.pdf.GetStringWidth(word)
		s.pdf.TransformBegin()
		s.pdf.TransformRotate(52, s.width/2, s.height/2)
		s.pdf.Text(s.width/2-w/2, s.height/2+12, word)
		s.pdf.TransformEnd()
		s.pdf.SetTextColor(0, 0, 0)
	}
	s.foot()
}

func (s *sheet) foot() {
	y := s.height - 12.0
	s.line(marginSide, y-4.2, s.width-marginSide, 0.15)
	n := fmt.Sprintf("Halaman %d dari %d", s.pdf.PageNo(), max(s.pages, s.pdf.PageNo()))
	w := s.measure(plain, sizeFoot, n)
	s.put(plain, sizeFoot, s.width-marginSide-w, y-3.4, w+0.1, n)
	left := join(" · ", "Cetak", s.d.office.station(), s.d.number, s.d.foot)
	room := s.inner() - w - 6
	for size := sizeFoot; ; size -= 0.5 {
		if s.measure(plain, size, left) <= room {
			s.put(plain, size, marginSide, y-3.4, room, left)
			return
		}
		if size <= 4.5 {
			s.fail(refuse(TooLong, "the foot of the page: "+left, nil))
			return
		}
	}
}

func join(sep string, words ...string) string {
	var some []string
	for _, w := range words {
		if strings.TrimSpace(w) != "" {
			some = append(some, strings.TrimSpace(w))
		}
	}
	return strings.Join(some, sep)
}

func (s *sheet) letterhead() {
	o := s.d.office
	if o.Government != "" {
		s.centred(plain, 12*s.scale, strings.ToUpper(o.Government))
	}
	s.centred(bold, 14*s.scale, strings.ToUpper(o.Name))
	if o.Address != "" {
		s.centred(plain, 8.5*s.scale, o.Address)
	}
	s.y += 1.2
	s.line(marginSide, s.y, s.width-marginSide, 0.8)
	s.line(marginSide, s.y+1.1, s.width-marginSide, 0.25)
	s.y += 6 * s.scale
}

func (s *sheet) heading() {
	size := sizeTitle * s.scale
	if s.d.big {
		size = 26
	}
	s.centred(bold, size, s.d.title)
	if s.d.number != "" {
		s.centred(plain, s.base(), "Nomor: "+s.d.number)
	}
	if s.d.about != "" {
		s.centred(plain, s.base(), s.d.about)
	}
	s.y += 4 * s.scale
}

func (s *sheet) line(x1, y, x2, thick float64) {
	s.pdf.SetLineWidth(thick)
	s.pdf.Line(x1, y, x2, y)
}

// font chooses a font for measuring or setting.
func (s *sheet) font(style string, size float64) {
	if style == fixed {
		s.pdf.SetFont("gomono", "", size)
		return
	}
	s.pdf.SetFont("go", style, size)
}

// measure gives the width of a text in mm. A letter the font does not have is a fault.
func (s *sheet) measure(style string, size float64, t string) float64 {
	for _, r := range t {
		if s.known[style][r] {
			continue
		}
		g, err := s.fonts[style].GlyphIndex(&s.buf, r)
		if err != nil || g == 0 || unicode.IsControl(r) {
			s.fail(refuse(NoGlyph, fmt.Sprintf("%s: the letter %q (U+%04X)", s.d.title, r, r), err))
			return 0
		}
		s.known[style][r] = true
	}
	s.font(style, size)
	return s.pdf.GetStringWidth(t)
}

// slack is what rounding may add to a measured text, in mm.
const slack = 0.05

// put sets one line with its top at y into a place of the given width. It is the only way text comes on a page; what does
// not fit there is a fault and never runs over.
func (s *sheet) put(style string, size, x, y, width float64, t string) {
	if s.err != nil || t == "" {
		return
	}
	w := s.measure(style, size, t)
	h := size * mmPerPoint * leading
	if w > width+slack || x < 0 || x+w > s.width+slack || y < 0 || y+h > s.height {
		s.fail(refuse(TooLong, s.d.title+": "+t, nil))
		return
	}
	s.font(style, size)
	s.pdf.Text(x, y+size*mmPerPoint*1.02, t)
	s.marks = append(s.marks, mark{page: s.pdf.PageNo(), x: x, top: y, width: w, bottom: y + h, limit: x + width, text: t})
}

func height(size float64) float64 { return size * mmPerPoint * leading }

// wrap breaks a text between words, and a word that is longer than the line inside it.
func (s *sheet) wrap(style string, size, width float64, t string) []string {
	var lines []string
	for _, part := range strings.Split(t, "\n") {
		line := ""
		for _, word := range strings.Fields(part) {
			if joined := strings.TrimSpace(line + " " + word); s.measure(style, size, joined) <= width {
				line = joined
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			line = word
			for s.err == nil && s.measure(style, size, line) > width {
				n := s.head(style, size, width, line)
				lines, line = append(lines, line[:n]), line[n:]
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// head gives how many bytes of a word fit a line; at least one letter.
func (s *sheet) head(style string, size, width float64, word string) int {
	fits := 0
	for i, r := range word {
		end := i + len(string(r))
		if fits > 0 && s.measure(style, size, word[:end]) > width {
			break
		}
		fits = end
	}
	return fits
}

// centred sets lines in the middle of the page.
func (s *sheet) centred(style string, size float64, t string) {
	for _, line := range s.wrap(style, size, s.inner(), t) {
		w := s.measure(style, size, line)
		s.put(style, size, (s.width-w)/2, s.y, w+slack, line)
		s.y += height(size)
	}
}

// room begins a new page when h mm are not left on this one.
func (s *sheet) room(h float64) {
	if s.y+h > s.bottom() && s.y > marginTop {
		s.page()
	}
}

var errNoPicture = errors.New("neither JPEG nor PNG")
