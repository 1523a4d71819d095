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
	swConditions    status = 0x6985
	swNoCurrentFile status = 0x6986
	swFunction      status = 0x6A81
	swNoFile        status = 0x6A82
	swMemory        status = 0x6A84
	swParameters    status = 0x6A86
	swOffset        status = 0x6B00
	swExactLength   status = 0x6C00 // | how many there are
	swInstruction   status = 0x6D00
	swClass         status = 0x6E00
)

// Instructions, ISO/IEC 7816-4 table 4; ACTIVATE FILE 7816-9. GET DATA is answered in class FF, where a PC/SC reader gives the UID.
const (
	insActivate    = 0x44
	insSelect      = 0xA4
	insReadBinary  = 0xB0
	insGetResponse = 0xC0
	insGetData     = 0xCA
	insUpdate      = 0xD6
)

func (c *Chip) execute(apdu []byte) ([]byte, status) {
	cmd, ok := parse(apdu)
	if !ok {
		return nil, swLength
	}
	if sw := checkClass(cmd.cla); sw != swOK {
		return nil, sw
	}
	pending := c.pending
	c.pending = nil // any command but GET RESPONSE gives up a waiting response
	var data []byte
	var sw status
	switch {
	case cmd.cla == 0xFF:
		data, sw = c.readerGetData(cmd)
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
	// A T=0 card cannot see whether data is wanted: it always offers it.
	wanted := template != 0 && (cmd.hasLe || c.getResponse)
	if !wanted {
		c.current = target
		return nil, swOK
	}
	info := c.control(template, target)
	if cmd.hasLe && cmd.le < len(info) && !c.getResponse {
		return nil, swExactLength | status(len(info))
	}
	c.current = target
	return info, swOK
}

// find resolves what SELECT names, from the current file; it changes nothing.
func (c *Chip) find(cmd command) (int, status) {
	var path []int
	for i := 0; i+1 < len(cmd.data); i += 2 {
		path = append(path, int(cmd.data[i])<<8|int(cmd.data[i+1]))
	}
	from := c.current
	switch cmd.p1 {
	case 0x00: // MF, DF or EF by identifier; none: the MF
		if len(path) > 1 {
			return 0, swLength
		}
		if len(path) == 0 || path[0] == fidMF {
			return fidMF, swOK
		}
		if path[0] == fidDF { // child of the MF, or the current DF itself, or the parent of the current EF
			return fidDF, swOK
		}
	case 0x01: // child DF
		if len(path) == 1 && path[0] == fidDF && c.current == fidMF {
			return fidDF, swOK
		}
		return 0, missing(len(path))
	case 0x02: // EF under the current DF
		if len(path) != 1 || !isEF(path[0]) {
			return 0, missing(len(path))
		}
	case 0x03: // parent DF
		if len(path) != 0 {
			return 0, swLength
		}
		switch {
		case isEF(c.current):
			return fidDF, swOK
		case c.current == fidDF:
			return fidMF, swOK
		}
		return 0, swNoFile
	case 0x04:
		return 0, swNoFile
	case 0x08: // path from the MF, which may be named itself
		from = fidMF
		if len(path) > 0 && path[0] == fidMF {
			path = path[1:]
			if len(path) == 0 {
				return fidMF, swOK
			}
		}
	case 0x09: // path from the current DF
	default:
		return 0, swParameters
	}
	if len(path) == 0 {
		return 0, swLength
	}
	return walk(from, path)
}

func missing(parts int) status {
	if parts != 1 {
		return swLength
	}
	return swNoFile
}

// walk goes down from a file; an EF stands for its DF.
func walk(from int, path []int) (int, status) {
	if isEF(from) {
		from = fidDF
	}
	for i, fid := range path {
		switch {
		case from == fidMF && fid == fidDF:
			from = fidDF
		case from == fidDF && isEF(fid) && i == len(path)-1:
			from = fid
		default:
			return 0, swNoFile
		}
	}
	return from, swOK
}

func isEF(fid int) bool { return fid >= fidControl && fid <= fidLast }

// control builds the file control template (7816-4, 5.3.3): 80 size of an EF, 82 descriptor, 83 identifier, 8A life
// cycle (03 initialisation, 05 activated; 5.3.3.2).
func (c *Chip) control(template byte, fid int) []byte {
	cycle := byte(0x03)
	if c.sealed || fid == fidMF || fid == fidControl {
		cycle = 0x05
	}
	descriptor := byte(0x38) // DF
	var body []byte
	if isEF(fid) {
		descriptor = 0x01 // working EF, transparent
		n := len(c.files[fid-fidControl])
		body = append(body, 0x80, 2, byte(n>>8), byte(n))
	} else {
		n := Capacity - c.used()
		body = append(body, 0x81, 2, byte(n>>8), byte(n))
	}
	body = append(body, 0x82, 1, descriptor, 0x83, 2, byte(fid>>8), byte(fid), 0x8A, 1, cycle)
	return append([]byte{template, byte(len(body))}, body...)
}

func (c *Chip) used() int {
	n := 0
	for _, f := range c.files {
		n += len(f)
	}
	return n
}

// readBinary is READ BINARY (7816-4, 7.2.3). Free until the card is sealed; then only 6FF0 and 6FF2, as on the real
// card without its secure access module.
func (c *Chip) readBinary(cmd command) ([]byte, status) {
	if len(cmd.data) > 0 || !cmd.hasLe {
		return nil, swLength
	}
	fid, offset, sw := c.target(cmd)
	if sw != swOK {
		return nil, sw
	}
	if c.sealed && fid != fidControl && fid != fidControl+2 {
		return nil, swSecurity
	}
	file := c.files[fid-fidControl]
	if offset >= len(file) {
		return nil, swOffset
	}
	rest := file[offset:]
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

// updateBinary is UPDATE BINARY (7816-4, 7.2.5). A file starts empty and grows by writing at its end or over it; a
// write that would leave a hole, or break the budget, changes nothing.
func (c *Chip) updateBinary(cmd command) status {
	if len(cmd.data) == 0 || cmd.hasLe {
		return swLength
	}
	fid, offset, sw := c.target(cmd)
	if sw != swOK {
		return sw
	}
	if c.sealed || fid == fidControl {
		return swSecurity
	}
	file := c.files[fid-fidControl]
	if offset > len(file) {
		return swOffset
	}
	end := offset + len(cmd.data)
	if grown := max(end, len(file)) - len(file); c.used()+grown > Capacity {
		return swMemory
	}
	grown := make([]byte, max(end, len(file)))
	copy(grown, file)
	copy(grown[offset:], cmd.data)
	c.files[fid-fidControl] = grown
	return swOK
}

// target is the file and offset that P1-P2 of a binary command mean. Short file identifiers are not assigned on this card.
func (c *Chip) target(cmd command) (fid, offset int, sw status) {
	switch {
	case cmd.p1&0xE0 == 0x80:
		return 0, 0, swNoFile
	case cmd.p1&0x80 != 0:
		return 0, 0, swParameters
	case !isEF(c.current):
		return 0, 0, swNoCurrentFile
	}
	return c.current, int(cmd.p1)<<8 | int(cmd.p2), swOK
}

// activate is ACTIVATE FILE on the current DF (7816-9, 7.8): it seals the card for good.
func (c *Chip) activate(cmd command) status {
	switch {
	case cmd.p1 != 0 || cmd.p2 != 0:
		return swParameters
	case len(cmd.data) > 0 || cmd.hasLe:
		return swLength
	case c.current != fidDF:
		return swNoCurrentFile
	case c.sealed:
		return swConditions
	}
	c.sealed = true
	return swOK
}
