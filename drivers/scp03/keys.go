package scp03

import "context"

// Role is what a static key of a set is for (Amd D 4.1.1, table 4-1).
type Role string

// Roles of the static keys.
const (
	ENC Role = "ENC" // session key for encryption
	MAC Role = "MAC" // session keys for C-MAC and R-MAC
	DEK Role = "DEK" // encrypts keys that are loaded; no command of this project does
)

// Keys is one key set, wherever it is kept: a file of test keys, a token, a secure access module. The static keys do not
// come out of it. One goroutine at a time. Errors are the implementation's own *drivers.Fault and go through Open unchanged.
type Keys interface {
	// Version is the key version number, 01 to 7F (Amd D 7.1.1.4).
	Version() byte
	// Length is the length of each key in bytes: 16, 24, or 32.
	Length() int
	// CMAC is AES-CMAC of message under the static key of the role: that of the card with this UID, or with a nil card the key
	// as it is.
	CMAC(ctx context.Context, card []byte, role Role, message []byte) ([16]byte, error)
	// CheckValue is the check value of the key itself, not of a card's (see the function of this name).
	CheckValue(ctx context.Context, role Role) ([3]byte, error)
	// Close forgets what can be forgotten and lets go of the place of the keys.
	Close() error
}

// PRF computes AES-CMAC under one key that the caller need not see.
type PRF func(message []byte) ([16]byte, error)

// Diversify derives the key of one card from a master of the same length: NIST SP 800-108, 4.1 (counter mode), of which docs/secure-channel.md,
// section 4, fixes the fields. prf computes under the master. length is 16, 24, or 32 bytes. Errors are those of prf.
func Diversify(prf PRF, role Role, uid []byte, length int) ([]byte, error) {
	fixed := append([]byte("SCP03 "+string(role)), 0)
	fixed = append(fixed, uid...)
	fixed = append(fixed, byte(length>>5), byte(length<<3)) // in bits
	return expand(prf, length, func(i byte) []byte { return append([]byte{i}, fixed...) })
}

// Derivation constants (Amd D 4.1.5, table 4-1).
const (
	constCardCryptogram = 0x00
	constHostCryptogram = 0x01
	constENC            = 0x04
	constMAC            = 0x06
	constRMAC           = 0x07
)

// derive is the key derivation of Amd D 4.1.5: twelve bytes of label, the last of which is the constant, a zero, the length in bits,
// the counter, the context.
func derive(prf PRF, constant byte, context []byte, length int) ([]byte, error) {
	return expand(prf, length, func(i byte) []byte {
		data := make([]byte, 11, 16+len(context))
		data = append(data, constant, 0, byte(length>>5), byte(length<<3), i)
		return append(data, context...)
	})
}

// expand is the counter mode of NIST SP 800-108, 4.1: blocks for 1, 2, .. until there are enough bytes.
func expand(prf PRF, length int, input func(i byte) []byte) ([]byte, error) {
	out := make([]byte, 0, (length+15)/16*16) // no copy of a key is left behind by growing
	for i := byte(1); len(out) < length; i++ {
		block, err := prf(input(i))
		if err != nil {
			clear(out)
			return nil, err
		}
		out = append(out, block[:]...)
	}
	return out[:length], nil
}
