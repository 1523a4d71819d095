package main

import (
	"context"
	"fmt"
	"image"
	"strconv"
	"strings"

	"cetak/drivers"
	"cetak/drivers/panel"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/face"
)

// benchmark is one thing that `cetakctl bench` measures.
type benchmark struct {
	name, what string
	do         func(context.Context, *call) error
}

func benchmarks() []benchmark {
	return []benchmark{
		{"panel", "bytes, seconds on the line, and dot errors of the faces of waiting records", benchPanel},
		{"line", "the line to the printer while panels are sent; nothing moves", benchLine},
		{"chip", "a chip written, verified, and sealed through pcscd, on a simulator of its own", benchChip},
		{"cards", "cards made on a simulator of its own at real speed: the station's share of their time", benchCards},
		{"ledger", "a million movements: verify the chain, fold them, tell the balance", benchLedger},
		{"ui", "the desk in its window with the longest queue: sign-in, a key in the search, a page, idle, memory", benchUI},
	}
}

func benchNames() string {
	var names []string
	for _, b := range benchmarks() {
		names = append(names, b.name)
	}
	return strings.Join(names, "|")
}

func doBench(ctx context.Context, c *call) error {
	if len(c.args) == 1 {
		for _, b := range benchmarks() {
			if b.name == c.args[0] {
				return b.do(ctx, c)
			}
		}
	}
	var what strings.Builder
	for _, b := range benchmarks() {
		fmt.Fprintf(&what, "\n  %-6s %s", b.name, b.what)
	}
	return usage("name what to measure:" + what.String())
}

// benchFaces is how many waiting records are measured.
const benchFaces = 8

// renders is how often one face is rendered and encoded to be measured.
const renders = 12

// benchBauds are the rates a face's seconds are told for: the slowest in use, the fastest by the guide, and that of a USB
// adapter.
func benchBauds() []int { return []int{9600, 115200, 921600} }

// panelFigures are what one face costs. Bytes count the bitmap commands whole, with start and stop characters.
type panelFigures struct {
	Face    string             `json:"face"`
	Forms   map[string]string  `json:"forms"` // panel to its command
	Bytes   int                `json:"bytes"`
	Black   int                `json:"black_bytes"`
	Seconds map[string]float64 `json:"seconds"` // at each baud rate
	Worst   float64            `json:"worst"`   // dot error in levels of 32; of exact dots it is half a level
	Mean    float64            `json:"mean"`    // of the panel that has the largest

	ByteADot     int `json:"byte_a_dot"` // colour dots one by one, black and varnish packed
	Exact        int `json:"exact_runs"`
	Raw          int `json:"raw"`
	InParts      int `json:"in_parts"` // with partial_panels and black_regions
	BlackInParts int `json:"black_in_parts"`

	RenderMS float64 `json:"render_ms"`
	EncodeMS float64 `json:"encode_ms"`
}

