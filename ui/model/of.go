package model

import (
	"slices"
	"strconv"
	"strings"

	"cetak/station"
	"cetak/station/access"
	"cetak/station/flow"
	"cetak/station/readiness"
	"cetak/ui/text"
)

// Of makes the screen for a snapshot. It reads both and keeps neither.
func Of(s station.Snapshot, l Local) Screen {
	v := look{s: s, l: l}
	if j := s.Job; j != nil && j.Test {
		named := *j
		named.Item.Name = v.t("tech.name")
		v.s.Job = &named
	}
	sc := Screen{Lang: l.Words.Lang(), Open: s.Office != "", Top: v.top(), Queue: v.queue(), Card: v.card(), Supply: v.supply()}
	if !sc.Open {
		sc.Top.Devices = nil
	}
	if s.Specimen {
		sc.Banner = v.t("banner.specimen")
	}
	sc.Offer = v.offer()
	sit := v.situation()
	sc.About = string(sit)
	sc.State = v.state(sit)
	sc.Primary = v.primary(sit)
	sc.Centre = v.centre(sit)
	v.rooms(&sc, sit)
	v.training(&sc)
	return sc
}

// rooms puts the door or a room in place of the desk, and the ways there.
func (v look) rooms(sc *Screen, sit situation) {
	if v.shut() {
		sc.Door, sc.State, sc.Primary = v.door(), v.veiled(sit), nil
		sc.Queue, sc.Centre, sc.Card, sc.Supply, sc.Top.Operator = Queue{}, Centre{}, Card{}, nil, ""
		return
	}
	if v.l.Me == nil || !sc.Open {
		return
	}
	sc.Tabs = v.tabs()
	if v.s.People.SignIn {
		sc.Top.Operator = v.l.Me.Name
		sc.Keys = append(sc.Keys, Button{Label: v.t("button.leave"), Key: KeyLeave, Look: LookPlain, Enabled: true, Do: Action{Screen: Leave}})
	}
	to := Action{Screen: Go, Room: RoomDesk}
	if v.room() == RoomDesk {
		for _, t := range sc.Tabs {
			if t.Do.Room != RoomDesk {
				to = t.Do
				break
			}
		}
	} else {
		sc.Page, sc.Primary = v.page(), nil
		sc.Centre, sc.Card, sc.Supply = Centre{}, Card{}, nil
		sc.State = v.veiled(sit)
		if v.waitsForDesk(sit) && v.enters(RoomDesk) {
			sc.State.Detail = v.t("state.elsewhere")
		}
	}
	label := or(v.l.Me.Name, v.t("button.rooms"))
	if v.enters(RoomDesk) || v.room() == RoomDesk {
		sc.Top.Rooms = &Button{Label: label, Key: KeyRooms, Look: LookPlain, Enabled: true, Do: to}
	}
}

// waitsForDesk reports whether a person has to do something that is done at the desk.
func (v look) waitsForDesk(sit situation) bool {
	return slices.Contains([]situation{sitConfirm, sitHeld, sitCleared, sitWhere, sitLocked, sitPrinter, sitReader}, sit)
}

// veiled is the state line without anybody's name, for whoever passes by.
func (v look) veiled(sit situation) State {
	tone, title, detail := Plain, v.t("state.shut"), v.t("state.shut.detail")
	switch {
	case sit == sitWorking || sit == sitLooking:
		tone, title = Working, v.t("doing."+string(v.s.Phase))
		if sit == sitLooking {
			title = v.t("state.looking")
		}
		detail = v.t("state.veiled.working")
	case v.waitsForDesk(sit):
		tone, title, detail = Waiting, v.t("state.veiled"), v.t("state.veiled.detail")
	}
	if tone == Plain {
		in := v.l.Me != nil && !v.l.Asleep
		switch {
		case in && sit == sitShift:
			return State{Tone: Waiting, Title: v.t("word.waiting") + ". " + v.t("state.shift"), Detail: v.t("state.shift.room")}
		case in && (sit == sitUnproven || sit == sitPIN):
			return v.state(sit)
		case in:
			return State{Tone: Ready, Title: v.t("word.ready") + ".", Detail: v.t("state.veiled.ready")}
		}
		return State{Tone: Waiting, Title: title, Detail: detail}
	}
	return State{Tone: tone, Title: v.t("word."+string(tone)) + ". " + title, Detail: detail}
}

