package record_test

import (
	"testing"

	"cetak/station/record"
)

// FuzzOpen opens arbitrary text as an envelope: nobody but the centre can make one that opens.
func FuzzOpen(f *testing.F) {
	c := newCentre(1, 0)
	r := made(f, c, 1)[0]
	good, err := c.Envelope(r)
	if err != nil {
		f.Fatal(err)
	}
	keys := keysOf(f, c)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("....")
	f.Fuzz(func(t *testing.T, envelope string) {
		got, err := record.Open(envelope, keys)
		if err != nil {
			if got != nil {
				t.Error("a record beside an error")
			}
			return
		}
		if got.ID != r.ID {
			t.Errorf("another record opened: %s", got.ID)
		}
	})
}
