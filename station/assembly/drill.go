package assembly

import (
	"strings"

	"cetak/drivers"
	"cetak/station/config"
)

// Faults of folders that were taken one for the other.
const (
	DrillFolder drivers.Code = "K-221" // the folder is a trainee's: no station is worked in it
	NoDrill     drivers.Code = "K-222" // the folder is no trainee's, or a station's: no drill is held in it
)

// DrillOffice is the name of the office in a drill. It stands in the journal's first line, on every screen, paper, and certificate, and
// cannot be taken out of them.
const DrillOffice = "LATIHAN / DRILL"

// CheckDrill holds settings to being a trainee's or a station's. Faults: DrillFolder, NoDrill.
func CheckDrill(c config.Config, drill bool) error {
	return checkDrill(c.Station.Drill != "", drill, config.File+" says station.drill = \""+c.Station.Drill+"\"")
}

// checkDrillJournal is CheckDrill by the id of the station in the journal: settings can be changed by hand, the journal cannot.
func checkDrillJournal(station string, drill bool) error {
	return checkDrill(strings.HasPrefix(station, DrillOffice+"/"), drill, "its journal is that of "+station)
}

func checkDrill(is, wanted bool, detail string) error {
	f := &drivers.Fault{Op: "open", Card: drivers.NoCard, Again: drivers.AgainNever, Detail: detail}
	switch {
	case is && !wanted:
		f.Code = DrillFolder
		return f
	case wanted && !is:
		f.Code = NoDrill
		return f
	}
	return nil
}
