package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cetak/station/assembly"
)

// strict is a station where people sign in and shifts are opened, with the passwords that init printed.
type strict struct {
	*bench
	passwords map[string]string
}

// startStrict is start with people and shifts.
func startStrict(t *testing.T, flags ...string) *strict {
	t.Helper()
	s := &strict{powerUp(t, flags...), map[string]string{}}
	var made struct {
		People []struct{ Name, Password string }
	}
	if err := json.Unmarshal([]byte(s.must("init", "--sim", s.sim, "--strict", "--json")), &made); err != nil || len(made.People) < 4 {
		t.Fatalf("%v: %+v", err, made)
	}
	for _, p := range made.People {
		s.passwords[p.Name] = p.Password
	}
	return s
}

// as has one or two people give a command.
func (s *strict) as(who, second string, args ...string) (int, string, string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	args = append([]string{args[0], "--dir", s.dir, "--as", who, "--second", second}, args[1:]...)
	cmd := exec.CommandContext(ctx, "cetakctl", args...)
	cmd.Env = append(os.Environ(), "CETAK_PASSWORD="+s.passwords[who], "CETAK_SECOND_PASSWORD="+s.passwords[second])
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func (s *strict) do(who, second string, args ...string) string {
	s.t.Helper()
	code, out, errs := s.as(who, second, args...)
	if code != 0 {
		s.t.Fatalf("cetakctl %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// refused holds a command to be refused with the code, steps, and no blank moved.
func (s *strict) refused(code, who, second string, args ...string) {
	s.t.Helper()
	before := s.do("ayu", "", "ledger", "balance", "--json")
	exit, out, errs := s.as(who, second, args...)
	if exit != 1 || !strings.HasPrefix(errs, code+"  ") || !strings.Contains(errs, "\n  1. ") {
		s.t.Errorf("cetakctl %s: exit %d, want 1 with %s and steps\n%s%s", strings.Join(args, " "), exit, code, out, errs)
	}
	if after := s.do("ayu", "", "ledger", "balance", "--json"); after != before {
		s.t.Errorf("cetakctl %s was refused and booked all the same:\n%s%s", strings.Join(args, " "), before, after)
	}
}

// TestStockBadInput gives every bad input of stock and cards: each is refused with its code, and nothing is half booked.
func TestStockBadInput(t *testing.T) {
	t.Parallel()
	s := startStrict(t, "--records", "2", "--blanks", "0")
	paper := []string{"--document", "BA-1", "--party", "Pusat"}
	with := func(words []string, more ...string) []string {
		return append(append([]string{"stock"}, words...), more...)
	}
	chips := filepath.Join(t.TempDir(), "chips.txt")
	if err := os.WriteFile(chips, []byte("04aabbccddee01\n04AABBCCDDEE02\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.do("rina", "siti", with([]string{"receive", "50"}, append(paper, "--box", "K-1=50:A001-A050:B-7:KS-3", "--chips", chips)...)...)
	s.do("siti", "rina", "shift", "open", "--count", "0", "--second-count", "0")
	s.do("siti", "rina", "stock", "draw", "10")
	s.hand("feed", "10")
	tomorrow := time.Now().AddDate(0, 0, 2).Format("02-01-2006")
	for _, c := range []struct {
		name, code, who, second string
		args                    []string
	}{
		{"a document number used twice", "B-109", "rina", "siti", with([]string{"receive", "5"}, paper...)},
		{"a date in the future", "B-110", "rina", "siti", with([]string{"receive", "5"}, "--document", "BA-2", "--party", "Pusat", "--date", tomorrow)},
		{"no document", "B-104", "rina", "siti", with([]string{"receive", "5"}, "--party", "Pusat")},
		{"the other side is not named", "B-301", "rina", "siti", with([]string{"receive", "5"}, "--document", "BA-2")},
		{"a count that is not a number", "B-215", "rina", "siti", with([]string{"receive", "lima"}, "--document", "BA-2", "--party", "Pusat")},
		{"serials that were received before", "B-111", "rina", "siti", with([]string{"receive", "5"}, "--document", "BA-2", "--party", "Pusat", "--box", "K-2=5:A046-A050")},
		{"chips that were received before", "B-107", "rina", "siti", with([]string{"receive", "5"}, "--document", "BA-2", "--party", "Pusat", "--chips", chips)},
		{"more chips than blanks", "B-106", "rina", "siti", with([]string{"receive", "1"}, "--document", "BA-2", "--party", "Pusat", "--chips", chips)},
		{"boxes that do not add up", "B-111", "rina", "siti", with([]string{"receive", "5"}, "--document", "BA-2", "--party", "Pusat", "--box", "K-2=6")},
		{"more drawn than the vault has", "B-101", "siti", "rina", with([]string{"draw", "41"})},
		{"a return above what was drawn", "B-101", "siti", "rina", with([]string{"back", "11"})},
		{"one person alone", "U-105", "siti", "", with([]string{"draw", "1"})},
		{"the second person is the first", "U-106", "siti", "siti", with([]string{"draw", "1"})},
		{"two who may not", "U-107", "siti", "joko", with([]string{"draw", "1"})},
		{"a wrong password", "U-101", "budi", "rina", with([]string{"draw", "1"})},
		{"more lent than there is", "B-101", "rina", "siti", with([]string{"lend", "41"}, "--document", "BA-2", "--party", "Tetangga")},
		{"given back what was never borrowed", "B-101", "rina", "siti", with([]string{"give-back", "1"}, "--document", "BA-2", "--party", "Tetangga")},
		{"a cause that is not in the list", "B-301", "siti", "rina", with([]string{"spoil", "1"}, "--from", "hopper", "--cause", "damage:dropped")},
		{"spoiled with a cause of adjustments", "B-301", "siti", "rina", with([]string{"spoil", "1"}, "--from", "hopper", "--cause", "adjust:count")},
		{"an adjustment without minutes", "B-104", "rina", "budi", with([]string{"adjust", "1"}, "--from", "vault", "--to", "missing", "--cause", "adjust:count")},
		{"an adjustment that no rule knows", "B-102", "rina", "budi", with([]string{"adjust", "1"}, "--from", "vault", "--to", "good", "--cause", "adjust:count", "--document", "BA-2")},
		{"a card that nobody knows", "B-307", "siti", "rina", with([]string{"ship", "04AABBCCDDEEFF"}, "--document", "K-1", "--party", "Kecamatan", "--receiver", "Kasi")},
		{"a shipment that was never sent", "B-310", "siti", "", with([]string{"arrive", "K-9"}, "--receiver", "Kasi")},
		{"a destruction list that is none", "B-310", "rina", "budi", with([]string{"destroy", "D-9"}, "--document", "BA-2", "--place", "halaman", "--witness", "A, Satpol PP", "--witness", "B, Inspektorat")},
		{"a reprint without a fate of the old card", "B-301", "siti", "rina", []string{"reprint", "PRR-1#2", "--reason", "lost"}},
		{"a lost card without a report", "B-301", "siti", "rina", []string{"reprint", "PRR-1#2", "--reason", "lost", "--old", "lost"}},
		{"an incident that is none", "B-310", "rina", "budi", []string{"incident", "close", "I-9", "--reason", "dicari"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := &strict{&bench{t: t, sim: s.sim, dir: s.dir, ready: s.ready}, s.passwords}
			if c.code == "U-101" {
				one.passwords = map[string]string{"budi": "not his password", "rina": s.passwords["rina"], "ayu": s.passwords["ayu"]}
			}
			one.refused(c.code, c.who, c.second, c.args...)
		})
	}
	if said := s.do("siti", "", "stock", "draw"); !strings.Contains(said, "10 blanks lie in the feeder, 40 in the vault: draw 0") {
		t.Errorf("what the queue needs: %s", said)
	}
	s.agreeWith(s.balanceOf(s.do("ayu", "", "ledger", "balance", "--json")))
}

// TestShiftCounts opens and closes a shift with every count that can be wrong, and holds the certificate to be proved where no
// station is, and nowhere with a byte changed or at another station.
func TestShiftCounts(t *testing.T) {
	t.Parallel()
	s := startStrict(t, "--records", "3", "--blanks", "0")
	s.do("rina", "siti", "stock", "receive", "20", "--document", "BA-1", "--party", "Pusat")
	if exit, _, errs := s.as("siti", "", "run"); exit != 1 || !strings.HasPrefix(errs, "S-201  ") {
		t.Errorf("a card is begun without a shift: exit %d\n%s", exit, errs)
	}
	counts := func(verb, first, second string, more ...string) []string {
		return append([]string{"shift", verb, "--count", first, "--second-count", second}, more...)
	}
	s.refused("B-305", "siti", "rina", counts("close", "0", "0")...)
	s.refused("B-211", "siti", "rina", counts("open", "0", "1")...)
	s.refused("B-215", "siti", "rina", counts("open", "nol", "0")...)
	s.refused("B-215", "siti", "rina", counts("open", "-1", "-1")...)
	s.refused("B-217", "siti", "rina", counts("open", "4", "4")...)
	s.refused("U-105", "siti", "", counts("open", "0", "0")...)
	s.do("siti", "rina", counts("open", "0", "0")...)
	s.refused("B-306", "siti", "rina", counts("open", "0", "0")...)
	s.do("siti", "rina", "stock", "draw", "10")
	s.hand("feed", "10")
	s.do("siti", "", "run", "--count", "2")
	if said := s.must("shift", "status") + s.must("shift", "status", "--json"); strings.Contains(said, "8") && regexp.MustCompile(`\b8\b`).MatchString(said) {
		t.Errorf("the figure that is to be counted is told before the count: %s", said)
	}
	for who, want := range map[string]string{"": "U-108  ", "siti": "U-104  "} {
		if exit, out, errs := s.as(who, "", "ledger", "balance", "--json"); exit != 1 || out != "" || !strings.HasPrefix(errs, want) {
			t.Errorf("%q reads what is to be counted: exit %d\n%s%s", who, exit, out, errs)
		}
	}
	for _, said := range []string{s.must("status"), s.must("status", "--json"), s.do("siti", "", "ledger", "reject-emptied", "--json")} {
		if regexp.MustCompile(`feeder \d|"hopper"`).MatchString(said) {
			t.Errorf("the feeder's figure is told before it is counted: %s", said)
		}
	}
	s.refused("B-211", "siti", "rina", counts("close", "8", "9")...)
	s.refused("B-217", "siti", "rina", counts("close", "7", "7")...)
	file := filepath.Join(t.TempDir(), "shift.jws")
	s.do("siti", "rina", counts("close", "7", "7", "--waiver", "satu blangko belum ditemukan", "-o", file)...)

	nowhere := &bench{t: t, dir: t.TempDir()}
	said := nowhere.must("verify-shift", file)
	for _, want := range []string{"opening 0 + drawn 10 + found 0 = good 2 + spoiled 0 + returned 0 + missing 0 + closing 7 + difference -1", "waivers 1", "not known here"} {
		if !strings.Contains(said, want) {
			t.Errorf("the proof does not say %q:\n%s", want, said)
		}
	}
	var proof struct{ Fingerprint string }
	if err := json.Unmarshal([]byte(s.must("verify-shift", "--json", file)), &proof); err != nil {
		t.Fatal(err)
	}
	nowhere.must("shift", "verify", "--key", proof.Fingerprint, file)
	if same := nowhere.must("shift", "verify", file); same != said {
		t.Errorf("shift verify says something else than verify-shift:\n%s", same)
	}
	if code, _, errs := nowhere.ctl("verify-shift", "--key", strings.Repeat("0", 64), file); code != 1 || !strings.HasPrefix(errs, "B-323  ") {
		t.Errorf("taken for another key's: exit %d\n%s", code, errs)
	}
	other := startStrict(t, "--records", "0")
	if code, _, errs := other.ctl("verify-shift", file); code != 1 || !strings.HasPrefix(errs, "B-323  ") {
		t.Errorf("taken at another station: exit %d\n%s", code, errs)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	luck := rand.New(rand.NewPCG(seed, 1))
	for range 200 {
		bad := bytes.Clone(whole)
		at := luck.IntN(len(bad))
		bad[at] ^= byte(1 + luck.IntN(255))
		changed := filepath.Join(t.TempDir(), "changed.jws")
		if err := os.WriteFile(changed, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"verify-shift", "--dir", nowhere.dir, changed}, nil, &out, &errs); code != 1 {
			t.Fatalf("seed %d: byte %d changed from %q to %q is taken: exit %d\n%s%s", seed, at, whole[at], bad[at], code, &out, &errs)
		}
	}
}

// TestForgedLedger changes the journal's file behind the station's back, guards put back, and holds `ledger verify` to name the first bad line.
func TestForgedLedger(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "3")
	b.must("run")
	whole, err := os.ReadFile(filepath.Join(b.dir, assembly.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	seqs := movementLines(t, filepath.Join(b.dir, assembly.JournalFile))
	if len(seqs) < 8 {
		t.Fatalf("only %d movements", len(seqs))
	}
	const away = 1 << 20
	a, z := seqs[3], seqs[6]
	for _, c := range []struct {
		name string
		sql  string
		line int64
	}{
		{"one inserted", fmt.Sprintf(`UPDATE fact SET seq = seq + %[1]d WHERE seq >= %[2]d; UPDATE fact SET seq = seq - %[1]d + 1 WHERE seq > %[1]d;
			INSERT INTO fact SELECT %[2]d, at, kind, record, issue, '', '', who, data, prev, hash FROM fact WHERE seq = %[3]d; UPDATE head SET seq = seq + 1`, away, a, seqs[0]), a},
		{"one deleted", fmt.Sprintf(`DELETE FROM fact WHERE seq = %[2]d; UPDATE fact SET seq = seq + %[1]d WHERE seq > %[2]d;
			UPDATE fact SET seq = seq - %[1]d - 1 WHERE seq > %[1]d; UPDATE head SET seq = seq - 1`, away, a), a},
		{"two swapped", fmt.Sprintf(`UPDATE fact SET seq = %[1]d WHERE seq = %[2]d; UPDATE fact SET seq = %[2]d WHERE seq = %[3]d; UPDATE fact SET seq = %[3]d WHERE seq = %[1]d`, away, a, z), a},
	} {
		t.Run(c.name, func(t *testing.T) {
			one := &bench{t: t, dir: t.TempDir()}
			if err := os.CopyFS(one.dir, os.DirFS(b.dir)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(one.dir, assembly.JournalFile)
			for _, suffix := range []string{"-wal", "-shm"} {
				os.Remove(path + suffix)
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			one.must("ledger", "verify")
			forgeJournal(t, path, c.sql)
			code, out, errs := one.ctl("ledger", "verify")
			if want := fmt.Sprintf("line %d", c.line); code != 1 || !strings.HasPrefix(errs, "J-104  ") || !regexp.MustCompile(`\b`+want+`\b`).MatchString(errs) {
				t.Errorf("exit %d, want 1 with J-104 and %s:\n%s%s", code, want, out, errs)
			}
		})
	}
}

func movementLines(t *testing.T, path string) []int64 {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT seq FROM fact WHERE kind = 'movement' ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// forgeJournal runs statements with the guards taken out, and puts them back: then only the chain can tell.
func forgeJournal(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	rows, err := db.Query(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger'`)
	if err != nil {
		t.Fatal(err)
	}
	var drop, back []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		drop, back = append(drop, "DROP TRIGGER "+name), append(back, text)
	}
	rows.Close()
	if len(back) == 0 {
		t.Fatal("the journal has no guards")
	}
	for _, s := range append(append(append(drop, "BEGIN"), statements, "COMMIT"), back...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
