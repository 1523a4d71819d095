package assembly

import (
	"context"
	"errors"
	"fmt"

	"cetak/drivers"
	"cetak/drivers/evolis"
	"cetak/drivers/serialport"
	"cetak/drivers/wire"
	"cetak/station/config"
)

// PortFound is how a printer's serial port was found.
type PortFound struct {
	Baud int    // at which it answers
	Port string // as it tells itself; "" where it does not
}

// LineSetup is where the printer of the settings is looked for: at its serial port, and at the other socket usb if that is not
// empty. Fault: PrinterRefused where this desk has no printer.
func (d Devices) LineSetup(usb string) (evolis.Setup, error) {
	if !d.Config.HasPrinter() {
		return evolis.Setup{}, &drivers.Fault{Code: drivers.PrinterRefused, Op: "line", Again: drivers.AgainNever,
			Detail: "printer.machine says that this desk has no printer"}
	}
	c := d.Config.Printer
	s := evolis.Setup{Baud: c.Baud, Log: d.Log.With().Str("part", "printer").Logger(),
		Serial: func(_ context.Context, baud int, flow string) (wire.Port, error) {
			return serialport.Open(serialport.Config{Path: c.Port, Baud: baud, Flow: serialport.Flow(flow)})
		}}
	if usb != "" {
		s.USB = func(context.Context) (wire.Port, error) { return serialport.OpenUSB(usb) }
	}
	return s, nil
}

// FindPort looks for the printer and asks how its port is set. Faults: those of evolis.Setup.Find; LineSpeed where it answers
// otherwise than the settings say, beside what was found.
func (d Devices) FindPort(ctx context.Context, usb string) (PortFound, error) {
	s, err := d.LineSetup(usb)
	if err != nil {
		return PortFound{}, err
	}
	p, baud, told, err := s.PortNow(ctx)
	if err != nil {
		return PortFound{}, err
	}
	f := PortFound{Baud: baud}
	if told {
		f.Port = p.String()
	}
	c, want := d.Config.Printer, ""
	switch {
	case baud != 0 && baud != c.Baud:
		want = fmt.Sprintf("the printer answers at %d baud and printer.baud is %d", baud, c.Baud)
	case told && baud == 0 && p.Baud != c.Baud:
		want = fmt.Sprintf("the printer's port is set to %d baud and printer.baud is %d", p.Baud, c.Baud)
	case told && p.Enable != "E":
		want = "the printer's serial port does not answer: it is set to " + p.Enable
	case told && p.Flow() != c.Flow:
		want = fmt.Sprintf("the printer's flow control is %s and printer.flow is %s", p.Flow(), c.Flow)
	}
	if want != "" {
		return f, &drivers.Fault{Code: drivers.LineSpeed, Op: "line", Again: drivers.AgainAfterOperator, Detail: want + ": set both with `cetakctl printer port --baud N`"}
	}
	return f, nil
}

// ExplainLine looks, after the printer was not heard, whether it is heard at another speed, and says so: LineSpeed in place of
// cause. Any other cause comes back as it is.
func (d Devices) ExplainLine(ctx context.Context, cause error) error {
	if !errors.Is(cause, drivers.LineSilent) && !errors.Is(cause, drivers.LineNoise) && !errors.Is(cause, drivers.LineHeld) {
		return cause
	}
	if _, err := d.FindPort(ctx, ""); errors.Is(err, drivers.LineSpeed) {
		return err
	}
	return cause
}

// SetPrinterPort sets up the printer's serial port and, once it answers so, the settings of this folder: speed and flow control
// of both ends. who is written into the journal. Faults: those of evolis.NewPort and evolis.Setup.SetPort, and then the settings
// are as they were; those of the settings and the journal.
func (d *Desk) SetPrinterPort(ctx context.Context, baud int, flow, reply, usb, who string) error {
	to, err := evolis.NewPort(baud, flow, reply)
	if err != nil {
		return err
	}
	s, err := d.Devices.LineSetup(usb)
	if err != nil {
		return err
	}
	if err := s.SetPort(ctx, to); err != nil {
		return err
	}
	c, err := changeSettings(ctx, d.Dir, who, d.noted, func(c *config.Config) { c.Printer.Baud, c.Printer.Flow = baud, flow })
	if err == nil {
		d.Config = c
	}
	return err
}
