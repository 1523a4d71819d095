package pcsc

import (
	"errors"
	"fmt"

	"github.com/ebfe/scard"

	"cetak/drivers"
)

// fault builds one Fault. A code decides by itself who may try again.
func fault(code drivers.Code, op string, card drivers.Whereabouts, detail string, err error) *drivers.Fault {
	again := drivers.AgainNow
	switch code {
	case drivers.NoReaderService, drivers.NoReader, drivers.ReaderBusy:
		again = drivers.AgainAfterOperator
	case drivers.Unexpected, drivers.ChipMute:
		again = drivers.AgainNever
	}
	if number, ok := errors.AsType[scard.Error](err); ok {
		detail = join(detail, fmt.Sprintf("SCARD 0x%08X", uint32(number)))
	}
	return &drivers.Fault{Code: code, Op: op, Card: card, Again: again, Detail: detail, Err: err}
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

// serviceGone: the context is dead for good, though SCardIsValidContext may still call it valid. The first two are what
// pcsc-lite gives when pcscd ends, the third when it hangs up on a new client (it is ending, or polkit refuses the
// user), the fourth is Windows'.
func serviceGone(err error) bool {
	return is(err, scard.ErrNoService, scard.ErrCommError, scard.ErrSecurityViolation, scard.ErrServiceStopped, scard.ErrInvalidHandle)
}

func readerGone(err error) bool {
	return is(err, scard.ErrUnknownReader, scard.ErrReaderUnavailable, scard.ErrNoReadersAvailable)
}

func cardGone(err error) bool {
	return is(err, scard.ErrRemovedCard, scard.ErrNoSmartcard)
}

// noAnswer: a card lies there and its chip gives no usable answer to reset.
func noAnswer(err error) bool {
	return is(err, scard.ErrUnresponsiveCard, scard.ErrUnpoweredCard, scard.ErrUnsupportedCard, scard.ErrProtoMismatch,
		errAbandoned, errNoATR)
}

func is(err error, oneOf ...error) bool {
	for _, e := range oneOf {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
