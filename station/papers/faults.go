package papers

import (
	"encoding/json"
	"strings"

	"cetak/station"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/report"
)

// refusal says whether a code refuses what somebody asked for: nothing failed. Among the blanks' own codes those are trouble that say
// that the books do not balance, that feeder or machine are not as the books have them, that the station was cut off, or that a
// dead card lies in the reader.
func refusal(code string) bool {
	switch {
	case strings.HasPrefix(code, "U-"), strings.HasPrefix(code, "Y-"), strings.HasPrefix(code, "W-"): // people, order of the queue, papers
		return true
	case strings.HasPrefix(code, "S-2"), strings.HasPrefix(code, "R-4"): // the shift's rules; a record that is not to be made here
		return true
	case code == string(ledger.Unbalanced), strings.HasPrefix(code, "B-20"), code == string(office.CardDead):
		return false
	}
	return strings.HasPrefix(code, "B-")
}

// fault takes a line of trouble into its day: a fault of device or station, or a start after the power was cut, with the attempt that
// it broke off.
func (f *folder) fault(e journal.Entry, d *daybook) error {
	line := report.FaultLine{At: f.local(e.At), Machine: f.printer[e.Attempt], Record: e.Record, Operator: e.Who}
	switch e.Kind {
	case journal.KindFault:
		var c struct{ Code string }
		if err := json.Unmarshal(e.Data, &c); err != nil {
			return err
		}
		line.Code = c.Code
	case journal.KindUncleanStart:
		line.Code, line.Machine, line.Record = string(station.StationLocked), f.printer[f.begun.Attempt], f.begun.Record
	}
	if line.Operator == ledger.Station {
		line.Operator = ""
	}
	if d != nil && !refusal(line.Code) {
		d.faults = append(d.faults, line)
	}
	return nil
}
