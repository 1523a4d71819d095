package text_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"encoding/json"

	"cetak/hwsim/panel/text"
	"cetak/hwsim/scene"
)

func words(t *testing.T, lang string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(lang + ".json")
	m := map[string]string{}
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestLanguagesAgree: neither language lacks what the other has, and both fill the same holes.
func TestLanguagesAgree(t *testing.T) {
	hole := regexp.MustCompile(`\{[a-z]+\}`)
	holes := func(s string) []string { return slices.Sorted(slices.Values(hole.FindAllString(s, -1))) }
	id, en := words(t, "id"), words(t, "en")
	for key, s := range en {
		other, ok := id[strings.TrimSuffix(key, ".one")]
		if !ok || strings.TrimSpace(s) == "" {
			t.Errorf("id.json lacks %q, or it is empty", key)
		}
		if !slices.Equal(holes(other), holes(s)) {
			t.Errorf("%s: id has %v, en %v", key, holes(other), holes(s))
		}
	}
	for key, s := range id {
		if _, ok := en[key]; !ok || strings.TrimSpace(s) == "" {
			t.Errorf("en.json lacks %q, or it is empty", key)
		}
	}
}

// TestFaultsHaveWords: whatever the simulator can do wrong, and when, has words in both languages.
func TestFaultsHaveWords(t *testing.T) {
	for _, lang := range []string{"id", "en"} {
		c := text.For(lang)
		for _, k := range scene.Kinds() {
			if !c.Has("fault." + k.Name) {
				t.Errorf("%s.json lacks fault.%s", lang, k.Name)
			}
			if k.Takes != "" && !c.Has("takes."+k.Takes) {
				t.Errorf("%s.json lacks takes.%s", lang, k.Takes)
			}
		}
		for _, e := range scene.Events() {
			if !c.Has("event." + e) {
				t.Errorf("%s.json lacks event.%s", lang, e)
			}
		}
	}
}

// TestKeysAreUsed: every key a screen names has words, and every word is named or stands under a prefix that is.
func TestKeysAreUsed(t *testing.T) {
	named := map[string]bool{}
	for _, pattern := range []string{"*.go", "../*.go", "../model/*.go", "../view/*.go", "../../cmd/panel/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			if strings.HasSuffix(p, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), p, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						named[s] = true
					}
				}
				return true
			})
		}
	}
	id := words(t, "id")
	prefixes := []string{"fault.", "event.", "takes.", "at.", "place.", "chip.", "panel.", "power.", "state."} // of words that come from the simulator
	for key := range id {
		built := slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
		if !named[key] && !built && !named[strings.TrimSuffix(key, ".empty")] {
			t.Errorf("%q is used nowhere", key)
		}
	}
	key := regexp.MustCompile(`^(` + strings.Join(slices.Sorted(maps.Keys(families(id))), "|") + `)\.[a-z-]+$`)
	for s := range named {
		if _, ok := id[s]; key.MatchString(s) && !ok {
			t.Errorf("%q is named by a screen and has no words", s)
		}
	}
}

func families(keys map[string]string) map[string]bool {
	f := map[string]bool{}
	for key := range keys {
		if head, _, ok := strings.Cut(key, "."); ok {
			f[head] = true
		}
	}
	return f
}

func TestNumbers(t *testing.T) {
	id, en := text.For("id"), text.For("en")
	at := time.Date(2026, 11, 21, 7, 58, 3, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{id.Number(313281), "313.281"}, {en.Number(313281), "313,281"}, {id.Number(-1200), "-1.200"}, {id.Number(999), "999"}, {id.Number(-999), "-999"},
		{en.N("blanks", 1), "1 blank"}, {en.N("blanks", 2000), "2,000 blanks"}, {id.N("blanks", 1), "1 blangko"},
		{id.Clock(at), "07.58"}, {en.Clock(at), "07:58"}, {id.Decimal(0.5), "0,5"}, {en.Decimal(20), "20"},
		{id.T("no.such"), "no.such"}, {id.Of("place", "attic"), "attic"}, {text.For("fr").Lang(), "id"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
