package model

import (
	"slices"

	"cetak/station/access"
	"cetak/station/ledger"
	"cetak/station/office"
)

// FormID names one thing to do. Its words are under "form." in the catalog.
type FormID string

// Forms.
const (
	FormNone      FormID = ""
	FormSignIn    FormID = "sign-in"
	FormReopen    FormID = "reopen"         // the desk: who answers for an unclean stop
	FormSecond    FormID = "spoiled-second" // the desk: who stands beside a spoiled card above the limit
	FormPIN       FormID = "pin"            // the desk: of the card keys
	FormOpen      FormID = "open-shift"
	FormClose     FormID = "close-shift"
	FormCount     FormID = "count"
	FormDraw      FormID = "draw"
	FormBack      FormID = "back"
	FormReceive   FormID = "receive"
	FormReturn    FormID = "return"
	FormBorrow    FormID = "borrow"
	FormGiveBack  FormID = "give-back"
	FormLend      FormID = "lend"
	FormTakeBack  FormID = "take-back"
	FormTransfer  FormID = "transfer"
	FormAdjust    FormID = "adjust"
	FormSpoil     FormID = "spoil"
	FormReject    FormID = "reject-emptied"
	FormList      FormID = "destroy-list"
	FormDestroy   FormID = "destroy"
	FormShip      FormID = "ship"
	FormArrive    FormID = "arrive"
	FormUnfetched FormID = "unfetched"
	FormHandOver  FormID = "hand-over"
	FormLost      FormID = "lost"
	FormReprint   FormID = "reprint"
	FormSight     FormID = "sight" // what lies on the reader; it is read as soon as the form is opened
	FormIncident  FormID = "incident"
	FormAdd       FormID = "add-person"
	FormRole      FormID = "role"
	FormPassword  FormID = "password"
	FormBlock     FormID = "block"
	FormUnlock    FormID = "unlock"
	FormPaper     FormID = "paper"
	FormVerify    FormID = "verify"
	FormDrill     FormID = "drill" // choose a day
	FormHint      FormID = "hint"  // it is done as soon as the form is opened
	FormScore     FormID = "score" // so is this

	FormTest       FormID = "test"        // self-tests that take no card
	FormTestCard   FormID = "test-card"   // those that take one
	FormTestReport FormID = "test-report" // the readiness report
	FormSetUp      FormID = "set-up"      // port, reader, and how the face lies on the card
)

// form is what a thing to do asks for. Field names are those of Local.Filled.
type form struct {
	id     FormID
	room   Room
	act    access.Act // "" = everybody's
	pick   Pick
	fields func(look) []Field
	when   func(look) bool // it can be done now; nil = always
}

