package view

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"cetak/ui/model"
)

// Names of the desk's own colours, looked up like the toolkit's.
const (
	colorPanel   fyne.ThemeColorName = "cetak.panel"
	colorLine    fyne.ThemeColorName = "cetak.line"
	colorInk     fyne.ThemeColorName = "cetak.ink"
	colorQuiet   fyne.ThemeColorName = "cetak.quiet"
	colorBar     fyne.ThemeColorName = "cetak.bar"
	colorOnBar   fyne.ThemeColorName = "cetak.on-bar"
	colorRing    fyne.ThemeColorName = "cetak.ring"
	colorKey     fyne.ThemeColorName = "cetak.key"
	colorReady   fyne.ThemeColorName = "cetak.ready"
	colorWorking fyne.ThemeColorName = "cetak.working"
	colorWaiting fyne.ThemeColorName = "cetak.waiting"
	colorStopped fyne.ThemeColorName = "cetak.stopped"
	groundSuffix                     = ".ground"
)

// Text sizes at the normal text size: nothing on the desk is smaller than sizeText.
const (
	sizeText   float32 = 16
	sizeDetail float32 = 18
	sizeName   float32 = 20
	sizeTitle  float32 = 24
	sizeState  float32 = 28
)

// deskTheme is a calm, light desk whatever the system prefers: an office screen by a window is read in daylight.
type deskTheme struct {
	fyne.Theme
	scale float32 // of everything that is read
}

// Theme is the look of the desk. The program sets it once; tests do the same. A View with another text size than the normal
// one sets it anew.
func Theme() fyne.Theme { return themeOf(model.TextNormal) }

func themeOf(s model.TextSize) deskTheme {
	scale := map[model.TextSize]float32{model.TextLarge: 1.2, model.TextLargest: 1.4}[s]
	return deskTheme{theme.DefaultTheme(), max(1, scale)}
}

// sizeScale is looked up like a size of the toolkit, so that one theme decides how large everything is.
const sizeScale fyne.ThemeSizeName = "cetak.scale"

// px is a length that grows with the letters: of a text, or of what has to hold one. Margins and gaps do not grow.
func px(n float32) float32 {
	scale := theme.Size(sizeScale)
	if scale <= 1 { // also where the theme is not ours
		return n
	}
	return float32(math.Round(float64(n * scale)))
}

// enlarged reports whether the letters are larger than the desk was laid out for: then what can be folded away is.
func enlarged() bool { return theme.Size(sizeScale) > 1 }

func (t deskTheme) Color(n fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if hex, ok := hexOf(n); ok {
		return color.NRGBA{R: uint8(hex >> 24), G: uint8(hex >> 16), B: uint8(hex >> 8), A: uint8(hex)}
	}
	return t.Theme.Color(n, theme.VariantLight)
}

// hexOf holds the palette as RRGGBBAA. Each ink on its ground has a contrast of at least 4.5 to 1 (WCAG 2.1, 1.4.3).
func hexOf(n fyne.ThemeColorName) (uint32, bool) {
	switch n {
	case theme.ColorNameBackground:
		return 0xEEF1F4FF, true
	case theme.ColorNameForeground, colorInk:
		return 0x17212BFF, true
	case theme.ColorNamePrimary, colorWorking:
		return 0x0B57A4FF, true
	case theme.ColorNameFocus:
		return 0xF28C0066, true
	case theme.ColorNameHover:
		return 0x0B57A414, true
	case theme.ColorNameSelection:
		return 0xCFE3F7FF, true
	case theme.ColorNameInputBackground:
		return 0xFFFFFFFF, true
	case theme.ColorNameInputBorder:
		return 0x8A97A3FF, true
	case theme.ColorNamePlaceHolder, colorQuiet:
		return 0x55626EFF, true
	case theme.ColorNameSeparator, colorLine:
		return 0xD3DAE1FF, true
	case theme.ColorNameShadow:
		return 0x00000022, true
	case theme.ColorNameError, colorStopped:
		return 0xB3261EFF, true
	case theme.ColorNameWarning, colorWaiting:
		return 0x8A5200FF, true
	case theme.ColorNameSuccess, colorReady:
		return 0x1A7337FF, true
	case colorPanel:
		return 0xFFFFFFFF, true
	case colorBar:
		return 0x16324FFF, true
	case colorOnBar:
		return 0xF4F8FCFF, true
	case colorRing:
		return 0xF28C00FF, true
	case colorKey:
		return 0x17212B1A, true
	case colorReady + groundSuffix:
		return 0xE1F2E6FF, true
	case colorWorking + groundSuffix:
		return 0xE0EDFAFF, true
	case colorWaiting + groundSuffix:
		return 0xFFF0CCFF, true
	case colorStopped + groundSuffix:
		return 0xFBE3E1FF, true
	}
	return 0, false
}

func (t deskTheme) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case sizeScale:
		return t.scale
	case theme.SizeNameText, theme.SizeNameCaptionText:
		return t.scaled(sizeText)
	case theme.SizeNameSubHeadingText:
		return t.scaled(sizeName)
	case theme.SizeNameHeadingText:
		return t.scaled(sizeTitle)
	case theme.SizeNameInlineIcon:
		return t.scaled(22)
	case theme.SizeNameInputBorder:
		return 2
	}
	return t.Theme.Size(n)
}

func (t deskTheme) scaled(n float32) float32 { return float32(math.Round(float64(n * t.scale))) }

// toneColor is the strong colour of a tone; its ground is the same name with groundSuffix.
func toneColor(t model.Tone) fyne.ThemeColorName {
	switch t {
	case model.Ready:
		return colorReady
	case model.Working:
		return colorWorking
	case model.Waiting:
		return colorWaiting
	case model.Stopped:
		return colorStopped
	}
	return colorQuiet
}

func toneGround(t model.Tone) fyne.ThemeColorName {
	if t == model.Plain {
		return colorPanel
	}
	return toneColor(t) + groundSuffix
}

// toneIcon is the shape of a tone, so that no tone is told by colour alone.
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
