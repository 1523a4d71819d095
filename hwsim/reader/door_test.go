//go:build cgo

package reader_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"cetak/hwsim/card"
	"cetak/hwsim/reader"
)

// The answers of PC/SC that these tests meet.
const (
	cancelled        = "80100002"
	unknownReader    = "80100009"
	sharingViolation = "8010000B"
	noSmartcard      = "8010000C"
	protoMismatch    = "8010000F"
	commError        = "80100013"
	notTransacted    = "80100016"
	noService        = "8010001D"
	unsupported      = "8010001F"
	// What libpcsclite makes of a connection that ends while it fetches the states of the readers: as if it had been refused.
	securityViolation = "8010006A"
	resetCard         = "80100068"
	removedCard       = "80100069"
)

// both runs a test through either door. name tells them apart where they differ for a reason.
func both(t *testing.T, test func(t *testing.T, name string, d reader.Door)) {
	t.Parallel() // each door has its own service, and each client its own process
	t.Run("own", func(t *testing.T) {
		t.Parallel()
		test(t, "own", openOwn(t))
	})
	t.Run("pcscd", func(t *testing.T) {
		t.Parallel()
		test(t, "pcscd", openPCSCD(t))
	})
}

func blank() *card.Chip {
	return card.New([]byte{0x04, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60}, card.Options{})
}

func TestConversation(t *testing.T) {
	both(t, func(t *testing.T, _ string, d reader.Door) {
		chip := blank()
		c := newClient(t, d)
		if got := c.do("list"); !strings.HasPrefix(got, "ok "+d.Name()) {
			t.Errorf("readers: %s", got)
		}
		c.must("wait empty", "ok")
		c.must("connect shared", noSmartcard)
		c.must("stranger", unknownReader)
		present := c.start("wait present")
		d.Insert(chip)
		if got := present(); got != "ok" {
			t.Fatalf("wait present: %s", got)
		}
		c.must("connect exclusive", "ok T=1")
		c.must("status", fmt.Sprintf("ok %s %X", d.Name(), card.ATRs()[0]))
		c.must("transmit 00A40000027F0A00", "ok 6F0E81021FCB82013883027F0A8A01039000")
		c.must("transmit 00A40000026FF2", "ok 9000")
		c.must("large 8139", "ok 9000")
		c.must("fetch", "ok 8141")
		c.must("large 65000", "ok 6A84")
		c.must("transmit FFCA000000", "ok 041020304050609000")
		c.must("attrib 00090303", fmt.Sprintf("ok %X", card.ATRs()[0]), unsupported) // vpcd has no attributes
		if got := c.do("control"); strings.HasPrefix(got, "error") {
			t.Errorf("control: %s", got)
		}
		if got := c.do("setattrib"); !strings.HasPrefix(got, "8010") {
			t.Errorf("setattrib: %s", got)
		}
		if got := c.do("attrib 0001FFFF"); !strings.HasPrefix(got, "8010") {
			t.Errorf("attrib: %s", got)
		}
		c.must("disconnect reset", "ok")
		c.must("connect shared/T0", "ok T=0")
		c.must("transmit 00B0000002", "ok 6986") // the reset took the selection away
		c.must("disconnect unpower", "ok")
		empty := c.start("wait empty")
		d.Remove()
		if got := empty(); got != "ok" {
			t.Fatalf("wait empty: %s", got)
		}
		c.must("connect direct", "ok T=4294967295", "ok T=0", "ok T=1")
		c.must("disconnect eject", "ok")
		c.must("release", "ok")
		if chip.State() != "partial" {
			t.Errorf("chip is %s", chip.State())
		}
	})
}

func TestSharing(t *testing.T) {
	both(t, func(t *testing.T, name string, d reader.Door) {
		d.Insert(blank())
		a, b := newClient(t, d), newClient(t, d)
		a.must("wait present", "ok")
		a.must("connect exclusive", "ok T=1")
		b.must("connect shared", sharingViolation)
		b.must("connect exclusive", sharingViolation)
		b.must("connect direct", sharingViolation)
		a.must("disconnect leave", "ok")
		a.must("connect shared", "ok T=1")
		b.must("connect exclusive", sharingViolation)
		b.must("connect shared/T0", protoMismatch) // T=1 was agreed for this power-up
		b.must("connect shared", "ok T=1")
		exclusive := a.start("reconnect exclusive leave") // the library asks until it may
		b.must("disconnect leave", "ok")
		if got := exclusive(); got != "ok" {
			t.Fatalf("reconnect: %s", got)
		}
		b.must("connect exclusive", sharingViolation)
		if name == "pcscd" {
			return // in pcscd 1.9.9 the next step leaves the reader locked for everyone else
		}
		a.must("reconnect shared leave", "ok")
		b.must("connect shared", "ok T=1")
	})
}

