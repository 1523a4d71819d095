package card

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
)

// KeySet makes a chip speak Secure Channel Protocol 03, the card's side of it (GlobalPlatform Card Specification v2.3, Amendment D,
// called "Amd D" here).
type KeySet struct {
	Version  byte
	ENC, MAC []byte // this card's own
	S16      bool   // challenges, cryptograms and MACs of 16 bytes, not 8
	Random   bool   // random card challenges; else pseudo-random ones with a sequence counter
	// Answers is what the card can do for its answers: 00 nothing, 20 R-MAC, 60 R-MAC and R-ENC (the bits of "i", Amd D 5.1). The zero
	// value is 60; "nothing" is said with PlainAnswers.
	Answers      byte
	PlainAnswers bool
	// Tries is how many wrong cryptograms in a row block the key set; 0 is 10.
	Tries int
	// Free lets the chip be written without a session too.
	Free bool
	// LeAll refuses with 6700 a command of a session whose Le is another number than 00.
	LeAll bool
	// Application is what pseudo-random challenges are made for, the identifier of an application; nil is 7F0A, the DF.
	Application []byte
}

const defaultTries = 10

// secure is the protocol in one chip.
type secure struct {
	set      KeySet
	enc, mac *authenticator // static keys
	size     int            // bytes of a challenge, a cryptogram, a MAC
	left     int            // tries
	sequence int

	// What a reset forgets.
	greeted *channel // INITIALIZE UPDATE was the last command
	open    *channel
}

// channel is one run of the protocol.
type channel struct {
	enc, mac, rmac *authenticator
	host, card     []byte // cryptograms
	chain          []byte // MAC chaining value
	counter        uint64
	level          byte
}

// Instructions and levels (Amd D 7.1).
const (
	insInitialize   = 0x50
	insAuthenticate = 0x82

	levelCENC = 0x02
	levelRMAC = 0x10
	levelRENC = 0x20
)

const (
	swWrongCryptogram status = 0x6300
	swBlocked         status = 0x6983
	swNoKeys          status = 0x6A88
)

// SetKeys gives the chip a key set, as its maker would, or takes it away. A session ends.
func (c *Chip) SetKeys(set *KeySet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setKeys(set)
}

func (c *Chip) setKeys(set *KeySet) {
	c.secure, c.demand = nil, false
	if set == nil {
		return
	}
	s := &secure{set: *set, enc: newAuthenticator(set.ENC), mac: newAuthenticator(set.MAC), size: 8, left: set.Tries}
	if set.S16 {
		s.size = 16
	}
	if s.left == 0 {
		s.left = defaultTries
	}
	if s.set.Answers == 0 && !set.PlainAnswers {
		s.set.Answers = 0x60
	}
	if s.set.Application == nil {
		s.set.Application = []byte{fidDF >> 8, fidDF & 0xFF}
	}
	c.secure, c.demand = s, !set.Free
}

// Keys gives the chip's key set, nil if it has none; the slices are the chip's.
func (c *Chip) Keys() *KeySet {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.secure == nil {
		return nil
	}
	set := c.secure.set
	return &set
}

// BlockKeys takes all tries away.
func (c *Chip) BlockKeys() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.secure != nil {
		c.secure.left = 0
	}
}

// EndSession makes the chip forget its side of an open session, as a card does whose power dipped.
func (c *Chip) EndSession() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secure.forget()
}

// Tries tells how many wrong cryptograms the chip still takes, and whether it has keys at all.
func (c *Chip) Tries() (left int, keys bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.secure == nil {
		return 0, false
	}
	return c.secure.left, true
}

// forget is what a reset does to the protocol.
func (s *secure) forget() {
	if s != nil {
		s.greeted, s.open = nil, nil
	}
}

