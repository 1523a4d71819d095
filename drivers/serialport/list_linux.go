package serialport

import (
	"os"
	"path/filepath"
	"strings"

	"cetak/drivers"
)

// List gives the ports that have a device behind them, as the kernel shows them in /sys. It opens no port.
func List() ([]Found, error) { return list("/sys", "/dev") }

func list(sys, dev string) ([]Found, error) {
	entries, err := os.ReadDir(filepath.Join(sys, "class/tty"))
	if err != nil {
		return nil, fault(drivers.LineNoPort, filepath.Join(sys, "class/tty"), err)
	}
	stable := map[string]string{}
	links, _ := filepath.Glob(filepath.Join(dev, "serial/by-id/*"))
	for _, l := range links {
		if target, err := filepath.EvalSymlinks(l); err == nil {
			stable[filepath.Base(target)] = l
		}
	}
	var found []Found
	for _, e := range entries {
		dir := filepath.Join(sys, "class/tty", e.Name())
		driver, err := filepath.EvalSymlinks(filepath.Join(dir, "device/driver"))
		if err != nil || line(dir, "type") == "0" { // type 0: a ttyS name without a UART
			continue
		}
		f := Found{Device: filepath.Join(dev, e.Name()), Driver: filepath.Base(driver)}
		f.Path = f.Device
		if p := stable[e.Name()]; p != "" {
			f.Path = p
		}
		usb(&f, filepath.Join(dir, "device"))
		found = append(found, f)
	}
	return found, nil
}

// usb climbs from the port to the USB device that carries it: interface, then device, hubs above.
func usb(f *Found, device string) {
	dir, err := filepath.EvalSymlinks(device)
	if err != nil {
		return
	}
	for range 4 {
		if v := line(dir, "idVendor"); v != "" {
			f.Vendor, f.Product = v, line(dir, "idProduct")
			f.Name, f.Serial = line(dir, "product"), line(dir, "serial")
			return
		}
		dir = filepath.Dir(dir)
	}
}

func line(dir, name string) string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(first)
}
