package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cetak/station/config"
	"cetak/station/policy"
)

// queue is `queue --json`, after what lies in the inbox was taken in.
func (b *bench) queue() []waiting {
	b.t.Helper()
	var q []waiting
	if err := json.Unmarshal([]byte(b.must("queue", "--json")), &q); err != nil {
		b.t.Fatal(err)
	}
	return q
}

func (b *bench) takeIn() {
	b.t.Helper()
	bundles, err := filepath.Glob(filepath.Join(b.ready.Inbox, "*.prr"))
	if err != nil || len(bundles) == 0 {
		b.t.Fatalf("no bundle (%v)", err)
	}
	b.must(append([]string{"import"}, bundles...)...)
}

// TestPolicy is a queue in the order of clearing that becomes short of blanks: another order, some held and referred, and a
// temporary letter that brings its holder forward.
func TestPolicy(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "40", "--blanks", "50")
	b.takeIn()
	before := b.queue()
	if len(before) != 40 {
		t.Fatalf("%d wait", len(before))
	}
	ranks := map[string]int{}
	for n, w := range before {
		ranks[w.Kind]++
		if w.Why != policy.ByClearing || w.Rank != ranks[w.Kind] || n > 0 && w.Cleared.Before(before[n-1].Cleared) {
			t.Fatalf("%d: %s is not in the order of clearing: %+v", n, w.ID, w)
		}
	}
	b.set(func(c *config.Config) { c.Stock.Reserve = 1000 })
	group := map[string]int{"pemula": 1, "bencana": 2, "prr": 3, "hilang": 4, "rusak": 4, "pindah": 4}
	short, held := b.queue(), 0
	last := map[string]waiting{}
	for _, w := range short {
		if w.Rule != "kekurangan" {
			t.Fatalf("%+v", w)
		}
		if w.Rank == 0 {
			held++
			if w.Reason != "perubahan" || !slices.Equal(w.Refer, []policy.Refer{policy.ToIKD, policy.KeepOld}) {
				t.Errorf("held: %+v", w)
			}
			continue
		}
		if p, ok := last[w.Kind]; ok && (group[p.Reason] > group[w.Reason] || w.Rank != p.Rank+1) || held > 0 {
			t.Errorf("%s (%s) stands after %s (%s)", w.ID, w.Reason, p.ID, p.Reason)
		}
		last[w.Kind] = w
	}
	if held == 0 || held == len(short) {
		t.Fatalf("%d held: the seed makes no queue to test", held)
	}
	at := slices.IndexFunc(short, func(w waiting) bool { return w.Rank == 0 && w.Kind == "WNI" })
	b.letter(short[at])
}

