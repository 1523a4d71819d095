package screen

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// le is the byte order that we ask the server for.
var le = binary.LittleEndian

// Requests of the core protocol, appendix B.
const (
	opCreateWindow        = 1
	opGetWindowAttributes = 3
	opDestroyWindow       = 4
	opGetGeometry         = 14
	opQueryTree           = 15
	opInternAtom          = 16
	opConvertSelection    = 24
	opSendEvent           = 25
	opGetImage            = 73
	opQueryExtension      = 98
	opGetKeyboardMapping  = 101
)

// replyLimit is how long the server may take to answer.
const replyLimit = 10 * time.Second

// errClosed: the display is gone, or Close was called.
var errClosed = errors.New("screen: the display is closed")

// wire is the connection to the server.
type wire struct {
	conn net.Conn
	once sync.Once

	mu      sync.Mutex // guards what follows
	seq     uint16
	waiting map[uint16]chan []byte
	broken  error

	root            uint32
	width, height   int
	minKey, maxKey  int
	nextID, maskID  uint32
	damageEvent     atomic.Uint32 // 0 until the extension is asked for
	painted         chan time.Time
	xtest, damaging byte // major opcodes
}

// dial connects to a display as ":7".
func dial(display string) (*wire, error) {
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+display[1:])
	if err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	w := &wire{conn: conn, waiting: map[uint16]chan []byte{}, painted: make(chan time.Time, 1<<14)}
	if err := w.setup(); err != nil {
		conn.Close()
		return nil, err
	}
	go w.read()
	return w, nil
}

// setup greets the server and reads what it tells of its first screen.
func (w *wire) setup() error {
	if err := w.conn.SetDeadline(time.Now().Add(replyLimit)); err != nil {
		return err
	}
	if _, err := w.conn.Write([]byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		return err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(w.conn, head); err != nil {
		return err
	}
	b := make([]byte, 4*int(le.Uint16(head[6:])))
	if _, err := io.ReadFull(w.conn, b); err != nil {
		return err
	}
	if head[0] != 1 {
		return fmt.Errorf("screen: the display refuses: %q", b)
	}
	if len(b) < 32 {
		return io.ErrUnexpectedEOF
	}
	at := 32 + (int(le.Uint16(b[16:]))+3)&^3 + 8*int(b[21]) // past the vendor and the formats
	if len(b) < at+24 {
		return io.ErrUnexpectedEOF
	}
	w.nextID, w.maskID = le.Uint32(b[4:]), le.Uint32(b[8:])
	w.minKey, w.maxKey = int(b[26]), int(b[27])
	w.root, w.width, w.height = le.Uint32(b[at:]), int(le.Uint16(b[at+20:])), int(le.Uint16(b[at+22:]))
	return w.conn.SetDeadline(time.Time{})
}

// read takes what the server says until the connection ends.
func (w *wire) read() {
	in := bufio.NewReaderSize(w.conn, 1<<16)
	for {
		head := make([]byte, 32)
		if _, err := io.ReadFull(in, head); err != nil {
			w.fail()
			return
		}
		now := time.Now()
		switch kind := head[0] & 0x7F; {
		case kind == 0 || kind == 1 || kind == 35: // an error, a reply, a generic event: the last two may be longer
			msg := head
			if kind != 0 {
				if n := 4 * int(le.Uint32(head[4:])); n > 0 {
					msg = append(head, make([]byte, n)...)
					if _, err := io.ReadFull(in, msg[32:]); err != nil {
						w.fail()
						return
					}
				}
			}
			w.mu.Lock()
			ch := w.waiting[le.Uint16(head[2:])]
			delete(w.waiting, le.Uint16(head[2:]))
			w.mu.Unlock()
			if ch != nil {
				ch <- msg
			}
		case uint32(kind) == w.damageEvent.Load():
			select {
			case w.painted <- now:
			default: // nobody looks
			}
		}
	}
}

func (w *wire) fail() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = errClosed
	for _, ch := range w.waiting {
		close(ch)
	}
	w.waiting = map[uint16]chan []byte{}
}

func (w *wire) close() {
	w.once.Do(func() { w.conn.Close() })
}

// send sends a request; its third and fourth byte, the length, are filled in here.
func (w *wire) send(req []byte, reply chan []byte) error {
	le.PutUint16(req[2:], uint16(len(req)/4))
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return w.broken
	}
	w.seq++
	if reply != nil {
		w.waiting[w.seq] = reply
	}
	_, err := w.conn.Write(req)
	return err
}

// ask sends a request and waits for its reply.
func (w *wire) ask(req []byte) ([]byte, error) {
	reply := make(chan []byte, 1)
	if err := w.send(req, reply); err != nil {
		return nil, err
	}
	select {
	case b, ok := <-reply:
		switch {
		case !ok:
			return nil, errClosed
		case b[0] == 0:
			return nil, fmt.Errorf("screen: error %d for request %d", b[1], b[10])
		}
		return b, nil
	case <-time.After(replyLimit):
		return nil, errors.New("screen: the display does not answer")
	}
}

// request is a request with its first words.
func request(op, detail byte, words ...uint32) []byte {
	b := make([]byte, 4, 4+4*len(words))
	b[0], b[1] = op, detail
	for _, x := range words {
		b = le.AppendUint32(b, x)
	}
	return b
}

// name asks for what the server knows under a name.
func (w *wire) name(op byte, name string) ([]byte, error) {
	req := le.AppendUint16(request(op, 0), uint16(len(name)))
	req = append(append(req, 0, 0), name...)
	for len(req)%4 != 0 {
		req = append(req, 0)
	}
	return w.ask(req)
}

// atom gives the number of a name.
func (w *wire) atom(name string) (uint32, error) {
	b, err := w.name(opInternAtom, name)
	if err != nil {
		return 0, err
	}
	return le.Uint32(b[8:]), nil
}

// extension gives the major opcode and the first event of an extension.
func (w *wire) extension(name string) (major, event byte, err error) {
	b, err := w.name(opQueryExtension, name)
	if err != nil {
		return 0, 0, err
	}
	if b[8] == 0 {
		return 0, 0, fmt.Errorf("screen: the display has no %s", name)
	}
	return b[9], b[10], nil
}
