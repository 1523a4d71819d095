package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"cetak/drivers"
	"cetak/drivers/keys"
	"cetak/drivers/pkcs11"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
)

// keyValues are the flags of `cetakctl keys`: the section [chip] of the settings.
type keyValues struct {
	chip    config.Chip
	changed func(string) bool
}

func keysFlags(f *flag.FlagSet, c *call) {
	v := &c.keys.chip
	f.StringVar(&v.File, "file", "", "test keys: chip-keys.json")
	f.StringVar(&v.Module, "module", "", "PKCS#11 library of the token")
	f.StringVar(&v.Token, "token", "", "label of the token")
	f.StringVar(&v.Key, "key", "", "name of the key set in the token")
	f.StringVar(&v.SAM, "sam", "", "PC/SC reader with the secure access module")
	f.StringVar(&v.PINFile, "pin-file", "", "file with the PIN; else "+keys.PINEnv+", else it is typed")
	f.StringVar(&v.Derivation, "derivation", "", "how each card's keys come from the set: "+keys.DeriveByUID+" or "+keys.DeriveNone)
	f.StringVar(&v.Mode, "mode", "", "S8 or S16, as the cards have it")
	f.StringVar(&v.Level, "level", "", "how the channel is secured: c-mac, c-enc, r-mac, c-enc+r-mac, r-enc")
	f.StringVar(&v.CheckValue, "check-value", "", "check values of ENC and MAC, from the centre's letter: twelve hex digits")
	c.keys.changed = func(name string) bool {
		given := false
		f.Visit(func(g *flag.Flag) { given = given || g.Name == name })
		return given
	}
}

// doKeys tells of the card keys and sets them up. It opens no card. Whoever may write the settings may do it: the journal notes the change at
// the next opening.
func doKeys(ctx context.Context, c *call) error {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	verb := ""
	if len(c.args) > 0 {
		verb = c.args[0]
	}
	switch {
	case verb == "check" && len(c.args) == 1:
		return c.checkKeys(ctx, cfg)
	case verb == "use" && len(c.args) == 2:
		return c.useKeys(ctx, cfg, c.args[1])
	case verb == "import" && len(c.args) == 2:
		return c.importKeys(ctx, cfg, c.args[1])
	}
	return usage("check, use SOURCE, or import FILE")
}

// checkKeys shows the keys that are there, and holds them to the settings.
func (c *call) checkKeys(ctx context.Context, cfg config.Config) error {
	if cfg.Chip.Keys == config.KeysNone {
		if c.json {
			return c.encode(map[string]any{"keys": cfg.Chip.Keys})
		}
		fmt.Fprintln(c.out, "Cards are written without keys (chip.keys = \"none\").")
		return nil
	}
	k := assembly.NewCardKeys(cfg, c.askPIN, c.log())
	defer k.Close()
	if _, err := c.showKeys(ctx, k, cfg.Chip); err != nil {
		return err
	}
	return k.Ready(ctx, true)
}

// keySet is what may be told of a key set.
type keySet struct {
	Keys       string `json:"keys"`
	Version    int    `json:"version"`
	Bits       int    `json:"bits"`
	CheckValue string `json:"check_value"`
}

func (c *call) showKeys(ctx context.Context, k *assembly.CardKeys, chip config.Chip) (keySet, error) {
	set, err := k.Open(ctx)
	if err != nil {
		return keySet{}, err
	}
	value, err := keys.CheckValue(ctx, set)
	if err != nil {
		return keySet{}, err
	}
	s := keySet{chip.Keys, int(set.Version()), 8 * set.Length(), value}
	if c.json {
		return s, c.encode(s)
	}
	fmt.Fprintf(c.out, "%s: key set %d, AES-%d, check value %s\n", s.Keys, s.Version, s.Bits, s.CheckValue)
	return s, nil
}

// useKeys writes the source of the keys into the settings. Keys that are not for tests are taken only with the check value that the
// centre told, so that nobody sets up the keys that happen to be there.
func (c *call) useKeys(ctx context.Context, cfg config.Config, source string) error {
	cfg.Chip = c.merge(cfg.Chip)
	cfg.Chip.Keys = source
	var err error
	switch source {
	case config.KeysNone:
		cfg.Chip.Version, cfg.Chip.CheckValue = 0, ""
	case config.KeysFile:
		cfg.Chip, err = assembly.TestKeys(cfg.Chip, cfg.Chip.File)
	default:
		cfg.Chip.Version, cfg.Chip.CheckValue, err = c.proven(ctx, cfg)
	}
	if err == nil {
		err = cfg.Validate()
	}
	if err == nil {
		err = config.Save(c.dir, cfg)
	}
	if err == nil && !c.json {
		fmt.Fprintf(c.out, "The settings now say chip.keys = %q.\n", source)
	}
	return err
}

