package rig

import (
	"fmt"
	"path/filepath"

	"cetak/hwsim/dispenser"
	"cetak/hwsim/line"
	"cetak/hwsim/printer"
	"cetak/hwsim/scene"
	"cetak/hwsim/world"
)

// What stands at the desk.
const (
	onlyPrinter   = "evolis"
	onlyDispenser = "crt591"
	bothMachines  = "crt591+evolis"
)

// front is a dispenser and its cable.
type front struct {
	machine *dispenser.Dispenser // nil: there is none
	line    *line.Line
}

// dispenserOf tells the world what feeds.
func dispenserOf(machine string) world.Dispenser {
	switch machine {
	case onlyDispenser:
		return world.Alone
	case bothMachines:
		return world.InLine
	}
	return world.NoDispenser
}

// openLines makes the cables. The dispenser's takes whatever speed the host has when it first initialises it.
func (r *Rig) openLines(o Options) error {
	open := func(name string, baud int, seed uint64) (*line.Line, error) {
		return line.Open(line.Options{Link: filepath.Join(o.Dir, name), Speed: o.Speed, Seed: seed, Settings: line.Settings{Baud: baud}})
	}
	var err error
	if o.Machine != onlyPrinter {
		if r.front.line, err = open("dispenser", 9600, o.Seed+1); err != nil {
			return err
		}
	}
	if o.Machine == onlyDispenser {
		r.line = r.front.line
		return nil
	}
	return r.openPrinterLine(o)
}

// openPrinterLine opens the printer's serial port, and for one as it comes its USB socket.
func (r *Rig) openPrinterLine(o Options) (err error) {
	r.line, err = line.Open(line.Options{Link: filepath.Join(o.Dir, "printer"), Speed: o.Speed, Seed: o.Seed,
		Latency: o.Latency, Buffer: o.LineBuffer, Settings: line.Settings{Baud: o.Baud,
			RTSCTS: o.Flow == "rtscts" || o.Flow == "both", XONXOFF: o.Flow == "xonxoff" || o.Flow == "both"}})
	if err != nil || !o.Factory {
		return err
	}
	const usb = 4_000_000 // faster than any serial port; nothing more is played of it
	r.usb, err = line.Open(line.Options{Link: filepath.Join(o.Dir, "printer-usb"), Speed: o.Speed, Settings: line.Settings{Baud: usb}})
	return err
}

// powerUp switches the machines on and says how they are reached.
func (r *Rig) powerUp(o Options) error {
	for _, name := range r.scene.Uses() {
		if !scene.Fits(name, o.Machine != onlyDispenser, o.Machine != onlyPrinter) {
			return fmt.Errorf("fault %s is of a machine that this desk has not: --machine %s", name, o.Machine)
		}
	}
	r.ready.Machine = o.Machine
	if o.Machine != onlyDispenser {
		po := printer.Options{World: r.world, Line: r.line, Text: o.Replies == "text", Doubts: o.Doubts, Seed: o.Seed, Factory: o.Factory}
		if r.usb != nil {
			po.USB, r.ready.USB = r.usb, filepath.Join(o.Dir, "printer-usb")
		}
		r.printer = printer.New(po)
		r.wg.Go(func() { r.printer.Run(r.ctx) })
		r.ready.Printer, r.ready.Serial = filepath.Join(o.Dir, "printer"), r.printer.Serial()
	}
	if o.Machine != onlyPrinter {
		r.front.machine = dispenser.New(dispenser.Options{World: r.world, Line: r.front.line, Doubts: o.Dispenser, Seed: o.Seed})
		r.wg.Go(func() { r.front.machine.Run(r.ctx) })
		r.ready.Dispenser, r.ready.DispenserSerial = filepath.Join(o.Dir, "dispenser"), r.front.machine.Serial()
	}
	return nil
}

// Dispenser is the dispenser's firmware, nil where there is none.
func (r *Rig) Dispenser() *dispenser.Dispenser { return r.front.machine }

// power is how the printer stands: on, starting, off; a desk without one has none.
func (r *Rig) power() string {
	if r.printer == nil {
		return "none"
	}
	return r.printer.Power()
}

// refuse says that this desk has no such machine.
func (r *Rig) refuse(fault string) error {
	if scene.Fits(fault, r.printer != nil, r.front.machine != nil) {
		return nil
	}
	return fmt.Errorf("%s is of a machine that this desk has not", fault)
}

// atDispenser makes a fault of the dispenser happen now. As apply.
func (r *Rig) atDispenser(f scene.Fault) {
	w, d, l := r.world, r.front.machine, r.front.line
	switch f.Name {
	case "jam-gate":
		w.JamAtGate()
	case "take-gate":
		w.TakeAtGate()
	case "nudge":
		w.Nudge()
	case "bin-full":
		w.BlindReject()
	case "bin-counter":
		n := 0
		if _, err := fmt.Sscanf(f.Text, "%d", &n); err == nil {
			d.SetCounter(min(max(n, 0), 999))
		}
	case "another-dispenser":
		d.BeAnother()
	case "dispenser-error":
		if len(f.Text) == 2 {
			d.FailNext(f.Text)
		}
	case "dispenser-power-cycle":
		d.PowerCycle()
	case "dispenser-mute":
		d.SetMute(true)
		r.after(f.Seconds, func() { d.SetMute(false) })
	case "dispenser-off":
		d.SetOff(true)
		r.after(f.Seconds, func() { d.SetOff(false); d.PowerCycle() })
	case "dispenser-lose-ack":
		d.LoseReply()
	case "dispenser-lose-command":
		d.LoseCommand()
	case "dispenser-cable-pulled":
		_ = l.Unplug() // the link may be gone already: that is what was asked for
		r.after(f.Seconds, func() { _ = l.Plug() })
	case "dispenser-flip-byte":
		l.FlipByte(f.ToHost, f.Skip)
	case "dispenser-lose-byte":
		l.LoseByte(f.ToHost, f.Skip)
	case "dispenser-noise":
		l.SetNoise(f.Share)
	}
}
