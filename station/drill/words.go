package drill

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

//go:embed words.toml
var wordsText string

// book of the score's words, by language and key.
var scoreWords = sync.OnceValue(func() map[string]map[string]string {
	var w map[string]map[string]string
	if err := toml.Unmarshal([]byte(wordsText), &w); err != nil {
		panic("words.toml: " + err.Error()) // embedded and covered by a test
	}
	return w
})

// Word gives the words of a key in a language, Indonesian for one there is not, with {n}, {m}, and {what} replaced.
func Word(lang, key string, n, m int, what string) string {
	w, ok := scoreWords()[lang]
	if !ok {
		w = scoreWords()["id"]
	}
	return strings.NewReplacer("{n}", strconv.Itoa(n), "{m}", strconv.Itoa(m), "{what}", what).Replace(w[key])
}

// Name is what a part of a score is called.
func (w What) Name(lang string) string { return Word(lang, "part-"+string(w), 0, 0, "") }

// Says gives the sentence of a reason.
func (r Reason) Says(lang string) string {
	what := r.What
	if what != "" {
		what = Word(lang, "account-"+what, 0, 0, "")
	}
	return Word(lang, r.Key, r.N, r.M, what)
}

// Says gives the sentences of a row.
func (r Row) Says(lang string) string {
	var all []string
	for _, w := range r.Why {
		all = append(all, w.Says(lang))
	}
	return strings.Join(all, " ")
}

// Text is the whole score in lines, for a terminal or a log.
func (r Result) Text(lang string) []string {
	var all []string
	for _, row := range r.Rows {
		all = append(all, fmt.Sprintf("%-18s %3d / %-3d  %s", row.What.Name(lang), row.Marks, row.Of, row.Says(lang)))
	}
	all = append(all, Word(lang, "total", r.Marks, r.Of, "")+" "+Word(lang, "hints", r.Hints, 0, ""))
	if d, ok := Named(r.Day); ok {
		all = append(all, d.In(lang).Lesson)
	}
	return all
}

// Mark is what stands on everything that is shown, printed, or answered in a drill.
func Mark(lang, title string) string { return Word(lang, "mark", 0, 0, title) }
