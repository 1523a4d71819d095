package encoder

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/hwsim/card"
)

// wired carries commands to a simulated chip without a reader between. pull, when it comes to the n-th command, takes the
// card away before (or, with after, behind) it.
type wired struct {
	*card.Chip
	sent   [][]byte
	pullAt int // 0 = never
	dead   error
}

func (w *wired) Close() error { return nil }

func (w *wired) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if w.dead != nil {
		return nil, w.dead
	}
	w.sent = append(w.sent, bytes.Clone(command))
	fail := func(code drivers.Code, err error) ([]byte, error) {
		w.dead = &drivers.Fault{Code: code, Op: "transmit", Card: drivers.InMachine, Again: drivers.AgainNow, Err: err}
		return nil, w.dead
	}
	if len(w.sent) == w.pullAt {
		w.PowerOff()
		return fail(drivers.ChipRemoved, nil)
	}
	reply := w.Chip.Transmit(command)
	if reply == nil {
		<-ctx.Done()
		return fail(drivers.ChipMute, context.Cause(ctx))
	}
	return reply, nil
}

func blank(o card.Options) *wired {
	return &wired{Chip: card.New([]byte{0x04, 1, 2, 3, 4, 5, 6}, o)}
}

func encoder(t testing.TB) *Encoder {
	t.Helper()
	p, err := KTPel()
	if err != nil {
		t.Fatal(err)
	}
	return New(p)
}

func profileText(name string) string {
	text, err := embedded.ReadFile(name + ".toml")
	if err != nil {
		panic(err)
	}
	return string(text)
}

// content has its two length bytes.
func content(n int, fill byte) []byte {
	b := append([]byte{byte(n >> 8), byte(n)}, bytes.Repeat([]byte{fill}, n)...)
	for i := 2; i < len(b); i++ {
		b[i] += byte(i)
	}
	return b
}

// specimen is a set of files like a record's; size is the portrait's.
func specimen(portrait int) drivers.Files {
	return drivers.Files{
		"6FF1": content(300, 1), "6FF2": content(portrait, 2), "6FF3": content(924, 3),
		"6FF4": content(500, 4), "6FF5": content(512, 5), "6FF6": content(80, 6),
	}
}

func want(t *testing.T, err error, code drivers.Code, detail string) {
	t.Helper()
	f := drivers.AsFault(err)
	if f == nil || f.Code != code || !errors.Is(err, code) {
		t.Fatalf("%v, want %s", err, code)
	}
	if !strings.Contains(f.Detail, detail) || f.Op == "" || f.Again == "" {
		t.Fatalf("%+v, want detail %q", f, detail)
	}
}

func TestATR(t *testing.T) {
	p := encoder(t).Profile()
	for _, atr := range card.ATRs() {
		if name, ok := p.Match(atr); !ok || name == "" {
			t.Errorf("%X is not accepted", atr)
		}
	}
	for s, ok := range map[string]bool{
		"3B8C8001501122334430AAAA017781D700":   true,  // another PUPI
		"3B888001 30AAAA017781D7 2F B1":        true,  // eight historical bytes
		"3B888001 31010900000000 00 30":        false, // the driving licence
		"3B8C8001501122334430AAAA027781D700":   false, // other application data
		"3B8B8001654B545030443265 4B5450":      false, // cut
		"3B8B8001654B545030443265 4B54504C 00": false, // longer
		"":                                     false,
	} {
		atr, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if _, got := p.Match(atr); got != ok {
			t.Errorf("%s: %v", s, got)
		}
	}
	if name, ok := p.Match(card.DrivingLicenceATR()); ok || name != "electronic driving licence" {
		t.Errorf("driving licence: %q, %v", name, ok)
	}
	// The refused card wins over a pattern that would take it.
	wide := strings.Replace(profileText(NameKTPel), "30 AA AA 01 77 81 D7 ?? ??\"", "?? ?? ?? ?? ?? ?? ?? ?? ??\"", 1)
	if p, err := Load([]byte(wide)); err != nil {
		t.Error(err)
	} else if _, ok := p.Match(card.DrivingLicenceATR()); ok {
		t.Error("a wide pattern takes the driving licence")
	}
}

