package rig

import "cetak/hwsim/scene"

// hostile makes one of the faults happen that a line or a reader that means harm would do. As apply.
func (r *Rig) hostile(f scene.Fault) {
	w, p := r.world, r.printer
	switch f.Name {
	case "double-byte":
		r.line.DoubleByte(f.ToHost, f.Skip)
	case "cable-cut":
		r.line.CutAfter(f.ToHost, f.Skip)
	case "late":
		p.HoldReply(orOne(f.Seconds))
	case "glue":
		p.GlueReply()
	case "split":
		p.SplitReply(orOne(f.Seconds))
	case "babble":
		p.Babble(orOne(f.Seconds))
	case "say":
		p.Say(f.Bytes)
	case "refuse":
		p.RefuseWith(f.Text)
	case "printer-off":
		p.SetOff(true)
		r.after(f.Seconds, func() { p.SetOff(false); p.PowerCycle() })
	case "line-held":
		r.line.SetIdle(true)
		r.after(f.Seconds, func() { r.line.SetIdle(false) })
	case "counter-clear":
		p.ClearCounter()
	case "counter-stuck":
		p.StickCounter()
	case "counter-wrap":
		p.WrapCounter()
	case "another-printer":
		p.BeAnother()
	case "endless-61":
		w.Endless61()
	case "wrong-length":
		w.WrongLength()
	case "chip-says":
		w.ChipSays(f.Bytes)
	case "swap":
		w.Swap()
	default:
		if !r.atKeys(f) {
			r.atDispenser(f)
		}
	}
}

// orOne: a fault that takes seconds and is given none lasts one.
func orOne(s float64) float64 {
	if s == 0 {
		return 1
	}
	return s
}
