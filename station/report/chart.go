package report

import (
	"strconv"

	"github.com/go-analyze/charts"
)

// chartDots is a chart's width: 2000 dots over the page's 174 mm print at 290 dpi.
const chartDots = 2000

// png draws bars: lying where the labels are words, standing where there are many short ones.
func (c chart) png(width int) ([]byte, error) {
	const fontSize = 26.0
	tall := 110 + 78*len(c.values)
	longest := 0
	values := make([]float64, len(c.values))
	for i, v := range c.values {
		values[i] = float64(v)
		longest = max(longest, len([]rune(c.labels[i])))
	}
	lying := longest > 5
	if !lying {
		tall = 640
	}
	opt := charts.NewBarChartOptionWithData([][]float64{values})
	opt.Horizontal = lying
	opt.Theme = charts.GetTheme(charts.ThemeLight).WithSeriesColors([]charts.Color{{R: 0x2f, G: 0x5d, B: 0x8a, A: 0xff}})
	opt.Legend.Show = charts.Ptr(false)
	labels := append([]string(nil), c.labels...)
	if lying {
		// The library draws lying bars from the bottom up.
		for i, j := 0, len(labels)-1; i < j; i, j = i+1, j-1 {
			labels[i], labels[j] = labels[j], labels[i]
			values[i], values[j] = values[j], values[i]
		}
	}
	opt.CategoryAxis.Labels = labels
	opt.CategoryAxis.LabelCount = len(labels)
	opt.CategoryAxis.LabelFontStyle.FontSize = fontSize
	whole := func(v float64) string { return strconv.Itoa(int(v + 0.5)) }
	opt.ValueFormatter = whole
	opt.ValueAxis[0].Min = charts.Ptr(0.0)
	opt.ValueAxis[0].LabelFontStyle.FontSize = fontSize
	opt.ValueAxis[0].Show = charts.Ptr(false) // each bar carries its number
	opt.SeriesList[0].Label.Show = charts.Ptr(true)
	opt.SeriesList[0].Label.ValueFormatter = whole
	opt.SeriesList[0].Label.FontStyle.FontSize = fontSize
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: width, Height: tall})
	p.FilledRect(0, 0, width, tall, charts.ColorWhite, charts.ColorWhite, 0)
	if err := p.BarChart(opt); err != nil {
		return nil, refuse(BadPicture, "chart "+c.title, err)
	}
	return p.Bytes()
}
