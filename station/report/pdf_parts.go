package report

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // formats of photographs
	_ "image/png"

	"github.com/go-pdf/fpdf"
)

func (s *sheet) body() {
	for i, p := range s.d.parts {
		if s.err != nil {
			return
		}
		if t, ok := p.(prose); ok && i == len(s.d.parts)-1 {
			// A signature on a page of its own could be laid under any minutes.
			s.room(s.proseHeight(t) + s.signersHeight())
		}
		s.part(p)
	}
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

func (s *sheet) proseHeight(p prose) float64 {
	return float64(len(s.wrap(plain, s.base(), s.inner(), string(p))))*height(s.base()) + 2.6
}

func (s *sheet) prose(p prose) {
	for _, line := range s.wrap(plain, s.base(), s.inner(), string(p)) {
		s.room(height(s.base()))
		s.put(plain, s.base(), marginSide, s.y, s.inner(), line)
		s.y += height(s.base())
	}
	s.y += 2.6 * s.scale
}

// pairs sets labels in one column and values in the next.
func (s *sheet) pairs(p pairs) {
	size := s.base()
	label := 0.0
	for _, e := range p {
		label = max(label, s.measure(plain, size, e.label))
	}
	const indent = 6.0
	label = min(label, s.inner()*0.45)
	x := marginSide + indent + label + 6
	for _, e := range p {
		labels := s.wrap(plain, size, label+slack, e.label)
		values := s.wrap(plain, size, s.width-marginSide-x, e.value)
		n := max(len(labels), len(values))
		s.room(float64(n) * height(size))
		for i, l := range labels {
			s.put(plain, size, marginSide+indent, s.y+float64(i)*height(size), label+2*slack, l)
		}
		s.put(plain, size, x-3.2, s.y, 3, ":")
		for i, v := range values {
			s.put(plain, size, x, s.y+float64(i)*height(size), s.width-marginSide-x, v)
		}
		s.y += float64(n) * height(size)
	}
	s.y += 2.6 * s.scale
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
		s.put(bold, size, marginSide, s.y, s.inner(), m.title)
		s.y += height(size) + 0.5
	}
	widest := 0.0
	for _, w := range words {
		widest = max(widest, s.measure(fixed, size, w))
	}
	const gap = 4.0
	columns := max(1, int((s.inner()+gap)/(widest+gap)))
	if widest > s.inner() {
		s.fail(refuse(TooLong, s.d.title+": "+m.title, nil))
		return
	}
	for i := 0; i < len(words); i += columns {
		s.room(height(size))
		for j, w := range words[i:min(i+columns, len(words))] {
			s.put(fixed, size, marginSide+float64(j)*(widest+gap), s.y, widest+slack, w)
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
	tall := min(p.height, s.inner()*h/w)
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
	data, err := c.png()
	if err != nil {
		s.fail(err)
		return
	}
	name := "chart " + c.title
	w, h, ok := s.load(name, data)
	if !ok {
		return
	}
	wide := s.inner()
	tall := wide * h / w
	s.room(tall + height(sizeTable) + 4)
	s.put(bold, sizeTable+0.5, marginSide, s.y, s.inner(), c.title)
	s.y += height(sizeTable+0.5) + 0.5
	s.pdf.Image(name, marginSide, s.y, wide, tall, false, "", 0, "")
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
	s.room(min(s.signersHeight(), s.bottom()-marginTop))
	for i, row := range rows {
		h, places := s.rowHeight(row)
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
		h, _ := s.rowHeight(row)
		total += h
		if i == 0 && !s.d.undated {
			total += height(s.base())
		}
	}
	return total
}

// rowHeight gives the height of a row of blocks, and where they stand.
func (s *sheet) rowHeight(row []Signer) (float64, []place) {
	n := max(len(row), 2)
	const gap = 6.0
	w := (s.inner() - float64(n-1)*gap) / float64(n)
	var places []place
	tall := 0.0
	for i, signer := range row {
		slot := i + n - len(row) // one alone stands at the right
		places = append(places, place{marginSide + float64(slot)*(w+gap), w})
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
		x := marginSide + 14
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
