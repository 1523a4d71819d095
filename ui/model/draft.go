package model

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"cetak/station"
	"cetak/station/access"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/papers"
	"cetak/station/record"
)

// Work is what a filled form asks for. Exactly one of its tasks is set. Passwords in it are used once and kept nowhere.
type Work struct {
	Form     FormID
	By       office.By
	Password string // of By.Second, where people sign in
	Rule     access.Act

	SignIn *SignIn
	PIN    []byte // of the card keys; overwritten by whoever uses it
	Act    office.Act
	Chip   bool           // Act is a hand-over: the card on the reader is read first
	Photo  string         // Act is a destruction: the file of its photograph
	Reply  *station.Reply // an answer that needs a second person
	Reopen bool           // By.Second answers for it
	Person *PersonWork    // a change among the people
	Paper  *PaperWork     // a paper to be made
	Verify bool           // the journal's chain is checked
	Look   bool           // the card on the reader is told
	Drill  *DrillWork     // something of the drill

	Test  *station.SelfTest // self-tests are made
	Setup *SetupWork        // the devices are set up
}

// SignIn is a name and the password given with it.
type SignIn struct{ Name, Password string }

// PersonWork is a change among the people. Form says which.
type PersonWork struct {
	Name     string
	Role     access.Role
	Password string
}

// PaperWork is a paper to be made, as pdf, xlsx, or csv.
type PaperWork struct {
	papers.Request
	Format string
}

// Draft reads the open form. ready reports whether it asks for something now; otherwise next is how it goes on: with what
// is wrong marked, or with the second of two people. It changes nothing.
func Draft(s station.Snapshot, l Local) (w Work, next Filled, ready bool) {
	v := look{s: s, l: l}
	f, ok := formOf(v.formID())
	if !ok {
		return Work{}, l.Filled, false
	}
	r := &reader{values: map[string]string{}, now: l.Now, filled: Filled{Values: maps.Clone(l.Filled.Values), Wrong: map[string]string{}, Step: l.Filled.Step, Mark: l.Filled.Mark, Picked: l.Filled.Picked}}
	maps.Copy(r.values, l.Filled.Values)
	if f.fields != nil {
		for _, x := range f.fields(v) {
			r.values[x.Name] = x.Value
		}
	}
	w = Work{Form: f.id, Rule: f.act}
	if l.Me != nil {
		w.By.Who = l.Me.Name
	}
	if slices.Contains([]FormID{FormOpen, FormClose, FormCount, FormReject}, f.id) {
		ready = r.counting(v, &w)
	} else {
		r.fill(v, f, &w)
		ready = true
	}
	if len(r.filled.Wrong) > 0 {
		return Work{}, r.filled, false
	}
	return w, r.filled, ready
}

// reader takes values out of a form and notes what is wrong with them.
type reader struct {
	values map[string]string
	filled Filled
	now    time.Time
}

func (r *reader) wrong(name, why string) { r.filled.Wrong[name] = why }

func (r *reader) maybe(name string) string { return strings.TrimSpace(r.values[name]) }

func (r *reader) text(name string) string {
	s := r.maybe(name)
	if s == "" {
		r.wrong(name, "empty")
	}
	return s
}

// secret is a password: it is taken as it was typed.
func (r *reader) secret(name string) string {
	if r.values[name] == "" {
		r.wrong(name, "empty")
	}
	return r.values[name]
}

// number reads a whole number of at least least. Points that group thousands are allowed as Indonesians write them.
func (r *reader) number(name string, least int) int {
	s := r.text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || strings.ContainsAny(s, "+-") {
		r.wrong(name, "number")
		return 0
	}
	if n < least {
		r.wrong(name, "least")
	}
	return n
}

// dayShape is how a day is typed.
const dayShape = "02-01-2006"

func day(t time.Time) string { return t.Format(dayShape) }

// monthShape is how a month is typed.
const monthShape = "01-2006"

func (r *reader) month(name string) time.Time {
	t, err := time.ParseInLocation(monthShape, r.text(name), r.now.Location())
	if err != nil {
		r.wrong(name, "month")
	}
	return t
}

// date reads a day; one that is still to come is refused.
func (r *reader) date(name string) time.Time {
	s := r.text(name)
	if s == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(dayShape, s, r.now.Location())
	switch {
	case err != nil:
		r.wrong(name, "date")
	case t.After(r.now):
		r.wrong(name, "future")
	}
	return t
}

func (r *reader) paper() office.Paper {
	return office.Paper{Number: r.text("number"), Date: r.date("date"), Party: r.text("party")}
}

func (r *reader) kind() ledger.BlankType { return ledger.BlankType(r.values["type"]) }

func (r *reader) count() int { return r.number("count", 1) }

// mark is the row the act is about.
func (r *reader) mark() string {
	if r.filled.Mark == "" {
		r.wrong("row", "row")
	}
	return r.filled.Mark
}

// picked are the chosen rows, in the order of the table.
func (r *reader) picked(t *Table) []string {
	var out []string
	if t != nil {
		for _, row := range t.Rows {
			if r.filled.Picked[row.Key] {
				out = append(out, row.Key)
			}
		}
	}
	if len(out) == 0 {
		r.wrong("row", "rows")
	}
	return out
}