// unproven reports whether cards are refused until the self-tests count. Before they were read nothing is known.
func (v look) unproven() bool {
	return v.s.Required && !v.s.Readiness.Ready && len(v.s.Readiness.Tests) > 0
}

// look is one look at the station; its methods make the parts of the screen.
type look struct {
	s station.Snapshot
	l Local
}

// testCard reports whether the card in hand is nobody's.
func (v look) testCard() bool { return v.s.Job != nil && v.s.Job.Test }

func (v look) t(key string, pairs ...string) string { return v.l.Words.T(key, pairs...) }
func (v look) n(key string, n int) string           { return v.l.Words.N(key, n) }

// situation is the one thing the desk is about at this moment. The parts of the screen all follow from it, so they
// cannot contradict each other.
type situation string

const (
	sitChecking situation = "checking" // the devices were not asked yet
	sitReady    situation = "ready"
	sitEmpty    situation = "empty"
	sitNoMatch  situation = "no-match"
	sitRefused  situation = "refused" // the chosen record cannot be printed
	sitWorking  situation = "working"
	sitConfirm  situation = "confirm"
	sitHeld     situation = "held"
	sitCleared  situation = "cleared"
	sitWhere    situation = "where"
	sitLooking  situation = "looking" // the station looks for the card itself
	sitAsk      situation = "ask"     // second step
	sitPrinter  situation = "printer-down"
	sitReader   situation = "reader-down"
	sitStopped  situation = "stopped"
	sitLocked   situation = "locked"   // the last run was cut off, and nobody has opened the station again
	sitShift    situation = "shift"    // no card is begun without a shift, and none is open
	sitTurn     situation = "turn"     // it is not the chosen record's turn
	sitNamed    situation = "named"    // a form stands in the middle of the desk
	sitUnproven situation = "unproven" // the settings demand self-tests, and they do not all count
	sitPIN      situation = "pin"      // the card keys wait for their PIN
)

func (v look) situation() situation {
	s, l := v.s, v.l
	switch {
	case v.room() == RoomDesk && v.formID() != FormNone && !v.shut():
		return sitNamed
	case l.Asking == AskUrgent && v.outOfTurn() && s.Phase == flow.Idle:
		return sitAsk
	case l.Asking != "" && v.may(l.Asking):
		return sitAsk
	case s.Phase == flow.Stopping:
		return sitStopped
	case s.Locked != nil:
		return sitLocked
	case s.Phase == flow.Confirming && v.may(station.AnswerGood):
		return sitConfirm
	case s.Phase == flow.Held && s.Question == nil:
		return sitLooking
	case s.Phase == flow.Held && (v.may(station.AnswerMissing) || v.may(station.AnswerSpoiled)):
		return sitWhere
	case s.Phase == flow.Held && s.Fault != nil && s.Fault.Cleared && v.may(station.AnswerContinue):
		return sitCleared
	case s.Phase == flow.Held:
		return sitHeld
	case s.Phase != flow.Idle && s.Phase != "":
		return sitWorking
	case s.Stopping:
		return sitStopped
	case s.ShiftDue:
		return sitShift
	case s.Printer.State == station.DeviceDown:
		return sitPrinter
	case s.Reader.State == station.DeviceDown:
		return sitReader
	case s.Printer.State != station.DeviceUp || s.Reader.State != station.DeviceUp:
		return sitChecking
	case v.unproven():
		return sitUnproven
	case s.PIN != nil:
		return sitPIN
	case l.Query != "" && l.Chosen == nil:
		return sitNoMatch
	case l.Chosen == nil:
		return sitEmpty
	case l.Refused != "" || v.blocked():
		return sitRefused
	case v.outOfTurn():
		return sitTurn
	}
	return sitReady
}