// proven shows the keys that are there and gives their version and check value, if that is the one told with --check-value.
func (c *call) proven(ctx context.Context, cfg config.Config) (version int, checkValue string, err error) {
	cfg.Chip.Version, cfg.Chip.CheckValue = 1, "000000000000" // not known yet; all else must be in order
	if err := cfg.Validate(); err != nil {
		return 0, "", err
	}
	k := assembly.NewCardKeys(cfg, c.askPIN, c.log())
	defer k.Close()
	s, err := c.showKeys(ctx, k, cfg.Chip)
	switch told := c.keys.chip.CheckValue; {
	case err != nil:
		return 0, "", err
	case told == "":
		return 0, "", usage("hold the check value above against the centre's letter, and give it with --check-value")
	case !strings.EqualFold(told, s.CheckValue):
		return 0, "", &drivers.Fault{Code: drivers.KeysDiffer, Op: "keys", Again: drivers.AgainAfterOperator, Detail: "check value " + s.CheckValue + ", told was " + told}
	}
	return s.Version, s.CheckValue, nil
}

// merge lays the flags that were given over the settings.
func (c *call) merge(chip config.Chip) config.Chip {
	v := c.keys.chip
	for name, set := range map[string]func(){
		"file": func() { chip.File = here(v.File) }, "module": func() { chip.Module = here(v.Module) }, "token": func() { chip.Token = v.Token },
		"key": func() { chip.Key = v.Key }, "sam": func() { chip.SAM = v.SAM }, "pin-file": func() { chip.PINFile = here(v.PINFile) },
		"derivation": func() { chip.Derivation = v.Derivation }, "mode": func() { chip.Mode = v.Mode }, "level": func() { chip.Level = v.Level },
	} {
		if c.keys.changed(name) {
			set()
		}
	}
	return chip
}

// here is a path as the caller means it; the settings would mean it from the station folder.
func here(path string) string {
	if abs, err := filepath.Abs(path); err == nil && path != "" {
		return abs
	}
	return path
}

// importKeys puts a file of test keys into the token, for trials of the token itself. Real keys come into a token by the centre's ceremony.
func (c *call) importKeys(ctx context.Context, cfg config.Config, file string) error {
	cfg.Chip = c.merge(cfg.Chip)
	if cfg.Chip.Module == "" || cfg.Chip.Token == "" || cfg.Chip.Key == "" {
		return usage("--module, --token, and --key say where to")
	}
	if err := keys.NoCore(); err != nil {
		return &drivers.Fault{Code: drivers.KeysExposed, Op: "keys", Again: drivers.AgainAfterOperator, Detail: "core files cannot be turned off", Err: err}
	}
	f, err := keys.OpenFile(file)
	if err != nil {
		return err
	}
	defer f.Close()
	set := f.Keys()
	defer func() {
		for _, key := range set {
			clear(key)
		}
	}()
	err = pkcs11.Import(ctx, assembly.NewCardKeys(cfg, c.askPIN, c.log()).TokenOptions(), f.Version(), set)
	if err == nil && !c.json {
		fmt.Fprintf(c.out, "Test keys of set %d are in the token %q as %s-ENC, %s-MAC, %s-DEK.\n", f.Version(), cfg.Chip.Token, cfg.Chip.Key, cfg.Chip.Key, cfg.Chip.Key)
	}
	return err
}

// askPIN has the PIN typed at the terminal. Fault: KeysPIN where there is none.
func (c *call) askPIN(ctx context.Context, w station.PINWanted) ([]byte, error) {
	what := "token"
	if w.Module {
		what = "module in"
	}
	what = fmt.Sprintf("PIN of the %s %q", what, w.Place)
	switch {
	case w.Tries > 0:
		what += fmt.Sprintf(" (%d tries left)", w.Tries)
	case w.Low:
		what += " (it says that the last one was wrong)"
	}
	pin, err := c.password(ctx, what, keys.PINEnv)
	if errors.Is(err, access.NotSignedIn) || err == nil && pin == "" {
		return nil, &drivers.Fault{Code: drivers.KeysPIN, Op: "keys", Again: drivers.AgainAfterOperator, Detail: "none was typed, and " + keys.PINEnv + " and chip.pin_file have none"}
	}
	return []byte(pin), err
}
