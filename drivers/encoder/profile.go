package encoder

import (
	"bytes"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"cetak/drivers"
	"cetak/drivers/apdu"
)

//go:embed ktpel.toml plain.toml
var embedded embed.FS

// Names of the profiles that come with the program.
const (
	NameKTPel = "ktpel"
	NamePlain = "plain"
)

// ErrProfile is a profile that does not describe a card.
var ErrProfile = errors.New("chip profile")

// Profile is what a kind of card looks like. It comes from Load and is not changed after.
type Profile struct {
	Name string `toml:"name"`
	// WriteBasis says what the write side of this profile rests on.
	WriteBasis string `toml:"write_basis"`

	Application string `toml:"application"` // identifier of the DF, four hex digits
	Budget      int    `toml:"budget"`      // bytes of all files together, length bytes included
	ReadStep    int    `toml:"read_step"`   // bytes a short READ BINARY
	WriteStep   int    `toml:"write_step"`  // bytes a short UPDATE BINARY
	// Extended says whether commands have extended length fields, and ExtendedStep how many bytes such a READ or UPDATE BINARY.
	Extended     Extended `toml:"extended"`
	ExtendedStep int      `toml:"extended_step"`
	// Create says that the blank has neither DF nor files: they are made with CREATE FILE, with the rules below.
	Create    bool   `toml:"create"`
	Seal      string `toml:"seal"`      // the command APDU that closes the card, sent with the DF selected
	Terminate string `toml:"terminate"` // the one that ends a card for good; "" for a card that cannot be ended

	Accept []ATR  `toml:"accept"`
	Refuse []ATR  `toml:"refuse"` // is asked first
	Files  []File `toml:"file"`   // in the order they are written

	application uint16
	seal        apdu.Command
	terminate   apdu.Command
}

// ATR is an answer to reset, or a family of them.
type ATR struct {
	Name    string `toml:"name"`
	Pattern string `toml:"atr"` // hex bytes, ?? for any

	value, mask []byte
}

// File is one elementary file of the card.
type File struct {
	ID      string `toml:"id"` // four upper-case hex digits
	Content string `toml:"content"`
	// Factory files are on the blank and never written; Size is what they take.
	Factory  bool `toml:"factory"`
	Size     int  `toml:"size"`
	Portrait bool `toml:"portrait"` // the JPEG that identifies the holder; one file has it
	// Read and Write say who may: Free, or Session for who opened a secure session. Read holds from sealing on, Write until then;
	// after it nobody writes.
	Read  Access `toml:"read"`
	Write Access `toml:"write"`

	fid uint16
}

// Access is a rule of a file.
type Access string

// Rules.
const (
	Free    Access = "free"
	Session Access = "session"
)

// NeedsSession tells whether a card of this profile can only be written in a secure session.
func (p Profile) NeedsSession() bool {
	return slices.ContainsFunc(p.Files, func(f File) bool { return !f.Factory && f.Write == Session })
}

// KTPel is the profile of the Indonesian identity card.
func KTPel() (Profile, error) { return Named(NameKTPel) }

// Named gives a profile that comes with the program; any other name is the path of one in a file. Errors: ErrProfile, and those
// of reading the file.
func Named(name string) (Profile, error) {
	text, err := embedded.ReadFile(name + ".toml")
	if err != nil {
		if text, err = os.ReadFile(name); err != nil {
			return Profile{}, fmt.Errorf("%w: %w", ErrProfile, err)
		}
	}
	return Load(text)
}

// Load reads a profile, strictly: an unknown key, a missing value, or one that a card cannot have is ErrProfile.
func Load(text []byte) (Profile, error) {
	var p Profile
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	if err := p.check(); err != nil {
		return Profile{}, fmt.Errorf("%w %q: %w", ErrProfile, p.Name, err)
	}
	return p, nil
}

func (p *Profile) check() error {
	var err error
	if p.application, err = identifier(p.Application); err != nil {
		return fmt.Errorf("application: %w", err)
	}
	switch {
	case p.Name == "" || p.WriteBasis == "":
		return errors.New("name and write_basis are needed")
	case p.Budget < 2 || p.Budget > apdu.MaxOffset:
		return fmt.Errorf("budget %d: READ BINARY reaches %d bytes", p.Budget, apdu.MaxOffset)
	case p.ReadStep < 1 || p.ReadStep > apdu.MaxShortNe:
		return fmt.Errorf("read_step %d", p.ReadStep)
	case p.WriteStep < 1 || p.WriteStep > apdu.MaxShortData:
		return fmt.Errorf("write_step %d", p.WriteStep)
	case p.Extended != ExtendedAuto && p.Extended != ExtendedNever && p.Extended != ExtendedAlways:
		return fmt.Errorf("extended %q", p.Extended)
	case p.ExtendedStep < apdu.MaxShortNe || p.ExtendedStep > maxExtended:
		return fmt.Errorf("extended_step %d", p.ExtendedStep)
	case len(p.Accept) == 0 || len(p.Files) == 0:
		return errors.New("accept and file are needed")
	}
	if p.seal, err = command(p.Seal); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if p.Terminate != "" {
		if p.terminate, err = command(p.Terminate); err != nil {
			return fmt.Errorf("terminate: %w", err)
		}
	}
	for _, list := range [][]ATR{p.Accept, p.Refuse} {
		for i := range list {
			if err := list[i].parse(); err != nil {
				return fmt.Errorf("ATR %q: %w", list[i].Name, err)
			}
		}
	}
	return p.checkFiles()
}

