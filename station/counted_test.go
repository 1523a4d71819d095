package station_test

import (
	"testing"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
	"cetak/station/ledger"
)

// A fault of a load that the counter contradicts is not believed: no blank is booked, none is called untouched, and a person looks.
func TestCounted(t *testing.T) {
	for _, c := range []struct {
		name string
		told drivers.Whereabouts
		slip int64 // of the counter, beside what the fault says
		want drivers.Whereabouts
	}{
		{"in the feeder, and the counter has not moved", drivers.InHopper, 0, drivers.InHopper},
		{"in the feeder, and one was taken", drivers.InHopper, 1, drivers.Unknown},
		{"in the machine, and one was taken", drivers.InMachine, 0, drivers.InMachine},
		{"in the machine, and the counter has not moved", drivers.InMachine, -1, drivers.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, 1)
			b := d.bench
			b.slip = c.slip
			b.injected.at, b.injected.fault = "load", &drivers.Fault{Code: drivers.CardJamFeed, Op: "test", Card: c.told, Again: drivers.AgainAfterOperator}
			s := station.New(station.Parts{
				Devices: b, Encoder: encoder{b}, Journal: d.journal, Store: d.store, Faces: d.faces, Keys: d.keys, Log: zerolog.Nop(),
			}, station.Options{Office: "O", Desk: "1", Who: "W", Specimen: true, Blank: ledger.WNI, ChipStation: drivers.PositionContact})
			snaps, stop := s.Watch()
			defer stop()
			ended := make(chan error, 1)
			s.Do(station.PrintCard{})
			go func() { ended <- s.Run(t.Context()) }()
			var n station.Snapshot
			for n = range snaps {
				if n.Handled >= 1 && n.Fault != nil && !n.Batch && (n.Question != nil || !n.Busy) {
					break
				}
			}
			if n.Phase != flow.Held || n.Fault.Card != c.want {
				t.Errorf("phase %s, fault %+v: want card %q", n.Phase, n.Fault, c.want)
			}
			if c.want == drivers.Unknown && (n.Question == nil || n.Question.Kind != station.QuestionWhere) {
				t.Errorf("nobody is asked where the card is: %+v", n.Question)
			}
			booked := n.Stock[ledger.WNI][ledger.Machine]
			if (booked != 0) != (c.want == drivers.InMachine) {
				t.Errorf("%d blanks are booked into the machine", booked)
			}
			s.Do(station.Stop{})
			<-ended
		})
	}
}
