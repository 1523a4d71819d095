package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"cetak/drivers"
)

// File is the name of the settings file in the station folder.
const File = "cetak.toml"

// Faults of the settings. Each Detail is one sentence that names the key or the line.
const (
	// UnknownKey: the file has a key no setting has: misspelt, or of another release.
	UnknownKey drivers.Code = "K-101"
	// OutOfRange: a setting has a value that is not allowed, or a required one is empty.
	OutOfRange drivers.Code = "K-102"
	// NoStation: the folder holds no station; it has to be made with `cetakctl init`.
	NoStation drivers.Code = "K-103"
	// NotTOML: the file is not TOML, or a value has the wrong type (a word where a number belongs).
	NotTOML drivers.Code = "K-104"
	// Unreadable: the file is there and may not be read, or may not be written.
	Unreadable drivers.Code = "K-105"
)

// Config is the whole file. Paths are absolute after Load.
type Config struct {
	Station    Station    `toml:"station"`
	Letterhead Letterhead `toml:"letterhead"`
	Printer    Printer    `toml:"printer"`
	Dispenser  Dispenser  `toml:"dispenser"`
	Reader     Reader     `toml:"reader"`
	Chip       Chip       `toml:"chip"`
	Source     Source     `toml:"source"`
	People     People     `toml:"people"`
	Shift      Shift      `toml:"shift"`
	Stock      Stock      `toml:"stock"`
	Policy     Policy     `toml:"policy"`
	Readiness  Readiness  `toml:"readiness"`
	Centre     Centre     `toml:"centre"`
	Log        Log        `toml:"log"`
}

// Station says which desk this is and how it works.
type Station struct {
	Office string `toml:"office"`
	Desk   string `toml:"desk"`
	// Specimen: only records from a test centre are printed here.
	Specimen bool `toml:"specimen"`
	// Blank is the stock in the feeder, WNI or WNA; records of the other kind wait.
	Blank string `toml:"blank"`
	// ConfirmEvery: a person judges every n-th card by eye; 1 = every card, 0 = none.
	ConfirmEvery int `toml:"confirm_every"`
	// Language of the screen, id or en.
	Language string `toml:"language"`
	// Drill is the day that this folder is for, where it is a trainee's and no station's; empty on a station.
	Drill string `toml:"drill"`
}

// Letterhead is what the office's papers say of it beside station.office. All of it may be empty.
type Letterhead struct {
	Government string `toml:"government"` // "PEMERINTAH KABUPATEN ..."
	Address    string `toml:"address"`
	Place      string `toml:"place"`   // town where papers are dated
	Head       string `toml:"head"`    // who signs for the office
	HeadID     string `toml:"head_id"` // NIP
	Hours      string `toml:"hours"`   // opening hours, for the public notice
	Complaints string `toml:"complaints"`
}

// Printer says where the card printer is and how it is built.
type Printer struct {
	// Machine is what stands at the desk: MachinePrinter, MachineDispenser, MachineBoth.
	Machine string `toml:"machine"`
	Port    string `toml:"port"`
	Baud    int    `toml:"baud"`
	// Flow is how the printer may hold up what is sent to it: none, rtscts, xonxoff, both.
	Flow      string `toml:"flow"`
	Ribbon    string `toml:"ribbon"`
	Packing   string `toml:"packing"`
	DbcParams int    `toml:"dbc_params"`
	// Colour: near lets a dot be off by at most one level of 32 where that saves bytes on the line; exact does not.
	Colour string `toml:"colour"`
	// ColourWeight is what an error of one level, squared, is worth in hundredths of a byte; of near only.
	ColourWeight int `toml:"colour_weight"`
	// PartialPanels and BlackRegions allow forms that no source settles for every machine: Dbp and Dbpc; Dbmp.
	PartialPanels bool `toml:"partial_panels"`
	BlackRegions  bool `toml:"black_regions"`
	// Overlap is what is sent to the printer while the chip is written: memory, sequence, or none. See evolis.Overlap.
	Overlap string `toml:"overlap"`
	// LongestSeconds a card may take from the feeder to the tray; 0 = as long as it takes. Shorten says what is left out of one
	// that would take longer: none, colour, varnish, both.
	LongestSeconds int    `toml:"longest_seconds"`
	Shorten        string `toml:"shorten"`
	// Serial, if set, is the only machine that is accepted.
	Serial      string `toml:"serial"`
	ChipStation string `toml:"chip_station"`
	Varnish     bool   `toml:"varnish"`
	// Turned: the card lies the other way round in the machine, and the face is printed upside down on it.
	Turned bool `toml:"turned"`
	// OffsetX and OffsetY move the face on the card, in dots of 1/300 inch, right and down as it is read.
	OffsetX int `toml:"offset_x"`
	OffsetY int `toml:"offset_y"`
	// ContrastColour and ContrastBlack of the panels, as the machine counts them; 0 = as it is.
	ContrastColour int `toml:"contrast_colour"`
	ContrastBlack  int `toml:"contrast_black"`
	// RejectCapacity is how many cards the reject box holds; 0 = not watched.
	RejectCapacity int `toml:"reject_capacity"`
}

