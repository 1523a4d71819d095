package world

import (
	"encoding/hex"
	"strings"

	"cetak/hwsim/scene"
)

// Chip is what the world needs of a card's chip. hwsim/card has it.
type Chip interface {
	UID() []byte
	ATR() []byte
	PowerOn()
	PowerOff()
	Reset()
	Transmit(apdu []byte) []byte
	SetMute(bool)
	SetATR([]byte)
	State() string            // "blank", "partial", "sealed", "terminated"
	Files() map[string][]byte // file id in hex -> content
}

// Card is one card, from blank to printed. Its fields are guarded by the world's lock; the chip has its own.
type Card struct {
	uid   string
	chip  Chip
	place Place
	burnt map[string]*Raster // by panel: "y".."o", on the back "back-y".."back-o"

	prints   map[string]string // SHA-256 of a panel's dots, hex, as far as it was asked for since the panel was burnt
	pictures map[string]string // written PNG files by panel; "" is the composite
	dirty    bool              // burnt since the pictures were written
	drawing  bool              // they are being written
}

// Contact is a card as a reader sees it. It satisfies hwsim/reader's Card. Every command that goes to the chip is an
// event of the world first: "select", "read", "update", "activate", or "apdu" for the rest, all also as "chip".
type Contact struct {
	world *World
	card  *Card
}

// UID is the card's UID in upper-case hex.
func (c *Contact) UID() string { return c.card.uid }

// ATR is the chip's answer to reset.
func (c *Contact) ATR() []byte { return c.card.chip.ATR() }

// PowerOn powers the chip.
func (c *Contact) PowerOn() { c.card.chip.PowerOn() }

// PowerOff takes the power away.
func (c *Contact) PowerOff() { c.card.chip.PowerOff() }

// Reset is a warm reset.
func (c *Contact) Reset() { c.card.chip.Reset() }

// Transmit passes one command APDU to the chip. It returns nil when the chip does not answer, also when the card was
// pulled because of this command.
func (c *Contact) Transmit(apdu []byte) []byte {
	c.world.Emit(scene.APDU(apdu))
	if !c.world.touching(c.card) {
		return nil
	}
	return c.world.twist(apdu, c.card.chip.Transmit)
}

func uidText(uid []byte) string { return strings.ToUpper(hex.EncodeToString(uid)) }
