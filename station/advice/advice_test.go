package advice

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cetak/drivers"
)

var update = flag.Bool("update", false, "write docs/fault-manual.*.md")

var codeShape = regexp.MustCompile(`^[A-Z]-[0-9]{3}$`)

// constants finds every constant of type drivers.Code under the folders, and every code written as a bare string. Where
// two have the same value, or a code is no constant, that is an error.
func constants(t *testing.T, dirs ...string) map[drivers.Code]string {
	t.Helper()
	found := map[drivers.Code]string{}
	files := token.NewFileSet()
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			declared := map[*ast.BasicLit]bool{}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					if !isCode(n.Type) || len(n.Values) != 1 {
						return true
					}
					if lit, ok := n.Values[0].(*ast.BasicLit); ok {
						declared[lit] = true
						code, name := value(lit), filepath.Base(filepath.Dir(path))+"."+n.Names[0].Name
						if other := found[code]; other != "" {
							t.Errorf("%s is both %s and %s", code, other, name)
						}
						found[code] = name
					}
				case *ast.BasicLit:
					if codeShape.MatchString(string(value(n))) && !declared[n] {
						t.Errorf("%s: %s is written out; declare it as a drivers.Code constant", files.Position(n.Pos()), n.Value)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func isCode(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "Code"
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		return ok && x.Name == "drivers" && e.Sel.Name == "Code"
	}
	return false
}

func value(lit *ast.BasicLit) drivers.Code {
	if lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return drivers.Code(s)
}

func TestEveryCodeHasAdvice(t *testing.T) {
	declared := constants(t, "../../drivers", "../../station", "../../ui")
	if len(declared) < 60 {
		t.Fatalf("only %d codes found in the source: the search is broken", len(declared))
	}
	for code, name := range declared {
		if _, ok := book()[code]; !ok {
			t.Errorf("%s (%s) has no advice", code, name)
		}
	}
	for _, code := range Codes() {
		if declared[code] == "" {
			t.Errorf("%s has advice and is no code of the program", code)
		}
	}
}

func TestCards(t *testing.T) {
	titles := map[string]drivers.Code{}
	for _, code := range Codes() {
		if !codeShape.MatchString(string(code)) || family(code) < 0 {
			t.Errorf("%s is not a code of a known family", code)
		}
		if len(book()[code].ID.Steps) != len(book()[code].EN.Steps) {
			t.Errorf("%s: the languages differ", code)
		}
		for _, lang := range Languages() {
			c, _ := For(code, lang)
			if other, ok := titles[lang+c.Title]; ok {
				t.Errorf("%s and %s have the same title in %s", code, other, lang)
			}
			titles[lang+c.Title] = code
			if c.Title == "" || len([]rune(c.Title)) > 60 || strings.HasSuffix(c.Title, ".") {
				t.Errorf("%s %s: title %q", code, lang, c.Title)
			}
			if n := len(c.Steps); n < 2 || n > 5 {
				t.Errorf("%s %s: %d steps", code, lang, n)
			}
			for _, s := range append([]string{c.Blank}, c.Steps...) {
				if strings.TrimSpace(s) != s || len([]rune(s)) > 200 || !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
					t.Errorf("%s %s: %q is no sentence of a line or two", code, lang, s)
				}
			}
		}
	}
}

// Every code has a picture of pictures.toml: picture = "..." stands under [L-101], before [L-101.id]. Every picture says in each
// language what it shows.
func TestEveryCodeHasAPicture(t *testing.T) {
	used := map[string]bool{Where("id").Name: true}
	for _, code := range Codes() {
		name := book()[code].Picture
		if _, ok := captions()[name]; !ok {
			t.Errorf("[%s] has the picture %q; name one of pictures.toml, or have it drawn in ui/drawing", code, name)
		}
		used[name] = true
	}
	for name, c := range captions() {
		if !used[name] {
			t.Errorf("no code has the picture %q", name)
		}
		for _, words := range []string{c.ID, c.EN} {
			if words == "" || len([]rune(words)) > 48 || strings.HasSuffix(words, ".") {
				t.Errorf("%s: %q", name, words)
			}
		}
	}
}

func TestFor(t *testing.T) {
	c, ok := For(drivers.FeederEmpty, "id")
	if !ok || c.Title != "Blangko di pengumpan habis" {
		t.Errorf("%+v, %v", c, ok)
	}
	if other, _ := For(drivers.FeederEmpty, "fr"); other.Title != c.Title {
		t.Errorf("an unknown language: %+v", other)
	}
	if c.Picture != (Picture{"feeder", "Pengumpan blangko"}) {
		t.Errorf("%+v", c.Picture)
	}
	c.Steps[0] = "changed"
	if again, _ := For(drivers.FeederEmpty, "id"); again.Steps[0] == "changed" {
		t.Error("a card given out changes the book")
	}
	unknown, ok := For("Q-999", "en")
	want, _ := For(drivers.Unexpected, "en")
	if ok || unknown.Title != want.Title || unknown.Title == "" {
		t.Errorf("%+v, %v", unknown, ok)
	}
}

// The manual in docs is what the book says now; -update writes it.
func TestManual(t *testing.T) {
	for _, lang := range Languages() {
		var b bytes.Buffer
		if err := Manual(&b, lang); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "..", "docs", "fault-manual."+lang+".md")
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, b.Bytes()) {
			t.Errorf("%s is stale: make docs", path)
		}
		for _, code := range Codes() {
			if n := bytes.Count(b.Bytes(), []byte("### "+string(code)+" ")); n != 1 {
				t.Errorf("%s is in the manual %d times", code, n)
			}
		}
	}
}
