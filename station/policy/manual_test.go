package policy_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"cetak/station/policy"
)

var update = flag.Bool("update", false, "write the table into docs/policy.md")

// The table in docs/policy.md is the one in the program; -update writes it.
func TestManual(t *testing.T) {
	const path = "../../docs/policy.md"
	const from, to = "<!-- table: written by go test ./station/policy -run Manual -update -->\n", "<!-- end of the table -->"
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	i, j := bytes.Index(have, []byte(from)), bytes.Index(have, []byte(to))
	if i < 0 || j < i {
		t.Fatalf("%s has lost the marks of the table", path)
	}
	table, _ := policy.BuiltIn()
	var b bytes.Buffer
	b.Write(have[:i])
	b.WriteString(from)
	if err := table.Manual(&b); err != nil {
		t.Fatal(err)
	}
	b.Write(have[j:])
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(have, b.Bytes()) {
		t.Errorf("%s is stale: go test ./station/policy -run Manual -update", path)
	}
}
