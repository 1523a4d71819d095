package report

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"sort"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// book is a workbook in the making: the letter on the first sheet, and each table on its own where there are several.
type book struct {
	f      *excelize.File
	sheet  string
	row    int
	wide   int // columns of the letter
	styles map[string]int
	err    error
}

const letterSheet = "Surat"

// writeXLSX gives the paper as a workbook. Numbers and dates are numbers and dates.
func writeXLSX(d document) ([]byte, error) {
	b := &book{f: excelize.NewFile(), sheet: letterSheet, row: 1, wide: 6, styles: map[string]int{}}
	defer func() { _ = b.f.Close() }() // it holds no file of the disk
	b.see(b.f.SetSheetName("Sheet1", letterSheet))
	stamp := d.at.UTC().Format(time.RFC3339)
	b.see(b.f.SetDocProps(&excelize.DocProperties{
		Title: strings.TrimSpace(d.title + " " + d.number), Creator: d.office.Name, LastModifiedBy: "Cetak",
		Created: stamp, Modified: stamp, Language: "id-ID",
	}))
	var tables []table
	for _, p := range d.flat() {
		if t, ok := p.(table); ok {
			tables = append(tables, t)
		}
	}
	if len(tables) == 1 {
		b.wide = max(b.wide, len(tables[0].columns))
	}
	b.letter(d, len(tables) == 1)
	b.page(d)
	if len(tables) > 1 {
		for i, t := range tables {
			b.tableSheet(d, t, i+1)
		}
	}
	b.f.SetActiveSheet(0)
	// The library names the kinds of pictures in the order of a map; the same data must give the same bytes.
	if types := b.f.ContentTypes; types != nil {
		sort.Slice(types.Defaults, func(i, j int) bool { return types.Defaults[i].Extension < types.Defaults[j].Extension })
	}
	if b.err != nil {
		return nil, refuse(TooLong, "the workbook could not be made", b.err)
	}
	var out bytes.Buffer
	if err := b.f.Write(&out); err != nil {
		return nil, refuse(TooLong, "the workbook could not be made", err)
	}
	return out.Bytes(), nil
}

func (b *book) see(err error) {
	if b.err == nil {
		b.err = err
	}
}

// style gives a cell style by its parts: b bold, c centred, r right, x boxed, g grey, w wrapped, and the size; n, s, p, d,
// t are the forms of number, change, percent, day, and time.
func (b *book) style(marks string, size float64) int {
	key := fmt.Sprint(marks, size)
	if id, ok := b.styles[key]; ok {
		return id
	}
	has := func(m string) bool { return strings.Contains(marks, m) }
	st := &excelize.Style{
		Font:      &excelize.Font{Family: "Arial", Size: size, Bold: has("b")},
		Alignment: &excelize.Alignment{Vertical: "top", WrapText: has("w")},
	}
	switch {
	case has("c"):
		st.Alignment.Horizontal = "center"
	case has("r"):
		st.Alignment.Horizontal = "right"
	default:
		st.Alignment.Horizontal = "left"
	}
	if has("x") {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			st.Border = append(st.Border, excelize.Border{Type: side, Style: 1, Color: "808080"})
		}
	}
	if has("g") {
		st.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E1E1E1"}}
	}
	for mark, form := range map[string]string{"n": "#,##0", "s": "+#,##0;-#,##0;0", "p": "0.0%", "d": "dd-mm-yyyy", "t": "dd-mm-yyyy hh:mm"} {
		if has(mark) {
			st.CustomNumFmt = &form
		}
	}
	id, err := b.f.NewStyle(st)
	b.see(err)
	b.styles[key] = id
	return id
}

func (b *book) cell(column int) string {
	name, err := excelize.CoordinatesToCellName(column, b.row)
	b.see(err)
	return name
}

// across writes a text over the letter's whole width, as tall as it needs.
func (b *book) across(t string, style int, size float64) {
	if t == "" {
		return
	}
	first, last := b.cell(1), b.cell(b.wide)
	b.see(b.f.SetCellStr(b.sheet, first, t))
	b.see(b.f.MergeCell(b.sheet, first, last))
	b.see(b.f.SetCellStyle(b.sheet, first, last, style))
	perLine := 105 * 10 / size
	lines := math.Ceil(float64(len([]rune(t))) / perLine)
	b.see(b.f.SetRowHeight(b.sheet, b.row, min(400, max(1, lines)*size*1.4+2)))
	b.row++
}