// letter has a temporary letter refused to a person who is sent elsewhere, gives it under a rule that refers to it, and follows it.
func (b *bench) letter(w waiting) {
	t := b.t
	t.Helper()
	if out := b.must("policy", "why", w.ID); !strings.Contains(out, "kekurangan") || !strings.Contains(out, "IKD") {
		t.Errorf("why: %s", out)
	}
	path := filepath.Join(t.TempDir(), "suket.pdf")
	refused := func(code string, args ...string) {
		t.Helper()
		if exit, _, errs := b.ctl(args...); exit != exitFault || !strings.HasPrefix(errs, code) {
			t.Errorf("%v: exit %d\n%s", args, exit, errs)
		}
	}
	refused("Y-107", "suket", "give", w.ID, "-o", path) // a letter is no way past the order
	own := filepath.Join(t.TempDir(), "own.toml")
	table := "[[rule]]\nid = \"surat\"\nfrom = 2026-01-01\nlevel = \"office\"\nbasis = \"SK 2/2026\"\ntext.id = \"Surat dahulu.\"\ntext.en = \"A letter first.\"\n" +
		"first = [[\"suket\"]]\nhold = [{who = [\"*\"], refer = [\"suket\"]}]\n"
	if err := os.WriteFile(own, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	b.set(func(c *config.Config) { c.Policy.Table = own })
	b.must("suket", "give", w.ID, "--number", "470/12/SKT/2026", "-o", path)
	paper, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(paper, []byte("%PDF-")) {
		t.Fatalf("no letter: %v", err)
	}
	refused("Y-108", "suket", "give", w.ID, "-o", path)
	refused("Y-111", "suket", "extend", "470/12/SKT/2026", "-o", path)
	refused("Y-109", "suket", "print", "470/13/SKT/2026", "-o", path)
	refused("R-403", "suket", "give", "nobody", "-o", path)
	b.must("suket", "print", "470/12/SKT/2026", "-o", path+".again")
	if again, _ := os.ReadFile(path + ".again"); !bytes.Equal(again, paper) {
		t.Error("printed again it is another paper")
	}
	var letters []struct{ Number, Record, State string }
	if err := json.Unmarshal([]byte(b.must("suket", "list", "--json")), &letters); err != nil || len(letters) != 1 || letters[0].State != "runs" || letters[0].Record != w.ID {
		t.Errorf("%+v %v", letters, err)
	}
	for n, x := range b.queue() {
		if (x.ID == w.ID) != (n == 0) || (x.ID == w.ID) != (x.Rank == 1) {
			t.Errorf("%d: only the holder of the letter is printed: %+v", n, x)
		}
	}
	if facts := b.must("journal", "--kind", "suket"); strings.Contains(facts, w.NIK) || strings.Contains(facts, w.Name) || !strings.Contains(facts, "470/12/SKT/2026") {
		t.Errorf("the journal: %s", facts)
	}
}

// TestPolicyTable is an own table: printed, checked, refused, and put in force.
func TestPolicyTable(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "3")
	b.takeIn()
	own := filepath.Join(t.TempDir(), "own.toml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(b.must("policy", "table"))
	if out := b.must("policy", "check", own, "--at", "2019-11-20"); !strings.Contains(out, "sound") || !strings.Contains(out, "nasional-2019-11") {
		t.Error(out)
	}
	write("[[rule]]\nid = \"x\"\n")
	exit, _, errs := b.ctl("policy", "check", own)
	if exit != exitFault || !strings.HasPrefix(errs, "Y-106") || !strings.Contains(errs, "rule x: from") {
		t.Errorf("exit %d\n%s", exit, errs)
	}
	if exit, _, errs := b.ctl("policy", "check", own+".no"); exit != exitFault || !strings.HasPrefix(errs, "Y-105") {
		t.Errorf("exit %d\n%s", exit, errs)
	}
	write("[[rule]]\nid = \"semua\"\nfrom = 2026-01-01\nlevel = \"office\"\nbasis = \"SK 1/2026\"\ntext.id = \"Semua menunggu.\"\ntext.en = \"All wait.\"\nhold = [{who = [\"*\"], refer = [\"suket\"]}]\nsuket = \"out\"\n")
	b.set(func(c *config.Config) { c.Policy.Table = own })
	for _, w := range b.queue() {
		if w.Rank != 0 || w.Rule != "semua" {
			t.Errorf("%+v", w)
		}
	}
	if out := b.must("policy"); !strings.Contains(out, "Semua menunggu.") {
		t.Error(out)
	}
	if exit, _, errs := b.ctl("suket", "give", b.queue()[0].ID, "-o", own+".pdf"); exit != exitFault || !strings.HasPrefix(errs, "Y-107") {
		t.Errorf("exit %d\n%s", exit, errs)
	}
	if _, err := os.Stat(own + ".pdf"); err == nil {
		t.Error("a letter that was refused lies there")
	}
	if exit, _, _ := b.ctl("policy", "--at", "soon"); exit != exitUsage {
		t.Errorf("exit %d", exit)
	}
}

// TestRunRecord makes one person's card where one may choose, and nobody else's.
func TestRunRecord(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "3")
	b.takeIn()
	q := b.queue()
	b.must("run", "--record", q[2].ID)
	if left := b.queue(); len(left) != 2 || left[0].ID != q[0].ID || left[1].ID != q[1].ID {
		t.Errorf("%+v wait", left)
	}
	b.agree()
	for _, args := range [][]string{{"--record", q[0].ID, "--count", "2"}, {"--urgent", "berobat"}} {
		if exit, _, _ := b.ctl(append([]string{"run"}, args...)...); exit != exitUsage {
			t.Errorf("%v: exit %d", args, exit)
		}
	}
	if exit, _, errs := b.ctl("run", "--record", "nobody"); exit != exitFault || !strings.HasPrefix(errs, "R-403") {
		t.Errorf("exit %d\n%s", exit, errs)
	}
}

