package scp03

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"

	"cetak/drivers"
	"cetak/drivers/apdu"
)

// Level says how a session is secured: P1 of EXTERNAL AUTHENTICATE (Amd D 7.1.2.3, table 7-6).
type Level byte

// Levels.
const (
	CMACOnly    Level = 0x01 // every command carries a MAC
	CENC        Level = 0x03 // and its data is encrypted
	RMAC        Level = 0x11 // commands and answers carry MACs
	CENCAndRMAC Level = 0x13
	RENC        Level = 0x33 // all of it, both ways
)

// Bits of a Level. Every session has the C-MAC.
const (
	bitCENC = 0x02
	bitRMAC = 0x10
	bitRENC = 0x20
)

// Mode is the length in bytes of challenges, cryptograms, and MACs.
type Mode int

// Modes (Amd D v1.2, 4.1).
const (
	S8  Mode = 8
	S16 Mode = 16
)

// Options of Open.
type Options struct {
	Level Level // 0 = RENC
	Mode  Mode  // 0 = S8
	// Card is the card's UID where each card has keys of its own, nil where the key set is the card's.
	Card []byte
	// LeAll puts 00 into Le of every secured command that wants an answer, and cuts off what is more than was wanted. Else Le is the number
	// of plain bytes that are wanted. No source says which a card takes.
	LeAll bool
}

// Instructions and classes (Amd D 7.1).
const (
	insInitializeUpdate     = 0x50
	insExternalAuthenticate = 0x82
	claGP                   = 0x80
	claSecure               = 0x04 // the bit that says secure messaging, GlobalPlatform's way
)

// statusNotFound is "referenced data not found" (ISO/IEC 7816-4, table 6): no such key version.
const statusNotFound apdu.Status = 0x6A88

const (
	opOpen = "open secure channel"
)

// Open authenticates both sides and gives the session. It makes one attempt: after any fault but an Unexpected the same keys
// must not be tried on that card again, for every failed attempt may count there. What has to be selected on the card is selected before. The channel
// owns chip when Open succeeds; else it stays the caller's.
//
// Faults, none to be tried again: ChannelUnknown (no such protocol, mode, or level), ChannelKeySet, ChannelBlocked, ChannelWrongCard (nothing was
// sent after that), ChannelWrongHost; those of the chip; those of keys; Unexpected for Options that cannot be.
func Open(ctx context.Context, chip drivers.Chip, keys Keys, o Options) (*Channel, error) {
	if o.Level == 0 {
		o.Level = RENC
	}
	if o.Mode == 0 {
		o.Mode = S8
	}
	switch o.Level {
	case CMACOnly, CENC, RMAC, CENCAndRMAC, RENC:
	default:
		return nil, fault(drivers.Unexpected, opOpen, fmt.Sprintf("level %02X", byte(o.Level)), nil)
	}
	n, version := keys.Length(), keys.Version()
	if o.Mode != S8 && o.Mode != S16 || n != 16 && n != 24 && n != 32 || version < 1 || version > 0x7F {
		return nil, fault(drivers.Unexpected, opOpen, fmt.Sprintf("mode of %d bytes, keys of %d, version %02X", o.Mode, n, version), nil)
	}
	challenge := make([]byte, o.Mode)
	rand.Read(challenge) // it cannot fail (crypto/rand)
	h := handshake{chip: chip, keys: keys, o: o, host: challenge}
	return h.run(ctx)
}

// handshake is the opening of one channel.
type handshake struct {
	chip drivers.Chip
	keys Keys
	o    Options
	host []byte // challenge
}

func (h *handshake) run(ctx context.Context) (*Channel, error) {
	a, err := h.initializeUpdate(ctx)
	if err != nil {
		return nil, err
	}
	both := append(append([]byte(nil), h.host...), a.challenge...)
	c, err := h.session(ctx, both)
	if err != nil {
		return nil, err
	}
	prf := func(message []byte) ([16]byte, error) { return c.mac.sum(message), nil }
	card, _ := derive(prf, constCardCryptogram, both, int(h.o.Mode)) // this prf never fails
	if subtle.ConstantTimeCompare(card, a.cryptogram) != 1 {
		c.forget()
		return nil, fault(drivers.ChannelWrongCard, opOpen, fmt.Sprintf("card cryptogram, key version %02X", a.version), nil)
	}
	host, _ := derive(prf, constHostCryptogram, both, int(h.o.Mode))
	if err := h.externalAuthenticate(ctx, c, host); err != nil {
		c.forget()
		return nil, err
	}
	return c, nil
}

// initializeUpdate asks for the card's challenge and cryptogram (Amd D 7.1.1).
func (h *handshake) initializeUpdate(ctx context.Context) (answer, error) {
	version := h.keys.Version()
	r, err := apdu.Exchange(ctx, h.chip, apdu.Command{CLA: claGP, INS: insInitializeUpdate, P1: version, Data: h.host, Ne: apdu.MaxShortNe})
	if err != nil {
		return answer{}, passed(err, opOpen)
	}
	code := drivers.ChannelUnknown
	switch r.SW {
	case apdu.OK:
		a, err := parseAnswer(r.Data)
		if err == nil {
			err = a.suits(h.o)
		}
		if err != nil {
			return answer{}, fault(drivers.ChannelUnknown, opOpen, err.Error(), nil)
		}
		if a.version != version {
			return answer{}, fault(drivers.ChannelKeySet, opOpen, fmt.Sprintf("the card answers with key version %02X, not %02X", a.version, version), nil)
		}
		return a, nil
	case statusNotFound:
		code = drivers.ChannelKeySet
	case apdu.AuthenticationBlocked:
		code = drivers.ChannelBlocked
	}
	return answer{}, fault(code, opOpen, fmt.Sprintf("INITIALIZE UPDATE, key version %02X", version), r.SW)
}

