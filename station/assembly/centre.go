package assembly

import (
	"context"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/link"
	"cetak/station/policy"
	"cetak/station/source"
)

// CentreFolder is where a station folder keeps its enrolment.
const CentreFolder = "centre"

// PolicyTable is the table of rules in force: the office's own file, else the one that the centre gave out, else the program's. Faults: those
// of policy.Load, link.NotSigned.
func PolicyTable(c config.Config) (*policy.Table, error) {
	if c.Policy.Table == "" && c.Centre.Folder != "" {
		if t, _, err := link.Policy(c.Centre.Folder); t != nil || err != nil {
			return t, err
		}
	}
	return policy.Load(c.Policy.Table)
}

// line is the line to the centre that the settings name; nil where they name none.
func (d *Desk) line(log zerolog.Logger) (*link.Link, error) {
	c := d.Config
	if c.Centre.Folder == "" {
		return nil, nil
	}
	return link.New(link.Options{
		Station: c.Station.Office + "/" + c.Station.Desk, Folder: c.Centre.Folder, CoverDays: c.Centre.CoverDays,
		Every: time.Duration(c.Centre.Every) * time.Second, OwnPolicy: c.Policy.Table != "", Version: Version(),
	}, d.Store, d.Journal, log)
}

// Run runs the Station, and the line to the centre beside it, until ctx ends or it is told to stop.
func (d *Desk) Run(ctx context.Context) error {
	if d.Centre == nil {
		return d.Station.Run(ctx)
	}
	beside, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan struct{})
	go func() { defer close(ended); d.Centre.Run(beside, d.Station) }()
	err := d.Station.Run(ctx)
	stop()
	within := time.NewTimer(lineEnds)
	defer within.Stop()
	select {
	case <-ended:
		if ctx.Err() == nil {
			d.Centre.Farewell(ctx, d.Station)
		}
	case <-within.C: // it hangs in the disk: left to the end of the program
	}
	return err
}

// lineEnds bounds the wait for the line when the desk closes.
const lineEnds = time.Second

// Sync speaks to the centre once while no Station runs: outcomes and books are brought there, leases fetched, what was taken back leaves
// the queue. Faults: link's and those of the centre; NotEnrolled where the settings name no centre.
func (d *Desk) Sync(ctx context.Context) (station.CentreState, error) {
	if d.Centre == nil {
		return station.CentreState{}, NoCentre()
	}
	b, err := station.ReadBooks(ctx, d.Journal.Entries(ctx, 0), Rules(d.Config), time.Now())
	if err != nil {
		return station.CentreState{}, err
	}
	still := &closed{desk: d, books: b, ctx: ctx}
	err = d.Centre.Round(ctx, still)
	if err == nil {
		err = still.err
	}
	return d.Centre.State(), err
}

// closed is a desk whose Station does not run, as the line sees it. The context is that of the one call it is made for.
type closed struct {
	desk  *Desk
	books *station.Books
	ctx   context.Context
	err   error // what could not be taken in
}

var _ link.Desk = (*closed)(nil)

// Ready implements link.Desk.
func (s *closed) Ready() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

// Report implements link.Desk.
func (s *closed) Report() (station.DeskReport, bool) {
	waiting, err := s.desk.Store.List(s.ctx)
	if err != nil {
		s.err = err
		return station.DeskReport{}, false
	}
	return s.books.Report(s.desk.options(false), waiting, time.Now()), true
}

// Arrive implements link.Desk.
func (s *closed) Arrive(a station.Arrival) {
	if err := s.books.TakeIn(s.ctx, s.desk.Journal, s.desk.Store, a); err != nil && s.err == nil {
		s.err = err
	}
}

// ShowCentre implements link.Desk: there is no screen.
func (s *closed) ShowCentre(station.CentreState) {}

// NoCentre is the fault of a desk whose settings name no centre.
func NoCentre() error {
	return &drivers.Fault{Code: link.NoEnrolment, Op: "centre", Again: drivers.AgainAfterOperator, Detail: "centre.folder is empty"}
}

// EnrolCentre takes an enrolment into the station folder and the settings. who is written into the journal. Faults: link.Enrol's, those of
// the settings and the journal.
func (d *Desk) EnrolCentre(ctx context.Context, from, who string) (link.Holder, error) {
	c := d.Config
	h, err := link.Enrol(from, filepath.Join(d.Dir, CentreFolder), c.Station.Office+"/"+c.Station.Desk)
	if err != nil {
		return h, err
	}
	if c, err = changeSettings(ctx, d.Dir, who, d.noted, func(c *config.Config) { c.Centre.Folder = CentreFolder }); err != nil {
		return h, err
	}
	d.Config = c
	// Enrolled anew in the same folder the settings are as they were; who it was is written all the same.
	_, err = d.Journal.Append(ctx, journal.Fact{Kind: journal.KindCentre, Who: who, Data: map[string]any{"what": "enrolled", "centre": h.Centre}})
	return h, err
}

// KnownCentre is what the opened or closed desk knows of its centre, without asking anybody. Faults: NoCentre, link's, those of the store.
func KnownCentre(ctx context.Context, c config.Config, s *source.Store) (link.Holder, station.CentreState, error) {
	if c.Centre.Folder == "" {
		return link.Holder{}, station.CentreState{}, NoCentre()
	}
	h, err := link.ReadHolder(c.Centre.Folder)
	if err != nil {
		return h, station.CentreState{}, err
	}
	state, err := link.Known(ctx, s)
	return h, state, err
}
