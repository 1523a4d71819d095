package flow_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/station/flow"
)

var update = flag.Bool("update", false, "write the golden table anew; then look at the difference")

// variants gives, for one event kind, every form that may lead elsewhere.
func variants(k flow.EventKind) map[string]flow.Event {
	out := map[string]flow.Event{}
	switch k {
	case flow.Failed:
		for _, w := range []drivers.Whereabouts{drivers.NoCard, drivers.InHopper, drivers.InMachine, drivers.Unknown} {
			for _, a := range []drivers.Again{drivers.AgainAfterOperator, drivers.AgainNever} {
				name := fmt.Sprintf("failed %s %s", or(string(w), "no-card"), a)
				out[name] = flow.Event{Kind: k, Fault: &drivers.Fault{Code: drivers.CardJamFeed, Card: w, Again: a}}
			}
		}
	case flow.Judged:
		for _, v := range []flow.Verdict{flow.VerdictAsk, flow.VerdictGoodTray, flow.VerdictInside, flow.VerdictNotTaken, flow.VerdictReject} {
			out["judged "+string(v)] = flow.Event{Kind: k, Verdict: v}
		}
	case flow.Answered:
		for _, a := range []flow.Answer{flow.Good, flow.Spoiled, flow.Missing, flow.Continue, flow.GiveUp} {
			out["answered "+string(a)] = flow.Event{Kind: k, Answer: a}
		}
	default:
		out[string(k)] = flow.Event{Kind: k}
	}
	return out
}

// states gives, for one phase, every state that answers differently.
func states(p flow.Phase) map[string]flow.State {
	fault := &drivers.Fault{Code: drivers.CoverOpen, Card: drivers.InMachine}
	s := flow.State{Phase: p, Card: drivers.InMachine, Intended: true}
	switch p {
	case flow.Idle, flow.Claimed:
		s.Card, s.Intended = drivers.NoCard, false
	case flow.Discharging:
		good, reject := s, s
		good.Tray, good.Verified, good.Printed = drivers.TrayGood, true, true
		reject.Tray, reject.Cause = drivers.TrayReject, "fault:C-104"
		confirm := good
		confirm.Confirm = true
		return map[string]flow.State{"good": good, "good, to be confirmed": confirm, "reject": reject}
	case flow.Confirming:
		s.Card, s.Tray = drivers.InTray, drivers.TrayGood
	case flow.Settling:
		s.Outcome = flow.OutcomeGood
	case flow.Held:
		out := map[string]flow.State{}
		for name, h := range map[string]flow.State{
			"before a card":     {Resume: flow.Claimed},
			"blank not taken":   {Resume: flow.Loading, Card: drivers.InHopper, Intended: true},
			"at the chip":       {Resume: flow.AtChip, Card: drivers.InMachine, Intended: true},
			"to be rejected":    {Resume: flow.Discharging, Card: drivers.InMachine, Intended: true, Cause: "fault:P-104"},
			"lost":              {Resume: flow.Discharging, Card: drivers.Unknown, Intended: true},
			"lost when printed": {Resume: flow.Discharging, Card: drivers.Unknown, Intended: true, Verified: true, Printed: true},
			"being looked at":   {Resume: flow.Discharging, Card: drivers.Unknown, Intended: true, Looking: true},
			"outcome unwritten": {Resume: flow.Settling, Card: drivers.InTray, Intended: true, Outcome: flow.OutcomeGood},
		} {
			h.Phase, h.Fault = flow.Held, fault
			out[name] = h
		}
		return out
	}
	return map[string]flow.State{"": s}
}

// TestEveryPair writes the whole machine down: every phase with every event is a transition or a refusal.
func TestEveryPair(t *testing.T) {
	var b strings.Builder
	for _, p := range flow.Phases() {
		ss := states(p)
		for _, sn := range keys(ss) {
			fmt.Fprintf(&b, "%s%s\n", p, paren(sn))
			for _, k := range flow.EventKinds() {
				ev := variants(k)
				for _, en := range keys(ev) {
					got, effs := flow.Next(ss[sn], ev[en])
					fmt.Fprintf(&b, "  %-34s -> %s\n", en, describe(ss[sn], got, effs))
				}
			}
		}
	}
	const golden = "testdata/machine.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("the machine changed; run go test ./station/flow -update and read the difference of %s", golden)
	}
}

