package view

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"cetak/ui/model"
)

// centre builds the middle of the desk. shot is the picture of a face, wherever one is shown.
func centre(c model.Centre, shot *portraitShot, keys *keyboard) fyne.CanvasObject {
	switch c.Kind {
	case model.CentreAdvice:
		return advicePane(c, keys)
	case model.CentreAsk:
		return askPane(c, keys)
	}
	return facePane(c, shot, keys)
}

// Proportion of the card, ISO/IEC 7810 ID-1: 85.60 mm by 53.98 mm, corners of 3.18 mm.
const (
	cardWidth  = 85.60
	cardHeight = 53.98
	cardCorner = 3.18
)

// trimmed is the part of the printed raster that lands on the card: the head is a little larger than the card all
// round (86 by 54.9 mm), and what goes past the edge is not seen.
func trimmed(m *image.RGBA) image.Image {
	b := m.Bounds()
	h := int(float64(b.Dx())*cardHeight/cardWidth + 0.5)
	if h >= b.Dy() {
		return m
	}
	top := b.Min.Y + (b.Dy()-h)/2
	return m.SubImage(image.Rect(b.Min.X, top, b.Max.X, top+h))
}

// portraitShot is the picture of the face that is looked at. There is one for the life of a desk: the toolkit keeps what was once on the
// screen for a while, and a desk where somebody is searched for shows a face a second, each of some megabytes.
type portraitShot struct {
	image *canvas.Image
	copy  []uint8 // the raster with the NIK hidden
}

func newPortraitShot() *portraitShot {
	return &portraitShot{image: &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleSmooth}}
}

// show puts a face into the picture.
func (s *portraitShot) show(m *image.RGBA, cover image.Rectangle) *canvas.Image {
	s.image.Image = trimmed(s.covered(m, cover))
	s.image.Refresh()
	return s.image
}

// covered is the face with the NIK hidden, until the next one; the raster itself, which will be printed, stays as it is.
func (s *portraitShot) covered(m *image.RGBA, cover image.Rectangle) *image.RGBA {
	if cover.Empty() {
		return m
	}
	s.copy = append(s.copy[:0], m.Pix...)
	c := &image.RGBA{Pix: s.copy, Stride: m.Stride, Rect: m.Rect}
	draw.Draw(c, cover, image.NewUniform(color.RGBA{0xD7, 0xDE, 0xE6, 0xFF}), image.Point{}, draw.Src)
	return c
}

func facePane(c model.Centre, shot *portraitShot, keys *keyboard) fyne.CanvasObject {
	f := c.Face
	if f.Name == "" {
		return panel(12, container.NewCenter(column(6,
			container.NewCenter(words(f.Empty, sizeName, colorQuiet, true)),
			container.NewCenter(words(f.EmptyDetail, sizeText, colorQuiet, false)))))
	}
	frame := sheet(theme.ColorNameBackground, theme.ColorNameInputBorder)
	var picture fyne.CanvasObject = container.NewCenter(words(f.Empty, sizeText, colorQuiet, false))
	if f.Image != nil {
		picture = shot.show(f.Image, f.Cover)
	}
	facts := []fyne.CanvasObject{newProse(f.Name, sizeName, colorInk, true)}
	var pairs []fyne.CanvasObject
	for i, x := range f.Facts {
		cells := []fyne.CanvasObject{sized(fyne.NewSize(px(52), px(24)), newLine(x.Label, sizeText, colorQuiet, false)),
			newLine(x.Value, sizeText, colorInk, i == 0)}
		if i == 0 && f.NIK != nil {
			facts = append(facts, row(8, 1, append(cells, newButton(*f.NIK, 36, sizeText, false, keys))...))
			continue
		}
		pairs = append(pairs, row(8, 1, cells...))
	}
	facts = append(facts, container.New(pairLayout{}, pairs...))
	for _, x := range f.Checks {
		facts = append(facts, row(8, 1, badge(x.Tone, 22), newProse(x.Text, sizeText, colorInk, false)))
	}
	all := []fyne.CanvasObject{frame, picture, scrolled(column(4, facts...), -1)}
	if len(c.Buttons) > 0 {
		all = append(all, answers(c.Buttons, keys))
	}
	return panel(12, container.New(faceLayout{}, all...))
}

