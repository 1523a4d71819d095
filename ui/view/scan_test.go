package view

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// box is a part of the screen: where it is, and what of it is seen.
type box struct{ x0, y0, x1, y1 float32 }

func (b box) cut(o box) box {
	return box{max(b.x0, o.x0), max(b.y0, o.y0), min(b.x1, o.x1), min(b.y1, o.y1)}
}

func (b box) empty() bool { return b.x1 <= b.x0 || b.y1 <= b.y0 }

func (b box) within(o box) bool {
	const air = 0.5
	return b.x0 >= o.x0-air && b.y0 >= o.y0-air && b.x1 <= o.x1+air && b.y1 <= o.y1+air
}

// found is one object as it stands on the screen.
type found struct {
	what  fyne.CanvasObject
	is    box               // its place
	seen  box               // what its surroundings leave of it
	rolls bool              // it can be scrolled to
	of    fyne.CanvasObject // the widget to press or type into that it belongs to; nil when to none
}

// scan lists what stands on a screen, laid out: texts, and widgets to press or type into.
func scan(o fyne.CanvasObject, size fyne.Size) []found {
	var all []found
	var walk func(o fyne.CanvasObject, at fyne.Position, clip box, of fyne.CanvasObject, rolls bool)
	walk = func(o fyne.CanvasObject, at fyne.Position, clip box, of fyne.CanvasObject, rolls bool) {
		if !o.Visible() {
			return
		}
		at = at.Add(o.Position())
		is := box{at.X, at.Y, at.X + o.Size().Width, at.Y + o.Size().Height}
		switch x := o.(type) {
		case *canvas.Text:
			if x.Text == "" {
				return
			}
			m := x.MinSize()
			switch x.Alignment {
			case fyne.TextAlignTrailing:
				is.x0 = is.x1 - m.Width
			case fyne.TextAlignCenter:
				is.x0 += (o.Size().Width - m.Width) / 2
			}
			is.x1, is.y1 = is.x0+m.Width, is.y0+m.Height
			all = append(all, found{o, is, is.cut(clip), rolls, of})
			return
		case *fyne.Container:
			if _, sheet := x.Layout.(inset); sheet { // a panel ends where its sheet ends
				clip = clip.cut(is)
			}
			for _, k := range x.Objects {
				walk(k, at, clip, of, rolls)
			}
			return
		case *button, *entry, *choice, *searchField, *tableList, *queueList:
			all = append(all, found{o, is, is.cut(clip), rolls, of})
			of = o
			clip = clip.cut(is)
			switch o.(type) {
			case *tableList, *queueList:
				rolls = true
			}
		case *container.Scroll:
			clip, rolls = clip.cut(is), true
		}
		if w, ok := o.(fyne.Widget); ok {
			for _, k := range test.WidgetRenderer(w).Objects() {
				walk(k, at, clip, of, rolls)
			}
		}
	}
	walk(o, fyne.Position{}, box{0, 0, size.Width, size.Height}, nil, false)
	return all
}

// fits reports what sticks out of the screen, or out of what it stands in, at the right or the left; what is below the end of a part
// that scrolls can be scrolled to.
func fits(t *testing.T, all []found) {
	t.Helper()
	for _, f := range all {
		const air = 1
		text, ok := f.what.(*canvas.Text)
		if !ok || f.seen.empty() && f.rolls {
			continue
		}
		if !f.rolls && (f.seen.y0 > f.is.y0+air || f.seen.y1 < f.is.y1-air) {
			t.Errorf("%q at %v is cut off above or below: %v is seen", text.Text, f.is, f.seen)
		}
		if f.seen.x0 > f.is.x0+air || f.seen.x1 < f.is.x1-air {
			t.Errorf("%q at %v is cut off at the side: %v is seen", text.Text, f.is, f.seen)
		}
	}
}

// apart reports texts and widgets that lie over each other.
func apart(t *testing.T, all []found) {
	t.Helper()
	for i, a := range all {
		for _, b := range all[:i] {
			if a.of == b.what || b.of == a.what || a.of != nil && a.of == b.of {
				if _, text := a.what.(*canvas.Text); !text {
					continue
				}
				if _, text := b.what.(*canvas.Text); !text {
					continue
				}
			}
			if x := a.seen.cut(b.seen); x.x1-x.x0 > 1.5 && x.y1-x.y0 > 2.5 {
				t.Errorf("%s and %s lie over each other at %v", label(a.what), label(b.what), x)
			}
		}
	}
}

func label(o fyne.CanvasObject) string {
	switch x := o.(type) {
	case *canvas.Text:
		return fmt.Sprintf("text %q", x.Text)
	case *button:
		return fmt.Sprintf("button %q", x.is.Label)
	}
	return fmt.Sprintf("%T", o)
}

// leastContrast is WCAG 2.1, 1.4.3, for text that is not large.
const leastContrast = 4.5

// legible measures the contrast of every text with what is painted behind it: the colour most pixels of its place have.
func legible(t *testing.T, all []found, img image.Image) {
	t.Helper()
	for _, f := range all {
		text, ok := f.what.(*canvas.Text)
		if !ok || f.seen.x1-f.seen.x0 < 4 || f.seen.y1-f.seen.y0 < 8 {
			continue
		}
		count := map[color.RGBA]int{}
		var ground color.RGBA
		for y := int(f.seen.y0 + 1); y < int(f.seen.y1); y++ {
			for x := int(f.seen.x0 - 2); x < int(f.seen.x1+2); x++ {
				r, g, b, _ := img.At(x, y).RGBA()
				c := color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
				if count[c]++; count[c] > count[ground] {
					ground = c
				}
			}
		}
		if c := contrast(text.Color, ground); c < leastContrast {
			t.Errorf("%q has a contrast of %.1f to what is behind it, %v on %v", text.Text, c, text.Color, ground)
		}
	}
}

// contrast is the ratio of WCAG 2.1.
func contrast(a, b color.Color) float64 {
	light := func(c color.Color) float64 {
		r, g, b, _ := c.RGBA()
		lin := func(v uint32) float64 {
			s := float64(v) / 0xFFFF
			if s <= 0.04045 {
				return s / 12.92
			}
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}
