package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"cetak/ui/model"
)

// bannerOf is the strip over all of a screen: a drill's cannot be taken for that of a test station.
func bannerOf(s model.Screen) fyne.CanvasObject {
	if !s.Drill {
		return banner(s.Banner)
	}
	back := canvas.NewRectangle(theme.Color(colorWorking))
	text := newProse(s.Banner, sizeText, colorPanel, true)
	return container.New(inset(3), back, row(8, 2, gap(4, 1), icon(theme.InfoIcon(), colorPanel, 20), text))
}
