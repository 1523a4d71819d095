package dispenser

// Control characters (1.1.2).
const (
	stx = 0xF2
	etx = 0x03
	ack = 0x06
	nak = 0x15
	eot = 0x04
)

// Heads of a text (1.2.1 to 1.2.3). The document spells the head of a failure N and codes it 45; see Doubts.HeadN.
const (
	headCommand = 'C'
	headDone    = 'P'
	headFailed  = 0x45
	headFailedN = 'N'
)

// maxPacket is the longest packet (1.2.1).
const maxPacket = 1024

// command is one command as it came.
type command struct {
	addr, cm, pm byte
	data         []byte
}

// packet frames a text: STX, address, length of the text in two bytes, the text, ETX, and the XOR of all before it (1.2.1).
func packet(addr byte, text []byte) []byte {
	b := append([]byte{stx, addr, byte(len(text) >> 8), byte(len(text))}, text...)
	b = append(b, etx)
	return append(b, xor(b))
}

func xor(b []byte) byte {
	var x byte
	for _, c := range b {
		x ^= c
	}
	return x
}

// heard is one thing that came in whole.
type heard struct {
	control byte     // ACK, NAK, or EOT
	command *command // or a command
	broken  bool     // or a packet that is none
}

// framer cuts what comes into packets and control characters. A byte that begins neither is nothing.
type framer struct{ buf []byte }

// push takes bytes in and gives what is whole by now.
func (f *framer) push(b []byte) []heard {
	f.buf = append(f.buf, b...)
	var out []heard
	for len(f.buf) > 0 {
		if f.buf[0] != stx {
			if c := f.buf[0]; c == ack || c == nak || c == eot {
				out = append(out, heard{control: c})
			}
			f.buf = f.buf[1:]
			continue
		}
		if len(f.buf) < 4 {
			return out
		}
		text := int(f.buf[2])<<8 | int(f.buf[3])
		if text < 3 || text+6 > maxPacket {
			f.buf = nil // no length that a packet has: whatever follows cannot be told from data
			return append(out, heard{broken: true})
		}
		if len(f.buf) < text+6 {
			return out
		}
		p := f.buf[:text+6]
		f.buf = f.buf[text+6:]
		if p[text+4] != etx || xor(p[:text+5]) != p[text+5] || p[4] != headCommand {
			out = append(out, heard{broken: true})
			continue
		}
		out = append(out, heard{command: &command{addr: p[1], cm: p[5], pm: p[6], data: append([]byte(nil), p[7:text+4]...)}})
	}
	return out
}

// partial tells whether a packet has begun and not ended.
func (f *framer) partial() bool { return len(f.buf) > 0 }

// drop forgets what has begun.
func (f *framer) drop() { f.buf = nil }