// forms lists what the rooms offer, in the order of their menus.
func forms() []form {
	return []form{
		{FormOpen, RoomShift, access.OpenShift, PickNone, look.counts, func(v look) bool { return v.s.Shift == nil }},
		{FormClose, RoomShift, access.CloseShift, PickNone, look.counts, func(v look) bool { return v.s.Shift != nil }},
		{FormCount, RoomShift, access.Count, PickNone, look.counts, nil},
		{FormDraw, RoomStock, access.Draw, PickNone, look.drawn, nil},
		{FormBack, RoomStock, access.Return, PickNone, look.blanks, nil},
		{FormReceive, RoomStock, access.Receive, PickNone, look.received, nil},
		{FormReturn, RoomStock, access.Lend, PickNone, look.returned, nil},
		{FormBorrow, RoomStock, access.Lend, PickNone, look.delivered, nil},
		{FormGiveBack, RoomStock, access.Lend, PickNone, look.delivered, nil},
		{FormLend, RoomStock, access.Lend, PickNone, look.delivered, nil},
		{FormTakeBack, RoomStock, access.Lend, PickNone, look.delivered, nil},
		{FormTransfer, RoomStock, access.Lend, PickNone, look.transferred, nil},
		{FormAdjust, RoomStock, access.Adjust, PickNone, look.adjusted, nil},
		{FormSpoil, RoomSpoiled, access.SpoilExtra, PickNone, look.spoiled, nil},
		{FormReject, RoomSpoiled, access.EmptyReject, PickNone, look.counts, nil},
		{FormList, RoomSpoiled, access.Destroy, PickMany, look.listed, nil},
		{FormDestroy, RoomSpoiled, access.Destroy, PickOne, look.destroyed, nil},
		{FormHandOver, RoomCards, access.HandOver, PickOne, look.handed, nil},
		{FormShip, RoomCards, access.Ship, PickMany, look.shipped, nil},
		{FormArrive, RoomCards, access.Ship, PickOne, look.arrived, nil},
		{FormUnfetched, RoomCards, access.ShipBack, PickMany, look.unfetched, nil},
		{FormLost, RoomCards, access.HandOver, PickOne, look.lost, nil},
		{FormReprint, RoomCards, access.Reprint, PickOne, look.reprinted, nil},
		{FormSight, RoomSight, access.Identify, PickNone, nil, nil},
		{FormIncident, RoomIncidents, access.ReleaseIncident, PickOne, look.incident, nil},
		{FormAdd, RoomPeople, access.People, PickNone, look.added, nil},
		{FormRole, RoomPeople, access.People, PickOne, look.role, nil},
		{FormPassword, RoomPeople, access.People, PickOne, look.password, nil},
		{FormBlock, RoomPeople, access.Block, PickOne, nil, nil},
		{FormUnlock, RoomPeople, access.Unlock, PickOne, look.second, nil},
		{FormPaper, RoomPapers, access.Report, PickOne, look.paper, nil},
		{FormVerify, RoomBook, access.Journal, PickNone, nil, nil},
		{FormDrill, RoomDrill, "", PickOne, nil, func(v look) bool { return v.trains(FormDrill) }},
		{FormHint, RoomDrill, "", PickNone, nil, func(v look) bool { return v.trains(FormHint) }},
		{FormScore, RoomDrill, "", PickNone, nil, func(v look) bool { return v.trains(FormScore) }},
		{FormTest, RoomTechnician, access.Test, PickNone, look.tested, nil},
		{FormTestCard, RoomTechnician, access.Test, PickNone, nil, nil},
		{FormSetUp, RoomTechnician, access.Test, PickNone, look.setUp, func(v look) bool { return v.l.Books != nil }},
		{FormTestReport, RoomTechnician, access.Test, PickNone, nil, nil},
	}
}

// formOf finds a form by its id. Those of the door and the desk belong to no room.
func formOf(id FormID) (form, bool) {
	switch id {
	case FormSignIn:
		return form{id: id, fields: look.signIn}, true
	case FormReopen:
		return form{id: id, act: access.Reopen, fields: look.named}, true
	case FormSecond:
		return form{id: id, act: access.SpoilExtra, fields: look.named}, true
	case FormPIN:
		return form{id: id, fields: look.pin}, true
	}
	all := forms()
	i := slices.IndexFunc(all, func(f form) bool { return f.id == id })
	if i < 0 {
		return form{}, false
	}
	return all[i], true
}

// enters reports whether who sits here may look into a room.
func (v look) enters(r Room) bool {
	me := v.l.Me
	if me == nil {
		return false
	}
	switch r {
	case RoomDesk:
		return access.May(me.Role, access.Print) || access.May(me.Role, access.Records) || access.May(me.Role, access.Test)
	case RoomShift, RoomStock, RoomIncidents:
		return me.Role != access.Technician
	case RoomBook:
		return access.May(me.Role, access.Journal)
	case RoomDrill: // everybody may learn
		return v.drills()
	}
	return slices.ContainsFunc(forms(), func(f form) bool { return f.room == r && v.mayBegin(f.act) })
}

// mayBegin reports whether who sits here may be one of those who do the act.
func (v look) mayBegin(a access.Act) bool {
	if v.l.Me == nil {
		return false
	}
	rule, ok := access.RuleOf(a)
	return ok && (slices.Contains(rule.Who, v.l.Me.Role) || slices.Contains(rule.Second, v.l.Me.Role))
}

// Fields that many forms share.

func (v look) field(kind FieldKind, name, value string, options ...Option) Field {
	f := Field{Name: name, Label: v.t("field." + name), Kind: kind, Value: value, Options: options, Half: short(name)}
	if typed, ok := v.l.Filled.Values[name]; ok {
		f.Value = typed
	}
	if w := v.l.Filled.Wrong[name]; w != "" {
		f.Wrong = v.t("wrong." + w)
	}
	if v.l.Words.Has("field." + name + ".note") {
		f.Note = v.t("field." + name + ".note")
	}
	return f
}

