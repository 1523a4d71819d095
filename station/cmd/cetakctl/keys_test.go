package main

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"cetak/drivers/pkcs11/softhsm"
	"cetak/station/config"
)

// TestChipKeys makes cards whose chips take no write without a secure channel: with keys of each length, in both modes, at each level.
func TestChipKeys(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags []string
		level string
		le    string
	}{
		{name: "AES-128, S8, all secured", flags: []string{"--scp03", "default"}},
		{name: "AES-256, S16", flags: []string{"--scp03", "length=32", "--scp03", "mode=S16"}},
		{name: "AES-192, one key for all, random challenge", flags: []string{"--scp03", "length=24", "--scp03", "derivation=none", "--scp03", "challenge=random"}},
		{name: "C-MAC only", flags: []string{"--scp03", "answers=plain"}, level: "c-mac"},
		{name: "C-MAC and C-ENC", flags: []string{"--scp03", "default"}, level: "c-enc"},
		{name: "C-MAC and R-MAC", flags: []string{"--scp03", "answers=mac"}, level: "r-mac"},
		{name: "C-ENC and R-MAC, S16", flags: []string{"--scp03", "mode=S16"}, level: "c-enc+r-mac"},
		{name: "cards that take no count", flags: []string{"--scp03", "le=all"}, le: "all"},
		{name: "answers cut off", flags: []string{"--scp03", "answers=plain"}, level: "c-enc", le: "all"},
		{name: "with a module", flags: []string{"--scp03", "default", "--pcsc", "pcscd", "--sam"}},
		{name: "with a module, AES-256, one key for all", flags: []string{"--scp03", "length=32", "--scp03", "derivation=none", "--pcsc", "pcscd", "--sam"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, append([]string{"--records", "2"}, c.flags...)...)
			if c.level != "" {
				b.set(func(s *config.Config) { s.Chip.Level = c.level })
			}
			if c.le != "" {
				b.set(func(s *config.Config) { s.Chip.Le = c.le })
			}
			b.must("keys", "check")
			b.must("run", "--until-empty")
			b.agree()
			b.holdCards("2")
			b.holdAuthenticated(2)
			b.holdSecret()
		})
	}
}

// holdAuthenticated holds the journal to one authentication a card, written before the card's files.
func (b *bench) holdAuthenticated(want int) {
	b.t.Helper()
	seen, written := map[string]bool{}, map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(b.must("journal", "--json")), "\n") {
		var e struct{ Kind, UID string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			b.t.Fatal(err)
		}
		switch e.Kind {
		case "authenticate":
			if seen[e.UID] || e.UID == "" {
				b.t.Errorf("chip %q was authenticated to twice", e.UID)
			}
			seen[e.UID] = true
		case "written":
			if !seen[e.UID] {
				b.t.Errorf("chip %s was written before it was authenticated to", e.UID)
			}
			written[e.UID] = true
		}
	}
	if len(seen) != want {
		b.t.Errorf("%d chips were authenticated to, want %d", len(seen), want)
	}
}

// holdSecret looks for the keys and what else was never to be written in everything that the station wrote, and in a bundle for support.
func (b *bench) holdSecret(more ...string) {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.sim, "keys", "chip-keys.json"))
	if err != nil {
		b.t.Fatal(err)
	}
	var f struct{ Keys map[string]string }
	if err := json.Unmarshal(text, &f); err != nil || len(f.Keys) != 3 {
		b.t.Fatalf("%v, %d keys", err, len(f.Keys))
	}
	secrets := [][]byte{}
	for _, key := range f.Keys {
		raw, err := hex.DecodeString(key)
		if err != nil {
			b.t.Fatal(err)
		}
		secrets = append(secrets, raw, []byte(key), []byte(strings.ToLower(key)))
	}
	for _, m := range more {
		secrets = append(secrets, []byte(m))
	}
	bundle := filepath.Join(b.t.TempDir(), "bundle.zip")
	b.must("bundle", "-o", bundle)
	z, err := zip.OpenReader(bundle)
	if err != nil {
		b.t.Fatal(err)
	}
	defer z.Close()
	if err := os.CopyFS(filepath.Join(b.dir, "bundle"), z); err != nil { // to be looked into with the rest
		b.t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		have, err := os.ReadFile(path)
		for _, s := range secrets {
			if bytes.Contains(have, s) {
				b.t.Errorf("%s holds a key or a PIN", path)
			}
		}
		return err
	})
	if err != nil || files < 5 {
		b.t.Errorf("%d files, %v", files, err)
	}
}

