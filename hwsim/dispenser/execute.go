package dispenser

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"cetak/hwsim/world"
)

// Error codes e1 e0 (2.2).
const (
	undefined   = "00"
	parameter   = "01"
	sequence    = "02"
	unsupported = "03"
	dataError   = "04"
	jam         = "10"
	movedByHand = "45"
	overflow    = "50"
	stackEmpty  = "A0"
	binFull     = "A1"
	notReset    = "B0"
)

// Commands (2.1.1).
const (
	cmInit     = 0x30
	cmStatus   = 0x31
	cmMove     = 0x32
	cmEntry    = 0x33
	cmSerial   = 0xA2
	cmConfig   = 0xA3
	cmVersion  = 0xA4
	cmCounter  = 0xA5
	cmReader   = 0xA6
	moveHold   = 0x30
	moveIC     = 0x31
	moveRF     = 0x32
	moveBin    = 0x33
	moveOut    = 0x39
	leaveCard  = 0x33
	leaveCount = 0x37
)

// failure is a command that was not done, by its code.
type failure string

func (f failure) Error() string { return string(f) }

// execute does a command and makes its response; nil when it was discontinued.
func (s *session) execute(ctx context.Context, c *command) []byte {
	data, err := s.do(ctx, c)
	if ctx.Err() != nil {
		return nil
	}
	var f failure
	if errors.As(err, &f) {
		head := byte(headFailed)
		if s.d.doubts.HeadN {
			head = headFailedN
		}
		return packet(s.d.addr, []byte{head, c.cm, c.pm, f[0], f[1]})
	}
	st := s.status()
	return packet(s.d.addr, append([]byte{headDone, c.cm, c.pm, st[0], st[1], st[2]}, data...))
}

func (s *session) do(ctx context.Context, c *command) ([]byte, error) {
	if c.cm == cmInit {
		return s.initialize(ctx, c)
	}
	if !s.ready {
		return nil, failure(notReset)
	}
	d := s.d
	d.mu.Lock()
	fail := d.fail
	d.fail = ""
	d.mu.Unlock()
	if fail != "" {
		return nil, failure(fail)
	}
	if c.cm != cmCounter && len(c.data) > 0 {
		return nil, failure(dataError)
	}
	switch c.cm {
	case cmMove:
		return nil, s.move(ctx, c.pm)
	case cmCounter:
		return s.counter(c)
	}
	return s.tell(c)
}

// tell answers the commands that move nothing.
func (s *session) tell(c *command) ([]byte, error) {
	most := byte(0x30)
	var data []byte
	switch c.cm {
	case cmStatus:
		most = 0x31
		if c.pm == 0x31 {
			data = s.sensors()
		}
	case cmEntry:
		most = 0x31
	case cmSerial:
		serial := s.d.Serial()
		data = append([]byte{byte(len(serial))}, serial...)
	case cmConfig:
		data = []byte("IC RF PCSC")
	case cmVersion:
		data = []byte(firmware)
	case cmReader:
	case 0x50, 0x51, 0x52, 0x53, 0x54, 0x60:
		return nil, failure(unsupported) // this one's chip station is a PC/SC reader's
	default:
		return nil, failure(undefined)
	}
	if c.pm < 0x30 || c.pm > most {
		return nil, failure(parameter)
	}
	return data, nil
}

// initialize is 3.1.1. Whatever else was wrong is forgotten.
func (s *session) initialize(ctx context.Context, c *command) ([]byte, error) {
	move := byte(0)
	switch c.pm {
	case 0x30, 0x34:
		move = moveHold
	case 0x31, 0x35:
		move = moveBin
	case leaveCard, leaveCount:
	default:
		return nil, failure(parameter)
	}
	if len(c.data) > 0 {
		return nil, failure(dataError)
	}
	s.d.line.Detect() // its speed is known by now
	s.ready, s.counting = true, c.pm >= 0x34
	s.d.change(func() { s.d.fail = "" })
	s.place = s.d.world.Front()
	if err := s.d.world.Clock.Sleep(ctx, initTime); err != nil {
		return nil, err
	}
	if move != 0 && s.place != "" {
		if err := s.move(ctx, move); err != nil {
			return nil, err
		}
	}
	return []byte(modelName), nil
}

