package encoder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/hwsim/card"
)

func plain(t testing.TB) *Encoder {
	t.Helper()
	p, err := Named(NamePlain)
	if err != nil {
		t.Fatal(err)
	}
	return New(p)
}

// TestPlain: the second profile is data: the same files, on a card that has none of its own.
func TestPlain(t *testing.T) {
	for name, o := range map[string]card.Options{"T=1": {Kind: card.Plain}, "T=0 answers": {Kind: card.Plain, GetResponse: true}, "short only": {Kind: card.Plain, ShortOnly: true}} {
		t.Run(name, func(t *testing.T) {
			ctx, e, w, files := t.Context(), plain(t), blank(o), specimen(4500)
			state := func(want drivers.ChipState) {
				t.Helper()
				id, err := e.Identify(ctx, w)
				if err != nil || id.State != want || string(id.State) != w.State() || !bytes.Equal(id.UID, w.UID()) {
					t.Fatalf("%s, the card is %s, want %s: %v", id.State, w.State(), want, err)
				}
				if whole := want == drivers.ChipPartial || want == drivers.ChipSealed; whole != bytes.Equal(id.Portrait, files["6FF2"][2:]) {
					t.Fatalf("%s: portrait of %d bytes", want, len(id.Portrait))
				}
			}
			state(drivers.ChipBlank)
			if got, err := e.ReadBack(ctx, w); err != nil || len(got) != 0 {
				t.Fatal(got, err)
			}
			want(t, e.Seal(ctx, w), drivers.ChipRefused, "nothing is written")
			if err := e.Write(ctx, w, files); err != nil {
				t.Fatal(err)
			}
			state(drivers.ChipPartial)
			if err := e.Write(ctx, w, files); err != nil { // the same card again: its files are there
				t.Fatal(err)
			}
			got, err := e.ReadBack(ctx, w)
			if err != nil || len(got) != 6 {
				t.Fatal(len(got), err)
			}
			if err := e.Compare(files, got); err != nil {
				t.Fatal(err)
			}
			if err := e.Seal(ctx, w); err != nil {
				t.Fatal(err)
			}
			state(drivers.ChipSealed)
			if got, err = e.ReadBack(ctx, w); err != nil || len(got) != 1 || !bytes.Equal(got["6FF2"], files["6FF2"]) {
				t.Fatal(len(got), err)
			}
			want(t, e.Write(ctx, w, files), drivers.ChipUsed, "sealed")
			want(t, e.Write(ctx, w, specimen(4000)), drivers.ChipUsed, "sealed")
			if done, err := e.Terminate(ctx, w); !done || err != nil {
				t.Fatal(done, err)
			}
			state(drivers.ChipTerminated)
		})
	}
}

// TestPlainPulledAnywhere: what an interruption left is partial, and the same files go over it.
func TestPlainPulledAnywhere(t *testing.T) {
	e, files := plain(t), specimen(700)
	e.p.Extended = ExtendedNever
	whole := blank(card.Options{Kind: card.Plain})
	if err := e.Write(t.Context(), whole, files); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= len(whole.sent); n++ {
		w := blank(card.Options{Kind: card.Plain})
		w.pullAt = n
		want(t, e.Write(t.Context(), w, files), drivers.ChipRemoved, "")
		again := &wired{Chip: w.Chip}
		if id, err := e.Identify(t.Context(), again); err != nil || string(id.State) != w.State() {
			t.Fatalf("at %d: %s, the card is %s, %v", n, id.State, w.State(), err)
		}
		if err := e.Write(t.Context(), again, files); err != nil {
			t.Fatalf("at %d: %v", n, err)
		}
		for fid, b := range files {
			if !bytes.Equal(w.Files()[fid], b) {
				t.Fatalf("at %d: %s differs", n, fid)
			}
		}
	}
}

// TestTerminate ends cards of both profiles from every state; nothing can be done with them after.
func TestTerminate(t *testing.T) {
	ctx, files := t.Context(), specimen(300)
	for profile, kind := range map[string]card.Kind{NameKTPel: card.KTPel, NamePlain: card.Plain} {
		for _, state := range []drivers.ChipState{drivers.ChipBlank, drivers.ChipPartial, drivers.ChipSealed} {
			t.Run(profile+"/"+string(state), func(t *testing.T) {
				p, err := Named(profile)
				if err != nil {
					t.Fatal(err)
				}
				e, w := New(p), blank(card.Options{Kind: kind})
				if state != drivers.ChipBlank {
					err = e.Write(ctx, w, files)
				}
				if state == drivers.ChipSealed && err == nil {
					err = e.Seal(ctx, w)
				}
				if err != nil || w.State() != string(state) {
					t.Fatal(w.State(), err)
				}
				for range 2 { // a card that is at its end stays there
					if done, err := e.Terminate(ctx, w); !done || err != nil || w.State() != "terminated" {
						t.Fatal(done, err, w.State())
					}
				}
				id, err := e.Identify(ctx, w)
				if err != nil || id.State != drivers.ChipTerminated || id.Portrait != nil || !bytes.Equal(id.UID, w.UID()) {
					t.Fatalf("%+v, %v", id, err)
				}
				want(t, e.Write(ctx, w, files), drivers.ChipUsed, "terminated")
				want(t, e.Seal(ctx, w), drivers.ChipUsed, "terminated")
				_, err = e.ReadBack(ctx, w)
				want(t, err, drivers.ChipUsed, "terminated")
			})
		}
	}
}

