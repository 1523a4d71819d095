package handover

import (
	"cetak/drivers"
)

// Faults of a stick and of what is on it. None concerns a card.
const (
	StickEmpty    drivers.Code = "S-140" // nothing of this desk's work lies in the folder
	StickHalf     drivers.Code = "S-141" // a file on it is shorter than it says: the copy was not finished
	StickForeign  drivers.Code = "S-142" // what lies on it is sealed to another desk
	StickLocked   drivers.Code = "S-143" // the passphrase does not open it
	StickAltered  drivers.Code = "S-144" // a file on it is not what its maker wrote, or its signature does not hold
	StickPast     drivers.Code = "S-145" // every lease on it has run out
	StickAgain    drivers.Code = "S-146" // it was taken in before: nothing was done
	StickMissing  drivers.Code = "S-147" // work that was carried away has not come back, and its leases have run out
	StickFailed   drivers.Code = "S-148" // the folder cannot be read or written
	CannotGo      drivers.Code = "S-150" // a record may not be handed on: it does not wait here under a lease that stands
	CardUntrusted drivers.Code = "S-151" // a desk's card is not whole, or its fingerprint is not the one that was told
)

func fault(c drivers.Code, op, detail string, err error) *drivers.Fault {
	return &drivers.Fault{Code: c, Op: op, Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}
