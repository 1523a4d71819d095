package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"

	"cetak/hwsim/centre"
	"cetak/hwsim/rig"
	"cetak/station/config"
	"cetak/station/record"
)

// canary is something of a person that must be nowhere, in one of its forms.
type canary struct {
	what string
	form []byte
}

// canariesOf gives what must not be found of a record: its number, name, and address, and pieces of its pictures and chip.
func canariesOf(r *record.Record) []canary {
	var all []canary
	add := func(what string, b []byte) {
		if len(b) < 6 {
			return // "A", "BE": found everywhere by chance
		}
		u16 := utf16.Encode([]rune(string(b)))
		le, be := make([]byte, 0, 2*len(u16)), make([]byte, 0, 2*len(u16))
		for _, u := range u16 {
			le, be = append(le, byte(u), byte(u>>8)), append(be, byte(u>>8), byte(u))
		}
		low := hex.EncodeToString(b)
		for form, bytes := range map[string][]byte{"plain": b, "hex": []byte(low), "HEX": []byte(strings.ToUpper(low)), "UTF-16LE": le, "UTF-16BE": be,
			"lower case": bytes.ToLower(b)} {
			all = append(all, canary{what + " in " + form, bytes})
		}
		for shift := range 3 { // a piece stands at any place of a longer text
			in := append(make([]byte, shift), b...)
			for name, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
				text := e.EncodeToString(in[:len(in)/3*3])
				if from := (shift*8 + 5) / 6; len(text)-from >= 8 {
					all = append(all, canary{what + " in " + name, []byte(text[from:])})
				}
			}
		}
	}
	add("NIK", []byte(r.Fields.NIK))
	add("name", []byte(r.Fields.Name))
	add("address", []byte(r.Fields.Address))
	pieces := func(what string, b []byte) {
		for at := len(b) / 5; at+16 <= len(b); at += max(1, len(b)/5) {
			if p := b[at : at+16]; distinct(p) > 8 { // no padding: two bytes and zeros lie in any database
				add(what, p)
			}
		}
	}
	pieces("photo", r.Photo)
	pieces("signature", r.Signature)
	for fid, b := range r.Chip {
		pieces("EF "+fid, b)
	}
	return all
}

