package assembly

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/keys"
	"cetak/drivers/pcsc"
	"cetak/drivers/pkcs11"
	"cetak/drivers/scp03"
	"cetak/station"
	"cetak/station/config"
)

// AskPIN asks a person for the PIN of token or module. What it gives is overwritten once it was used.
type AskPIN func(context.Context, station.PINWanted) ([]byte, error)

// CardKeys are the card keys that the settings name. They are opened at first need and stay open until Close. It is used by one goroutine.
type CardKeys struct {
	chip   config.Chip
	socket string
	ask    AskPIN
	log    zerolog.Logger

	set     scp03.Keys         // nil while not open
	refused error              // the PIN was: the next try could be the one that locks the token
	tried   bool               // one was given in the last opening
	given   []byte             // the PIN that a person typed, until the login took it
	asked   bool               // wanted is known
	wanted  *station.PINWanted // what the place said, as long as it is not open
}

// NewCardKeys opens nothing yet. ask may be nil: the PIN is then in the environment, in the file of the settings, or comes by Unlock. chip.Keys is
// not none.
func NewCardKeys(c config.Config, ask AskPIN, log zerolog.Logger) *CardKeys {
	return &CardKeys{chip: c.Chip, socket: c.Reader.Socket, ask: ask, log: log.With().Str("part", "keys").Logger()}
}

// cardKeys are those of the station's engine; nil where cards are written without.
func cardKeys(c config.Config, ask AskPIN, log zerolog.Logger) *CardKeys {
	if c.Chip.Keys == config.KeysNone {
		return nil
	}
	return NewCardKeys(c, ask, log)
}

// Set names the key set that the settings ask for.
func (k *CardKeys) Set() string {
	return fmt.Sprintf("v%d %s", k.chip.Version, strings.ToUpper(k.chip.CheckValue))
}

// Ready holds the keys to the settings, each time anew: a token may have been changed for another. See station.CardKeys.
func (k *CardKeys) Ready(ctx context.Context, specimen bool) error {
	if k.chip.Keys == config.KeysFile && !specimen {
		return keysFault(drivers.KeysForTests, "no specimen", nil)
	}
	set, err := k.Open(ctx)
	if err != nil {
		return err
	}
	if f, ok := set.(*keys.File); ok && (f.Derivation != k.chip.Derivation || f.Mode != k.chip.Mode) {
		return keysFault(drivers.KeysDiffer, fmt.Sprintf("the test keys are for %s, %s; the settings say %s, %s", f.Derivation, f.Mode, k.chip.Derivation, k.chip.Mode), nil)
	}
	err = keys.Check(ctx, set, byte(k.chip.Version), k.chip.CheckValue)
	if errors.Is(err, drivers.KeysUnavailable) {
		k.shut()
	}
	return err
}

// Open opens the place of the keys, if it is not open, whatever keys are in it. They stay the CardKeys' to close. Faults: KeysUnavailable, KeysPIN,
// KeysExposed.
func (k *CardKeys) Open(ctx context.Context) (scp03.Keys, error) {
	if k.set != nil {
		return k.set, nil
	}
	if k.refused != nil {
		return nil, k.refused
	}
	if err := noCore(); err != nil {
		return nil, err
	}
	if k.ask != nil {
		k.PIN(ctx, false) // how many tries are left belongs to the question
	}
	k.tried = false
	set, err := k.open(ctx)
	if k.tried && errors.Is(err, drivers.KeysPIN) {
		k.refused = err
	}
	if err != nil {
		k.asked = false
		return nil, err
	}
	k.set = set
	k.log.Debug().Str("from", k.chip.Keys).Uint8("version", set.Version()).Msg("card keys open")
	return set, nil
}

