package centre

import (
	"context"
	"time"

	"cetak/station/centre/api"
)

// Station is a desk that the centre knows.
type Station struct {
	ID       string // as in its journal, "office/desk"
	Kid      string // of its key: envelopes are sealed to it, outcomes are signed by it
	JWK      string // the public key
	Office   string
	District string
	Province string
	Zone     int // hours ahead of UTC that its day is counted in: 7 WIB, 8 WITA, 9 WIT
	Added    time.Time
	Seen     time.Time     // last heard of by the centre's clock; zero: never
	Skew     time.Duration // its clock against the centre's when it last spoke
	Health   *api.Health   // what it last said; nil: never
	Head     api.Point     // of its journal, as countersigned
}

// Outcome is an opened and proved outcome of a card.
type Outcome struct {
	api.Key
	Attempt string
	Result  string // good, spoiled, missing
	UID     string
	At      time.Time
	JWS     string
}

// Results of an outcome, as docs/record.md has them.
const (
	good    = "good"
	spoiled = "spoiled"
	missing = "missing"
)

// Store keeps everything the centre knows. Every method is one transaction; any number of processes may use one PostgreSQL, one process
// one SQLite file. now is the centre's clock. Refusals are Faults with a code of package api; Unavailable means that nothing is known
// about the call: it may be repeated, for every method may be repeated and counts once.
type Store interface {
	// AddStation registers a desk; the same registration again changes nothing, other facts under a known id are a DepositConflict.
	AddStation(ctx context.Context, s Station) error
	// Station gives one desk. Fault: NotAllowed.
	Station(ctx context.Context, id string) (Station, error)
	Stations(ctx context.Context) ([]Station, error)

	// Deposit takes records from the register, each alone: a verdict for each, in order. A newer revision replaces one that waits and
	// waits itself while the older one is out.
	Deposit(ctx context.Context, now time.Time, records []api.Deposit) ([]api.Verdict, error)
	// Withdraw takes a record back: at once where it waits, and by its holder where it is leased.
	Withdraw(ctx context.Context, now time.Time, w api.Withdrawal) (api.State, error)
	// States says where records stand, those that are not here left out.
	States(ctx context.Context, keys []api.Key) ([]api.Standing, error)
	// Wanted gives records that wait without an envelope for a desk of their office.
	Wanted(ctx context.Context, limit int) ([]api.Wanted, error)

	// Take leases records of the station's office. Each lease has a higher fence than any before of its record. Repeated, it gives no others.
	Take(ctx context.Context, now time.Time, station string, t api.Take) ([]api.Lease, error)
	// Held lists what the station holds, withdrawn ones left out.
	Held(ctx context.Context, station string) ([]api.Lease, error)
	// Envelope gives a record that the station holds, sealed to it. Fault: NotHeld, also for one that was withdrawn.
	Envelope(ctx context.Context, station string, k api.Key) (api.Sealed, error)
	Renew(ctx context.Context, now time.Time, station string, r api.Renew) ([]api.Verdict, error)
	// Claim says that a blank is about to be spent. A claimed lease ends by its holder's word only, or two supervisors'.
	Claim(ctx context.Context, now time.Time, station string, holdings []api.Holding) ([]api.Verdict, error)
	Release(ctx context.Context, now time.Time, station string, holdings []api.Holding) ([]api.Verdict, error)
	// HandOn moves leases from the desk that signed the paper to the one it names, with their fences: a verdict for each. It may come late,
	// again, and after a later paper. A lease that was given on otherwise meanwhile stays where it is (StaleFence); one whose earlier
	// paper has not come, or that the giver did not hold, is NotHeld. Fault: PaperUnsigned for desks of two offices, or unknown ones.
	HandOn(ctx context.Context, now time.Time, h api.Handover) ([]api.Verdict, error)
	// Done books an outcome. Faults: NoSuchRecord, StaleFence, NotHeld, Contradicts; they change nothing but the list of incidents.
	Done(ctx context.Context, now time.Time, station string, fence int64, o Outcome) (api.Booked, error)

	// Append takes a batch of a station's journal and countersigns its head with sign. Faults: ChainGap, ChainForged, BadRequest.
	Append(ctx context.Context, now time.Time, station string, b api.Batch, sign func(api.Receipt) (string, error)) (api.Countersigned, error)
	// Health books what a station says of itself, frees what it is proved not to have printed, and says what it must know.
	Health(ctx context.Context, now time.Time, station string, h api.Health) (api.HealthAnswer, error)

	// FreeSilent is a supervisor's release of another's lease: the first who asks proposes, a second one does it.
	FreeSilent(ctx context.Context, now time.Time, who string, r api.Release) (api.Released, error)

	// SetPolicy puts a table in force; Policy gives the newest. Fault: NoPolicy.
	SetPolicy(ctx context.Context, p api.Policy) error
	Policy(ctx context.Context) (api.Policy, error)

	Summary(ctx context.Context, now time.Time, by string) (api.Summary, error)
	// Stock is the balance of every account of a station's ledger, as far as its batches came.
	Stock(ctx context.Context, station string) (map[string]map[string]int, error)
	Loans(ctx context.Context) ([]api.Loan, error)
	Incidents(ctx context.Context, after int64) ([]api.Incident, error)
	// CloseIncident says that a person looked at it.
	CloseIncident(ctx context.Context, seq int64, who string) error

	// Tidy ends records whose time is up and forgets what is no longer needed.
	Tidy(ctx context.Context, now time.Time) error
	// Ping says whether the store answers.
	Ping(ctx context.Context) error
	Close() error
}
