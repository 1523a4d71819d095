package pcsc

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ebfe/scard"
	"github.com/rs/zerolog"

	"cetak/drivers"
	"cetak/drivers/drivertest"
	"cetak/hwsim/card"
	hwreader "cetak/hwsim/reader"
)

// The tests run on a simulated reader behind its own PC/SC service, and once more, in a second process because
// libpcsclite takes its socket once, behind the real pcscd. With -reader they run on real hardware instead:
//
//	go test ./drivers/pcsc -reader NAME                     reads the card that lies there, writes nothing
//	go test ./drivers/pcsc -reader NAME -spend-blanks N     and personalises N blanks with invented data, for good
var (
	realReader  = flag.String("reader", "", "real reader to test instead of the simulated one")
	spendBlanks = flag.Int("spend-blanks", 0, "how many blanks on the real reader may be written and sealed")
)

// doorVariable names the door of a second process: doorPCSCD, or doorHung for the one that quits with a hung card.
const (
	doorVariable = "CETAK_PCSC_TEST_DOOR"
	doorPCSCD    = "pcscd"
	doorHung     = "hung"
)

// bench is the door of this process. It is set before any test runs and never again; nil on real hardware.
var bench hwreader.Door

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if *realReader != "" {
		tests := "^TestContract$"
		if *spendBlanks > 0 {
			tests = "^(TestContract|TestPersonalise)$"
		} else {
			fmt.Println("no -spend-blanks: nothing will be written")
		}
		if err := flag.Set("test.run", tests); err != nil {
			return 1
		}
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "pcsc")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	if os.Getenv(doorVariable) == doorPCSCD {
		bench, err = hwreader.OpenPCSCD(dir, nil)
	} else {
		bench, err = hwreader.OpenOwn(dir, "Cetak Test 00 00")
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if os.Getenv(doorVariable) != doorHung { // there the card is still being waited for
		defer bench.Close()
	}
	return m.Run()
}

// again runs tests of this binary in a second process, with the given door.
func again(t *testing.T, door, tests string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", tests, "-test.count=1")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, socketVariable+"=") { // this process may have set it, for its own door
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, doorVariable+"="+door)
	if testing.Verbose() {
		cmd.Args = append(cmd.Args, "-test.v")
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestThroughPCSCD runs what matters once more through the real pcscd. Without pcscd it fails.
func TestThroughPCSCD(t *testing.T) {
	for name, tests := range map[string]string{
		"contract": "^(TestContract|TestSecuredContract)$",
		"station":  "^(TestPersonalise|TestPulledWhileWriting|TestWrongATR|TestMuteWhileReading|TestNewATR)$",
		"service":  "^(TestNames|TestNoService|TestBusy|TestOthersGoOn|TestExtended)$",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // each has a pcscd of its own, and mostly waits for its polls
			again(t, doorPCSCD, tests)
		})
	}
}

// uids counts the simulated cards of this process.
var uids atomic.Uint32

func freshUID() []byte {
	n := uids.Add(1)
	return []byte{0x04, 0x9C, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), 0x80}
}

// lay lays a fresh chip on the reader.
func lay(t *testing.T, o card.Options) *card.Chip {
	t.Helper()
	c := card.New(freshUID(), o)
	bench.Insert(c)
	t.Cleanup(func() { takeAway(t) })
	return c
}

// takeAway takes the card away and waits until the service has seen it, for the next test opens a reader that knows nothing
// of this one's cards.
func takeAway(t *testing.T) {
	bench.Remove()
	c, err := scard.EstablishContext()
	if err != nil {
		return // no service, so nobody remembers
	}
	defer c.Release()
	states := []scard.ReaderState{{Reader: pinned(bench.Name(), t.Name())}}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if err := c.GetStatusChange(states, watchSlice); err != nil && !errors.Is(err, scard.ErrTimeout) {
			return
		}
		if states[0].EventState&scard.StatePresent == 0 {
			return
		}
		states[0].CurrentState = states[0].EventState &^ scard.StateChanged
	}
	t.Error("the service still shows a card that was taken")
}

func testLog(t *testing.T) zerolog.Logger {
	return zerolog.New(zerolog.NewTestWriter(t))
}

func options() Options {
	if *realReader != "" {
		return Options{Reader: *realReader}
	}
	return Options{Reader: bench.Name(), Socket: bench.Socket()}
}

// open opens the bench's reader; a service that has just started may not show it yet.
func open(t *testing.T) drivers.ChipReader {
	t.Helper()
	r, err := Open(limited(t), options(), testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func waitChip(t *testing.T, r drivers.ChipReader) drivers.Chip {
	t.Helper()
	c, err := r.Wait(limited(t))
	for end := time.Now().Add(5 * time.Second); errors.Is(err, drivers.ReaderBusy) && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond) // the test before left a call hanging in the service; it ends with its card
		c, err = r.Wait(limited(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func wantCode(t *testing.T, err error, code drivers.Code) *drivers.Fault {
	t.Helper()
	if !errors.Is(err, code) {
		t.Fatalf("%v, want %s", err, code)
	}
	return drivers.AsFault(err)
}

func TestContract(t *testing.T) {
	drivertest.Chip(t, contractBench(open, func(_ []byte, mute bool) card.Options { return card.Options{Mute: mute} }))
}

// contractBench is the bench of the contract: how a reader is opened, and what chips are laid on it.
func contractBench(open func(*testing.T) drivers.ChipReader, chip func(uid []byte, mute bool) card.Options) drivertest.ChipBench {
	b := drivertest.ChipBench{Open: open}
	// Within a case the next card may be laid down before the service has seen the last one go; the next case starts with
	// a reader that knows of no card before its own.
	if bench != nil {
		b.Lay = func(t *testing.T, mute bool) (atr, uid []byte) {
			uid = freshUID()
			c := card.New(uid, chip(uid, mute))
			bench.Insert(c)
			t.Cleanup(func() { takeAway(t) })
			return c.ATR(), uid
		}
		b.Take = func(*testing.T) { bench.Remove() }
		b.Stop = func(t *testing.T) {
			if err := bench.Stop(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = bench.Start() })
		}
		b.Start = func(t *testing.T) {
			if err := bench.Start(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b
}
