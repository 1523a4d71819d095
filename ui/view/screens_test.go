package view

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/advice"
	"cetak/station/drill"
	"cetak/station/flow"
	"cetak/station/ledger"
	"cetak/station/policy"
	"cetak/ui/model"
	"cetak/ui/text"
)

// monitor is the screen of an office's computer.
var monitor = fyne.NewSize(1366, 768)

// alone marks a scene of the desk without an office around it.
const alone = "-"

// screens are all screens there are, each with the name of its picture.
func screens() []scene {
	items := people()
	var out []scene
	plain := situations(items)
	for _, name := range slices.Sorted(maps.Keys(plain)) {
		out = append(out, scene{"desk-" + name, alone, plain[name]})
	}
	show := func(change func(*station.Snapshot)) func(*bench) {
		return func(b *bench) {
			s := ready(b.desk.items)
			change(&s)
			b.show(s)
		}
	}
	out = append(out, []scene{
		{"desk-menu", alone, func(b *bench) { b.show(ready(b.desk.items)); b.shortcut(&shortcuts()[8]) }},
		{"desk-nik", alone, func(b *bench) { b.show(ready(b.desk.items)); b.key(fyne.KeyF2) }},
		{"desk-no-match", alone, func(b *bench) { b.show(ready(b.desk.items)); b.queue.field.SetText("zzz") }},
		{"desk-search", alone, func(b *bench) { b.show(ready(b.desk.items)); b.queue.field.SetText("ratna") }},
		{"desk-refused", alone, func(b *bench) {
			b.desk.finds = []station.Finding{{Code: "R-101", Field: "NIK", Blocking: true}}
			b.show(ready(b.desk.items))
		}},
		{"desk-reader-down", alone, show(func(s *station.Snapshot) {
			s.Reader = station.Device{State: station.DeviceDown, Code: drivers.NoReaderService, At: noon}
		})},
		{"desk-stopped", alone, show(func(s *station.Snapshot) { s.Phase, s.Stopping = flow.Stopping, true })},
		{"desk-looking", alone, func(b *bench) {
			s := held(b.desk.items, drivers.CardJamHead, drivers.Unknown, false, station.AnswerContinue)
			s.Question = nil
			b.show(s)
		}},
		{"desk-spoiled", alone, show(func(s *station.Snapshot) {
			s.Last = &station.Finished{Item: b1(items), Outcome: "spoiled", Took: 12e9, At: noon}
			s.Fault = &station.FaultInfo{Code: drivers.ChipMute, Card: drivers.InReject}
		})},
		{"desk-unproven", "siti", func(b *bench) {
			s := atWork(b.desk.items)
			s.Required = true
			b.show(s)
		}},
		{"desk-fault-detail", alone, func(b *bench) {
			b.show(held(b.desk.items, drivers.ChipMute, drivers.InMachine, false, station.AnswerContinue, station.AnswerGiveUp))
			b.key(fyne.KeyF1)
		}},
		{"desk-give-up", alone, func(b *bench) {
			b.show(held(b.desk.items, drivers.ChipMute, drivers.InMachine, false, station.AnswerContinue, station.AnswerGiveUp))
			b.key(fyne.KeyF8)
		}},
		{"desk-crash", alone, func(b *bench) { b.local.Crash = &model.Crash{At: noon}; b.show(ready(b.desk.items)) }},
		{"desk-watched", alone, func(b *bench) {
			s := held(b.desk.items, drivers.RibbonEnd, drivers.InMachine, false, station.AnswerContinue, station.AnswerGiveUp)
			s.Fault.Watched = true
			b.show(s)
		}},
		{"desk-locked", "siti", func(b *bench) {
			s := atWork(b.desk.items)
			s.Locked = &station.Locked{Last: "printing", At: noon, Attempt: "A-1f3a9c2b7d04", Record: "PRR-9901-000001", Issue: 1, UID: "04A1B2C3D4E580"}
			b.show(s)
		}},
		{"desk-technician", "joko", func(*bench) {}},
		{"desk-supervisor", "rina", func(*bench) {}},
	}...)
	out = append(out, scenes()...)
	named := map[string]bool{}
	return slices.DeleteFunc(out, func(s scene) bool { // a room of its own name may be listed twice
		had := named[s.name]
		named[s.name] = true
		return had
	})
}

