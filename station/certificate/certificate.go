package certificate

import (
	"time"

	"cetak/drivers"
)

// Refusals of a certificate.
const (
	// NotCertificate: the file is no shift certificate, or not in its one form: a byte more or less is another file.
	NotCertificate drivers.Code = "B-321"
	// SignatureWrong: the signature does not hold over what the file says.
	SignatureWrong drivers.Code = "B-322"
	// OtherStation: signed by another key than the one that is trusted.
	OtherStation drivers.Code = "B-323"
	// DoesNotAdd: the figures contradict each other: the equation, the count of cards, a chip number twice.
	DoesNotAdd drivers.Code = "B-324"
)

// Version of the form.
const Version = 1

// Certificate is one closed shift. Maps and lists are in their canonical order: cards as they were made.
type Certificate struct {
	Version   int        `json:"v"`
	Station   string     `json:"station"` // office/desk
	Shift     string     `json:"shift"`
	Opened    time.Time  `json:"opened"` // UTC, whole seconds
	Closed    time.Time  `json:"closed"`
	OpenedBy  [2]string  `json:"opened_by"`
	ClosedBy  [2]string  `json:"closed_by"`
	Stock     []Stock    `json:"stock"` // WNI, then WNA; both always
	Cards     []Card     `json:"cards,omitempty"`
	Incidents []Incident `json:"incidents,omitempty"`
	Waivers   []Waiver   `json:"waivers,omitempty"`
	Journal   Journal    `json:"journal"`
}

// Stock is the closing equation of one blank type: opening + drawn + found = good + spoiled + returned + missing + closing - difference.
type Stock struct {
	Type       string         `json:"type"`
	Opening    int            `json:"opening"` // counted
	Drawn      int            `json:"drawn"`
	Found      int            `json:"found,omitempty"` // booked back from missing, or more than ever came
	Good       int            `json:"good"`
	Spoiled    map[string]int `json:"spoiled,omitempty"` // by cause
	Returned   int            `json:"returned"`
	Missing    int            `json:"missing"`
	Closing    int            `json:"closing"`              // counted
	Difference int            `json:"difference,omitempty"` // counted above (+) or below (-) the book; 0 or waived
}

// Result of a card.
type Result string

// Results.
const (
	Good    Result = "good"
	Spoiled Result = "spoiled"
	Missing Result = "missing"
)

// Card is one blank of the shift whose chip was read.
type Card struct {
	UID    string `json:"uid"`
	Type   string `json:"type"`
	Result Result `json:"result"`
	Cause  string `json:"cause,omitempty"`
}

// Incident is a difference that was found or still open in this shift.
type Incident struct {
	ID    string `json:"id"`
	What  string `json:"what"`
	Type  string `json:"type,omitempty"`
	Books int64  `json:"books"`
	Found int64  `json:"found"`
	Since string `json:"since,omitempty"` // the first attempt it can have begun at
	Open  bool   `json:"open,omitempty"`
}

// Waiver lets a difference stand, with name and reason.
type Waiver struct {
	At         string `json:"at"` // opening, closing
	Type       string `json:"type"`
	Difference int    `json:"difference"` // counted above (+) or below (-) the book
	Who        string `json:"who"`
	Second     string `json:"second"`
	Reason     string `json:"reason"`
}

// Journal ties the certificate to the chain: the line that opened the shift, and the last before it was closed.
type Journal struct {
	First int64  `json:"first"`
	Last  int64  `json:"last"`
	Head  string `json:"head"` // hash of the last
}

// Book is what must be left by the movements.
func (s Stock) Book() int {
	return s.Opening + s.Drawn + s.Found - s.Good - s.SpoiledAll() - s.Returned - s.Missing
}

// SpoiledAll is the sum over causes.
func (s Stock) SpoiledAll() int {
	n := 0
	for _, k := range s.Spoiled {
		n += k
	}
	return n
}
