package printer

import (
	"slices"
	"strings"

	"cetak/hwsim/world"
)

// set carries out the commands that set something and move nothing.
func (s *session) set(r request) answer {
	good := false
	switch r.name {
	case "Psc":
		good = s.setFrame(r.args)
	case "Pcom":
		good = s.setPort(r.args)
	case "Pem":
		good = s.setErrors(r.args)
	case "Pr":
		good = len(r.args) == 1 && panels(r.args[0]) != ""
		if good {
			s.ribbon = r.args[0]
		}
	case "Pmi":
		good = (len(r.args) == 1 || (len(r.args) == 2 && r.args[1] == "s")) && slices.Contains([]string{"F", "M", "B"}, r.args[0])
		if good {
			s.transport.setManual(r.args[0] == "M")
		}
	case "Pos", "Poc":
		good = signedStep(r.args)
	case "Pc": // contrast of a panel, in the captures Pc;k;=;10
		good = len(r.args) > 0 && len(r.args[0]) == 1 && strings.Contains("ymcko", r.args[0]) && signedStep(r.args[1:])
	case "Pdt": // duplex type, in the captures DU
		good = oneOf(r, "DU", "SI")
	case "Ppws": // the host's clock (captures)
		good = len(r.args) == 1 && r.args[0] != "" && strings.Trim(r.args[0], "0123456789") == ""
	case "Mr": // ribbon to its first panel (captures)
		good = oneOf(r, "s")
	}
	if !good {
		return no(badParameter)
	}
	return ok()
}

// signedStep is +, - or = and a number.
func signedStep(args []string) bool {
	if len(args) != 2 || !slices.Contains([]string{"+", "-", "="}, args[0]) {
		return false
	}
	_, good := number(args[1], 99999)
	return good
}

func (s *session) setFrame(args []string) bool {
	if len(args) == 0 {
		s.at.frame.set(escape, semicolon, cr)
		return true
	}
	if len(args) != 3 {
		return false
	}
	var b [3]byte
	for i, a := range args {
		n, good := number(a, 255)
		if !good || n == nul {
			return false
		}
		b[i] = byte(n)
	}
	if b[0] == b[1] || b[1] == b[2] || b[0] == b[2] {
		return false
	}
	s.at.frame.set(b[0], b[1], b[2])
	return true
}

// setErrors is Pem;n[;s] (evolis.md 4). 4 keeps who owns errors; 4 and bit 4 turn ACK/NACK on.
func (s *session) setErrors(args []string) bool {
	if len(args) == 0 || len(args) > 2 || (len(args) == 2 && args[1] != "s") {
		return false
	}
	n, good := number(args[0], 18)
	if !good || (n > 4 && n != 16 && n != 18) {
		return false
	}
	if n == 4 {
		s.ackByPem = true
	} else {
		s.pem, s.ackByPem = n, n&16 != 0
	}
	s.transport.setPem(s.pem)
	if len(args) == 2 {
		s.p.mu.Lock()
		s.p.savedPem = n
		s.p.mu.Unlock()
	}
	return true
}

// read answers a question (evolis.md 5).
func (s *session) read(r request) answer {
	w := s.p.world
	arg := strings.Join(r.args, ";")
	count := w.Counters()
	switch r.name + ";" + arg {
	case "Rcom;1":
		return value(s.portText())
	case "Rcom;2":
		return value("2;9600;N;8;1;NONE;D")
	case "Rtp;":
		return value(modelName)
	case "Rsn;":
		return value(s.p.Serial())
	case "Rfv;":
		return value(firmware)
	case "Rkn;":
		return value(headKit)
	case "Rok;":
		return ok()
	case "Rem;":
		return value(decimal(int64(s.pem)))
	case "Rco;p":
		return value(decimal(count.Panels))
	case "Rco;c":
		return value(decimal(s.p.inserted(count.Inserted)))
	case "Rco;a", "Rco;m": // average and longest interval between cleanings
		return value(decimal(count.Inserted / (count.Cleanings + 1)))
	case "Rco;n":
		return value(decimal(count.Cleanings))
	case "Rco;l", "Rrt;count":
		return value(decimal(int64(w.Ribbon().Cards())))
	case "Rrt;qty":
		return value(decimal(int64(w.Ribbon().Capacity)))
	case "Rcr;":
		switch {
		case w.Standing(world.NoRibbon):
			return no(ribbonUnknown)
		case w.Standing(world.RibbonEnd):
			return no(ribbonFault)
		}
		return exactly("OK")
	case "Rse;o":
		if w.Standing(world.CoverOpen) {
			return value("0,00 Volts")
		}
		return value("5,00 Volts")
	case "Rlr;":
		if s.last == accepted {
			return exactly("OK")
		}
		return exactly(s.last.text())
	case "Rlr;p":
		return exactly(position(w.Where()))
	case "Rlr;r":
		if count.SinceCleaning >= cleaningDue {
			return exactly("NEED CLEANING")
		}
		return exactly("OK")
	}
	return no(badParameter)
}

// position is what the sensors see: nothing of a card between them.
func position(p world.Place) string {
	switch p {
	case world.Head:
		return "CARD"
	case world.Contacts:
		return "SMART CARD"
	case world.Contactless:
		return "CONTACTLESS CARD"
	}
	return "OK"
}