// Limits of what a technician may set on a test card: 5 mm, and twice the contrast that a machine comes with (10, guide p.25; how
// far it goes is in no source).
const (
	MaxOffset   = 60
	MaxContrast = 20
)

// Reader says which PC/SC reader sits at the printer's chip station.
type Reader struct {
	Name string `toml:"name"`
	// Socket of the PC/SC service; empty = the system's.
	Socket string `toml:"socket"`
}

// Chip says what kind of chip is written and with which keys.
type Chip struct {
	Profile string `toml:"profile"`
	// Keys says where the card keys are: none, file, pkcs11, sam.
	Keys string `toml:"keys"`
	File string `toml:"file"` // test keys
	// Module, Token, Key are the PKCS#11 library, the token's label, and the beginning of the key objects' labels.
	Module string `toml:"module"`
	Token  string `toml:"token"`
	Key    string `toml:"key"`
	SAM    string `toml:"sam"` // reader with the secure access module
	// PINFile holds the PIN of token or SAM; empty = CETAK_PIN, else it is asked for.
	PINFile string `toml:"pin_file"`
	// Version and CheckValue are those of the key set that is to be used: another one never touches a card.
	Version    int    `toml:"version"`
	CheckValue string `toml:"check_value"`
	// Derivation is how a card's keys come from the set: sp800-108-uid, none.
	Derivation string `toml:"derivation"`
	Mode       string `toml:"mode"`  // of the secure channel: S8, S16
	Le         string `toml:"le"`    // of a secured command: count, all
	Level      string `toml:"level"` // of the secure channel
}

// Sources of card keys.
const (
	KeysNone   = "none"
	KeysFile   = "file"
	KeysPKCS11 = "pkcs11"
	KeysSAM    = "sam"
)

// Source says where records come from.
type Source struct {
	Inbox string `toml:"inbox"` // drop folder
	Keys  string `toml:"keys"`  // folder with station.jwk and centre.jwk
}

// People says who may sit here.
type People struct {
	// SignIn: everybody signs in with a password, and an act that needs two people needs both passwords. Without it the names
	// given are believed.
	SignIn bool `toml:"sign_in"`
	// IdleMinutes after which the screen asks for the password again.
	IdleMinutes int `toml:"idle_minutes"`
	// Attempts is how many wrong passwords in a row lock a person out until a supervisor lets them in again.
	Attempts int `toml:"attempts"`
}

// Shift says how a desk's day is opened and closed.
type Shift struct {
	// Required: no card is begun without an open shift.
	Required bool `toml:"required"`
	// SpoilLimit is how many cards of a shift the operator may call spoiled alone; above it a second person signs.
	SpoilLimit int `toml:"spoil_limit"`
}

// Stock says when blanks are short.
type Stock struct {
	// Reserve of blanks of each type, vault and feeder together, under which the policy's rules for shortage hold.
	Reserve int `toml:"reserve"`
	// OrderDays: the station asks for new blanks when what there is will not last so many days.
	OrderDays int `toml:"order_days"`
}

// Policy says who is printed first.
type Policy struct {
	// Table is a file of dated rules; empty = the one in the program.
	Table string `toml:"table"`
}

// Centre says whom records are leased from.
type Centre struct {
	// Folder of the enrolment; empty = no centre.
	Folder string `toml:"folder"`
	// CoverDays without a line that the leases held must last.
	CoverDays int `toml:"cover_days"`
	// Every so many seconds the desk speaks to the centre.
	Every int `toml:"every"`
}

// Readiness says when self-tests count.
type Readiness struct {
	// Required: no card is begun unless every self-test counts.
	Required bool `toml:"required"`
	// Days and Cards after which a self-test no longer counts; 0 = never.
	Days  int `toml:"days"`
	Cards int `toml:"cards"`
}

// Log says how much is logged.
type Log struct {
	Level string `toml:"level"` // debug, info, warn, error
}