// protected takes the commands of the protocol and those that come through a session. taken is false for all others.
func (c *Chip) protected(cmd command) (data []byte, sw status, taken bool) {
	s := c.secure
	if s == nil {
		return nil, 0, false
	}
	greeted := s.greeted
	getting := cmd.cla == 0 && cmd.ins == insGetResponse || cmd.cla == 0xFF // the transport's and the reader's own
	if !getting {
		s.greeted = nil
	}
	switch {
	case getting:
		return nil, 0, false
	case cmd.cla == 0x80 && cmd.ins == insInitialize:
		data, sw = s.initialize(cmd, c.uid)
	case cmd.cla == 0x84 && cmd.ins == insAuthenticate:
		sw = s.authenticate(cmd, greeted)
	case cmd.cla == 0x04 || cmd.cla == 0x84:
		data, sw = c.inSession(cmd)
	default:
		s.open = nil // what comes without a MAC ends the session
		return nil, 0, false
	}
	if c.getResponse && sw == swOK && len(data) > 0 {
		c.pending = data
		return nil, swMore | status(byte(len(data))), true
	}
	return data, sw, true
}

// initialize is INITIALIZE UPDATE (Amd D 7.1.1).
func (s *secure) initialize(cmd command, uid []byte) ([]byte, status) {
	s.open = nil
	switch {
	case cmd.p2 != 0:
		return nil, swParameters
	case len(cmd.data) != s.size || !cmd.hasLe:
		return nil, swLength
	case cmd.p1 != 0 && cmd.p1 != s.set.Version:
		return nil, swNoKeys
	case s.left == 0:
		return nil, swBlocked
	}
	options := s.set.Answers
	if s.size == 16 {
		options |= 0x01
	}
	challenge := make([]byte, s.size)
	var counter []byte
	if s.set.Random {
		rand.Read(challenge)
	} else {
		options |= 0x10
		s.sequence++
		counter = []byte{byte(s.sequence >> 16), byte(s.sequence >> 8), byte(s.sequence)}
		challenge = s.pseudoRandom(counter)
	}
	g := s.greet(cmd.data, challenge)
	s.greeted = g

	out := make([]byte, 10) // key diversification data: the UID
	copy(out, uid)
	out = append(out, s.set.Version, 0x03, options)
	out = append(append(append(out, challenge...), g.card...), counter...)
	return out, swOK
}

// pseudoRandom is the card challenge of a sequence counter (Amd D 6.2.2.1).
func (s *secure) pseudoRandom(counter []byte) []byte {
	return s.enc.session(0x02, append(bytes.Clone(counter), s.set.Application...), s.size)
}

// greet makes session keys and both cryptograms (Amd D 6.2.1, 6.2.2).
func (s *secure) greet(host, card []byte) *channel {
	context := append(bytes.Clone(host), card...)
	n := len(s.set.ENC)
	g := &channel{
		enc: newAuthenticator(s.enc.session(0x04, context, n)), mac: newAuthenticator(s.mac.session(0x06, context, n)),
		rmac: newAuthenticator(s.mac.session(0x07, context, n)), chain: make([]byte, aes.BlockSize),
	}
	g.card, g.host = g.mac.session(0x00, context, s.size), g.mac.session(0x01, context, s.size)
	return g
}

// authenticate is EXTERNAL AUTHENTICATE (Amd D 7.1.2). A wrong cryptogram or MAC costs a try, a right one gives them all back.
func (s *secure) authenticate(cmd command, g *channel) status {
	s.open = nil
	switch {
	case g == nil:
		return swConditions
	case s.left == 0:
		return swBlocked
	case cmd.p2 != 0 || !s.knows(cmd.p1):
		return swParameters
	case len(cmd.data) != 2*s.size || cmd.hasLe:
		return swLength
	}
	cryptogram, ok := g.checked(cmd, s.size)
	if !ok || !bytes.Equal(cryptogram, g.host) {
		s.left--
		return swWrongCryptogram
	}
	s.left = s.set.Tries
	if s.left == 0 {
		s.left = defaultTries
	}
	g.level = cmd.p1
	s.open = g
	return swOK
}

// knows tells whether the card can hold a level (Amd D 7.1.2.3).
func (s *secure) knows(level byte) bool {
	switch level {
	case 0x01, 0x03:
		return true
	case 0x11, 0x13:
		return s.set.Answers&0x20 != 0
	case 0x33:
		return s.set.Answers&0x60 == 0x60
	}
	return false
}