// TestToken makes 25 cards with the keys in a token of Debian's softhsm2: initialised, the keys imported, set up by the check value. It is
// not parallel: SOFTHSM2_CONF is the environment's.
func TestToken(t *testing.T) {
	const right, wrong = "kenari-90417-biru", "kutilang-58230"
	softhsm.Token(t, "Dukcapil", right)
	b := start(t, "--records", "25", "--scp03", "default")
	file := filepath.Join(b.sim, "keys", "chip-keys.json")
	where := []string{"--module", softhsm.Library, "--token", "Dukcapil", "--key", "card"}

	t.Setenv("CETAK_PIN", wrong)
	if code, _, errs := b.ctl(append([]string{"keys", "import", file}, where...)...); code != exitFault || !strings.Contains(errs, "C-312  ") || strings.Contains(errs, wrong) {
		t.Errorf("a wrong PIN: exit %d\n%s", code, errs)
	}
	t.Setenv("CETAK_PIN", right)
	b.must(append([]string{"keys", "import", file}, where...)...)
	code, out, errs := b.ctl(append([]string{"keys", "use", "pkcs11"}, where...)...)
	if code != exitUsage || !strings.Contains(errs, "centre's letter") {
		t.Errorf("keys were taken without a check value: exit %d\n%s%s", code, out, errs)
	}
	if code, _, errs := b.ctl(append([]string{"keys", "use", "pkcs11", "--check-value", "0123456789AB"}, where...)...); code != exitFault || !strings.Contains(errs, "C-313  ") {
		t.Errorf("another check value: exit %d\n%s", code, errs)
	}
	value := out[strings.LastIndex(strings.TrimSpace(out), " ")+1:]
	b.must(append([]string{"keys", "use", "pkcs11", "--check-value", strings.TrimSpace(value)}, where...)...)
	if said := b.must("keys", "check", "--json"); !strings.Contains(said, `"keys":"pkcs11","version":48,"bits":128`) {
		t.Errorf("%s", said)
	}

	if err := os.Rename(file, file+".away"); err != nil { // the token alone must do
		t.Fatal(err)
	}
	b.must("run", "--count", "23")

	t.Setenv("CETAK_PIN", "") // the last two with a PIN that is typed
	p := newTypist(b)
	p.begin("run", "--until-empty")
	p.asked(`PIN of the token "Dukcapil"`)
	p.types(wrong)
	if said := p.ended(exitFault); !strings.Contains(said, "C-312  ") || strings.Contains(said, wrong) {
		t.Errorf("a wrong PIN: %s", said)
	}
	p.begin("run", "--until-empty")
	p.asked(`PIN of the token "Dukcapil" (it says that the last one was wrong)`)
	p.types(right)
	p.ended(exitDone)
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	b.agree()
	b.holdCards("25")
	b.holdAuthenticated(25)
	b.holdSecret(right, wrong)
}