func TestCheck(t *testing.T) {
	e := encoder(t)
	const others = 53 + 302 + 2 + 926 + 502 + 514 + 82
	if err := e.Check(specimen(8192 - others)); err != nil {
		t.Error(err)
	}
	err := e.Check(specimen(8192 - others + 1))
	want(t, err, drivers.ChipDataTooLarge, "8193 of 8192 bytes")
	if f := drivers.AsFault(err); f.Card != drivers.NoCard {
		t.Errorf("card %q", f.Card)
	}
	for name, change := range map[string]func(drivers.Files){
		"missing":         func(f drivers.Files) { delete(f, "6FF4") },
		"unknown":         func(f drivers.Files) { f["6FF7"] = content(1, 1) },
		"factory":         func(f drivers.Files) { f["6FF0"] = content(51, 1) },
		"lower case":      func(f drivers.Files) { f["6ff1"] = content(51, 1) },
		"too short":       func(f drivers.Files) { f["6FF1"] = []byte{0} },
		"length too high": func(f drivers.Files) { f["6FF1"] = f["6FF1"][:40] },
		"length too low":  func(f drivers.Files) { f["6FF1"] = append(f["6FF1"], 0) },
	} {
		files := specimen(1000)
		change(files)
		if err := e.Check(files); !errors.Is(err, drivers.Unexpected) {
			t.Errorf("%s: %v", name, err)
		}
		w := blank(card.Options{})
		if err := e.Write(t.Context(), w, files); !errors.Is(err, drivers.Unexpected) || len(w.sent) != 0 {
			t.Errorf("%s: write: %v, %d commands sent", name, err, len(w.sent))
		}
	}
}

func TestPersonalise(t *testing.T) {
	kinds := map[string]card.Options{
		"plain": {}, "T=0": {GetResponse: true}, "type B": {ATR: card.ATRs()[4]},
	}
	for name, o := range kinds {
		for _, step := range []int{1, 64, 255, 256, 8000} {
			t.Run(fmt.Sprintf("%s/%d", name, step), func(t *testing.T) {
				e := encoder(t)
				if e.p.WriteStep, e.p.Extended = step, ExtendedNever; step > 255 {
					e.p.ExtendedStep, e.p.Extended = step, ExtendedAlways
				}
				personalise(t, e, blank(o))
			})
		}
	}
}

func personalise(t *testing.T, e *Encoder, w *wired) {
	ctx, files := t.Context(), specimen(4500)
	id, err := e.Identify(ctx, w)
	if err != nil || id.State != drivers.ChipBlank || !bytes.Equal(id.UID, w.UID()) || !bytes.Equal(id.ATR, w.ATR()) || id.Portrait != nil {
		t.Fatalf("%+v, %v", id, err)
	}
	if err := e.Write(ctx, w, files); err != nil {
		t.Fatal(err)
	}
	if id, err = e.Identify(ctx, w); err != nil || id.State != drivers.ChipPartial || !bytes.Equal(id.Portrait, files["6FF2"][2:]) {
		t.Fatalf("%s, %v", id.State, err)
	}
	got, err := e.ReadBack(ctx, w)
	if err != nil || len(got) != 7 {
		t.Fatal(len(got), err)
	}
	if err := e.Compare(files, got); err != nil {
		t.Fatal(err)
	}
	truth := w.Files()
	for fid, b := range files {
		if !bytes.Equal(truth[fid], b) {
			t.Errorf("%s on the card differs", fid)
		}
	}
	if err := e.Seal(ctx, w); err != nil {
		t.Fatal(err)
	}
	if w.State() != "sealed" {
		t.Fatal(w.State())
	}
	if id, err = e.Identify(ctx, w); err != nil || id.State != drivers.ChipSealed || !bytes.Equal(id.Portrait, files["6FF2"][2:]) {
		t.Fatalf("%s, %v", id.State, err)
	}
	if got, err = e.ReadBack(ctx, w); err != nil || len(got) != 2 || got["6FF0"] == nil || !bytes.Equal(got["6FF2"], files["6FF2"]) {
		t.Fatalf("%d files, %v", len(got), err)
	}
	want(t, e.Write(ctx, w, files), drivers.ChipUsed, "life cycle 05")
	want(t, e.Seal(ctx, w), drivers.ChipUsed, "sealed")
}

