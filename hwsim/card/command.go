package card

import "slices"

// status is a status word, ISO/IEC 7816-4, 5.6 (tables 5 to 7).
type status uint16

const (
	swOK            status = 0x9000
	swEndOfFile     status = 0x6282 // fewer bytes than asked for
	swMore          status = 0x6100 // | how many wait for GET RESPONSE
	swLength        status = 0x6700
	swChannel       status = 0x6881 // logical channels not supported
	swSecure        status = 0x6882 // secure messaging not supported
	swChaining      status = 0x6884 // command chaining not supported
	swSecurity      status = 0x6982
	swTerminated    status = 0x6285 // selected file in termination state
	swConditions    status = 0x6985
	swNoCurrentFile status = 0x6986
	swData          status = 0x6A80
	swFunction      status = 0x6A81
	swNoFile        status = 0x6A82
	swMemory        status = 0x6A84
	swParameters    status = 0x6A86
	swExists        status = 0x6A89
	swOffset        status = 0x6B00
	swExactLength   status = 0x6C00 // | how many there are
	swInstruction   status = 0x6D00
	swClass         status = 0x6E00
)

// Instructions, ISO/IEC 7816-4 table 4; those of 7816-9 are in life.go. GET DATA is answered in class FF, where a PC/SC reader gives the UID.
const (
	insActivate    = 0x44
	insSelect      = 0xA4
	insReadBinary  = 0xB0
	insGetResponse = 0xC0
	insGetData     = 0xCA
	insUpdate      = 0xD6
	insCreate      = 0xE0
	insTerminateDF = 0xE6
	insTerminate   = 0xFE
)

func (c *Chip) execute(apdu []byte) ([]byte, status) {
	cmd, ok := parse(apdu)
	if !ok || cmd.extended && c.shortOnly {
		return nil, swLength
	}
	if data, sw, taken := c.protected(cmd); taken {
		return data, sw
	}
	if sw := checkClass(cmd.cla); sw != swOK {
		return nil, sw
	}
	return c.perform(cmd)
}

// perform does one command whose class is known.
func (c *Chip) perform(cmd command) ([]byte, status) {
	pending := c.pending
	c.pending = nil // any command but GET RESPONSE gives up a waiting response
	var data []byte
	var sw status
	switch {
	case cmd.cla == 0xFF:
		data, sw = c.readerGetData(cmd)
	case c.dead && cmd.ins == insSelect:
		return nil, swTerminated
	case c.dead:
		return nil, swConditions
	case cmd.ins == insGetResponse:
		return c.getPending(cmd, pending)
	case cmd.ins == insSelect:
		data, sw = c.selectFile(cmd)
	case cmd.ins == insReadBinary:
		data, sw = c.readBinary(cmd)
	case cmd.ins == insUpdate:
		sw = c.updateBinary(cmd)
	case cmd.ins == insActivate:
		sw = c.activate(cmd)
	case cmd.ins == insTerminateDF:
		sw = c.terminateDF(cmd)
	case cmd.ins == insTerminate && c.kind == Plain:
		sw = c.terminateCard(cmd)
	case cmd.ins == insCreate && c.kind == Plain:
		sw = c.createFile(cmd)
	default:
		sw = swInstruction
	}
	if c.getResponse && sw == swOK && len(cmd.data) > 0 && len(data) > 0 {
		c.pending = slices.Clone(data)
		return nil, swMore | status(len(data)) // an FCI is far below 256 bytes
	}
	return data, sw
}

// checkClass accepts class 00 and the reader's FF; everything else is refused by what it asks for (7816-4, 5.4.1).
func checkClass(cla byte) status {
	switch {
	case cla == 0x00, cla == 0xFF:
		return swOK
	case cla&0x80 != 0, cla&0x60 == 0x20: // proprietary, reserved
		return swClass
	case cla&0x40 != 0: // further interindustry: channels 4 to 19
		return swChannel
	case cla&0x10 != 0:
		return swChaining
	case cla&0x03 != 0:
		return swChannel
	default:
		return swSecure
	}
}

// readerGetData is `FF CA 00 00 Le`, which a PC/SC reader answers in place of a contactless card: its UID (PC/SC part 3, 3.2.2.1.3).
func (c *Chip) readerGetData(cmd command) ([]byte, status) {
	switch {
	case cmd.ins != insGetData:
		return nil, swInstruction
	case cmd.p1 != 0 || cmd.p2 != 0:
		return nil, swFunction
	case len(cmd.data) > 0 || !cmd.hasLe:
		return nil, swLength
	case cmd.le < len(c.uid):
		return nil, swExactLength | status(len(c.uid))
	case cmd.le > len(c.uid) && !cmd.leMax:
		return c.uid, swEndOfFile
	default:
		return c.uid, swOK
	}
}

func (c *Chip) getPending(cmd command, pending []byte) ([]byte, status) {
	switch {
	case cmd.p1 != 0 || cmd.p2 != 0:
		return nil, swParameters
	case len(cmd.data) > 0 || !cmd.hasLe:
		return nil, swLength
	case len(pending) == 0:
		return nil, swConditions
	case cmd.le > len(pending) && !cmd.leMax:
		c.pending = pending
		return nil, swExactLength | status(len(pending))
	case cmd.le < len(pending):
		c.pending = pending[cmd.le:]
		return pending[:cmd.le], swMore | status(len(c.pending))
	default:
		return pending, swOK
	}
}