func b1(items []station.QueueItem) station.QueueItem { return items[0] }

// play sets a scene up.
func (x scene) play(t *testing.T, lang string, size model.TextSize) *bench {
	t.Helper()
	var b *bench
	if x.who == alone {
		b = newBench(t, lang, monitor.Width, monitor.Height)
		b.local.Advisor = manual
	} else {
		b, _ = newOffice(t, lang, monitor.Width, monitor.Height)
	}
	b.desk.draw = printed(t)
	b.want, b.local.Preview = who{}, nil // an office has shown the first already
	b.like(model.Taste{Lang: lang, Text: size})
	if x.who != "" && x.who != alone {
		b.signIn(x.who)
	}
	x.show(b)
	return b
}

// manual is the advice of the program itself.
func manual(code drivers.Code, lang string) (model.Advice, bool) {
	a, ok := advice.For(code, lang)
	return model.Advice{Title: a.Title, Steps: a.Steps, Blank: a.Blank, Picture: model.Picture(a.Picture)}, ok
}

// layer is what lies on top: the menu where it is open, else all.
func (b *bench) layer() fyne.CanvasObject {
	if top := b.win.Canvas().Overlays().Top(); top != nil {
		return top
	}
	return b.Content()
}

// Every screen of every role, in both languages, with the usual and with the largest letters, on the monitor of an office: nothing
// is cut, nothing sticks out, nothing lies over something else, every text is legible, every word is of its language, and all looks
// as it does in docs/pictures. Whoever changes a screen draws its pictures anew with -update, and looks at them.
func TestScreens(t *testing.T) {
	if !*every && !*update {
		t.Skip("some 300 pictures take minutes: make screens")
	}
	all := screens()
	saw := map[string]bool{}
	for _, x := range all {
		for _, size := range []model.TextSize{model.TextNormal, model.TextLargest} {
			for _, lang := range []string{text.Indonesian, text.English} {
				name := x.name + "." + lang
				if size == model.TextLargest {
					name += ".large"
				}
				t.Run(name, func(t *testing.T) {
					b := x.play(t, lang, size)
					if m := b.Content().MinSize(); m.Width > monitor.Width || m.Height > monitor.Height {
						t.Errorf("needs %v", m)
					}
					shown := scan(b.layer(), monitor)
					fits(t, shown)
					apart(t, shown)
					uncut(t, b.layer(), b.local.Room)
					translated(t, b, shown)
					img := b.win.Canvas().Capture()
					legible(t, shown, img)
					same(t, name, img)
				})
			}
		}
	}
	for _, x := range all {
		t.Run("complete/"+x.name, func(t *testing.T) {
			b := x.play(t, text.Indonesian, model.TextNormal)
			saw["situation "+b.screen.About] = true
			switch {
			case b.screen.Door != nil:
				saw["FormID "+string(model.FormSignIn)] = true
			case b.screen.Page != nil:
				saw["Room "+string(b.local.Room)], saw["FormID "+string(b.local.Form)] = true, true
			default:
				saw["Room "+string(model.RoomDesk)], saw["FormID "+string(b.local.Form)] = true, true
			}
		})
	}
	t.Run("complete", func(t *testing.T) {
		if len(saw) < 10 {
			t.Skip("only some of the scenes were played")
		}
		for _, want := range named(t, "../model", "situation", "Room", "FormID") {
			if !saw[want] {
				t.Errorf("no scene shows the %s", want)
			}
		}
	})
	t.Run("pictures", func(t *testing.T) { onlyPictures(t, all) })
}

// named lists the constants of some types in a folder's program text, each as "type value".
func named(t *testing.T, folder string, types ...string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatal(err, paths)
	}
	var out []string
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		src, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			of, ok := v.Type.(*ast.Ident)
			lit, isText := v.Values[0].(*ast.BasicLit)
			if ok && isText && slices.Contains(types, of.Name) {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					out = append(out, of.Name+" "+s)
				}
			}
			return true
		})
	}
	return out
}

var letters = regexp.MustCompile(`\pL+`)

// vocabulary is every word a language may show.
var vocabulary = map[string]map[string]bool{}