// prf computes under a static key of the card.
func (h *handshake) prf(ctx context.Context, role Role) PRF {
	return func(message []byte) ([16]byte, error) { return h.keys.CMAC(ctx, h.o.Card, role, message) }
}

// session makes the session keys (Amd D 6.2.1).
func (h *handshake) session(ctx context.Context, both []byte) (*Channel, error) {
	c := &Channel{chip: h.chip, level: h.o.Level, mode: int(h.o.Mode), leAll: h.o.LeAll}
	for _, k := range []struct {
		role     Role
		constant byte
		use      func(key []byte) error
	}{
		{ENC, constENC, c.useENC},
		{MAC, constMAC, func(key []byte) (err error) { c.mac, err = newCMAC(key); return err }},
		{MAC, constRMAC, func(key []byte) (err error) { c.rmac, err = newCMAC(key); return err }},
	} {
		key, err := derive(h.prf(ctx, k.role), k.constant, both, h.keys.Length())
		if err == nil {
			err = k.use(key)
		}
		clear(key)
		if err != nil {
			c.forget()
			return nil, err
		}
	}
	return c, nil
}

// externalAuthenticate shows the card our cryptogram (Amd D 7.1.2). Its C-MAC begins the chain.
func (h *handshake) externalAuthenticate(ctx context.Context, c *Channel, cryptogram []byte) error {
	command := apdu.Command{CLA: claGP, INS: insExternalAuthenticate, P1: byte(h.o.Level), Data: cryptogram}
	b, err := c.seal(command, cryptogram)
	if err != nil {
		return fault(drivers.Unexpected, opOpen, "", err)
	}
	reply, err := c.chip.Transmit(ctx, b)
	if err != nil {
		return passed(err, opOpen)
	}
	r, err := apdu.ParseResponse(reply)
	switch {
	case err != nil:
		return fault(drivers.ReaderFailed, opOpen, "EXTERNAL AUTHENTICATE", err)
	case r.SW == apdu.AuthenticationBlocked:
		return fault(drivers.ChannelBlocked, opOpen, "EXTERNAL AUTHENTICATE", r.SW)
	case r.SW != apdu.OK:
		return fault(drivers.ChannelWrongHost, opOpen, "EXTERNAL AUTHENTICATE", r.SW)
	}
	return nil
}

// answer is the answer to INITIALIZE UPDATE (Amd D 7.1.1.6, table 7-3).
type answer struct {
	version, options byte
	challenge        []byte
	cryptogram       []byte
	sequence         []byte // three bytes, or none with a random challenge; nothing here needs it
}

// Bits of the parameter "i" (Amd D 5.1, table 5-1).
const (
	iS16    = 0x01
	iPseudo = 0x10
	iRMAC   = 0x20
	iRENC   = 0x60 // both bits
)

const (
	diversification = 10 // bytes of key diversification data, the card's to choose
	protocol        = 0x03
	sequenceLength  = 3
)

// parseAnswer takes an answer to INITIALIZE UPDATE apart; its parts alias b.
func parseAnswer(b []byte) (answer, error) {
	if len(b) < diversification+3 {
		return answer{}, fmt.Errorf("an answer to INITIALIZE UPDATE of %d bytes", len(b))
	}
	info, rest := b[diversification:diversification+3], b[diversification+3:]
	a := answer{version: info[0], options: info[2]}
	if info[1] != protocol {
		return answer{}, fmt.Errorf("the card speaks secure channel protocol %02X", info[1])
	}
	n := a.mode()
	want := 2 * n
	if a.options&iPseudo != 0 {
		want += sequenceLength
	}
	if len(rest) != want {
		return answer{}, fmt.Errorf("an answer to INITIALIZE UPDATE of %d bytes, i = %02X", len(b), a.options)
	}
	a.challenge, a.cryptogram, a.sequence = rest[:n:n], rest[n:2*n:2*n], rest[2*n:]
	return a, nil
}

func (a answer) mode() int {
	if a.options&iS16 != 0 {
		return int(S16)
	}
	return int(S8)
}

// suits tells why a card of these options cannot do what is asked for.
func (a answer) suits(o Options) error {
	switch {
	case a.mode() != int(o.Mode):
		return fmt.Errorf("the card is in S%d mode, i = %02X", a.mode(), a.options)
	case o.Level&bitRENC != 0 && a.options&iRENC != iRENC:
		return fmt.Errorf("the card does not encrypt answers, i = %02X", a.options)
	case o.Level&bitRMAC != 0 && a.options&iRMAC == 0:
		return fmt.Errorf("the card does not secure answers, i = %02X", a.options)
	}
	return nil
}