// selectFile is SELECT (7816-4, 7.1.1) by file identifier, by path, and to the parent. The card has no DF names.
func (c *Chip) selectFile(cmd command) ([]byte, status) {
	var template byte
	switch cmd.p2 {
	case 0x00:
		template = 0x6F // FCI
	case 0x04:
		template = 0x62 // FCP
	case 0x0C:
	default:
		return nil, swParameters
	}
	if len(cmd.data)%2 != 0 && cmd.p1 != 0x04 {
		return nil, swLength
	}
	target, sw := c.find(cmd)
	if sw != swOK {
		return nil, sw
	}
	done := swOK
	if target.cycle == terminated {
		done = swTerminated
	}
	// A T=0 card cannot see whether data is wanted: it always offers it.
	wanted := template != 0 && (cmd.hasLe || c.getResponse && done == swOK)
	if !wanted {
		c.current = target
		return nil, done
	}
	info := c.control(template, target)
	if cmd.hasLe && cmd.le < len(info) && !c.getResponse {
		return nil, swExactLength | status(len(info))
	}
	c.current = target
	return info, done
}

// find resolves what SELECT names, from the current file; it changes nothing.
func (c *Chip) find(cmd command) (*file, status) {
	var path []int
	for i := 0; i+1 < len(cmd.data); i += 2 {
		path = append(path, int(cmd.data[i])<<8|int(cmd.data[i+1]))
	}
	here := c.current.folder()
	switch cmd.p1 {
	case 0x00: // MF, DF or EF by identifier; none: the MF
		if len(path) > 1 {
			return nil, swLength
		}
		if len(path) == 0 || path[0] == fidMF {
			return c.root, swOK
		}
		return there(here.near(path[0]))
	case 0x01, 0x02: // child DF, EF under the current DF
		if len(path) != 1 {
			return nil, swLength
		}
		f := here.child(path[0])
		if cmd.p1 == 0x01 && c.current != here || f != nil && f.dir != (cmd.p1 == 0x01) {
			f = nil
		}
		return there(f)
	case 0x03: // parent DF
		if len(path) != 0 {
			return nil, swLength
		}
		return there(c.current.up)
	case 0x04:
		return nil, swNoFile
	case 0x08: // path from the MF, which may be named itself
		here = c.root
		if len(path) > 0 && path[0] == fidMF {
			path = path[1:]
			if len(path) == 0 {
				return c.root, swOK
			}
		}
	case 0x09: // path from the current DF
	default:
		return nil, swParameters
	}
	if len(path) == 0 {
		return nil, swLength
	}
	for _, id := range path {
		if here = here.child(id); here == nil {
			return nil, swNoFile
		}
	}
	return here, swOK
}

func there(f *file) (*file, status) {
	if f == nil {
		return nil, swNoFile
	}
	return f, swOK
}

// near finds a file by identifier as SELECT with P1 = 00 does: a child of this DF, the DF itself, its parent, and the
// parent's children (7816-4, 7.1.1, table 39).
func (f *file) near(id int) *file {
	if b := f.child(id); b != nil {
		return b
	}
	switch {
	case f.id == id:
		return f
	case f.up == nil:
		return nil
	case f.up.id == id:
		return f.up
	}
	return f.up.child(id)
}

// readBinary is READ BINARY (7816-4, 7.2.3). Free until the file is activated; then by its rules: of the identity card only
// 6FF0 and 6FF2, as on the real one without its secure access module.
func (c *Chip) readBinary(cmd command) ([]byte, status) {
	if len(cmd.data) > 0 || !cmd.hasLe {
		return nil, swLength
	}
	f, offset, sw := c.target(cmd)
	switch {
	case sw != swOK:
		return nil, sw
	case f.cycle == activated && !c.holds(f.read):
		return nil, swSecurity
	case offset >= len(f.content):
		return nil, swOffset
	}
	rest := f.content[offset:]
	switch {
	case len(rest) >= cmd.le:
		return rest[:cmd.le], swOK
	case cmd.leMax:
		return rest, swOK
	case len(rest) <= 255:
		return nil, swExactLength | status(len(rest))
	default: // 6Cxx cannot say a number above 255
		return rest, swEndOfFile
	}
}

// updateBinary is UPDATE BINARY (7816-4, 7.2.5). A file of the identity card starts empty and grows by writing at its end or
// over it, one that was created has its size. A write that would leave a hole, or break the size or the budget, changes nothing.
func (c *Chip) updateBinary(cmd command) status {
	if len(cmd.data) == 0 || cmd.hasLe {
		return swLength
	}
	f, offset, sw := c.target(cmd)
	if sw != swOK {
		return sw
	}
	if f.cycle == activated && !c.holds(f.update) || !c.mayChange() {
		return swSecurity
	}
	if offset > len(f.content) {
		return swOffset
	}
	end := offset + len(cmd.data)
	grown := max(end, len(f.content)) - len(f.content)
	if grown > 0 && (!f.grows || c.used()+grown > c.capacity()) {
		return swMemory
	}
	content := make([]byte, len(f.content)+grown)
	copy(content, f.content)
	copy(content[offset:], cmd.data)
	f.content = content
	return swOK
}

// target is the file and offset that P1-P2 of a binary command mean. Short file identifiers are not assigned on this card.
func (c *Chip) target(cmd command) (f *file, offset int, sw status) {
	switch {
	case cmd.p1&0xE0 == 0x80:
		return nil, 0, swNoFile
	case cmd.p1&0x80 != 0:
		return nil, 0, swParameters
	case c.current.dir:
		return nil, 0, swNoCurrentFile
	case c.current.cycle == terminated:
		return nil, 0, swConditions
	}
	return c.current, int(cmd.p1)<<8 | int(cmd.p2), swOK
}
