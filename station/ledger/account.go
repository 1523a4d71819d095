package ledger

// BlankType is what a blank is printed for; the two are different stock.
type BlankType string

// Blank types.
const (
	WNI BlankType = "WNI" // citizens
	WNA BlankType = "WNA" // foreign residents
)

// BlankTypes lists both, in the order of reports.
func BlankTypes() []BlankType { return []BlankType{WNI, WNA} }

// Account is where blanks are, or where they came from or went.
type Account string

// Accounts. Two are sources, and their balance is what they have supplied and not taken back: Centre and Borrowed. The
// others hold.
const (
	Vault      Account = "vault"       // locked store, unpersonalised
	Hopper     Account = "hopper"      // in the printer's feeder
	Machine    Account = "machine"     // in the transport: the blank of the running attempt
	Good       Account = "good"        // personalised, not yet handed over
	Shipped    Account = "shipped"     // sent to a sub-district for pick-up
	HandedOver Account = "handed-over" // with its holder
	Spoiled    Account = "spoiled"     // out of use, kept for destruction
	Destroyed  Account = "destroyed"   // destroyed with a berita acara
	Returned   Account = "returned"    // given back to the centre with a berita acara
	Lent       Account = "lent"        // with another office, to come back
	Borrowed   Account = "borrowed"    // source: another office's blanks, to be given back
	Missing    Account = "missing"     // not found
	Centre     Account = "centre"      // source: blanks received from the centre, province, or another store
)

// Accounts lists all, in the order of reports.
func Accounts() []Account {
	return []Account{
		Vault, Hopper, Machine, Good, Shipped, HandedOver, Spoiled, Destroyed, Returned, Lent, Borrowed, Missing, Centre,
	}
}

// pooled says whether an account holds blanks that are not told apart by their chips: a number that a delivery's list
// names is somewhere among them until it is read.
func (a Account) pooled() bool { return a == Vault || a == Hopper || a == Machine || a == Lent }

// source says whether an account supplies blanks: it counts up when blanks leave it.
func (a Account) source() bool { return a == Centre || a == Borrowed }

// Sign is what a blank that comes to the account counts: 1, or -1 for a source, which counts what it has supplied.
func (a Account) Sign() int { return sign(a, 1) }

// Kind says why blanks move.
type Kind string

// Kinds of movements.
const (
	Receipt         Kind = "receipt"
	LoanIn          Kind = "loan-in"
	LoanOut         Kind = "loan-out"
	Transfer        Kind = "transfer"
	Draw            Kind = "draw"
	Load            Kind = "load"
	MadeGood        Kind = "good"
	Spoil           Kind = "spoil"
	FactoryDefect   Kind = "factory-defect"
	Specimen        Kind = "specimen"
	Return          Kind = "return"
	CountAdjustment Kind = "count-adjustment"
	Ship            Kind = "ship"
	HandOver        Kind = "hand-over"
	Destroy         Kind = "destroy"
)

// Needs is what a movement must carry beside who, count, and blank type.
type Needs struct {
	Second   bool // a second person, other than Who
	Document bool // the number of a berita acara or delivery note
	Cause    bool
	Attempt  bool // exactly one blank, and the attempt it was spent on
	UID      bool // the chip numbers of all its blanks
	// Station: the station may book it by itself or be the second, on evidence of its devices, because the blank is in
	// its own machine. Everywhere else two people must have seen the blanks.
	Station bool
}

// Route is one way a kind may go.
type Route struct {
	Kind  Kind
	From  Account
	To    Account
	Needs Needs
	Why   string // what happens, in words, for the manual
}