// TestTerminateRefused: a card that only says yes was not ended, and one of another kind is left alone.
func TestTerminateRefused(t *testing.T) {
	e := encoder(t)
	liar := &saying{wired: blank(card.Options{}), ins: 0xE6, reply: []byte{0x90, 0x00}}
	done, err := e.Terminate(t.Context(), liar)
	if done {
		t.Error("believed")
	}
	want(t, err, drivers.ChipRefused, "is partial")

	foreign := blank(card.Options{ATR: card.DrivingLicenceATR()})
	done, err = e.Terminate(t.Context(), foreign)
	if done || foreign.State() != "blank" {
		t.Error(done, foreign.State())
	}
	want(t, err, drivers.WrongATR, "driving licence")

	e.p.Terminate = ""
	w := blank(card.Options{})
	if done, err := e.Terminate(t.Context(), w); done || err != nil || len(w.sent) != 0 {
		t.Error(done, err, len(w.sent))
	}
}

// saying is a card that answers one instruction with the same bytes, whatever it is about.
type saying struct {
	*wired
	ins   byte
	reply []byte
}

func (s *saying) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if len(command) > 1 && command[1] == s.ins {
		return bytes.Clone(s.reply), nil
	}
	return s.wired.Transmit(ctx, command)
}

// TestLocked: a card that wants keys stops the station, unspent, and the same one can be tried again.
func TestLocked(t *testing.T) {
	for profile, kind := range map[string]card.Kind{NameKTPel: card.KTPel, NamePlain: card.Plain} {
		p, err := Named(profile)
		if err != nil {
			t.Fatal(err)
		}
		for _, ins := range []byte{0xD6, 0xE0, 0x44, 0xE6, 0xFE} {
			e, w := New(p), blank(card.Options{Kind: kind})
			s := &saying{w, ins, []byte{0x69, 0x82}}
			err := e.Write(t.Context(), s, specimen(100))
			if err == nil {
				if err = e.Seal(t.Context(), s); err == nil {
					_, err = e.Terminate(t.Context(), s)
				}
			}
			if err == nil && (ins == 0xE0 && !p.Create || ins == 0xE6 && p.Create || ins == 0xFE && !p.Create) {
				continue // a command that this profile does not send
			}
			want(t, err, drivers.ChipLocked, "SW 6982")
			if f := drivers.AsFault(err); f.Again != drivers.AgainAfterOperator || f.Card != drivers.InMachine {
				t.Errorf("%s %02X: %+v", profile, ins, f)
			}
		}
	}
	// A profile that knows it sends nothing at all.
	p, err := Load([]byte(strings.Replace(profileText(NameKTPel), "write = \"free\"", "write = \"session\"", 1)))
	if err != nil || !p.NeedsSession() || encoder(t).Profile().NeedsSession() {
		t.Fatal(err)
	}
	w := blank(card.Options{})
	want(t, New(p).Write(t.Context(), w, specimen(100)), drivers.ChipLocked, "secure session")
	if len(w.sent) != 0 {
		t.Error(len(w.sent))
	}
}

// channel is a secure session: it has less room, and the card's rules do not hold in it.
type channel struct {
	*wired
	longest int
	locked  string // the file that stays closed
	current string
}

func (c *channel) MaxData(limit int) int     { return (limit-16)/16*16 - 1 }
func (c *channel) MaxResponse(limit int) int { return (limit-16)/16*16 - 1 }

func (c *channel) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	c.longest = max(c.longest, len(command))
	if len(command) == 7 && command[1] == 0xA4 {
		c.current = fmt.Sprintf("%X", command[5:7])
	}
	if command[1] == 0xB0 && c.current == c.locked {
		return []byte{0x69, 0x82}, nil
	}
	return c.wired.Transmit(ctx, command)
}

