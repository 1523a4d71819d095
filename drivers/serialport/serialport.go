package serialport

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"cetak/drivers"
)

// Config names a port and its settings; the frame is always 8N1.
type Config struct {
	Path string // device path, best the one under /dev/serial/by-id
	Baud int    // one of the standard rates
	Flow Flow   // "" = FlowNone
}

// Flow is how the other end may hold up what is sent to it. The other direction is never held up: replies are short, and
// an XOFF of ours would stand in the middle of an image.
type Flow string

// Kinds of flow control.
const (
	FlowNone    Flow = "none"
	FlowRTSCTS  Flow = "rtscts"  // by its RTS, our CTS; a cable with three wires has neither, and then nothing is ever sent
	FlowXONXOFF Flow = "xonxoff" // by DC3 and DC1 among its replies, which then are no part of them
	FlowBoth    Flow = "both"
)

// Flows lists them.
func Flows() []string {
	return []string{string(FlowNone), string(FlowRTSCTS), string(FlowXONXOFF), string(FlowBoth)}
}

func (f Flow) hardware() bool { return f == FlowRTSCTS || f == FlowBoth }
func (f Flow) software() bool { return f == FlowXONXOFF || f == FlowBoth }

// check refuses a word that is none of them.
func (c Config) check() error {
	if c.Flow != "" && !slices.Contains(Flows(), string(c.Flow)) {
		return fault(drivers.LineRefused, fmt.Sprintf("flow control %q: it is one of %s", c.Flow, strings.Join(Flows(), ", ")), syscall.EINVAL)
	}
	return checkPath(c.Path)
}

// Found is one port that has a device behind it.
type Found struct {
	Path    string // what to configure: the stable name if there is one, else Device
	Device  string // /dev/ttyUSB0
	Driver  string // kernel driver
	Vendor  string // USB vendor id, lower-case hex; empty for a built-in port
	Product string // USB product id
	Name    string // what the adapter calls itself
	Serial  string // the adapter's serial number
}

func fault(code drivers.Code, path string, err error) error {
	return &drivers.Fault{Code: code, Op: "open port", Again: drivers.AgainAfterOperator, Detail: path, Err: err}
}

// openFault sorts an error of opening a path. A device that vanished while its name still stands counts as no port.
func openFault(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.EIO):
		return fault(drivers.LineNoPort, path, err)
	case errors.Is(err, syscall.ENOTTY), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTDIR):
		return fault(drivers.LineNotSerial, path, err)
	case errors.Is(err, syscall.EBUSY), errors.Is(err, syscall.EWOULDBLOCK):
		return fault(drivers.LineBusy, path, err)
	}
	return fault(drivers.LineRefused, path, err)
}

// checkPath finds what is wrong with a path before anything is opened: opening a fifo would hang, and opening a
// plain file for a port would create nothing but confusion.
func checkPath(path string) error {
	if path == "" {
		return fault(drivers.LineNoPort, "no port is configured", fs.ErrNotExist)
	}
	info, err := os.Stat(path)
	if err != nil {
		return openFault(path, err)
	}
	if info.Mode()&fs.ModeCharDevice == 0 {
		return fault(drivers.LineNotSerial, path, syscall.ENOTTY)
	}
	return nil
}
