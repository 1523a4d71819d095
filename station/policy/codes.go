package policy

import "cetak/drivers"

// Faults of policy: none moves a blank.
const (
	// HeldByPolicy: the rule in force holds this record back; its person is sent elsewhere or waits.
	HeldByPolicy drivers.Code = "Y-101"
	// OutOfTurn: others are before this record, and it was not asked for as urgent.
	OutOfTurn drivers.Code = "Y-102"
	// OfficeClosed: outside the opening hours, or the card could not be finished before they end.
	OfficeClosed drivers.Code = "Y-103"
	// NoUrgentReason: an urgent case without one of the listed reasons.
	NoUrgentReason drivers.Code = "Y-104"
	// TableUnreadable: the file that policy.table names cannot be read.
	TableUnreadable drivers.Code = "Y-105"
	// TableWrong: the table of rules is not TOML, or a row says something that cannot hold.
	TableWrong drivers.Code = "Y-106"
	// SuketNotNow: the rule in force forbids temporary letters at this stock.
	SuketNotNow drivers.Code = "Y-107"
	// SuketRuns: this record has a temporary letter already that still runs.
	SuketRuns drivers.Code = "Y-108"
	// SuketUnknown: no temporary letter of this station has the number, or it was ended by the card.
	SuketUnknown drivers.Code = "Y-109"
	// SuketNumber: the number is already another letter's, or is no number a letter can have.
	SuketNumber drivers.Code = "Y-110"
	// SuketTooEarly: the letter runs long enough; it is extended only in its last month.
	SuketTooEarly drivers.Code = "Y-111"
	// SuketNotForWNA: a temporary letter is for citizens only.
	SuketNotForWNA drivers.Code = "Y-112"
)

func refuse(code drivers.Code, op, detail string) *drivers.Fault {
	return &drivers.Fault{Code: code, Op: op, Again: drivers.AgainAfterOperator, Detail: detail}
}
