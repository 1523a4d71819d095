package printer

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"cetak/hwsim/world"
)

// session is what the machine remembers while it has power. Its methods run on the goroutine that reads the line;
// transport runs the motors.
type session struct {
	p         *Printer
	ctx       context.Context
	cut       context.CancelFunc
	doors     [2]door // serial, USB
	at        *door   // where the command in hand came in
	transport *transport

	pem      int
	ackByPem bool
	ribbon   string // of Pr; "" = what is in
	job      string // panels of the ribbon that the sequence was begun with
	last     refusal

	bitmaps map[string]*world.Raster // by panel; never changed once stored
	fresh   map[string]bool          // received and not yet given to the head
	open    bool                     // between Ss and Se
	next    int                      // place on the ribbon of the next panel that may be given to the head
	back    bool
	port    *portSetting // of a Pcom whose reply goes as the port was before
}

func newSession(ctx context.Context, p *Printer, cut context.CancelFunc) *session {
	s := &session{p: p, ctx: ctx, cut: cut,
		bitmaps: map[string]*world.Raster{}, fresh: map[string]bool{}}
	s.doors = [2]door{{frame: newFramer(p.doubts), out: p.line}, {frame: newFramer(p.doubts), out: p.usb, usb: true}}
	s.at = &s.doors[0]
	p.mu.Lock()
	s.pem = p.savedPem
	p.mu.Unlock()
	s.ackByPem = s.pem == 4 || s.pem&16 != 0
	if s.pem == 4 {
		s.pem = 0
	}
	s.transport = startTransport(ctx, p)
	s.transport.setPem(s.pem)
	return s
}

// take carries out one command and answers it.
func (s *session) take(r request) {
	if s.ctx.Err() != nil {
		return // the power went while earlier commands ran
	}
	event := "command"
	if known(r.name) {
		event += ":" + r.name
	}
	s.p.world.Emit(event)
	if s.ctx.Err() != nil {
		return
	}
	s.p.mu.Lock()
	forced := s.p.nack
	s.p.nack = accepted
	enable, off := s.p.enable, s.p.odd.off
	dropped := s.p.drop > 0
	if dropped {
		s.p.drop--
	}
	s.p.mu.Unlock()
	if enable == 'D' && !s.at.usb || off || dropped {
		return
	}
	var a answer
	switch {
	case forced != accepted:
		a = no(forced)
	case r.bad != accepted:
		a = no(r.bad)
	default:
		a = s.do(r)
	}
	if s.ctx.Err() != nil && r.name != "Srs" {
		return
	}
	if !reads(r.name) {
		s.last = a.refused
	}
	restart := r.name == "Srs" && a.refused == accepted
	if restart { // before the host hears that it will
		s.p.odder(func(o *oddities) { o.starting = true })
	}
	s.reply(a)
	s.applyPort()
	if restart {
		s.cut()
	}
}

func (s *session) reply(a answer) {
	p := s.p
	p.mu.Lock()
	ack := (p.protocol == "ACK/NACK" || s.ackByPem) && !s.at.usb
	if a.refused == accepted && a.hasValue && !a.exact && p.doubts.StaleOK {
		// The third time in a row it is the truth: hosts ask three times (evolis.md 5).
		if p.stale < 2 && p.rng.UintN(2) == 0 {
			p.stale++
			a.value = "OK"
		} else {
			p.stale = 0
		}
	}
	lost := p.lose > 0
	if lost {
		p.lose--
	}
	mute := p.mute || p.enable != 'E' && !s.at.usb
	p.mu.Unlock()
	if lost || mute {
		return
	}
	s.send(a.encode(ack, p.doubts))
}

