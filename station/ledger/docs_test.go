package ledger

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/ledger.md")

// TestDocs holds the tables of docs/ledger.md to the rule book and the list of causes.
func TestDocs(t *testing.T) {
	const file, begin, end = "../../docs/ledger.md", "<!-- tables -->\n", "\n## Rules beside the table"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/ledger.md has no place for its tables")
	}
	want := head + begin + tables() + end + tail
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Error("docs/ledger.md is not what the program does: go test ./station/ledger -run Docs -update")
	}
}

func tables() string {
	var b strings.Builder
	b.WriteString("| kind | from | to | asks for | when |\n|---|---|---|---|---|\n")
	for _, r := range Routes() {
		var asks []string
		for _, a := range []struct {
			word string
			is   bool
		}{{"2", r.Needs.Second}, {"paper", r.Needs.Document}, {"cause", r.Needs.Cause}, {"attempt", r.Needs.Attempt}, {"chips", r.Needs.UID}, {"station", r.Needs.Station}} {
			if a.is {
				asks = append(asks, a.word)
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.Kind, r.From, r.To, strings.Join(asks, ", "), r.Why)
	}
	b.WriteString("\n## Causes\n\nA cause is a root, a root with a word, or `fault:` with the code of a device's fault. New words are new releases.\n\n" +
		"| cause | Indonesian | English |\n|---|---|---|\n")
	for _, w := range Causes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", w.Cause(), w.ID, w.EN)
	}
	return b.String()
}
