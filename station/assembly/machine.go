package assembly

import (
	"context"

	"cetak/drivers"
	"cetak/drivers/crt591"
	"cetak/drivers/inline"
	"cetak/drivers/serialport"
	"cetak/drivers/wire"
	"cetak/station/config"
)

// Printer opens the ports and recognises the machines behind them: a printer, a dispenser, or one before the other.
func (d Devices) Printer(ctx context.Context) (drivers.Printer, error) {
	switch d.Config.Printer.Machine {
	case config.MachineDispenser:
		return d.dispenser(ctx, false)
	case config.MachineBoth:
		front, err := d.dispenser(ctx, true)
		if err != nil {
			return nil, err
		}
		back, err := d.evolis(ctx, true)
		if err != nil {
			_ = front.Close() // the printer's fault is what counts
			return nil, err
		}
		return inline.New(front, back), nil
	}
	return d.evolis(ctx, false)
}

// dispenser opens the dispenser's port. inLine: a printer takes the card out of its gate. Its bytes are not recorded: the recorder's
// files are of one line, the printer's.
func (d Devices) dispenser(ctx context.Context, inLine bool) (drivers.Printer, error) {
	c := d.Config.Dispenser
	open := func(context.Context) (wire.Port, error) {
		return serialport.Open(serialport.Config{Path: c.Port, Baud: c.Baud})
	}
	p, err := crt591.Open(ctx, open, crt591.Options{
		Baud: c.Baud, Address: byte(c.Address), Serial: c.Serial, InLine: inLine,
		Station: drivers.Position(d.Config.Printer.ChipStation),
	}, d.Log.With().Str("part", "dispenser").Logger())
	if err != nil {
		return nil, err
	}
	return p, nil
}