// known names the commands of this machine.
func known(name string) bool {
	switch name {
	case "Psc", "Pcom", "Pem", "Pmi", "Pos", "Poc", "Pr", "Pc", "Pdt", "Ppws", "Mr",
		"Ss", "Se", "Ser", "Seb", "Si", "Sis", "Sic", "Sie", "Sr", "Sv", "Srs", "Ssd", "Scp", "Sa", "St", "Stt", "Sk",
		"Rcom", "Rlr", "Rtp", "Rsn", "Rfv", "Rkn", "Rco", "Rcr", "Rrt", "Rse", "Rem", "Rok",
		"Db", "Dbc", "Dbp", "Dbpc", "Dbmp", "Wcb":
		return true
	}
	return false
}

// reads tells the commands that only ask.
func reads(name string) bool { return name != "" && (name[0] == 'R' || name == "Sk") }

// do carries out a well-framed command. A fault of a move that was acknowledged before it ended is told once, to the
// next command that is no mere question, or to Rlr; that command is then not done.
func (s *session) do(r request) answer {
	if !known(r.name) {
		switch r.name {
		case "Wt", "Wb", "Wl":
			return no(noOption) // resident fonts are not in this machine
		}
		return no(unknownCommand)
	}
	if !reads(r.name) || r.name == "Rlr" {
		if fault := s.transport.untold(); fault != accepted {
			s.last = fault
			return no(fault)
		}
	}
	switch r.name[0] {
	case 'R':
		return s.read(r)
	case 'P', 'M':
		return s.set(r)
	case 'D':
		return s.bitmap(r)
	case 'W':
		return s.fill(r)
	}
	return s.sequence(r)
}

// oneOf checks that the command has one parameter, of the named ones.
func oneOf(r request, values ...string) bool {
	return len(r.args) == 1 && slices.Contains(values, r.args[0])
}

// panels of a ribbon in their order, "" for an unknown ribbon (A5013 p.25). ymckos has half panels of colour; its last
// panel is not printable here.
func panels(ribbon string) string {
	switch ribbon {
	case "ymcko", "ymckok", "ko":
		return ribbon
	case "ymckos":
		return "ymcko"
	case "k", "kb", "kw", "kr", "kbl", "kgr", "kgo", "ksi", "ksc":
		return "k"
	case "h":
		return "o"
	case "ho":
		return "oo"
	}
	return ""
}

// endSequence forgets what was received: the next card starts clean.
func (s *session) endSequence() {
	s.open, s.next, s.back = false, 0, false
	maps.DeleteFunc(s.fresh, func(string, bool) bool { return true })
}

func (s *session) sequence(r request) answer {
	w := s.p.world
	plain := len(r.args) == 0
	switch r.name {
	case "Sa":
		plain = plain || oneOf(r, "p", "r", "o", "c", "m", "h", "f")
	case "Se":
		plain = plain || oneOf(r, "1") // as the maker's driver sends it (captures)
	case "Sk":
		plain = oneOf(r, "f", "w")
	case "Ssd":
		plain = oneOf(r, "y", "m", "c", "k", "o")
	}
	if !plain {
		return no(badParameter)
	}
	switch r.name {
	case "Sk":
		low := w.Standing(world.FeederEmpty)
		if r.args[0] == "w" {
			low = low || w.FeederCount() <= 10
		}
		if low {
			return value("1")
		}
		return value("0")
	case "Ss":
		s.transport.settle()
		s.transport.revive()
		in := w.Ribbon().Type
		if in == "" || (s.ribbon != "" && panels(s.ribbon) != in) {
			return no(ribbonUnknown)
		}
		s.job = in
		s.open, s.next, s.back = true, 0, false
		if s.p.doubts.SsDrops {
			clear(s.fresh)
		}
		return ok()
	case "Sr":
		if s.back {
			return s.turn(false)
		}
		return ok()
	case "Sv":
		if !s.back {
			return s.turn(true)
		}
		return ok()
	case "Ssd":
		return s.recall(r)
	case "Srs":
		return ok()
	case "Se":
		return s.finish()
	case "Ser", "Seb":
		s.transport.settle()
		if !s.p.doubts.RejectKeeps {
			s.endSequence()
		}
		return s.move(func(t *transport) error { t.revive(); return t.discharge(world.Reject) })
	case "Si":
		return s.bring(world.Head)
	case "Sis":
		return s.bring(world.Contacts)
	case "Sic":
		return s.bring(world.Contactless)
	case "Sie":
		s.endSequence()
		return s.move(func(t *transport) error { return t.passThrough() })
	case "Scp":
		if w.Ribbon().Type != "" {
			return no(ribbonFault)
		}
		return s.move(func(t *transport) error { return t.clean() })
	case "Sa":
		return s.move(func(t *transport) error { return t.adjust() })
	}
	return s.testCard() // St, Stt
}

