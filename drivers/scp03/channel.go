package scp03

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"

	"cetak/drivers"
	"cetak/drivers/apdu"
)

const opTransmit = "secure channel"

// Channel is an open session. It is a drivers.Channel: what goes through it is secured, what comes out is plain. It is used by
// one goroutine.
type Channel struct {
	chip  drivers.Chip
	level Level
	mode  int // bytes of a MAC
	leAll bool

	enc       cipher.Block // S-ENC
	mac, rmac *cmac        // S-MAC, S-RMAC
	chain     [blockSize]byte
	counter   uint64 // of commands

	dead   *drivers.Fault
	closed bool
}

// ATR is that of the card.
func (c *Channel) ATR() []byte { return c.chip.ATR() }

// Close ends the session on this side and closes the chip. The card forgets its side when it is reset or powered off. The
// expanded keys inside crypto/aes cannot be overwritten; they are let go.
func (c *Channel) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	c.forget()
	return c.chip.Close()
}

// forget drops the session keys.
func (c *Channel) forget() {
	for _, m := range []*cmac{c.mac, c.rmac} {
		if m != nil {
			*m = cmac{}
		}
	}
	clear(c.chain[:])
	c.enc, c.mac, c.rmac = nil, nil, nil
}

func (c *Channel) useENC(key []byte) (err error) {
	c.enc, err = aes.NewCipher(key)
	return err
}

// Reach implements drivers.Reach: it is the chip's.
func (c *Channel) Reach() (bytes int, told bool) { return drivers.ReachOf(c.chip) }

// MaxData implements drivers.Channel: the most data that a command may have whose Lc, when secured, is at most limit: apdu.MaxShortData for a short
// command.
func (c *Channel) MaxData(limit int) int {
	room := max(limit-c.mode, 0)
	if c.level&bitCENC != 0 {
		return max(room/blockSize*blockSize-1, 0) // one byte of padding at least
	}
	return room
}

// MaxResponse implements drivers.Channel: the most data of an answer that, when secured, has at most limit bytes: apdu.MaxShortNe for a short command.
func (c *Channel) MaxResponse(limit int) int {
	if c.level&bitRMAC == 0 {
		return limit
	}
	room := max(limit-c.mode, 0)
	if c.level&bitRENC != 0 {
		return max(room/blockSize*blockSize-1, 0)
	}
	return room
}

// Transmit implements drivers.Chip. A command of class FF is the reader's and goes through as it is. Others have class 00 or 80. One that,
// secured, no longer fits a short Lc is sent with extended length: who may not do that keeps to MaxData. Where the card answers 61xx the rest is
// fetched. The session is dead after any fault but Unexpected, and after a call that was given up.
//
// Faults: those of the chip; ChannelForged (a MAC or padding that is wrong, or an answer that must have none has data); ChannelLost (the
// card ended the session); ReaderFailed (half a status word); Unexpected, nothing sent, for a command that is none or cannot be secured.
func (c *Channel) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	switch {
	case c.closed:
		return nil, fault(drivers.Unexpected, opTransmit, "channel is closed", nil)
	case c.dead != nil:
		again := *c.dead
		return nil, &again
	case ctx.Err() != nil:
		return nil, fault(drivers.ChipMute, opTransmit, "not sent", context.Cause(ctx))
	}
	plain, err := apdu.Parse(command)
	if err != nil {
		return nil, fault(drivers.Unexpected, opTransmit, fmt.Sprintf("command of %d bytes", len(command)), err)
	}
	if plain.CLA == 0xFF {
		reply, err := c.chip.Transmit(ctx, command)
		if err != nil {
			return nil, c.die(passed(err, opTransmit))
		}
		return reply, nil
	}
	if plain.CLA&^claGP != 0 {
		return nil, fault(drivers.Unexpected, opTransmit, fmt.Sprintf("class %02X", plain.CLA), nil)
	}
	secured, err := c.wrap(plain)
	if err != nil {
		return nil, fault(drivers.Unexpected, opTransmit, fmt.Sprintf("%d bytes of data", len(plain.Data)), err)
	}
	r, err := c.exchange(ctx, secured)
	if err != nil {
		return nil, c.die(passed(err, opTransmit))
	}
	r, err = c.unwrap(r)
	if err != nil {
		return nil, c.die(err)
	}
	if c.leAll && len(r.Data) > plain.Ne {
		r.Data = r.Data[:plain.Ne]
	}
	return r.Bytes(), nil
}

// exchange sends a secured command once and fetches what waits for GET RESPONSE, which is never secured
// (GlobalPlatform Card Specification v2.3.1, 11.1.4.2: it belongs to the transport).
func (c *Channel) exchange(ctx context.Context, command []byte) (apdu.Response, error) {
	reply, err := c.chip.Transmit(ctx, command)
	if err != nil {
		return apdu.Response{}, err
	}
	r, err := apdu.ParseResponse(reply)
	if err != nil || r.SW.SW1() != 0x61 {
		return r, err
	}
	n := int(r.SW.SW2())
	if n == 0 {
		n = apdu.MaxShortNe
	}
	more, err := apdu.Exchange(ctx, c.chip, apdu.Command{INS: 0xC0, Ne: n})
	more.Data = append(bytes.Clone(r.Data), more.Data...)
	return more, err
}

// die ends the session for good.
func (c *Channel) die(err error) error {
	c.dead = drivers.AsFault(err)
	c.forget()
	again := *c.dead
	return &again
}