// pairLayout lays facts in two columns where there is room, else in one.
type pairLayout struct{}

const pairWidth, factHeight = 260, 26

func (pairLayout) columns(width float32) int {
	if width >= 2*px(pairWidth) {
		return 2
	}
	return 1
}

func (pairLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, px(factHeight)) }

func (l pairLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	n := l.columns(width)
	return px(factHeight) * float32((len(o)+n-1)/n)
}

func (l pairLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	n := l.columns(s.Width)
	w := s.Width / float32(n)
	for i, x := range o {
		x.Resize(fyne.NewSize(w-8, px(factHeight)))
		x.Move(fyne.NewPos(w*float32(i%n), px(factHeight)*float32(i/n)))
	}
}

// faceLayout gives the card its true proportion and as much room as the facts leave. Objects: frame, picture, facts,
// and, where there is something to answer, the answers.
type faceLayout struct{}

func (faceLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(300, 260) }

func (faceLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	bottom := s.Height
	if len(o) > 3 {
		h := heightFor(o[3], s.Width)
		o[3].Resize(fyne.NewSize(s.Width, h))
		o[3].Move(fyne.NewPos(0, s.Height-h))
		bottom -= h + 10
	}
	need := heightFor(o[2], s.Width)
	h := fyne.Max(fyne.Min(s.Width*cardHeight/cardWidth, bottom-need-10), bottom*0.42)
	w := h * cardWidth / cardHeight
	left := (s.Width - w) / 2
	for _, x := range o[:2] {
		x.Resize(fyne.NewSize(w, h))
		x.Move(fyne.NewPos(left, 0))
	}
	radius := w * cardCorner / cardWidth
	o[0].(*canvas.Rectangle).CornerRadius = radius
	if img, ok := o[1].(*canvas.Image); ok {
		img.CornerRadius = radius
		img.Resize(fyne.NewSize(w-2, h-2))
		img.Move(fyne.NewPos(left+1, 1))
	}
	o[2].Resize(fyne.NewSize(s.Width, bottom-h-10))
	o[2].Move(fyne.NewPos(0, h+10))
}

// answers lists what may be answered besides the primary button, the buttons of one common width.
func answers(all []model.Choice, keys *keyboard) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	widest := float32(0)
	var buttons []*button
	high := float32(44)
	if len(all) > 8 {
		high = 36 // all of them are to be seen
	}
	for _, c := range all {
		b := newButton(c.Button, high, sizeText, true, keys)
		buttons = append(buttons, b)
		widest = fyne.Max(widest, b.MinSize().Width)
	}
	if !slices.ContainsFunc(all, func(c model.Choice) bool { return c.Note != "" }) && !all[0].Key.Digit() {
		side := make([]fyne.CanvasObject, len(buttons))
		for i, b := range buttons {
			side[i] = b
		}
		return container.New(wrapped(6), side...)
	}
	for i, c := range all {
		b := sized(fyne.NewSize(widest, px(high)), buttons[i])
		rows = append(rows, row(12, 1, b, newProse(c.Note, sizeText, colorQuiet, false)))
	}
	return column(4, rows...)
}

