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
}

// Languages are those every Card exists in, the first being the one for an unknown language.
func Languages() []string { return []string{"id", "en"} }

// For gives the card of a code. ok is false for a code that is not in the book; the card is then that of
// drivers.Unexpected, so there is always something to show.
func For(code drivers.Code, lang string) (c Card, ok bool) {
	if lang != "en" {
		lang = "id"
	}
	c, ok = book()[code][lang]
	if !ok {
		c = book()[drivers.Unexpected][lang]
	}
	c.Steps = append([]string(nil), c.Steps...)
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
const families = "LPDCRSBUYWJKX"

func family(c drivers.Code) int {
	if c == "" {
		return len(families)
	}
	return strings.IndexByte(families, c[0])
}

//go:embed advice.toml
var text string

// book is read once and never changed. A test reads it too, so a broken one does not leave the workshop.
var book = sync.OnceValue(func() map[drivers.Code]map[string]Card {
	var b map[drivers.Code]map[string]Card
	if err := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(&b); err != nil {
		panic("advice.toml: " + err.Error())
	}
	return b
})