// benchPanel measures the faces of the first waiting records, and of one without its portrait, as this station would send
// them.
func benchPanel(ctx context.Context, c *call) error {
	d, _, err := c.openAs(ctx, access.Records)
	if err != nil {
		return err
	}
	defer d.Close()
	items, err := d.Store.Queue(ctx)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return &drivers.Fault{Code: station.NotWaiting, Op: "bench panel", Again: drivers.AgainAfterOperator,
			Detail: "no record waits: import a bundle first"}
	}
	var out []panelFigures
	var text panelFigures
	for i, item := range items[:min(len(items), benchFaces)] {
		r, err := d.Store.Record(ctx, item.Key)
		if err != nil {
			return err
		}
		layout, err := face.LayoutFor(r.Kind)
		if err != nil {
			return err
		}
		var art drivers.Artwork
		render, err := bestOf(renders, func() error { art, _, err = d.Faces.Render(r, layout); return err })
		if err != nil {
			return err
		}
		art.Varnish = d.Config.Printer.Varnish
		f, err := figures(item.Key.String(), art, d.Config.Printer.Ribbon, d.Devices.PanelOptions())
		if err != nil {
			return err
		}
		f.RenderMS = render
		out = append(out, f)
		if i > 0 {
			continue
		}
		art.Color = nil
		if text, err = figures("text only", art, d.Config.Printer.Ribbon, d.Devices.PanelOptions()); err != nil {
			return err
		}
		text.RenderMS = render
	}
	out = append(out, text)
	if c.json {
		return c.encode(map[string]any{"bench": "panel", "colour": d.Config.Printer.Colour, "faces": out})
	}
	fmt.Fprintf(c.out, "%-16s %7s %7s %7s %7s %7s %6s %5s  %7s %7s %9s  %7s %7s  %6s %6s\n", "face", "bytes", "black", "9,600", "115,200", "921,600",
		"worst", "mean", "byte/dot", "exact", "raw", "parts", "black", "render", "encode")
	for _, f := range out {
		fmt.Fprintf(c.out, "%-16s %7d %7d %5.1f s %5.2f s %5.2f s %6.2f %5.2f  %7d %7d %9d  %7d %7d  %3.0f ms %3.0f ms\n", f.Face, f.Bytes, f.Black,
			f.Seconds["9600"], f.Seconds["115200"], f.Seconds["921600"], f.Worst, f.Mean, f.ByteADot, f.Exact, f.Raw, f.InParts, f.BlackInParts,
			f.RenderMS, f.EncodeMS)
	}
	fmt.Fprintf(c.out, "Colour %q. Errors in levels of 32, of exact dots half a level; parts: with partial_panels and black_regions.\n", d.Config.Printer.Colour)
	return nil
}

// figures measures one face.
func figures(name string, art drivers.Artwork, ribbon string, o panel.Options) (panelFigures, error) {
	f := panelFigures{Face: name, Forms: map[string]string{}, Seconds: map[string]float64{}, ByteADot: byteADot(art)}
	var panels []panel.Panel
	var err error
	if f.EncodeMS, err = bestOf(renders, func() error { panels, err = panel.Encode(art, ribbon, o); return err }); err != nil {
		return f, err
	}
	for _, p := range panels {
		f.Bytes += p.Bytes()
		if p.Name == 'k' {
			f.Black += p.Bytes()
		}
		f.Forms[string(p.Name)] = p.Form
		f.Worst, f.Mean = max(f.Worst, p.Error.Worst), max(f.Mean, p.Error.Mean)
	}
	for _, baud := range benchBauds() {
		f.Seconds[strconv.Itoa(baud)] = float64(f.Bytes) * 10 / float64(baud) // a byte is ten bits on the line
	}
	exact, parts := o, o
	exact.Near, exact.Partial, exact.Regions = false, false, false
	parts.Partial, parts.Regions = true, true
	if panels, err = panel.Encode(art, ribbon, exact); err != nil {
		return f, err
	}
	for _, p := range panels {
		f.Exact += p.Bytes()
		f.Raw += p.RawBytes()
	}
	if panels, err = panel.Encode(art, ribbon, parts); err != nil {
		return f, err
	}
	for _, p := range panels {
		f.InParts += p.Bytes()
		if p.Name == 'k' {
			f.BlackInParts += p.Bytes()
		}
	}
	return f, nil
}

// byteADot is what a driver sends that knows runs for margins only.
func byteADot(art drivers.Artwork) int {
	n := 0
	if art.Black != nil {
		n += panel.Panel{Name: 'k'}.RawBytes()
	}
	if art.Varnish {
		n += panel.Panel{Name: 'o'}.RawBytes()
	}
	if art.Color == nil {
		return n
	}
	inked := image.Rectangle{}
	b := art.Color.Rect
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if c := art.Color.RGBAAt(x, y); c.R&c.G&c.B != 0xFF {
				inked = inked.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	const margins, blank = 4, 2
	return n + 3*(inked.Dx()*(inked.Dy()+margins)+(b.Dx()-inked.Dx())*blank)
}