func describe(before, after flow.State, effs []flow.Effect) string {
	if len(effs) == 1 && effs[0].Kind == flow.Refuse {
		if after != before {
			return "REFUSED BUT CHANGED"
		}
		return "refused"
	}
	parts := []string{string(after.Phase)}
	if after.Card != before.Card {
		parts = append(parts, "card "+or(string(after.Card), "none"))
	}
	for _, e := range effs {
		s := string(e.Kind)
		if e.Tray != "" {
			s += " " + string(e.Tray)
		}
		if e.Outcome != "" {
			s += " " + string(e.Outcome)
		}
		if e.Cause != "" {
			s += " " + e.Cause
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ")
}

// TestRandomWalk throws every event at the machine in any order and holds it to the invariants of the design.
func TestRandomWalk(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := flow.State{Phase: flow.Idle}
		loads, settles, verified := 0, 0, false
		for step := range 400 {
			kinds := flow.EventKinds()[:5] // all but stop, which ends the walk
			ev := variants(kinds[r.IntN(len(kinds))])
			names := keys(ev)
			e := ev[names[r.IntN(len(names))]]
			if e.Kind == flow.Failed && r.IntN(4) > 0 {
				e = flow.Event{Kind: flow.Done, UID: "04"} // let most steps succeed, or no card gets far
			}
			before := s
			var effs []flow.Effect
			s, effs = flow.Next(s, e)
			if before.Phase == flow.Claimed && e.Kind == flow.Done {
				loads, settles, verified = loads+1, 0, false
			}
			if before.Phase == flow.Verifying && e.Kind == flow.Done {
				verified = true
			}
			for _, f := range effs {
				where := fmt.Sprintf("seed %d step %d: %s on %s gives %s", seed, step, e.Kind, before.Phase, f.Kind)
				switch {
				case f.Kind == flow.Print && !verified:
					t.Fatalf("%s before the guard passed (I4)", where)
				case f.Kind == flow.Discharge && f.Tray == drivers.TrayGood && !(s.Verified && s.Printed):
					t.Fatalf("%s: an unfinished card to the good tray (I4)", where)
				case f.Kind == flow.Settle && f.Outcome == flow.OutcomeGood && !(s.Verified && s.Printed):
					t.Fatalf("%s: good without guard and print (I4)", where)
				case f.Kind == flow.Load && before.Card == drivers.InMachine:
					t.Fatalf("%s: a second blank for one attempt", where)
				case f.Kind == flow.Release && before.Intended:
					t.Fatalf("%s: an intent forgotten (I10)", where)
				}
			}
			if before.Phase == flow.Settling && e.Kind == flow.Done {
				if settles++; settles > 1 {
					t.Fatalf("seed %d: one attempt settled twice", seed)
				}
			}
			if before.Phase != flow.Idle && s.Phase == flow.Idle && before.Phase != flow.Settling && before.Intended {
				t.Fatalf("seed %d: %s left an intent open behind (I10)", seed, before.Phase)
			}
		}
		if loads == 0 {
			t.Fatalf("seed %d never loaded a card: the walk proves nothing", seed)
		}
	}
}

func TestJudge(t *testing.T) {
	none, head, unknown := drivers.PositionNone, drivers.PositionHead, drivers.PositionUnknown
	for _, c := range []struct {
		name string
		e    flow.Evidence
		want flow.Verdict
	}{
		{"counter still, transport empty", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 7}, flow.VerdictNotTaken},
		{"counter one on, card inside", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8}, flow.VerdictInside},
		{"the same, loaded written", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true}, flow.VerdictInside},
		{"counter one on, card gone", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 8, Loaded: true}, flow.VerdictAsk},
		{"discharged good on paper, transport empty", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 8, Loaded: true, Out: drivers.TrayGood}, flow.VerdictGoodTray},
		{"discharged to reject", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 8, Loaded: true, Out: drivers.TrayReject}, flow.VerdictReject},
		{"discharged, yet a card inside", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Out: drivers.TrayGood}, flow.VerdictAsk},
		{"loaded, yet the counter stands", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 7, Loaded: true}, flow.VerdictAsk},
		{"card inside, counter stands", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 7}, flow.VerdictAsk},
		{"counter cleared", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 0}, flow.VerdictAsk},
		{"counter ran ahead", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 9}, flow.VerdictAsk},
		{"position not told", flow.Evidence{Position: unknown, CounterBefore: 7, CounterNow: 8}, flow.VerdictAsk},
	} {
		if got := flow.Judge(c.e); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func paren(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}
