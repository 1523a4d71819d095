package reader

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
	"time"
)

// sendTimeout bounds a write to a client that has stopped reading.
const sendTimeout = 5 * time.Second

// client is one connection to the service: in libpcsclite, one context. Its goroutine reads a command, carries it out, and
// answers; only the end of a wait is written by others.
type client struct {
	service *own
	conn    net.Conn
	stopped <-chan struct{}

	out sync.Mutex // held while a message goes out

	// Guarded by service.mu.
	waiting bool
	context uint32
}

// serve runs until the client hangs up, breaks the protocol, or the service stops.
func (c *client) serve() {
	defer c.leave()
	var header [8]byte
	for {
		if _, err := io.ReadFull(c.conn, header[:]); err != nil {
			return
		}
		size, cmd := binary.LittleEndian.Uint32(header[:]), binary.LittleEndian.Uint32(header[4:])
		if want, known := bodySize(cmd); !known || size != want {
			return // as pcscd does: such a client is not one of ours
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(c.conn, body); err != nil {
			return
		}
		if !c.handle(cmd, body) {
			return
		}
	}
}

// leave gives back what the client holds.
func (c *client) leave() {
	c.conn.Close()
	o := c.service
	o.mu.Lock()
	delete(o.clients, c)
	c.waiting = false
	waiting := c.dropContext()
	o.mu.Unlock()
	signal(waiting, scardSuccess)
}

// dropContext gives up the client's context with its connections, and returns who must hear of it. Called with mu held.
func (c *client) dropContext() []*client {
	o := c.service
	if c.context == 0 {
		return nil
	}
	delete(o.contexts, c.context)
	c.context = 0
	had := false
	for id, h := range o.slot.handles {
		if h.owner == c {
			o.disconnect(id)
			had = true
		}
	}
	if !had {
		return nil
	}
	return o.takeWaiting()
}

func (c *client) send(b []byte) bool {
	c.out.Lock()
	defer c.out.Unlock()
	return c.sendLocked(b)
}

func (c *client) sendLocked(b []byte) bool {
	if err := c.conn.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
		return false
	}
	_, err := c.conn.Write(b)
	return err == nil
}

// structure is a message of plain numbers.
func structure(fields ...uint32) []byte {
	out := make([]byte, 0, 4*len(fields))
	for _, f := range fields {
		out = binary.LittleEndian.AppendUint32(out, f)
	}
	return out
}

// handle carries out one command; false ends the connection.
func (c *client) handle(cmd uint32, b []byte) bool {
	o, le := c.service, binary.LittleEndian
	switch cmd {
	case cmdVersion:
		rv := uint32(scardSuccess)
		if le.Uint32(b) != versionMajor || le.Uint32(b[4:]) != versionMinor {
			rv = scardServiceStopped // a newer client then offers the version it is told
		}
		return c.send(structure(versionMajor, versionMinor, rv))
	case cmdReadersState:
		o.mu.Lock()
		states := o.states()
		o.mu.Unlock()
		return c.send(states)
	case cmdWaitChange:
		return c.wait()
	case cmdStopWaiting:
		o.mu.Lock()
		was := c.waiting
		c.waiting = false
		o.mu.Unlock()
		return !was || c.send(structure(0, scardSuccess)) // otherwise the signal is on its way already
	case cmdCancel:
		return c.cancel(b)
	case cmdEstablishContext:
		o.mu.Lock()
		waiting := c.dropContext()
		c.context = o.newContext()
		o.contexts[c.context] = c
		le.PutUint32(b[4:], c.context)
		o.mu.Unlock()
		signal(waiting, scardSuccess)
		le.PutUint32(b[8:], scardSuccess)
		return c.send(b)
	case cmdReleaseContext:
		rv := uint32(scardInvalidHandle)
		o.mu.Lock()
		var waiting []*client
		if id := le.Uint32(b); id != 0 && id == c.context {
			waiting, rv = c.dropContext(), scardSuccess
		}
		o.mu.Unlock()
		signal(waiting, scardSuccess)
		le.PutUint32(b[4:], rv)
		return c.send(b)
	case cmdConnect:
		return c.connect(b)
	case cmdReconnect:
		return c.reconnect(b)
	case cmdTransmit:
		return c.transmit(b)
	case cmdControl:
		return c.control(b)
	case cmdGetAttrib, cmdSetAttrib:
		return c.attrib(cmd, b)
	default:
		return c.short(cmd, b)
	}
}