func TestTransaction(t *testing.T) {
	both(t, func(t *testing.T, _ string, d reader.Door) {
		d.Insert(blank())
		a, b := newClient(t, d), newClient(t, d)
		a.must("wait present", "ok")
		a.must("connect shared", "ok T=1")
		b.must("connect shared", "ok T=1")
		a.must("begin", "ok")
		begun, sent := b.start("begin"), b.start("transmit 00B0000002")
		a.must("transmit 00A4080C047F0A6FF0", "ok 9000")
		a.must("transmit 00B0000002", "ok 00339000")
		a.must("end leave", "ok")
		if got := begun(); got != "ok" {
			t.Errorf("begin: %s", got)
		}
		if got := sent(); got != "ok 00339000" {
			t.Errorf("transmit in the transaction: %s", got)
		}
		b.must("end reset", "ok")
		a.must("transmit 00B0000002", resetCard)
		a.must("reconnect shared leave", "ok")
		a.must("transmit 00B0000002", "ok 6986")
	})
}

func TestResetIsTold(t *testing.T) {
	both(t, func(t *testing.T, _ string, d reader.Door) {
		d.Insert(blank())
		a, b := newClient(t, d), newClient(t, d)
		a.must("wait present", "ok")
		a.must("connect shared", "ok T=1")
		b.must("connect shared", "ok T=1")
		b.must("disconnect reset", "ok")
		a.must("transmit 00A40000", resetCard)
		a.must("status", resetCard)
		a.must("reconnect shared reset", "ok")
		a.must("transmit 00A40000", "ok 9000")
	})
}

// A client that dies gives back what it held.
func TestClientDies(t *testing.T) {
	both(t, func(t *testing.T, _ string, d reader.Door) {
		d.Insert(blank())
		t.Run("first", func(t *testing.T) {
			a := newClient(t, d)
			a.must("wait present", "ok")
			a.must("connect exclusive", "ok T=1")
			a.must("begin", "ok")
		}) // it is killed here
		b := newClient(t, d)
		for b.do("connect exclusive") != "ok T=1" { // the service hears of it in its own time
		}
		b.must("transmit 00A40000", "ok 9000")
	})
}

func TestCancel(t *testing.T) {
	both(t, func(t *testing.T, _ string, d reader.Door) {
		c := newClient(t, d)
		waited := make(chan string)
		wait := c.start("wait present")
		go func() { waited <- wait() }()
		for { // a cancel before the wait has begun does nothing
			c.do("cancel")
			select {
			case got := <-waited:
				if got != cancelled {
					t.Errorf("wait: %s", got)
				}
				return
			default:
			}
		}
	})
}

func TestRemoved(t *testing.T) {
	both(t, func(t *testing.T, _ string, d reader.Door) {
		chip := blank()
		d.Insert(chip)
		a, watch := newClient(t, d), newClient(t, d)
		a.must("wait present", "ok")
		a.must("connect exclusive", "ok T=1")
		d.Remove()
		watch.must("wait empty", "ok")
		for _, line := range []string{"transmit 00A40000", "status", "begin"} {
			a.must(line, removedCard)
		}
		a.must("reconnect exclusive leave", noSmartcard)
		d.Insert(chip)
		watch.must("wait present", "ok")
		a.must("transmit 00A40000", removedCard)
		a.must("reconnect exclusive reset", "ok")
		a.must("transmit 00A40000", "ok 9000")
	})
}

// on is a card that does something before it answers a command.
type on struct {
	*card.Chip
	before func(apdu []byte)
	after  func(response []byte)
}

func (o on) Transmit(apdu []byte) []byte {
	if o.before != nil {
		o.before(apdu)
	}
	r := o.Chip.Transmit(apdu)
	if o.after != nil {
		o.after(r)
	}
	return r
}

// middle is what a client hears when the card is pulled while it answers: vpcd gives pcscd an empty response and no error.
func middle(name string) string {
	if name == "pcscd" {
		return "ok"
	}
	return notTransacted
}

func TestPulledInTheMiddle(t *testing.T) {
	both(t, func(t *testing.T, name string, d reader.Door) {
		c := newClient(t, d)
		d.Insert(on{Chip: blank(), before: func([]byte) { d.Remove() }})
		c.must("wait present", "ok")
		c.must("connect exclusive", "ok T=1")
		c.must("transmit 00A40000", middle(name))
		c.must("wait empty", "ok")
		c.must("transmit 00A40000", removedCard)
		c.must("disconnect leave", "ok")
		d.Insert(blank())
		c.must("wait present", "ok")
		c.must("connect exclusive", "ok T=1")
		c.must("transmit 00A40000", "ok 9000")
	})
}

