package apdu

import (
	"context"
	"errors"
	"fmt"
)

// Response is one response APDU.
type Response struct {
	Data []byte
	SW   Status
}

// ParseResponse decodes a response APDU; Data aliases b. Errors: ErrMalformed for fewer than two bytes.
func ParseResponse(b []byte) (Response, error) {
	n := len(b) - 2
	if n < 0 {
		return Response{}, fmt.Errorf("%w: response of %d bytes", ErrMalformed, len(b))
	}
	return Response{Data: b[:n:n], SW: Status(b[n])<<8 | Status(b[n+1])}, nil
}

// Bytes encodes r.
func (r Response) Bytes() []byte {
	return append(append(make([]byte, 0, len(r.Data)+2), r.Data...), r.SW.SW1(), r.SW.SW2())
}

// Err is nil for OK, else the status word.
func (r Response) Err() error {
	if r.SW == OK {
		return nil
	}
	return r.SW
}

// ErrEndless says that the card announced more and more data, or none at all, past every limit.
var ErrEndless = errors.New("apdu: card does not come to an end")

// maxRounds is how many commands one Exchange may send: 65,536 bytes in answers of 256, the first command, and one
// corrected Le for each. A card that needs more gives a byte at a time and would hold the station for minutes.
const maxRounds = 2 * (MaxExtendedNe/MaxShortNe + 1)

// Transmitter carries one command APDU to a card and its response back. drivers.Chip is one.
type Transmitter interface {
	Transmit(ctx context.Context, command []byte) (response []byte, err error)
}

// Exchange sends c and collects its whole answer: 6Cxx is asked again once with the length the card named, 61xx is
// followed by GET RESPONSE (ISO/IEC 7816-4:2005, 5.1.3 and 7.6.1; ISO/IEC 7816-3:2006, 12.2). The last status word comes back in
// Response.SW; one that is not OK is no error here. Errors: those of t unchanged, ErrTooLong, ErrMalformed, ErrEndless.
func Exchange(ctx context.Context, t Transmitter, c Command) (Response, error) {
	var data []byte
	corrected := false
	for range maxRounds {
		r, err := once(ctx, t, c)
		if err != nil {
			return Response{}, err
		}
		if r.SW.SW1() == sw1Le && c.Ne > 0 && !corrected {
			c.Ne, c.Extended, corrected = expected(int(r.SW.SW2()), MaxShortNe), false, true
			continue
		}
		getting := c.INS == insGetResponse
		data = append(data, r.Data...)
		if r.SW.SW1() != sw1MoreData {
			return Response{Data: data, SW: r.SW}, nil
		}
		if len(data) > MaxExtendedNe || getting && len(r.Data) == 0 {
			return Response{}, fmt.Errorf("%w: %d bytes so far", ErrEndless, len(data))
		}
		c = Command{CLA: responseClass(c.CLA), INS: insGetResponse, Ne: expected(int(r.SW.SW2()), MaxShortNe)}
		corrected = false
	}
	return Response{}, fmt.Errorf("%w: %d commands", ErrEndless, maxRounds)
}

func once(ctx context.Context, t Transmitter, c Command) (Response, error) {
	b, err := c.Bytes()
	if err != nil {
		return Response{}, err
	}
	reply, err := t.Transmit(ctx, b)
	if err != nil {
		return Response{}, err
	}
	return ParseResponse(reply)
}

// responseClass is the class byte of the GET RESPONSE after a command: same logical channel, no secure messaging, no
// chaining (ISO/IEC 7816-4:2005, 5.1.1, tables 2 and 3). FF is the reader's own and stays.
func responseClass(cla byte) byte {
	switch {
	case cla == 0xFF:
		return cla
	case cla&0xC0 == 0x40: // further interindustry: channels 4 to 19
		return cla & 0x4F
	default:
		return cla & 0x03
	}
}
