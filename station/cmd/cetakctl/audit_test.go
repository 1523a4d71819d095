package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestAudit holds docs/audit.md to what it says: all 29 rows are there, each with its word, and every test, command, and file that it
// names exists.
func TestAudit(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "audit.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprintf("B%d", i+1))
	}
	for i := range 9 {
		want = append(want, fmt.Sprintf("J%d", i+1))
	}
	var rows []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, " | ")
		row := strings.TrimPrefix(cells[0], "| ")
		if !regexp.MustCompile(`^[BJ][0-9]+$`).MatchString(row) {
			continue
		}
		rows = append(rows, row)
		if len(cells) != 5 || !slices.Contains([]string{"met", "partly", "not met"}, cells[2]) {
			t.Errorf("row %s is not: number, asked, met or partly or not met, here, shown by", row)
		} else if !strings.Contains(cells[4], "`") {
			t.Errorf("row %s is shown by nothing", row)
		}
	}
	if !slices.Equal(rows, want) {
		t.Errorf("rows %v, want %v", rows, want)
	}
	named := regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(string(text), -1)
	if len(named) < len(want) {
		t.Fatalf("only %d names found: the search is broken", len(named))
	}
	for _, n := range named {
		if why := lacking(root, n[1]); why != "" {
			t.Errorf("docs/audit.md names %s: %s", n[1], why)
		}
	}
}

// missing says why a name of the page does not exist, "" if it does.
func lacking(root, name string) string {
	switch words := strings.Fields(name); {
	case name == "this type" || name == "fault:":
		return ""
	case words[0] == "cetakctl":
		return missingCommand(words[1:])
	}
	dir, test, isTest := strings.Cut(name, ".Test")
	if !isTest {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			return "there is no such file"
		}
		return ""
	}
	files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	if err != nil || len(files) == 0 {
		return "that package has no tests"
	}
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil && strings.Contains(string(text), "\nfunc Test"+test+"(t *testing.T)") {
			return ""
		}
	}
	return "there is no such test"
}

func missingCommand(words []string) string {
	i := slices.IndexFunc(commands(), func(c command) bool { return c.Name == words[0] })
	if i < 0 {
		return "there is no such command"
	}
	if len(words) > 1 && !slices.Contains(strings.FieldsFunc(commands()[i].Args, func(r rune) bool { return r == '|' || r == ' ' }), words[1]) {
		return "the command has no such verb"
	}
	return ""
}
