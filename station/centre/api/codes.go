package api

import (
	"net/http"

	"cetak/drivers"
)

// Refusals of the centre, as they stand in a problem's code. None of them concerns a card by itself.
const (
	NotAllowed      drivers.Code = "N-101" // the certificate's holder may not do this, or is not registered
	Revoked         drivers.Code = "N-102" // the certificate was revoked
	BadRequest      drivers.Code = "N-103" // not as the contract says
	NoSuchRecord    drivers.Code = "N-104" // the centre has no such record and issue
	StaleFence      drivers.Code = "N-105" // the lease was given on: a higher fence is out
	Withdrawn       drivers.Code = "N-106" // the record was withdrawn or replaced by a newer revision
	NotHeld         drivers.Code = "N-107" // the station does not hold a lease of it
	Contradicts     drivers.Code = "N-108" // another outcome is booked: of this attempt, or a live card of this record and issue
	OutcomeUnsigned drivers.Code = "N-109" // the outcome is not signed by the station, or is another record's
	ChainGap        drivers.Code = "N-110" // the lines do not follow the last that the centre has
	ChainForged     drivers.Code = "N-111" // a line's hash is not that of its content, or the centre has another line there
	TooLarge        drivers.Code = "N-112" // larger than the contract allows
	NeedsTwo        drivers.Code = "N-113" // the second person is the first
	DepositConflict drivers.Code = "N-114" // the record is there with other facts
	Unavailable     drivers.Code = "N-115" // the centre's store does not answer; try again later
	NoPolicy        drivers.Code = "N-116" // no table of rules was given out yet
	PaperUnsigned   drivers.Code = "N-117" // a hand-over's paper or a packet is not signed by the desk that it names, or says what none may
)

// statuses are the HTTP statuses of the codes; never changed.
var statuses = map[drivers.Code]int{
	NotAllowed: http.StatusForbidden, Revoked: http.StatusForbidden, BadRequest: http.StatusBadRequest, NoSuchRecord: http.StatusNotFound,
	StaleFence: http.StatusConflict, Withdrawn: http.StatusConflict, NotHeld: http.StatusConflict, Contradicts: http.StatusConflict,
	OutcomeUnsigned: http.StatusUnprocessableEntity, ChainGap: http.StatusConflict, ChainForged: http.StatusUnprocessableEntity,
	TooLarge: http.StatusRequestEntityTooLarge, NeedsTwo: http.StatusConflict, DepositConflict: http.StatusConflict,
	Unavailable: http.StatusServiceUnavailable, NoPolicy: http.StatusNotFound, PaperUnsigned: http.StatusUnprocessableEntity,
}

// Status is the HTTP status of a refusal's code; 500 for a code that is none of the contract's.
func Status(c drivers.Code) int {
	if s, ok := statuses[c]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Codes lists every code of the contract.
func Codes() []drivers.Code {
	return []drivers.Code{
		NotAllowed, Revoked, BadRequest, NoSuchRecord, StaleFence, Withdrawn, NotHeld, Contradicts, OutcomeUnsigned, ChainGap, ChainForged,
		TooLarge, NeedsTwo, DepositConflict, Unavailable, NoPolicy, PaperUnsigned,
	}
}

// Refuse makes the fault of a refusal.
func Refuse(c drivers.Code, op, detail string, err error) *drivers.Fault {
	again := drivers.AgainNever
	if c == Unavailable {
		again = drivers.AgainNow
	}
	return &drivers.Fault{Code: c, Op: op, Again: again, Detail: detail, Err: err}
}
