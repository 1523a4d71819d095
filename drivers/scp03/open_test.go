package scp03

import (
	"context"
	"errors"
	"testing"

	"cetak/drivers"
	"cetak/hwsim/card"
)

// refusal is a card, or a way to it, that no channel can be opened on.
type refusal struct {
	name  string
	set   func(*card.KeySet) // what the card is made with
	way   func(*inHand)
	o     Options
	keys  func(staticKeys) Keys
	want  drivers.Code
	shown int // how often a host cryptogram was shown to the card
	left  int // tries
}

// pulled is what a chip says that was pulled.
func pulled() error {
	return &drivers.Fault{Code: drivers.ChipRemoved, Op: "transmit", Card: drivers.InMachine, Again: drivers.AgainNow}
}

// says answers one instruction in the card's place.
func says(ins byte, reply ...byte) func(*inHand) {
	return func(h *inHand) {
		h.after = func(command, own []byte) []byte {
			if command[1] == ins {
				return reply
			}
			return own
		}
	}
}

// changed turns a byte of the answer to INITIALIZE UPDATE into another.
func changed(at int, to byte) func(*inHand) {
	return func(h *inHand) { h.after = func(_, reply []byte) []byte { reply[at] = to; return reply } }
}

// atCryptogram does something as the host's cryptogram is on its way.
func atCryptogram(do func(command []byte) error) func(*inHand) {
	return func(h *inHand) {
		h.before = func(command []byte) error {
			if command[1] == insExternalAuthenticate {
				return do(command)
			}
			return nil
		}
	}
}

func refusals() []refusal {
	return []refusal{
		{name: "foreign keys", set: func(s *card.KeySet) { s.ENC, s.MAC = content(16), content(16) }, want: drivers.ChannelWrongCard, left: 10},
		{name: "the keys of another card", o: Options{Card: []byte{1, 2, 3, 4}}, want: drivers.ChannelWrongCard, left: 10},
		{name: "another version", set: func(s *card.KeySet) { s.Version = 0x31 }, want: drivers.ChannelKeySet, left: 10},
		{name: "another version, told late", way: changed(10, 0x31), want: drivers.ChannelKeySet, left: 10},
		{name: "blocked", way: func(h *inHand) { h.BlockKeys() }, want: drivers.ChannelBlocked},
		{name: "blocked at the last step", way: says(insExternalAuthenticate, 0x69, 0x83), want: drivers.ChannelBlocked, shown: 1, left: 10},
		{name: "no keys on the card", way: func(h *inHand) { h.SetKeys(nil) }, want: drivers.ChannelUnknown},
		{name: "S16", set: func(s *card.KeySet) { s.S16 = true }, want: drivers.ChannelUnknown, left: 10},
		{name: "S16, told late", way: changed(12, 0x71), want: drivers.ChannelUnknown, left: 10},
		{name: "another protocol", way: changed(11, 2), want: drivers.ChannelUnknown, left: 10},
		{name: "no R-ENC", set: func(s *card.KeySet) { s.Answers = 0x20 }, want: drivers.ChannelUnknown, left: 10},
		{name: "no R-MAC", set: func(s *card.KeySet) { s.PlainAnswers = true }, o: Options{Card: uid, Level: RMAC}, want: drivers.ChannelUnknown, left: 10},
		{name: "a short answer", way: says(insInitializeUpdate, 1, 2, 3, 0x90, 0), want: drivers.ChannelUnknown, left: 10},
		{name: "no answer to speak of", way: says(insInitializeUpdate, 0x90), want: drivers.ReaderFailed, left: 10},
		{name: "a cryptogram changed on its way", way: atCryptogram(func(c []byte) error { c[5] ^= 1; return nil }), want: drivers.ChannelWrongHost, shown: 1, left: 9},
		{name: "pulled before the cryptogram", way: atCryptogram(func([]byte) error { return pulled() }), want: drivers.ChipRemoved, shown: 1, left: 10},
		{name: "a token that is gone", keys: func(k staticKeys) Keys { return goneKeys{k} }, want: drivers.KeysUnavailable, left: 10},
		{name: "no such level", o: Options{Level: 0x02, Card: uid}, want: drivers.Unexpected, left: 10},
		{name: "no such mode", o: Options{Mode: 12, Card: uid}, want: drivers.Unexpected, left: 10},
		{name: "no such length", keys: func(staticKeys) Keys { return staticKeys{version: 0x30, keys: map[Role][]byte{ENC: content(8)}} }, want: drivers.Unexpected, left: 10},
	}
}

// TestNotOpened: what can be wrong with a card, what is said of it, and what it cost.
func TestNotOpened(t *testing.T) {
	keys, m := office(16)
	for _, tt := range refusals() {
		t.Run(tt.name, func(t *testing.T) {
			set := m.Of(uid)
			if tt.set != nil {
				tt.set(&set)
			}
			h := &inHand{Chip: card.New(uid, card.Options{Keys: &set})}
			if tt.way != nil {
				tt.way(h)
			}
			if tt.o.Card == nil {
				tt.o.Card = uid
			}
			k := Keys(keys)
			if tt.keys != nil {
				k = tt.keys(keys)
			}
			c, err := Open(t.Context(), h, k, tt.o)
			if c != nil || !errors.Is(err, tt.want) {
				t.Fatalf("%v, %v; want %s", c, err, tt.want)
			}
			f := drivers.AsFault(err)
			if own := f.Code[:3] == "C-2" || f.Code == drivers.Unexpected; own && (f.Op == "" || f.Card != drivers.InMachine || f.Again != drivers.AgainNever) {
				t.Errorf("%+v", f)
			}
			if n := h.count(insExternalAuthenticate); n != tt.shown {
				t.Errorf("%d cryptograms were shown", n)
			}
			if left, _ := h.Tries(); left != tt.left {
				t.Errorf("%d tries left, want %d", left, tt.left)
			}
			if h.closed != 0 {
				t.Error("the chip, which is the caller's, was closed")
			}
		})
	}
}

// goneKeys is a token that was pulled.
type goneKeys struct{ staticKeys }

func (goneKeys) CMAC(context.Context, []byte, Role, []byte) ([16]byte, error) {
	return [16]byte{}, &drivers.Fault{Code: drivers.KeysUnavailable, Op: "CMAC"}
}
