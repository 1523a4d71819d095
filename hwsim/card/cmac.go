package card

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

// authenticator computes AES-CMAC (NIST SP 800-38B, 6) under one key.
type authenticator struct {
	aes           cipher.Block
	whole, ragged block // subkeys K1 and K2: the last block is whole or not
}

// block is 128 bits as the standard numbers them, the highest first.
type block struct{ high, low uint64 }

func toBlock(b []byte) block {
	return block{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

func (x block) bytes() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, x.high), x.low)
}

func (x block) xor(y block) block { return block{x.high ^ y.high, x.low ^ y.low} }

// shifted is x times two in the field of 6.1.
func (x block) shifted() block {
	y := block{x.high<<1 | x.low>>63, x.low << 1}
	if x.high>>63 != 0 {
		y.low ^= 0x87
	}
	return y
}

// newAuthenticator panics for a key that AES does not take: keys are checked where they come in.
func newAuthenticator(key []byte) *authenticator {
	c, err := aes.NewCipher(key)
	if err != nil {
		panic("card: " + err.Error())
	}
	a := &authenticator{aes: c}
	a.whole = a.encrypted(block{}).shifted()
	a.ragged = a.whole.shifted()
	return a
}

func (a *authenticator) encrypted(x block) block {
	out := make([]byte, aes.BlockSize)
	a.aes.Encrypt(out, x.bytes())
	return toBlock(out)
}

// tag is the whole MAC, 16 bytes.
func (a *authenticator) tag(message []byte) []byte {
	var state block
	for len(message) > aes.BlockSize {
		state = a.encrypted(state.xor(toBlock(message)))
		message = message[aes.BlockSize:]
	}
	last := make([]byte, aes.BlockSize)
	subkey := a.whole
	if copy(last, message) < aes.BlockSize {
		last[len(message)], subkey = 0x80, a.ragged
	}
	return a.encrypted(state.xor(toBlock(last)).xor(subkey)).bytes()
}

// produce is the counter mode of NIST SP 800-108: the tags of before, the counter, after, as many as are needed.
func (a *authenticator) produce(before, after []byte, length int) []byte {
	var out []byte
	for i := 1; len(out) < length; i++ {
		input := append([]byte(nil), before...)
		input = append(append(input, byte(i)), after...)
		out = append(out, a.tag(input)...)
	}
	return out[:length]
}

// session is the derivation of SCP03 (Amendment D, 4.1.5): eleven zeros, what it is for, a zero, the length in bits, the counter,
// the context.
func (a *authenticator) session(purpose byte, context []byte, length int) []byte {
	label := make([]byte, 15)
	label[11] = purpose
	binary.BigEndian.PutUint16(label[13:], uint16(8*length))
	return a.produce(label, context, length)
}
