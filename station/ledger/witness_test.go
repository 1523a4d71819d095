package ledger

import (
	"fmt"
	"testing"
	"time"
)

func attempt(i int) Movement {
	m := load(fmt.Sprint("A-", i))
	m.At, m.Seq = noon.Add(time.Duration(i)*time.Minute), int64(i)
	return m
}

// A difference of the counters names the first job since they last agreed, and is told once.
func TestWatchCounters(t *testing.T) {
	var w Watch
	for i, tt := range []struct {
		jobs []any
		look Reading
		want string
	}{
		{nil, Reading{1000, 5000}, ""},
		{[]any{attempt(1), Job{Attempt: "A-1", Panels: 5}}, Reading{1001, 5005}, ""},
		{[]any{attempt(2), attempt(3), Job{Attempt: "A-3", Panels: 5}}, Reading{1004, 5010}, "ledger-counter 1003-1004 A-2..A-3"},
		{nil, Reading{1004, 5010}, ""},
		{[]any{attempt(4)}, Reading{1004, 5010}, "ledger-counter 1005-1004 A-4..A-4"},
		{[]any{Job{What: "cleaning", Cards: 1}, Job{What: "test-card", Cards: 1, Panels: 5}, Job{What: "transport-test", Cards: 2}}, Reading{1008, 5015}, ""},
		{[]any{Job{What: "cleaning", Cards: 1}}, Reading{1008, 5015}, "ledger-counter 1009-1008 cleaning..cleaning"},
		{nil, Reading{1010, 5015}, "ledger-counter 1008-1010 .."},
		{[]any{attempt(5), Job{Attempt: "A-5", Panels: Unknown}, Job{Attempt: "A-5", Panels: 3}}, Reading{1011, 5090}, ""},
		{[]any{attempt(6), Job{Attempt: "A-6", Panels: 5}}, Reading{1012, 5096}, "ledger-panels 5095-5096 A-6..A-6"},
		{[]any{attempt(7)}, Reading{1013, Unknown}, ""},
		{[]any{attempt(8), Job{Attempt: "A-8", Panels: 5}}, Reading{1014, 5101}, ""}, // what was not read is not compared
	} {
		for _, j := range tt.jobs {
			switch j := j.(type) {
			case Movement:
				w.Apply(j)
			case Job:
				w.Expect(j)
			}
		}
		got := ""
		for _, in := range w.Look(noon, tt.look) {
			name := func(j Job) string {
				if j.Attempt != "" {
					return j.Attempt
				}
				return j.What
			}
			got += fmt.Sprintf("%s-%s %d-%d %s..%s", in.Between[0], in.Between[1], in.Says[0], in.Says[1], name(in.Since), name(in.Until))
			if in.Difference != in.Says[1]-in.Says[0] || !in.Seen.Equal(noon) {
				t.Errorf("%+v", in)
			}
		}
		if got != tt.want {
			t.Errorf("%d: %q, want %q", i, got, tt.want)
		}
	}
	w.Forget()
	if in := w.Look(noon, Reading{7, 7}); len(in) != 0 {
		t.Errorf("another printer: %v", in)
	}
}

// A blind count that differs names the first movement since that account was last counted.
func TestWatchCounts(t *testing.T) {
	var w Watch
	count := func(n, book int) []Incident {
		return w.Count(noon, Count{WNI: {Hopper: n}}, Balance{WNI: {Hopper: book}, WNA: {Hopper: 3}})
	}
	if in := count(20, 20); len(in) != 0 {
		t.Errorf("%v", in)
	}
	w.Apply(attempt(1))
	w.Apply(Movement{Kind: Receipt, From: Centre, To: Vault, Type: WNI, Count: 5, Seq: 2})
	w.Apply(attempt(3))
	in := count(17, 18)
	if len(in) != 1 || in[0].Since.Attempt != "A-1" || in[0].Until.Attempt != "A-3" || in[0].Difference != -1 || in[0].Account != Hopper || in[0].Type != WNI {
		t.Fatalf("%+v", in)
	}
	if in := count(17, 18); len(in) != 0 {
		t.Errorf("told twice: %+v", in)
	}
	w.Apply(attempt(4))
	if in := count(15, 17); len(in) != 1 || in[0].Difference != -2 || in[0].Since.Attempt != "A-4" {
		t.Errorf("%+v", in)
	}
	if in := count(15, 15); len(in) != 0 {
		t.Errorf("the books were brought right: %+v", in)
	}
	if in := count(14, 15); len(in) != 1 || in[0].Since != (Job{}) {
		t.Errorf("%+v", in)
	}
}