func (b *book) letter(d document, withTable bool) {
	o := d.office
	b.across(strings.ToUpper(o.Government), b.style("c", 11), 11)
	b.across(strings.ToUpper(o.Name), b.style("bc", 13), 13)
	b.across(o.Address, b.style("cw", 9), 9)
	b.row++
	if _, note := o.across(); note != "" {
		b.across(note, b.style("bc", 11), 11)
	}
	b.across(d.title, b.style("bcw", 12), 12)
	if d.number != "" {
		b.across("Nomor: "+d.number, b.style("c", 10), 10)
	}
	b.across(d.about, b.style("c", 10), 10)
	b.row++
	number := 0
	for _, p := range d.flat() {
		switch p := p.(type) {
		case prose:
			b.across(string(p), b.style("w", 10), 10)
			b.row++
		case headline:
			b.across(string(p), b.style("bcw", 16), 16)
		case pairs:
			b.pairs(p)
		case mono:
			b.mono(p)
		case chart:
			b.chart(p)
		case picture:
			b.picture(p)
		case table:
			number++
			if withTable {
				b.table(p, true)
				continue
			}
			b.across(or(p.title, "Tabel")+": lembar "+sheetName(p, number), b.style("w", 10), 10)
		}
	}
	b.signers(d)
	b.across(join(" · ", "Cetak", o.Station, o.Desk, d.foot), b.style("", 8), 8)
}

func (b *book) pairs(p pairs) {
	for _, e := range p {
		label, value, last := b.cell(1), b.cell(3), b.cell(b.wide)
		b.see(b.f.SetCellStr(b.sheet, label, e.label))
		b.see(b.f.MergeCell(b.sheet, label, b.cell(2)))
		b.see(b.f.SetCellStyle(b.sheet, label, label, b.style("w", 10)))
		b.see(b.f.SetCellStr(b.sheet, value, e.value))
		b.see(b.f.MergeCell(b.sheet, value, last))
		b.see(b.f.SetCellStyle(b.sheet, value, last, b.style("w", 10)))
		lines := max(math.Ceil(float64(len([]rune(e.value)))/70), math.Ceil(float64(len([]rune(e.label)))/32))
		b.see(b.f.SetRowHeight(b.sheet, b.row, min(400, max(1, lines)*14+2)))
		b.row++
	}
	b.row++
}

func (b *book) mono(m mono) {
	if len(m.words) == 0 {
		return
	}
	b.across(m.title, b.style("b", 10), 10)
	for i := 0; i < len(m.words); i += b.wide {
		for j, w := range m.words[i:min(i+b.wide, len(m.words))] {
			b.see(b.f.SetCellStr(b.sheet, b.cell(j+1), w))
		}
		b.row++
	}
	b.row++
}

// table writes heads, rows, and total, and sets the widths of the columns.
func (b *book) table(t table, inLetter bool) {
	if t.title != "" {
		b.across(t.title, b.style("b", 10), 10)
	}
	if len(t.rows) == 0 && t.empty != "" {
		b.across(t.empty, b.style("w", 10), 10)
		return
	}
	widths := make([]float64, len(t.columns))
	line := func(cells []any, marks string) {
		for i, c := range cells {
			at := b.cell(i + 1)
			b.set(at, c, marks, t.columns[i].align)
			// Long texts wrap; a column is never wider than a third of the page.
			widths[i] = min(38, max(widths[i], float64(len([]rune(text(c))))+2))
		}
		b.row++
	}
	heads := make([]any, len(t.columns))
	for i, c := range t.columns {
		heads[i] = c.head
	}
	line(heads, "bcxgw")
	for i := range widths {
		widths[i] = min(widths[i], 14) // heads wrap
	}
	for _, r := range t.rows {
		line(r, "xw")
	}
	if t.total != nil {
		line(t.total, "bxgw")
	}
	least := 6.0
	if inLetter {
		least = 9
	}
	for i, w := range widths {
		name, err := excelize.ColumnNumberToName(i + 1)
		b.see(err)
		b.see(b.f.SetColWidth(b.sheet, name, name, max(w, least)))
	}
	b.row++
}

// set writes a cell as what it is.
func (b *book) set(at string, c any, marks string, align byte) {
	switch {
	case strings.Contains(marks, "c"):
	case align == 'R':
		marks += "r"
	case align == 'C':
		marks += "c"
	}
	switch c := c.(type) {
	case int:
		b.see(b.f.SetCellInt(b.sheet, at, int64(c)))
		marks += "n"
	case change:
		b.see(b.f.SetCellInt(b.sheet, at, int64(c)))
		marks += "s"
	case percent:
		b.see(b.f.SetCellFloat(b.sheet, at, float64(c)/100, 6, 64))
		marks += "p"
	case day:
		b.see(b.f.SetCellValue(b.sheet, at, asShown(time.Time(c))))
		marks += "d"
	case minute:
		b.see(b.f.SetCellValue(b.sheet, at, asShown(time.Time(c)).Truncate(time.Minute)))
		marks += "t"
	default:
		b.see(b.f.SetCellStr(b.sheet, at, text(c)))
	}
	b.see(b.f.SetCellStyle(b.sheet, at, at, b.style(marks, 9)))
}

