package report

import (
	"fmt"
	"strings"
)

// Measures of tables in mm.
const (
	cellPad = 1.3
	rowPad  = 0.7
)

// grid is a table laid out.
type grid struct {
	t      table
	size   float64
	widths []float64
}

// table sets heads, rows, and total; the heads stand again on each page, and the total never stands alone.
func (s *sheet) table(t table) {
	if len(t.rows) == 0 && t.empty != "" {
		if t.title != "" {
			s.prose(prose(t.title + ": " + t.empty))
		} else {
			s.prose(prose(t.empty))
		}
		return
	}
	g := s.fitTable(t)
	heads := t.heads()
	headHeight := s.rowTall(g, heads, bold)
	first := 0.0
	switch {
	case len(t.rows) > 0:
		first = s.rowNeed(g, 0)
	case t.total != nil:
		first = s.rowTall(g, t.total, bold)
	}
	titleHeight := 0.0
	if t.title != "" {
		titleHeight = height(sizeTable+0.5) + 1
	}
	s.room(titleHeight + headHeight + first)
	if t.title != "" {
		s.put(bold, sizeTable+0.5, s.left, s.y, s.span, t.title)
		s.y += titleHeight
	}
	s.row(g, heads, headHeight, bold, 225)
	for i, r := range t.rows {
		h := s.rowTall(g, r, plain)
		if i > 0 && s.y+s.rowNeed(g, i) > s.bottom() {
			s.page()
			s.row(g, heads, headHeight, bold, 225)
		}
		if s.y+h > s.bottom() {
			s.fail(refuse(TooLong, s.d.title+": a line of the table is longer than a page", nil))
		}
		if s.err != nil {
			return
		}
		s.row(g, r, h, plain, 255)
	}
	if t.total != nil {
		s.row(g, t.total, s.rowTall(g, t.total, bold), bold, 242)
	}
	s.y += 4 * s.scale
}

// rowNeed is what must be left on the page for a row to stand on it: the last keeps the total and what follows the table.
func (s *sheet) rowNeed(g grid, i int) float64 {
	h := s.rowTall(g, g.t.rows[i], plain)
	if i == len(g.t.rows)-1 {
		h += s.tail + 4*s.scale
		if g.t.total != nil {
			h += s.rowTall(g, g.t.total, bold)
		}
	}
	return h
}

// tableHeight measures a table on one page.
func (s *sheet) tableHeight(t table) float64 {
	if len(t.rows) == 0 && t.empty != "" {
		return float64(len(s.wrap(plain, s.base(), s.span, t.title+": "+t.empty)))*height(s.base()) + 2.6*s.scale
	}
	g := s.fitTable(t)
	h := s.rowTall(g, t.heads(), bold) + 4*s.scale
	if t.title != "" {
		h += height(sizeTable+0.5) + 1
	}
	for _, r := range t.rows {
		h += s.rowTall(g, r, plain)
	}
	if t.total != nil {
		h += s.rowTall(g, t.total, bold)
	}
	return h
}

// heads are those on paper.
func (t table) heads() []any {
	heads := make([]any, len(t.columns))
	for i, c := range t.columns {
		heads[i] = or(c.narrow, c.head)
	}
	return heads
}

// fitTable chooses the largest text at which no word is broken, and divides the width by what the columns hold.
func (s *sheet) fitTable(t table) grid {
	for size := sizeTable * s.scale; ; size -= 0.5 {
		natural, least := s.columnWidths(t, size)
		all, small := sum(natural), sum(least)
		switch {
		case all <= s.span:
			return grid{t, size, spread(natural, s.span, natural)}
		case small <= s.span:
			spare := make([]float64, len(natural))
			for i := range spare {
				spare[i] = natural[i] - least[i]
			}
			return grid{t, size, spread(least, s.span, spare)}
		case size-0.5 < sizeSmallest:
			// At the smallest size long words are broken.
			k := s.span / small
			for i := range least {
				least[i] *= k
			}
			return grid{t, size, least}
		}
	}
}

