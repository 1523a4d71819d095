package card

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// published is where the published sessions lie; the file says whose they are. This reading of it shares no code with the driver's.
const published = "../../drivers/scp03/testdata/sessions.txt"

// TestPublished plays the card's part of every published session: its challenge and cryptogram, whether it takes the host's cryptogram
// and commands, what it understands, and what it answers, byte for byte.
func TestPublished(t *testing.T) {
	text, err := os.ReadFile(published)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, part := range strings.Split(string(text), "\nsession ")[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		t.Run(name, func(t *testing.T) { playPublished(t, strings.Split(rest, "\n")) })
		n++
	}
	if n != 14 {
		t.Errorf("%d sessions", n)
	}
}

func playPublished(t *testing.T, lines []string) {
	var p player
	for _, line := range lines {
		word := strings.Fields(strings.ReplaceAll(line, ">", ""))
		switch {
		case len(word) == 0:
		case word[0] == "aid":
			p.set.Application = bin(t, word[1])
		case word[0] == "keys":
			p.set.ENC, p.set.MAC = bin(t, word[1]), bin(t, word[2])
		case word[0] == "plain":
			p.wants, p.says = word[1], word[2]
		default:
			p.wire(t, word[1], word[2])
		}
	}
	if p.commands == 0 {
		t.Error("nothing was played")
	}
}

func bin(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// player is a card in a published session.
type player struct {
	set         KeySet
	chip        *Chip
	wants, says string // plain command and answer of the next line on the wire
	commands    int
}

func (p *player) wire(t *testing.T, sent, got string) {
	t.Helper()
	cmd, ok := parse(bin(t, sent))
	if !ok {
		t.Fatalf("%s is no command", sent)
	}
	switch {
	case cmd.ins == insInitialize:
		p.greet(t, cmd, bin(t, got))
	case cmd.ins == insAuthenticate:
		if _, sw, _ := p.chip.protected(cmd); sw != swOK {
			t.Fatalf("the chip answers %04X to the host's cryptogram", sw)
		}
	default:
		p.command(t, cmd, got)
	}
}

// greet puts the chip where the recorded one was after INITIALIZE UPDATE.
func (p *player) greet(t *testing.T, cmd command, answer []byte) {
	t.Helper()
	size := len(cmd.data)
	p.set.Version, p.set.S16 = cmd.p1, size == 16
	p.chip = New([]byte{1, 2, 3, 4}, Options{Keys: &p.set})
	s := p.chip.secure
	challenge, cryptogram, counter := answer[13:13+size], answer[13+size:13+2*size], answer[13+2*size:len(answer)-2]
	if p.set.Application != nil && !bytes.Equal(s.pseudoRandom(counter), challenge) {
		t.Error("another card challenge")
	}
	s.greeted = s.greet(cmd.data, challenge)
	if !bytes.Equal(s.greeted.card, cryptogram) {
		t.Error("another card cryptogram")
	}
}

func (p *player) command(t *testing.T, cmd command, answer string) {
	t.Helper()
	p.commands++
	g := p.chip.secure.open
	body, ok := g.plain(cmd, p.chip.secure.size)
	want, _ := parse(bin(t, p.wants))
	if !ok || !bytes.Equal(body, want.data) || cmd.ins != want.ins {
		t.Fatalf("%s was taken for %X, %t", p.wants, body, ok)
	}
	if answer == "-" {
		return
	}
	says := bin(t, p.says)
	got := append(g.answer(says[:len(says)-2], swOK, p.chip.secure.size), 0x90, 0x00)
	if recorded := bin(t, answer); !bytes.Equal(got, recorded) && len(recorded) != len(got)+16 { // one card pads by a block too much
		t.Errorf("%s was answered\n%X, not\n%X", p.wants, got, recorded)
	}
}
