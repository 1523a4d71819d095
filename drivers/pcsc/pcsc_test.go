package pcsc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebfe/scard"
	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/apdu"
	"cetak/drivers/encoder"
	"cetak/hwsim/card"
)

// specimen is chip data of nobody.
func specimen() drivers.Files {
	file := func(n int) []byte {
		b := binary.BigEndian.AppendUint16(nil, uint16(n))
		for i := range n {
			b = append(b, byte(i*7+n))
		}
		return b
	}
	return drivers.Files{"6FF1": file(300), "6FF2": file(4500), "6FF3": file(924), "6FF4": file(500), "6FF5": file(512), "6FF6": file(80)}
}

func ktpel(t *testing.T) *encoder.Encoder {
	t.Helper()
	p, err := encoder.KTPel()
	if err != nil {
		t.Fatal(err)
	}
	return encoder.New(p)
}

// TestPersonalise writes, reads back, compares, and seals cards. On real hardware it spends as many blanks as the
// command line allows, one after another as a hand lays them down.
func TestPersonalise(t *testing.T) {
	e, files, cards := ktpel(t), specimen(), 2
	if bench == nil {
		cards = *spendBlanks
	}
	r := open(t)
	var last []byte
	for n := range cards {
		if bench != nil {
			lay(t, card.Options{})
		} else {
			t.Logf("lay blank %d of %d on the reader", n+1, cards)
		}
		last = personalise(t, r, e, files, last)
	}
}

// personalise takes the next card, which is not the last one, and returns its UID.
func personalise(t *testing.T, r drivers.ChipReader, e *encoder.Encoder, files drivers.Files, last []byte) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		c, err := r.Wait(ctx)
		if errors.Is(err, drivers.NoChip) && ctx.Err() == nil {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		id, err := e.Identify(ctx, c)
		if err != nil || last != nil && bytes.Equal(id.UID, last) { // the last card, still or half away
			c.Close()
			time.Sleep(patience)
			continue
		}
		defer c.Close()
		if id.State != drivers.ChipBlank {
			t.Fatalf("card %X is %s, only a blank is written", id.UID, id.State)
		}
		if err := e.Write(ctx, c, files); err != nil {
			t.Fatal(err)
		}
		got, err := e.ReadBack(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Compare(files, got); err != nil {
			t.Fatal(err)
		}
		if err := e.Seal(ctx, c); err != nil {
			t.Fatal(err)
		}
		id, err = e.Identify(ctx, c)
		if err != nil || id.State != drivers.ChipSealed || !bytes.Equal(id.Portrait, files["6FF2"][2:]) {
			t.Fatalf("%s, %v", id.State, err)
		}
		return id.UID
	}
}

const patience = 50 * time.Millisecond

// pulled is a chip that is taken off the reader when a command of a kind comes to it for the n-th time.
type pulled struct {
	*card.Chip
	ins  byte
	left int
}

func (p *pulled) Transmit(command []byte) []byte {
	if len(command) > 1 && command[1] == p.ins {
		if p.left--; p.left == 0 {
			bench.Remove()
			return nil
		}
	}
	return p.Chip.Transmit(command)
}

func TestPulledWhileWriting(t *testing.T) {
	e, files := ktpel(t), specimen()
	for _, at := range []int{1, 5} {
		t.Run(fmt.Sprintf("update %d", at), func(t *testing.T) {
			chip := card.New(freshUID(), card.Options{})
			bench.Insert(&pulled{Chip: chip, ins: 0xD6, left: at})
			t.Cleanup(func() { takeAway(t) })
			r := open(t)
			c := waitChip(t, r)
			f := wantCode(t, e.Write(limited(t), c, files), drivers.ChipRemoved)
			if f.Card != drivers.InMachine || f.Op != "chip write" || !strings.HasPrefix(f.Detail, "6FF") {
				t.Errorf("%+v", f)
			}
			wantCode(t, e.Write(limited(t), c, files), drivers.ChipRemoved) // the handle is dead
			c.Close()

			bench.Insert(chip) // the same card again, partly written
			c = waitChip(t, r)
			id, err := e.Identify(limited(t), c)
			if err != nil || string(id.State) != chip.State() || at > 1 && id.State != drivers.ChipPartial {
				t.Fatalf("%s, the card is %s, %v", id.State, chip.State(), err)
			}
			if err := e.Write(limited(t), c, files); err != nil {
				t.Fatal(err)
			}
			if got, err := e.ReadBack(limited(t), c); err != nil || e.Compare(files, got) != nil {
				t.Fatalf("%v", err)
			}
		})
	}
}