// spread gives each width its share of what is left, by weight.
func spread(widths []float64, total float64, weight []float64) []float64 {
	out := make([]float64, len(widths))
	left, weights := total-sum(widths), sum(weight)
	for i, w := range widths {
		out[i] = w
		if weights > 0 {
			out[i] += left * weight[i] / weights
		}
	}
	return out
}

func sum(all []float64) float64 {
	t := 0.0
	for _, v := range all {
		t += v
	}
	return t
}

// columnWidths gives what each column would like, and what its longest word needs.
func (s *sheet) columnWidths(t table, size float64) (natural, least []float64) {
	natural, least = make([]float64, len(t.columns)), make([]float64, len(t.columns))
	see := func(i int, style, v string) {
		full := s.measure(style, size, strings.ReplaceAll(v, "\n", " "))
		natural[i] = max(natural[i], full+2*cellPad+slack)
		for _, w := range strings.Fields(v) {
			least[i] = max(least[i], s.measure(style, size, w)+2*cellPad+slack)
		}
	}
	for i, c := range t.columns {
		// A head may stand on several lines: only its longest word asks for width.
		for _, w := range strings.Fields(or(c.narrow, c.head)) {
			need := s.measure(bold, size, w) + 2*cellPad + slack
			natural[i], least[i] = max(natural[i], need), max(least[i], need)
		}
		for _, r := range t.rows {
			see(i, cellStyle(c, plain), shown(c, r[i]))
			if isFigure(r[i]) {
				least[i] = max(least[i], s.measure(plain, size, text(r[i]))+2*cellPad+slack)
			}
		}
		if t.total != nil {
			see(i, bold, shown(c, t.total[i]))
		}
		natural[i], least[i] = max(natural[i], 2*cellPad+2), max(least[i], 2*cellPad+2)
	}
	return natural, least
}

// isFigure says whether a cell is never broken over lines.
func isFigure(cell any) bool {
	switch cell.(type) {
	case int, change, percent, day:
		return true
	}
	return false
}

// shown is a cell on paper: in a quiet column a zero is a dash, so that the figures stand out.
func shown(c column, cell any) string {
	if c.quiet && (cell == 0 || cell == change(0)) {
		return "-"
	}
	return text(cell)
}

func cellStyle(c column, style string) string {
	if c.code && style == plain {
		return fixed
	}
	return style
}

func (s *sheet) rowTall(g grid, cells []any, style string) float64 {
	if len(cells) != len(g.t.columns) {
		s.fail(fmt.Errorf("table %q: a row of %d cells under %d heads", g.t.title, len(cells), len(g.t.columns)))
		return 0
	}
	n := 1
	for i, c := range cells {
		n = max(n, len(s.wrap(cellStyle(g.t.columns[i], style), g.size, g.widths[i]-2*cellPad, shown(g.t.columns[i], c))))
	}
	h := float64(n)*height(g.size) + 2*rowPad
	if style == plain {
		h = max(h, g.t.tall)
	}
	return h
}

func (s *sheet) row(g grid, cells []any, h float64, style string, grey int) {
	if s.err != nil {
		return
	}
	x := s.left
	s.pdf.SetLineWidth(0.15)
	for i, c := range cells {
		w := g.widths[i]
		if grey < 255 {
			s.pdf.SetFillColor(grey, grey, grey)
			s.pdf.Rect(x, s.y, w, h, "FD")
		} else {
			s.pdf.Rect(x, s.y, w, h, "D")
		}
		st := cellStyle(g.t.columns[i], style)
		lines := s.wrap(st, g.size, w-2*cellPad, shown(g.t.columns[i], c))
		top := s.y + rowPad
		if style == bold && grey == 225 {
			top = s.y + (h-float64(len(lines))*height(g.size))/2
		}
		for j, line := range lines {
			at, room := x+cellPad, w-2*cellPad
			wide := s.measure(st, g.size, line)
			switch align := g.t.columns[i].align; {
			case grey == 225 || align == 'C':
				at += max(0, (room-wide)/2)
			case align == 'R':
				at += max(0, room-wide)
			}
			s.put(st, g.size, at, top+float64(j)*height(g.size), x+w-at, line)
		}
		x += w
	}
	s.y += h
}
