package evolis

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const gradePage = "../../docs/printer-grade.md"

// literal is a string in the driver that is a command or begins one.
var literal = regexp.MustCompile(`^[A-Z][a-z]{1,4}(;|$)`)

// commandOf is what a command is listed as: of questions the parameter too.
func commandOf(s string) string {
	s, _, _ = strings.Cut(s, "%")
	name, rest, _ := strings.Cut(s, ";")
	if (name[0] == 'R' || name == "Sk") && rest != "" {
		return name + ";" + rest
	}
	return name
}

// said are the commands in the source of the driver and of its panels. parse.go only reads what others said.
func said(t *testing.T) map[string]bool {
	t.Helper()
	set := map[string]bool{}
	for _, dir := range []string{".", "../panel"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") || path == "parse.go" {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					if s, err := strconv.Unquote(l.Value); err == nil && literal.MatchString(s) {
						set[commandOf(s)] = true
					}
				}
				return true
			})
		}
	}
	return set
}

// tests are the names of the test functions that a row may name.
func tests(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, dir := range []string{".", "../panel", "../../hwsim/printer"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			all.Write(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// TestGradeTable holds docs/printer-grade.md to the code: it lists the commands that the driver says, all and no others, each
// with a source and a test that is there.
func TestGradeTable(t *testing.T) {
	page, err := os.ReadFile(gradePage)
	if err != nil {
		t.Fatal(err)
	}
	listed, named := map[string]bool{}, tests(t)
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 6 || !strings.HasPrefix(strings.TrimSpace(cells[0]), "`") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		command := strings.Trim(cells[0], "`")
		if listed[command] {
			t.Errorf("%s stands twice", command)
		}
		listed[command] = true
		if cells[2] == "" || cells[3] == "" || cells[2] == "-" && cells[3] == "-" {
			t.Errorf("%s has no source", command)
		}
		for _, name := range strings.Split(cells[4], ", ") {
			if !strings.Contains(named, "func "+name+"(") {
				t.Errorf("%s: there is no test %q", command, name)
			}
		}
		if cells[5] != "none" {
			t.Errorf("%s: hardware %q; whoever proves one changes this test, and says on which machine", command, cells[5])
		}
	}
	code := said(t)
	for _, c := range slices.Sorted(maps.Keys(code)) {
		if !listed[c] {
			t.Errorf("the driver says %s and the page does not list it", c)
		}
	}
	for _, c := range slices.Sorted(maps.Keys(listed)) {
		if !code[c] {
			t.Errorf("the page lists %s and the driver does not say it", c)
		}
	}
}
