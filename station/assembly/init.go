package assembly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cetak/drivers"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
	"cetak/station/source"
)

// Faults of making a station.
const (
	AlreadyMade drivers.Code = "K-201" // the folder holds a station already; its journal is never begun anew
	NoSimulator drivers.Code = "K-202" // the folder holds no running simulator: start one with `hwsim run --dir`
	NoProgram   drivers.Code = "K-203" // a program that is needed is not there; Detail names it
)

// simulator is what a running hwsim tells in hwsim.json (docs/simulator.md).
type simulator struct {
	Printer, Reader, Socket, Inbox, Keys, Serial, Station, Flow string
	Chip                                                        string // profile of the blanks
	Baud, Blanks                                                int
	RejectCapacity                                              int `json:"reject_capacity"`

	Machine, Dispenser string
	DispenserSerial    string `json:"dispenser_serial"`

	ChipKeys string `json:"chip_keys"` // test keys of the cards; "" = they take none
	SAM      string // reader of the module that holds them; "" = there is none
	SAMPIN   string `json:"sam_pin"`
}

// InitSim makes a station in dir on a running simulator: its ports and reader, its test keys, its blanks booked as the
// opening receipt and drawn into the feeder. Such a station takes specimen records only. confirmEvery and language as
// in the settings.
func InitSim(ctx context.Context, dir, simDir string, c config.Config) error {
	raw, err := os.ReadFile(filepath.Join(simDir, "hwsim.json"))
	if err != nil {
		return &drivers.Fault{Code: NoSimulator, Op: "init", Again: drivers.AgainAfterOperator, Detail: simDir}
	}
	var sim simulator
	if err := json.Unmarshal(raw, &sim); err != nil {
		return &drivers.Fault{Code: NoSimulator, Op: "init", Again: drivers.AgainAfterOperator, Detail: "hwsim.json does not read", Err: err}
	}
	c.Station.Specimen = true
	c.Printer.Port, c.Printer.Baud, c.Printer.Serial = sim.Printer, sim.Baud, sim.Serial
	if sim.Flow != "" {
		c.Printer.Flow = sim.Flow
	}
	c.Printer.ChipStation, c.Printer.RejectCapacity = sim.Station, sim.RejectCapacity
	if sim.Machine != "" {
		c.Printer.Machine, c.Dispenser.Port, c.Dispenser.Serial = sim.Machine, sim.Dispenser, sim.DispenserSerial
	}
	if !c.HasPrinter() {
		c.Station.ConfirmEvery = 0 // there is no face to judge
	}
	c.Reader.Name, c.Reader.Socket = sim.Reader, sim.Socket
	c.Source.Inbox = sim.Inbox
	if sim.Chip != "" {
		c.Chip.Profile = sim.Chip
	}
	if sim.ChipKeys != "" {
		var err error
		if c.Chip, err = TestKeys(c.Chip, sim.ChipKeys); err != nil {
			return err
		}
	}
	if sim.SAM != "" {
		c.Chip.Keys, c.Chip.File, c.Chip.SAM, c.Chip.PINFile = config.KeysSAM, "", sim.SAM, sim.SAMPIN
	}
	if err := Init(ctx, dir, sim.Keys, c); err != nil {
		return err
	}
	const who, second = "opening", "simulator"
	j, err := journal.Open(ctx, filepath.Join(dir, JournalFile))
	if err != nil {
		return err
	}
	defer j.Close()
	if sim.Blanks == 0 {
		return nil
	}
	return Book(ctx, j, ledger.Movement{
		Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Type: ledger.BlankType(c.Station.Blank), Count: sim.Blanks,
		Who: who, Second: second, Document: "SIMULATOR-OPENING",
	}, ledger.Movement{
		Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.BlankType(c.Station.Blank), Count: sim.Blanks,
		Who: who, Second: second,
	})
}

// Init makes a station in dir: folders, a copy of the keys, settings, an empty journal and record store. It refuses a
// folder that holds one. What it makes only its owner may read.
func Init(ctx context.Context, dir, keys string, c config.Config) error {
	if _, err := os.Stat(filepath.Join(dir, config.File)); err == nil {
		return &drivers.Fault{Code: AlreadyMade, Op: "init", Again: drivers.AgainNever, Detail: dir}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return &drivers.Fault{Code: config.Unreadable, Op: "init", Again: drivers.AgainAfterOperator, Detail: dir, Err: err}
	}
	if err := c.Validate(); err != nil {
		return err
	}
	if err := makeFolders(dir, keys); err != nil {
		return &drivers.Fault{Code: config.Unreadable, Op: "init", Again: drivers.AgainAfterOperator, Detail: dir, Err: err}
	}
	k, err := record.LoadKeys(filepath.Join(dir, "keys"))
	if err != nil {
		return err
	}
	s, err := source.OpenStore(filepath.Join(dir, RecordsFile), k)
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	j, err := journal.Create(ctx, filepath.Join(dir, JournalFile), c.Station.Office+"/"+c.Station.Desk)
	if err != nil {
		return err
	}
	defer j.Close()
	if _, err := j.Append(ctx, journal.Fact{Kind: journal.KindConfig, Who: ledger.Station, Data: c.Redacted()}); err != nil {
		return err
	}
	c.Source.Keys = "keys"
	return config.Save(dir, c) // last: a folder with settings is a whole station
}

func makeFolders(dir, keys string) error {
	for _, d := range []string{"", "keys", "inbox", "outbox", "refused"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return err
		}
	}
	for _, name := range []string{"station.jwk", "centre.jwk"} {
		b, err := os.ReadFile(filepath.Join(keys, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "keys", name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Book writes movements to the journal if the ledger allows them all, as one durable step.
func Book(ctx context.Context, j *journal.Journal, movements ...ledger.Movement) error {
	l, err := ReadLedger(ctx, j.Reader)
	if err != nil {
		return err
	}
	if err := l.Allows(time.Now(), movements...); err != nil {
		return err
	}
	var facts []journal.Fact
	for _, m := range movements {
		facts = append(facts, journal.Fact{Kind: journal.KindMovement, Who: m.Who, Data: m})
	}
	_, err = j.Append(ctx, facts...)
	return err
}

// ReadLedger folds all movements of a journal.
func ReadLedger(ctx context.Context, j *journal.Reader) (*ledger.Ledger, error) {
	return ledger.Fold(func(yield func(ledger.Movement, error) bool) {
		for d, err := range j.DataOf(ctx, journal.KindMovement) {
			var m ledger.Movement
			if err == nil {
				m, err = ledger.Decode(d.Data)
				m.Seq, m.At = d.Seq, d.At
			}
			if err != nil {
				err = fmt.Errorf("journal line %d: %w", d.Seq, err)
			}
			if !yield(m, err) {
				return
			}
		}
	})
}
