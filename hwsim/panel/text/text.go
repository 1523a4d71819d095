// Package text holds every word the simulator's window shows, in Indonesian and English.
package text

import (
	"embed"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

//go:embed id.json en.json
var files embed.FS

// Languages of the window, by ISO 639-1 code. Indonesian is the default.
const (
	Indonesian = "id"
	English    = "en"
)

// Catalog is one language. It is read-only and may be shared.
type Catalog struct {
	lang  string
	words map[string]string
}

// For gives the catalog of a language code; an unknown code gives Indonesian.
func For(lang string) Catalog {
	if lang != English {
		lang = Indonesian
	}
	c := Catalog{lang: lang, words: map[string]string{}}
	raw, err := files.ReadFile(lang + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &c.words)
	}
	if err != nil {
		panic(err) // embedded and read by a test: it cannot be missing in a program that was built
	}
	return c
}

// Lang is the language code.
func (c Catalog) Lang() string { return c.lang }

// Other is the code of the language a switch leads to.
func (c Catalog) Other() string {
	if c.lang == English {
		return Indonesian
	}
	return English
}

// Has reports whether there are words for the key.
func (c Catalog) Has(key string) bool { _, ok := c.words[key]; return ok }

// T gives the words of a key, each {name} replaced by the value that follows "name" in pairs. A key without words gives
// itself: nothing is hidden.
func (c Catalog) T(key string, pairs ...string) string {
	s, ok := c.words[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, "{"+pairs[i]+"}", pairs[i+1])
	}
	return s
}

// Of is T for a word that comes from the simulator, which may know more than this window: prefix.word, else the word.
func (c Catalog) Of(prefix, word string) string {
	if s, ok := c.words[prefix+"."+word]; ok {
		return s
	}
	return word
}

// N is T for a count, put in for {n}; where a language has a form of its own for one, that is key.one.
func (c Catalog) N(key string, n int) string {
	if n == 1 && c.Has(key+".one") {
		key += ".one"
	}
	return c.T(key, "n", c.Number(n))
}

// Number groups the thousands as the language does.
func (c Catalog) Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + c.T("number.group") + s[i:]
	}
	return s
}

// Decimal writes a number with as many decimals as it needs.
func (c Catalog) Decimal(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', -1, 64), ".", c.T("number.decimal"), 1)
}

// Clock writes hours and minutes in t's own zone.
func (c Catalog) Clock(t time.Time) string {
	return t.Format("15") + c.T("number.clock") + t.Format("04")
}
