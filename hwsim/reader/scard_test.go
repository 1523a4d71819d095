//go:build cgo

package reader_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"cetak/hwsim/reader"
)

// The clients of these tests are the unmodified scard on the machine's libpcsclite. That library keeps one socket for the
// life of a process, so each client is this test binary run again, told what to do a line at a time.

const clientVariable = "READER_TEST_CLIENT"

func TestMain(m *testing.M) {
	if name := os.Getenv(clientVariable); name != "" {
		os.Exit(clientMain(name, os.Stdin, os.Stdout))
	}
	code := m.Run()
	for _, s := range leftBehind() {
		fmt.Fprintln(os.Stderr, "left behind:", s)
		code = 1
	}
	os.Exit(code)
}

// clientMain answers every line with one line: "ok", perhaps with a result, or the error's number. A line runs in a
// goroutine of its own, after the one before it; "cancel" overtakes.
func clientMain(name string, in io.Reader, out io.Writer) int {
	c := &scardClient{name: name}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			lines <- s.Text()
		}
	}()
	var last chan struct{}
	for line := range lines {
		tag, verb, _ := strings.Cut(line, " ")
		if verb == "cancel" {
			fmt.Fprintln(out, tag, result("", c.context.Cancel()))
			continue
		}
		before, done := last, make(chan struct{})
		last = done
		go func() {
			defer close(done)
			if before != nil {
				<-before
			}
			fmt.Fprintln(out, tag, result(c.do(strings.Fields(verb))))
		}()
	}
	return 0
}

func result(s string, err error) string {
	var number scard.Error
	switch {
	case err == nil:
		return strings.TrimSpace("ok " + s)
	case errors.As(err, &number):
		return fmt.Sprintf("%08X", uint32(number))
	default:
		return "error " + err.Error()
	}
}

type scardClient struct {
	name    string
	context *scard.Context
	card    *scard.Card
}

func (c *scardClient) do(w []string) (string, error) {
	var err error
	switch w[0] {
	case "establish":
		c.context, err = scard.EstablishContext()
	case "release":
		err = c.context.Release()
	case "list":
		var names []string
		names, err = c.context.ListReaders()
		return strings.Join(names, "|"), err
	case "wait": // wait present|empty|change
		return c.wait(w[1])
	case "connect":
		c.card, err = c.context.Connect(c.name, share(w[1]), protocol(w[1]))
		if err == nil {
			return fmt.Sprintf("T=%d", c.card.ActiveProtocol()-1), nil
		}
	case "stranger":
		_, err = c.context.Connect("No Such Reader", scard.ShareShared, scard.ProtocolAny)
	case "reconnect":
		err = c.card.Reconnect(share(w[1]), protocol(w[1]), disposition(w[2]))
	case "disconnect":
		err = c.card.Disconnect(disposition(w[1]))
	case "begin":
		err = c.card.BeginTransaction()
	case "end":
		err = c.card.EndTransaction(disposition(w[1]))
	case "transmit":
		var apdu, r []byte
		if apdu, err = hex.DecodeString(w[1]); err == nil {
			r, err = c.card.Transmit(apdu)
		}
		return fmt.Sprintf("%X", r), err
	case "large": // large N: N bytes of UPDATE BINARY in one extended APDU
		n, _ := strconv.Atoi(w[1])
		apdu := append([]byte{0, 0xD6, 0, 0, 0, byte(n >> 8), byte(n)}, make([]byte, n)...)
		r, err := c.card.Transmit(apdu)
		return fmt.Sprintf("%X", r), err
	case "fetch": // fetch: everything by one extended READ BINARY
		r, err := c.card.Transmit([]byte{0, 0xB0, 0, 0, 0, 0, 0})
		return strconv.Itoa(len(r)), err
	case "status":
		var s *scard.CardStatus
		if s, err = c.card.Status(); err == nil {
			return fmt.Sprintf("%s %X", s.Reader, s.Atr), nil
		}
	case "attrib":
		tag, _ := strconv.ParseUint(w[1], 16, 32)
		var v []byte
		v, err = c.card.GetAttrib(scard.Attrib(tag))
		return fmt.Sprintf("%X", v), err
	case "setattrib":
		err = c.card.SetAttrib(scard.AttrVendorName, []byte{1})
	case "control":
		_, err = c.card.Control(0x42000D48, []byte{0})
	default:
		return "", fmt.Errorf("no verb %q", w[0])
	}
	return "", err
}

