// Package stand gives tests of drivers a simulated machine of their own, at the wire.
package stand

import (
	"context"
	"flag"
	"os"
	"strconv"
	"testing"

	"cetak/drivers/serialport"
	"cetak/drivers/wire"
	"cetak/hwsim/rig"
)

// Main runs a package's tests, so many at once where nobody said how many: more than there are cores, since they wait for simulated
// motors most of the time. It is called by TestMain and does not return.
func Main(m *testing.M, together int) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		if err := f.Value.Set(strconv.Itoa(together)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// Start starts a machine without chips and records in a folder of the test, fifty times as fast as a real one unless o says
// otherwise. It is ended with the test.
func Start(t testing.TB, o rig.Options) *rig.Rig {
	t.Helper()
	o.Dir, o.PCSC, o.Records = t.TempDir(), "none", -1
	if o.Speed == 0 {
		o.Speed = 50
	}
	r, err := rig.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// Port opens the line at path, as drivers ask for it.
func Port(path string, baud int) func(context.Context) (wire.Port, error) {
	return func(context.Context) (wire.Port, error) {
		return serialport.Open(serialport.Config{Path: path, Baud: baud})
	}
}
