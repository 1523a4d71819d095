package rig

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cetak/hwsim/card"
	"cetak/hwsim/scene"
	"cetak/hwsim/world"
)

// verb is one thing a hand can do.
type verb struct {
	usage string
	do    func(r *Rig, args []string) (string, error)
}

// verbs by name. The faults of a scene are verbs too.
func verbs() map[string]verb {
	return map[string]verb{
		"present": {"present TRAY N", card1((*world.World).Present)},
		"remove":  {"remove", plain(func(r *Rig) (string, error) { return r.world.Withdraw() })},
		"feed": {"feed N", func(r *Rig, a []string) (string, error) {
			n, err := number(a, 100000)
			if err != nil {
				return "", err
			}
			r.world.AddBlanks(n)
			return fmt.Sprintf("%d blanks in the feeder", r.world.FeederCount()), nil
		}},
		"unfeed": {"unfeed N", func(r *Rig, a []string) (string, error) {
			n, err := number(a, 100000)
			if err != nil {
				return "", err
			}
			left, err := r.world.TakeBlanks(n)
			return fmt.Sprintf("%d blanks in the feeder", left), err
		}},
		"empty": {"empty reject|bin", func(r *Rig, a []string) (string, error) {
			switch {
			case len(a) == 1 && a[0] == "reject":
				return fmt.Sprintf("%d cards taken out", r.world.EmptyReject()), nil
			case len(a) == 1 && a[0] == "bin":
				return fmt.Sprintf("%d cards taken out", r.world.EmptyBin()), nil
			}
			return "", errUsage
		}},
		"open":  {"open cover", words("cover", func(r *Rig) (string, error) { r.world.SetCover(true); return "cover open", nil })},
		"close": {"close cover", words("cover", func(r *Rig) (string, error) { r.world.SetCover(false); return "cover closed", nil })},
		"ribbon": {"ribbon new|none|PANELS|KIND", func(r *Rig, a []string) (string, error) {
			return r.ribbon(a)
		}},
		"jam": {"jam", plain(func(r *Rig) (string, error) { r.world.JamNow(); return "jam", nil })},
		"clear": {"clear", plain(func(r *Rig) (string, error) {
			if uid := r.world.Clear(); uid != "" {
				return uid + " laid into the reject box", nil
			}
			return "nothing was in the transport", nil
		})},
		"take-out": {"take-out", plain(func(r *Rig) (string, error) {
			if uid := r.world.TakeOut(world.Hand); uid != "" {
				return uid, nil
			}
			return "nothing was in the transport", nil
		})},
		"put-in":    {"put-in TRAY N", card1((*world.World).PutIn)},
		"feed-card": {"feed-card TRAY N", card1((*world.World).FeedCard)},
		"reject":    {"reject TRAY N", card1((*world.World).ToReject)},
		"on": {"on EVENT [nth] do FAULT [once]", func(r *Rig, a []string) (string, error) {
			return "from now on", r.scene.Add(append([]string{"on"}, a...))
		}},
		"await":   {"await", plain(func(r *Rig) (string, error) { return r.holding.await(r.ctx) })},
		"go":      {"go", plain(func(r *Rig) (string, error) { r.scene.Drop("hold"); return r.holding.release(), nil })},
		"release": {"release", plain(func(r *Rig) (string, error) { return r.holding.release(), nil })},
		"events":  {"events", plain(func(r *Rig) (string, error) { text, err := json.Marshal(r.Events()); return string(text), err })},
		"fired":   {"fired", plain(func(r *Rig) (string, error) { text, err := json.Marshal(r.scene.Fired()); return string(text), err })},
		"picture": {"picture UID", func(r *Rig, a []string) (string, error) {
			if len(a) != 1 {
				return "", errUsage
			}
			i, err := r.world.Picture(a[0])
			if err != nil {
				return "", err
			}
			text, err := json.Marshal(i)
			return string(text), err
		}},
		"unplug": {"unplug", plain(func(r *Rig) (string, error) { return "cable out", r.line.Unplug() })},
		"replug": {"replug", plain(func(r *Rig) (string, error) {
			err := r.line.Plug()
			return "cable in, " + r.line.Name(), err
		})},
		"records": {"records N", func(r *Rig, a []string) (string, error) {
			n, err := number(a, 100000)
			if err != nil {
				return "", err
			}
			return r.addRecords(n)
		}},
		"chip-file": {"chip-file UID FILE PATH", func(r *Rig, a []string) (string, error) {
			if len(a) != 3 {
				return "", errUsage
			}
			return a[2], r.world.SaveFile(a[0], a[1], a[2])
		}},
		"world": {"world", plain(func(r *Rig) (string, error) {
			t, err := r.world.Truth()
			if err != nil {
				return "", err
			}
			text, err := json.Marshal(t)
			return string(text), err
		})},
		"watch":   {"watch [STAMP]", func(r *Rig, a []string) (string, error) { return r.watch(a) }},
		"faults":  {"faults", plain(func(r *Rig) (string, error) { return r.catalogue() })},
		"forget":  {"forget RULE", func(r *Rig, a []string) (string, error) { return r.forget(a) }},
		"summary": {"summary", plain(func(r *Rig) (string, error) { return r.world.String(), nil })},
	}
}

var errUsage = errors.New("wrong words")

