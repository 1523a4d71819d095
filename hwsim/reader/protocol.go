package reader

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// The protocol between libpcsclite and pcscd, version 4:4, as pcsc-lite 1.9.9 (Debian 12) speaks it: src/winscard_msg.h
// there. A message to the service is a header (size, command: two uint32) and a structure of that size; the answer is the
// same structure without a header. Numbers are in the machine's own order, which on every machine this runs on is little endian.
const (
	versionMajor = 4
	versionMinor = 4
)

// Commands, enum pcsc_msg_commands.
const (
	cmdEstablishContext = 0x01
	cmdReleaseContext   = 0x02
	cmdConnect          = 0x04
	cmdReconnect        = 0x05
	cmdDisconnect       = 0x06
	cmdBeginTransaction = 0x07
	cmdEndTransaction   = 0x08
	cmdTransmit         = 0x09
	cmdControl          = 0x0A
	cmdStatus           = 0x0B
	cmdCancel           = 0x0D
	cmdGetAttrib        = 0x0F
	cmdSetAttrib        = 0x10
	cmdVersion          = 0x11
	cmdReadersState     = 0x12
	cmdWaitChange       = 0x13
	cmdStopWaiting      = 0x14
)

// Return codes, PCSC/pcsclite.h.
const (
	scardSuccess                = 0x00000000
	scardCancelled              = 0x80100002
	scardInvalidHandle          = 0x80100003
	scardInvalidParameter       = 0x80100004
	scardInsufficient           = 0x80100008
	scardUnknownReader          = 0x80100009
	scardSharingViolation       = 0x8010000B
	scardNoSmartcard            = 0x8010000C
	scardProtoMismatch          = 0x8010000F
	scardInvalidValue           = 0x80100011
	scardNotTransacted          = 0x80100016
	scardServiceStopped         = 0x8010001E
	scardUnsupported            = 0x8010001F
	scardUnresponsiveCard       = 0x80100066
	scardResetCard              = 0x80100068
	scardRemovedCard            = 0x80100069
	shareExclusive              = 1
	shareShared                 = 2
	shareDirect                 = 3
	protocolT0                  = 1
	protocolT1                  = 2
	protocolRaw                 = 4
	leaveCard                   = 0
	resetCard                   = 1
	unpowerCard                 = 2
	ejectCard                   = 3
	stateAbsent                 = 0x02
	statePresent                = 0x04
	stateSwallowed              = 0x08
	statePowered                = 0x10
	stateNegotiable             = 0x20
	stateSpecific               = 0x40
	attrATR                     = 0x00090303
	attrFriendlyName            = 0x7FFF0003
	sharingNone           int32 = 0
	sharingExclusive      int32 = -1
)

// Sizes, winscard_msg.h and pcsclite.h. A reader's state is its name, event counter, state, sharing, ATR (33 bytes, padded to 36),
// the ATR's length, and the protocol.
const (
	maxReaders      = 16
	readerNameSize  = 128
	readerStateSize = 184
	attribSize      = 264
	maxSend         = 65548 // MAX_BUFFER_SIZE_EXTENDED
)

// bodySize returns how long the structure of a command is; ok is false for a command the service does not know.
func bodySize(cmd uint32) (n uint32, ok bool) {
	switch cmd {
	case cmdReadersState, cmdWaitChange, cmdStopWaiting:
		return 0, true
	case cmdReleaseContext, cmdBeginTransaction, cmdStatus, cmdCancel:
		return 8, true
	case cmdEstablishContext, cmdDisconnect, cmdEndTransaction, cmdVersion:
		return 12, true
	case cmdReconnect, cmdControl:
		return 24, true
	case cmdTransmit:
		return 32, true
	case cmdConnect:
		return 4 + readerNameSize + 20, true
	case cmdGetAttrib, cmdSetAttrib:
		return 8 + attribSize + 8, true
	default:
		return 0, false
	}
}

// errMismatch is an error of the version exchange.
var errMismatch = errors.New("reader: the service speaks another protocol")

// ask lists the readers of a running service on path. It waits until the service answers or the deadline is over. It offers 4:4
// and, where the service names another minor version, that one.
func ask(path string, deadline time.Time) ([]string, error) {
	for minor := uint32(versionMinor); ; {
		names, theirs, err := askVersion(path, minor, deadline)
		if !errors.Is(err, errMismatch) || theirs == minor {
			return names, err
		}
		minor = theirs
	}
}

func askVersion(path string, minor uint32, deadline time.Time) ([]string, uint32, error) {
	c, err := net.DialTimeout("unix", path, time.Until(deadline))
	if err != nil {
		return nil, 0, err
	}
	defer c.Close()
	if err := c.SetDeadline(deadline); err != nil {
		return nil, 0, err
	}
	le := binary.LittleEndian
	hello := le.AppendUint32(nil, 12)
	for _, v := range []uint32{cmdVersion, versionMajor, minor, 0} {
		hello = le.AppendUint32(hello, v)
	}
	if _, err := c.Write(hello); err != nil {
		return nil, 0, err
	}
	var reply [12]byte
	if _, err := io.ReadFull(c, reply[:]); err != nil {
		return nil, 0, err
	}
	theirs := le.Uint32(reply[4:])
	if rv := le.Uint32(reply[8:]); rv != scardSuccess || le.Uint32(reply[:]) != versionMajor {
		return nil, theirs, fmt.Errorf("%w (%d:%d)", errMismatch, le.Uint32(reply[:]), theirs)
	}
	if _, err := c.Write(le.AppendUint32(le.AppendUint32(nil, 0), cmdReadersState)); err != nil {
		return nil, theirs, err
	}
	states := make([]byte, maxReaders*readerStateSize)
	if _, err := io.ReadFull(c, states); err != nil {
		return nil, theirs, err
	}
	var names []string
	for i := range maxReaders {
		if n := text(states[i*readerStateSize:][:readerNameSize]); n != "" {
			names = append(names, n)
		}
	}
	return names, theirs, nil
}

// text is a string of C in a field of fixed size.
func text(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