// uids are chip numbers typed with spaces or commas between them.
func (r *reader) uids(name string) []string {
	return strings.Fields(strings.ToUpper(strings.ReplaceAll(r.values[name], ",", " ")))
}

// second reads who stands beside. needed says whether nobody will not do.
func (r *reader) second(v look, w *Work, needed bool) {
	if !needed && r.maybe("second") == "" {
		return
	}
	w.By.Second = r.text("second")
	if v.s.People.SignIn {
		w.Password = r.secret("second-password")
	}
	if strings.EqualFold(w.By.Second, w.By.Who) && w.By.Second != "" {
		r.wrong("second", "same")
	}
}

// counting is one step of a blind count: the first person's figures, then the second's, then, where both agree and the
// books do not, the reason why it is let stand. It reports whether there is something to ask for.
func (r *reader) counting(v look, w *Work) bool {
	account := ledger.Hopper
	if w.Form == FormCount {
		account = ledger.Account(r.values["account"])
		r.filled.put("account", string(account))
	}
	if w.Form == FormReject && r.maybe("first-all") == "" {
		w.Act = office.RejectEmptied{} // nobody counted
		return true
	}
	if r.filled.Step == 0 {
		r.counted("first", account, w.Form)
		if len(r.filled.Wrong) == 0 {
			r.filled.Step = 1
		}
		return false
	}
	r.second(v, w, true)
	first, again := r.counted("first", account, w.Form), r.counted("again", account, w.Form)
	waiver := ""
	if r.filled.Step == 2 {
		waiver = r.text("waiver")
	}
	switch w.Form {
	case FormOpen:
		w.Act = office.OpenShift{First: first, Second: again, Waiver: waiver}
	case FormClose:
		w.Act = office.CloseShift{First: first, Second: again, Waiver: waiver}
	case FormReject:
		a, b := r.number("first-all", 0), r.number("again-all", 0)
		w.Act = office.RejectEmptied{First: &a, Second: &b}
	default:
		w.Act = office.NoteCount{First: first, Second: again}
	}
	return true
}

// counted reads one person's count. A type that is left empty counts as none, but not all of them.
func (r *reader) counted(who string, account ledger.Account, form FormID) ledger.Count {
	if form == FormReject {
		r.number(who+"-all", 0)
		return nil
	}
	out := ledger.Count{}
	for _, t := range ledger.BlankTypes() {
		if name := who + "-" + string(t); r.maybe(name) != "" {
			out[t] = map[ledger.Account]int{account: r.number(name, 0)}
		}
	}
	if len(out) == 0 {
		r.wrong(who+"-"+string(ledger.WNI), "empty")
	}
	return out
}

func (f *Filled) put(name, value string) {
	if f.Values == nil {
		f.Values = map[string]string{}
	}
	f.Values[name] = value
}

// fill reads every form that is not a count.
func (r *reader) fill(v look, f form, w *Work) {
	switch f.id {
	case FormSignIn:
		w.SignIn = &SignIn{r.text("name"), r.secret("password")}
		return
	case FormPIN:
		w.PIN = []byte(r.secret("pin"))
		return
	case FormReopen:
		w.Reopen = true
	case FormSecond:
		w.Reply = &station.Reply{Answer: station.AnswerSpoiled, Cause: v.l.Cause}
	case FormPaper:
		w.Paper = r.paperWork()
		return
	case FormVerify:
		w.Verify = true
		return
	case FormSight:
		w.Look = true
		return
	case FormDrill, FormHint, FormScore:
		w.Drill = r.drill(f.id)
		return
	case FormTest, FormTestCard, FormTestReport, FormSetUp:
		r.technician(f.id, w)
		return
	case FormAdd, FormRole, FormPassword, FormBlock, FormUnlock:
		w.Person = r.person(f.id)
	default:
		w.Act = r.act(v, f, w)
	}
	waived := r.maybe("no-reader") != ""
	if access.NeedsSecond(f.act) || waived || f.id == FormUnlock {
		// The first supervisor makes the second alone, and one supervisor is enough to end a lock.
		r.second(v, w, waived || f.act != access.People && f.id != FormUnlock)
	}
}

func (r *reader) person(id FormID) *PersonWork {
	p := &PersonWork{}
	if id == FormAdd {
		p.Name = r.text("name")
	} else {
		p.Name = r.mark()
	}
	if id == FormAdd || id == FormRole {
		p.Role = access.Role(r.values["role"])
	}
	if id == FormAdd || id == FormPassword {
		if p.Password = r.secret("password"); p.Password != r.values["password-again"] {
			r.wrong("password-again", "differs")
		}
	}
	return p
}