// wrap secures one command (Amd D 6.2.4, 6.2.6). When it fails nothing has changed.
func (c *Channel) wrap(plain apdu.Command) ([]byte, error) {
	body := plain.Data
	if c.level&bitCENC != 0 && len(body) > 0 {
		body = pad(body)
	}
	if len(body)+c.mode > apdu.MaxExtendedData {
		return nil, apdu.ErrTooLong
	}
	c.counter++ // also for a command without data (Amd D 6.2.6)
	if c.level&bitCENC != 0 && len(body) > 0 {
		iv := c.iv(0)
		cipher.NewCBCEncrypter(c.enc, iv[:]).CryptBlocks(body, body)
	}
	return c.seal(plain, body)
}

// seal puts the C-MAC behind body (Amd D 6.2.4). Lc counts it, and it is over Lc as that is sent; Le is not secured.
func (c *Channel) seal(plain apdu.Command, body []byte) ([]byte, error) {
	n := len(body) + c.mode
	extended := plain.Extended || n > apdu.MaxShortData || plain.Ne > apdu.MaxShortNe
	header := []byte{plain.CLA | claSecure, plain.INS, plain.P1, plain.P2}
	if extended {
		header = append(header, 0, byte(n>>8))
	}
	header = append(header, byte(n))
	c.chain = c.mac.sum(c.chain[:], header, body)
	secured := plain
	secured.CLA |= claSecure
	secured.Data = append(body[:len(body):len(body)], c.chain[:c.mode]...)
	secured.Extended = extended
	switch {
	case !c.leAll || plain.Ne == 0:
	case extended:
		secured.Ne = apdu.MaxExtendedNe
	default:
		secured.Ne = apdu.MaxShortNe
	}
	return secured.Bytes()
}

// iv is the initial chaining value of CBC: the encrypted counter, whose first byte says the direction (Amd D 6.2.6, 6.2.7).
func (c *Channel) iv(direction byte) [blockSize]byte {
	var b [blockSize]byte
	binary.BigEndian.PutUint64(b[blockSize-8:], c.counter)
	b[0] = direction
	c.enc.Encrypt(b[:], b[:])
	return b
}

const toHost = 0x80

// unwrap checks one answer and makes it plain (Amd D 6.2.5, 6.2.7). Its data may alias that of r.
func (c *Channel) unwrap(r apdu.Response) (apdu.Response, error) {
	switch r.SW {
	case 0x6882, 0x6987, 0x6988: // secure messaging not supported, its data missing, its data wrong (ISO/IEC 7816-4, table 6)
		return r, fault(drivers.ChannelLost, opTransmit, "the card ended the session", r.SW)
	}
	if c.level&bitRMAC == 0 {
		return r, nil
	}
	if r.SW != apdu.OK && r.SW.SW1() != 0x62 && r.SW.SW1() != 0x63 { // an error is told without a MAC
		if len(r.Data) > 0 {
			return r, fault(drivers.ChannelForged, opTransmit, "data with an error", r.SW)
		}
		return r, nil
	}
	n := len(r.Data) - c.mode
	if n < 0 {
		return r, fault(drivers.ChannelForged, opTransmit, fmt.Sprintf("an answer of %d bytes without a MAC", len(r.Data)), nil)
	}
	data, got := r.Data[:n], r.Data[n:]
	want := c.rmac.sum(c.chain[:], data, []byte{r.SW.SW1(), r.SW.SW2()})
	if subtle.ConstantTimeCompare(want[:c.mode], got) != 1 {
		return r, fault(drivers.ChannelForged, opTransmit, fmt.Sprintf("the MAC of an answer of %d bytes", len(r.Data)), nil)
	}
	r.Data = data
	if c.level&bitRENC == 0 || n == 0 {
		return r, nil
	}
	if n%blockSize != 0 {
		return r, fault(drivers.ChannelForged, opTransmit, fmt.Sprintf("%d encrypted bytes", n), nil)
	}
	iv := c.iv(toHost)
	cipher.NewCBCDecrypter(c.enc, iv[:]).CryptBlocks(data, data)
	plain, ok := unpad(data)
	if !ok {
		return r, fault(drivers.ChannelForged, opTransmit, "padding", nil)
	}
	r.Data = plain
	return r, nil
}

// pad is padding method 2 of ISO/IEC 9797-1, in a new slice.
func pad(b []byte) []byte {
	out := make([]byte, (len(b)/blockSize+1)*blockSize)
	copy(out, b)
	out[len(b)] = 0x80
	return out
}

// unpad takes it off again. More zeros than needed are taken too: a card whose sessions are published pads an answer by a
// block too much (testdata/sessions.txt), and what is padded was under the MAC.
func unpad(b []byte) ([]byte, bool) {
	return bytes.CutSuffix(bytes.TrimRight(b, "\x00"), []byte{0x80})
}

// passed is an error of the chip, of keys, or of an exchange; a Fault goes through with the step as it is.
func passed(err error, op string) error {
	if _, ok := errors.AsType[*drivers.Fault](err); ok {
		return err
	}
	code := drivers.ReaderFailed // half a status word
	if errors.Is(err, apdu.ErrEndless) {
		code = drivers.ChannelForged
	}
	return fault(code, op, "", err)
}

// fault builds one Fault. Nothing here may be tried again on the same card.
func fault(code drivers.Code, op, detail string, err error) *drivers.Fault {
	if sw, ok := errors.AsType[apdu.Status](err); ok {
		detail = fmt.Sprintf("%s: SW %04X", detail, uint16(sw))
	}
	return &drivers.Fault{Code: code, Op: op, Card: drivers.InMachine, Again: drivers.AgainNever, Detail: detail, Err: err}
}
