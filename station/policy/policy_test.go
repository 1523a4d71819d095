package policy_test

import (
	"testing"

	"cetak/station/policy"
)

func TestBuiltIn(t *testing.T) {
	table, _ := policy.BuiltIn()
	if len(table.Rules) < 10 {
		t.Fatalf("%d rules", len(table.Rules))
	}
}