// advicePane tells what is wrong, what to do in numbered steps, and what becomes of the blank.
func advicePane(c model.Centre, keys *keyboard) fyne.CanvasObject {
	t := c.Advice
	var all []fyne.CanvasObject
	if t.Title != "" {
		all = append(all, newProse(t.Title, sizeTitle, colorInk, true))
	}
	fact := func(f model.Fact) fyne.CanvasObject {
		label := sized(fyne.NewSize(px(92), px(24)), newLine(f.Label, sizeText, colorQuiet, false))
		return row(12, 1, label, newProse(f.Value, sizeText, colorInk, true))
	}
	var list []fyne.CanvasObject
	for i, s := range t.Steps {
		list = append(list, row(12, 1, sized(fyne.NewSize(px(28), px(28)), numbered(i+1)), newProse(s, sizeText, colorInk, false)))
	}
	if steps := column(8, list...); t.Picture.Name != "" {
		all = append(all, beside(drawn(t.Picture), steps))
	} else {
		all = append(all, steps)
	}
	spare := -1
	if t.Places != nil {
		spare = len(all)
		all = append(all, placesPicture(t.Places), fact(t.Where))
	}
	for _, f := range t.Facts {
		all = append(all, fact(f))
	}
	foot := []fyne.CanvasObject{newProse(t.Code, sizeText, colorQuiet, false)}
	if t.Detail != nil {
		foot = append(foot, newButton(*t.Detail, 36, sizeText, false, keys))
	}
	all = append(all, row(8, 0, foot...))
	if t.Tech != "" {
		all = append(all, newProse(t.Tech, sizeText, colorQuiet, false))
	}
	body := scrolled(column(8, all...), spare)
	if len(c.Buttons) == 0 {
		return panel(14, body)
	}
	return panel(14, container.New(&aboveLayout{gap: 8}, body, answers(c.Buttons, keys)))
}

// aboveLayout gives the second object the height it needs, at the foot, and the first what is left.
type aboveLayout struct{ gap float32 }

func (*aboveLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().Max(o[1].MinSize())
}

func (l *aboveLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	h := heightFor(o[1], s.Width)
	o[0].Resize(fyne.NewSize(s.Width, s.Height-h-l.gap))
	o[1].Move(fyne.NewPos(0, s.Height-h))
	o[1].Resize(fyne.NewSize(s.Width, h))
}

func numbered(n int) fyne.CanvasObject {
	disc := canvas.NewCircle(theme.Color(colorBar))
	return container.NewStack(disc, container.NewCenter(words(strconv.Itoa(n), sizeText, colorOnBar, true)))
}

// placesPicture draws the way of a card through the machine, with the card where it is.
func placesPicture(all []model.Place) fyne.CanvasObject {
	var cells []fyne.CanvasObject
	for _, p := range all {
		box := sheet(theme.ColorNameBackground, colorLine)
		var in fyne.CanvasObject = gap(44, 28)
		name := words(p.Name, sizeText, colorQuiet, false)
		switch {
		case p.Here:
			box.FillColor, box.StrokeColor, box.StrokeWidth = theme.Color(colorWaiting+groundSuffix), theme.Color(colorWaiting), 2
			in, name = cardSign(), words(p.Name, sizeText, colorWaiting, true)
		case p.Look:
			box.StrokeColor, box.StrokeWidth = theme.Color(colorWaiting), 2
			in, name = words("?", sizeState, colorWaiting, true), words(p.Name, sizeText, colorWaiting, true)
		}
		cells = append(cells, container.New(inset(5), box, column(2, container.NewCenter(sized(fyne.NewSize(px(48), px(34)), container.NewCenter(in))), container.NewCenter(name))))
	}
	return container.New(shares(6), cells...)
}

// cardSign is a small card.
func cardSign() fyne.CanvasObject {
	c := canvas.NewRectangle(theme.Color(colorWaiting))
	c.CornerRadius = 4
	chip := canvas.NewRectangle(theme.Color(colorPanel))
	chip.CornerRadius = 2
	s := sized(fyne.NewSize(44, 28), c)
	mark := container.NewWithoutLayout(chip)
	chip.Resize(fyne.NewSize(10, 8))
	chip.Move(fyne.NewPos(6, 10))
	return container.NewStack(s, mark)
}

// askPane is the second step of something that cannot be undone.
func askPane(c model.Centre, keys *keyboard) fyne.CanvasObject {
	return panel(14, scrolled(column(12, newProse(c.Detail, sizeText, colorInk, false),
		answers(c.Buttons, keys)), -1)) // the state line asks the question
}