func wordsOf(t *testing.T, lang string) map[string]bool {
	t.Helper()
	if v := vocabulary[lang]; v != nil {
		return v
	}
	v := map[string]bool{}
	add := func(s string) {
		for _, w := range letters.FindAllString(s, -1) {
			v[strings.ToLower(w)] = true
		}
	}
	for _, folder := range []string{"../text/", "../text/fyne/"} {
		raw, err := os.ReadFile(folder + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range regexp.MustCompile(`(?m)^\s*"[^"]*": "((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(string(raw), -1) {
			add(pair[1])
		}
	}
	for _, c := range advice.Codes() {
		if a, ok := advice.For(c, lang); ok {
			add(a.Title + " " + strings.Join(a.Steps, " ") + " " + a.Blank)
		}
	}
	for _, c := range ledger.Causes() {
		add(ledger.CauseText(c.Cause(), lang))
	}
	for _, c := range advice.Codes() {
		add(ledger.CauseText("fault:"+string(c), lang))
	}
	for _, u := range policy.UrgentReasons() {
		add(u.Text.In(lang))
	}
	for _, file := range []string{"../../station/readiness/notes.toml", "../../station/drill/words.toml"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(raw), "\n[")[1:] { // a table of either language
			if !strings.HasPrefix(part, lang) {
				continue
			}
			for _, pair := range regexp.MustCompile(`= "((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(part, -1) {
				add(pair[1])
			}
		}
	}
	for _, d := range drill.Days() {
		add(d.In(lang).Title)
	}
	vocabulary[lang] = v
	return v
}

// translated finds words that are not of the screen's language. What the fixtures put in (names, numbers of documents) is nobody's
// language, unless it is a word of the other one.
func translated(t *testing.T, b *bench, all []found) {
	t.Helper()
	lang, other := b.local.Words.Lang(), b.local.Words.Other()
	own, foreign, data, names := wordsOf(t, lang), wordsOf(t, other), map[string]bool{}, map[string]bool{}
	into := func(set map[string]bool, s string) {
		for _, w := range letters.FindAllString(s, -1) {
			set[strings.ToLower(w)] = true
		}
	}
	put := func(s string) { into(data, s) }
	into(names, b.snap.Office)
	into(names, "TGL LHR NAMA LGKP KEC Kecamatan") // fields of the record, and what is printed on the card
	for _, v := range b.local.Filled.Values {
		into(names, v) // what somebody typed
	}
	for _, it := range b.desk.items {
		into(names, it.Name)
	}
	if p := b.local.Preview; p != nil {
		for _, l := range p.Lines {
			into(names, l.Value)
		}
	}
	strs(reflect.ValueOf(b.snap), put)
	strs(reflect.ValueOf(b.desk.items), put)
	if c, ok := b.o.Office.(*clerk); ok {
		strs(reflect.ValueOf(c.books), put)
		strs(reflect.ValueOf(c.said), put)
		for name := range c.roles {
			put(name)
		}
	}
	for _, v := range b.local.Filled.Values {
		put(v)
	}
	if d := b.local.Drill; d != nil {
		put(d.Password) // its days have their words in both languages
		strs(reflect.ValueOf(d.People), put)
		w := d.Day.In(lang)
		put(w.Title + " " + w.Lesson + " " + strings.Join(w.Told, " ") + " " + strings.Join(w.Hints, " "))
		into(own, w.Title+" "+w.Lesson+" "+strings.Join(w.Told, " ")+" "+strings.Join(w.Hints, " "))
	}
	put("BANYUMAS Esc Ctrl Insert English Indonesia F WNI WNA UID PRR XLSX CSV PDF " + b.local.Query)
	for _, f := range all {
		x, ok := f.what.(*canvas.Text)
		if !ok {
			continue
		}
		s := x.Text
		if i := strings.Index(s, "…"); i >= 0 { // of a word that was cut nobody knows the rest
			s = s[:max(0, strings.LastIndexAny(s[:i], " "))]
		}
		if b.local.ShowTech && strings.Contains(s, ":") {
			continue // the technician's line is the device's own words
		}
		if e, ok := f.of.(*entry); ok && e.Password {
			continue
		}
		for _, w := range letters.FindAllString(s, -1) {
			w = strings.ToLower(w)
			if !own[w] && !names[w] && (!data[w] || foreign[w]) {
				t.Errorf("%q in %q is not of the language %s", w, x.Text, lang)
			}
		}
	}
}

