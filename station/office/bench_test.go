package office

import (
	"fmt"
	"testing"

	"cetak/station/ledger"
)

// BenchmarkFold folds a journal of 5,000 cards in 50 shifts; the figure is for one line.
func BenchmarkFold(b *testing.B) {
	d := newDesk(b, Rules{})
	for i := range 50 {
		d.do(Receive{Paper: Paper{Number: fmt.Sprintf("BA-%d", i), Issuer: "Pusat", Party: "Gudang"}, Type: ledger.WNI, Count: 100}, two)
		d.do(Draw{Type: ledger.WNI, Count: 100}, two)
		d.do(OpenShift{First: hopper(100), Second: hopper(100)}, two)
		for j := range 100 {
			outcome := "good"
			if j%20 == 0 {
				outcome = "spoiled"
			}
			d.card(fmt.Sprintf("PRR-%d", i*100+j), 1, ledger.WNI, fmt.Sprintf("04%06X", i*100+j), outcome)
		}
		d.do(CloseShift{First: hopper(0), Second: hopper(0)}, two)
	}
	b.ResetTimer()
	for b.Loop() {
		s := New(d.s.rules)
		for _, e := range d.entries {
			if err := s.Apply(e); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(d.entries)), "ns/line")
}
