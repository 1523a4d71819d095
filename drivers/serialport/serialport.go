package serialport

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"cetak/drivers"
)

// Config names a port and its settings; the frame is always 8N1.
type Config struct {
	Path   string // device path, best the one under /dev/serial/by-id
	Baud   int    // one of the standard rates
	RTSCTS bool   // hardware flow control
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
