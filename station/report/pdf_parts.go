package report

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // formats of photographs
	_ "image/png"
	"slices"

	"github.com/go-pdf/fpdf"
)

func (s *sheet) body() {
	for i, p := range s.d.parts {
		if s.err != nil {
			return
		}
		if i == len(s.d.parts)-1 {
			// A signature on a page of its own could be laid under any paper.
			s.tail = min(s.signersHeight(), (s.bottom()-marginTop)/2)
		}
		s.part(p)
	}
	s.tail = 0
	s.signatures()
}

func (s *sheet) part(p part) {
	switch p := p.(type) {
	case prose:
		s.prose(p)
	case headline:
		s.room(height(30) + 3)
		s.centred(bold, 30*s.scale, string(p))
		s.y += 3
	case pairs:
		s.pairs(p)
	case halves:
		s.halves(p)
	case table:
		s.table(p)
	case chart:
		s.chart(p)
	case picture:
		if !p.beside {
			s.picture(p)
		}
	case barcode:
		s.barcode(p)
	case mono:
		s.mono(p)
	default:
		s.fail(fmt.Errorf("a part of type %T", p))
	}
}

func (s *sheet) prose(p prose) {
	lines := s.wrap(plain, s.base(), s.span, string(p))
	for i, line := range lines {
		need := height(s.base())
		if i == 0 && s.tail > 0 {
			need = float64(len(lines))*need + 2.6*s.scale + s.tail
		}
		s.room(need)
		s.put(plain, s.base(), s.left, s.y, s.span, line)
		s.y += height(s.base())
	}
	s.y += 2.6 * s.scale
}

// halves sets two columns side by side where they fit a page, else one after the other.
func (s *sheet) halves(h halves) {
	const gap = 8.0
	left, span := s.left, s.span
	half := (span - gap) / 2
	s.span = half
	tall := max(s.partsHeight(h.left), s.partsHeight(h.right))
	s.span = span
	if tall+s.tail > s.bottom()-marginTop {
		for _, p := range append(slices.Clone(h.left), h.right...) {
			s.part(p)
		}
		return
	}
	s.room(tall + s.tail)
	top, low := s.y, s.y
	tail := s.tail
	s.tail, s.span = 0, half
	for i, side := range [][]part{h.left, h.right} {
		s.y, s.left = top, left+float64(i)*(half+gap)
		for _, p := range side {
			s.part(p)
		}
		low = max(low, s.y)
	}
	s.left, s.span, s.y, s.tail = left, span, low, tail
}

// partsHeight measures tables and pairs in the column that is being set.
func (s *sheet) partsHeight(all []part) float64 {
	h := 0.0
	for _, p := range all {
		switch p := p.(type) {
		case table:
			h += s.tableHeight(p)
		case pairs:
			h += s.pairsHeight(p)
		default:
			s.fail(fmt.Errorf("a part of type %T in a half", p))
		}
	}
	return h
}

// pairs sets labels in one column and values in the next.
func (s *sheet) pairs(p pairs) {
	size := s.base()
	label, x := s.pairColumns(p)
	for i, e := range p {
		labels := s.wrap(plain, size, label+slack, e.label)
		values := s.wrap(plain, size, s.left+s.span-x, e.value)
		tall := float64(max(len(labels), len(values))) * height(size)
		need := tall
		if i == len(p)-1 {
			need += s.tail
		}
		s.room(need)
		for i, l := range labels {
			s.put(plain, size, s.left+indent, s.y+float64(i)*height(size), label+2*slack, l)
		}
		if e.label != "" {
			s.put(plain, size, s.left+indent+label+1.5, s.y, 3, ":")
		}
		for i, v := range values {
			s.put(plain, size, x, s.y+float64(i)*height(size), s.left+s.span-x, v)
		}
		s.y += tall
	}
	s.y += 2.6 * s.scale
}

// indent of labels, in mm.
const indent = 5.0

// pairColumns gives the width of the labels and where the values begin.
func (s *sheet) pairColumns(p pairs) (label, x float64) {
	for _, e := range p {
		label = max(label, s.measure(plain, s.base(), e.label))
	}
	label = min(label, s.span*0.45)
	return label, s.left + indent + label + 1.5 + s.base()*mmPerPoint*0.9
}

func (s *sheet) pairsHeight(p pairs) float64 {
	size := s.base()
	label, x := s.pairColumns(p)
	h := 2.6 * s.scale
	for _, e := range p {
		h += float64(max(len(s.wrap(plain, size, label+slack, e.label)), len(s.wrap(plain, size, s.left+s.span-x, e.value)))) * height(size)
	}
	return h
}