// bring takes a card to a place: the one in the machine, else the next blank. The received bitmaps stay: the first panel
// may be sent while the card is at the chip.
func (s *session) bring(to world.Place) answer {
	s.transport.settle()
	if s.transport.dead() != accepted {
		s.transport.revive()
	}
	return s.move(func(t *transport) error { return t.owned(func() error { return t.bring(to) }) })
}

// move asks the standing conditions, then lets the motors do it; when it is acknowledged is a doubt.
func (s *session) move(do func(*transport) error) answer {
	s.transport.settle()
	if fault := s.transport.untold(); fault != accepted {
		return no(fault)
	}
	return s.start(do)
}

func (s *session) start(do func(*transport) error) answer {
	if r := s.standing(); r != accepted {
		return no(r)
	}
	t := s.transport
	if !s.p.doubts.ACKAfter {
		t.queue(do, nil)
		return ok()
	}
	done := make(chan error, 1)
	t.queue(do, done)
	select {
	case err := <-done:
		if err != nil {
			return answerOf(err)
		}
		return ok()
	case <-s.ctx.Done():
		return ok() // not sent: the power is off
	}
}

// standing is what forbids any move now. A printer that owns errors takes the command and waits.
func (s *session) standing() refusal {
	switch w := s.p.world; {
	case s.transport.printerOwns():
	case !s.transport.coverIgnored() && w.Standing(world.CoverOpen):
		return coverOpen
	case w.Standing(world.Jam):
		return cardJam
	}
	return accepted
}

// finish is Se: what is left is printed, then the card goes to the good tray.
func (s *session) finish() answer {
	if dead := s.transport.dead(); dead != accepted {
		return no(dead)
	}
	if r := s.standing(); r != accepted {
		return no(r) // nothing is given to the head: Se may be sent again
	}
	if s.open {
		s.burnUpTo(len(s.job))
	}
	a := s.start(func(t *transport) error {
		if err := t.printed(); err != nil {
			return err
		}
		if t.p.world.Where() == "" {
			return nil // nothing was in, nothing was to print
		}
		return t.discharge(world.Good)
	})
	if a.refused == accepted {
		s.endSequence()
	}
	return a
}

// turn flips the card after what was received for this side is printed.
func (s *session) turn(back bool) answer {
	if s.open {
		s.burnUpTo(len(s.job))
	}
	maps.DeleteFunc(s.fresh, func(string, bool) bool { return true })
	s.back, s.next = back, 0
	newSet := true
	if s.job == "ymckok" && back {
		s.next, newSet = 5, false
	}
	return s.start(func(t *transport) error {
		if err := t.printed(); err != nil {
			return err
		}
		return t.flip(newSet)
	})
}

// testCard prints a frame and a diagonal on a blank and ejects it.
func (s *session) testCard() answer {
	s.endSequence()
	ribbon := s.p.world.Ribbon().Type
	r := world.NewRaster(2)
	for n := range Lines {
		for d := range LineDots {
			if n < 8 || d < 8 || n >= Lines-8 || d >= LineDots-8 || n*LineDots/Lines == d {
				r.Dots[n*LineDots+d] = 1
			}
		}
	}
	for i := range ribbon {
		if ribbon[i] == 'k' {
			s.transport.print([]burn{{panel: "k", key: "k", place: i, raster: r, ribbon: ribbon}})
			break
		}
	}
	return s.finish()
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
