package crt591

// Control characters (1.1.2).
const (
	stx = 0xF2
	etx = 0x03
	ack = 0x06
	nak = 0x15
	eot = 0x04
)

// Sizes of a packet: STX, ADDR, LENH, LENL before the text, ETX and BCC after it; the whole at most 1024 (1.2.1).
const (
	before    = 4
	around    = 6
	maxPacket = 1024
	leastText = 3 // head, CM, PM
)

// command is what the host says: CM, PM, and data of 1.2.1.
type command struct {
	name   string // for the log and for faults
	cm, pm byte
	data   []byte
}

func (c command) packet(addr byte) []byte {
	text := append([]byte{'C', c.cm, c.pm}, c.data...)
	b := append([]byte{stx, addr, byte(len(text) >> 8), byte(len(text))}, text...)
	b = append(b, etx)
	return append(b, bcc(b))
}

func bcc(b []byte) byte {
	var x byte
	for _, c := range b {
		x ^= c
	}
	return x
}

// response is what the machine says (1.2.2, 1.2.3).
type response struct {
	cm, pm byte
	failed string // e1 e0 of a failure; "" of a success
	status status // of a success
	data   []byte
}

// status is st0, st1, st2 of 2.1.2.
type status struct{ card, stacker, bin byte }

const (
	noCard       = '0'
	cardInGate   = '1'
	cardAtChip   = '2'
	stackerEmpty = '0'
	binFull      = '1'
)

// sound reports whether the status has values of the table.
func (s status) sound() bool {
	return s.card >= '0' && s.card <= '2' && s.stacker >= '0' && s.stacker <= '2' && (s.bin == '0' || s.bin == '1')
}

// answers reports whether r is the response to c.
func (r response) answers(c command) bool { return r.cm == c.cm && r.pm == c.pm }

// kind of a thing that came in.
type kind int

const (
	nothing kind = iota
	acked
	naked
	cleared    // EOT
	answered   // a sound packet
	unreadable // a packet that is none, or one that never ended
)

// scanner cuts what comes in into control characters and packets. A packet ends where its length says: data may hold any
// byte, ETX among them.
type scanner struct {
	addr byte
	buf  []byte
}

func (s *scanner) push(b []byte) { s.buf = append(s.buf, b...) }

// partial reports whether a packet has begun and not ended.
func (s *scanner) partial() bool { return len(s.buf) > 0 }

// drop forgets what has begun.
func (s *scanner) drop() { s.buf = nil }

// next takes the next whole thing out; nothing when there is none yet. Bytes that begin nothing are skipped, and so are
// packets of another address.
func (s *scanner) next() (kind, response) {
	for len(s.buf) > 0 {
		switch s.buf[0] {
		case ack, nak, eot:
			k := map[byte]kind{ack: acked, nak: naked, eot: cleared}[s.buf[0]]
			s.buf = s.buf[1:]
			return k, response{}
		case stx:
		default:
			s.buf = s.buf[1:]
			continue
		}
		if len(s.buf) < before {
			return nothing, response{}
		}
		n := int(s.buf[2])<<8 | int(s.buf[3])
		if n < leastText || n+around > maxPacket {
			s.drop() // where it ends cannot be known
			return unreadable, response{}
		}
		if len(s.buf) < n+around {
			return nothing, response{}
		}
		p := s.buf[:n+around]
		s.buf = s.buf[n+around:]
		if p[before+n] != etx || bcc(p[:before+n+1]) != p[before+n+1] {
			return unreadable, response{}
		}
		if p[1] != s.addr {
			continue
		}
		r, ok := parse(p[before : before+n])
		if !ok {
			return unreadable, response{}
		}
		return answered, r
	}
	return nothing, response{}
}

// parse reads the text of a response. A failure has the head 45 hex in the document's table and in two hosts that work, and
// N in its prose: both are taken.
func parse(text []byte) (response, bool) {
	r := response{cm: text[1], pm: text[2]}
	rest := text[leastText:]
	switch text[0] {
	case 'P':
		if len(rest) < 3 {
			return r, false
		}
		r.status = status{rest[0], rest[1], rest[2]}
		r.data = append([]byte(nil), rest[3:]...)
		return r, r.status.sound()
	case 'E', 'N':
		if len(rest) < 2 {
			return r, false
		}
		r.failed = string(rest[:2])
		r.data = append([]byte(nil), rest[2:]...)
		return r, true
	}
	return r, false
}
