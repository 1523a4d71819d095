package office

import (
	"encoding/json"
	"testing"

	"cetak/station/journal"
	"cetak/station/ledger"
)

// A forged journal may say anything. Apply takes it or refuses it, and the State can be looked at afterwards.
func FuzzApply(f *testing.F) {
	d := opened(f)
	d.card("PRR-1", 1, ledger.WNI, "0401", "spoiled")
	d.do(MakeDestructionList{Number: "DM-1", Type: ledger.WNI}, two)
	d.do(CloseShift{First: hopper(24), Second: hopper(24)}, two)
	for i, e := range d.entries {
		f.Add(uint(i), string(e.Kind), []byte(e.Data), e.UID, e.Attempt)
	}
	f.Add(uint(3), string(journal.KindIncident), []byte(`{"between":["ledger","counter"],"says":[1,2]}`), "", "")
	f.Add(uint(3), string(journal.KindCounted), []byte(`{"agreed":true,"tallies":[{"count":{"WNX":{"vault":1}}}]}`), "", "")
	f.Fuzz(func(t *testing.T, at uint, kind string, data []byte, uid, attempt string) {
		if !json.Valid(data) {
			data = nil
		}
		s := New(Rules{Station: "s"})
		for i, e := range d.entries {
			if uint(i) == at%uint(len(d.entries)) {
				e.Kind, e.Data, e.UID, e.Attempt = journal.Kind(kind), data, uid, attempt
			}
			if s.Apply(e) != nil {
				return
			}
		}
		_, _ = s.Shift()
		_ = s.Cards("")
		_ = s.Witness(d.now, ledger.Reading{Cards: 3})
		_, _ = s.Do(CloseShift{First: hopper(1), Second: hopper(1), Waiver: "w"}, two, d.now)
		_, _ = s.Do(MakeDestructionList{Number: "DM-2", Type: ledger.WNI}, two, d.now)
		_, _ = s.Do(Destroy{List: "DM-1", Method: Burnt}, two, d.now)
	})
}
