package model

import (
	"testing"
	"time"

	"cetak/station"
	"cetak/ui/text"
)

// The bar shows the line to the centre and how old its word is; a line that is down stops nobody.
func TestUplink(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		is   station.CentreState
		tone Tone
		word string
	}{
		{station.CentreState{State: station.DeviceUnknown}, Plain, "not known"},
		{station.CentreState{State: station.DeviceUp, At: now.Add(-time.Minute)}, Ready, "ready"},
		{station.CentreState{State: station.DeviceUp, Code: "N-205", At: now}, Waiting, "trouble"},
		{station.CentreState{State: station.DeviceDown, Code: "N-201"}, Waiting, "no line"},
		{station.CentreState{State: station.DeviceDown, At: now.Add(-4 * time.Minute)}, Waiting, "4 min ago"},
		{station.CentreState{State: station.DeviceDown, At: now.Add(-5 * time.Hour)}, Waiting, "5 h ago"},
		{station.CentreState{State: station.DeviceUp, At: now, Recall: 2}, Stopped, "2 cards called back"},
		{station.CentreState{State: station.DeviceDown, At: now.AddDate(0, 0, -3)}, Waiting, "3 days ago"},
	} {
		l := Local{Now: now, Words: text.For(text.English)}
		if d := (look{s: station.Snapshot{Centre: &c.is}, l: l}).top().Devices; len(d) != 3 || d[2] != (Device{c.tone, "Centre", c.word}) {
			t.Errorf("%+v: %+v", c.is, d)
		}
	}
	if d := (look{l: Local{Now: now, Words: text.For(text.English)}}).top().Devices; len(d) != 2 {
		t.Errorf("a desk without a centre: %+v", d)
	}
}