// strs gives every text within a value.
func strs(v reflect.Value, put func(string)) {
	switch v.Kind() {
	case reflect.String:
		put(v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			strs(v.Elem(), put)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			strs(v.Field(i), put)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			strs(v.Index(i), put)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			strs(it.Key(), put)
			strs(it.Value(), put)
		}
	}
}

// Everything on every screen can be done without a mouse: what has no key of its own is reached with Tab, is seen while the focus is
// on it, and shows that it is. With the largest letters what has to be scrolled to comes into sight.
func TestScreensByKeyboard(t *testing.T) {
	for _, x := range screens() {
		for _, size := range []model.TextSize{model.TextNormal, model.TextLargest} {
			t.Run(x.name+"."+string(size), func(t *testing.T) {
				b := x.play(t, text.Indonesian, size)
				c := b.win.Canvas()
				var want []fyne.CanvasObject
				for _, f := range scan(b.layer(), monitor) {
					if p, ok := f.what.(*button); ok && !p.is.Enabled {
						continue
					}
					if _, ok := f.what.(fyne.Focusable); ok {
						want = append(want, f.what)
					}
				}
				had := map[fyne.CanvasObject]bool{}
				for range 2*len(want) + 4 {
					c.FocusNext()
					o, ok := c.Focused().(fyne.CanvasObject)
					if !ok || had[o] {
						continue
					}
					had[o] = true
					if p, ok := o.(*button); ok && p.ring.StrokeWidth == 0 {
						t.Errorf("button %q has the focus and does not show it", p.is.Label)
					}
					for _, f := range scan(b.layer(), monitor) {
						if f.what == o && !f.is.within(f.seen) {
							t.Errorf("%s has the focus at %v and only %v of it is seen", label(o), f.is, f.seen)
						}
					}
				}
				for _, o := range want {
					if had[o] {
						continue
					}
					if p, ok := o.(*button); ok && p.is.Key != "" {
						if _, ok := b.screen.ByKey(p.is.Key); ok {
							continue
						}
					}
					t.Errorf("%s is not reached with Tab", label(o))
				}
				for _, k := range b.screen.Buttons() {
					if k.Key == "" || !k.Enabled {
						continue
					}
					if other, ok := b.screen.ByKey(k.Key); !ok || other.Label != k.Label {
						t.Errorf("the key %s of %q is that of %q", k.Key, k.Label, other.Label)
					}
				}
			})
		}
	}
}

// The focus is seen on every kind of widget: where it is, the picture differs, by something of at least 3 to 1 against its
// surroundings (WCAG 2.2, 2.4.13).
func TestFocusIsSeen(t *testing.T) {
	kinds := map[string]bool{}
	for _, x := range []struct {
		room model.Room
		form model.FormID
	}{{model.RoomDesk, ""}, {model.RoomCards, model.FormShip}, {model.RoomStock, model.FormReceive}} {
		b, _ := newOffice(t, text.Indonesian, monitor.Width, monitor.Height)
		b.signIn("rina")
		b.enter(x.room, x.form)
		c := b.win.Canvas()
		for _, f := range scan(b.layer(), monitor) {
			o, ok := f.what.(fyne.Focusable)
			kind := reflect.TypeOf(f.what).String()
			if p, is := f.what.(*button); is {
				kind += string(p.is.Look)
			}
			if !ok || kinds[kind] {
				continue
			}
			kinds[kind] = true
			c.Unfocus()
			before := c.Capture()
			c.Focus(o)
			after := c.Capture()
			changed := 0
			for y := int(f.is.y0) - 4; y < int(f.is.y1)+4; y++ {
				for px := int(f.is.x0) - 4; px < int(f.is.x1)+4; px++ {
					if p, q := before.At(px, y), after.At(px, y); p != q && contrast(p, q) >= 2 {
						changed++
					}
				}
			}
			if least := int(f.is.x1 - f.is.x0); changed < least {
				t.Errorf("%s, %s: the focus changes %d points clearly, want %d", kind, label(f.what), changed, least)
			}
		}
	}
	if len(kinds) < 6 {
		t.Errorf("only %v were looked at", kinds)
	}
}