// wait registers the client for the next change and gives it the states as they are now: nothing can fall between.
func (c *client) wait() bool {
	c.out.Lock()
	defer c.out.Unlock()
	o := c.service
	o.mu.Lock()
	c.waiting = true
	states := o.states()
	o.mu.Unlock()
	return c.sendLocked(states)
}

// cancel ends the wait of another client's context.
func (c *client) cancel(b []byte) bool {
	o := c.service
	rv := uint32(scardInvalidHandle)
	o.mu.Lock()
	target := o.contexts[binary.LittleEndian.Uint32(b)]
	if target != nil {
		rv = scardSuccess
		if !target.waiting {
			target = nil
		} else {
			target.waiting = false
		}
	}
	o.mu.Unlock()
	if target != nil {
		target.send(structure(0, scardCancelled))
	}
	binary.LittleEndian.PutUint32(b[4:], rv)
	return c.send(b)
}

// short carries out the commands that are a handle, perhaps a disposition, and a return code.
func (c *client) short(cmd uint32, b []byte) bool {
	le := binary.LittleEndian
	id := int32(le.Uint32(b))
	var rv uint32
	switch cmd {
	case cmdDisconnect:
		rv = c.service.leave(c, id, le.Uint32(b[4:]))
	case cmdBeginTransaction:
		rv = c.service.begin(c, id)
	case cmdEndTransaction:
		rv = c.service.end(c, id, le.Uint32(b[4:]))
	case cmdStatus:
		rv = c.service.status(c, id)
	}
	le.PutUint32(b[len(b)-4:], rv)
	return c.send(b)
}

func (c *client) connect(b []byte) bool {
	le := binary.LittleEndian
	const after = 4 + readerNameSize
	id, protocol, rv := c.service.connect(c, le.Uint32(b), text(b[4:after]), le.Uint32(b[after:]), le.Uint32(b[after+4:]))
	le.PutUint32(b[after+8:], uint32(id))
	le.PutUint32(b[after+12:], protocol)
	le.PutUint32(b[after+16:], rv)
	return c.send(b)
}

func (c *client) reconnect(b []byte) bool {
	le := binary.LittleEndian
	protocol, rv := c.service.reconnect(c, int32(le.Uint32(b)), le.Uint32(b[4:]), le.Uint32(b[8:]), le.Uint32(b[12:]))
	le.PutUint32(b[16:], protocol)
	le.PutUint32(b[20:], rv)
	return c.send(b)
}

// transmit: handle, send protocol and length, bytes sent, receive protocol and length, room or bytes received, return code;
// the command follows the request, the response follows a good answer.
func (c *client) transmit(b []byte) bool {
	le := binary.LittleEndian
	n := le.Uint32(b[12:])
	if n > maxSend {
		return false
	}
	apdu := make([]byte, n)
	if _, err := io.ReadFull(c.conn, apdu); err != nil {
		return false
	}
	response, rv := c.service.transmit(c, int32(le.Uint32(b)), le.Uint32(b[4:]), apdu)
	if rv == scardSuccess && uint32(len(response)) > le.Uint32(b[24:]) {
		rv = scardInsufficient
	}
	le.PutUint32(b[24:], uint32(len(response)))
	le.PutUint32(b[28:], rv)
	if rv != scardSuccess {
		return c.send(b)
	}
	return c.send(append(b, response...))
}

// control: the reader has no commands of its own.
func (c *client) control(b []byte) bool {
	le := binary.LittleEndian
	n := le.Uint32(b[8:])
	if n > maxSend {
		return false
	}
	if _, err := io.CopyN(io.Discard, c.conn, int64(n)); err != nil {
		return false
	}
	rv := c.service.usable(c, int32(le.Uint32(b)))
	if rv == scardSuccess {
		rv = scardUnsupported
	}
	le.PutUint32(b[16:], 0)
	le.PutUint32(b[20:], rv)
	return c.send(b)
}

// attrib answers for the ATR and the reader's name; there is nothing to set.
func (c *client) attrib(cmd uint32, b []byte) bool {
	le := binary.LittleEndian
	const length, code = 8 + attribSize, 8 + attribSize + 4
	room := le.Uint32(b[length:])
	if room > attribSize {
		return false
	}
	value, rv := []byte(nil), c.service.usable(c, int32(le.Uint32(b)))
	if rv == scardSuccess {
		value, rv = c.service.attribute(cmd, le.Uint32(b[4:]))
	}
	if rv == scardSuccess && uint32(len(value)) > room {
		rv = scardInsufficient
	}
	if rv == scardSuccess {
		copy(b[8:], value)
	}
	le.PutUint32(b[length:], uint32(len(value)))
	le.PutUint32(b[code:], rv)
	return c.send(b)
}
