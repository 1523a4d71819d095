package advice

import (
	_ "embed"
	"sort"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"cetak/drivers"
)

// Card is the advice for one fault in one language.
type Card struct {
	Title string   `toml:"title"` // what is wrong, without the code
	Steps []string `toml:"steps"` // what to do, in order, one action each
	Blank string   `toml:"blank"` // what happens to the blank

	Picture Picture `toml:"-"` // what to touch or to look at
}

// Picture is a drawing of ui/drawing, the same in every language, and what its strongest colour is on.
type Picture struct{ Name, Caption string }

// Where is the picture of a card nobody knows the place of.
func Where(lang string) Picture { return picture("look", lang) }

func picture(name, lang string) Picture {
	c := captions()[name]
	if lang == "en" {
		return Picture{name, c.EN}
	}
	return Picture{name, c.ID}
}

// Languages are those every Card exists in, the first being the one for an unknown language.
func Languages() []string { return []string{"id", "en"} }

// For gives the card of a code. ok is false for a code that is not in the book; the card is then that of
// drivers.Unexpected, so there is always something to show.
func For(code drivers.Code, lang string) (c Card, ok bool) {
	a, ok := book()[code]
	if !ok {
		a = book()[drivers.Unexpected]
	}
	c = a.ID
	if lang == "en" {
		c = a.EN
	}
	c.Steps, c.Picture = append([]string(nil), c.Steps...), picture(a.Picture, lang)
	return c, ok
}

// Codes lists every code of the book in the order of the manual: by family, then by number.
func Codes() []drivers.Code {
	var all []drivers.Code
	for code := range book() {
		all = append(all, code)
	}
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if fa, fb := family(a), family(b); fa != fb {
			return fa < fb
		}
		return a < b
	})
	return all
}

// families are the letters of codes in the order of the manual: drivers.Code.
const families = "LPDCRSBUYWTJNKX"

func family(c drivers.Code) int {
	if c == "" {
		return len(families)
	}
	return strings.IndexByte(families, c[0])
}

//go:embed advice.toml
var text string

//go:embed pictures.toml
var pictures string

// entry is the advice for one fault.
type entry struct {
	Picture string `toml:"picture"` // its name in pictures.toml
	ID      Card   `toml:"id"`
	EN      Card   `toml:"en"`
}

// caption says what a picture's strongest colour is on.
type caption struct {
	ID string `toml:"id"`
	EN string `toml:"en"`
}

// book and captions are read once and never changed. A test reads them too, so a broken one does not leave the workshop.
var (
	book     = sync.OnceValue(func() map[drivers.Code]entry { return read[map[drivers.Code]entry]("advice.toml", text) })
	captions = sync.OnceValue(func() map[string]caption { return read[map[string]caption]("pictures.toml", pictures) })
)

func read[T any](name, text string) T {
	var t T
	if err := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(&t); err != nil {
		panic(name + ": " + err.Error())
	}
	return t
}
