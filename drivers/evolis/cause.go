package evolis

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"cetak/drivers"
)

// cause is what a refusal means, as far as it can be told without asking the machine more.
type cause struct {
	code  drivers.Code
	again drivers.Again
	look  look
}

// look says what must be asked before the code is sure.
type look int

const (
	sure       look = iota
	mechanical      // time-out or mechanics: jam, cover, ribbon, feeder
	feeder          // the feeder: empty, or a card stuck in it
	ribbon          // the ribbon: at its end, or torn, missing, not recognised
	rejectBox       // the output: a full reject box when the card was on its way there
	syntax          // a command or parameter: our setting, or a byte changed on the line
)

// refusal is a command that the machine would not or could not do.
type refusal struct {
	raw string // as it came, for the technician
	cause
}

func (r *refusal) Error() string { return r.raw }

// nackCauses are the codes after a NACK (guide p.66). The magnetic ones cannot come: no card here has a stripe.
var nackCauses = map[byte]cause{
	'1': {drivers.PrinterRefused, drivers.AgainNever, syntax},
	'2': {drivers.PrinterRefused, drivers.AgainNever, syntax},
	'T': {drivers.MechanicalFault, drivers.AgainAfterOperator, mechanical},
	'C': {drivers.CoverOpen, drivers.AgainAfterOperator, sure},
	'F': {drivers.FeederEmpty, drivers.AgainAfterOperator, feeder},
	'R': {drivers.RibbonFault, drivers.AgainAfterOperator, ribbon},
	'K': {drivers.PrinterRefused, drivers.AgainNever, sure},
	'D': {drivers.PrinterRefused, drivers.AgainNever, sure},
	'W': {drivers.PrinterRefused, drivers.AgainNever, sure},
}

// wordCauses are the words of text mode (host code; ERR CARD and NEED CLEANING also guide p.34).
var wordCauses = map[string]cause{
	"ERROR":              {drivers.MechanicalFault, drivers.AgainAfterOperator, mechanical},
	"ERROR CDE":          {drivers.PrinterRefused, drivers.AgainNever, syntax},
	"ERROR PARAMETRES":   {drivers.PrinterRefused, drivers.AgainNever, syntax},
	"OPT NOT AVAILABLE":  {drivers.PrinterRefused, drivers.AgainNever, sure},
	"FEEDER EMPTY":       {drivers.FeederEmpty, drivers.AgainAfterOperator, sure},
	"ERROR HOPPER":       {drivers.FeederEmpty, drivers.AgainAfterOperator, feeder},
	"COVER OPEN":         {drivers.CoverOpen, drivers.AgainAfterOperator, sure},
	"HOPPER DOOR":        {drivers.CoverOpen, drivers.AgainAfterOperator, sure},
	"CARD JAM":           {drivers.MechanicalFault, drivers.AgainAfterOperator, mechanical},
	"ERR CARD":           {drivers.MechanicalFault, drivers.AgainAfterOperator, mechanical},
	"ERROR TIME OUT":     {drivers.MechanicalFault, drivers.AgainAfterOperator, mechanical},
	"ERROR RIBBON":       {drivers.RibbonFault, drivers.AgainAfterOperator, ribbon},
	"ERR RIB DETECTION":  {drivers.RibbonFault, drivers.AgainAfterOperator, sure},
	"HOPPER FULL":        {drivers.RejectFull, drivers.AgainAfterOperator, rejectBox},
	"NEED CLEANING":      {drivers.MechanicalFault, drivers.AgainAfterOperator, sure},
	"ERR NEED CLEANING":  {drivers.MechanicalFault, drivers.AgainAfterOperator, sure},
	"ERROR HEAD":         {drivers.HeadFault, drivers.AgainAfterOperator, sure},
	"ERROR MAG":          {drivers.PrinterRefused, drivers.AgainNever, sure},
	"ERROR MAG CHECKSUM": {drivers.PrinterRefused, drivers.AgainNever, sure},
	"ERROR MAG DATA":     {drivers.PrinterRefused, drivers.AgainNever, sure},
	"ERROR FLASH UNKNOW": {drivers.MechanicalFault, drivers.AgainAfterOperator, sure},
	"ERROR CHECKSUM":     {drivers.MechanicalFault, drivers.AgainAfterOperator, sure},
	"ERROR UNKNOW":       {drivers.MechanicalFault, drivers.AgainAfterOperator, sure},
}

