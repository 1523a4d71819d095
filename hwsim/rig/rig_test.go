package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cetak/hwsim/world"
)

func up(t *testing.T, o Options) *Rig {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Speed == 0 {
		o.Speed = 1000
	}
	if o.Records == 0 {
		o.Records = -1
	}
	if o.PCSC == "" {
		o.PCSC = "none"
	}
	r, err := Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// tty is the host's end; say wants one reply.
type tty struct {
	t *testing.T
	f *os.File
}

func dial(t *testing.T, r *Rig) tty {
	t.Helper()
	f, err := os.OpenFile(r.Ready().Printer, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return tty{t, f}
}

func (h tty) send(command string) {
	h.t.Helper()
	if _, err := h.f.WriteString("\x1b" + command + "\r"); err != nil {
		h.t.Fatal(err)
	}
}

func (h tty) say(command, want string) {
	h.t.Helper()
	h.send(command)
	got := make([]byte, 0, len(want))
	if err := h.f.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		h.t.Fatal(err)
	}
	for len(got) < len(want) {
		b := make([]byte, len(want)-len(got))
		n, err := h.f.Read(b)
		if err != nil {
			h.t.Fatalf("after %q: %q, %v; want %q", command, got, err, want)
		}
		got = append(got, b[:n]...)
	}
	if string(got) != want {
		h.t.Fatalf("after %q: %q, want %q", command, got, want)
	}
}

func do(t *testing.T, r *Rig, words string) string {
	t.Helper()
	text, err := r.Do(strings.Fields(words)...)
	if err != nil {
		t.Fatalf("%s: %v", words, err)
	}
	return text
}

// TestScenes: each fault, raised by a rule, does its work on the wire, in the world, or at the chip. Moves are
// acknowledged when done, so each step is settled before the next.
func TestScenes(t *testing.T) {
	for _, tc := range []struct {
		scene string
		steps []string // command=reply
		check func(t *testing.T, r *Rig, tr world.Truth)
	}{
		{"on feed do feeder-empty once", []string{"Sis=\x15F", "Sk;f=1\x00\x06", "Rco;c=0\x00\x06"}, func(t *testing.T, r *Rig, tr world.Truth) {
			if tr.Feeder != 100 {
				t.Errorf("%d in the feeder: a fault must not make cards vanish", tr.Feeder)
			}
			do(t, r, "feed 0")
		}},
		{"on feed 2 do jam-feed", []string{"Sie=\x06", "Sis=\x15T", "Rlr;p=OK\x00\x06", "Rco;c=2\x00\x06"}, func(t *testing.T, r *Rig, tr world.Truth) {
			if !tr.Jam || tr.Machine == nil || tr.Machine.Place != world.Path {
				t.Errorf("%+v", tr)
			}
			do(t, r, "clear")
		}},
		{"on head do jam-head once", []string{"Si=\x15T", "Rlr;p=CARD\x00\x06"}, func(t *testing.T, r *Rig, tr world.Truth) { do(t, r, "clear") }},
		{"on panel-k do ribbon-end once", []string{"Si=\x06", "Ss=\x06", "Dbc;k;2;1;\xFF=\x06", "Se=\x15R", "Rcr=\x15R"}, func(t *testing.T, r *Rig, tr world.Truth) {
			if tr.Machine.Printed {
				t.Error("printed without ribbon")
			}
			do(t, r, "ribbon new")
		}},
		{"on reject do reject-full once", []string{"Si=\x06", "Ser=\x15T"}, func(t *testing.T, r *Rig, tr world.Truth) { do(t, r, "empty reject") }},
		{"on command:Sis do cover-open", []string{"Sis=\x15C", "Rse;o=0,00 Volts\x00\x06"}, func(t *testing.T, r *Rig, tr world.Truth) { do(t, r, "close cover") }},
		{"on command:Sis do nack R once", []string{"Sis=\x15R", "Sis=\x06"}, nil},
		{"on command:Sis do lose-ack once", []string{"Sis=", "Rlr;p=SMART CARD\x00\x06"}, nil},
		{"on command:Rok 1 do flip-byte", []string{"Rok=\x06", "Rok=\x06"}, nil},    // the flipped ESC is noise, and after a CR may be missing
		{"on command:Rok 1 do flip-byte 1", []string{"Rok=\x06", "Rok=\x151"}, nil}, // R becomes S
		{"on command:Rok 1 do flip-byte out", []string{"Rok=\x07"}, nil},            // ACK becomes 07
		{"on command:Rok 1 do lose-byte 1", []string{"Rok=\x06", "Rok=\x151"}, nil}, // ok is no command
		{"on station do wrong-atr", []string{"Sis=\x06"}, nil},
		{"on station do chip-mute", []string{"Sis=\x06"}, nil},
		{"on command:Sis do power-cycle once", []string{"Sis="}, func(t *testing.T, r *Rig, tr world.Truth) {
			if err := r.world.Clock.Sleep(context.Background(), 10*time.Second); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tc.scene, func(t *testing.T) {
			o := Options{Scene: tc.scene}
			o.Doubts.ACKAfter = true
			r := up(t, o)
			h := dial(t, r)
			h.say("Pem;2;s", "\x06")
			for _, s := range tc.steps {
				command, want, _ := strings.Cut(s, "=")
				h.say(command, want)
			}
			if tc.check != nil {
				tc.check(t, r, r.World())
			}
			h.say("Pem;2", "\x06")
			h.say("Ser", "\x06") // out with what is in
			for _, c := range []string{"Sis", "Ss", "Sr", "Dbc;k;2;1;\xFF", "Se"} {
				if strings.Contains(tc.scene, c) && !strings.Contains(tc.scene, "once") {
					continue
				}
				h.say(c, "\x06")
			}
			tr := r.World()
			if n := len(tr.Trays.Good); n == 0 || !tr.Trays.Good[n-1].Printed {
				t.Errorf("the next card did not print: %+v", tr.Trays)
			}
			if got := tr.Feeder + len(tr.Trays.Good) + len(tr.Trays.Reject) + len(tr.Trays.Emptied); tr.Machine != nil || got != 100 {
				t.Errorf("%d of 100 cards are left", got)
			}
		})
	}
}

// TestCablePulledAndBack by a rule with a time: the symlink goes, and comes back to another terminal.
func TestCablePulledAndBack(t *testing.T) {
	r := up(t, Options{Scene: "on command:Rok do cable-pulled 20 once"})
	h := dial(t, r)
	before := r.line.Name()
	h.send("Rok")
	if err := h.f.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := h.f.Read(make([]byte, 1)); n > 0 || os.IsTimeout(err) {
		t.Errorf("no hang-up: %d %v", n, err)
	}
	for r.line.Name() == "" {
		time.Sleep(time.Millisecond)
	}
	if r.line.Name() == before {
		t.Error("it has its old name")
	}
	dial(t, r).say("Rok", "\x06")
}

func TestVerbs(t *testing.T) {
	o := Options{Blanks: 3, Records: 2, PCSC: "own"}
	o.Doubts.ACKAfter = true
	r := up(t, o)
	h := dial(t, r)
	h.say("Pem;2", "\x06")
	h.say("Sie", "\x06")
	uid := do(t, r, "present good 0")
	if tr := r.World(); tr.Reader == nil || tr.Reader.UID != uid {
		t.Errorf("%+v", tr.Reader)
	}
	if got := do(t, r, "remove"); got != uid {
		t.Errorf("removed %s", got)
	}
	for _, tc := range []struct{ verb, want string }{
		{"feed 4", "6 blanks in the feeder"}, {"unfeed 1", "5 blanks in the feeder"}, {"empty reject", "0 cards taken out"}, {"open cover", "cover open"}, {"close cover", "cover closed"},
		{"ribbon NEW", "ribbon ymcko, 1000 panels"}, {"ribbon 3", "ribbon ymcko, 3 panels"}, {"ribbon none", "ribbon , 0 panels"}, {"ribbon k", "ribbon k, 200 panels"},
		{"jam", "jam"}, {"clear", "nothing was in the transport"}, {"unplug", "cable out"}, {"nack T", "nack"}, {"noise 0", "noise"},
		{"chip-file " + uid + " 6FF0 " + filepath.Join(t.TempDir(), "f"), ""},
	} {
		if got := do(t, r, tc.verb); tc.want != "" && got != tc.want {
			t.Errorf("%s: %q, want %q", tc.verb, got, tc.want)
		}
	}
	if !strings.HasPrefix(do(t, r, "replug"), "cable in, /dev/pts/") {
		t.Error("replug")
	}
	if path := do(t, r, "records 1"); filepath.Base(path) != "records-2.prr" {
		t.Errorf("a second bundle at %s", path)
	}
	for _, bad := range []string{"", "fly", "present", "present good", "feed", "feed -1", "feed x", "unfeed", "unfeed 6", "empty", "open", "ribbon", "ribbon pink", "nack X", "remove now", "chip-file x 6FF0 y"} {
		if text, err := r.Do(strings.Fields(bad)...); err == nil {
			t.Errorf("%q is done: %q", bad, text)
		}
	}
}

// TestReady: the ready line, the files it names, and the same from another process, also in a deep folder.
func TestReady(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep-", 30))
	r := up(t, Options{Dir: dir, PCSC: "own", Records: 3, Seed: 9, Replies: "text", Baud: 9600, Station: "contactless"})
	text, err := os.ReadFile(filepath.Join(dir, ReadyFile))
	if err != nil {
		t.Fatal(err)
	}
	var told Ready
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	if told != r.Ready() || told.Seed != 9 || told.Replies != "text" || told.Baud != 9600 || told.Station != "contactless" || told.Records != 3 ||
		told.Blanks != 100 || told.Reader == "" || told.Serial == "" {
		t.Errorf("%s", text)
	}
	for _, path := range []string{told.Printer, told.Socket, told.Control, filepath.Join(told.Inbox, "records.prr"),
		filepath.Join(told.Keys, "station.jwk"), filepath.Join(told.Keys, "centre.jwk")} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	answer, err := Ask(dir, "world")
	if err != nil {
		t.Fatal(err)
	}
	var tr world.Truth
	if err := json.Unmarshal([]byte(answer), &tr); err != nil || tr.Feeder != 100 {
		t.Errorf("%s: %v", answer, err)
	}
	if _, err := Ask(dir, "fly"); err == nil || !strings.Contains(err.Error(), "no verb") {
		t.Errorf("%v", err)
	}
	if _, err := Ask(t.TempDir(), "world"); err == nil || !strings.Contains(err.Error(), "no simulator runs") {
		t.Errorf("%v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{told.Printer, told.Control, filepath.Join(dir, ReadyFile)} {
		if _, err := os.Lstat(gone); err == nil {
			t.Errorf("%s is left behind", gone)
		}
	}
}

// TestKeysStay: a second run in the same folder seals for the same station.
func TestKeysStay(t *testing.T) {
	dir := t.TempDir()
	read := func() []byte {
		b, err := os.ReadFile(filepath.Join(dir, "keys", "station.jwk"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if err := up(t, Options{Dir: dir}).Close(); err != nil {
		t.Fatal(err)
	}
	first := read()
	up(t, Options{Dir: dir, Seed: 2})
	if !bytes.Equal(first, read()) {
		t.Error("other keys")
	}
}

func TestBadOptions(t *testing.T) {
	for _, o := range []Options{
		{}, {Dir: t.TempDir(), PCSC: "usb"}, {Dir: t.TempDir(), Replies: "morse"}, {Dir: t.TempDir(), Scene: "on x do y"},
		{Dir: t.TempDir(), Ribbon: "pink"}, {Dir: t.TempDir(), Station: "moon"}, {Dir: "/dev/null/x"},
	} {
		if r, err := Start(context.Background(), o); err == nil {
			t.Errorf("%+v starts", o)
			_ = r.Close()
		}
	}
}