// TestUrgent takes a held record before its turn: refused without a reason and with one of no list, made and counted with one.
func TestUrgent(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "12", "--blanks", "20")
	b.takeIn()
	b.set(func(c *config.Config) { c.Stock.Reserve = 1000 })
	q := b.queue()
	held := q[len(q)-1]
	if held.Rank != 0 || held.Kind != "WNI" {
		t.Fatalf("the seed makes no queue to test: %+v", held)
	}
	for code, args := range map[string][]string{"Y-101": nil, "Y-104": {"--urgent", "karena saya mau"}} {
		if exit, _, errs := b.ctl(append([]string{"run", "--record", held.ID}, args...)...); exit != exitFault || !strings.HasPrefix(errs, code) {
			t.Errorf("%v: exit %d, want %s\n%s", args, exit, code, errs)
		}
	}
	if left := b.world().Feeder; left != 20 {
		t.Errorf("a blank moved: %d in the feeder", left)
	}
	b.must("run", "--record", held.ID, "--urgent", "berobat")
	facts := b.must("journal", "--kind", "urgent", "--json")
	if strings.Count(facts, "berobat") != 1 || !strings.Contains(facts, held.ID) || !strings.Contains(facts, "kekurangan") {
		t.Errorf("the journal: %s", facts)
	}
	if out := b.must("policy"); !strings.Contains(out, "urgent cases today: 1") {
		t.Error(out)
	}
	if slices.ContainsFunc(b.queue(), func(w waiting) bool { return w.ID == held.ID }) {
		t.Error("the record still waits")
	}
	b.agree()
}

// TestOutOfTurn: where people sign in nobody chooses; whose turn it is not is an urgent case or waits.
func TestOutOfTurn(t *testing.T) {
	t.Parallel()
	s := startStrict(t, "--records", "12")
	s.set(func(c *config.Config) { c.Shift.Required = false })
	bundles, err := filepath.Glob(filepath.Join(s.ready.Inbox, "*.prr"))
	if err != nil || len(bundles) == 0 {
		t.Fatalf("no bundle (%v)", err)
	}
	s.do("siti", "", append([]string{"import"}, bundles...)...)
	var q []waiting
	if err := json.Unmarshal([]byte(s.do("siti", "", "queue", "--json")), &q); err != nil {
		t.Fatal(err)
	}
	q = slices.DeleteFunc(q, func(w waiting) bool { return w.Rank == 0 || w.Kind != "WNI" })
	if len(q) < 3 {
		t.Fatalf("the seed makes no queue to test: %+v", q)
	}
	s.refused("Y-102", "siti", "", "run", "--record", q[1].ID)
	s.do("siti", "", "run", "--record", q[2].ID, "--urgent", "jauh")
	s.do("siti", "", "run", "--record", q[0].ID)
	s.do("siti", "", "run", "--record", q[1].ID) // now it is
	if facts := s.do("rina", "", "journal", "--kind", "urgent", "--json"); strings.Count(facts, "jauh") != 1 || !strings.Contains(facts, "siti") {
		t.Errorf("the journal: %s", facts)
	}
}