// TestPulledAnywhere takes the card away at every single command of a whole personalisation. What was begun shows as
// partial, writing it again heals it, and no fault carries content.
func TestPulledAnywhere(t *testing.T) {
	e, files := encoder(t), specimen(700)
	e.p.WriteStep, e.p.Extended = 200, ExtendedNever
	run := func(w *wired) error {
		if err := e.Write(t.Context(), w, files); err != nil {
			return err
		}
		return e.Seal(t.Context(), w)
	}
	whole := blank(card.Options{})
	if err := run(whole); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= len(whole.sent); n++ {
		w := blank(card.Options{})
		w.pullAt = n
		err := run(w)
		want(t, err, drivers.ChipRemoved, "")
		if f := drivers.AsFault(err); f.Card != drivers.InMachine || !strings.HasPrefix(f.Op, "chip ") || f.Detail == "" {
			t.Fatalf("at %d: %+v", n, f)
		}
		again := &wired{Chip: w.Chip}
		id, err := e.Identify(t.Context(), again)
		if err != nil || string(id.State) != w.State() {
			t.Fatalf("at %d: %s, the card is %s, %v", n, id.State, w.State(), err)
		}
		if id.State == drivers.ChipSealed { // pulled while the seal was being looked at
			continue
		}
		got, err := e.ReadBack(t.Context(), again)
		if err != nil {
			t.Fatalf("at %d: %v", n, err)
		}
		if len(w.Files()) < 7 || len(w.Files()["6FF6"]) < 82 {
			want(t, e.Compare(files, got), drivers.ChipMismatch, "6FF")
		}
		if err := run(again); err != nil {
			t.Fatalf("at %d, again: %v", n, err)
		}
		for fid, b := range files {
			if !bytes.Equal(w.Files()[fid], b) {
				t.Fatalf("at %d: %s differs", n, fid)
			}
		}
	}
}

