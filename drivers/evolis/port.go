package evolis

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cetak/drivers"
)

// Port is how a printer's serial port is set: what Pcom sets and Rcom tells (guide p.7).
type Port struct {
	Number   int    // 1 or 2; the computer's cable is at 1
	Baud     int    // one of PortBauds
	Parity   string // N, O, E
	Stop     int    // 1, 2
	Protocol string // one of the guide's: NONE, XON/XOFF, RTS/CTS, BOTH, ACK/NACK
	Enable   string // E; R receives only; D disabled, as at the factory
}

// PortBauds are the speeds that Pcom takes (guide p.7).
func PortBauds() []int { return []int{2400, 4800, 9600, 19200, 38400, 57600, 115200} }

// Replies a port may be set to: ACK/NACK, or words.
const (
	ReplyACK  = "ack"
	ReplyText = "text"
)

// NewPort is port 1 at 8N1, enabled. flow is none, rtscts, xonxoff, or both; reply is ReplyACK or ReplyText. The guide has
// one protocol for a port (p.7): ACK/NACK, or a flow control. Fault: PrinterRefused with what is allowed.
func NewPort(baud int, flow, reply string) (Port, error) {
	bad := func(format string, a ...any) (Port, error) {
		return Port{}, &drivers.Fault{Code: drivers.PrinterRefused, Op: opSetPort, Again: drivers.AgainNever, Detail: fmt.Sprintf(format, a...)}
	}
	if !slices.Contains(PortBauds(), baud) {
		return bad("%d baud: a printer's port takes one of %s", baud, strings.Trim(fmt.Sprint(PortBauds()), "[]"))
	}
	protocol, ok := map[string]string{"none": "NONE", "rtscts": "RTS/CTS", "xonxoff": "XON/XOFF", "both": "BOTH"}[flow]
	if !ok {
		return bad("flow control %q: it is none, rtscts, xonxoff, or both", flow)
	}
	switch {
	case reply == ReplyACK && flow != "none":
		return bad("the printer's port has ACK/NACK or a flow control, not both: take reply text with flow %s, or reply ack with flow none", flow)
	case reply == ReplyACK:
		protocol = "ACK/NACK"
	case reply != ReplyText:
		return bad("reply %q: it is ack or text", reply)
	}
	return Port{Number: 1, Baud: baud, Parity: "N", Stop: 1, Protocol: protocol, Enable: "E"}, nil
}

// Command is the Pcom that sets it, without its frame.
func (p Port) Command() string {
	return fmt.Sprintf("Pcom;%d;%d;%s;8;%d;%s;%s", p.Number, p.Baud, p.Parity, p.Stop, p.Protocol, p.Enable)
}

// String is the setting as Rcom tells it.
func (p Port) String() string { return strings.TrimPrefix(p.Command(), "Pcom;") }

// acks reports whether it answers by ACK and NACK.
func (p Port) acks() bool { return p.Protocol == "ACK/NACK" }

// Flow is the flow control as a computer's port names it.
func (p Port) Flow() string {
	if f, ok := map[string]string{"RTS/CTS": "rtscts", "XON/XOFF": "xonxoff", "BOTH": "both"}[p.Protocol]; ok {
		return f
	}
	return "none"
}

// parsePort reads the answer to Rcom;1. How it is written is in no source: taken as Pcom's parameters in Pcom's order, with or
// without the port's number.
func parsePort(answer string) (Port, bool) {
	f := strings.Split(strings.ReplaceAll(answer, " ", ""), ";")
	if len(f) == 6 {
		f = append([]string{"1"}, f...)
	}
	if len(f) != 7 || f[3] != "8" {
		return Port{}, false
	}
	p := Port{Parity: f[2], Protocol: f[5], Enable: f[6]}
	var err [3]error
	p.Number, err[0] = strconv.Atoi(f[0])
	p.Baud, err[1] = strconv.Atoi(f[1])
	p.Stop, err[2] = strconv.Atoi(f[4])
	if err != [3]error{} || p.Baud <= 0 || (p.Number != 1 && p.Number != 2) || (p.Stop != 1 && p.Stop != 2) {
		return Port{}, false
	}
	return p, slices.Contains([]string{"N", "O", "E"}, p.Parity) && slices.Contains([]string{"E", "R", "D"}, p.Enable) &&
		slices.Contains([]string{"NONE", "XON/XOFF", "RTS/CTS", "BOTH", "ACK/NACK"}, p.Protocol)
}