// Default is a station with every choice made that can be made without knowing the machine: port and reader are empty,
// so it does not pass Validate until someone fills them in.
func Default() Config {
	return Config{
		Station: Station{Office: "Dukcapil", Desk: "1", Blank: "WNI", ConfirmEvery: 1, Language: "id"},
		Printer: Printer{
			Machine: MachinePrinter, Baud: 115200, Flow: "none", Ribbon: "ymcko", Packing: "msb", DbcParams: 3, Colour: "near", ColourWeight: 200, Overlap: "memory", Shorten: "none",
			ChipStation: "contact", Varnish: true,
		},
		Chip:      Chip{Profile: "ktpel", Keys: KeysNone, Derivation: "sp800-108-uid", Mode: "S8", Le: "count", Level: "r-enc"},
		Dispenser: Dispenser{Baud: 38400},
		Source:    Source{Inbox: "inbox", Keys: "keys"},
		People:    People{SignIn: true, IdleMinutes: 5, Attempts: 3},
		Shift:     Shift{Required: true, SpoilLimit: 3},
		Stock:     Stock{OrderDays: 7},
		Readiness: Readiness{Days: 30, Cards: 5000},
		Centre:    Centre{CoverDays: 3, Every: 60},
		Log:       Log{Level: "info"},
	}
}

// Load reads and checks the settings of the station folder dir. Faults: NoStation, Unreadable, NotTOML, UnknownKey,
// OutOfRange.
func Load(dir string) (Config, error) {
	b, err := os.ReadFile(filepath.Join(dir, File))
	if errors.Is(err, os.ErrNotExist) {
		return Config{}, fault(NoStation, fmt.Sprintf("%s holds no station: make one with `cetakctl init`", dir), nil)
	}
	if err != nil {
		return Config{}, fault(Unreadable, File+" may not be read", err)
	}
	c, err := Parse(b)
	if err != nil {
		return Config{}, err
	}
	c, err = c.in(dir)
	if err != nil {
		return Config{}, err
	}
	return c, c.Validate()
}

// Parse reads the file's text over the defaults, without Validate. Faults: NotTOML, UnknownKey.
func Parse(text []byte) (Config, error) {
	c := Default()
	d := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields()
	err := d.Decode(&c)
	var strict *toml.StrictMissingError
	var syntax *toml.DecodeError
	switch {
	case err == nil:
		return c, nil
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		first := strict.Errors[0]
		line, _ := first.Position()
		return Config{}, fault(UnknownKey,
			fmt.Sprintf("%s line %d: there is no setting %q", File, line, strings.Join(first.Key(), ".")), nil)
	case errors.As(err, &syntax):
		line, _ := syntax.Position()
		what := strings.TrimPrefix(syntax.Error(), "toml: ")
		if key := strings.Join(syntax.Key(), "."); key != "" {
			what = key + ": " + what
		}
		return Config{}, fault(NotTOML, fmt.Sprintf("%s line %d: %s", File, line, what), nil)
	}
	return Config{}, fault(NotTOML, File, err)
}

// in makes the paths absolute; relative ones are meant from the station folder.
func (c Config) in(dir string) (Config, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return c, fault(Unreadable, "the station folder", err)
	}
	for _, p := range []*string{&c.Source.Inbox, &c.Source.Keys, &c.Reader.Socket, &c.Policy.Table, &c.Centre.Folder, &c.Chip.File, &c.Chip.PINFile} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(abs, *p)
		}
	}
	return c, nil
}

