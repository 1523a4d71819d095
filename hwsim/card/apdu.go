package card

// command is a command APDU taken apart (ISO/IEC 7816-3, 12.1). hasLe with le 0 never happens: a coded zero means the
// most the form can ask for, 256 or 65536.
type command struct {
	cla, ins, p1, p2 byte
	data             []byte
	hasLe            bool
	le               int
	leMax            bool // Le was coded as zero: all there is, up to le
	extended         bool
}

// parse takes an APDU apart. It fails for a length that fits none of the cases 1, 2, 3, 4 in short or extended form.
func parse(b []byte) (command, bool) {
	if len(b) < 4 {
		return command{}, false
	}
	c := command{cla: b[0], ins: b[1], p1: b[2], p2: b[3]}
	body := b[4:]
	switch {
	case len(body) == 0: // case 1
		return c, true
	case len(body) == 1: // case 2 short
		c.setLe(int(body[0]), 256)
		return c, true
	case body[0] != 0:
		return c, c.short(body)
	case len(body) < 3: // a leading 00 means extended, which needs three bytes
		return command{}, false
	}
	c.extended = true
	if len(body) == 3 { // case 2 extended
		c.setLe(int(body[1])<<8|int(body[2]), 65536)
		return c, true
	}
	n := int(body[1])<<8 | int(body[2])
	rest := body[3:]
	switch {
	case n == 0:
		return command{}, false
	case len(rest) == n: // case 3 extended
	case len(rest) == n+2: // case 4 extended
		c.setLe(int(rest[n])<<8|int(rest[n+1]), 65536)
	default:
		return command{}, false
	}
	c.data = rest[:n]
	return c, true
}

// short reads Lc, data and perhaps Le in short form (cases 3 and 4).
func (c *command) short(body []byte) bool {
	n := int(body[0])
	rest := body[1:]
	switch len(rest) {
	case n:
	case n + 1:
		c.setLe(int(rest[n]), 256)
	default:
		return false
	}
	c.data = rest[:n]
	return true
}

func (c *command) setLe(coded, zero int) {
	c.hasLe, c.le = true, coded
	if coded == 0 {
		c.le, c.leMax = zero, true
	}
}
