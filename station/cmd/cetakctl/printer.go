package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
)

// portFlags are of `printer port`.
type portFlags struct {
	baud             int
	flow, reply, via string
}

func printerFlags(f *flag.FlagSet, c *call) {
	f.IntVar(&c.port.baud, "baud", 0, "set the line to this speed: 2400, 4800, 9600, 19200, 38400, 57600, 115200")
	f.StringVar(&c.port.flow, "flow", "", "how the printer may hold the line up: none, rtscts, xonxoff, both")
	f.StringVar(&c.port.reply, "reply", "", "how it answers: ack (flow none only), text")
	f.StringVar(&c.port.via, "via", "", "device of the printer's USB or parallel socket, for example /dev/usb/lp0: as it comes the serial port is disabled")
}

// doPrinter shows how the printer's serial port is set, or sets it up together with the settings.
func doPrinter(ctx context.Context, c *call) error {
	if len(c.args) != 1 || c.args[0] != "port" {
		return usage("say what of the printer: cetakctl printer port --baud 115200")
	}
	if c.port.baud == 0 && c.port.flow == "" && c.port.reply == "" {
		return c.showPort(ctx)
	}
	d, by, err := c.openAs(ctx, access.Test)
	if err != nil {
		return err
	}
	defer d.Close()
	p := c.port
	if p.baud == 0 {
		p.baud = d.Config.Printer.Baud
	}
	if p.flow == "" {
		p.flow = "none"
	}
	if p.reply == "" {
		p.reply = "ack"
		if p.flow != "none" {
			p.reply = "text" // the port has ACK/NACK or a flow control
		}
	}
	if err := d.SetPrinterPort(ctx, p.baud, p.flow, p.reply, p.via, by.Who); err != nil {
		return err
	}
	if c.json {
		return c.encode(map[string]any{"baud": p.baud, "flow": p.flow, "reply": p.reply})
	}
	fmt.Fprintf(c.out, "The printer answers at %d baud, flow control %s, replies %s. The settings say so too.\n", p.baud, p.flow, p.reply)
	return nil
}

func (c *call) showPort(ctx context.Context) error {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	found, err := assembly.Devices{Config: cfg, Log: c.log()}.FindPort(ctx, c.port.via)
	if err != nil && !errors.Is(err, drivers.LineSpeed) {
		return err
	}
	if c.json {
		out := map[string]any{"baud": found.Baud, "port": found.Port, "settings": map[string]any{"baud": cfg.Printer.Baud, "flow": cfg.Printer.Flow}}
		if err != nil {
			out["code"] = drivers.AsFault(err).Code
		}
		return errors.Join(c.encode(out), err)
	}
	at := fmt.Sprintf("at %d baud", found.Baud)
	if found.Baud == 0 {
		at = "at " + c.port.via
	}
	if found.Port == "" {
		found.Port = "not told"
	}
	fmt.Fprintf(c.out, "The printer answers %s. Its serial port: %s\n", at, found.Port)
	return err
}