// status is st0, st1, st2 (2.1.2). A card between two places is seen by none of the three.
func (s *session) status() [3]byte {
	st := [3]byte{'0', '2', '0'}
	switch s.d.world.Front() {
	case world.Gate:
		st[0] = '1'
	case world.Contacts, world.Contactless:
		st[0] = '2'
	}
	if n := s.d.world.FeederCount(); s.d.world.StackerEmpty() {
		st[1] = '0'
	} else if n <= fewCards {
		st[1] = '1'
	}
	if s.d.world.BinFull() {
		st[2] = '1'
	}
	return st
}

// sensors are S1 to S8 (3.1.2). Where each of them sits is not in the document: S1 is the gate's and S4 the station's here.
func (s *session) sensors() []byte {
	b := []byte("00000000")
	switch s.status()[0] {
	case '1':
		b[0] = '1'
	case '2':
		b[3] = '1'
	}
	return b
}

// counter is 3.6.9.
func (s *session) counter(c *command) ([]byte, error) {
	switch {
	case c.pm == 0x30 && len(c.data) == 0:
		return fmt.Appendf(nil, "%03d", s.d.Counter()), nil
	case c.pm == 0x31:
		n, err := strconv.ParseUint(string(c.data), 10, 16)
		if err != nil || len(c.data) != 3 {
			return nil, failure(dataError)
		}
		s.d.SetCounter(int(n))
		return nil, nil
	case c.pm == 0x30:
		return nil, failure(dataError)
	}
	return nil, failure(parameter)
}

// move is 3.1.3. The machine knows where it has put the card: another place, or none, is a hand's doing.
func (s *session) move(ctx context.Context, pm byte) error {
	w := s.d.world
	switch pm {
	case moveHold, moveIC, moveRF, moveBin, moveOut:
	default:
		return failure(parameter)
	}
	at := w.Front()
	if w.FrontJammed() {
		return failure(jam)
	}
	if at != s.place {
		s.place = at
		return failure(movedByHand)
	}
	defer func() { s.place = w.Front() }()
	if at == "" && (pm != moveIC && (pm != moveRF || s.d.doubts.RFRefuses)) {
		return failure(sequence)
	}
	switch pm {
	case moveIC:
		return s.bring(ctx, world.Contacts)
	case moveRF:
		return s.bring(ctx, world.Contactless)
	case moveHold:
		return s.bring(ctx, world.Gate)
	case moveBin:
		return s.capture(ctx)
	}
	if err := s.bring(ctx, world.Gate); err != nil || s.d.doubts.GateHolds {
		return err
	}
	if w.Front() == "" || ctx.Err() != nil {
		return ctx.Err() // a hand took it as it came out; or the motor stands still
	}
	return trouble(w.FrontOut())
}

// bring takes the card, or the next of the stacker, to a place.
func (s *session) bring(ctx context.Context, to world.Place) error {
	w := s.d.world
	at, d := w.Front(), stationTime
	if to == world.Gate {
		d = gateTime
	}
	if at == to {
		return nil
	}
	if at == "" {
		if err := w.Dispense(); err != nil {
			return trouble(err)
		}
		d = feedTime
	} else if err := w.FrontDepart(); err != nil {
		return trouble(err)
	}
	if err := w.Clock.Sleep(ctx, d); err != nil {
		return err
	}
	if w.Front() == "" {
		return failure(movedByHand)
	}
	err := trouble(w.FrontArrive(to))
	if to == world.Gate && errors.Is(err, failure(movedByHand)) {
		return nil // a hand took it there
	}
	return err
}

// capture lets the card fall into the bin and counts it.
func (s *session) capture(ctx context.Context) error {
	w := s.d.world
	counts := s.counting || s.d.doubts.CounterAlways
	if counts && s.d.Counter() >= counterMax {
		return failure(overflow)
	}
	if w.BinFull() {
		return failure(binFull)
	}
	if err := w.FrontDepart(); err != nil {
		return trouble(err)
	}
	if err := w.Clock.Sleep(ctx, captureTime); err != nil {
		return err
	}
	if err := w.FrontCapture(); err != nil {
		return trouble(err)
	}
	if counts {
		s.d.change(func() { s.d.counter++ })
	}
	return nil
}

// trouble is the code of what the world says.
func trouble(err error) error {
	var t world.Trouble
	if !errors.As(err, &t) {
		return err
	}
	switch t {
	case world.FeederEmpty:
		return failure(stackEmpty)
	case world.RejectFull:
		return failure(binFull)
	case world.NoCard:
		return failure(movedByHand)
	}
	return failure(jam)
}
