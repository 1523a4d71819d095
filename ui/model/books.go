package model

import (
	"time"

	"cetak/station/access"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/record"
)

// Books is what the rooms show and the Snapshot does not carry, read at one moment. It is a value of its own: nothing of
// it is shared with the station.
type Books struct {
	At             time.Time
	People         []access.Person
	Shift          *office.Shift // the open one
	Stored         []ledger.Stored
	Spoilage       []office.Spoilage        // in the store of spoiled cards
	Reject         int                      // cards in the machine's reject box
	Lists          []office.DestructionList // oldest first
	Good, Shipped  []office.Card
	Shipments      []office.Shipment
	Authorisations []office.Authorisation // not used yet
	Incidents      []office.Incident      // open ones
	Moves          []Move                 // the newest lines of the ledger, newest first
	Names          map[record.Key]Name    // of the records that are still here
	Bench          Bench                  // of the technician's room
}

// Move is a line of the ledger with its place in the journal.
type Move struct {
	Seq int64
	At  time.Time
	ledger.Movement
}

// Name is whom a card is for.
type Name struct{ Name, NIK string }
