package assembly

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"cetak/drivers"
	"cetak/drivers/pcsc"
	"cetak/drivers/serialport"
	"cetak/station"
	"cetak/station/config"
	"cetak/station/journal"
)

// Setup is what a technician sets by looking at the machine, the reader, and a test card.
type Setup struct {
	Port           string `json:"port"`
	Reader         string `json:"reader"`
	Turned         bool   `json:"turned"`
	OffsetX        int    `json:"offset_x"`
	OffsetY        int    `json:"offset_y"`
	ContrastColour int    `json:"contrast_colour"`
	ContrastBlack  int    `json:"contrast_black"`
}

// SetupOf is what the settings say.
func SetupOf(c config.Config) Setup {
	p := c.Printer
	return Setup{p.Port, c.Reader.Name, p.Turned, p.OffsetX, p.OffsetY, p.ContrastColour, p.ContrastBlack}
}

func (s Setup) into(c *config.Config) {
	p := &c.Printer
	p.Port, c.Reader.Name, p.Turned, p.OffsetX, p.OffsetY, p.ContrastColour, p.ContrastBlack = s.Port, s.Reader, s.Turned, s.OffsetX, s.OffsetY, s.ContrastColour, s.ContrastBlack
}

// Port is a serial port of this computer, with what is known of what hangs on it.
type Port struct {
	Path   string `json:"path"` // what to configure
	Device string `json:"device"`
	Name   string `json:"name"` // what the adapter calls itself
	Serial string `json:"serial"`
	Driver string `json:"driver"`
}

// Ports lists the serial ports with a device behind them. Fault: LineNoPort.
func Ports() ([]Port, error) {
	found, err := serialport.List()
	if err != nil {
		return nil, err
	}
	out := make([]Port, len(found))
	for i, f := range found {
		out[i] = Port{Path: f.Path, Device: f.Device, Name: f.Name, Serial: f.Serial, Driver: f.Driver}
	}
	return out, nil
}

// Readers lists the PC/SC readers that are there. Faults: NoReaderService, ReaderFailed.
func Readers(ctx context.Context, c config.Config) ([]string, error) {
	return pcsc.Readers(ctx, c.Reader.Socket)
}

// SaveSetup writes the settings with s in them, and that they were changed into the journal by note. Nothing is written that
// does not pass the settings' own checks. It gives them as Load does. Faults: those of the settings and of note.
func SaveSetup(ctx context.Context, dir string, s Setup, who string, note func(context.Context, journal.Fact) error) (config.Config, error) {
	return changeSettings(ctx, dir, who, note, s.into)
}

// changeSettings writes the settings with a change that passes their own checks, and that they were changed by note. It gives them
// as Load does.
func changeSettings(ctx context.Context, dir, who string, note func(context.Context, journal.Fact) error, change func(*config.Config)) (config.Config, error) {
	text, err := os.ReadFile(filepath.Join(dir, config.File))
	if err != nil {
		return config.Config{}, &drivers.Fault{Code: config.Unreadable, Op: "settings", Again: drivers.AgainAfterOperator, Detail: config.File, Err: err}
	}
	c, err := config.Parse(text) // as it is written: folders stay as they were given
	if err != nil {
		return c, err
	}
	was := c
	if change(&c); c == was {
		return config.Load(dir)
	}
	if err := c.Validate(); err != nil {
		return c, err
	}
	if err := config.Save(dir, c); err != nil {
		return c, err
	}
	if c, err = config.Load(dir); err != nil {
		return c, err
	}
	return c, note(ctx, journal.Fact{Kind: journal.KindConfig, Who: who, Data: c.Redacted()})
}

// noted writes one fact into the journal of the opened folder.
func (d *Desk) noted(ctx context.Context, f journal.Fact) error {
	_, err := d.Journal.Append(ctx, f)
	return err
}

// live is the Devices that the Station opens: those of the settings as they are now.
type live struct {
	mu  sync.Mutex
	now Devices
}

func (l *live) devices() Devices {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// Printer implements station.Devices.
func (l *live) Printer(ctx context.Context) (drivers.Printer, error) { return l.devices().Printer(ctx) }

// Reader implements station.Devices.
func (l *live) Reader(ctx context.Context) (drivers.ChipReader, error) {
	return l.devices().Reader(ctx)
}

// Use takes new settings of the devices into use, between cards, without a restart: those of Setup only, all others stay as they
// were when the folder was opened.
func (d *Desk) Use(c config.Config) {
	d.live.mu.Lock()
	SetupOf(c).into(&d.live.now.Config)
	d.live.mu.Unlock()
	d.Station.Do(station.Reconnect{Reader: c.Reader.Name, Setup: SetupDigest(c)})
}
