package pcsc

import (
	"encoding/hex"
	"testing"
)

func TestDataSize(t *testing.T) {
	for text, want := range map[string]int{
		"0A0400000100":                  65536, // vpcd
		"0A0400000000":                  0,     // a reader of short APDUs
		"0A04FFFF0000":                  65535,
		"09010A0A0400080000":            2048,
		"0B04E6040000" + "0A04000001FF": 65536, // more than an APDU has
		"":                              -1,
		"0A0480000000":                  -1, // 128: not foreseen
		"0A020008":                      -1,
		"0A04000800":                    -1,
		"0B04E6040000":                  -1,
	} {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		n, told := dataSize(b)
		if want < 0 && told || want >= 0 && (!told || n != want) {
			t.Errorf("%s: %d, %v", text, n, told)
		}
	}
}

func FuzzDataSize(f *testing.F) {
	f.Add([]byte{9, 1, 2, 0x0A, 4, 0, 8, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, told := dataSize(b); !told && n != 0 || n < 0 || n > 1<<16 || n > 0 && n < 256 {
			t.Fatal(n, told)
		}
	})
}