// checked takes the C-MAC off a command and compares it (Amd D 6.2.4). It goes over the chaining value, the header with Lc as it came, and the
// data; Le is not in it.
func (g *channel) checked(cmd command, size int) ([]byte, bool) {
	n := len(cmd.data) - size
	if n < 0 {
		return nil, false
	}
	input := append(bytes.Clone(g.chain), cmd.cla, cmd.ins, cmd.p1, cmd.p2)
	if cmd.extended {
		input = append(input, 0, byte(len(cmd.data)>>8))
	}
	input = append(append(input, byte(len(cmd.data))), cmd.data[:n]...)
	mac := g.mac.tag(input)
	if !bytes.Equal(mac[:size], cmd.data[n:]) {
		return nil, false
	}
	g.chain = mac
	return cmd.data[:n], true
}

// plain takes C-MAC and encryption off a command. The counter counts every command, with data or without (Amd D 6.2.6).
func (g *channel) plain(cmd command, size int) ([]byte, bool) {
	body, ok := g.checked(cmd, size)
	if ok && g.level&levelCENC != 0 {
		g.counter++
		body, ok = g.decrypted(body)
	}
	return body, ok
}

// inSession does one command that came through the session. A command that cannot be believed ends it (Amd D 6.2.4).
func (c *Chip) inSession(cmd command) ([]byte, status) {
	s := c.secure
	g := s.open
	if g == nil {
		return nil, swConditions
	}
	body, ok := g.plain(cmd, s.size)
	if !ok {
		s.open = nil
		return nil, swSecurity
	}
	if s.set.LeAll && cmd.hasLe && !cmd.leMax {
		return nil, swLength
	}
	plain := cmd
	plain.cla, plain.data = cmd.cla&^0x04, body
	if plain.leMax && !plain.extended { // all that fits a short answer when it is secured
		plain.le = g.room(s.size)
	}
	data, sw := c.performSecured(plain)
	data = g.answer(data, sw, s.size)
	if !cmd.extended && len(data) > 256 {
		return nil, swLength
	}
	return data, sw
}

// answer secures what the card says, by the level (Amd D 6.2.5, 6.2.7). An error is told as it is, without data.
func (g *channel) answer(data []byte, sw status, size int) []byte {
	if g.level&levelRMAC == 0 {
		return data
	}
	if sw != swOK && sw>>8 != 0x62 && sw>>8 != 0x63 {
		return nil
	}
	if g.level&levelRENC != 0 && len(data) > 0 {
		data = g.encrypted(data)
	}
	input := append(append(bytes.Clone(g.chain), data...), byte(sw>>8), byte(sw))
	return append(bytes.Clone(data), g.rmac.tag(input)[:size]...)
}

// room is how many bytes fit a short answer.
func (g *channel) room(size int) int {
	switch {
	case g.level&levelRMAC == 0:
		return 256
	case g.level&levelRENC == 0:
		return 256 - size
	}
	return (256-size)/aes.BlockSize*aes.BlockSize - 1
}

// performSecured does a command with the rights of the session. The transport's own ways wait outside.
func (c *Chip) performSecured(cmd command) ([]byte, status) {
	if cmd.cla != 0 {
		return nil, swClass
	}
	transport := c.getResponse
	c.secured, c.getResponse = true, false
	defer func() { c.secured, c.getResponse = false, transport }()
	return c.perform(cmd)
}

// start is the initial chaining value of a command or an answer (Amd D 6.2.6, 6.2.7).
func (g *channel) start(direction byte) []byte {
	x := make([]byte, aes.BlockSize)
	binary.BigEndian.PutUint64(x[8:], g.counter)
	x[0] = direction
	return g.enc.encrypted(toBlock(x)).bytes()
}

func (g *channel) decrypted(body []byte) ([]byte, bool) {
	if len(body) == 0 {
		return nil, true
	}
	if len(body)%aes.BlockSize != 0 {
		return nil, false
	}
	out := make([]byte, len(body))
	cipher.NewCBCDecrypter(g.enc.aes, g.start(0)).CryptBlocks(out, body)
	end := bytes.LastIndexByte(out, 0x80)
	if end < len(out)-aes.BlockSize || len(bytes.Trim(out[end+1:], "\x00")) > 0 {
		return nil, false
	}
	return out[:end], true
}

func (g *channel) encrypted(data []byte) []byte {
	out := append(bytes.Clone(data), 0x80)
	for len(out)%aes.BlockSize != 0 {
		out = append(out, 0)
	}
	cipher.NewCBCEncrypter(g.enc.aes, g.start(0x80)).CryptBlocks(out, out)
	return out
}
