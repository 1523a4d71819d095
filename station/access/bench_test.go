package access

import "testing"

// BenchmarkVerify is what one sign-in costs: one argon2id hash.
func BenchmarkVerify(b *testing.B) {
	v := newVerifier("kata sandi yang panjang", argon)
	for b.Loop() {
		if v.matches("kata sandi yang lain", argon) {
			b.Fatal("another password matches")
		}
	}
}