// AskUrgent is the second step of taking a record before its turn: with which reason.
const AskUrgent station.Answer = "urgent"

// outOfTurn reports whether the policy has others before the chosen record. Where people sign in, nobody chooses freely.
func (v look) outOfTurn() bool {
	c := v.l.Chosen
	return c != nil && v.s.Job == nil && (c.Turn.Held || v.s.People.SignIn && c.Turn.Rank > 1)
}

// turn says in a sentence why a record waits; "" where the day of clearing alone decides.
func (v look) turn(t station.Turn) string {
	if v.l.Words.Lang() == text.English {
		return t.EN
	}
	return t.ID
}

func (v look) may(a station.Answer) bool {
	return v.s.Question != nil && slices.Contains(v.s.Question.Answers, a)
}

func (v look) blocked() bool {
	return v.l.Preview != nil && slices.ContainsFunc(v.l.Preview.Findings, func(f station.Finding) bool { return f.Blocking })
}

// who is the person in hand, or the chosen one.
func (v look) who() *station.QueueItem {
	if v.s.Job != nil {
		return &v.s.Job.Item
	}
	return v.l.Chosen
}

func (v look) state(sit situation) State {
	tone, title, detail := Ready, "", ""
	switch sit {
	case sitReady:
		tone, title, detail = v.ready()
	case sitEmpty:
		title, detail = v.t("state.empty"), v.t("state.empty.detail")
	case sitNoMatch:
		title, detail = v.t("state.nomatch"), v.t("state.nomatch.detail")
	case sitRefused:
		tone, title, detail = Waiting, v.t("state.refused"), v.t("state.refused.detail")
	case sitShift:
		tone, title, detail = Waiting, v.t("state.shift"), v.t("state.shift.detail")
	case sitUnproven:
		tone, title, detail = Stopped, sentence(v.advice(readiness.NotReady).Title), v.t("state.unproven.detail")
	case sitNamed:
		tone, title, detail = Waiting, v.t("state.named"), v.t("state.named.detail")
		if v.formID() == FormPIN {
			title, detail = v.t("state.pin"), v.t("state.pin.asked")
			if v.s.PIN.Shut {
				detail = v.t("state.pin.shut")
			}
		}
	case sitPIN:
		tone, title, detail = Waiting, v.t("state.pin"), v.t("state.pin.detail", "place", v.pinPlace())
	case sitTurn:
		tone, title, detail = Waiting, v.t("state.turn"), or(v.turn(v.l.Chosen.Turn), v.t("state.turn.detail"))
		if v.l.Chosen.Turn.Held {
			title = v.t("state.turn.held")
		}
	case sitChecking:
		tone, title, detail = Working, v.t("state.checking"), v.t("state.checking.detail")
	case sitWorking:
		tone, title, detail = Working, v.t("doing."+string(v.s.Phase)), v.progress()
		if v.s.Stopping {
			title = v.t("state.stopping")
		}
	case sitLooking:
		tone, title, detail = Working, v.t("state.looking"), v.progress()
	case sitConfirm:
		tone, title, detail = Waiting, v.t("state.confirm"), v.t("state.confirm.detail")
		if v.testCard() {
			title, detail = v.t("tech.confirm"), v.t("tech.confirm.detail")
		}
	case sitCleared:
		tone, title, detail = Waiting, v.t("state.cleared"), v.t("state.cleared.detail")
	case sitWhere:
		tone, title, detail = Waiting, v.t("state.where"), v.t("state.where.detail")
	case sitAsk:
		tone, title, detail = Waiting, v.t("ask."+string(v.l.Asking)), v.t("state.ask.detail")
	case sitHeld:
		tone, title, detail = Stopped, v.t("state.held"), v.t("state.held.detail")
		if v.may(station.AnswerContinue) {
			detail = v.t("state.held.continue")
		}
		if v.watched() {
			detail = v.t("state.held.watched")
		}
		if v.holdsForPIN() {
			detail = v.t("state.pin.detail", "place", v.pinPlace())
		}
		if v.s.Fault != nil {
			title = sentence(v.advice(v.s.Fault.Code).Title)
		}
	case sitPrinter, sitReader:
		tone, title, detail = Stopped, sentence(v.advice(v.down(sit).Code).Title), v.t("state.device.detail")
	case sitLocked:
		tone, title, detail = Waiting, v.t("state.locked"), v.t("state.locked.detail")
	case sitStopped:
		tone, title, detail = Stopped, v.t("state.stopped"), v.t("state.stopped.detail")
	}
	if r := v.s.Refusal; r != nil && v.waitsForDesk(sit) {
		detail = sentence(v.advice(r.Code).Title) + " (" + string(r.Code) + ")"
	}
	return State{Tone: tone, Title: v.t("word."+string(tone)) + ". " + title, Detail: detail}
}

