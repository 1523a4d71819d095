package assembly

import (
	"context"
	"os/user"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/encoder"
	"cetak/drivers/evolis"
	"cetak/drivers/panel"
	"cetak/drivers/pcsc"
	"cetak/drivers/recorder"
	"cetak/drivers/serialport"
	"cetak/drivers/wire"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/config"
	"cetak/station/face"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/link"
	"cetak/station/office"
	"cetak/station/policy"
	"cetak/station/record"
	"cetak/station/source"
)

// Files of a station folder.
const (
	JournalFile = "journal.db"
	RecordsFile = "records.db"
)

// Options are what the program knows and the folder does not.
type Options struct {
	// Who is written into every fact. "" = the operating system's user; where people sign in, nobody yet. Whoever gives a name
	// there has confirmed the password.
	Who string
	Log zerolog.Logger
	// PIN asks a person for the PIN of the card keys; nil where nobody can be asked.
	PIN AskPIN
	// Drill: the folder is a trainee's. Without it such a folder is refused, and with it every other.
	Drill bool
}

// Desk is an opened station folder.
type Desk struct {
	Dir    string
	Config config.Config
	Who    string
	Keys   record.Keys
	// CardKeys are nil where cards are written without.
	CardKeys *CardKeys
	Journal  *journal.Journal
	Store    *source.Store
	Encoder  *encoder.Encoder
	Faces    *face.Renderer
	Devices  Devices
	live     *live
	Policy   *policy.Table
	Centre   *link.Link // the line to the centre; nil where the desk has none
	Station  *station.Station
}

// Open reads the settings and opens keys, journal, and records. No device is touched: that is the Station's, in Run. One
// program at a time may hold a folder open. The error is a *drivers.Fault (K, S, J families); on error nothing is left
// open.
func Open(ctx context.Context, dir string, o Options) (d *Desk, err error) {
	d = &Desk{Dir: dir, Who: o.Who}
	defer func() {
		if err != nil {
			d.Close()
			d = nil
		}
	}()
	if d.Config, err = config.Load(dir); err != nil {
		return d, err
	}
	if err = CheckDrill(d.Config, o.Drill); err != nil {
		return d, err
	}
	nobody := d.Who == "" && d.Config.People.SignIn
	switch {
	case nobody:
		d.Who = ledger.Station
	case d.Who == "":
		d.Who = osUser()
	}
	if d.Keys, err = record.LoadKeys(d.Config.Source.Keys); err != nil {
		return d, err
	}
	if d.Journal, err = journal.Open(ctx, filepath.Join(dir, JournalFile)); err != nil {
		return d, err
	}
	if err = checkDrillJournal(d.Journal.Station(), o.Drill); err != nil {
		return d, err
	}
	if err = access.TakeAside(ctx, dir, d.Journal); err != nil {
		return d, err
	}
	if err = noteSettings(ctx, d.Journal, d.Config); err != nil {
		return d, err
	}
	if d.Store, err = source.OpenStore(filepath.Join(dir, RecordsFile), d.Keys); err != nil {
		return d, err
	}
	if d.Encoder, d.Faces, err = Makers(d.Config.Chip); err != nil {
		return d, err
	}
	if d.Policy, err = PolicyTable(d.Config); err != nil {
		return d, err
	}
	if d.Centre, err = d.line(o.Log); err != nil {
		return d, err
	}
	listener := newFlight(dir, d.Config, o.Log)
	d.Devices = Devices{Config: d.Config, Log: o.Log, Recorder: listener.ring}
	d.live = &live{now: d.Devices}
	parts := station.Parts{
		Devices: d.live, Encoder: d.Encoder, Journal: d.Journal, Store: d.Store, Faces: d.Faces, Keys: d.Keys, Log: o.Log,
		Recorder: listener, NewDoor: d.door(), Checks: checks{dir: dir, inbox: d.Config.Source.Inbox},
	}
	if d.Centre != nil {
		parts.Centre = d.Centre
	}
	if d.CardKeys = cardKeys(d.Config, o.PIN, o.Log); d.CardKeys != nil {
		parts.CardKeys = d.CardKeys
	}
	d.Station = station.New(parts, d.options(nobody))
	return d, nil
}

// door is what makes the door that people sign in at; nil where names are believed.
func (d *Desk) door() func(*access.Register) *access.Door {
	if !d.Config.People.SignIn {
		return nil
	}
	return func(r *access.Register) *access.Door { return access.NewDoor(d.Dir, r, d.Config.People) }
}