// mono sets short words in columns in the font for chip numbers.
func (s *sheet) mono(m mono) {
	if len(m.words) == 0 {
		return
	}
	words := m.words
	size := 8 * s.scale
	if s.brief && len(words) > 1 {
		s.prose(prose(fmt.Sprintf("%s: %d, SHA-256 dari daftarnya %s; daftarnya ada di berkas bertanda tangan.", m.title, len(words), digest(words))))
		return
	}
	s.room(height(size) * 3)
	if m.title != "" {
		s.put(bold, size, s.left, s.y, s.span, m.title)
		s.y += height(size) + 0.5
	}
	widest := 0.0
	for _, w := range words {
		widest = max(widest, s.measure(fixed, size, w))
	}
	const gap = 4.0
	columns := max(1, int((s.span+gap)/(widest+gap)))
	if widest > s.span {
		s.fail(refuse(TooLong, s.d.title+": "+m.title, nil))
		return
	}
	for i := 0; i < len(words); i += columns {
		s.room(height(size))
		for j, w := range words[i:min(i+columns, len(words))] {
			s.put(fixed, size, s.left+float64(j)*(widest+gap), s.y, widest+slack, w)
		}
		s.y += height(size)
	}
	s.y += 2.2 * s.scale
}

// load registers a picture and gives its size in dots.
func (s *sheet) load(name string, data []byte) (w, h float64, ok bool) {
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width < 1 || c.Height < 1 || kind != "jpeg" && kind != "png" {
		if err == nil {
			err = errNoPicture
		}
		s.fail(refuse(BadPicture, s.d.title, err))
		return 0, 0, false
	}
	// A header can be whole and the rest torn.
	if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
		s.fail(refuse(BadPicture, s.d.title, err))
		return 0, 0, false
	}
	s.pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: kind}, bytes.NewReader(data))
	if s.pdf.Err() {
		s.fail(refuse(BadPicture, s.d.title, s.pdf.Error()))
		return 0, 0, false
	}
	return float64(c.Width), float64(c.Height), true
}

func (s *sheet) picture(p picture) {
	if p.image == nil {
		return
	}
	w, h, ok := s.load("picture", p.image)
	if !ok {
		return
	}
	tall := min(p.height, s.span*h/w)
	wide := tall * w / h
	s.room(tall + height(sizeFoot)*2 + 3)
	s.pdf.Image("picture", (s.width-wide)/2, s.y, wide, tall, false, "", 0, "")
	s.y += tall + 1
	s.centred(plain, sizeFoot+0.5, p.caption)
	s.y += 3
}

func (s *sheet) chart(c chart) {
	if len(c.values) == 0 {
		return
	}
	// The PDF library orders pictures by their width and, of one width, by chance: no two may be equally wide.
	s.charts++
	data, err := c.png(chartDots + s.charts)
	if err != nil {
		s.fail(err)
		return
	}
	name := "chart " + c.title
	w, h, ok := s.load(name, data)
	if !ok {
		return
	}
	wide := s.span
	tall := wide * h / w
	s.room(tall + height(sizeTable) + 4 + s.tail)
	s.put(bold, sizeTable+0.5, s.left, s.y, s.span, c.title)
	s.y += height(sizeTable+0.5) + 0.5
	s.pdf.Image(name, s.left, s.y, wide, tall, false, "", 0, "")
	s.y += tall + 3
}

// barcode draws Code 128 with the digits under it, in the middle. The module is 0.38 mm, which a hand scanner reads from a
// photocopy too.
func (s *sheet) barcode(b barcode) {
	bars, err := code128(string(b))
	if err != nil {
		s.fail(err)
		return
	}
	const module, tall = 0.38, 12.0
	total := 0
	for _, n := range bars {
		total += n
	}
	s.room(tall + height(8) + 4)
	x := (s.width - float64(total)*module) / 2
	s.pdf.SetFillColor(0, 0, 0)
	for i, n := range bars {
		if i%2 == 0 {
			s.pdf.Rect(x, s.y, float64(n)*module, tall, "F")
		}
		x += float64(n) * module
	}
	s.y += tall + 0.6
	s.centred(fixed, 9, string(b))
	s.y += 3
}