// Routes is the whole rule book: a movement that is not in it is refused.
//
// A blank that is proved never to have left the feeder needs no movement: Load is booked only when the machine reports
// the card in its transport, so there is nothing to take back.
func Routes() []Route {
	paper := Needs{Second: true, Document: true}
	counted := Needs{Second: true, Document: true, Cause: true}
	card := Needs{Attempt: true, Station: true}
	made := Needs{Attempt: true, UID: true, Station: true}
	spent := Needs{Attempt: true, Second: true, Cause: true, Station: true}
	waste := Needs{Second: true, Cause: true}
	bad := Needs{Second: true, Cause: true, UID: true}
	return []Route{
		{Receipt, Centre, Vault, paper, "blanks arrive from the centre or the province"},
		{LoanIn, Borrowed, Vault, paper, "another office lends blanks"},
		{LoanOut, Vault, Lent, paper, "blanks are lent to another office"},
		{Transfer, Centre, Vault, paper, "blanks arrive from another store of the same office"},
		{Transfer, Vault, Centre, paper, "blanks go to another store of the same office for good"},
		{Draw, Vault, Hopper, Needs{Second: true}, "two people count blanks out of the vault into the feeder"},
		{Load, Hopper, Machine, card, "the printer takes a blank"},
		{MadeGood, Machine, Good, made, "a card left the machine good"},
		{Spoil, Machine, Spoiled, spent, "a blank is spoiled while a card is made"},
		{Spoil, Hopper, Spoiled, waste, "a blank is damaged in the feeder"},
		{Spoil, Vault, Spoiled, waste, "a blank is damaged in the vault"},
		{Spoil, Good, Spoiled, bad, "a finished card is found bad before it is handed over"},
		{Spoil, Shipped, Spoiled, bad, "a shipped card comes back bad or is never fetched"},
		{Spoil, HandedOver, Spoiled, bad, "a card comes back from its holder for good"},
		{FactoryDefect, Vault, Spoiled, waste, "a blank is bad from the factory, found in the vault"},
		{FactoryDefect, Hopper, Spoiled, waste, "a blank is bad from the factory, found in the feeder"},
		{FactoryDefect, Machine, Spoiled, spent, "a blank is bad from the factory, found by the machine"},
		{Specimen, Machine, Good, made, "a card of a test centre's record left the machine good"},
		{Specimen, Machine, Spoiled, spent, "a test card was made"},
		{Return, Hopper, Vault, Needs{Second: true}, "two people count unused blanks back into the vault"},
		{Return, Lent, Vault, paper, "lent blanks come back"},
		{Return, Vault, Borrowed, paper, "borrowed blanks are given back"},
		{Return, Vault, Returned, paper, "unused blanks go back to the centre"},
		{Return, Spoiled, Returned, paper, "spoiled cards go to the centre"},
		{Return, Shipped, Good, Needs{Second: true, Document: true, UID: true}, "shipped cards come back not fetched"},
		{CountAdjustment, Vault, Missing, counted, "a count of the vault finds fewer"},
		{CountAdjustment, Hopper, Missing, counted, "a count of the feeder finds fewer"},
		{CountAdjustment, Machine, Missing, spent, "the card of an attempt is not found"},
		{CountAdjustment, Good, Missing, counted, "a count of finished cards finds fewer"},
		{CountAdjustment, Shipped, Missing, counted, "shipped cards did not arrive"},
		{CountAdjustment, Spoiled, Missing, counted, "a count of spoiled cards finds fewer"},
		{CountAdjustment, Missing, Vault, counted, "missing blanks are found"},
		{CountAdjustment, Missing, Hopper, counted, "missing blanks are found in the feeder"},
		{CountAdjustment, Missing, Good, counted, "a missing card is found good"},
		{CountAdjustment, Missing, Spoiled, counted, "a missing card is found spoiled"},
		{CountAdjustment, Centre, Vault, counted, "a count of the vault finds more than ever came"},
		{CountAdjustment, Centre, Hopper, counted, "a count of the feeder finds more than ever came"},
		{Ship, Good, Shipped, Needs{Document: true, UID: true}, "cards are sent to a sub-district"},
		{HandOver, Good, HandedOver, Needs{UID: true}, "a card is handed to its holder"},
		{HandOver, Shipped, HandedOver, Needs{UID: true}, "a shipped card is handed to its holder"},
		{Destroy, Spoiled, Destroyed, counted, "spoiled cards are destroyed before witnesses"},
	}
}

// Correctable says whether a movement of this kind can be taken back by a correction: a count-adjustment the opposite way
// with Reverses set. What a machine has witnessed, what was spoiled, and what was destroyed stands.
func (k Kind) Correctable() bool {
	switch k {
	case Receipt, LoanIn, LoanOut, Transfer, Draw, Return, Ship, HandOver:
		return true
	}
	return false
}

// roots are the columns of reports (features.md B18) that the cause of a kind falls in; nil where any does.
func (k Kind) roots() []string {
	switch k {
	case CountAdjustment:
		return []string{CauseAdjust, CauseFault}
	case Destroy:
		return []string{CauseDestroy}
	case Spoil, FactoryDefect, Specimen:
		return []string{CauseScrap, CauseDamage, CauseFault}
	}
	return nil
}
