package recorder

import (
	"context"
	"encoding/hex"
	"strings"

	"cetak/drivers"
)

// Chips records a reader: arrivals, commands, and status words. It changes nothing that passes.
func (r *Ring) Chips(c drivers.ChipReader) drivers.ChipReader {
	r.add(entry{Kind: "open", Text: "reader"})
	return &reader{ChipReader: c, ring: r}
}

type reader struct {
	drivers.ChipReader
	ring *Ring
}

func (r *reader) Wait(ctx context.Context) (drivers.Chip, error) {
	c, err := r.ChipReader.Wait(ctx)
	if err != nil {
		e := entry{Kind: "card", Text: "none"}
		if ctx.Err() == nil {
			e.Code = codeOf(err)
		}
		r.ring.add(e)
		return nil, err
	}
	r.ring.add(entry{Kind: "card", Hex: upper(c.ATR())})
	return &chip{Chip: c, ring: r.ring}, nil
}

type chip struct {
	drivers.Chip
	ring *Ring
}

// Reach implements drivers.Reach.
func (c *chip) Reach() (int, bool) { return drivers.ReachOf(c.Chip) }

func (c *chip) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	shown, open := maskAPDU(command)
	c.ring.add(entry{Kind: "apdu", Hex: upper(shown), Len: len(command)})
	reply, err := c.Chip.Transmit(ctx, command)
	e := entry{Kind: "sw", Len: len(reply), Code: codeOf(err)}
	if len(reply) >= 2 {
		e.Hex = upper(reply[len(reply)-2:])
		if open && len(reply) <= replyShown {
			e.Hex = upper(reply)
		}
	}
	c.ring.add(e)
	return reply, err
}

// maskAPDU shows the header of a command, and more only of those whose data is no person's: SELECT (file and application
// names) and ACTIVATE FILE (ISO/IEC 7816-4 table 4, 7816-9). open tells that the answer may be shown too: to SELECT, where it
// describes the file. Contents (READ and UPDATE BINARY, GET RESPONSE, which may carry on from either), keys and their proofs
// (VERIFY, EXTERNAL AUTHENTICATE, PUT KEY), and every other instruction never are.
func maskAPDU(b []byte) (shown []byte, open bool) {
	if len(b) < 4 {
		return nil, false
	}
	switch b[1] {
	case 0xA4:
		return b[:min(len(b), 5+16+1)], true
	case 0x44:
		if len(b) <= 5 {
			return b, false
		}
	}
	return b[:4], false
}

func upper(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
