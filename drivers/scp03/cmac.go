package scp03

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
)

const blockSize = aes.BlockSize

// CMAC is AES-CMAC (NIST SP 800-38B, RFC 4493). It fails for a key that is not of 16, 24, or 32 bytes.
func CMAC(key, message []byte) ([16]byte, error) {
	m, err := newCMAC(key)
	if err != nil {
		return [16]byte{}, err
	}
	return m.sum(message), nil
}

// CheckValue is the check value of an AES key: the first three bytes of the encryption of sixteen bytes of 01
// (GlobalPlatform Card Specification v2.3.1, B.6). It fails for a key that is not of 16, 24, or 32 bytes.
func CheckValue(key []byte) ([3]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return [3]byte{}, err
	}
	var b [blockSize]byte
	for i := range b {
		b[i] = 1
	}
	block.Encrypt(b[:], b[:])
	return [3]byte(b[:3]), nil
}

// cmac is AES-CMAC under one key.
type cmac struct {
	block  cipher.Block
	k1, k2 [blockSize]byte // subkeys, SP 800-38B 6.1
}

func newCMAC(key []byte) (*cmac, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	m := &cmac{block: block}
	block.Encrypt(m.k1[:], m.k1[:])
	double(&m.k1)
	m.k2 = m.k1
	double(&m.k2)
	return m, nil
}

// double multiplies by x in GF(2^128); R is 87 (SP 800-38B 5.3). It takes the same time for every value.
func double(b *[blockSize]byte) {
	carry := b[0] >> 7
	for i := range blockSize - 1 {
		b[i] = b[i]<<1 | b[i+1]>>7
	}
	b[blockSize-1] = b[blockSize-1]<<1 ^ 0x87&-carry
}

// sum is the MAC of the parts one after the other (SP 800-38B 6.2).
func (m *cmac) sum(parts ...[]byte) [16]byte {
	var x [blockSize]byte
	n := 0 // bytes of the running block; a full one waits, for the last is treated apart
	for _, p := range parts {
		for len(p) > 0 {
			if n == blockSize {
				m.block.Encrypt(x[:], x[:])
				n = 0
			}
			k := subtle.XORBytes(x[n:], x[n:], p)
			n += k
			p = p[k:]
		}
	}
	if n == blockSize {
		subtle.XORBytes(x[:], x[:], m.k1[:])
	} else {
		x[n] ^= 0x80
		subtle.XORBytes(x[:], x[:], m.k2[:])
	}
	m.block.Encrypt(x[:], x[:])
	return x
}
