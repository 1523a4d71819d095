package dispenser

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"cetak/hwsim/world"
)

// wire is a cable with a test at its other end.
type wire struct {
	in   chan []byte
	out  chan []byte
	rest []byte
}

func (w *wire) Read(b []byte) (int, error) {
	if len(w.rest) == 0 {
		var ok bool
		if w.rest, ok = <-w.in; !ok {
			return 0, io.EOF
		}
	}
	n := copy(b, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

func (w *wire) Write(b []byte) (int, error) {
	w.out <- bytes.Clone(b)
	return len(b), nil
}

func (w *wire) Detect(...int) {}

// bench is a machine under power and its world.
type bench struct {
	t *testing.T
	w *wire
	d *Dispenser
	*world.World
}

func power(t *testing.T, o world.Options, doubts Doubts) *bench {
	t.Helper()
	o.Dispenser, o.Speed = world.Alone, 100
	b := &bench{t: t, w: &wire{in: make(chan []byte), out: make(chan []byte, 64)}, World: world.New(o)}
	b.d = New(Options{World: b.World, Line: b.w, Doubts: doubts, Seed: 7})
	ended := make(chan struct{})
	go func() { defer close(ended); b.d.Run(context.Background()) }()
	t.Cleanup(func() { close(b.w.in); <-ended })
	return b
}

func (b *bench) send(p ...byte) { b.w.in <- p }

// expect waits for exactly these bytes in one piece.
func (b *bench) expect(what string, want ...byte) {
	b.t.Helper()
	select {
	case got := <-b.w.out:
		if !bytes.Equal(got, want) {
			b.t.Errorf("%s: % X, want % X", what, got, want)
		}
	case <-time.After(5 * time.Second):
		b.t.Fatalf("%s: silence", what)
	}
}

func (b *bench) silence(what string) {
	b.t.Helper()
	select {
	case got := <-b.w.out:
		b.t.Errorf("%s: % X", what, got)
	case <-time.After(50 * time.Millisecond):
	}
}

// tell sends a command by its text and expects ACK and the response's text, which it acknowledges.
func (b *bench) tell(text, want string) {
	b.t.Helper()
	b.send(packet(0, []byte(text))...)
	b.expect(text, ack)
	b.expect(text, packet(0, []byte(want))...)
	b.send(ack)
}

// Bytes packed by hand after 1.2.1, 3.1.1, and 3.1.3.
func TestBytes(t *testing.T) {
	b := power(t, world.Options{Blanks: 20}, Doubts{})
	b.send(0xF2, 0x00, 0x00, 0x03, 0x43, 0x31, 0x30, 0x03, 0xB0) // a status before INITIALIZE
	b.expect("ACK", 0x06)
	b.expect("not reset", 0xF2, 0x00, 0x00, 0x05, 0x45, 0x31, 0x30, 'B', '0', 0x03, 0xF2^0x05^0x45^0x31^0x30^'B'^'0'^0x03)
	b.send(0x06)
	b.tell("C\x30\x37", "P\x30\x37020CRT-591-M001")
	b.tell("C\x32\x31", "P\x32\x31220")
	b.tell("C\x32\x39", "P\x32\x39020")
	if tr, err := b.Truth(); err != nil || len(tr.Trays.Good) != 1 || tr.Feeder != 19 || tr.Counters.Dispensed != 1 {
		t.Errorf("%+v, %v", tr, err)
	}
}

func TestErrors(t *testing.T) {
	b := power(t, world.Options{Blanks: 1, RejectCapacity: 1}, Doubts{})
	b.tell("C\x30\x37", "P\x30\x37010CRT-591-M001")
	for _, c := range [][2]string{
		{"C\x77\x30", "E\x77\x3000"}, {"C\x31\x35", "E\x31\x3501"}, {"C\x32\x39", "E\x32\x3902"}, {"C\x51\x30", "E\x51\x3003"},
		{"C\x32\x31x", "E\x32\x3104"}, {"C\xA5\x31abc", "E\xA5\x3104"}, {"C\x30\x32", "E\x30\x3201"},
		{"C\x32\x31", "P\x32\x31200"},
		{"C\xA5\x31998", "P\xA5\x31200"},
		{"C\x32\x33", "P\x32\x33001"},
		{"C\xA5\x30", "P\xA5\x30001999"},
		{"C\x32\x31", "E\x32\x31A0"},
	} {
		b.tell(c[0], c[1])
	}
	b.AddBlanks(2)
	b.tell("C\x32\x31", "P\x32\x31211")
	b.tell("C\x32\x33", "E\x32\x3350") // the counter would run over
	b.tell("C\xA5\x31000", "P\xA5\x31211")
	b.tell("C\x32\x33", "E\x32\x33A1")
	b.TakeAtGate()
	b.tell("C\x32\x39", "E\x32\x3945")
	b.JamAtFeed()
	b.tell("C\x32\x31", "E\x32\x3110")
	b.tell("C\x32\x31", "E\x32\x3110")
}

func TestHeadNAndCounter(t *testing.T) {
	b := power(t, world.Options{Blanks: 12}, Doubts{HeadN: true, CounterAlways: true})
	b.tell("C\x30\x33", "P\x30\x33020CRT-591-M001")
	b.tell("C\x77\x30", "N\x77\x3000")
	b.tell("C\x32\x31", "P\x32\x31220")
	b.tell("C\x32\x33", "P\x32\x33020")
	b.tell("C\xA5\x30", "P\xA5\x30020001")
	armed := power(t, world.Options{Blanks: 12}, Doubts{})
	armed.tell("C\x30\x33", "P\x30\x33020CRT-591-M001")
	armed.tell("C\x32\x31", "P\x32\x31220")
	armed.tell("C\x32\x33", "P\x32\x33020")
	armed.tell("C\xA5\x30", "P\xA5\x30020000")
}

// The irregular cases of 1.4.2.
func TestIrregular(t *testing.T) {
	b := power(t, world.Options{Blanks: 20}, Doubts{})
	b.tell("C\x30\x37", "P\x30\x37020CRT-591-M001")
	bad := packet(0, []byte("C\x31\x30"))
	bad[len(bad)-1] ^= 1
	b.send(bad...)
	b.expect("case 2: a bad BCC", nak)
	b.send(packet(5, []byte("C\x31\x30"))...)
	b.silence("another address")
	b.send(packet(0, []byte("C\x31\x30"))[:5]...)
	b.expect("half a packet", nak)

	status := packet(0, []byte("P\x31\x30020"))
	b.send(packet(0, []byte("C\x31\x30"))...)
	b.expect("ACK", ack)
	b.expect("response", status...)
	b.send(nak)
	b.expect("case 3: said again", status...)
	b.expect("no ACK: said again by itself", status...)
	b.send(ack)
	b.silence("acknowledged")

	b.send(packet(0, []byte("C\x32\x31"))...)
	b.expect("ACK", ack)
	b.send(eot)
	b.expect("case 5: discontinued", eot)
	b.silence("and never answered")
	if b.Front() != world.Path {
		t.Errorf("the card is at %q", b.Front())
	}
	b.send(eot)
	b.expect("the line is cleared also at rest", eot)
}

// What comes while the machine moves is ignored, or done after it: a doubt.
func TestRepeat(t *testing.T) {
	for _, done := range []bool{false, true} {
		b := power(t, world.Options{Blanks: 20}, Doubts{RepeatDone: done})
		b.tell("C\x30\x37", "P\x30\x37020CRT-591-M001")
		b.send(packet(0, []byte("C\x32\x31"))...)
		b.expect("ACK", ack)
		b.send(packet(0, []byte("C\x32\x31"))...)
		if done {
			b.expect("ACK of the second", ack)
		}
		b.expect("response", packet(0, []byte("P\x32\x31220"))...)
		b.send(ack)
		if done {
			b.expect("response of the second", packet(0, []byte("P\x32\x31220"))...)
			b.send(ack)
		}
		if n := b.Counters().Dispensed; n != 1 {
			t.Errorf("%d cards", n)
		}
	}
}

func TestPowerCycle(t *testing.T) {
	b := power(t, world.Options{Blanks: 20}, Doubts{GateHolds: true})
	b.tell("C\x30\x37", "P\x30\x37020CRT-591-M001")
	b.tell("C\x32\x31", "P\x32\x31220")
	b.tell("C\x32\x39", "P\x32\x39120")
	b.d.PowerCycle()
	for end := time.Now().Add(time.Minute); b.d.Power() != "on" && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	b.tell("C\x31\x30", "E\x31\x30B0")
	b.tell("C\x30\x35", "P\x30\x35020CRT-591-M001")
	if tr, err := b.Truth(); err != nil || len(tr.Trays.Bin) != 1 || b.d.Counter() != 1 {
		t.Errorf("%+v, %v", tr.Trays, err)
	}
}

func TestDoubts(t *testing.T) {
	var d Doubts
	for _, o := range [][2]string{{"head", "N"}, {"gate", "holds"}, {"counter", "always"}, {"repeat", "done"}, {"rf", "refuses"}} {
		if err := d.Set(o[0], o[1]); err != nil {
			t.Error(err)
		}
	}
	if d != (Doubts{HeadN: true, GateHolds: true, CounterAlways: true, RepeatDone: true, RFRefuses: true}) {
		t.Errorf("%+v", d)
	}
	if d.Set("gate", "sticks") == nil || d.Set("colour", "red") == nil {
		t.Error("a doubt that is none was taken")
	}
}