func TestMute(t *testing.T) {
	both(t, func(t *testing.T, name string, d reader.Door) {
		chip := blank()
		asked := make(chan struct{}, 1)
		c, watch := newClient(t, d), newClient(t, d)
		d.Insert(on{Chip: chip, after: func([]byte) { asked <- struct{}{} }})
		chip.SetMute(true)
		c.must("wait present", "ok")
		c.must("connect exclusive", "ok T=1")
		answer := c.start("transmit 00A40000")
		<-asked
		watch.must("wait present", "ok") // others can still look
		d.Remove()
		if got := answer(); got != middle(name) {
			t.Errorf("transmit: %s", got)
		}
		watch.must("wait empty", "ok")
		c.must("disconnect leave", "ok")
		chip.SetMute(false)
		d.Insert(chip)
		c.must("wait present", "ok")
		c.must("connect exclusive", "ok T=1")
		c.must("transmit 00A40000", "ok 9000")
	})
}

func TestSwap(t *testing.T) {
	both(t, func(t *testing.T, name string, d reader.Door) {
		c := newClient(t, d)
		d.Insert(blank())
		c.must("wait present", "ok")
		c.must("connect exclusive", "ok T=1")
		d.Insert(card.New([]byte{8, 7, 6, 5}, card.Options{ATR: card.ATRs()[1]}))
		// The own door tells at once. pcscd looks every 400 ms: a faster swap costs one failed command, and then the old
		// connection talks to the new card.
		got := c.do("transmit FFCA000000")
		if got != removedCard && (name != "pcscd" || got != notTransacted && got != "ok") {
			t.Fatalf("transmit after the swap: %s", got)
		}
		c.must("disconnect leave", "ok")
		const want = "ok 080706059000"
		for got = ""; got != want; { // pcscd may be between the two cards
			if got = c.do("connect exclusive"); got == "ok T=1" {
				if got = c.do("transmit FFCA000000"); got != want {
					c.must("disconnect leave", "ok")
				}
			}
			if !strings.HasPrefix(got, "ok") && got != noSmartcard && got != notTransacted && got != removedCard {
				t.Fatalf("after the swap: %s", got)
			}
		}
		status := fmt.Sprintf("ok %s %X", d.Name(), card.ATRs()[1])
		if name == "pcscd" { // which did not power the new card up, and so keeps the old one's ATR
			c.must("status", status, fmt.Sprintf("ok %s %X", d.Name(), card.ATRs()[0]))
			return
		}
		c.must("status", status)
	})
}

func TestServiceDies(t *testing.T) {
	both(t, func(t *testing.T, _ string, d reader.Door) {
		chip := blank()
		asked := make(chan struct{}, 1)
		chip.SetMute(true)
		d.Insert(on{Chip: chip, after: func([]byte) { asked <- struct{}{} }})
		a, b := newClient(t, d), newClient(t, d)
		a.must("wait present", "ok")
		a.must("connect exclusive", "ok T=1")
		answer, change := a.start("transmit 00A40000"), b.start("wait empty")
		<-asked
		stop(t, d)
		stop(t, d)
		if got := answer(); got != commError && got != noService {
			t.Errorf("transmit: %s", got)
		}
		if got := change(); got != commError && got != noService && got != securityViolation {
			t.Errorf("wait: %s", got)
		}
		b.must("establish", noService)
		chip.SetMute(false)
		start(t, d)
		start(t, d)
		a.must("transmit 00A40000", noService)
		b.must("establish", "ok")
		b.must("wait present", "ok")
		b.must("connect exclusive", "ok T=1")
		b.must("transmit 00A40000", "ok 9000")
		d.Remove()
		b.must("wait empty", "ok")
	})
}

func TestDeadChip(t *testing.T) {
	d := openOwn(t)
	chip := blank()
	chip.SetATR(nil)
	d.Insert(chip)
	c := newClient(t, d)
	c.must("connect exclusive", "80100066")
	chip.SetATR(card.DrivingLicenceATR())
	c.must("connect exclusive", "ok T=1")
}

// Cards come and go at any moment under clients that never stop asking; nobody hangs, and afterwards all works.
func TestStorm(t *testing.T) {
	both(t, func(t *testing.T, _ string, d reader.Door) {
		var over atomic.Bool
		done := make(chan struct{})
		chips := []*card.Chip{blank(), card.New([]byte{9}, card.Options{Mute: true}), card.New([]byte{7}, card.Options{})}
		clients := []*client{newClient(t, d), newClient(t, d), newClient(t, d)}
		go func() {
			defer close(done)
			for i := 0; !over.Load(); i++ {
				d.Insert(chips[i%len(chips)])
				if i%2 == 0 {
					d.Remove()
				}
			}
		}()
		for range 40 {
			for _, c := range clients {
				if strings.HasPrefix(c.do("connect shared"), "ok") {
					c.do("begin")
					c.do("transmit 00A40000027F0A00")
					c.do("disconnect reset")
				}
			}
		}
		over.Store(true)
		<-done
		d.Remove()
		clients[0].must("wait empty", "ok")
		d.Insert(blank())
		clients[0].must("wait present", "ok")
		clients[0].must("connect exclusive", "ok T=1")
		clients[0].must("transmit 00A40000", "ok 9000")
	})
}
