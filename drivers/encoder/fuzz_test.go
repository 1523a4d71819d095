package encoder

import (
	"context"
	"encoding/hex"
	"testing"
)

// scripted is a card that gives one prepared answer after another, and then none.
type scripted struct {
	atr  []byte
	rest []byte
	n    int
}

func (c *scripted) ATR() []byte  { return c.atr }
func (c *scripted) Close() error { return nil }
func (c *scripted) Transmit(context.Context, []byte) ([]byte, error) {
	if c.n++; c.n > 5000 {
		panic("endless")
	}
	if len(c.rest) == 0 {
		return []byte{0x6F, 0x00}, nil
	}
	n := min(int(c.rest[0])+2, len(c.rest))
	answer := c.rest[1:max(n, 1)]
	c.rest = c.rest[n:]
	if len(answer) < 2 {
		answer = []byte{0x90, 0x00}
	}
	return answer, nil
}

// FuzzAnswers lets a card say anything: the questions end, and nothing is returned with an error.
func FuzzAnswers(f *testing.F) {
	p, err := KTPel()
	if err != nil {
		f.Fatal(err)
	}
	other, err := Named(NamePlain)
	if err != nil {
		f.Fatal(err)
	}
	atr := []byte{0x3B, 0x88, 0x80, 0x01}
	f.Add(atr, []byte{2, 0x90, 0, 2, 0x61, 0xFF})
	f.Add(atr, []byte("\x096F 84 A0\x90\x00\x02\x6C\x10\x04\x00\x10\x90\x00"))
	f.Add([]byte(nil), []byte{1, 0x90})
	f.Fuzz(func(t *testing.T, any, answers []byte) {
		for _, e := range []*Encoder{New(p), New(other)} {
			ask(t, e, any, answers)
			ask(t, e, first(e.p), answers)
		}
	})
}

// ask puts every question to a card.
func ask(t *testing.T, e *Encoder, atr, answers []byte) {
	chip := func() *scripted { return &scripted{atr: atr, rest: answers} }
	_, _ = e.Identify(t.Context(), chip())
	files, err := e.ReadBack(t.Context(), chip())
	if err != nil && files != nil {
		t.Error("files beside an error")
	}
	for id, content := range files {
		if _, err := hex.DecodeString(id); err != nil || len(content) > 1<<16 {
			t.Errorf("file %q of %d bytes", id, len(content))
		}
	}
	_ = e.Write(t.Context(), chip(), specimen(300))
	_ = e.Seal(t.Context(), chip())
	if done, err := e.Terminate(t.Context(), chip()); done && err != nil {
		t.Error("terminated beside an error")
	}
}

// first is an answer to reset that the profile accepts.
func first(p Profile) []byte { return p.Accept[0].value }
