package readiness_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"cetak/drivers"
	"cetak/station/readiness"
)

// TestNotesInWords: every finding has words in each language, both fill the same holes, and there are no words for what is no finding.
func TestNotesInWords(t *testing.T) {
	raw, err := os.ReadFile("notes.toml")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]map[string]map[string]string
	if err := toml.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	holes := func(s string) []string {
		all := regexp.MustCompile(`\{[^}]*\}`).FindAllString(s, -1)
		slices.Sort(all)
		return all
	}
	if len(file) != 2 {
		t.Fatalf("languages: %d", len(file))
	}
	for lang, words := range file {
		for _, f := range readiness.Findings() {
			if words["notes"][string(f)] == "" {
				t.Errorf("%s has no words for %s", lang, f)
			}
		}
		if len(words["notes"]) != len(readiness.Findings()) {
			t.Errorf("%s: %d notes for %d findings", lang, len(words["notes"]), len(readiness.Findings()))
		}
		for key, s := range words["notes"] {
			if other := file["id"]["notes"][key]; !slices.Equal(holes(s), holes(other)) {
				t.Errorf("%s: %q and %q", key, s, other)
			}
		}
		for _, p := range []drivers.Position{drivers.PositionNone, drivers.PositionHead, drivers.PositionContact, drivers.PositionContactless, drivers.PositionGate, drivers.PositionUnknown} {
			if words["words"][string(p)] == "" {
				t.Errorf("%s: no word for the position %s", lang, p)
			}
		}
		for _, c := range []drivers.Condition{drivers.ConditionFeederEmpty, drivers.ConditionCoverOpen, drivers.ConditionRibbonEnd, drivers.ConditionRejectFull, drivers.ConditionCleaningDue} {
			if words["words"][string(c)] == "" {
				t.Errorf("%s: no word for the condition %s", lang, c)
			}
		}
	}
}

// TestFactSays: figures are written as the language does; what an earlier release left in English is still told, and what a later one
// found is not hidden.
func TestFactSays(t *testing.T) {
	for _, tt := range []struct{ fact, id, en string }{
		{`{"notes":[{"is":"answers","n":[100,100]},{"is":"bitmap","n":[82305,7243]}]}`, "100 dari 100 jawaban benar; 82.305 byte dalam 7,2 detik",
			"100 of 100 answers right; 82,305 bytes in 7.2 s"},
		{`{"notes":[{"is":"at","word":"none"},{"is":"ribbon","n":[143]},{"is":"condition","word":"cleaning-due"}]}`,
			"jalur kartu: kosong; pita cukup untuk 143 kartu; mesin melaporkan waktunya dibersihkan",
			"card transport: empty; ribbon for 143 cards; the machine reports: cleaning due"},
		{`{"notes":[{"is":"reader","word":"HID Omnikey 5422 00 00"}]}`, "HID Omnikey 5422 00 00", "HID Omnikey 5422 00 00"},
		{`{"detail":"100 of 100 answers right"}`, "100 of 100 answers right", "100 of 100 answers right"},
		{`{"notes":[{"is":"cards","n":[20488,-1]}],"detail":"Rco;c"}`, "penghitung kartu 20.488, bertambah -1; Rco;c", "card counter 20,488, more by -1; Rco;c"},
		{`{"notes":[{"is":"smell","n":[4],"word":"smoke"}]}`, "smell 4 smoke", "smell 4 smoke"},
		{`{}`, "", ""},
	} {
		var f readiness.Fact
		if err := json.Unmarshal([]byte(tt.fact), &f); err != nil {
			t.Fatal(err)
		}
		if got := f.Says("id"); got != tt.id {
			t.Errorf("id: %q, want %q", got, tt.id)
		}
		if got := f.Says("en"); got != tt.en {
			t.Errorf("en: %q, want %q", got, tt.en)
		}
		if f.Says("fr") != tt.id || strings.Contains(f.Says("en"), "{") {
			t.Errorf("%q", f.Says("fr"))
		}
	}
}