// The toolkit throws away how a field is drawn when it was not painted for a minute. Drawn anew it still fills its place and shows that the
// keyboard is there.
func TestFocusIsSeenLater(t *testing.T) {
	b, _ := newOffice(t, text.Indonesian, monitor.Width, monitor.Height)
	for _, come := range []func(){func() {}, func() { b.signIn("siti") }} { // the name at the door, and the search
		come()
		f := b.win.Canvas().Focused()
		w := f.(fyne.Widget)
		seen := slices.ContainsFunc(w.CreateRenderer().Objects(), func(o fyne.CanvasObject) bool {
			r, ok := o.(*canvas.Rectangle)
			return ok && r.StrokeColor == theme.Color(theme.ColorNamePrimary) && r.Size().Width > w.Size().Width/2
		})
		if !seen {
			t.Errorf("%T: the keyboard is there, and nothing shows it", f)
		}
	}
}

// Lists move by a row, by a screenful, and to either end.
func TestListKeys(t *testing.T) {
	b := newBench(t, text.Indonesian, monitor.Width, monitor.Height)
	b.show(ready(b.desk.items))
	last := len(b.queue.items) - 1
	page := b.queue.screenful()
	if page < 5 || page >= last {
		t.Fatalf("a screenful of %d rows of %d", page, last+1)
	}
	for _, step := range []struct {
		key  fyne.KeyName
		want int
	}{{fyne.KeyPageDown, page}, {fyne.KeyUp, page - 1}, {fyne.KeyEnd, last}, {fyne.KeyPageUp, last - page}, {fyne.KeyDown, last - page + 1}, {fyne.KeyHome, 0}, {fyne.KeyUp, 0}} {
		b.press1(step.key)
		if b.queue.at != step.want {
			t.Errorf("%s in the search leads to row %d, want %d", step.key, b.queue.at, step.want)
		}
	}
	b.win.Canvas().Focus(b.queue.list)
	b.press1(fyne.KeyEnd)
	b.press1(fyne.KeyHome)
	b.press1(fyne.KeyPageDown)
	if b.queue.at != page {
		t.Errorf("in the list: row %d, want %d", b.queue.at, page)
	}
	b.win.Canvas().Focus(b.queue.field)
	b.types("ratna")
	b.press1(fyne.KeyHome)
	b.types("x")
	if b.local.Query != "xratna" {
		t.Errorf("Home does not edit what is typed: %q", b.local.Query)
	}

	o, _ := newOffice(t, text.Indonesian, monitor.Width, monitor.Height)
	o.signIn("rina")
	o.enter(model.RoomBook, "")
	o.win.Canvas().Focus(o.page.table.list)
	rows := len(o.page.table.is.Rows)
	page = o.page.table.screenful()
	for _, step := range []struct {
		key  fyne.KeyName
		want int
	}{{fyne.KeyDown, 0}, {fyne.KeyPageDown, min(rows-1, page)}, {fyne.KeyHome, 0}, {fyne.KeyEnd, rows - 1}, {fyne.KeyPageUp, max(0, rows-1-page)}} {
		o.press1(step.key)
		if got := o.page.table.at(); got != step.want {
			t.Errorf("%s in the table leads to row %d, want %d", step.key, got, step.want)
		}
	}
}

// What does not fit its column can be read in full once the mark is on its row; what fits is not said twice.
func TestWholeRow(t *testing.T) {
	for _, size := range model.TextSizes() {
		b, _ := newOffice(t, text.Indonesian, monitor.Width, monitor.Height)
		b.like(model.Taste{Text: size})
		b.signIn("rina")
		cuts := 0
		for _, room := range model.Rooms() {
			b.enter(room, "")
			if b.screen.Page == nil || b.screen.Page.Table == nil {
				continue
			}
			for at := range b.page.table.is.Rows {
				b.mark(b.page.table.is.Rows[at].Key)
				for _, f := range scan(b.page.table.list, b.page.table.list.Size()) {
					x, ok := f.what.(*canvas.Text)
					if !ok || !strings.HasSuffix(x.Text, "…") {
						continue
					}
					cuts++
					whole := b.page.table.whole.full
					if begin := strings.TrimSuffix(x.Text, "…"); f.is.y0 >= 0 && begin != "" && rowOf(b, x.Text) == at && !strings.Contains(whole, begin) {
						t.Errorf("%s, %s, row %d: %q is cut, and below stands %q", size, room, at, x.Text, whole)
					}
				}
			}
		}
		if size == model.TextLargest && cuts == 0 {
			t.Error("with the largest letters nothing was cut: this test looks at nothing")
		}
	}
}

