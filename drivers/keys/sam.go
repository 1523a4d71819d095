package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cetak/drivers"
	"cetak/drivers/apdu"
	"cetak/drivers/scp03"
)

// The commands of the simulated secure access module (docs/chip-keys.md). Those of the real one are not public; whoever has its manual changes
// them here.
const (
	samName   = "\xF0CETAK SAM" // DF name
	samVerify = 0x20            // ISO/IEC 7816-4, 7.5.6
	samInfo   = 0xCA
	samCMAC   = 0x2A
	samPIN    = 0x01
)

// samWait is how long a module may take to come up in its reader, and samAnswer to answer one command: pcscd powers a card when it is connected to,
// and a module computes in milliseconds.
const (
	samWait   = 5 * time.Second
	samAnswer = 3 * time.Second
)

// SAM is a key set in a secure access module. It is a scp03.Keys and is used by one goroutine. Keys never leave the module, those of one
// card neither. After any error of the reader it is dead.
type SAM struct {
	reader  drivers.ChipReader
	chip    drivers.Chip
	version byte
	length  int
	values  map[scp03.Role][3]byte
}

// OpenSAM takes the reader over, selects the module in it, and gives it the PIN: once, and not at all when that would be the last try. pin is
// called only then, and what it gives is overwritten. Faults: KeysUnavailable, KeysPIN, those of pin.
func OpenSAM(ctx context.Context, reader drivers.ChipReader, pin func(context.Context) ([]byte, error)) (*SAM, error) {
	s := &SAM{reader: reader, values: map[scp03.Role][3]byte{}}
	if err := s.begin(ctx, pin); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// SAMTries asks the module how many PINs may still be tried before it locks itself, and tries none; needed is false while it wants none. It
// takes the reader over, and lets go of it. Faults: KeysUnavailable.
func SAMTries(ctx context.Context, reader drivers.ChipReader) (left int, needed bool, err error) {
	s := &SAM{reader: reader}
	err = s.reach(ctx)
	if err == nil {
		left, needed, err = s.tries(ctx, "look at SAM")
	}
	return left, needed, errors.Join(err, s.Close())
}

func (s *SAM) begin(ctx context.Context, pin func(context.Context) ([]byte, error)) error {
	if err := s.reach(ctx); err != nil {
		return err
	}
	if err := s.unlock(ctx, pin); err != nil {
		return err
	}
	return s.info(ctx)
}

// reach selects the module.
func (s *SAM) reach(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, samWait)
	defer cancel()
	var err error
	if s.chip, err = s.reader.Wait(within); err != nil {
		return fault(drivers.KeysUnavailable, "open SAM", "no card answers in its reader", err)
	}
	_, err = s.must(ctx, "select", apdu.Command{CLA: 0x00, INS: 0xA4, P1: 0x04, P2: 0x0C, Data: []byte(samName)})
	return err
}

// tries asks without taking one (ISO/IEC 7816-4, 7.5.6: VERIFY without data).
func (s *SAM) tries(ctx context.Context, op string) (left int, needed bool, err error) {
	r, err := s.send(ctx, op, apdu.Command{INS: samVerify, P2: samPIN})
	left, _ = triesLeft(r.SW)
	return left, r.SW != apdu.OK, err
}

// TriesKept are the tries that a module keeps: the last one before it locks itself is never used up here.
const TriesKept = 1

// unlock asks how many tries are left before it takes one.
func (s *SAM) unlock(ctx context.Context, pin func(context.Context) ([]byte, error)) error {
	const op = "unlock SAM"
	left, needed, err := s.tries(ctx, op)
	if err != nil || !needed {
		return err
	}
	if left <= TriesKept {
		return fault(drivers.KeysPIN, op, fmt.Sprintf("%d tries are left before the PIN locks: the last one is not used up here", left), nil)
	}
	word, err := pin(ctx)
	if err != nil {
		return err
	}
	defer clear(word)
	r, err := s.send(ctx, op, apdu.Command{INS: samVerify, P2: samPIN, Data: word})
	if err == nil && r.SW != apdu.OK {
		err = fault(drivers.KeysPIN, op, fmt.Sprintf("refused, SW %04X", uint16(r.SW)), nil)
	}
	return err
}

