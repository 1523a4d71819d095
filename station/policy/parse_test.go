package policy_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/station/policy"
)

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no TOML":            {"[[rule", "line 1"},
		"unknown key":        {row + "frist = [[\"prr\"]]", `there is no key "rule.frist"`},
		"no id":              {strings.Replace(row, `id = "a"`, "", 1), "rule number 1: id"},
		"no from":            {strings.Replace(row, "from = 2026-01-01", "", 1), "from, the first day, is missing"},
		"from is text":       {strings.Replace(row, "2026-01-01", `"soon"`, 1), "line"},
		"a day that is none": {strings.Replace(row, "2026-01-01", "2026-02-30", 1), "line"},
		"until before from":  {row + "until = 2025-12-31", "until is before from"},
		"level":              {strings.Replace(row, `"office"`, `"village"`, 1), "level must be"},
		"no basis":           {strings.Replace(row, `"SK Kepala Dinas 1/2026"`, `" "`, 1), "basis"},
		"no words":           {strings.Replace(row, `text.en = "x"`, "", 1), "text.en"},
		"stock":              {row + `stock = "low"`, "stock must be"},
		"suket":              {row + `suket = "yes"`, "suket must be"},
		"selector":           {row + `first = [["pemulla"]]`, `"pemulla" is no reason`},
		"twice":              {row + `first = [["pemula"], ["prr", "pemula"]]`, "stands in two groups"},
		"first and held":     {row + "first = [[\"pemula\"]]\nhold = [{who = [\"pemula\"], refer = [\"ikd\"]}]", "stands in two groups"},
		"empty group":        {row + `first = [[]]`, "an empty group"},
		"no referral":        {row + `hold = [{who = ["rusak"], refer = []}]`, "refer is missing"},
		"referral":           {row + `hold = [{who = ["rusak"], refer = ["bogor"]}]`, "refer \"bogor\""},
		"forbidden suket":    {row + "suket = \"never\"\nhold = [{who = [\"rusak\"], refer = [\"suket\"]}]", "forbids"},
		"keep alone":         {row + "keep = 10", "keep_for"},
		"keep_for alone":     {row + `keep_for = ["pindah"]`, "keep_for"},
		"quota below 0":      {row + "quota_day = -1", "below 0"},
		"office of a nation": {strings.Replace(row, `"office"`, `"national"`, 1) + `office = "Batang"`, "office is for level office only"},
		"same id":            {row + row, "another rule has the same id"},
		"last_minutes":       {"last_minutes = 601", "last_minutes"},
		"hours":              {"[hours]\nmon = \"8 to 3\"", `"8 to 3"`},
		"hours backwards":    {"[hours]\nmon = \"15:00-08:00\"", "does not open before it closes"},
		"hours of 25":        {"[hours]\nmon = \"08:00-25:00\"", "does not open"},
		"a sign":             {"[hours]\nmon = \"+8:00-15:00\"", "is no time"},
		"day without name":   {"[[day]]\ndate = 2026-12-25", "date and name"},
		"day's hours":        {"[[day]]\ndate = 2026-12-25\nname = \"x\"\nopen = \"noon\"", "noon"},
		"election":           {"[[election]]\nname = \"x\"\nbasis = \"b\"\nfrom = 2026-02-01\npoll = 2026-01-01", "poll is before from"},
		"election half":      {"[[election]]\nname = \"x\"", "must be there"},
		"too large":          {strings.Repeat("# x\n", 300_000), "larger than"},
	} {
		_, err := policy.Parse([]byte(c.text))
		f := drivers.AsFault(err)
		if !errors.Is(err, policy.TableWrong) || !strings.Contains(f.Detail, c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := policy.Parse([]byte(row)); err != nil {
		t.Errorf("the row the others are made from: %v", err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if _, err := policy.Load(filepath.Join(dir, "no.toml")); !errors.Is(err, policy.TableUnreadable) {
		t.Error(err)
	}
	own := filepath.Join(dir, "own.toml")
	if err := os.WriteFile(own, []byte(row), 0o600); err != nil {
		t.Fatal(err)
	}
	if table, err := policy.Load(own); err != nil || len(table.Rules) != 1 {
		t.Errorf("an own file is the whole table: %v", err)
	}
	builtIn, _ := policy.BuiltIn()
	if table, err := policy.Load(""); err != nil || len(table.Rules) != len(builtIn.Rules) {
		t.Error(err)
	}
}

// Whatever Parse takes can be planned with, at any moment, and loses nobody.
func FuzzParse(f *testing.F) {
	_, text := policy.BuiltIn()
	f.Add([]byte(text), int64(1_700_000_000), 10)
	f.Add([]byte(row+"quota_day = 1\n[hours]\nmon = \"08:00-15:30\"\n[[day]]\ndate = 2026-01-01\nname = \"x\""), int64(1_767_225_600), 0)
	f.Fuzz(func(t *testing.T, text []byte, at int64, left int) {
		table, err := policy.Parse(text)
		if err != nil {
			if !errors.Is(err, policy.TableWrong) {
				t.Fatal(err)
			}
			return
		}
		m := moment("2026-03-02 10:00", "Dukcapil Batang", left, 5)
		m.Now = m.Now.AddDate(0, 0, int(at%100_000))
		q := waits("pemula", "suket:hilang", "WNA:prr", "?", "rusak")
		plan := table.Plan(m, q)
		seen := map[string]bool{}
		held := false
		for _, v := range plan.Verdicts() {
			seen[v.Key.ID] = true
			if held && !v.Held() {
				t.Fatal("a held record stands before one that is not")
			}
			held = held || v.Held()
			if strings.ContainsAny(v.Words("id"), "{}") && !strings.ContainsAny(string(text), "{}") {
				t.Fatal(v.Words("id"))
			}
		}
		if plan.Len() != len(q) || len(seen) != len(q) {
			t.Fatalf("%d of %d", len(seen), len(q))
		}
	})
}
