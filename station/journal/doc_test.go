package journal

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The page an auditor works from must be true: its example is recomputed, and every kind is on it.
func TestDocumentedBytes(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "journal.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	example := regexp.MustCompile(`(?s)genesis  ([0-9a-f]{64})\nbytes    (.*?)\nhash     ([0-9a-f]{64})`).FindStringSubmatch(page)
	if example == nil {
		t.Fatal("docs/journal.md has no example")
	}
	genesis := genesisHash("9901-desk-2", 1795000000000000000)
	if got := hex.EncodeToString(genesis[:]); got != example[1] {
		t.Errorf("genesis %s, the page says %s", got, example[1])
	}
	l := line{at: 1795000001500000000, kind: "intent", record: "PRR-9901-000123", issue: 1, attempt: "A-7", who: "siti"}
	if got := hex.EncodeToString(l.encode(nil, genesis[:], 1)); got != strings.Join(strings.Fields(example[2]), "") {
		t.Errorf("bytes %s, the page says %s", got, example[2])
	}
	sum, _ := l.sum(nil, genesis[:], 1)
	if got := hex.EncodeToString(sum[:]); got != example[3] {
		t.Errorf("hash %s, the page says %s", got, example[3])
	}
	for _, k := range Kinds() {
		if !strings.Contains(page, "`"+string(k)+"`") {
			t.Errorf("the page does not name %s", k)
		}
	}
}