func TestWrongATR(t *testing.T) {
	e := ktpel(t)
	lay(t, card.Options{ATR: card.DrivingLicenceATR()})
	c := waitChip(t, open(t))
	id, err := e.Identify(limited(t), c)
	if err != nil || id.State != drivers.ChipForeign || !bytes.Equal(id.ATR, card.DrivingLicenceATR()) {
		t.Fatalf("%+v, %v", id, err)
	}
	f := wantCode(t, e.Write(limited(t), c, specimen()), drivers.WrongATR)
	if !strings.Contains(f.Detail, "driving licence") {
		t.Error(f)
	}
}

// TestMuteWhileReading is a chip that falls silent between two commands.
func TestMuteWhileReading(t *testing.T) {
	e := ktpel(t)
	chip := lay(t, card.Options{})
	c := waitChip(t, open(t))
	if _, err := e.Identify(limited(t), c); err != nil {
		t.Fatal(err)
	}
	chip.SetMute(true)
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	_, err := e.ReadBack(ctx, c)
	f := wantCode(t, err, drivers.ChipMute)
	if f.Op != "chip read" || f.Card != drivers.InMachine {
		t.Errorf("%+v", f)
	}
}

// TestNewATR is a swap within one poll: the card that answers is the one whose ATR was read.
func TestNewATR(t *testing.T) {
	r := open(t)
	for _, atr := range card.ATRs() {
		chip := lay(t, card.Options{ATR: atr})
		c := waitChip(t, r)
		reply, err := c.Transmit(limited(t), []byte{0xFF, 0xCA, 0, 0, 0})
		if err != nil || !bytes.Equal(c.ATR(), atr) || !bytes.HasPrefix(reply, chip.UID()) {
			t.Fatalf("%X %X %v, want %X %X", c.ATR(), reply, err, atr, chip.UID())
		}
		c.Close()
	}
}

func TestNames(t *testing.T) {
	names, err := Readers(limited(t), options().Socket)
	if err != nil || !slices.Contains(names, bench.Name()) {
		t.Fatal(names, err)
	}
	_, err = Open(limited(t), Options{Reader: "Nobody's Reader", Socket: options().Socket}, zerolog.Nop())
	f := wantCode(t, err, drivers.NoReader)
	if !strings.Contains(f.Detail, bench.Name()) || f.Card != drivers.NoCard || f.Again != drivers.AgainAfterOperator {
		t.Errorf("%+v", f)
	}
	short := strings.TrimRight(bench.Name(), "0123456789") // pcscd numbers readers in the order they were plugged in
	if names = fitting(names, short); len(names) != 1 {
		return // two slots: then the short name says too little, which choose's table shows
	}
	r, err := Open(limited(t), Options{Reader: short, Socket: options().Socket}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}

func fitting(names []string, prefix string) (fits []string) {
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			fits = append(fits, name)
		}
	}
	return fits
}

func TestChoose(t *testing.T) {
	two := []string{"ACS ACR39U 00 00", "Evolis Elypso 01 00"}
	for _, row := range []struct {
		want  string
		names []string
		name  string
	}{
		{"ACS ACR39U 00 00", two, "ACS ACR39U 00 00"},
		{"ACS ACR39U", two, "ACS ACR39U 00 00"},
		{"Evolis", two, "Evolis Elypso 01 00"},
		{"", two, ""},
		{"", two[:1], "ACS ACR39U 00 00"},
		{"", nil, ""},
		{"ACR39U", two, ""},
		{"A", []string{"A", "A 00"}, "A"},
	} {
		if name, ok := choose(row.want, row.names); name != row.name || ok != (row.name != "") {
			t.Errorf("%q in %q: %q, %v", row.want, row.names, name, ok)
		}
	}
	if s := described("X", nil); s != `wanted "X", no reader is there` {
		t.Error(s)
	}
}

func TestNoService(t *testing.T) {
	if err := bench.Stop(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := bench.Start(); err != nil {
			t.Fatal(err)
		}
	}()
	_, err := Open(limited(t), options(), zerolog.Nop())
	f := wantCode(t, err, drivers.NoReaderService)
	if f.Card != drivers.NoCard || !strings.Contains(f.Detail, "SCARD 0x8010001D") {
		t.Errorf("%+v", f)
	}
	_, err = Readers(limited(t), options().Socket)
	wantCode(t, err, drivers.NoReaderService)
}

// TestNoChip is a card whose chip gives no answer to reset, and one that starts to.
func TestNoChip(t *testing.T) {
	chip := card.New(freshUID(), card.Options{ATR: []byte{}})
	bench.Insert(chip)
	t.Cleanup(func() { takeAway(t) })
	r := open(t)
	_, err := r.Wait(limited(t))
	f := wantCode(t, err, drivers.NoChip)
	if f.Again != drivers.AgainNow || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%+v", f)
	}
	lay(t, card.Options{})
	waitChip(t, r)
}

