package station_test

import (
	"slices"
	"testing"

	"cetak/drivers"
	"cetak/station"
)

// The desk says that a cause is gone only where a device says so: of a card that is stuck none does, however well the printer answers.
func TestCleared(t *testing.T) {
	t.Parallel()
	for code, want := range map[drivers.Code]bool{drivers.CardJamHead: false, drivers.MechanicalFault: false, drivers.RibbonEnd: true} {
		d := newDesk(t, 8)
		r := d.room(station.Options{Who: "siti"})
		d.inject("print", code, drivers.AgainAfterOperator)
		r.do(print(d.waiting(false)[0]))
		r.fault(code)
		r.do(station.Refresh{})
		if f := r.n.Fault; f == nil || f.Cleared != want || f.Watched != want {
			t.Errorf("%s: %+v", code, f)
		}
		r.do(station.Reply{Answer: station.AnswerGiveUp})
	}
}

// A card that a person will judge shows that step from its beginning; every second one is judged here.
func TestStepsOfACard(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 8)
	r := d.room(station.Options{Who: "siti", ConfirmEvery: 2})
	for i := range 2 {
		r.do(print(d.waiting(false)[0]))
		judged := slices.ContainsFunc(r.n.Session, func(f station.Finished) bool {
			return slices.ContainsFunc(f.Steps, func(s station.Step) bool { return s.Name == station.StepConfirm })
		})
		if i == 0 {
			if judged || len(r.n.Session) != 1 {
				t.Fatalf("the first: %+v", r.n.Session)
			}
			continue
		}
		if r.n.Question == nil || r.n.Job == nil {
			t.Fatalf("nobody is asked about the second: %+v", r.n)
		}
		var names []station.StepName
		for _, s := range r.n.Job.Steps {
			names = append(names, s.Name)
		}
		want := []station.StepName{station.StepCheck, station.StepLoad, station.StepReadChip, station.StepWriteChip, station.StepVerify, station.StepPrint,
			station.StepDischarge, station.StepConfirm, station.StepSettle}
		if !slices.Equal(names, want) {
			t.Errorf("its steps are %v", names)
		}
		r.do(station.Reply{Answer: station.AnswerGood})
	}
}
