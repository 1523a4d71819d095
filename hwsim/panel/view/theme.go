package view

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"cetak/hwsim/panel/model"
)

// The palette. Each ink on its ground has a contrast of at least 4.5 to 1 (WCAG 2.1, 1.4.3); a test measures it.
var (
	ground   = rgb(0xEEF1F4)
	paper    = rgb(0xFFFFFF)
	ink      = rgb(0x17212B)
	quiet    = rgb(0x55626E)
	edge     = rgb(0x8A97A3)
	faint    = rgb(0xD3DAE1)
	bar      = rgb(0x16324F)
	onBar    = rgb(0xF4F8FC)
	housing  = rgb(0xC9D1D9)
	inside   = rgb(0xE4E9EE)
	steel    = rgb(0x4A5763)
	blue     = rgb(0x0B57A4)
	ring     = rgb(0xF28C00)
	red      = rgb(0xB3261E)
	green    = rgb(0x1A7337)
	amber    = rgb(0x8A5200)
	gold     = rgb(0xC9A227)
	mark     = rgb(0xCFE3F7)
	shade    = color.NRGBA{A: 0x30}
	colorful = map[byte]color.NRGBA{'y': rgb(0xF5D90A), 'm': rgb(0xC0267A), 'c': rgb(0x1BA1D6), 'k': rgb(0x1C1C1C), 'o': rgb(0xE9EDF0)}
)

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xFF}
}

// Text sizes: nothing is smaller than sizeText.
const (
	sizeText  float32 = 16
	sizeName  float32 = 20
	sizeState float32 = 24
)

// toneInk and toneGround are the colours of a tone.
func toneInk(t model.Tone) color.NRGBA {
	return []color.NRGBA{model.Ready: green, model.Working: blue, model.Waiting: amber, model.Stopped: red}[t]
}

func toneGround(t model.Tone) color.NRGBA {
	return []color.NRGBA{model.Ready: rgb(0xE1F2E6), model.Working: rgb(0xE0EDFA), model.Waiting: rgb(0xFFF0CC), model.Stopped: rgb(0xFBE3E1)}[t]
}

// toneIcon is the shape of a tone, so that none is told by colour alone.
func toneIcon(t model.Tone) fyne.Resource {
	switch t {
	case model.Ready:
		return theme.ConfirmIcon()
	case model.Working:
		return theme.MediaPlayIcon()
	case model.Waiting:
		return theme.AccountIcon()
	case model.Stopped:
		return theme.CancelIcon()
	}
	return theme.QuestionIcon()
}

// deskTheme is light whatever the system prefers, as the desk beside it.
type deskTheme struct{ fyne.Theme }

// Theme is the look of the window. The program sets it once; tests do the same.
func Theme() fyne.Theme { return deskTheme{theme.DefaultTheme()} }

// Color gives the toolkit's own parts our colours.
func (t deskTheme) Color(n fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	switch n {
	case theme.ColorNameBackground:
		return ground
	case theme.ColorNameForeground:
		return ink
	case theme.ColorNamePrimary:
		return blue
	case theme.ColorNameScrollBar:
		return edge
	}
	return t.Theme.Color(n, theme.VariantLight)
}

// Size keeps text readable from a chair's distance.
func (t deskTheme) Size(n fyne.ThemeSizeName) float32 {
	if n == theme.SizeNameText {
		return sizeText
	}
	return t.Theme.Size(n)
}

// say is one line of text at its natural size.
func say(s string, size float32, c color.Color, bold bool) *canvas.Text {
	t := canvas.NewText(s, c)
	t.TextSize, t.TextStyle.Bold = size, bold
	return t
}

// fit shortens s to a width, with an ellipsis where something is missing.
func fit(s string, width, size float32, style fyne.TextStyle) string {
	if fyne.MeasureText(s, size, style).Width <= width {
		return s
	}
	runes := []rune(s)
	for n := len(runes) - 1; n > 0; n-- {
		if t := string(runes[:n]) + "…"; fyne.MeasureText(t, size, style).Width <= width {
			return t
		}
	}
	return ""
}

// put gives an object its place.
func put(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// white is an icon in the colour of paper.
func white(icon fyne.Resource) fyne.Resource { return theme.NewInvertedThemedResource(icon) }