func (k *CardKeys) open(ctx context.Context) (scp03.Keys, error) {
	switch c := k.chip; c.Keys {
	case config.KeysFile:
		f, err := keys.OpenFile(c.File)
		if err != nil {
			return nil, err
		}
		return f, nil
	case config.KeysPKCS11:
		t, err := pkcs11.Open(ctx, k.TokenOptions())
		if err != nil {
			return nil, err
		}
		return t, nil
	case config.KeysSAM:
		r, err := k.reader(ctx)
		if err != nil {
			return nil, err
		}
		s, err := keys.OpenSAM(ctx, r, k.givePIN)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	return nil, keysFault(drivers.KeysUnavailable, "no keys are set up", nil)
}

// reader opens that of the module. The recorder does not listen there: what a module answers becomes session keys.
func (k *CardKeys) reader(ctx context.Context) (drivers.ChipReader, error) {
	r, err := pcsc.Open(ctx, pcsc.Options{Reader: k.chip.SAM, Socket: k.socket}, k.log)
	if err != nil {
		return nil, keysFault(drivers.KeysUnavailable, "the reader of the secure access module", err)
	}
	return r, nil
}

// TokenOptions are the PKCS#11 token that the settings name.
func (k *CardKeys) TokenOptions() pkcs11.Options {
	return pkcs11.Options{Module: k.chip.Module, Token: k.chip.Token, Key: k.chip.Key, PIN: k.givePIN}
}

func (k *CardKeys) givePIN(ctx context.Context) ([]byte, error) {
	pin, err := k.pin(ctx)
	k.tried = err == nil
	return pin, err
}

// pin gives what a person typed, or takes the PIN from environment or file, or else asks.
func (k *CardKeys) pin(ctx context.Context) ([]byte, error) {
	if k.given != nil {
		return k.given, nil
	}
	pin, err := keys.PIN(k.chip.PINFile)
	if pin != nil || err != nil {
		return pin, err
	}
	if k.ask == nil {
		return nil, keysFault(drivers.KeysPIN, "none in "+keys.PINEnv+" nor in chip.pin_file, and none was typed", nil)
	}
	w := k.place()
	if k.wanted != nil {
		w = *k.wanted
	}
	return k.ask(ctx, w)
}

// Unlock opens the place of the keys with a PIN that a person typed. See station.CardKeys.
func (k *CardKeys) Unlock(ctx context.Context, pin []byte) error {
	defer clear(pin)
	k.refused, k.given = nil, pin
	_, err := k.Open(ctx)
	k.given = nil
	return err
}

// PIN tells that a person has to give it. See station.CardKeys.
func (k *CardKeys) PIN(ctx context.Context, fresh bool) *station.PINWanted {
	switch {
	case k.set != nil || k.chip.Keys == config.KeysFile:
		return nil
	case k.asked && !fresh:
		return k.wanted
	}
	k.asked, k.wanted = true, nil
	if k.refused == nil {
		pin, err := keys.PIN(k.chip.PINFile)
		clear(pin)
		if pin != nil || err != nil { // it was given, or the file is what is wrong
			return nil
		}
	}
	w := k.place()
	w.Refused = k.refused != nil
	needed, err := false, noCore() // what will be typed must be in no core file either
	if err == nil {
		needed, err = k.tries(ctx, &w)
	}
	if err != nil {
		needed, w.Away = true, drivers.AsFault(err).Code
	}
	if needed {
		k.wanted = &w
	}
	return k.wanted
}

// place is where the keys are kept.
func (k *CardKeys) place() station.PINWanted {
	if k.chip.Keys == config.KeysSAM {
		return station.PINWanted{Place: k.chip.SAM, Module: true}
	}
	return station.PINWanted{Place: k.chip.Token}
}

// tries asks the place of the keys how its PIN stands.
func (k *CardKeys) tries(ctx context.Context, w *station.PINWanted) (needed bool, err error) {
	if !w.Module {
		s, err := pkcs11.LookAtPIN(ctx, k.TokenOptions())
		w.Low, w.Shut = s.Low, s.Shut
		return s.Needed, err
	}
	r, err := k.reader(ctx)
	if err != nil {
		return false, err
	}
	w.Tries, needed, err = keys.SAMTries(ctx, r)
	w.Shut = err == nil && w.Tries <= keys.TriesKept
	return needed, err
}

// Authenticate opens the secure channel. See station.CardKeys.
func (k *CardKeys) Authenticate(ctx context.Context, chip drivers.Chip, uid []byte) (drivers.Chip, error) {
	o := scp03.Options{Level: levels()[k.chip.Level], Mode: scp03.S8, LeAll: k.chip.Le == "all"}
	if k.chip.Mode == "S16" {
		o.Mode = scp03.S16
	}
	if k.chip.Derivation == keys.DeriveByUID {
		o.Card = uid
	}
	if k.set == nil {
		return nil, keysFault(drivers.KeysUnavailable, "not open", nil)
	}
	c, err := scp03.Open(ctx, chip, k.set, o)
	if errors.Is(err, drivers.KeysUnavailable) {
		k.shut()
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// levels by the words of the settings.
func levels() map[string]scp03.Level {
	return map[string]scp03.Level{
		"c-mac": scp03.CMACOnly, "c-enc": scp03.CENC, "r-mac": scp03.RMAC, "c-enc+r-mac": scp03.CENCAndRMAC, "r-enc": scp03.RENC,
	}
}

// shut lets go of a place of keys that has stopped answering, to open it anew at the next need.
func (k *CardKeys) shut() {
	if err := k.Close(); err != nil {
		k.log.Debug().Err(err).Msg("close")
	}
}

// Close forgets the keys and lets go of their place.
func (k *CardKeys) Close() error {
	if k == nil || k.set == nil {
		return nil
	}
	set := k.set
	k.set, k.asked = nil, false
	return set.Close()
}

func noCore() error {
	if err := keys.NoCore(); err != nil {
		return keysFault(drivers.KeysExposed, "core files cannot be turned off", err)
	}
	return nil
}

func keysFault(code drivers.Code, detail string, err error) error {
	return &drivers.Fault{Code: code, Op: "card keys", Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}

// TestKeys are the settings for a file of test keys: it says itself for which cards it is. Faults: KeysUnavailable, KeysExposed.
func TestKeys(c config.Chip, file string) (config.Chip, error) {
	f, err := keys.OpenFile(file)
	if err != nil {
		return c, err
	}
	defer f.Close()
	c.Keys, c.File, c.Derivation, c.Mode, c.Version = config.KeysFile, file, f.Derivation, f.Mode, int(f.Version())
	c.CheckValue, err = keys.CheckValue(context.Background(), f)
	return c, err
}

var _ station.CardKeys = (*CardKeys)(nil)