func TestInSession(t *testing.T) {
	for _, extended := range []Extended{ExtendedAuto, ExtendedNever, ExtendedAlways} {
		e, w, files := encoder(t), blank(card.Options{}), specimen(4500)
		e.p.Extended = extended
		c := &channel{wired: w}
		if err := e.Write(t.Context(), c, files); err != nil {
			t.Fatal(err)
		}
		got, err := e.ReadBack(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Compare(files, got); err != nil {
			t.Error(err)
		}
		if want := map[Extended]int{ExtendedAuto: 5 + 223, ExtendedNever: 5 + 223, ExtendedAlways: 7 + 2048 - 16 - 1}[extended]; c.longest != want {
			t.Errorf("%s: commands of up to %d bytes, want %d", extended, c.longest, want)
		}
		// Who has the keys may read everything. What stays closed is a fault of the card, not a file that is not there.
		c.locked = "6FF4"
		_, err = e.ReadBack(t.Context(), c)
		fault := drivers.AsFault(err)
		want(t, err, drivers.ChipRefused, "6FF4")
		if fault.Again != drivers.AgainNever {
			t.Error(fault)
		}
	}
	// A file that the profile calls free is read back, or the card is not what the profile says.
	e, c := encoder(t), &channel{wired: blank(card.Options{}), locked: "6FF2"}
	if err := e.Write(t.Context(), c.wired, specimen(100)); err != nil {
		t.Fatal(err)
	}
	_, err := e.ReadBack(t.Context(), struct{ drivers.Chip }{c})
	want(t, err, drivers.ChipRefused, "6FF2")
}

// reaching is a chip behind a reader that says how much it carries.
type reaching struct {
	*wired
	reach   int
	longest int
	breaks  bool // on extended length fields
}

func (r *reaching) Reach() (int, bool) { return max(r.reach, 0), r.reach >= 0 }

func (r *reaching) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	r.longest = max(r.longest, len(command))
	if r.breaks && len(command) > 6 && command[4] == 0 {
		r.dead = &drivers.Fault{Code: drivers.ChipMute, Op: "transmit", Card: drivers.InMachine, Again: drivers.AgainNever}
		return nil, r.dead
	}
	return r.wired.Transmit(ctx, command)
}

// TestExtended: the longest commands that reader and card take, and no longer ones.
func TestExtended(t *testing.T) {
	run := func(t *testing.T, e *Encoder, r *reaching) int {
		t.Helper()
		r.longest = 0
		id, err := e.Identify(t.Context(), r)
		if err != nil || id.State != drivers.ChipBlank {
			t.Fatal(id.State, err)
		}
		if err := e.Write(t.Context(), r, specimen(4500)); err != nil {
			t.Fatal(err)
		}
		return r.longest
	}
	for _, row := range []struct {
		name  string
		o     card.Options
		reach int // -1: the reader does not tell
		want  int
	}{
		{"nobody says", card.Options{}, -1, 7 + 2048},
		{"nobody says, a card that knows only the short form", card.Options{ShortOnly: true}, -1, 5 + 255},
		{"the reader says no", card.Options{}, 0, 5 + 255},
		{"the reader has little room", card.Options{}, 512, 7 + 512},
		{"the reader has much, the card none", card.Options{ShortOnly: true}, 65536, 5 + 255},
		{"a card of T=0", card.Options{ATR: []byte{0x3B, 0x00}}, 65536, 5 + 255},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := encoder(t)
			e.p.Accept = append(e.p.Accept, ATR{Name: "T=0", value: []byte{0x3B, 0x00}, mask: []byte{0xFF, 0xFF}})
			for range 2 { // and the second card of the kind goes by what the first one taught
				if got := run(t, e, &reaching{wired: blank(row.o), reach: row.reach}); got != row.want {
					t.Errorf("commands of up to %d bytes, want %d", got, row.want)
				}
			}
		})
	}
	t.Run("a reader that breaks on it", func(t *testing.T) {
		e := encoder(t)
		w := blank(card.Options{})
		_, err := e.Identify(t.Context(), &reaching{wired: w, reach: -1, breaks: true})
		want(t, err, drivers.ReaderFailed, "extended")
		if f := drivers.AsFault(err); f.Again != drivers.AgainNow || w.State() != "blank" {
			t.Fatal(f, w.State())
		}
		if got := run(t, e, &reaching{wired: &wired{Chip: w.Chip}, reach: -1, breaks: true}); got != 5+255 {
			t.Error(got)
		}
	})
	t.Run("a card pulled just then teaches nothing", func(t *testing.T) {
		e := encoder(t)
		r := &reaching{wired: blank(card.Options{}), reach: -1}
		r.pullAt = 2
		if _, err := e.Identify(t.Context(), r); !errors.Is(err, drivers.ChipRemoved) {
			t.Fatal(err)
		}
		if got := run(t, e, &reaching{wired: blank(card.Options{}), reach: -1}); got != 7+2048 {
			t.Error(got)
		}
	})
}

func TestNamed(t *testing.T) {
	if _, err := Named("no-such-profile"); !errors.Is(err, ErrProfile) {
		t.Error(err)
	}
	for _, name := range []string{NameKTPel, NamePlain} {
		p, err := Named(name)
		if err != nil || !strings.Contains(p.WriteBasis, "not checked on hardware") {
			t.Errorf("%s: %q, %v", name, p.WriteBasis, err)
		}
	}
	p, err := Named(NamePlain)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := p.Match(card.PlainATR()); !ok {
		t.Error("the plain card is not accepted")
	}
	for _, atr := range card.ATRs() {
		if _, ok := p.Match(atr); ok {
			t.Errorf("%X is taken for a plain card", atr)
		}
	}
}
