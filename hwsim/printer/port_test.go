package printer

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cetak/hwsim/line"
)

// speed sets the host's terminal.
func (m *machine) speed(baud uint32) {
	m.t.Helper()
	conn, err := m.tty.SyscallConn()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := conn.Control(func(fd uintptr) {
		x, err := unix.IoctlGetTermios(int(fd), unix.TCGETS2)
		if err == nil {
			x.Ispeed, x.Ospeed = baud, baud
			err = unix.IoctlSetTermios(int(fd), unix.TCSETS2, x)
		}
		if err != nil {
			m.t.Error(err)
		}
	}); err != nil {
		m.t.Fatal(err)
	}
}

// TestPortChanges: a new speed holds at once or from the reply on, it outlives the power, and the flow control becomes the
// line's.
func TestPortChanges(t *testing.T) {
	for name, d := range map[string]Doubts{"answered as it is then": {}, "answered as it was": {PcomOld: true}} {
		t.Run(name, func(t *testing.T) {
			m := start(t, setup{doubts: d, text: true, speed: 200})
			const command = "\x1bPcom;1;9600;N;8;1;BOTH;E\r"
			m.send(command)
			if d.PcomOld {
				m.hear(command, "OK\x00")
			}
			for end := time.Now().Add(10 * time.Second); m.line.Settings() != (line.Settings{Baud: 9600, Parity: 'N', Stop: 1, RTSCTS: true, XONXOFF: true}); {
				if time.Now().After(end) {
					t.Fatalf("%+v", m.line.Settings())
				}
				time.Sleep(time.Millisecond)
			}
			if !d.PcomOld { // the host is still at the old speed: what it heard of the reply is nonsense
				b := make([]byte, 16)
				if err := m.tty.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
					t.Fatal(err)
				}
				if n, err := m.tty.Read(b); err != nil || strings.Contains(string(b[:n]), "OK") {
					t.Fatalf("%q, %v", b[:n], err)
				}
				if err := m.world.Clock.Sleep(context.Background(), time.Second); err != nil {
					t.Fatal(err)
				}
				_ = m.tty.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
				_, _ = m.tty.Read(b)
			}
			m.speed(9600)
			m.say("Rcom;1", "1;9600;N;8;1;BOTH;E\x00")
			m.p.PowerCycle()
			m.up()
			m.say("Rcom;1", "1;9600;N;8;1;BOTH;E\x00")
		})
	}
}

// TestFactory: a printer as it comes is deaf on its serial port and speaks words at its USB socket, where the port is set up.
func TestFactory(t *testing.T) {
	m := start(t, setup{factory: true})
	serial := m.tty
	m.send("\x1bRsn\r")
	m.tty = m.usb
	m.say("Rcom;1", "1;115200;N;8;1;NONE;D\x00")
	m.say("Pcom;1;115200;N;8;1;ACK/NACK;E", "OK\x00")
	m.say("Zz", "ERROR CDE\x00") // always words
	m.tty = serial
	m.say("Zz", "\x151")
	m.say("Rcom;1", "1;115200;N;8;1;ACK/NACK;E\x00\x06")
}