// command is a command APDU in hex.
func command(text string) (apdu.Command, error) {
	b, err := hex.DecodeString(text)
	if err != nil {
		return apdu.Command{}, err
	}
	return apdu.Parse(b)
}

// maxExtended is the longest extended step: a whole command, in a secure session with padding and MAC, is at most 65,535 bytes
// (drivers/pcsc).
const maxExtended = 65535 - 64

func (p *Profile) checkFiles() error {
	seen, portraits, factory := map[string]bool{}, 0, 0
	for i := range p.Files {
		f := &p.Files[i]
		var err error
		if f.fid, err = identifier(f.ID); err != nil {
			return fmt.Errorf("file: %w", err)
		}
		if seen[f.ID] {
			return fmt.Errorf("file %s twice", f.ID)
		}
		if f.Factory != (f.Size > 0) {
			return fmt.Errorf("file %s: a factory file has a size, no other has", f.ID)
		}
		if !f.Read.known() || f.Factory != (f.Write == "") || !f.Factory && !f.Write.known() {
			return fmt.Errorf("file %s: read and write are %q or %q, and nobody writes a factory file", f.ID, Free, Session)
		}
		if f.Factory && p.Create {
			return fmt.Errorf("file %s: what is created is not the factory's", f.ID)
		}
		if f.Portrait && f.Read != Free {
			return fmt.Errorf("file %s: the portrait tells a card without keys", f.ID)
		}
		seen[f.ID] = true
		factory += f.Size
		if f.Portrait {
			portraits++
		}
	}
	if portraits != 1 || factory > p.Budget {
		return fmt.Errorf("%d portraits, factory files of %d bytes", portraits, factory)
	}
	return nil
}

func (a Access) known() bool { return a == Free || a == Session }

func identifier(s string) (uint16, error) {
	v, err := strconv.ParseUint(s, 16, 16)
	if err != nil || s != fmt.Sprintf("%04X", v) {
		return 0, fmt.Errorf("identifier %q is not four upper-case hex digits", s)
	}
	return uint16(v), nil
}

func (a *ATR) parse() error {
	for _, s := range strings.Fields(a.Pattern) {
		if s == "??" {
			a.value, a.mask = append(a.value, 0), append(a.mask, 0)
			continue
		}
		b, err := hex.DecodeString(s)
		if err != nil || len(b) != 1 {
			return fmt.Errorf("%q is no byte", s)
		}
		a.value, a.mask = append(a.value, b[0]), append(a.mask, 0xFF)
	}
	if len(a.value) < 2 || len(a.value) > 33 { // ISO/IEC 7816-3:2006, 8.2.1: TS, T0, and at most 31 more
		return fmt.Errorf("%d bytes", len(a.value))
	}
	return nil
}

func (a ATR) matches(atr []byte) bool {
	if len(atr) != len(a.value) {
		return false
	}
	for i, b := range atr {
		if b&a.mask[i] != a.value[i] {
			return false
		}
	}
	return true
}

// Match names the card by its ATR; ok tells whether it is one of this profile. A card the profile does not know has no name.
func (p Profile) Match(atr []byte) (name string, ok bool) {
	for _, a := range p.Refuse {
		if a.matches(atr) {
			return a.Name, false
		}
	}
	for _, a := range p.Accept {
		if a.matches(atr) {
			return a.Name, true
		}
	}
	return "", false
}

// sizes of the files that are not the factory's, checked one by one and against the budget.
func (p Profile) fits(files drivers.Files) (used int, err error) {
	known := map[string]bool{}
	for _, f := range p.Files {
		used += f.Size
		if f.Factory {
			continue
		}
		known[f.ID] = true
		content, ok := files[f.ID]
		if !ok {
			return 0, fmt.Errorf("%s is missing", f.ID)
		}
		if len(content) < 2 || declared(content) != len(content)-2 {
			return 0, fmt.Errorf("%s: the length bytes do not count its %d bytes", f.ID, len(content))
		}
		used += len(content)
	}
	for id := range files {
		if !known[id] {
			return 0, fmt.Errorf("%d files, one of them is none of the profile's", len(files))
		}
	}
	return used, nil
}

// declared is what the two length bytes say.
func declared(content []byte) int { return int(content[0])<<8 | int(content[1]) }