func (d *Desk) options(nobody bool) station.Options {
	c, who := d.Config, d.Who
	if nobody {
		who = ""
	}
	return station.Options{
		Office: c.Station.Office, Desk: c.Station.Desk, Who: who, Specimen: c.Station.Specimen,
		Blank: ledger.BlankType(c.Station.Blank), ConfirmEvery: c.Station.ConfirmEvery, NoFace: !c.HasPrinter(),
		ChipStation: drivers.Position(c.Printer.ChipStation), Varnish: c.Printer.Varnish,
		Inbox: c.Source.Inbox, RejectCapacity: c.Printer.RejectCapacity,
		LongestCard: time.Duration(c.Printer.LongestSeconds) * time.Second, Shorten: shorten(c.Printer.Shorten),
		SignIn: c.People.SignIn, ShiftRequired: c.Shift.Required, SpoilLimit: c.Shift.SpoilLimit,
		Reserve: c.Stock.Reserve, OrderDays: c.Stock.OrderDays, Policy: d.Policy,
		Readiness: Readiness(c), Program: Version(), Reader: c.Reader.Name, Setup: SetupDigest(c),
	}
}

func shorten(what string) station.Shorten {
	return station.Shorten{Colour: what == "colour" || what == "both", Varnish: what == "varnish" || what == "both"}
}

// Rules are what of the settings the acts of people are judged by.
func Rules(c config.Config) office.Rules {
	return office.Rules{Station: c.Station.Office + "/" + c.Station.Desk, SignIn: c.People.SignIn, Place: time.Local}
}

// Makers gives what turns a record into chip content and a face.
func Makers(c config.Chip) (*encoder.Encoder, *face.Renderer, error) {
	profile, err := encoder.Named(c.Profile)
	if err != nil {
		return nil, nil, err
	}
	faces, err := face.New()
	return encoder.New(profile), faces, err
}

// Close lets go of the folder. Run must have returned.
func (d *Desk) Close() error {
	err := d.CardKeys.Close()
	if d.Store != nil {
		if e := d.Store.Close(); err == nil {
			err = e
		}
	}
	if d.Journal != nil {
		if e := d.Journal.Close(); err == nil {
			err = e
		}
	}
	return err
}

// Devices opens the printer and the reader that the settings name.
type Devices struct {
	Config   config.Config
	Log      zerolog.Logger
	Recorder *recorder.Ring // listens to what passes; nil: nobody does
}

// evolis opens the printer's port and recognises the machine behind it. slot: its cards come from a dispenser in line.
func (d Devices) evolis(ctx context.Context, slot bool) (drivers.Printer, error) {
	c := d.Config.Printer
	open := func(context.Context) (wire.Port, error) {
		p, err := serialport.Open(serialport.Config{Path: c.Port, Baud: c.Baud, Flow: serialport.Flow(c.Flow)})
		if err == nil && d.Recorder != nil {
			p = d.Recorder.Line(p)
		}
		return p, err
	}
	p, err := evolis.Open(ctx, open, evolis.Options{
		Slot: slot,
		Baud: c.Baud, Ribbon: c.Ribbon, Packing: c.Packing, DbcParams: c.DbcParams, Serial: c.Serial,
		Near: c.Colour == "near", Weight: c.ColourWeight, Partial: c.PartialPanels, Regions: c.BlackRegions,
		Overlap: evolis.Overlap(c.Overlap), Turned: c.Turned, OffsetX: c.OffsetX, OffsetY: c.OffsetY,
		ContrastColour: c.ContrastColour, ContrastBlack: c.ContrastBlack,
	}, d.Log.With().Str("part", "printer").Logger())
	if err != nil {
		return nil, err
	}
	return p, nil
}

// PanelOptions are how Printer encodes faces.
func (d Devices) PanelOptions() panel.Options {
	c := d.Config.Printer
	return panel.Options{Packing: panel.Packing(c.Packing), DbcParams: c.DbcParams,
		Near: c.Colour == "near", Weight: c.ColourWeight, Partial: c.PartialPanels, Regions: c.BlackRegions}
}

// Reader connects to the PC/SC service and the configured reader.
func (d Devices) Reader(ctx context.Context) (drivers.ChipReader, error) {
	c := d.Config.Reader
	r, err := pcsc.Open(ctx, pcsc.Options{Reader: c.Name, Socket: c.Socket}, d.Log.With().Str("part", "reader").Logger())
	if err == nil && d.Recorder != nil {
		r = d.Recorder.Chips(r)
	}
	return r, err
}

func osUser() string {
	u, err := user.Current()
	if err != nil || u.Username == ledger.Station {
		return "operator"
	}
	return u.Username
}
