package card

import (
	"bytes"
	"slices"
	"sync"
)

// SAM is a simulated secure access module: a card with the master keys of an office, which computes with them and never shows them. The
// commands are this project's own (docs/chip-keys.md); those of the real module are not public. All methods may be called from any goroutine.
type SAM struct {
	mu    sync.Mutex
	set   MasterKeys
	pin   []byte
	tries int

	// What a reset forgets.
	selected, unlocked bool
}

// SAMTries is how many wrong PINs in a row lock a module for good.
const SAMTries = 3

const (
	samName    = "\xF0CETAK SAM"
	insVerify  = 0x20
	insCMAC    = 0x2A
	samInfo    = 0xE0
	samLongest = 64 // bytes of a card's number
)

// NewSAM makes a module with these keys, unlocked by this PIN.
func NewSAM(set MasterKeys, pin string) *SAM {
	return &SAM{set: set, pin: []byte(pin), tries: SAMTries}
}

// ATR is direct convention, T=1, and "CETAKSAM" in the historical bytes.
func (s *SAM) ATR() []byte {
	atr := append([]byte{0x3B, 0x88, 0x80, 0x01}, "CETAKSAM"...)
	var check byte
	for _, b := range atr[1:] {
		check ^= b
	}
	return append(atr, check)
}

// PowerOn is a cold reset.
func (s *SAM) PowerOn() { s.Reset() }

// PowerOff takes the power away.
func (s *SAM) PowerOff() { s.Reset() }

// Reset forgets the PIN.
func (s *SAM) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.selected, s.unlocked = false, false
}

// Transmit answers one command.
func (s *SAM) Transmit(apdu []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, sw := s.execute(apdu)
	return append(slices.Clone(data), byte(sw>>8), byte(sw))
}

func (s *SAM) execute(apdu []byte) ([]byte, status) {
	cmd, ok := parse(apdu)
	switch {
	case !ok:
		return nil, swLength
	case cmd.cla == 0x00 && cmd.ins == insSelect:
		if cmd.p1 != 0x04 || string(cmd.data) != samName {
			return nil, swNoFile
		}
		s.selected = true
		return nil, swOK
	case cmd.cla != 0x00 && cmd.cla != 0x80:
		return nil, swClass
	case !s.selected:
		return nil, swConditions
	case cmd.cla == 0x00 && cmd.ins == insVerify:
		return nil, s.verify(cmd)
	case cmd.cla == 0x00:
		return nil, swInstruction
	case !s.unlocked:
		return nil, swSecurity
	case cmd.ins == insGetData && cmd.p1 == 0 && cmd.p2 == samInfo:
		return s.info(), swOK
	case cmd.ins == insCMAC:
		return s.compute(cmd)
	}
	return nil, swInstruction
}

// verify is VERIFY (7816-4, 7.5.6); without data it asks how many tries are left.
func (s *SAM) verify(cmd command) status {
	left := 0x63C0 | status(s.tries)
	switch {
	case cmd.p1 != 0 || cmd.p2 != 0x01:
		return swParameters
	case s.unlocked && len(cmd.data) == 0:
		return swOK
	case s.tries == 0:
		return swBlocked
	case len(cmd.data) == 0:
		return left
	case bytes.Equal(cmd.data, s.pin):
		s.tries, s.unlocked = SAMTries, true
		return swOK
	}
	s.tries, s.unlocked = s.tries-1, false
	return 0x63C0 | status(s.tries)
}

// info is version, length, and the check values of ENC, MAC, DEK.
func (s *SAM) info() []byte {
	out := []byte{s.set.Version, byte(len(s.set.ENC))}
	for _, key := range [][]byte{s.set.ENC, s.set.MAC, s.set.DEK} {
		out = append(out, unhex(checkValue(key))...)
	}
	return out
}

// compute is the CMAC of a message under a key of the set (P1: 01 ENC, 02 MAC), or under that of the card whose number comes first, with its
// length before it.
func (s *SAM) compute(cmd command) ([]byte, status) {
	if len(cmd.data) == 0 || !cmd.hasLe {
		return nil, swLength
	}
	n, rest := int(cmd.data[0]), cmd.data[1:]
	if n > samLongest || n > len(rest) || cmd.p2 != 0 || cmd.p1 != 1 && cmd.p1 != 2 {
		return nil, swParameters
	}
	key := [][]byte{s.set.ENC, s.set.MAC}[cmd.p1-1]
	if n > 0 {
		its := s.set.Of(rest[:n])
		key = [][]byte{its.ENC, its.MAC}[cmd.p1-1]
	}
	return newAuthenticator(key).tag(rest[n:]), swOK
}
