package report

import "cetak/drivers"

// Refusals of the papers. A refused paper leaves nothing behind.
const (
	// Unsound: the figures of the paper do not add up, or a card stands on it twice: a paper that is signed must be right.
	Unsound drivers.Code = "W-101"
	// Incomplete: what the paper cannot be without is not given: number, date, or who signs.
	Incomplete drivers.Code = "W-102"
	// NoGlyph: a letter that the font of the PDF does not have; XLSX and CSV can still be made.
	NoGlyph drivers.Code = "W-103"
	// UnknownFormat: the file's name ends in none of .pdf, .xlsx, .csv.
	UnknownFormat drivers.Code = "W-104"
	// TooLong: a text that does not fit the page it has to stand on.
	TooLong drivers.Code = "W-105"
	// BadPicture: a photograph that is neither JPEG nor PNG, or is broken.
	BadPicture drivers.Code = "W-106"
)

func refuse(code drivers.Code, detail string, err error) error {
	return &drivers.Fault{Code: code, Op: "paper", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}
