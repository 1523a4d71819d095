// Package text holds every word the desk shows, in Indonesian and English. The words are data, so a language can be
// read through and corrected by somebody who does not program.
package text

import (
	"embed"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

//go:embed id.json en.json fyne/id.json fyne/en.json
var files embed.FS

// Languages of the desk, by ISO 639-1 code. Indonesian is the default.
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
	words := map[string]string{}
	raw, err := files.ReadFile(lang + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &words)
	}
	if err != nil {
		panic(err) // embedded and covered by a test: it cannot be missing in a program that was built
	}
	return Catalog{lang: lang, words: words}
}

// Toolkit gives the words Fyne itself shows (Copy, Paste, ...), in the form fyne/lang reads.
func Toolkit(lang string) ([]byte, error) {
	if lang != English {
		lang = Indonesian
	}
	return files.ReadFile("fyne/" + lang + ".json")
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

// Has reports whether the key exists.
func (c Catalog) Has(key string) bool { _, ok := c.words[key]; return ok }

// T gives the words of a key, with {name} replaced by the value that follows "name" in pairs. A key that does not exist
// comes back as itself, so that nothing is hidden.
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

// Or is T, but an unknown key gives the fallback: for words that come from outside.
func (c Catalog) Or(key, fallback string) string {
	if s, ok := c.words[key]; ok {
		return s
	}
	return fallback
}

// N is T for a count, put in for {n}; where a language has a form of its own for one, that is key + ".one".
func (c Catalog) N(key string, n int) string {
	if n == 1 && c.Has(key+".one") {
		key += ".one"
	}
	return c.T(key, "n", c.Number(n))
}

// Number groups the thousands as the language does.
func (c Catalog) Number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + c.T("number.group") + s[i:]
	}
	return sign + s
}

// Took writes a measured duration: tenths of a second below ten seconds, whole seconds to two minutes, then minutes.
func (c Catalog) Took(d time.Duration) string {
	switch {
	case d < 50*time.Millisecond:
		return "< " + c.Took(100*time.Millisecond)
	case d < 10*time.Second-50*time.Millisecond:
		s := strconv.FormatFloat(d.Seconds(), 'f', 1, 64)
		return c.T("unit.seconds", "n", strings.Replace(s, ".", c.T("number.decimal"), 1))
	case d < 2*time.Minute:
		return c.About(d)
	}
	s := int(d.Round(time.Second).Seconds())
	return c.T("unit.minutes", "m", c.Number(s/60), "s", strconv.Itoa(s%60))
}

// About writes an expected duration in whole seconds, never less than one.
func (c Catalog) About(d time.Duration) string {
	return c.T("unit.seconds", "n", c.Number(max(1, int(d.Round(time.Second).Seconds()))))
}

// Clock writes hours, minutes, and seconds of the day in t's own zone.
func (c Catalog) Clock(t time.Time) string {
	return strings.ReplaceAll(t.Format("15:04:05"), ":", c.T("clock.separator"))
}

// Hour writes hours and minutes of the day in t's own zone.
func (c Catalog) Hour(t time.Time) string {
	return strings.ReplaceAll(t.Format("15:04"), ":", c.T("clock.separator"))
}

// Short writes day, month, and hour, for a narrow column: the year is the present one, or the reader knows it.
func (c Catalog) Short(t time.Time) string { return t.Format("02-01") + " " + c.Hour(t) }

// Soon writes a moment of the days to come in few words: the hour of today, the day of this week and its hour, else the date.
func (c Catalog) Soon(t, now time.Time) string {
	switch days := t.Sub(now).Hours() / 24; {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return c.Hour(t)
	case days < 6:
		return c.T("weekday."+strconv.Itoa(int(t.Weekday()))) + " " + c.Hour(t)
	}
	return t.Format("02-01-2006")
}

// Moment writes the day of the week, the date, and the hour.
func (c Catalog) Moment(t time.Time) string {
	return c.T("weekday."+strconv.Itoa(int(t.Weekday()))) + " " + t.Format("02-01-2006") + " " + c.Hour(t)
}