// signatures sets the blocks: the date over the last of the first row, each block kept whole.
func (s *sheet) signatures() {
	if s.err != nil {
		return
	}
	rows := s.signerRows()
	for i, row := range rows {
		h, places := s.rowHeight(row, i > 0)
		dated := i == 0 && !s.d.undated
		if dated {
			h += height(s.base())
		}
		s.room(h)
		if i == 0 {
			s.beside()
		}
		y := s.y
		if dated {
			date := join(", ", s.d.office.Place, longDate(s.d.at))
			s.block(places[len(places)-1], y, s.base(), plain, s.wrap(plain, s.base(), places[0].width, date))
			y += height(s.base())
		}
		for j, signer := range row {
			s.signer(places[j], y, signer)
		}
		s.y += h
	}
}

// place is a column of signatures.
type place struct{ x, width float64 }

// signerRows breaks rows that are too long for the page.
func (s *sheet) signerRows() [][]Signer {
	most := 3
	if s.d.landscape {
		most = 4
	}
	var rows [][]Signer
	for _, row := range s.d.signers {
		for len(row) > most {
			n := (len(row) + 1) / 2
			n = min(n, most)
			rows, row = append(rows, row[:n]), row[n:]
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

func (s *sheet) signersHeight() float64 {
	total := 0.0
	for i, row := range s.signerRows() {
		h, _ := s.rowHeight(row, i > 0)
		total += h
		if i == 0 && !s.d.undated {
			total += height(s.base())
		}
	}
	return total
}

// rowHeight gives the height of a row of blocks, and where they stand.
func (s *sheet) rowHeight(row []Signer, later bool) (float64, []place) {
	n := max(len(row), 2)
	const gap = 6.0
	w := (s.span - float64(n-1)*gap) / float64(n)
	var places []place
	tall := 0.0
	for i, signer := range row {
		x := s.left + float64(i+n-len(row))*(w+gap) // one alone stands at the right
		if len(row) == 1 && later {
			x = s.left + (s.span-w)/2 // or, under others, in the middle
		}
		places = append(places, place{x, w})
		tall = max(tall, s.signerHeight(w, signer))
	}
	return tall, places
}

func (s *sheet) signerHeight(w float64, p Signer) float64 {
	size := s.base()
	n := len(s.wrap(plain, size, w, p.Role)) + len(s.wrap(bold, size, w, or(p.Name, ".")))
	h := float64(n)*height(size) + signSpace*s.scale + 4
	if p.ID != "" {
		h += float64(len(s.wrap(plain, size-1, w, p.ID))) * height(size-1)
	}
	return h
}

func (s *sheet) signer(at place, y float64, p Signer) {
	if p == (Signer{}) {
		return // a place kept free
	}
	size := s.base()
	roles := s.wrap(plain, size, at.width, p.Role)
	s.block(at, y, size, plain, roles)
	// Names of a row stand on one line, also where one role is longer.
	y += float64(len(roles))*height(size) + signSpace*s.scale
	if p.Name == "" {
		s.block(at, y, size, plain, []string{"(......................................)"})
		return
	}
	names := s.wrap(bold, size, at.width, p.Name)
	s.block(at, y, size, bold, names)
	y += float64(len(names)) * height(size)
	s.line(at.x+at.width*0.1, y, at.x+at.width*0.9, 0.2)
	if p.ID != "" {
		s.block(at, y+0.6, size-1, plain, s.wrap(plain, size-1, at.width, p.ID))
	}
}

// block sets lines in the middle of a place.
func (s *sheet) block(at place, y, size float64, style string, lines []string) {
	for i, line := range lines {
		w := s.measure(style, size, line)
		s.put(style, size, at.x+max(0, (at.width-w)/2), y+float64(i)*height(size), at.width, line)
	}
}

// beside sets the picture that stands at the left of the signatures: a portrait of 3 to 4, or its empty frame.
func (s *sheet) beside() {
	for _, p := range s.d.parts {
		p, ok := p.(picture)
		if !ok || !p.beside {
			continue
		}
		wide := p.height * 3 / 4
		x := s.left + 8
		s.pdf.SetLineWidth(0.2)
		s.pdf.Rect(x, s.y, wide, p.height, "D")
		if p.image == nil {
			lines := s.wrap(plain, 8, wide-4, p.caption)
			s.block(place{x + 2, wide - 4}, s.y+p.height/2-float64(len(lines))*height(8)/2, 8, plain, lines)
			continue
		}
		w, h, ok := s.load("portrait", p.image)
		if !ok {
			return
		}
		k := min(wide/w, p.height/h)
		s.pdf.Image("portrait", x+(wide-w*k)/2, s.y+(p.height-h*k)/2, w*k, h*k, false, "", 0, "")
	}
}
