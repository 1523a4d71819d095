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
	same, fresh, other, unread := flow.ChipSame, flow.ChipNew, flow.ChipOther, flow.ChipUnread
	for _, c := range []struct {
		name string
		e    flow.Evidence
		want flow.Verdict
	}{
		{"counter still, transport empty", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 7}, flow.VerdictNotTaken},
		{"counter one on, its chip inside", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Read: true, Chip: same}, flow.VerdictInside},
		{"the same, neither load nor chip written", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Chip: fresh}, flow.VerdictInside},
		{"another chip inside", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Read: true, Chip: other}, flow.VerdictAsk},
		{"a chip of an older attempt inside", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Chip: other}, flow.VerdictAsk},
		{"a new chip where one was read", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Read: true, Chip: fresh}, flow.VerdictAsk},
		{"a chip that spoke is silent", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Read: true, Chip: unread}, flow.VerdictAsk},
		{"a chip that had failed is silent", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Read: true, ChipBad: true, Chip: unread}, flow.VerdictInside},
		{"a chip that never spoke is silent", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Chip: unread}, flow.VerdictInside},
		{"nobody asked the chip", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Read: true}, flow.VerdictAsk},
		{"counter one on, card gone", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 8, Loaded: true}, flow.VerdictAsk},
		{"discharged good on paper, transport empty", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 8, Loaded: true, Out: drivers.TrayGood}, flow.VerdictGoodTray},
		{"discharged to reject", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 8, Loaded: true, Out: drivers.TrayReject}, flow.VerdictReject},
		{"discharged, and another card taken since", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 9, Loaded: true, Out: drivers.TrayGood}, flow.VerdictAsk},
		{"discharged, and the counter cleared", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 0, Loaded: true, Out: drivers.TrayGood}, flow.VerdictAsk},
		{"discharged, yet a card inside", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 8, Loaded: true, Out: drivers.TrayGood, Chip: same}, flow.VerdictAsk},
		{"loaded, yet the counter stands", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 7, Loaded: true, Chip: same}, flow.VerdictAsk},
		{"card inside, counter stands", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 7, Chip: fresh}, flow.VerdictAsk},
		{"counter cleared", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: 0}, flow.VerdictAsk},
		{"counter cleared, card inside", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 0, Chip: same}, flow.VerdictAsk},
		{"counter ran ahead", flow.Evidence{Position: head, CounterBefore: 7, CounterNow: 9, Chip: same}, flow.VerdictAsk},
		{"no counter, its chip inside", flow.Evidence{Position: head, CounterBefore: -1, CounterNow: -1, Loaded: true, Read: true, Chip: same}, flow.VerdictInside},
		{"no counter, a new chip where none was read", flow.Evidence{Position: head, CounterBefore: -1, CounterNow: -1, Chip: fresh}, flow.VerdictInside},
		{"no counter, a silent chip", flow.Evidence{Position: head, CounterBefore: -1, CounterNow: -1, Chip: unread}, flow.VerdictAsk},
		{"no counter, loaded, a chip that never spoke", flow.Evidence{Position: head, CounterBefore: -1, CounterNow: -1, Loaded: true, Chip: unread}, flow.VerdictInside},
		{"no counter, loaded, a chip that spoke is silent", flow.Evidence{Position: head, CounterBefore: -1, CounterNow: -1, Loaded: true, Read: true, Chip: unread}, flow.VerdictAsk},
		{"no counter, loaded, a chip that had failed is silent", flow.Evidence{Position: head, CounterBefore: -1, CounterNow: -1, Loaded: true, Read: true, ChipBad: true, Chip: unread}, flow.VerdictInside},
		{"no counter, nothing inside", flow.Evidence{Position: none, CounterBefore: -1, CounterNow: -1}, flow.VerdictAsk},
		{"no counter, discharged good on paper", flow.Evidence{Position: none, CounterBefore: -1, CounterNow: -1, Loaded: true, Out: drivers.TrayGood}, flow.VerdictGoodTray},
		{"no counter, discharged to reject", flow.Evidence{Position: none, CounterBefore: -1, CounterNow: -1, Loaded: true, Out: drivers.TrayReject}, flow.VerdictReject},
		{"no counter, discharged, yet a card inside", flow.Evidence{Position: head, CounterBefore: -1, CounterNow: -1, Loaded: true, Out: drivers.TrayGood, Chip: same}, flow.VerdictAsk},
		{"a machine that counted and does no more", flow.Evidence{Position: none, CounterBefore: 7, CounterNow: -1, Loaded: true, Out: drivers.TrayGood}, flow.VerdictAsk},
		{"another machine, that counts", flow.Evidence{Position: head, CounterBefore: -1, CounterNow: 1, Chip: same}, flow.VerdictAsk},
		{"position not told", flow.Evidence{Position: unknown, CounterBefore: 7, CounterNow: 8, Chip: same}, flow.VerdictAsk},
	} {
		if got := flow.Judge(c.e); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if asked := c.e.Chip != flow.ChipNotAsked; asked && c.want == flow.VerdictInside && !c.e.WantsChip() {
			t.Errorf("%s: the verdict needs the chip, and nobody would ask it", c.name)
		}
	}
}

// TestJudgeNeverGuesses goes through all evidence there can be: a verdict that moves or books a card rests on a counter
// that says one blank was taken (or none), and nothing against it.
func TestJudgeNeverGuesses(t *testing.T) {
	places := []drivers.Position{drivers.PositionNone, drivers.PositionHead, drivers.PositionContact, drivers.PositionContactless, drivers.PositionUnknown}
	chips := []flow.ChipEvidence{flow.ChipNotAsked, flow.ChipSame, flow.ChipNew, flow.ChipOther, flow.ChipUnread}
	for _, now := range []int64{-1, 0, 6, 7, 8, 9} {
		for _, out := range []drivers.Tray{"", drivers.TrayGood, drivers.TrayReject} {
			for bits := range 8 {
				for _, place := range places {
					for _, chip := range chips {
						e := flow.Evidence{Position: place, CounterBefore: 7, CounterNow: now, Out: out, Chip: chip,
							Loaded: bits&1 != 0, Read: bits&2 != 0, ChipBad: bits&4 != 0}
						v, ok := flow.Judge(e), true
						switch v {
						case flow.VerdictNotTaken:
							ok = now == 7 && place == drivers.PositionNone && !e.Loaded && out == ""
						case flow.VerdictInside:
							ok = now == 8 && e.Inside() && out == "" && (chip == flow.ChipSame || !e.Read || e.ChipBad && chip == flow.ChipUnread)
						case flow.VerdictGoodTray, flow.VerdictReject:
							ok = now == 8 && place == drivers.PositionNone && out != ""
						}
						if !ok || chip == flow.ChipOther && v == flow.VerdictInside {
							t.Errorf("%+v: %s", e, v)
						}
						e.CounterBefore, e.CounterNow = drivers.CountUnknown, drivers.CountUnknown
						switch v, ok = flow.Judge(e), true; v {
						case flow.VerdictNotTaken: // an empty machine proves nothing
							ok = false
						case flow.VerdictInside:
							ok = e.Inside() && out == "" && (chip == flow.ChipSame || chip == flow.ChipNew && !e.Read ||
								chip == flow.ChipUnread && e.Loaded && (!e.Read || e.ChipBad))
						case flow.VerdictGoodTray, flow.VerdictReject:
							ok = place == drivers.PositionNone && out != ""
						}
						if !ok {
							t.Errorf("without a counter, %+v: %s", e, v)
						}
					}
				}
			}
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