// Validate checks every value. Fault: OutOfRange with the key and what is allowed.
func (c Config) Validate() error {
	for _, r := range []struct {
		key   string
		value string
		rule  func(string) string
	}{
		{"station.office", c.Station.Office, text},
		{"station.desk", c.Station.Desk, text},
		{"letterhead.government", c.Letterhead.Government, words},
		{"letterhead.address", c.Letterhead.Address, words},
		{"letterhead.place", c.Letterhead.Place, words},
		{"letterhead.head", c.Letterhead.Head, words},
		{"letterhead.head_id", c.Letterhead.HeadID, words},
		{"letterhead.hours", c.Letterhead.Hours, words},
		{"letterhead.complaints", c.Letterhead.Complaints, words},
		{"station.blank", c.Station.Blank, oneOf("WNI", "WNA")},
		{"station.language", c.Station.Language, oneOf("id", "en")},
		{"station.drill", c.Station.Drill, drillID},
		{"printer.machine", c.Printer.Machine, oneOf(machines()...)},
		{"dispenser.port", c.Dispenser.Port, where(c.HasDispenser(), given("the dispenser's device, for example /dev/serial/by-id/usb-..."))},
		{"printer.port", c.Printer.Port, where(c.HasPrinter(), given("the printer's device, for example /dev/serial/by-id/usb-..."))},
		{"printer.flow", c.Printer.Flow, oneOf("none", "rtscts", "xonxoff", "both")},
		{"printer.ribbon", c.Printer.Ribbon, oneOf(ribbons()...)},
		{"printer.packing", c.Printer.Packing, oneOf("msb", "lsb")},
		{"printer.colour", c.Printer.Colour, oneOf("near", "exact")},
		{"printer.overlap", c.Printer.Overlap, oneOf("memory", "sequence", "none")},
		{"printer.shorten", c.Printer.Shorten, oneOf("none", "colour", "varnish", "both")},
		{"printer.chip_station", c.Printer.ChipStation, oneOf("contact", "contactless")},
		{"reader.name", c.Reader.Name, given("the reader's name as `cetakctl doctor` lists it")},
		{"chip.profile", c.Chip.Profile, oneOf("ktpel", "plain")},
		{"chip.keys", c.Chip.Keys, oneOf(KeysNone, KeysFile, KeysPKCS11, KeysSAM)},
		{"chip.file", c.Chip.File, c.Chip.needs(given("the file with the test keys"), KeysFile)},
		{"chip.module", c.Chip.Module, c.Chip.needs(given("the PKCS#11 library, for example /usr/lib/softhsm/libsofthsm2.so"), KeysPKCS11)},
		{"chip.token", c.Chip.Token, c.Chip.needs(text, KeysPKCS11)},
		{"chip.key", c.Chip.Key, c.Chip.needs(text, KeysPKCS11)},
		{"chip.sam", c.Chip.SAM, c.Chip.needs(given("the reader with the secure access module, as `cetakctl doctor` lists it"), KeysSAM)},
		{"chip.check_value", c.Chip.CheckValue, c.Chip.needs(checkValue, KeysFile, KeysPKCS11, KeysSAM)},
		{"chip.derivation", c.Chip.Derivation, oneOf("sp800-108-uid", "none")},
		{"chip.mode", c.Chip.Mode, oneOf("S8", "S16")},
		{"chip.le", c.Chip.Le, oneOf("count", "all")},
		{"chip.level", c.Chip.Level, oneOf("c-mac", "c-enc", "r-mac", "c-enc+r-mac", "r-enc")},
		{"source.inbox", c.Source.Inbox, given("the folder where bundles are dropped")},
		{"source.keys", c.Source.Keys, given("the folder with station.jwk and centre.jwk")},
		{"log.level", c.Log.Level, oneOf("debug", "info", "warn", "error")},
	} {
		if want := r.rule(r.value); want != "" {
			return fault(OutOfRange, fmt.Sprintf("%s is %q: it must be %s", r.key, r.value, want), nil)
		}
	}
	for _, r := range []struct {
		key     string
		value   int
		allowed func(int) bool
		want    string
	}{
		{"station.confirm_every", c.Station.ConfirmEvery, between(0, 1000), "0 (never) to 1000"},
		{"station.confirm_every", c.Station.ConfirmEvery, c.canConfirm, "0 where printer.machine prints no face to judge"},
		{"dispenser.baud", c.Dispenser.Baud, isDispenserBaud, "one of 9600 19200 38400 57600"},
		{"dispenser.address", c.Dispenser.Address, between(0, 15), "0 to 15"},
		{"printer.baud", c.Printer.Baud, isBaud, "one of " + strings.Trim(fmt.Sprint(bauds()), "[]")},
		{"printer.dbc_params", c.Printer.DbcParams, between(3, 4), "3 or 4"},
		{"printer.longest_seconds", c.Printer.LongestSeconds, between(0, 3600), "0 (as long as it takes) to 3600"},
		{"printer.colour_weight", c.Printer.ColourWeight, between(1, 10_000), "1 to 10000"},
		{"printer.offset_x", c.Printer.OffsetX, between(-MaxOffset, MaxOffset), fmt.Sprintf("%d to %d dots", -MaxOffset, MaxOffset)},
		{"printer.offset_y", c.Printer.OffsetY, between(-MaxOffset, MaxOffset), fmt.Sprintf("%d to %d dots", -MaxOffset, MaxOffset)},
		{"printer.contrast_colour", c.Printer.ContrastColour, between(0, MaxContrast), fmt.Sprintf("0 (as the machine has it) to %d", MaxContrast)},
		{"printer.contrast_black", c.Printer.ContrastBlack, between(0, MaxContrast), fmt.Sprintf("0 (as the machine has it) to %d", MaxContrast)},
		{"printer.reject_capacity", c.Printer.RejectCapacity, between(0, 1000), "0 (not watched) to 1000"},
		{"chip.version", c.Chip.Version, c.Chip.version, "1 to 127, the number of the key set"},
		{"people.idle_minutes", c.People.IdleMinutes, between(1, 60), "1 to 60"},
		{"people.attempts", c.People.Attempts, between(1, 10), "1 to 10"},
		{"shift.spoil_limit", c.Shift.SpoilLimit, between(0, 1000), "0 to 1000"},
		{"stock.reserve", c.Stock.Reserve, between(0, 1_000_000), "0 to 1000000"},
		{"stock.order_days", c.Stock.OrderDays, between(1, 365), "1 to 365"},
		{"centre.cover_days", c.Centre.CoverDays, between(1, 13), "1 to 13"},
		{"centre.every", c.Centre.Every, between(5, 3600), "5 to 3600"},
		{"readiness.days", c.Readiness.Days, between(0, 3650), "0 (never by age) to 3650"},
		{"readiness.cards", c.Readiness.Cards, between(0, 1_000_000), "0 (never by cards) to 1000000"},
	} {
		if !r.allowed(r.value) {
			return fault(OutOfRange, fmt.Sprintf("%s is %d: it must be %s", r.key, r.value, r.want), nil)
		}
	}
	return nil
}