// judge turns a refusal into a Fault, asking the machine where the refusal alone does not say. name is the command
// that was refused. The questions move nothing; one that fails leaves the coarser code.
func (p *Printer) judge(ctx context.Context, op, name string, r *refusal, card drivers.Whereabouts) *drivers.Fault {
	r = p.closer(ctx, r)
	f := &drivers.Fault{Code: r.code, Op: op, Card: card, Again: r.again, Detail: name + " answered " + r.raw, Err: r}
	switch r.look {
	case mechanical:
		f.Code = p.jam(ctx, op, r, card)
	case feeder:
		if empty, err := p.feederEmpty(ctx); err == nil && !empty {
			f.Code = drivers.CardJamFeed
		}
	case ribbon:
		if end, err := p.ribbonEnd(ctx); err == nil && end {
			f.Code = drivers.RibbonEnd
		}
	case rejectBox:
		if op != opReject {
			f.Code = drivers.MechanicalFault // the good tray is full; there is no closer code
		}
	case syntax:
		// A command this machine has taken before was changed on its way: no byte is checked on this line.
		if p.taken[name] {
			f.Code, f.Again = drivers.LineNoise, drivers.AgainNow
		}
	}
	return f
}

// closer asks Rlr, the last reply (guide p.34), for the word behind a NACK that has several: T is a time-out, a jam, and a
// full box alike, R an ended and a missing ribbon.
func (p *Printer) closer(ctx context.Context, r *refusal) *refusal {
	if !strings.HasPrefix(r.raw, "NACK ") || r.look != mechanical && r.look != ribbon {
		return r
	}
	word, err := p.query(ctx, "Rlr", func(s string) bool { _, ok := wordCauses[s]; return ok || s == "OK" })
	if c, ok := wordCauses[word]; err == nil && ok && c.look != syntax {
		return &refusal{raw: r.raw + ", " + word, cause: c}
	}
	return r
}

// jam tells apart what the machine calls time-out, mechanical error, or jam.
func (p *Printer) jam(ctx context.Context, op string, r *refusal, card drivers.Whereabouts) drivers.Code {
	if open, err := p.coverOpen(ctx); err == nil && open {
		return drivers.CoverOpen
	}
	switch op {
	case opLoad:
		if empty, err := p.feederEmpty(ctx); err == nil && empty && card == drivers.InHopper {
			return drivers.FeederEmpty
		}
		return drivers.CardJamFeed
	case opPrint, opGood:
		if end, err := p.ribbonEnd(ctx); err == nil && end {
			return drivers.RibbonEnd
		}
		return drivers.CardJamHead
	}
	// On the way to the reject box: NACK T does not tell a stuck card from a full box, so neither is claimed.
	if strings.HasSuffix(r.raw, "CARD JAM") {
		return drivers.CardJamHead
	}
	return drivers.MechanicalFault
}

// feederEmpty asks Sk;f: 0 not empty, 1 to 3 one or both feeders empty (guide p.64). With two feeders one card is
// enough.
func (p *Printer) feederEmpty(ctx context.Context) (bool, error) {
	n, err := p.number(ctx, "Sk;f")
	return n == 1 || n == 3, err
}

// ribbonEnd asks Rcr: OK unless the ribbon stands at its end mark (guide p.32).
func (p *Printer) ribbonEnd(ctx context.Context) (bool, error) {
	v, err := p.query(ctx, "Rcr", isText)
	var r *refusal
	if errors.As(err, &r) && r.look == ribbon {
		return true, nil
	}
	return err == nil && v != "OK", err
}

// coverOpen asks Rse;o, volts with a decimal comma: `5,00 Volts` closed, `0,00 Volts` open (host code).
func (p *Printer) coverOpen(ctx context.Context) (bool, error) {
	v, err := p.query(ctx, "Rse;o", func(s string) bool { _, ok := volts(s); return ok })
	if err != nil {
		return false, err
	}
	n, _ := volts(v)
	return n < 2.5, nil
}

func volts(s string) (float64, bool) {
	s, _, _ = strings.Cut(s, " ")
	n, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return n, err == nil && n >= 0 && n < 100
}