// TestBusy: another program has the card.
func TestBusy(t *testing.T) {
	lay(t, card.Options{})
	other, err := scard.EstablishContext()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Release()
	var theirs *scard.Card
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(patience) {
		if theirs, err = other.Connect(bench.Name(), scard.ShareShared, scard.ProtocolAny); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	r := open(t)
	_, err = r.Wait(limited(t))
	f := wantCode(t, err, drivers.ReaderBusy)
	if f.Again != drivers.AgainAfterOperator {
		t.Errorf("%+v", f)
	}
	if err := theirs.Disconnect(scard.LeaveCard); err != nil {
		t.Fatal(err)
	}
	waitChip(t, r)
}

// TestOthersGoOn: while a command hangs in one context, other contexts work, because nobody touches the hung one.
func TestOthersGoOn(t *testing.T) {
	lay(t, card.Options{Mute: true})
	r := open(t)
	c := waitChip(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := c.Transmit(ctx, []byte{0xFF, 0xCA, 0, 0, 0})
	wantCode(t, err, drivers.ChipMute)
	c.Close()
	for range 3 {
		if names, err := Readers(limited(t), options().Socket); err != nil || !slices.Contains(names, bench.Name()) {
			t.Fatal(names, err)
		}
	}
}

// TestExtended: the longest commands and responses of the chip pass, in one piece.
func TestExtended(t *testing.T) {
	lay(t, card.Options{})
	c := waitChip(t, open(t))
	data := bytes.Repeat([]byte{0xA5}, 8100)
	for _, command := range []apdu.Command{
		apdu.SelectFile(0x7F0A, true), apdu.SelectFile(0x6FF2, false), apdu.UpdateBinary(0, data),
	} {
		if r, err := apdu.Exchange(limited(t), c, command); err != nil || r.SW != apdu.OK {
			t.Fatalf("%v %v", r.SW, err)
		}
	}
	r, err := apdu.Exchange(limited(t), c, apdu.ReadBinary(0, len(data)))
	if err != nil || r.SW != apdu.OK || !bytes.Equal(r.Data, data) {
		t.Fatalf("%d bytes, %v, %v", len(r.Data), r.SW, err)
	}
}

// TestQuitWithHungCard: a program whose reader hangs still ends.
func TestQuitWithHungCard(t *testing.T) {
	again(t, doorHung, "^TestLeaveHung$")
}

// TestLeaveHung leaves a command hanging when the second process ends; in this one it is a command that is cleared away.
func TestLeaveHung(t *testing.T) {
	bench.Insert(card.New(freshUID(), card.Options{Mute: true}))
	if os.Getenv(doorVariable) != doorHung {
		t.Cleanup(func() { takeAway(t) })
	}
	r, err := Open(limited(t), options(), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Wait(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err = c.Transmit(ctx, []byte{0xFF, 0xCA, 0, 0, 0})
	wantCode(t, err, drivers.ChipMute)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSession is the machinery under the reader, with calls that never end.
func TestSession(t *testing.T) {
	stop := make(chan struct{})
	hang := func() error { <-stop; return nil }

	s := &session{}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.call(ended, time.Minute, hang); !errors.Is(err, context.Canceled) || s.lost != nil {
		t.Fatalf("%v: nothing was begun, so nothing is lost", err)
	}
	if err := s.call(t.Context(), time.Millisecond, hang); !errors.Is(err, errAbandoned) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if err := s.call(t.Context(), time.Minute, hang); !errors.Is(err, errAbandoned) {
		t.Fatalf("%v: a lost session must not be used", err)
	}
	if _, err := s.status(t.Context(), "X", 0, 0); !errors.Is(err, errAbandoned) {
		t.Fatal(err)
	}
	s.close(scard.LeaveCard) // and closing it does not wait
	select {
	case <-s.lost:
		t.Fatal("lost before the call came back")
	default:
	}
	close(stop)
	<-s.lost
}

func TestFaultTable(t *testing.T) {
	c := &chip{session: &session{lost: nil}}
	for err, code := range map[error]drivers.Code{
		nil:                        drivers.ChipRemoved,
		scard.ErrRemovedCard:       drivers.ChipRemoved,
		scard.ErrNoSmartcard:       drivers.ChipRemoved,
		scard.ErrReaderUnavailable: drivers.NoReader,
		scard.ErrUnknownReader:     drivers.NoReader,
		scard.ErrCommError:         drivers.ReaderFailed,
		scard.ErrNoService:         drivers.ReaderFailed,
		scard.ErrResetCard:         drivers.ReaderFailed,
		scard.ErrUnpoweredCard:     drivers.ReaderFailed,
		scard.ErrInvalidHandle:     drivers.ReaderFailed,
	} {
		f := c.died(t.Context(), err)
		if f.Code != code || f.Card != drivers.InMachine {
			t.Errorf("%v: %+v", err, f)
		}
		if number, ok := errors.AsType[scard.Error](err); ok && !strings.Contains(f.Detail, fmt.Sprintf("0x%08X", uint32(number))) {
			t.Errorf("%v: detail %q", err, f.Detail)
		}
	}
}