// ready says who is next, and which store has to be filled before.
func (v look) ready() (tone Tone, title, detail string) {
	tone, title, detail = Ready, v.t("state.ready"), v.next()
	if !v.prints() {
		title, detail = v.t("state.watch"), v.t("state.watch.detail")
	}
	for _, x := range v.supply() {
		if x.Tone == Stopped {
			return Waiting, x.Label + " " + x.Word + ".", detail
		}
	}
	return tone, title, detail
}

// prints reports whether who sits here makes cards: who approves does not.
func (v look) prints() bool { return !v.s.People.SignIn || v.mayBegin(access.Print) }

// next says who is printed by F5.
func (v look) next() string {
	key := "state.ready.chosen"
	if n := v.s.Next; n != nil && n.ID == v.l.Chosen.ID && n.Issue == v.l.Chosen.Issue {
		key = "state.ready.next"
	}
	return v.t(key, "name", v.l.Chosen.Name, "wait", v.wait(*v.l.Chosen, "wait.since."))
}

func (v look) progress() string {
	j := v.s.Job
	if j == nil {
		return ""
	}
	at := slices.IndexFunc(j.Steps, func(s station.Step) bool { return s.State == station.StepRunning })
	if at < 0 {
		return j.Item.Name
	}
	return v.t("state.step", "name", j.Item.Name, "n", strconv.Itoa(at+1), "of", strconv.Itoa(len(j.Steps)))
}

func (v look) down(sit situation) station.Device {
	if sit == sitPrinter {
		return v.s.Printer
	}
	return v.s.Reader
}

func (v look) primary(sit situation) *Button {
	b := Button{Look: LookPrimary, Enabled: true}
	switch sit {
	case sitReady, sitRefused, sitTurn:
		b.Label, b.Key, b.Enabled = v.t("button.print"), KeyPrint, sit == sitReady && v.prints()
		b.Do.Command = station.PrintCard{ID: v.l.Chosen.ID, Issue: v.l.Chosen.Issue}
	case sitEmpty:
		b.Label, b.Key, b.Do.Command = v.t("button.inbox"), KeyPrint, station.Refresh{}
	case sitConfirm:
		b.Label, b.Key, b.Do.Command = v.t("button.good"), KeyGood, station.Reply{Answer: station.AnswerGood}
	case sitPrinter, sitReader:
		b.Label, b.Key, b.Do.Command = v.t("button.look"), KeyContinue, station.Refresh{}
	case sitLocked:
		b.Label, b.Key, b.Do.Command = v.t("button.reopen"), KeyContinue, station.Reopen{By: v.s.Operator}
		if v.s.People.SignIn {
			b.Do = Action{Screen: Go, Room: RoomDesk, Form: FormReopen}
		}
	case sitShift:
		b.Label, b.Key, b.Do = v.t("form.open-shift"), KeyPrint, Action{Screen: Go, Room: RoomShift, Form: FormOpen}
		b.Enabled = v.mayBegin(access.OpenShift)
	case sitUnproven:
		if v.l.Me == nil || !v.mayBegin(access.Test) {
			return nil
		}
		b.Label, b.Key, b.Do = v.t("room.technician"), KeyPrint, Action{Screen: Go, Room: RoomTechnician}
	case sitPIN:
		b = v.pinButton(KeyPrint)
	case sitHeld, sitCleared, sitWhere:
		if sit == sitHeld && v.holdsForPIN() {
			b = v.pinButton(KeyContinue)
			break
		}
		label := map[situation]string{sitHeld: "button.retry", sitCleared: "button.continue", sitWhere: "button.look"}[sit]
		b.Label, b.Key, b.Enabled = v.t(label), KeyContinue, v.may(station.AnswerContinue) && !(sit == sitHeld && v.watched())
		b.Do.Command = station.Reply{Answer: station.AnswerContinue}
		if sit == sitWhere && !b.Enabled {
			return nil
		}
	default:
		return nil
	}
	return &b
}