// TestKeysRefused: keys that are not those of the settings never touch a card, and cost no blank.
func TestKeysRefused(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "1", "--scp03", "default")
	good, err := config.Load(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		set  func(*config.Config)
		code string
	}{
		{"another version", func(s *config.Config) { s.Chip.Version++ }, "C-313"},
		{"another check value", func(s *config.Config) { s.Chip.CheckValue = "0123456789AB" }, "C-313"},
		{"cards of another mode", func(s *config.Config) { s.Chip.Mode = "S16" }, "C-313"},
		{"cards of another derivation", func(s *config.Config) { s.Chip.Derivation = "none" }, "C-313"},
		{"no file", func(s *config.Config) { s.Chip.File = filepath.Join(b.sim, "nothing") }, "C-311"},
		{"no library", func(s *config.Config) {
			s.Chip.Keys, s.Chip.Module, s.Chip.Token, s.Chip.Key = config.KeysPKCS11, "/nowhere.so", "T", "k"
		}, "C-311"},
		{"no module in its reader", func(s *config.Config) { s.Chip.Keys, s.Chip.SAM = config.KeysSAM, "No Such Reader 00 00" }, "C-311"},
	} {
		b.set(func(s *config.Config) { s.Chip = good.Chip; c.set(s) })
		for _, words := range [][]string{{"keys", "check"}, {"run"}} {
			if code, out, errs := b.ctl(words...); code != exitFault || !strings.Contains(errs, c.code+"  ") {
				t.Errorf("%s, %v: exit %d\n%s%s", c.name, words, code, out, errs)
			}
		}
	}
	b.set(func(s *config.Config) { s.Chip = good.Chip })
	if err := os.Chmod(good.Chip.File, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := b.ctl("run"); code != exitFault || !strings.Contains(errs, "C-315  ") {
		t.Errorf("a key file that all may read: exit %d\n%s", code, errs)
	}
	if w := b.world(); w.Feeder != 100 || w.Machine != nil || len(w.Trays["reject"]) != 0 {
		t.Errorf("a blank was spent: %+v", w)
	}
	b.holdAuthenticated(0)
}

// TestKeysSpent: what fails in the channel is never tried again with the card: one authentication, the card is spoiled, the next is good.
func TestKeysSpent(t *testing.T) {
	for _, c := range []struct{ name, scene, code string }{
		{"the card has other keys", "on station do keys-foreign once", "C-204"},
		{"the card has another key set", "on station do keys-older once", "C-202"},
		{"the card blocked its keys", "on station do keys-blocked once", "C-203"},
		{"the card has no keys", "on station do keys-none once", "C-201"},
		{"the card refuses the host", "on authenticate do chip-says 6300 once", "C-205"},
		{"the card says that the session is over", "on update 3 do chip-says 6988 once", "C-207"},
		{"the card ends the session", "on update 3 do session-lost once", "C-107"}, // to the card the next command is one without a session
		{"an answer is forged", "on update 3 do forge-answer once", "C-206"},
		{"the chip falls mute in the session", "on update 3 do chip-mute once", "C-104"},
		{"the chip falls mute at the authentication", "on authenticate do chip-mute once", "C-104"},
		{"the card is pulled in the session", "on update 3 do card-pulled once", "C-105"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "scene")
			if err := os.WriteFile(file, []byte(c.scene+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			b := start(t, "--records", "2", "--scp03", "default", "--scene", file)
			code, out, errs := b.ctl("run", "--until-empty")
			if code != exitFault || !strings.Contains(errs, c.code+"  ") {
				t.Errorf("exit %d\n%s%s", code, out, errs)
			}
			b.must("run", "--until-empty")
			b.agree()
			b.holdCards("2")
			b.holdAuthenticated(3)
			if got := len(b.world().Trays["reject"]); got != 1 {
				t.Errorf("%d cards in the reject box", got)
			}
		})
	}
}

// TestKeysAfterCrash: the program is killed as the card is being authenticated to. The next run does not do it again.
func TestKeysAfterCrash(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "2", "--scp03", "default")
	b.hand("on", "authenticate", "do", "hold", "once")
	cmd := exec.Command("cetakctl", "run", "--dir", b.dir, "--until-empty")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b.hand("await")
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", cmd.Process.Pid))
	if err != nil || !regexp.MustCompile(`(?m)^Max core file size +0 +0 `).Match(limits) {
		t.Errorf("it would leave a core file: %v\n%s", err, limits)
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	b.hand("go")
	b.must("reopen", "--as", "SUPERVISOR")
	b.must("run", "--until-empty")
	b.agree()
	b.holdCards("2")
	b.holdAuthenticated(3)
	if got := len(b.world().Trays["reject"]); got != 1 {
		t.Errorf("%d cards in the reject box", got)
	}
}
