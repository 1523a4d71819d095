package face

import "cetak/drivers"

// Refusals of the face, found before a blank moves.
const (
	DoesNotFit   drivers.Code = "R-301" // a value does not fit its place, also at the smallest size on all its lines; it is never cut
	NoGlyph      drivers.Code = "R-302" // a letter that the card's font does not have
	LayoutBroken drivers.Code = "R-303" // the layout file is not valid: unknown key, unknown field, or a place outside the card
)

func fault(c drivers.Code, detail string) *drivers.Fault {
	return &drivers.Fault{Code: c, Op: "face", Card: drivers.NoCard, Again: drivers.AgainNever, Detail: detail}
}
