package drivers

// Line faults: the bytes between computer and printer.
const (
	LineSilent    Code = "L-101" // no reply within its deadline, the line is still there
	LineGone      Code = "L-102" // hang-up: cable or adapter pulled
	LineNoise     Code = "L-103" // replies that make no sense, also when asked again
	LineNoPort    Code = "L-104" // the device path does not exist
	LineNotSerial Code = "L-105" // the device path is no terminal
	LineBusy      Code = "L-106" // another program holds the port
	LineRefused   Code = "L-107" // the port may not be opened, or does not take the line settings
	LineHeld      Code = "L-108" // the other end takes no bytes: flow control holds the line up
	LineSpeed     Code = "L-109" // the machine answers at another speed or flow control than the settings name
	PortNotTaken  Code = "L-110" // a printer's port was set up and it does not answer so
)

// Printer faults.
const (
	FeederEmpty      Code = "P-101"
	CardJamFeed      Code = "P-102" // a card stuck between feeder and chip station or head
	CardJamHead      Code = "P-103" // a card stuck at or behind the head
	CoverOpen        Code = "P-104"
	RibbonEnd        Code = "P-105"
	RibbonFault      Code = "P-106" // missing, wrong, or not recognised
	RejectFull       Code = "P-107"
	HeadFault        Code = "P-108" // head temperature or head hardware
	PrinterRefused   Code = "P-109" // a command or parameter refused: wrong model or setting
	PrinterRestarted Code = "P-110" // it lost its memory: power was off or it was reset
	CardNotMoved     Code = "P-111" // it said yes and the card is not where it should be
	MechanicalFault  Code = "P-112" // time-out or mechanics, no closer word from the machine
	WrongPrinter     Code = "P-113" // another serial number than configured
	CardAlreadyIn    Code = "P-114" // a card lies in the transport before the job began
)

// Chip and reader faults.
const (
	NoReaderService  Code = "C-101" // no PC/SC service
	NoReader         Code = "C-102" // the service runs, no such reader
	NoChip           Code = "C-103" // the card is at the reader and no chip answers
	ChipMute         Code = "C-104" // a chip was there and stopped answering within its deadline
	ChipRemoved      Code = "C-105" // pulled in the middle
	WrongATR         Code = "C-106" // not a card of this profile
	ChipRefused      Code = "C-107" // a status word other than success
	ChipMismatch     Code = "C-108" // read-back differs from what was written
	ChipUsed         Code = "C-109" // not blank: written or sealed before
	ReaderBusy       Code = "C-110" // another program holds the card
	ReaderFailed     Code = "C-111" // transport error of reader or service
	ChipDataTooLarge Code = "C-112" // more than the chip holds; found before a blank moves
	ChipSwapped      Code = "C-113" // another card than the one this attempt began with
	ChipLocked       Code = "C-114" // it lets itself be changed only by who has its keys, and the station opened no session
)

// Faults of the secure channel to the chip (docs/secure-channel.md). After all of them the card
// is spoiled: none is tried again.
const (
	ChannelUnknown   Code = "C-201" // the card does not open the channel that the settings ask for: none at all, another mode, another level
	ChannelKeySet    Code = "C-202" // the card has no key set of this version
	ChannelBlocked   Code = "C-203" // the card blocked its key set after earlier wrong tries
	ChannelWrongCard Code = "C-204" // the card's cryptogram is wrong: it does not know our keys
	ChannelWrongHost Code = "C-205" // the card refused our cryptogram
	ChannelForged    Code = "C-206" // an answer whose MAC is wrong: changed on its way, or not from this card
	ChannelLost      Code = "C-207" // the card ended the session
)

// Faults of the card keys. KeysSpent is about a card, the others about the keys' place; none of them names a key.
const (
	KeysUnavailable Code = "C-311" // key file, token, or secure access module is not there, does not open, or stopped answering
	KeysPIN         Code = "C-312" // the PIN of token or module is missing or was refused; it is never tried twice
	KeysDiffer      Code = "C-313" // version or check value are not those of the settings
	KeysForTests    Code = "C-314" // test keys, and a record that is no specimen
	KeysExposed     Code = "C-315" // others than its owner may read the file with keys or PIN
	KeysSpent       Code = "C-316" // this chip was authenticated to before with this key set; it is not done twice
)

// Unexpected is a defect of ours: it carries no advice but to send the log.
const Unexpected Code = "X-101"
