package station

import "cetak/drivers"

// Faults of the station itself: found in preflight, before a blank moves.
const (
	AlreadyIssued    drivers.Code = "R-401" // this record and issue has a live card already
	NotWaiting       drivers.Code = "R-403" // no waiting record has the id (and issue) that was asked for
	SpecimenMismatch drivers.Code = "R-402" // a specimen record on a real station, or a real one on a test station
	WrongBlank       drivers.Code = "B-201" // the record needs another type of blank (WNI, WNA) than lies in the feeder
	NoBlankBooked    drivers.Code = "B-202" // the ledger knows of no blank in the feeder: draw some from the vault first
	AttemptOpen      drivers.Code = "B-203" // an earlier run stopped with a card in hand: the evidence decides, else a person
	StationLocked    drivers.Code = "B-204" // the last run did not close in order: a person opens the station again by name
	ShiftDue         drivers.Code = "S-201" // this desk needs an open shift before a card is begun
	HandedOn         drivers.Code = "S-149" // the record was handed on to another desk, or given back: it is not this desk's any more
	LeaseOver        drivers.Code = "N-206" // the centre's lease of the record has run out, and the centre does not answer
	SpoilLimit       drivers.Code = "S-202" // the shift's limit is reached: a second person must say with the operator that a card is spoiled
)
