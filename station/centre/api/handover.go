package api

import (
	"time"

	"cetak/drivers"
)

// Types of what desks sign for the centre beside outcomes, and of the centre's answer to a packet.
const (
	TypeHandover = "cetak-handover+jws" // payload Handover, by the giving desk's key
	TypePacket   = "cetak-packet+jws"   // payload Packet, by the key of the desk that it is of
	TypeCarried  = "cetak-carried+jws"  // payload Carried, by the notary key
)

// Bounds of a hand-over.
const (
	MaxPapers = 32   // papers of one request, oldest first
	MaxPassed = 1000 // records of one paper
)

// Passed is a lease that one desk gives to another. Hop counts the hand-overs of that lease, from 1: a paper that comes again, or after a
// later one, changes nothing.
type Passed struct {
	Holding
	Hop int `json:"hop"`
}

// Handover is the paper by which a desk gives leases to another one, also where neither has a link. From the moment it was signed the giver
// does not print them any more.
type Handover struct {
	V      int       `json:"v"`
	ID     string    `json:"id"` // of letters, digits, dots, and dashes; made once
	From   string    `json:"from"`
	To     string    `json:"to"`
	ToKid  string    `json:"to_kid"` // of the taker's key
	At     time.Time `json:"at"`     // by the giver's clock
	Leases []Passed  `json:"leases"`
}

// Handovers brings papers to the centre, oldest first. Any desk may: none can be forged.
type Handovers struct {
	Papers []string `json:"papers"` // TypeHandover
}

// Packet is all that a desk without a link has to tell, for another desk to carry.
type Packet struct {
	V        int       `json:"v"`
	ID       string    `json:"id"`
	Station  string    `json:"station"`
	At       time.Time `json:"at"`
	Papers   []string  `json:"papers,omitempty"`   // by which it came to what it tells of, oldest first
	Outcomes []Done    `json:"outcomes,omitempty"` // not acknowledged yet
	Books    *Batch    `json:"books,omitempty"`    // of its journal
	Releases []Holding `json:"releases,omitempty"` // leases that it gives back
}

// Carry brings a packet to the centre. Any desk may: the centre does what is in it in the name of the desk that signed it.
type Carry struct {
	Packet string `json:"packet"` // TypePacket
}

// CarryAnswer is for the carrier to bring back.
type CarryAnswer struct {
	Receipt string `json:"receipt"` // TypeCarried
}

// BookedOutcome is what became of an outcome in a packet.
type BookedOutcome struct {
	Booked
	Attempt string       `json:"attempt"`
	Code    drivers.Code `json:"code,omitempty"` // empty: booked
}

// Carried is what the centre did with a packet. The same packet again gives the same, under another moment.
type Carried struct {
	V        int              `json:"v"`
	Packet   string           `json:"packet"` // its ID
	Station  string           `json:"station"`
	At       time.Time        `json:"at"`
	Papers   []Verdict        `json:"papers"`
	Outcomes []BookedOutcome  `json:"outcomes"`
	Releases []CarriedRelease `json:"releases"`
	Books    *Countersigned   `json:"books,omitempty"`
	Refused  drivers.Code     `json:"books_code,omitempty"` // why the books were not taken
}

// CarriedRelease is what became of a lease that was given back in a packet.
type CarriedRelease struct {
	Holding
	Code drivers.Code `json:"code,omitempty"`
}