// asShown gives the same clock time as UTC: a spreadsheet knows no zones.
func asShown(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func (b *book) signers(d document) {
	if !d.undated {
		b.across(join(", ", d.office.Place, longDate(d.at)), b.style("r", 10), 10)
	}
	for _, row := range d.signers {
		for i := 0; i < len(row); i += 3 {
			three := row[i:min(i+3, len(row))]
			b.signerLine(three, func(s Signer) string { return s.Role }, "cw", 14)
			b.signerLine(three, func(Signer) string { return "" }, "c", 44)
			b.signerLine(three, func(s Signer) string { return or(s.Name, "(..............................)") }, "bcw", 14)
			b.signerLine(three, func(s Signer) string { return s.ID }, "cw", 14)
			b.row++
		}
	}
}

func (b *book) signerLine(row []Signer, of func(Signer) string, marks string, tall float64) {
	each := max(1, b.wide/len(row))
	for i, s := range row {
		from, to := b.cell(i*each+1), b.cell((i+1)*each)
		b.see(b.f.SetCellStr(b.sheet, from, of(s)))
		if each > 1 {
			b.see(b.f.MergeCell(b.sheet, from, to))
		}
		b.see(b.f.SetCellStyle(b.sheet, from, to, b.style(marks, 10)))
	}
	b.see(b.f.SetRowHeight(b.sheet, b.row, tall))
	b.row++
}

func (b *book) chart(c chart) {
	if len(c.values) == 0 {
		return
	}
	data, err := c.png(chartDots)
	b.see(err)
	b.across(c.title, b.style("b", 10), 10)
	b.insert(data, 640)
}

func (b *book) picture(p picture) {
	if p.image == nil {
		b.across(p.caption, b.style("w", 10), 10)
		return
	}
	b.insert(p.image, 400)
	b.across(p.caption, b.style("w", 9), 9)
}

// insert lays a picture over as many rows as it is tall, so that nothing lies under it. 20 dots are a row of 15 points.
func (b *book) insert(data []byte, wide float64) {
	if b.err != nil {
		return
	}
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width < 1 || c.Height < 1 {
		b.see(refuse(BadPicture, "a picture of the paper", err))
		return
	}
	k := min(1, wide/float64(c.Width))
	ext := map[string]string{"jpeg": ".jpg", "png": ".png"}[kind]
	b.see(b.f.AddPictureFromBytes(b.sheet, b.cell(1), &excelize.Picture{
		Extension: ext, File: data, Format: &excelize.GraphicOptions{ScaleX: k, ScaleY: k, Positioning: "oneCell"},
	}))
	b.row += int(float64(c.Height)*k/20) + 2
}

func sheetName(t table, n int) string {
	name := fmt.Sprintf("%d %s", n, strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return ' '
		}
		return r
	}, t.title))
	letters := []rune(strings.TrimSpace(name))
	return strings.TrimSpace(string(letters[:min(len(letters), 31)])) // the format's longest name
}

func (b *book) tableSheet(d document, t table, n int) {
	b.sheet, b.row = sheetName(t, n), 1
	_, err := b.f.NewSheet(b.sheet)
	b.see(err)
	b.wide = max(4, len(t.columns))
	b.across(join(" · ", d.title, d.number, d.about), b.style("w", 10), 10)
	b.row++
	b.table(t, false)
	b.page(d)
}

// page sets how a sheet is printed: A4, as wide as the page, with its number.
func (b *book) page(d document) {
	turn := "portrait"
	if d.landscape {
		turn = "landscape"
	}
	a4, wide, tall, fit := 9, 1, 0, true
	b.see(b.f.SetPageLayout(b.sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &turn, FitToWidth: &wide, FitToHeight: &tall}))
	b.see(b.f.SetSheetProps(b.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	b.see(b.f.SetHeaderFooter(b.sheet, &excelize.HeaderFooterOptions{OddFooter: "&L&8" + strings.ReplaceAll(d.number, "&", "&&") + "&R&8Halaman &P dari &N"}))
	if b.sheet == letterSheet {
		for i := 1; i <= b.wide; i++ {
			name, err := excelize.ColumnNumberToName(i)
			b.see(err)
			if w, err := b.f.GetColWidth(b.sheet, name); err == nil && w < 10 && b.wide == 6 {
				b.see(b.f.SetColWidth(b.sheet, name, name, 15))
			}
		}
	}
}
