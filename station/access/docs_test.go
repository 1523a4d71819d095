package access

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table in docs/people.md")

// TestDocs holds the table of docs/people.md to the program's.
func TestDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString("-->\n| act | who | with | why |\n|---|---|---|---|\n")
	for _, r := range Table() {
		b.WriteString("| " + string(r.Act) + " | " + words(r.Who) + " | " + words(r.Second) + " | " + r.Why + " |\n")
	}
	path := filepath.Join("..", "..", "docs", "people.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), "-->\n")
	_, after, ok2 := strings.Cut(rest, "<!-- /table -->")
	if !ok || !ok2 {
		t.Fatal("docs/people.md has no place for the table")
	}
	want := before + b.String() + "<!-- /table -->" + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(page) {
		t.Error("docs/people.md is stale: go test ./station/access -run Docs -update")
	}
}

func words(roles []Role) string {
	if roles == nil {
		return "-"
	}
	var all []string
	for _, r := range roles {
		all = append(all, string(r))
	}
	if len(all) == len(Roles()) {
		return "everybody"
	}
	return strings.Join(all, ", ")
}
