package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"cetak/hwsim/panel/model"
)

// sheet is a drawing that fills its place and whose spots can be pressed.
type sheet struct {
	widget.BaseWidget
	pictures *pictures
	hands    *hands
	draw     func(*drawing, fyne.Size)
	scroll   func(float32) // the wheel; may be nil
	of       func() any    // what it shows
	was      any           // what it showed when it was drawn

	objects []fyne.CanvasObject
	spots   []spot
	pad     float32
	drawn   fyne.Size // the size it was drawn for
	over    int       // the spot under the pointer, -1 for none
}

// sheetPad is what a sheet keeps free at its edges.
const sheetPad = 4

func newSheet(p *pictures, h *hands, draw func(*drawing, fyne.Size)) *sheet {
	s := &sheet{pictures: p, hands: h, draw: draw, over: -1, pad: sheetPad}
	s.ExtendBaseWidget(s)
	return s
}

func (s *sheet) redraw() {
	d := &drawing{scale: 1, pad: s.pad, pictures: s.pictures}
	s.drawn = s.Size()
	if size := s.Size().SubtractWidthHeight(2*s.pad, 2*s.pad); size.Width > 0 && size.Height > 0 {
		s.draw(d, size)
	}
	s.objects, s.spots = d.objects, d.spots
	if s.over >= 0 && s.over < len(s.spots) && len(s.spots) > 0 {
		p := s.spots[s.over]
		r := canvas.NewRectangle(nil)
		r.StrokeColor, r.StrokeWidth, r.CornerRadius = blue, 2, 6
		put(r, p.x-2, p.y-2, p.w+4, p.h+4)
		s.objects = append(s.objects, r)
	}
}

// on gives the topmost spot there, -1 for none.
func (s *sheet) on(at fyne.Position) int {
	for i := len(s.spots) - 1; i >= 0; i-- {
		p := s.spots[i]
		if at.X >= p.x && at.X < p.x+p.w && at.Y >= p.y && at.Y < p.y+p.h {
			return i
		}
	}
	return -1
}

// Tapped presses the spot there.
func (s *sheet) Tapped(e *fyne.PointEvent) {
	if i := s.on(e.Position); i >= 0 {
		s.hands.do(s.spots[i].do)
	}
}

// MouseIn looks where the pointer is.
func (s *sheet) MouseIn(e *desktop.MouseEvent) { s.MouseMoved(e) }

// MouseMoved rings the spot under the pointer.
func (s *sheet) MouseMoved(e *desktop.MouseEvent) {
	if over := s.on(e.Position); over != s.over {
		s.over = over
		s.Refresh()
	}
}

// MouseOut takes the ring away.
func (s *sheet) MouseOut() {
	if s.over >= 0 {
		s.over = -1
		s.Refresh()
	}
}

// Scrolled turns the wheel.
func (s *sheet) Scrolled(e *fyne.ScrollEvent) {
	if s.scroll != nil {
		s.scroll(e.Scrolled.DY)
	}
}

// CreateRenderer draws it.
func (s *sheet) CreateRenderer() fyne.WidgetRenderer { return sheetRenderer{s} }

type sheetRenderer struct{ s *sheet }

func (sheetRenderer) Destroy()                       {}
func (sheetRenderer) MinSize() fyne.Size             { return fyne.Size{} }
func (r sheetRenderer) Objects() []fyne.CanvasObject { return r.s.objects }

// Layout draws for another size. For the same size it must not: the toolkit lays out whatever holds new objects, so drawing
// would call for the next layout, for ever.
func (r sheetRenderer) Layout(size fyne.Size) {
	if size != r.s.drawn {
		r.s.redraw()
	}
}

// Refresh draws anew.
func (r sheetRenderer) Refresh() {
	r.s.redraw()
	canvas.Refresh(r.s)
}

// What a tray shows.
const (
	thumbWidth  = 108
	thumbHeight = 68
	thumbStep   = thumbWidth + 10
)

// drawTray draws one row of cards: as many as fit, the marked one among them.
func drawTray(d *drawing, t model.Tray, space fyne.Size) {
	d.box(0, 0, space.Width, space.Height, 6, paper, faint, 1)
	d.text(t.Name, 10, 4, 0, space.Width-90, ink, true)
	if len(t.Cards) == 0 {
		d.text(t.Text, 10, 34, 0, space.Width-20, quiet, false)
		return
	}
	room := max(1, int((space.Width-10)/thumbStep))
	first := 0
	if t.Chosen >= room {
		first = t.Chosen - room + 1
	}
	for i := first; i < min(len(t.Cards), first+room); i++ {
		c, x := t.Cards[i], 10+thumbStep*float32(i-first)
		if i == t.Chosen {
			d.box(x-4, 26, thumbWidth+8, thumbHeight+26, 6, mark, blue, 2)
		}
		d.card(c, x, 30, thumbWidth)
		d.text(c.Short, x+thumbWidth/2, 98, 0.5, thumbWidth, ink, i == t.Chosen)
		d.spot(x, 28, thumbWidth, thumbHeight+22, model.Action{Step: model.ShowCard, Arg: c.UID})
	}
	if len(t.Cards) <= room {
		return
	}
	arrow := func(sign string, x float32, to int) {
		if to < 0 || to >= len(t.Cards) {
			return
		}
		d.box(x, 3, 32, 22, 5, paper, edge, 1.5)
		d.text(sign, x+16, 2, 0.5, 32, ink, true)
		d.spot(x, 3, 32, 22, model.Action{Step: model.ChooseCard, Arg: t.Cards[to].UID})
	}
	arrow("‹", space.Width-78, first-1)
	if last := first + room; last < len(t.Cards) {
		arrow("›", space.Width-40, min(len(t.Cards)-1, last))
	}
}

// drawReader draws the reader on the desk and the card that lies on it.
func drawReader(d *drawing, r model.Reader, space fyne.Size) {
	d.box(0, 0, space.Width, space.Height, 6, paper, faint, 1)
	tone := ink
	if !r.Up {
		tone = red
	}
	d.text(r.Name, 10, 4, 0, space.Width-20, ink, true)
	d.text(r.Text, 10, 24, 0, space.Width-20, tone, !r.Up)
	const top, w = 50, 150
	h := min(space.Height-top-8, 110)
	if h < 40 {
		return
	}
	x := (space.Width - w) / 2
	d.box(x, top+h*0.45, w, h*0.55, 10, steel, ink, 2)
	d.box(x+12, top+h*0.55, w-24, h*0.2, 3, ink, nil, 0)
	lamp := rgb(0x3CD070)
	if !r.Up {
		lamp = steel
	}
	d.disc(x+w-16, top+h-12, 5, lamp, paper, 1)
	if r.Card == nil {
		return
	}
	cw := min(w-24, h*0.82*85.6/54)
	d.card(*r.Card, (space.Width-cw)/2, top, cw)
	d.spot(x, top, w, h, r.Do)
}

// drawFacts writes names and values in lines.
func drawFacts(d *drawing, facts []model.Fact, space fyne.Size) {
	d.box(0, 0, space.Width, space.Height, 6, paper, faint, 1)
	for i, f := range facts {
		y := 4 + 20*float32(i)
		d.text(f.Name, 10, y, 0, space.Width*0.62, quiet, false)
		d.text(f.Value, space.Width-10, y, 1, space.Width*0.5, ink, true)
	}
}
