package handover

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzStick reads files that anybody may have put onto a stick: each is whole and opens, or gives a code.
func FuzzStick(f *testing.F) {
	whole, err := sealed(label{What: parcelExt, ID: "x", From: "a", To: "b"}, []byte("body"), "sixteen characters")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"v":1,"what":".work","size":-1}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parse("cetak-x.work", text)
		switch {
		case errors.Is(err, StickHalf), errors.Is(err, StickAltered):
		case err != nil:
			t.Fatal(err)
		case int64(len(got.text)) != got.Size || !bytes.HasSuffix(text, got.text):
			t.Fatal("taken for whole")
		}
	})
}