// rowOf is the row a cut text is of.
func rowOf(b *bench, cut string) int {
	begin := strings.TrimSuffix(cut, "…")
	return slices.IndexFunc(b.page.table.is.Rows, func(r model.TableRow) bool {
		return slices.ContainsFunc(r.Cells, func(c string) bool { return strings.HasPrefix(c, begin) && c != begin })
	})
}

// tastes keeps in memory what is liked.
type tastes map[string]model.Taste

func (m tastes) Of(person string) model.Taste      { return m[person] }
func (m tastes) Keep(person string, t model.Taste) { m[person] = t }

// The text size is chosen by key or in the menu, wherever the keyboard is, and is each person's own.
func TestTextSize(t *testing.T) {
	b, _ := newOffice(t, text.Indonesian, monitor.Width, monitor.Height)
	liked := tastes{}
	b.o.Tastes = liked
	scale := func(want float32) {
		t.Helper()
		if got := px(100); got != want {
			t.Fatalf("100 points are %v, want %v", got, want)
		}
	}
	press := func(k fyne.KeyName, m fyne.KeyModifier) {
		s := shortcuts()[slices.IndexFunc(shortcuts(), func(s desktop.CustomShortcut) bool { return s.KeyName == k && s.Modifier == m })]
		if f, ok := b.win.Canvas().Focused().(fyne.Shortcutable); ok {
			f.TypedShortcut(&s)
			return
		}
		b.shortcut(&s)
	}
	scale(100)
	b.signIn("siti")
	b.types("bud")
	press(fyne.KeyEqual, fyne.KeyModifierControl|fyne.KeyModifierShift)
	scale(120)
	press(fyne.KeyPlus, fyne.KeyModifierControl)
	scale(140)
	press(fyne.KeyPlus, fyne.KeyModifierControl)
	scale(140)
	if b.local.Query != "bud" || b.queue.field.Text != "bud" {
		t.Fatalf("the search was lost: %q", b.local.Query)
	}
	b.press1(fyne.KeyF11)
	scale(100)
	b.signIn("rina")
	scale(100)
	press(fyne.KeyM, fyne.KeyModifierControl)
	if !b.menuOpen() {
		t.Fatal("the menu does not open")
	}
	for range 12 {
		if p, ok := b.win.Canvas().Focused().(*button); ok && p.is.Key == model.KeyLarger {
			break
		}
		b.press1(fyne.KeyDown)
	}
	b.press1(fyne.KeySpace)
	scale(120)
	if b.menuOpen() {
		t.Fatal("the menu stays open")
	}
	press(fyne.KeyM, fyne.KeyModifierControl)
	b.press1(fyne.KeyEscape)
	if b.menuOpen() || b.screen.Page != nil {
		t.Fatal("Esc does not only close the menu")
	}
	press(fyne.Key0, fyne.KeyModifierControl)
	scale(100)
	b.press1(fyne.KeyF11)
	b.signIn("siti")
	scale(140)
	want := tastes{"siti": {Lang: "id", Text: model.TextLargest}, "rina": {Lang: "id", Text: model.TextNormal}}
	if !maps.Equal(liked, want) {
		t.Errorf("kept %v, want %v", liked, want)
	}
}

// Who may enter a room sees it whole: every room and every form of every role, with the usual and the largest letters.
func TestEveryRole(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(staff())) {
		for _, size := range []model.TextSize{model.TextNormal, model.TextLargest} {
			t.Run(name+"."+string(size), func(t *testing.T) {
				b, _ := newOffice(t, text.Indonesian, monitor.Width, monitor.Height)
				b.like(model.Taste{Text: size})
				b.signIn(name)
				for _, tab := range b.screen.Tabs {
					forms := []model.FormID{""}
					b.enter(tab.Do.Room, "")
					if b.screen.Page != nil {
						for _, m := range b.screen.Page.Menu {
							if m.Do.Form != "" && m.Do.Form != model.FormSight {
								forms = append(forms, m.Do.Form)
							}
						}
					}
					for _, f := range forms {
						b.enter(tab.Do.Room, f)
						shown := scan(b.Content(), monitor)
						fits(t, shown)
						apart(t, shown)
						uncut(t, b.Content(), tab.Do.Room)
						if t.Failed() {
							t.Fatalf("in the room %s, form %q", tab.Do.Room, f)
						}
					}
				}
			})
		}
	}
}