// TestReadCommands holds the read side to the bytes that public readers of the real card send.
func TestReadCommands(t *testing.T) {
	e, files := encoder(t), specimen(600)
	e.p.Extended = ExtendedNever
	w := blank(card.Options{})
	if err := e.Write(t.Context(), w, files); err != nil {
		t.Fatal(err)
	}
	if err := e.Seal(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	w.sent = nil
	if _, err := e.Identify(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range w.sent {
		got = append(got, fmt.Sprintf("%X", c))
	}
	const golden = "FFCA000000 00A40000027F0A00 00A40000026FF2 00B0000002 00B00002F8 00B000FAF8 00B001F268"
	if s := strings.Join(got, " "); s != golden {
		t.Errorf("sent\n%s\nwant\n%s", s, golden)
	}
}

func TestForeign(t *testing.T) {
	e := encoder(t)
	w := blank(card.Options{ATR: card.DrivingLicenceATR()})
	id, err := e.Identify(t.Context(), w)
	if err != nil || id.State != drivers.ChipForeign || !bytes.Equal(id.UID, w.UID()) {
		t.Fatalf("%+v, %v", id, err)
	}
	want(t, e.Write(t.Context(), w, specimen(10)), drivers.WrongATR, "electronic driving licence")
	want(t, e.Seal(t.Context(), w), drivers.WrongATR, "ATR 3B8880013101")
	_, err = e.ReadBack(t.Context(), w)
	want(t, err, drivers.WrongATR, "driving licence")
	if w.State() != "blank" {
		t.Fatal(w.State())
	}
	// The right ATR and no such application.
	e.p.application, e.p.Application = 0x7F0B, "7F0B"
	w = blank(card.Options{})
	if id, err := e.Identify(t.Context(), w); err != nil || id.State != drivers.ChipForeign {
		t.Fatalf("%+v, %v", id, err)
	}
	want(t, e.Write(t.Context(), w, specimen(10)), drivers.WrongATR, "no 7F0B")
}

func TestMute(t *testing.T) {
	e := encoder(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := blank(card.Options{Mute: true})
	for name, f := range map[string]func() error{
		"identify": func() error { _, err := e.Identify(ctx, w); return err },
		"write":    func() error { return e.Write(ctx, w, specimen(10)) },
		"read":     func() error { _, err := e.ReadBack(ctx, w); return err },
		"seal":     func() error { return e.Seal(ctx, w) },
	} {
		err := f()
		want(t, err, drivers.ChipMute, "")
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSealNeedsContent(t *testing.T) {
	w := blank(card.Options{})
	want(t, encoder(t).Seal(t.Context(), w), drivers.ChipRefused, "nothing is written")
	if w.State() != "blank" {
		t.Fatal(w.State())
	}
}

func TestCompare(t *testing.T) {
	e, files := encoder(t), specimen(100)
	same := func() drivers.Files {
		got := drivers.Files{"6FF0": content(51, 9)}
		for id, b := range files {
			got[id] = bytes.Clone(b)
		}
		return got
	}
	if err := e.Compare(files, same()); err != nil {
		t.Fatal(err)
	}
	for detail, change := range map[string]func(drivers.Files){
		"6FF2":       func(f drivers.Files) { f["6FF2"][50] ^= 1 },
		"6FF1, 6FF6": func(f drivers.Files) { delete(f, "6FF6"); f["6FF1"] = f["6FF1"][:9] },
		"6FF3":       func(f drivers.Files) { f["6FF3"] = append(f["6FF3"], 0) },
		"6FF9":       func(f drivers.Files) { f["6FF9"] = content(1, 1) },
	} {
		got := same()
		change(got)
		want(t, e.Compare(files, got), drivers.ChipMismatch, detail)
	}
}

// answering is a card that gives every command the same answer, whatever it is.
type answering struct {
	atr, reply []byte
	sent       int
}

func (a *answering) ATR() []byte  { return a.atr }
func (a *answering) Close() error { return nil }
func (a *answering) Transmit(context.Context, []byte) ([]byte, error) {
	a.sent++
	return bytes.Clone(a.reply), nil
}

// TestIdentifyUID: a number of a length that no card has was cut short on its way, and names nobody.
func TestIdentifyUID(t *testing.T) {
	e := encoder(t)
	for n, known := range map[int]bool{0: true, 1: false, 3: false, 4: true, 6: false, 7: true, 8: false, 10: true, 11: false} {
		id, err := e.Identify(t.Context(), &answering{atr: card.DrivingLicenceATR(), reply: append(bytes.Repeat([]byte{4}, n), 0x90, 0x00)})
		if known && (err != nil || len(id.UID) != n) {
			t.Errorf("%d bytes: %X, %v", n, id.UID, err)
		}
		if !known {
			want(t, err, drivers.ReaderFailed, fmt.Sprintf("a UID of %d bytes", n))
		}
	}
}

// TestHostile: whatever a card answers, every operation ends, in few commands, without a panic.
func TestHostile(t *testing.T) {
	e := encoder(t)
	for _, s := range []string{"", "90", "9000", "6100", "00 6101", "6C00", "6C01", "6282", "6982", "6A82", "6B00", "6F00", "63C3", "FF 9000",
		"FFFF 9000", "1FFE 9000", "0001 9000", "6F03 8A0105 9000", "6F03 8A0103 9000", "6F80 9000", strings.Repeat("00", 300) + "9000",
		strings.Repeat("AA", 256) + "61FF"} {
		reply, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []func(c drivers.Chip) error{
			func(c drivers.Chip) error { _, err := e.Identify(t.Context(), c); return err },
			func(c drivers.Chip) error { return e.Write(t.Context(), c, specimen(100)) },
			func(c drivers.Chip) error { _, err := e.ReadBack(t.Context(), c); return err },
			func(c drivers.Chip) error { return e.Seal(t.Context(), c) },
		} {
			a := &answering{atr: card.ATRs()[0], reply: reply}
			if err := f(a); err != nil {
				var fault *drivers.Fault
				if !errors.As(err, &fault) {
					t.Errorf("%q: %v is no Fault", s, err)
				}
			}
			if a.sent > 2000 {
				t.Errorf("%.20q: %d commands", s, a.sent)
			}
		}
	}
}

func TestNoLifeCycle(t *testing.T) {
	// A real issued card may give no life cycle status; then the protected biodata tells.
	e, w := encoder(t), blank(card.Options{})
	if err := e.Write(t.Context(), w, specimen(100)); err != nil {
		t.Fatal(err)
	}
	if err := e.Seal(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	id, err := e.Identify(t.Context(), silent{w})
	if err != nil || id.State != drivers.ChipSealed || len(id.Portrait) != 100 {
		t.Fatalf("%s %d, %v", id.State, len(id.Portrait), err)
	}
}

// silent is a card whose SELECT gives no file control information.
type silent struct{ *wired }

func (s silent) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	reply, err := s.wired.Transmit(ctx, command)
	if len(command) > 1 && command[1] == 0xA4 && len(reply) > 2 {
		reply = reply[len(reply)-2:]
	}
	return reply, err
}

func TestNoContentInFaults(t *testing.T) {
	e := encoder(t)
	files := specimen(100)
	secret := "KANARI"
	files["6FF1"] = append([]byte{0, byte(len(secret))}, secret...)
	for n := 1; n < 40; n++ {
		w := blank(card.Options{})
		w.pullAt = n
		err := e.Write(t.Context(), w, files)
		if err == nil {
			return
		}
		if s := fmt.Sprintf("%v %+v", err, drivers.AsFault(err)); strings.Contains(s, secret) || strings.Contains(s, hex.EncodeToString([]byte(secret))) {
			t.Fatal(s)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	text := profileText(NameKTPel)
	for name, change := range map[string][2]string{
		"unknown key":          {"budget = 8192", "budget = 8192\nbudgets = 1"},
		"no budget":            {"budget = 8192", "budget = 0"},
		"budget out of reach":  {"budget = 8192", "budget = 40000"},
		"read step":            {"read_step = 0xF8", "read_step = 0"},
		"write step":           {"write_step = 255", "write_step = 70000"},
		"identifier":           {"id = \"6FF3\"", "id = \"6ff3\""},
		"file twice":           {"id = \"6FF3\"", "id = \"6FF2\""},
		"two portraits":        {"content = \"minutiae 1\"", "portrait = true"},
		"no application":       {"application = \"7F0A\"", "application = \"\""},
		"seal":                 {"seal = \"00440000\"", "seal = \"0044\""},
		"pattern":              {"3B 8B 80 01 65 4B", "3B 8B 80 01 65 4?"},
		"factory without size": {"size = 53", ""},
		"size of no factory":   {"content = \"biodata\"", "size = 3"},
		"no TOML":              {"name = \"KTP-el\"", "name = "},
		"no name":              {"name = \"KTP-el\"", ""},
		"extended":             {"extended = \"auto\"", "extended = \"yes\""},
		"extended step":        {"extended_step = 2048", "extended_step = 255"},
		"terminate":            {"terminate = \"00E60000\"", "terminate = \"E6\""},
		"no read rule":         {"content = \"biodata\"\nread = \"session\"", "content = \"biodata\""},
		"no write rule":        {"write = \"free\"", ""},
		"unknown rule":         {"write = \"free\"", "write = \"all\""},
		"factory is written":   {"size = 53", "size = 53\nwrite = \"free\""},
		"factory is created":   {"budget = 8192", "create = true\nbudget = 8192"},
		"portrait is closed":   {"portrait = true\nread = \"free\"", "portrait = true\nread = \"session\""},
	} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("%s: %q is not in the profile", name, change[0])
		}
		p, err := Load([]byte(strings.Replace(text, change[0], change[1], 1)))
		if !errors.Is(err, ErrProfile) || p.Name != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteBasis(t *testing.T) {
	if p := encoder(t).Profile(); !strings.Contains(p.WriteBasis, "not checked on hardware") {
		t.Error("the profile must say that its write side was never tried on a real card")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(profileText(NameKTPel)))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := Load(text); err != nil && len(p.Files) != 0 {
			t.Fatal("an error and a profile with it")
		}
	})
}
