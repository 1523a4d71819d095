package access

import "cetak/drivers"

// Faults of people. None concerns a card.
const (
	// WrongPassword: the name is not known here or the password is not theirs; which of the two is not said.
	WrongPassword drivers.Code = "U-101"
	// LockedOut: too many wrong passwords in a row; a supervisor lets the person in again.
	LockedOut drivers.Code = "U-102"
	// Blocked: a supervisor shut the person out.
	Blocked drivers.Code = "U-103"
	// NotAllowed: the person's role may not do this.
	NotAllowed drivers.Code = "U-104"
	// SecondNeeded: this takes two people and one was named.
	SecondNeeded drivers.Code = "U-105"
	// SamePerson: the second person is the first.
	SamePerson drivers.Code = "U-106"
	// SecondNotAllowed: the two people's roles together may not do this.
	SecondNotAllowed drivers.Code = "U-107"
	// NotSignedIn: this station wants a name and a password, and got none.
	NotSignedIn drivers.Code = "U-108"
	// NameTaken: a person of that name, in whatever case, is or was here.
	NameTaken drivers.Code = "U-109"
	// BadName: a name is 1 to 40 visible letters, and never "station".
	BadName drivers.Code = "U-110"
	// WeakPassword: too short, too long, or the name itself.
	WeakPassword drivers.Code = "U-111"
	// NoSuchPerson: nobody of that name is in the register.
	NoSuchPerson drivers.Code = "U-112"
	// VerifierExchanged: people.toml lacks the verifier that the journal vouches for.
	VerifierExchanged drivers.Code = "U-113"
	// PeopleUnreadable: people.toml cannot be read or written, or is not what this program wrote.
	PeopleUnreadable drivers.Code = "U-114"
	// LastSupervisor: without this person nobody could let anybody in.
	LastSupervisor drivers.Code = "U-115"
	// NobodyYet: the station has no people; the first is made before anything else, and is a supervisor.
	NobodyYet drivers.Code = "U-116"
	// ReadingNotNoted: reads.log cannot be written, so the journal is not shown.
	ReadingNotNoted drivers.Code = "U-117"
)