// short reports whether half a line is enough for a field.
func short(name string) bool {
	return !slices.Contains([]string{"party", "cause", "photo", "boxes", "box", "uids", "found", "waiver", "report", "no-reader", "slip", "receiver"}, name)
}

func (v look) choose(name, value string, options ...string) Field {
	var all []Option
	for _, o := range options {
		all = append(all, Option{o, v.l.Words.Or("option."+name+"."+o, o)})
	}
	return v.field(FieldChoice, name, value, all...)
}

func (v look) blankType() Field {
	var all []Option
	for _, t := range ledger.BlankTypes() {
		all = append(all, Option{string(t), v.t("blank." + string(t))})
	}
	return v.field(FieldChoice, "type", string(ledger.WNI), all...)
}

func (v look) accounts(name, value string, all ...ledger.Account) Field {
	var options []Option
	for _, a := range all {
		options = append(options, Option{string(a), v.t("account." + string(a))})
	}
	return v.field(FieldChoice, name, value, options...)
}

// causes are the words of the ledger's tree under some roots.
func (v look) causes(value string, roots ...string) Field {
	var all []Option
	for _, c := range ledger.Causes() {
		if slices.Contains(roots, c.Root) {
			all = append(all, Option{c.Cause(), ledger.CauseText(c.Cause(), v.l.Words.Lang())})
		}
	}
	return v.field(FieldChoice, "cause", value, all...)
}

// second asks for the other person of an act that needs two: the name and, where people sign in, the password.
func (v look) second() []Field {
	fields := []Field{v.field(FieldText, "second", "")}
	if v.s.People.SignIn {
		fields = append(fields, v.field(FieldSecret, "second-password", ""))
	}
	return fields
}

func (v look) paperFields() []Field {
	return []Field{v.field(FieldText, "number", ""), v.field(FieldText, "date", day(v.l.Now)), v.field(FieldText, "party", "")}
}

// The forms, one by one.

func (v look) signIn() []Field {
	name := ""
	if v.l.Me != nil {
		name = v.l.Me.Name // who fell asleep
	}
	return []Field{whole(v.field(FieldText, "name", name)), whole(v.field(FieldSecret, "password", ""))}
}

func (v look) named() []Field { return v.second() }

// pin asks for nothing that could not be used: the last try is kept.
func (v look) pin() []Field {
	if v.s.PIN.Shut {
		return nil
	}
	return []Field{v.field(FieldSecret, "pin", "")}
}

// counts are filled in one after the other by the two who count; the second never sees what the first has put in, and
// neither what the books say.
func (v look) counts() []Field {
	var fields []Field
	if v.l.Form == FormCount && v.l.Filled.Step == 0 {
		fields = append(fields, whole(v.accounts("account", string(ledger.Hopper), ledger.Hopper, ledger.Vault, ledger.Good, ledger.Shipped, ledger.Spoiled)))
	}
	switch v.l.Filled.Step {
	case 0:
		return append(fields, v.countOf("first")...)
	case 1:
		return append(v.second(), v.countOf("again")...)
	}
	return []Field{v.field(FieldText, "waiver", "")}
}

func (v look) countOf(who string) []Field {
	if v.l.Form == FormReject {
		f := v.field(FieldNumber, who+"-all", "")
		f.Label = v.t("field.count.all")
		return []Field{f}
	}
	var fields []Field
	for _, t := range ledger.BlankTypes() {
		f := v.field(FieldNumber, who+"-"+string(t), "")
		f.Label = v.t("field.count.of", "type", string(t))
		fields = append(fields, f)
	}
	return fields
}

// whole is a field that takes a line of its own, so that those behind it stay in pairs.
func whole(f Field) Field {
	f.Half = false
	return f
}

func (v look) blanks() []Field {
	return append([]Field{v.blankType(), v.field(FieldNumber, "count", "")}, v.second()...)
}

func (v look) drawn() []Field {
	return append([]Field{v.blankType(), v.field(FieldNumber, "count", ""), v.field(FieldText, "box", "")}, v.second()...)
}

func (v look) delivered() []Field {
	return append(append(v.paperFields(), v.blankType(), v.field(FieldNumber, "count", "")), v.second()...)
}

func (v look) received() []Field {
	return append(append(v.paperFields(), v.blankType(), v.field(FieldNumber, "count", ""), v.field(FieldLines, "boxes", "")), v.second()...)
}

