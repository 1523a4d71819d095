package drivers

// Dispenser faults: a machine that takes blanks from a stacker and has a chip station, alone or in front of a printer.
// What means the same on a printer has the printer's code: FeederEmpty, RejectFull, CardAlreadyIn, CardNotMoved.
const (
	DispenserSilent    Code = "D-101" // it does not answer, or nothing that makes sense
	DispenserGone      Code = "D-102" // hang-up: its cable or adapter pulled
	DispenserJam       Code = "D-103" // a card stuck at the stacker's exit, in the transport, or in the gate
	CardMovedByHand    Code = "D-104" // the card is not where the machine had put it
	CardLostAtGate     Code = "D-105" // it left the dispenser, and the printer did not get it
	DispenserFault     Code = "D-106" // sensor, motor, magnet, contacts
	CardWrongSize      Code = "D-107" // too long or too short for the transport
	DispenserRefused   Code = "D-108" // a command or parameter refused: wrong model or setting
	WrongDispenser     Code = "D-109" // another serial number than configured
	BinCounterFull     Code = "D-110" // the counter of captured cards ran over
	DispenserRestarted Code = "D-111" // power was off or it was reset while a card was moving
	CardInGate         Code = "D-112" // a finished card lies in the gate and nobody takes it
)