// search looks for canaries in every file of a folder, and in every file of every ZIP there.
func search(t *testing.T, dir string, all []canary) (files int) {
	t.Helper()
	look := func(name string, b []byte) {
		files++
		for _, c := range all {
			if bytes.Contains(b, c.form) {
				t.Errorf("%s holds %s", name, c.what)
			}
		}
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		look(path, b)
		if filepath.Ext(path) != ".zip" {
			return nil
		}
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return err
		}
		for _, f := range z.File {
			in, err := f.Open()
			if err != nil {
				return err
			}
			b, err := io.ReadAll(in)
			if err != nil {
				return err
			}
			look(path+": "+f.Name, b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestNothingPersonal makes and spoils cards with the log at its loudest, crashes in the middle of one, packs a bundle, and
// searches every byte of what the station keeps for the people whose cards they were.
func TestNothingPersonal(t *testing.T) {
	t.Parallel()
	scene := filepath.Join(t.TempDir(), "scene")
	rules := "on update 3 do chip-says 6581 once\non panel-c 3 do cover-open 100 once\non command:Rlr 40 do say 8006ff once\non command:Dbc 14 do flip-byte in 700 once\n"
	if err := os.WriteFile(scene, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	b := start(t, "--records", "6", "--scene", scene, "--speed", "100")
	b.set(func(c *config.Config) { c.Log.Level = "debug" })
	var all []canary
	for _, r := range b.records() {
		all = append(all, canariesOf(r)...)
	}
	all = append(all, b.flawed()...)
	holdSearch(t, all[0])
	for range 3 { // each fault ends a run
		if code, _, _ := b.ctl("run", "--count", "1"); code == exitHeld {
			b.spoil()
		}
	}
	search(t, b.dir, all)
	b.crash()
	if crash, _ := filepath.Glob(filepath.Join(b.dir, "crash-*.txt")); len(crash) != 1 || size(t, crash[0]) == 0 {
		t.Errorf("crash files %v: there should be one, and something in it", crash)
	}
	if size(t, filepath.Join(b.dir, "journal.db-wal")) == 0 {
		t.Error("the crash left no write-ahead log to search")
	}
	search(t, b.dir, all)
	b.ctl("reopen", "--as", "supervisor")
	for range 6 {
		if code, _, _ := b.ctl("run", "--until-empty"); code == exitDone {
			break
		} else if code == exitHeld {
			b.spoil()
		}
	}
	b.must("bundle", "-o", filepath.Join(b.dir, "bundle.zip"))
	if n := search(t, b.dir, all); n < 15 {
		t.Errorf("only %d files were searched", n)
	}
	b.holdBundle(filepath.Join(b.dir, "bundle.zip"))
	b.agree()
}

// spoil is a person who takes the card out into the reject box and says so, if evidence alone does not do.
func (b *bench) spoil() {
	b.t.Helper()
	if code, _, _ := b.ctl("settle"); code == exitHeld {
		b.hand("clear")
		b.ctl("settle", "--answer", "spoiled")
	}
}

// flawed lays a bundle with flawed records into the inbox, so that refusals and their reasons are searched too.
func (b *bench) flawed() []canary {
	b.t.Helper()
	c, err := rig.OpenCentre(4711, centre.Options{}, b.ready.Keys)
	if err != nil {
		b.t.Fatal(err)
	}
	flaws := map[int]centre.Flaw{}
	for i, f := range centre.Flaws() {
		flaws[i] = f
	}
	text, err := c.FlawedBundle(len(flaws), flaws)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.ready.Inbox, "flawed.prr"), text, 0o600); err != nil {
		b.t.Fatal(err)
	}
	var all []canary
	for _, r := range c.Records() {
		all = append(all, canariesOf(&record.Record{Fields: record.Fields{NIK: r.Fields.NIK, Name: r.Fields.Name, Address: r.Fields.Address},
			Photo: r.Photo, Signature: r.Signature})...)
	}
	return all
}

// holdSearch proves that the search finds what it looks for.
func holdSearch(t *testing.T, c canary) {
	t.Helper()
	hit := &testing.T{}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x"), append([]byte("before "), c.form...), 0o600); err != nil {
		t.Fatal(err)
	}
	if search(hit, dir, []canary{c}); !hit.Failed() {
		t.Fatal("the search is blind")
	}
}

// crash aborts a run while a card is in hand.
func (b *bench) crash() {
	b.t.Helper()
	b.hand("on", "command:Ss", "1", "do", "hold", "once")
	cmd := exec.Command("cetakctl", "run", "--dir", b.dir, "--until-empty")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.hand("await") // its chip is written, its picture about to be sent
	if err := cmd.Process.Signal(syscall.SIGABRT); err != nil {
		b.t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		b.t.Fatal("it was not to be aborted")
	}
	b.hand("go")
}

// holdBundle looks that a bundle has its parts.
func (b *bench) holdBundle(path string) {
	b.t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer z.Close()
	sizes := map[string]uint64{}
	for _, f := range z.File {
		folder, _, _ := strings.Cut(f.Name, "/")
		sizes[folder] += f.UncompressedSize64
	}
	for _, part := range []string{"versions.txt", "settings.json", "doctor.jsonl", "journal.json", "log.jsonl", "recorder", "crash"} {
		if sizes[part] == 0 {
			b.t.Errorf("the bundle has no %s: %v", part, sizes)
		}
	}
	if code, _, errs := b.ctl("bundle", "-o", path); code != exitFault {
		b.t.Errorf("a file is overwritten: exit %d %s", code, errs)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Error(err)
		return 0
	}
	return st.Size()
}

// distinct counts the values that b has.
func distinct(b []byte) int {
	saw := map[byte]bool{}
	for _, c := range b {
		saw[c] = true
	}
	return len(saw)
}