func (v look) returned() []Field {
	from := v.accounts("from", string(ledger.Vault), ledger.Vault, ledger.Spoiled)
	return append(append(v.paperFields(), from, v.blankType(), whole(v.field(FieldNumber, "count", ""))), v.second()...)
}

func (v look) transferred() []Field {
	way := v.choose("way", "out", "out", "in")
	return append(append(v.paperFields(), way, v.blankType(), whole(v.field(FieldNumber, "count", ""))), v.second()...)
}

func (v look) adjusted() []Field {
	account := v.accounts("account", string(ledger.Vault), ledger.Vault, ledger.Hopper, ledger.Good, ledger.Shipped, ledger.Spoiled)
	return append([]Field{v.field(FieldText, "number", ""), v.field(FieldText, "date", day(v.l.Now)), account, v.choose("way", "fewer", "fewer", "found", "more"),
		v.blankType(), v.field(FieldNumber, "count", ""), v.causes(ledger.CauseAdjust, ledger.CauseAdjust)}, v.second()...)
}

func (v look) spoiled() []Field {
	from := v.accounts("from", string(ledger.Hopper), ledger.Hopper, ledger.Vault, ledger.Good, ledger.Shipped, ledger.HandedOver)
	return append([]Field{from, v.blankType(), whole(v.field(FieldNumber, "count", "1")), v.field(FieldText, "uids", ""),
		v.causes(ledger.CauseDamage, ledger.CauseDamage, ledger.CauseScrap)}, v.second()...)
}

func (v look) listed() []Field {
	return append([]Field{v.field(FieldText, "number", ""), v.blankType()}, v.second()...)
}

func (v look) destroyed() []Field {
	method := v.choose("method", string(office.Burnt), string(office.Burnt), string(office.Shredded), string(office.Punched))
	return append([]Field{v.field(FieldText, "number", ""), v.field(FieldText, "date", day(v.l.Now)), method, v.field(FieldText, "place", ""),
		v.field(FieldText, "witness-1", ""), v.field(FieldText, "witness-2", ""), v.field(FieldText, "photo", "")}, v.second()...)
}

func (v look) handed() []Field {
	return append([]Field{
		v.choose("collector", string(office.Holder), string(office.Holder), string(office.Family), string(office.Proxy), string(office.Public)),
		v.choose("proof", string(office.Receipt), string(office.OldCard), string(office.FamilyCard), string(office.SuketShown), string(office.Attorney), string(office.Fingerprint), string(office.Receipt)),
		v.field(FieldText, "slip", ""), v.field(FieldText, "no-reader", "")}, v.second()...)
}

func (v look) shipped() []Field {
	return append(v.paperFields(), v.field(FieldText, "receiver", ""))
}

func (v look) arrived() []Field { return []Field{v.field(FieldText, "receiver", "")} }

func (v look) unfetched() []Field {
	return append([]Field{v.field(FieldText, "number", ""), v.field(FieldText, "date", day(v.l.Now))}, v.second()...)
}

func (v look) lost() []Field { return []Field{v.field(FieldText, "report", "")} }

func (v look) reprinted() []Field {
	return append([]Field{v.choose("reason", "damaged", "damaged", "lost", "changed", "misprint", "moved"),
		v.choose("old", string(office.OldSpoiled), string(office.OldSpoiled), string(office.OldLost), string(office.OldTaken), string(office.OldNone)),
		v.field(FieldText, "report", "")}, v.second()...)
}

func (v look) incident() []Field {
	return append([]Field{v.field(FieldText, "found", "")}, v.second()...)
}

func (v look) roles(value string) Field {
	var all []Option
	for _, r := range access.Roles() {
		all = append(all, Option{string(r), v.t("role." + string(r))})
	}
	return v.field(FieldChoice, "role", value, all...)
}

func (v look) added() []Field {
	return append([]Field{v.field(FieldText, "name", ""), v.roles(string(access.Operator)), v.field(FieldSecret, "password", ""), v.field(FieldSecret, "password-again", "")}, v.second()...)
}

func (v look) role() []Field {
	return append([]Field{whole(v.roles(string(access.Operator)))}, v.second()...)
}

func (v look) password() []Field {
	return append([]Field{v.field(FieldSecret, "password", ""), v.field(FieldSecret, "password-again", "")}, v.second()...)
}
