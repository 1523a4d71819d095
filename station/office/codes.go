package office

import "cetak/drivers"

// Refusals of an act. A refused act moves no blank and opens or closes nothing.
const (
	// Incomplete: a field of the act is missing or has a value that is not on its list.
	Incomplete drivers.Code = "B-301"
	// NumberUsed: a list of this number was made before.
	NumberUsed drivers.Code = "B-302"
	// AuthorisedAlready: a further card for this record and issue is allowed already and not yet made.
	AuthorisedAlready drivers.Code = "B-303"
	// ShiftNeeded: the act belongs into an open shift, and none is open.
	ShiftNeeded drivers.Code = "B-305"
	// ShiftIsOpen: a shift is open already.
	ShiftIsOpen drivers.Code = "B-306"
	// CardElsewhere: the card of this chip number is unknown here, or is not where the act takes it from.
	CardElsewhere drivers.Code = "B-307"
	// CardDead: the card is spoiled, destroyed, or reported lost: it must not be used, shipped, or handed over.
	CardDead drivers.Code = "B-308"
	// ChipDiffers: what the chip says at hand-over is not what was written for this record.
	ChipDiffers drivers.Code = "B-309"
	// NotListed: the list, shipment, or incident does not exist, or is finished.
	NotListed drivers.Code = "B-310"
	// NotAuthorised: a further card for this record needs an authorisation that is not there or is used up.
	NotAuthorised drivers.Code = "B-311"
	// OldCardLives: the earlier card of the record is neither spoiled nor reported lost.
	OldCardLives drivers.Code = "B-312"
	// CardRecalled: the centre has taken the card's record back: it must be spoiled, and not reach its person.
	CardRecalled drivers.Code = "B-313"
)

func refuse(code drivers.Code, detail string) error {
	return &drivers.Fault{Code: code, Op: "office", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: detail}
}
