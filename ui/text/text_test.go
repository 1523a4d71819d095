package text

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func holes(s string) []string {
	h := placeholder.FindAllString(s, -1)
	slices.Sort(h)
	return slices.Compact(h)
}

// A language lacks nothing the other has, and both fill the same holes.
func TestLanguagesAgree(t *testing.T) {
	id, en := For("id"), For("en")
	for key, words := range en.words {
		base := strings.TrimSuffix(key, ".one")
		other, ok := id.words[base]
		if !ok {
			t.Errorf("id.json lacks %q", base)
			continue
		}
		if got, want := holes(other), holes(words); !slices.Equal(got, want) {
			t.Errorf("%s: id has %v, en has %v", key, got, want)
		}
	}
	for key, words := range id.words {
		if !en.Has(key) {
			t.Errorf("en.json lacks %q", key)
		}
		if strings.TrimSpace(words) == "" {
			t.Errorf("id.json: %q is empty", key)
		}
	}
}

// Toolkit words are complete: with fyne/lang a missing one would keep the language chosen before.
func TestToolkitLanguagesAgree(t *testing.T) {
	keys := map[string][]string{}
	for _, lang := range []string{Indonesian, English} {
		raw, err := Toolkit(lang)
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatal(err)
		}
		for k := range words {
			keys[lang] = append(keys[lang], k)
		}
		slices.Sort(keys[lang])
	}
	if !slices.Equal(keys[Indonesian], keys[English]) {
		t.Errorf("id %v\nen %v", keys[Indonesian], keys[English])
	}
}

// Every key the screens name exists, and every key is named by a screen or built from a prefix that is.
func TestKeysAreUsed(t *testing.T) {
	used, prefixes := map[string]bool{}, []string{}
	for _, pattern := range []string{"*.go", "../model/*.go", "../view/*.go", "../cmd/cetak/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
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
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil && strings.Contains(s, ".") {
						used[s] = true
						if strings.HasSuffix(s, ".") {
							prefixes = append(prefixes, s)
						}
					}
				}
				return true
			})
		}
	}
	if len(prefixes) == 0 {
		t.Fatal("the screens were not found")
	}
	for key := range For(Indonesian).words {
		built := slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
		if !used[key] && !built {
			t.Errorf("%q is used nowhere", key)
		}
	}
	word := regexp.MustCompile(`^(app|menu|banner|device|word|state|doing|button|note|ask|cause|queue|wait|reason|face|card|step|advice|where|place|supply|unit|number|clock|room|door|form|field|wrong|option|count|account|blank|move|role|person|column|tally|paper|witness|incident|people|shift|cover|spoiled|list|shipment|table|said|weekday)\.[a-z.-]*[a-z0-9]$`)
	for s := range used {
		if word.MatchString(s) && !For(Indonesian).Has(s) {
			t.Errorf("%q is named by a screen and has no words", s)
		}
	}
}

func TestNumbersAndTimes(t *testing.T) {
	id, en := For("id"), For("en")
	for _, tt := range []struct{ got, want string }{
		{id.Number(313281), "313.281"},
		{en.Number(313281), "313,281"},
		{id.Number(999), "999"},
		{id.Number(-1200), "-1.200"},
		{id.Took(2130 * time.Millisecond), "2,1 d"},
		{en.Took(2130 * time.Millisecond), "2.1 s"},
		{en.Took(9970 * time.Millisecond), "10 s"},
		{en.Took(119 * time.Second), "119 s"},
		{id.Took(185 * time.Second), "3 mnt 5 d"},
		{en.About(300 * time.Millisecond), "1 s"},
		{en.N("wait.days", 1), "1 day"},
		{en.N("wait.days", 6), "6 days"},
		{id.N("wait.days", 1), "1 hari"},
		{id.Clock(time.Date(2026, 11, 21, 7, 58, 3, 0, time.UTC)), "07.58.03"},
		{id.T("no.such.key"), "no.such.key"},
		{id.Or("reason.adat", "adat"), "adat"},
		{For("fr").Lang(), "id"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