func (v look) top() Top {
	t := Top{
		Name:     v.t("app.name"),
		Operator: v.s.Operator,
		Devices:  []Device{v.device("device.printer", v.s.Printer), v.device("device.reader", v.s.Reader)},
		Language: Button{Label: v.t("app.language"), Key: KeyLanguage, Enabled: true, Do: Action{Screen: SwitchLanguage}},
		Menu:     Button{Label: v.t("menu.open"), Key: KeyMenu, Look: LookPlain, Enabled: true, Do: Action{Screen: OpenMenu}},
		Text:     v.textSizes(),
		Sound:    v.soundButton(),
	}
	if c := v.s.Centre; c != nil {
		t.Devices = append(t.Devices, v.uplink(c))
	}
	if v.s.Office != "" {
		t.Place = v.s.Office
		if service := v.t("app.service"); !strings.HasPrefix(t.Place, service) {
			t.Place = service + " " + t.Place
		}
		t.Desk = v.t("app.desk", "desk", v.s.Desk)
	}
	return t
}

func (v look) device(name string, d station.Device) Device {
	switch d.State {
	case station.DeviceUp:
		return Device{Tone: Ready, Name: v.t(name), Word: v.t("device.up")}
	case station.DeviceDown:
		return Device{Tone: Stopped, Name: v.t(name), Word: v.t("device.down")}
	}
	return Device{Name: v.t(name), Word: v.t("device.unknown")}
}

func (v look) queue() Queue {
	q := Queue{Search: v.t("queue.search")}
	switch {
	case v.l.Query == "":
		q.Caption = v.n("queue.waiting", v.s.Waiting)
	case v.l.More:
		q.Caption = v.n("queue.found.more", v.l.Found)
	default:
		q.Caption = v.n("queue.found", v.l.Found)
	}
	if v.l.Found == 0 {
		q.Empty = v.t("queue.empty")
		if v.l.Query != "" {
			q.Empty = v.t("queue.none")
		}
	}
	return q
}

// Line makes the list's row for one record.
func Line(it station.QueueItem, l Local) Row {
	v := look{l: l}
	r := Row{Name: it.Name, Note: l.Words.Or("reason."+it.Reason, it.Reason) + " · " + v.wait(it, "wait.")}
	if it.Kind != "" && it.Kind != "WNI" {
		r.Note = it.Kind + " · " + r.Note
	}
	if short := v.shortTurn(it.Turn); it.Turn.Held && short != "" {
		r.Warning = short
	} else if short != "" {
		r.Note += " · " + short
	}
	if it.Warnings > 0 && r.Warning == "" {
		r.Warning = v.n("queue.warnings", it.Warnings)
	}
	return r
}

func (v look) shortTurn(t station.Turn) string {
	if v.l.Words.Lang() == text.English {
		return t.ShortEN
	}
	return t.ShortID
}

func (v look) wait(it station.QueueItem, prefix string) string {
	days := int(v.l.Now.Sub(it.Cleared).Hours() / 24)
	if days <= 0 {
		return v.t(prefix + "today")
	}
	return v.n(prefix+"days", days)
}

// Mask hides the middle of a NIK and leaves what tells two people apart.
func Mask(nik string) string {
	if len(nik) < 8 {
		return strings.Repeat("•", len(nik))
	}
	return nik[:2] + strings.Repeat("•", len(nik)-6) + nik[len(nik)-4:]
}

// sentence ends a title with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}