// act makes the act of a form on stock and cards.
func (r *reader) act(v look, f form, w *Work) office.Act {
	switch f.id {
	case FormDraw:
		a := office.Draw{Type: r.kind(), Count: r.count()}
		if box := r.maybe("box"); box != "" {
			a.Boxes = []ledger.Box{{Number: box, Count: a.Count}}
		}
		return a
	case FormBack:
		return office.ReturnToVault{Type: r.kind(), Count: r.count()}
	case FormReceive:
		return office.Receive{Paper: r.paper(), Type: r.kind(), Count: r.count(), Boxes: r.boxes("boxes")}
	case FormReturn:
		return office.Return{Paper: r.paper(), From: ledger.Account(r.values["from"]), Type: r.kind(), Count: r.count()}
	case FormBorrow:
		return office.Borrow{Paper: r.paper(), Type: r.kind(), Count: r.count()}
	case FormGiveBack:
		return office.GiveBack{Paper: r.paper(), Type: r.kind(), Count: r.count()}
	case FormLend:
		return office.Lend{Paper: r.paper(), Type: r.kind(), Count: r.count()}
	case FormTakeBack:
		return office.TakeBack{Paper: r.paper(), Type: r.kind(), Count: r.count()}
	case FormTransfer:
		return office.Transfer{Paper: r.paper(), In: r.values["way"] == "in", Type: r.kind(), Count: r.count()}
	case FormAdjust:
		return r.adjust()
	case FormSpoil:
		return office.SpoilByHand{From: ledger.Account(r.values["from"]), Type: r.kind(), Count: r.count(), Cause: r.text("cause"), UIDs: r.uids("uids"),
			Defect: r.values["cause"] == ledger.CauseDamage+":factory"}
	}
	return r.cardAct(v, f, w)
}

func (r *reader) adjust() office.Act {
	a := office.Adjust{Paper: office.Paper{Number: r.text("number"), Date: r.date("date")}, Type: r.kind(), Count: r.count(), Cause: r.text("cause")}
	switch account := ledger.Account(r.values["account"]); r.values["way"] {
	case "fewer":
		a.From, a.To = account, ledger.Missing
	case "found":
		a.From, a.To = ledger.Missing, account
	default:
		a.From, a.To = ledger.Centre, account
	}
	return a
}

func (r *reader) cardAct(v look, f form, w *Work) office.Act {
	switch f.id {
	case FormList:
		a := office.MakeDestructionList{Number: r.text("number"), Type: r.kind()}
		for _, k := range r.picked(v.table(f)) {
			if seq, err := strconv.ParseInt(k, 10, 64); err == nil {
				a.Items = append(a.Items, seq)
			}
		}
		return a
	case FormDestroy:
		w.Photo = r.text("photo")
		return office.Destroy{List: r.mark(), Paper: office.Paper{Number: r.text("number"), Date: r.date("date")}, Method: office.Method(r.values["method"]),
			Place: r.text("place"), Witnesses: [2]office.Witness{r.witness("witness-1"), r.witness("witness-2")}}
	case FormShip:
		return office.Ship{Paper: r.paper(), Receiver: r.text("receiver"), UIDs: r.picked(v.table(f))}
	case FormArrive:
		return office.Arrive{Shipment: r.mark(), Receiver: r.text("receiver")}
	case FormUnfetched:
		return office.Unfetched{Paper: office.Paper{Number: r.text("number"), Date: r.date("date")}, UIDs: r.picked(v.table(f))}
	case FormHandOver:
		a := office.HandOver{UID: r.filled.Mark, Collector: office.Collector(r.values["collector"]), Proof: office.Proof(r.values["proof"]), Slip: r.text("slip")}
		if why := r.maybe("no-reader"); why != "" {
			a.UID, a.Waiver = r.mark(), why
		} else {
			w.Chip = true
		}
		return a
	case FormLost:
		return office.LostCard{UID: r.mark(), Report: r.text("report")}
	case FormReprint:
		key, _ := v.keyOf(r.mark())
		return office.Authorise{Key: key, Reason: r.values["reason"], Old: office.Old(r.values["old"]), Report: r.maybe("report")}
	case FormIncident:
		return office.CloseIncident{ID: r.mark(), Reason: r.text("found")}
	}
	return nil
}

// boxes reads one box a line: its number, how many, and where known its first and last serial.
func (r *reader) boxes(name string) []ledger.Box {
	var out []ledger.Box
	for l := range strings.Lines(r.values[name]) {
		w := strings.Fields(l)
		if len(w) == 0 {
			continue
		}
		b := ledger.Box{Number: w[0]}
		if len(w) == 2 || len(w) == 4 {
			b.Count, _ = strconv.Atoi(w[1])
		}
		if len(w) == 4 {
			b.First, b.Last = w[2], w[3]
		}
		if b.Count < 1 {
			r.wrong(name, "boxes")
		}
		out = append(out, b)
	}
	return out
}

// witness reads "name, office".
func (r *reader) witness(name string) office.Witness {
	who, from, _ := strings.Cut(r.text(name), ",")
	return office.Witness{Name: strings.TrimSpace(who), Office: strings.TrimSpace(from)}
}

// keyOf finds the record whose further card a reprint allows: the row is a waiting record, or a card.
func (v look) keyOf(row string) (record.Key, bool) {
	id, issue, ok := strings.Cut(row, "#")
	n, err := strconv.Atoi(issue)
	if !ok || err != nil {
		return record.Key{}, false
	}
	return record.Key{ID: id, Issue: n}, true
}
