package printer

import (
	"fmt"
	"slices"

	"cetak/hwsim/line"
)

// portSetting is what Pcom sets. It is kept without power.
type portSetting struct {
	line     line.Settings
	protocol string
	enable   byte
}

// setPort is Pcom;port;speed;parity;bits;stop;protocol;enable: trailing parameters may be left out (A5013 p.7).
func (s *session) setPort(args []string) bool {
	if len(args) < 2 || len(args) > 7 || (args[0] != "1" && args[0] != "2") {
		return false
	}
	s.p.mu.Lock()
	to := portSetting{line: s.p.line.Settings(), protocol: s.p.protocol, enable: s.p.enable}
	s.p.mu.Unlock()
	for i, a := range args[1:] {
		if !to.take(i, a, args[0] == "2") {
			return false
		}
	}
	if args[0] == "2" {
		return true // the second port is there and nothing hangs on it
	}
	to.line.RTSCTS = to.protocol == "RTS/CTS" || to.protocol == "BOTH"
	to.line.XONXOFF = to.protocol == "XON/XOFF" || to.protocol == "BOTH"
	if s.port = &to; !s.p.doubts.PcomOld {
		s.applyPort()
	}
	return true
}

// take reads parameter number i after the port's.
func (t *portSetting) take(i int, a string, second bool) (good bool) {
	switch i {
	case 0:
		t.line.Baud, good = number(a, 115200)
		return good && slices.Contains([]int{2400, 4800, 9600, 19200, 38400, 57600, 115200}, t.line.Baud)
	case 1:
		t.line.Parity = (a + "N")[0]
		return a == "N" || a == "O" || a == "E"
	case 2:
		return a == "8"
	case 3:
		t.line.Stop, good = number(a, 2)
		return good && t.line.Stop > 0
	case 4:
		t.protocol = a
		return slices.Contains([]string{"NONE", "XON/XOFF", "RTS/CTS", "BOTH", "ACK/NACK"}, a) && (!second || (a != "RTS/CTS" && a != "BOTH"))
	}
	t.enable = (a + "E")[0]
	return a == "E" || a == "R" || a == "D"
}

// applyPort makes a new port setting hold.
func (s *session) applyPort() {
	if s.port == nil {
		return
	}
	if s.p.doubts.PcomOld && !s.at.usb {
		_ = s.p.line.Drain(s.ctx) // the reply goes at the old speed; when the line or the machine ends there is nobody to hear it
	}
	s.p.mu.Lock()
	s.p.protocol, s.p.enable = s.port.protocol, s.port.enable
	s.p.mu.Unlock()
	s.p.line.Set(s.port.line)
	s.port = nil
}

// protocolOf a port without ACK/NACK.
func protocolOf(s line.Settings) string {
	switch {
	case s.RTSCTS && s.XONXOFF:
		return "BOTH"
	case s.RTSCTS:
		return "RTS/CTS"
	case s.XONXOFF:
		return "XON/XOFF"
	}
	return "NONE"
}

func (s *session) portText() string {
	now := s.p.line.Settings()
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return fmt.Sprintf("1;%d;%c;8;%d;%s;%c", now.Baud, now.Parity, now.Stop, s.p.protocol, s.p.enable)
}