// card1 is a hand that takes one card of a tray.
func card1(do func(*world.World, world.Place, string) (string, error)) func(*Rig, []string) (string, error) {
	return func(r *Rig, a []string) (string, error) {
		if len(a) != 2 {
			return "", errUsage
		}
		return do(r.world, world.Place(a[0]), a[1])
	}
}

func plain(do func(*Rig) (string, error)) func(*Rig, []string) (string, error) {
	return func(r *Rig, a []string) (string, error) {
		if len(a) != 0 {
			return "", errUsage
		}
		return do(r)
	}
}

func words(word string, do func(*Rig) (string, error)) func(*Rig, []string) (string, error) {
	return func(r *Rig, a []string) (string, error) {
		if len(a) != 1 || a[0] != word {
			return "", errUsage
		}
		return do(r)
	}
}

func number(a []string, most int) (int, error) {
	if len(a) != 1 {
		return 0, errUsage
	}
	n, err := strconv.Atoi(a[0])
	if err != nil || n < 0 || n > most {
		return 0, fmt.Errorf("a number from 0 to %d is wanted, not %q", most, a[0])
	}
	return n, nil
}

// Usage lists what Do understands, one verb a line.
func Usage() []string {
	var list []string
	for _, v := range verbs() {
		list = append(list, v.usage)
	}
	slices.Sort(list)
	return append(list, "or a fault with its argument: "+strings.Join(scene.Faults(), ", "))
}

// Do is the hand and the fate: one verb with its words. It returns what a person would see of it.
func (r *Rig) Do(words ...string) (string, error) {
	if len(words) == 0 {
		return "", fmt.Errorf("say what to do:\n  %s", strings.Join(Usage(), "\n  "))
	}
	if v, ok := verbs()[words[0]]; ok {
		text, err := v.do(r, words[1:])
		if errors.Is(err, errUsage) {
			return "", fmt.Errorf("usage: %s", v.usage)
		}
		return text, err
	}
	f, err := scene.ParseFault(words)
	if err != nil {
		if !slices.Contains(scene.Faults(), words[0]) {
			err = fmt.Errorf("no verb %q; there are:\n  %s", words[0], strings.Join(Usage(), "\n  "))
		}
		return "", err
	}
	if err := r.refuse(f.Name); err != nil {
		return "", err
	}
	if f.Name == "hold" {
		return "", errors.New("hold stands in a rule: on EVENT do hold; then await, and go")
	}
	r.apply("", f)
	return f.Name, nil
}

func (r *Rig) ribbon(a []string) (string, error) {
	if len(a) != 1 {
		return "", errUsage
	}
	switch a[0] {
	case "new", "NEW", "full":
		r.world.NewRibbon("")
	case "none":
		r.world.TakeRibbon()
	case "ymcko", "ymckok", "ko", "k":
		r.world.NewRibbon(a[0])
	default:
		n, err := number(a, 1<<20)
		if err != nil {
			return "", err
		}
		r.world.SetRibbonPanels(n)
	}
	rib := r.world.Ribbon()
	return fmt.Sprintf("ribbon %s, %d panels", rib.Type, rib.Panels), nil
}

// apply makes a fault happen now. It is called on the goroutine in which the event happens, and waits only to hold it.
func (r *Rig) apply(event string, f scene.Fault) {
	w := r.world
	switch f.Name {
	case "hold":
		r.holding.hold(r.ctx, event)
	case "feeder-empty":
		w.BlindFeeder()
	case "jam-feed":
		w.JamAtFeed()
	case "jam-head":
		w.JamAtHead()
	case "cover-open":
		w.SetCover(true)
		r.after(f.Seconds, func() { w.SetCover(false) })
	case "ribbon-end":
		w.SetRibbonPanels(0)
	case "reject-full":
		w.BlindReject()
	case "chip-mute":
		w.MuteChip()
	case "wrong-atr":
		w.SetATR(card.DrivingLicenceATR())
	case "card-pulled":
		w.Pull()
	case "cable-pulled":
		_ = r.line.Unplug() // the link may be gone already: that is what was asked for
		r.after(f.Seconds, func() { _ = r.line.Plug() })
	case "power-cycle":
		r.printer.SetOff(false) // whatever switched it off, it is on after this
		r.printer.PowerCycle()
	case "nack":
		r.printer.RefuseNext(f.Code)
	case "printer-mute":
		r.printer.SetMute(true)
		r.after(f.Seconds, func() { r.printer.SetMute(false) })
	case "lose-command":
		r.printer.LoseCommand()
	case "lose-ack":
		r.printer.LoseReply()
	case "flip-byte":
		r.line.FlipByte(f.ToHost, f.Skip)
	case "lose-byte":
		r.line.LoseByte(f.ToHost, f.Skip)
	case "noise":
		r.line.SetNoise(f.Share)
	case "reader-gone":
		if r.door != nil {
			// Its own goroutine: the event may come out of the service that is to die.
			r.readerGone.Store(true)
			r.wg.Go(func() { _ = r.door.Stop() })
			r.after(f.Seconds, func() { _ = r.door.Start(); r.readerGone.Store(false) })
		}
	default:
		r.hostile(f)
	}
}

// after does something that many simulated seconds later; 0 is never.
func (r *Rig) after(seconds float64, do func()) {
	if seconds <= 0 {
		return
	}
	r.wg.Go(func() {
		if r.world.Clock.Sleep(r.ctx, time.Duration(seconds*float64(time.Second))) == nil {
			do()
		}
	})
}
