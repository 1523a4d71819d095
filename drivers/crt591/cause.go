package crt591

import "cetak/drivers"

// Error codes that are asked for by name (2.2).
const (
	jammed          = "10"
	notInOrder      = "02"
	movedByHand     = "45"
	counterOverflow = "50"
	stackerIsEmpty  = "A0"
	binIsFull       = "A1"
	notReset        = "B0"
	counterMax      = 999
)

// cause is what an error code means.
type cause struct {
	code  drivers.Code
	again drivers.Again
	card  drivers.Whereabouts // where the card then is, whatever was known before; "" = as known
	what  string
}

// causes are the codes of 2.2 that a move, a question, or INITIALIZE can end with. 60 to 69 are of the chip commands, which the
// driver does not use: the chip is a PC/SC reader's.
var causes = map[string]cause{
	"00":            {drivers.DispenserRefused, drivers.AgainNever, "", "undefined command"},
	"01":            {drivers.DispenserRefused, drivers.AgainNever, "", "parameter"},
	notInOrder:      {drivers.CardMovedByHand, drivers.AgainAfterOperator, drivers.Unknown, "command sequence: the card is not there any more"},
	"03":            {drivers.DispenserRefused, drivers.AgainNever, "", "not supported by this hardware"},
	"04":            {drivers.DispenserRefused, drivers.AgainNever, "", "command data"},
	"05":            {drivers.DispenserFault, drivers.AgainAfterOperator, "", "chip contacts not released"},
	jammed:          {drivers.DispenserJam, drivers.AgainAfterOperator, "", "card jam"},
	"12":            {drivers.DispenserFault, drivers.AgainAfterOperator, "", "sensor"},
	"13":            {drivers.CardWrongSize, drivers.AgainAfterOperator, drivers.InMachine, "card too long"},
	"14":            {drivers.CardWrongSize, drivers.AgainAfterOperator, drivers.InMachine, "card too short"},
	"40":            {drivers.DispenserFault, drivers.AgainAfterOperator, "", "cannot capture"},
	"41":            {drivers.DispenserFault, drivers.AgainAfterOperator, "", "magnet of the chip station"},
	"43":            {drivers.DispenserFault, drivers.AgainAfterOperator, "", "cannot move to the chip station"},
	movedByHand:     {drivers.CardMovedByHand, drivers.AgainAfterOperator, drivers.Unknown, "card moved by hand"},
	counterOverflow: {drivers.BinCounterFull, drivers.AgainNow, "", "counter of captured cards"},
	"51":            {drivers.DispenserFault, drivers.AgainAfterOperator, "", "motor"},
	stackerIsEmpty:  {drivers.FeederEmpty, drivers.AgainAfterOperator, "", "stacker empty"},
	binIsFull:       {drivers.RejectFull, drivers.AgainAfterOperator, "", "bin full"},
	notReset:        {drivers.DispenserRestarted, drivers.AgainAfterOperator, "", "not initialised"},
}

// refused makes the Fault of an error code. One that is not in the document's list, or is blank there, is a DispenserFault.
func (d *Dispenser) refused(op, code string, card drivers.Whereabouts) *drivers.Fault {
	c, ok := causes[code]
	if !ok {
		c = cause{drivers.DispenserFault, drivers.AgainAfterOperator, "", "no meaning in the document"}
	}
	if c.card != "" {
		card = c.card
	}
	return &drivers.Fault{Code: c.code, Op: op, Card: card, Again: c.again, Detail: printable([]byte(code)) + " " + c.what}
}
