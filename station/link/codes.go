package link

import "cetak/drivers"

// Faults of the line, found at this end of it, beside those of station/centre/api. They concern no card.
const (
	ClockOff    drivers.Code = "N-205" // the desk's clock and the centre's differ by more than five minutes
	NotSigned   drivers.Code = "N-207" // a table of rules or a countersigned head is not signed by the centre's notary
	WrongHolder drivers.Code = "N-208" // the enrolment is another desk's
	Unreadable  drivers.Code = "N-209" // a leased record cannot be opened or checked here: the register looks at it
	NoEnrolment drivers.Code = "N-211" // the settings name no centre
	NotBooked   drivers.Code = "N-210" // the centre will not book an outcome: a person looks at the card
)

func fault(c drivers.Code, op, detail string, err error) *drivers.Fault {
	return &drivers.Fault{Code: c, Op: op, Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}