// triesLeft reads 63Cx (ISO/IEC 7816-4, 5.6).
func triesLeft(sw apdu.Status) (int, bool) { return int(sw & 0xF), sw&0xFFF0 == 0x63C0 }

// info reads version, length, and check values.
func (s *SAM) info(ctx context.Context) error {
	b, err := s.must(ctx, "key information", apdu.Command{CLA: 0x80, INS: samInfo, P2: 0xE0, Ne: 256})
	if err != nil {
		return err
	}
	if len(b) != 11 || b[0] < 1 || b[0] > 0x7F {
		return fault(drivers.KeysUnavailable, "key information", fmt.Sprintf("%d bytes", len(b)), nil)
	}
	s.version, s.length = b[0], int(b[1])
	for i, role := range roles() {
		s.values[role] = [3]byte(b[2+3*i:])
	}
	return nil
}

func roles() []scp03.Role { return []scp03.Role{scp03.ENC, scp03.MAC, scp03.DEK} }

// Version is the key version number.
func (s *SAM) Version() byte { return s.version }

// Length of each key in bytes.
func (s *SAM) Length() int { return s.length }

// CheckValue asks the module anew, so that one that was pulled is found before a card is touched. Faults: KeysUnavailable.
func (s *SAM) CheckValue(ctx context.Context, role scp03.Role) ([3]byte, error) {
	if err := s.info(ctx); err != nil {
		return [3]byte{}, err
	}
	return s.values[role], nil
}

// CMAC lets the module compute it. Faults: KeysUnavailable.
func (s *SAM) CMAC(ctx context.Context, card []byte, role scp03.Role, message []byte) (mac [16]byte, err error) {
	p1 := byte(0)
	for i, r := range roles() {
		if r == role {
			p1 = byte(i + 1)
		}
	}
	data := append(append([]byte{byte(len(card))}, card...), message...)
	b, err := s.must(ctx, "CMAC", apdu.Command{CLA: 0x80, INS: samCMAC, P1: p1, Data: data, Ne: 16})
	if err != nil {
		return mac, err
	}
	defer clear(b)
	if len(b) != 16 {
		return mac, fault(drivers.KeysUnavailable, "CMAC", fmt.Sprintf("%d bytes", len(b)), nil)
	}
	copy(mac[:], b)
	return mac, nil
}

// Close lets go of module and reader.
func (s *SAM) Close() error {
	var err error
	if s.chip != nil {
		err = s.chip.Close()
		s.chip = nil
	}
	if s.reader != nil {
		err = errors.Join(err, s.reader.Close())
		s.reader = nil
	}
	return err
}

func (s *SAM) must(ctx context.Context, op string, c apdu.Command) ([]byte, error) {
	r, err := s.send(ctx, op, c)
	if err == nil && r.SW != apdu.OK {
		err = fault(drivers.KeysUnavailable, op, fmt.Sprintf("the module says %04X", uint16(r.SW)), nil)
	}
	return r.Data, err
}

// send makes every error of the reader one of the keys: the advice for a chip would send people to the wrong card.
func (s *SAM) send(ctx context.Context, op string, c apdu.Command) (apdu.Response, error) {
	if s.chip == nil {
		return apdu.Response{}, fault(drivers.KeysUnavailable, op, "closed", nil)
	}
	ctx, cancel := context.WithTimeout(ctx, samAnswer)
	defer cancel()
	r, err := apdu.Exchange(ctx, s.chip, c)
	if err != nil {
		return r, fault(drivers.KeysUnavailable, op, "the module does not answer", err)
	}
	return r, nil
}