// Redacted is the settings as they may go into the journal, a log, or a bundle for support: without the names of folders,
// which can hold a person's name, and of the office's head.
func (c Config) Redacted() Config {
	for _, p := range []*string{&c.Source.Inbox, &c.Source.Keys, &c.Reader.Socket, &c.Printer.Port, &c.Dispenser.Port, &c.Policy.Table, &c.Centre.Folder, &c.Chip.File, &c.Chip.PINFile, &c.Chip.Module} {
		device := strings.HasPrefix(*p, "/dev/") && !strings.HasPrefix(*p, "/dev/shm/")
		if *p != "" && !device && !strings.HasPrefix(*p, "/run/") {
			*p = ".../" + filepath.Base(*p)
		}
	}
	c.Letterhead.Head, c.Letterhead.HeadID = "", ""
	return c
}

// ribbons the maker names that carry colour and black (evolis.md 6, "Programming Guide" p. 25).
func ribbons() []string { return []string{"ymcko", "ymckos", "ymckok"} }

// bauds a serial printer or its adapter can be set to: 2400 to 115200 by the "Programming Guide" p. 7, the faster ones by
// USB adapters; all are in the standard set that the port driver accepts.
func bauds() []int {
	return []int{2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1000000, 2000000, 4000000}
}

func isBaud(n int) bool {
	for _, b := range bauds() {
		if n == b {
			return true
		}
	}
	return false
}

func between(lo, hi int) func(int) bool { return func(n int) bool { return n >= lo && n <= hi } }

func oneOf(words ...string) func(string) string {
	return func(s string) string {
		for _, w := range words {
			if s == w {
				return ""
			}
		}
		return strings.Join(words, " or ")
	}
}

func given(what string) func(string) string {
	return func(s string) string {
		if strings.TrimSpace(s) == "" || strings.ContainsAny(s, "\x00\r\n") {
			return what
		}
		return ""
	}
}

// drillID is empty on a station.
func drillID(s string) string {
	if len(s) > 20 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return "empty: only `cetakctl drill` sets it"
	}
	return ""
}

// words may be empty and stand on one line of a paper.
func words(s string) string {
	if len([]rune(s)) > 120 || strings.ContainsAny(s, "\x00\r\n\t") {
		return "at most 120 letters on one line"
	}
	return ""
}

// text is a name for the screen's header.
func text(s string) string {
	if strings.TrimSpace(s) == "" || len([]rune(s)) > 80 || strings.ContainsAny(s, "\x00\r\n\t") {
		return "a name of 1 to 80 letters on one line"
	}
	return ""
}

// needs holds a value to a rule only where the keys come from one of the sources.
func (c Chip) needs(rule func(string) string, sources ...string) func(string) string {
	return func(s string) string {
		if !slices.Contains(sources, c.Keys) {
			return ""
		}
		return rule(s)
	}
}

// version is a key version number (GlobalPlatform Card Specification 2.3.1, 11.8.2.3: 01 to 7F); 0 where no keys are used.
func (c Chip) version(n int) bool { return n >= 1 && n <= 127 || n == 0 && c.Keys == KeysNone }

// checkValue is the check values of the keys ENC and MAC, three bytes each.
func checkValue(s string) string {
	if b, err := hex.DecodeString(s); err != nil || len(b) != 6 {
		return "the twelve hex digits that `cetakctl keys check` shows"
	}
	return ""
}

func fault(code drivers.Code, detail string, err error) error {
	return &drivers.Fault{Code: code, Op: "settings", Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}
