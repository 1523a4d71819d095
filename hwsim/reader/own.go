package reader

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// acceptPause keeps a service without descriptors from asking for one all the time.
const acceptPause = 10 * time.Millisecond

// own is the PC/SC service of our own: one reader, any number of clients. Lock order: client.out before own.mu.
type own struct {
	name  string
	place place

	lifecycle sync.Mutex // held over Start, Stop, Close: one at a time

	mu       sync.Mutex
	listener *net.UnixListener // nil while stopped
	stopped  chan struct{}     // closed by Stop; a new one each Start
	closed   bool
	clients  map[*client]struct{}
	contexts map[uint32]*client
	slot     slot
	busy     chan struct{} // one place: held while a card is spoken to or powered

	work sync.WaitGroup // clients, the accepting goroutine, commands under way
}

// slot is the reader's place for a card, and who is connected to it. Guarded by own.mu.
type slot struct {
	card     Card
	atr      []byte
	gone     chan struct{} // closed when the card is taken away; nil without a card
	events   uint32        // insertions and removals, as clients compare it
	protocol uint32        // agreed for this power-up, or 0
	sharing  int32         // number of connections, or sharingExclusive
	handles  map[int32]*handle
	holder   int32 // the handle of the transaction under way, or 0
	depth    int   // transactions nest
}

// handle is one connection of a client to the slot. event is what has happened to the card since it connected: 0,
// scardResetCard or scardRemovedCard.
type handle struct {
	owner *client
	event uint32
}

// OpenOwn opens a reader called name behind a PC/SC service of our own, on a socket in dir, which is made if it is missing. The name has at
// most 127 bytes.
func OpenOwn(dir, name string) (Door, error) {
	if name == "" || len(name) >= readerNameSize {
		return nil, fmt.Errorf("reader: a reader's name has 1 to %d bytes, this one %d", readerNameSize-1, len(name))
	}
	p, err := newPlace(dir)
	if err != nil {
		return nil, err
	}
	o := &own{name: name, place: p, busy: make(chan struct{}, 1)}
	if err := o.Start(); err != nil {
		p.clear()
		return nil, err
	}
	return o, nil
}

func (o *own) Name() string   { return o.name }
func (o *own) Socket() string { return o.place.path }

func (o *own) Start() error {
	o.lifecycle.Lock()
	defer o.lifecycle.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return fmt.Errorf("reader: %w", net.ErrClosed)
	case o.listener != nil:
		return nil
	}
	l, err := o.place.listen()
	if err != nil {
		return err
	}
	o.listener, o.stopped = l, make(chan struct{})
	o.clients, o.contexts = make(map[*client]struct{}), make(map[uint32]*client)
	o.slot.handles, o.slot.sharing, o.slot.holder, o.slot.depth, o.slot.protocol = make(map[int32]*handle), sharingNone, 0, 0, 0
	o.work.Go(func() { o.accept(l) })
	return nil
}

func (o *own) Stop() error {
	o.lifecycle.Lock()
	defer o.lifecycle.Unlock()
	o.stop()
	return nil
}

func (o *own) Close() error {
	o.lifecycle.Lock()
	defer o.lifecycle.Unlock()
	o.stop()
	o.mu.Lock()
	closed := o.closed
	o.closed = true
	o.mu.Unlock()
	if !closed {
		o.Remove()
		o.place.clear()
	}
	return nil
}

// stop is called with lifecycle held; it waits for every goroutine of the service.
func (o *own) stop() {
	o.mu.Lock()
	if o.listener != nil {
		o.listener.Close() // and unlinks the socket
		for c := range o.clients {
			c.conn.Close() // before anyone hears of the stop: a dead service gives no last answers
		}
		close(o.stopped)
		o.listener = nil
	}
	o.mu.Unlock()
	o.work.Wait()
}

func (o *own) accept(l *net.UnixListener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(acceptPause) // out of descriptors, or a client that gave up: the next one may do better
			continue
		}
		c := &client{service: o, conn: conn}
		o.mu.Lock()
		if o.listener != l {
			o.mu.Unlock()
			conn.Close()
			return
		}
		c.stopped = o.stopped
		o.clients[c] = struct{}{}
		o.work.Go(c.serve)
		o.mu.Unlock()
	}
}

func (o *own) Insert(card Card) {
	o.Remove()
	card.PowerOn()
	atr := card.ATR()
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		card.PowerOff()
		return
	}
	before := o.takeOut() // a second Insert may have come in between
	o.slot.card, o.slot.atr, o.slot.gone = card, atr, make(chan struct{})
	o.slot.events++
	waiting := o.takeWaiting()
	o.mu.Unlock()
	if before != nil {
		before.PowerOff()
	}
	signal(waiting, scardSuccess)
}

func (o *own) Remove() {
	o.mu.Lock()
	card := o.takeOut()
	var waiting []*client
	if card != nil {
		waiting = o.takeWaiting()
	}
	o.mu.Unlock()
	if card != nil {
		card.PowerOff()
		signal(waiting, scardSuccess)
	}
}

// takeOut empties the slot and returns the card that lay there. Called with mu held.
func (o *own) takeOut() Card {
	s := &o.slot
	card := s.card
	if card == nil {
		return nil
	}
	close(s.gone)
	s.card, s.atr, s.gone, s.protocol = nil, nil, nil, 0
	s.events++
	for _, h := range s.handles {
		h.event = scardRemovedCard
	}
	return card
}

// takeWaiting returns the clients that wait for a change and strikes them off. Called with mu held.
func (o *own) takeWaiting() []*client {
	var out []*client
	for c := range o.clients {
		if c.waiting {
			c.waiting = false
			out = append(out, c)
		}
	}
	return out
}

// signal tells clients that their wait is over. Called without mu: a client's socket may be slow.
func signal(clients []*client, rv uint32) {
	for _, c := range clients {
		c.send(structure(0, rv))
	}
}

// states is the table of all readers, as clients read it. Called with mu held.
func (o *own) states() []byte {
	le := binary.LittleEndian
	out := make([]byte, maxReaders*readerStateSize)
	s := &o.slot
	copy(out[:readerNameSize-1], o.name)
	le.PutUint32(out[128:], s.events)
	state := uint32(stateAbsent)
	switch {
	case s.card != nil && len(s.atr) == 0:
		state = statePresent | stateSwallowed
	case s.card != nil && s.protocol != 0:
		state = statePresent | statePowered | stateSpecific
	case s.card != nil:
		state = statePresent | statePowered | stateNegotiable
	}
	le.PutUint32(out[132:], state)
	le.PutUint32(out[136:], uint32(s.sharing))
	copy(out[140:173], s.atr)
	le.PutUint32(out[176:], uint32(min(len(s.atr), 33)))
	le.PutUint32(out[180:], s.protocol)
	return out
}

// newHandle returns a handle number that is not in use. Called with mu held.
func (o *own) newHandle() int32 {
	for {
		h := rand.Int32()
		if _, taken := o.slot.handles[h]; h != 0 && !taken {
			return h
		}
	}
}

// newContext returns a context number that is not in use. Called with mu held.
func (o *own) newContext() uint32 {
	for {
		h := rand.Uint32() >> 1
		if _, taken := o.contexts[h]; h != 0 && !taken {
			return h
		}
	}
}