// wait blocks until the reader is as asked for, or changes.
func (c *scardClient) wait(what string) (string, error) {
	states := []scard.ReaderState{{Reader: c.name, CurrentState: scard.StateUnaware}}
	for {
		if err := c.context.GetStatusChange(states, 20*time.Second); err != nil {
			return "", err
		}
		present := states[0].EventState&scard.StatePresent != 0
		if what == "present" && present || what == "empty" && !present || what == "change" && states[0].CurrentState != scard.StateUnaware {
			return "", nil
		}
		states[0].CurrentState = states[0].EventState
	}
}

func share(w string) scard.ShareMode {
	switch strings.Split(w, "/")[0] {
	case "exclusive":
		return scard.ShareExclusive
	case "direct":
		return scard.ShareDirect
	default:
		return scard.ShareShared
	}
}

func protocol(w string) scard.Protocol {
	_, p, _ := strings.Cut(w, "/")
	switch p {
	case "T0":
		return scard.ProtocolT0
	case "T1":
		return scard.ProtocolT1
	}
	if strings.HasPrefix(w, "direct") {
		return scard.ProtocolUndefined
	}
	return scard.ProtocolAny
}

func disposition(w string) scard.Disposition {
	return map[string]scard.Disposition{"leave": scard.LeaveCard, "reset": scard.ResetCard,
		"unpower": scard.UnpowerCard, "eject": scard.EjectCard}[w]
}

// client is the test's end of a client process.
type client struct {
	t       *testing.T
	in      io.WriteCloser
	mu      sync.Mutex
	next    int
	answers map[string]chan string
}

// patience bounds every wait of a test for something that must come.
const patience = 30 * time.Second

// newClient starts a client of the door and gives it a context.
func newClient(t *testing.T, d reader.Door) *client {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), clientVariable+"="+d.Name(), "PCSCLITE_CSOCK_NAME="+d.Socket())
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, in: in, answers: make(map[string]chan string)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for s := bufio.NewScanner(out); s.Scan(); {
			tag, text, _ := strings.Cut(s.Text(), " ")
			c.mu.Lock()
			answer := c.answers[tag]
			c.mu.Unlock()
			answer <- text
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGKILL) // as a program that dies, perhaps in the middle of a call
		<-read
		cmd.Wait()
	})
	c.must("establish", "ok")
	return c
}

// start gives the client something to do; the returned function waits for the answer.
func (c *client) start(line string) func() string {
	c.t.Helper()
	c.mu.Lock()
	c.next++
	tag := strconv.Itoa(c.next)
	answer := make(chan string, 1)
	c.answers[tag] = answer
	c.mu.Unlock()
	if _, err := fmt.Fprintln(c.in, tag, line); err != nil {
		c.t.Fatal(err)
	}
	return func() string {
		c.t.Helper()
		select {
		case a := <-answer:
			return a
		case <-time.After(patience):
			c.t.Fatalf("no answer to %q", line)
			return ""
		}
	}
}

func (c *client) do(line string) string {
	c.t.Helper()
	return c.start(line)()
}

// must does something and wants one of the answers.
func (c *client) must(line string, want ...string) string {
	c.t.Helper()
	got := c.do(line)
	for _, w := range want {
		if got == w {
			return got
		}
	}
	c.t.Fatalf("%s: %s, want %s", line, got, strings.Join(want, " or "))
	return ""
}
