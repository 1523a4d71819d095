package card

// Commands that make, close, and end files (ISO/IEC 7816-9:2004).

// bare is what commands without parameters, data, and answer have in common.
func bare(cmd command) status {
	switch {
	case cmd.p1 != 0 || cmd.p2 != 0:
		return swParameters
	case len(cmd.data) > 0 || cmd.hasLe:
		return swLength
	}
	return swOK
}

// turn takes the current DF and everything in it into another cycle for good, where may allows it from its present one.
func (c *Chip) turn(cmd command, to byte, may func(byte) bool) status {
	if sw := bare(cmd); sw != swOK {
		return sw
	}
	switch {
	case !c.current.dir || c.current == c.root:
		return swNoCurrentFile
	case !c.mayChange():
		return swSecurity
	case !may(c.current.cycle):
		return swConditions
	}
	for f := range c.current.all() {
		f.cycle = to
	}
	return swOK
}

// activate is ACTIVATE FILE on the current DF: it seals the DF and everything in it for good.
func (c *Chip) activate(cmd command) status {
	return c.turn(cmd, activated, func(is byte) bool { return is == initialised })
}

// terminateDF is TERMINATE DF on the current DF, from any state but this one.
func (c *Chip) terminateDF(cmd command) status {
	return c.turn(cmd, terminated, func(is byte) bool { return is != terminated })
}

// terminateCard is TERMINATE CARD USAGE: the chip does nothing any more but say so.
func (c *Chip) terminateCard(cmd command) status {
	if sw := bare(cmd); sw != swOK {
		return sw
	}
	if !c.mayChange() {
		return swSecurity
	}
	c.dead, c.current = true, c.root
	return swOK
}

// maxFiles is how many files a chip holds.
const maxFiles = 64

func (c *Chip) count() (n int) {
	for range c.root.all() {
		n++
	}
	return n
}

// createFile is CREATE FILE with the file's control parameters in the command (7816-9:2004, 6.1). A template 6F and a size in 81
// are taken as well, as OpenSC sends them. The new file is the current one.
func (c *Chip) createFile(cmd command) status {
	folder := c.current.folder()
	switch {
	case cmd.p1 != 0 || cmd.p2 != 0:
		return swParameters
	case len(cmd.data) == 0 || cmd.hasLe:
		return swLength
	case !c.mayChange():
		return swSecurity
	case folder != c.root && folder.cycle != initialised:
		return swConditions
	}
	f, ok := newFile(cmd.data)
	switch {
	case !ok || f.id == fidMF:
		return swData
	case folder.child(f.id) != nil:
		return swExists
	case c.used()+len(f.content) > c.capacity(), c.count() >= maxFiles:
		return swMemory
	}
	c.current = folder.add(f)
	return swOK
}

// newFile reads the parameters of a file to be made: descriptor, identifier, for an EF its size, and the access rules in the
// compact format.
func newFile(data []byte) (*file, bool) {
	body, ok := object(data, 0x62)
	if !ok {
		if body, ok = object(data, 0x6F); !ok {
			return nil, false
		}
	}
	f := &file{cycle: initialised, id: -1}
	size, kind := -1, byte(0)
	for len(body) > 0 {
		if len(body) < 2 || body[1] > 0x7F || len(body) < 2+int(body[1]) {
			return nil, false
		}
		tag, value := body[0], body[2:2+int(body[1])]
		body = body[2+int(body[1]):]
		switch {
		case tag == 0x82 && len(value) > 0:
			kind = value[0]
		case tag == 0x83 && len(value) == 2:
			f.id = int(value[0])<<8 | int(value[1])
		case (tag == 0x80 || tag == 0x81) && len(value) > 0 && len(value) < 4:
			size = 0
			for _, b := range value {
				size = size<<8 | int(b)
			}
		case tag == 0x8C && !f.rules(value):
			return nil, false
		}
	}
	switch {
	case f.id < 0:
		return nil, false
	case kind == 0x38:
		f.dir = true
	case kind == 0x01 && size >= 0:
		f.content = make([]byte, min(size, PlainCapacity+1))
	default:
		return nil, false
	}
	return f, true
}

// object is the value of the one data object that b is, with a length of one byte (at most 127) or two.
func object(b []byte, tag byte) ([]byte, bool) {
	switch {
	case len(b) >= 2 && b[0] == tag && b[1] <= 0x7F && len(b) == 2+int(b[1]):
		return b[2:], true
	case len(b) >= 3 && b[0] == tag && b[1] == 0x81 && len(b) == 3+int(b[2]):
		return b[3:], true
	}
	return nil, false
}

// rules takes an access mode byte and a condition for each of its bits, the highest first (7816-4:2005, 5.4.3.1, tables 17 to
// 20). What is not named is free.
func (f *file) rules(value []byte) bool {
	if len(value) == 0 {
		return false
	}
	mode, rest := value[0], value[1:]
	for bit := byte(0x40); bit != 0; bit >>= 1 {
		if mode&bit == 0 {
			continue
		}
		if len(rest) == 0 {
			return false
		}
		switch bit {
		case 0x02:
			f.update = condition(rest[0])
		case 0x01:
			f.read = condition(rest[0])
		}
		rest = rest[1:]
	}
	return len(rest) == 0 && mode&0x80 == 0
}
