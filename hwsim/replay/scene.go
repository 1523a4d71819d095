package replay

import (
	"fmt"
	"slices"
	"strings"
)

// Scene is what a simulator must do so that the fault happens to the first card of a fresh station.
type Scene struct {
	Text    string // rules (package scene)
	Replies string // ack or text, as the recorded machine answered
}

// words of text mode that refuse (docs/printer-evolis.md).
var words = []string{"ERROR CDE", "ERROR PARAMETRES", "OPT NOT AVAILABLE", "FEEDER EMPTY", "ERROR HOPPER", "COVER OPEN", "HOPPER DOOR",
	"CARD JAM", "ERR CARD", "ERROR TIME OUT", "ERROR RIBBON", "ERR RIB DETECTION", "HOPPER FULL", "ERROR HEAD"}

// deriver walks over the steps of one card.
type deriver struct {
	steps []step
	from  int    // the load command, -1 when none was given
	load  string // its name
	text  bool
	nack  byte
	rules []string
}

// Scene finds what went wrong. It looks at the last card that was begun, from the command that loaded it on; before that
// command, only at what the machine says of itself. The error says that nothing was found to be wrong.
func (r Recording) Scene() (Scene, error) {
	d := &deriver{steps: r.steps(), from: -1, nack: 0x15}
	d.dialect()
	d.findCard()
	if d.from >= 0 {
		d.printer()
		d.chip(r.Head.Code)
	} else {
		d.before(r.Head.Code)
	}
	s := Scene{Replies: "ack"}
	if d.text {
		s.Replies = "text"
	}
	if len(d.rules) == 0 {
		return s, fmt.Errorf("fault %s: neither the line nor the chip shows anything wrong in this recording", r.Head.Code)
	}
	s.Text = fmt.Sprintf("# from a recording of %s %s\n%s\n", r.Head.Code, strings.Join(strings.Fields(r.Head.Op), " "), strings.Join(d.rules, "\n"))
	return s, nil
}

// dialect finds how the machine answers, from its refusal of a command that does not exist or else from any ACK.
func (d *deriver) dialect() {
	acks := false
	for _, s := range d.steps {
		if s.kind != "say" {
			continue
		}
		acks = acks || slices.Contains(s.reply, 0x06)
		if s.name == "Zz" && len(s.reply) >= 2 && s.reply[1] == '1' {
			acks, d.nack = true, s.reply[0]
		}
	}
	d.text = !acks
}

// findCard finds the command that loaded the last card.
func (d *deriver) findCard() {
	for i := len(d.steps) - 1; i >= 0; i-- {
		if d.steps[i].kind != "phase" || d.steps[i].name != "loading" {
			continue
		}
		for j := i; j < len(d.steps); j++ {
			if n := d.steps[j].name; d.steps[j].kind == "say" && (n == "Si" || n == "Sis" || n == "Sic") {
				d.from, d.load = j, n
				return
			}
		}
		return
	}
}

// acts tells the commands whose number in a card is always the same: moves and downloads. Questions are asked as often as the
// machine takes its time.
func acts(s step) bool {
	return s.kind == "say" && s.name != "" && s.name != "Sk" && (s.name[0] == 'S' || s.name[0] == 'D')
}

// at is where step i stands, as a rule says it.
func (d *deriver) at(i int) string {
	s := d.steps[i]
	if acts(s) {
		return fmt.Sprintf("command:%s %d since command:%s", s.name, d.count(d.from, i, s.name), d.load)
	}
	last := d.from
	for j := d.from; j < i; j++ {
		if acts(d.steps[j]) {
			last = j
		}
	}
	since := d.steps[last].name
	return fmt.Sprintf("command:%s %d since command:%s %d", s.name, d.count(last+1, i, s.name), since, d.count(d.from, last, since))
}

// count is how many of the name were said from one step to another, both included.
func (d *deriver) count(from, to int, name string) int {
	n := 0
	for _, s := range d.steps[from : to+1] {
		if s.kind == "say" && s.name == name {
			n++
		}
	}
	return n
}

func (d *deriver) rule(where, fault string) {
	r := "on " + where + " do " + fault + " once"
	if !slices.Contains(d.rules, r) {
		d.rules = append(d.rules, r)
	}
}

// printer finds what went wrong on the line since the card was loaded.
func (d *deriver) printer() {
	restart := d.restarted()
	for i := d.from; i < len(d.steps); i++ {
		s := d.steps[i]
		if s.kind != "say" || s.name == "" || s.name == "Zz" {
			continue
		}
		if i == restart {
			d.rule(d.at(i), "power-cycle")
		}
		switch {
		case s.gone && s.taken >= 0:
			d.rule(d.at(d.previous(i)), fmt.Sprintf("cable-cut in %d", max(1, s.taken/2)))
			return
		case s.gone:
			d.rule(d.at(i), "cable-pulled")
			return
		case restart >= 0 && i >= restart:
		case len(s.reply) == 0:
			d.silent(i)
		default:
			d.refused(i)
		}
	}
}

// previous is the step before which was said, from the load on.
func (d *deriver) previous(i int) int {
	for j := i - 1; j >= d.from; j-- {
		if d.steps[j].kind == "say" && d.steps[j].name != "" {
			return j
		}
	}
	return d.from
}

// silent: a reply was lost, or with no later one, the machine went off.
func (d *deriver) silent(i int) {
	for _, s := range d.steps[i:] {
		if s.kind == "say" && len(s.reply) > 0 {
			d.rule(d.at(i), "lose-ack")
			return
		}
	}
	d.rule(d.at(i), "printer-off")
}

// restarted finds where the machine lost its memory, which shows in another answer to Rem: where it first fell silent, else
// at the last chip command or the last move, else at that question. -1 when it did not. A chip command gets its rule here.
func (d *deriver) restarted() int {
	mode, silent := "", -1
	for i, s := range d.steps {
		if i >= d.from && silent < 0 && s.kind == "say" && s.name != "" && len(s.reply) == 0 {
			silent = i
		}
		if s.name != "Rem" || len(s.reply) == 0 {
			continue
		}
		now := digits(s.reply)
		if mode == "" || i < d.from || now == mode || now == "" {
			if now != "" {
				mode = now
			}
			continue
		}
		if silent >= 0 {
			return silent
		}
		for j := i - 1; j >= d.from; j-- {
			switch at := d.steps[j]; {
			case at.kind == "apdu":
				d.rule(d.chipAt(j), "power-cycle")
				return len(d.steps)
			case acts(at) && at.name[0] == 'S':
				return j // in the move: at a later question the card could be out already
			case acts(at):
				return i
			}
		}
		return i
	}
	return -1
}

func digits(b []byte) string {
	i := slices.IndexFunc(b, digit)
	if i < 0 {
		return ""
	}
	end := i
	for end < len(b) && digit(b[end]) {
		end++
	}
	return string(b[i:end])
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// refused makes a rule of a refusal or of an answer that is none. A condition that stands in the machine is set too, so that it
// answers later questions, and the hand that mends it, as the recorded one did.
func (d *deriver) refused(i int) {
	s := d.steps[i]
	code, word, ok := d.refusal(s.reply)
	if !ok {
		if !d.sound(s.reply) {
			d.rule(d.at(i), fmt.Sprintf("say %x", s.reply))
		}
		return
	}
	if word == "" && (code == 'T' || code == 'R') {
		word = d.lastReply(i)
	}
	where, forced := d.at(i), true
	if !acts(s) { // a late word about the last move
		if s.name != "Rlr" {
			d.rule(where, d.refuse(code, word))
			return
		}
		last := d.from
		for j := d.from; j < i; j++ {
			if acts(d.steps[j]) {
				last = j
			}
		}
		where, forced = d.at(last), false
		s = d.steps[last]
	}
	cause := d.condition(i, code, word, s.name)
	if cause != "" {
		d.rule(where, cause)
	}
	if forced && cause != "jam-feed" { // a card that jams at the feed must leave the feeder: it cannot be refused
		d.rule(where, d.refuse(code, word))
	}
}

func (d *deriver) refuse(code byte, word string) string {
	if word != "" {
		return "refuse " + strings.ReplaceAll(word, " ", "-")
	}
	return "nack " + string(code)
}

// refusal reads a reply that refuses.
func (d *deriver) refusal(reply []byte) (code byte, word string, ok bool) {
	if d.text {
		said := strings.Trim(string(reply), "\x00\r\n")
		if i := slices.Index(words, said); i >= 0 {
			return 0, said, true
		}
		return 0, "", false
	}
	for i := 0; i+1 < len(reply); i++ {
		if reply[i] == d.nack && strings.IndexByte("12TCFRKDW", reply[i+1]) >= 0 {
			return reply[i+1], "", true
		}
	}
	return 0, "", false
}

// sound reports whether a reply is made of what replies are made of.
func (d *deriver) sound(reply []byte) bool {
	for i, c := range reply {
		if c >= 0x20 && c < 0x7F || c == 0x06 || c == 0 || c == '\r' || c == '\n' || c == d.nack && i == len(reply)-1 {
			continue
		}
		return false
	}
	return true
}

// lastReply finds the words of the refusal at step i in the answer to a following Rlr.
func (d *deriver) lastReply(i int) string {
	for _, s := range d.steps[i+1:] {
		if acts(s) {
			return ""
		}
		if s.kind == "say" && s.text == "Rlr" {
			for _, w := range words {
				if strings.Contains(string(s.reply), w) {
					return w
				}
			}
			return ""
		}
	}
	return ""
}

// condition is what stood in the machine, "" when that cannot be told.
func (d *deriver) condition(i int, code byte, word, command string) string {
	switch {
	case code == 'C' || word == "COVER OPEN" || word == "HOPPER DOOR":
		return "cover-open"
	case code == 'F' || word == "FEEDER EMPTY" || word == "ERROR HOPPER":
		if strings.HasPrefix(d.answer(i, "Sk;f"), "0") {
			return "" // cards are in it
		}
		return "feeder-empty"
	case word == "HOPPER FULL":
		return "reject-full"
	case code == 'R' || word == "ERROR RIBBON":
		if strings.HasPrefix(d.answer(i, "Rcr"), "OK") {
			return ""
		}
		return "ribbon-end"
	case word == "CARD JAM" || word == "ERR CARD":
		if command == d.load {
			return "jam-feed"
		}
		return "jam-head"
	}
	return ""
}

// answer is what a question after step i was answered.
func (d *deriver) answer(i int, text string) string {
	for _, s := range d.steps[i:] {
		if s.kind == "say" && s.text == text {
			return string(s.reply)
		}
	}
	return ""
}

// chipAt is where a chip command stands, as a rule says it.
func (d *deriver) chipAt(i int) string {
	n := 0
	for _, s := range d.steps[d.from : i+1] {
		if s.kind == "apdu" {
			n++
		}
	}
	return fmt.Sprintf("chip %d since command:%s", n, d.load)
}

// chip finds what went wrong at the reader since the card was loaded.
func (d *deriver) chip(code string) {
	last := -1
	for i := d.from; i < len(d.steps); i++ {
		s := d.steps[i]
		if s.kind == "card" && s.code != "" && s.code != "C-103" {
			d.rule("station since command:"+d.load, "reader-gone")
		}
		if s.kind != "apdu" {
			continue
		}
		last = i
		switch s.code {
		case "":
		case "C-104":
			d.rule(d.chipAt(i), "chip-mute")
		case "C-105":
			d.rule(d.chipAt(i), map[bool]string{true: "swap", false: "card-pulled"}[code == "C-113"])
		default:
			d.rule(d.chipAt(i), "reader-gone")
		}
	}
	switch code {
	case "C-103":
		d.rule("station since command:"+d.load, "card-pulled")
		return
	case "C-106":
		d.rule("station since command:"+d.load, "wrong-atr")
		return
	}
	if last < 0 || len(d.steps[last].reply) < 2 {
		return
	}
	s := d.steps[last]
	switch code {
	case "C-107": // the status word that stopped it
		d.rule(d.chipAt(last), fmt.Sprintf("chip-says %x", s.reply[len(s.reply)-2:]))
	case "C-108": // contents are not recorded: any other of that length
		for i := last; i >= d.from; i-- {
			if s := d.steps[i]; s.event == "read" && s.n > 2 {
				d.rule(d.chipAt(i), fmt.Sprintf("chip-says %x%x", make([]byte, s.n-2), s.reply[len(s.reply)-2:]))
				return
			}
		}
	case "C-109": // the card's own description of itself
		for i := last; i >= d.from; i-- {
			if s := d.steps[i]; s.event == "select" && s.n > 2 && len(s.reply) == s.n {
				d.rule(d.chipAt(i), fmt.Sprintf("chip-says %x", s.reply))
				return
			}
		}
	}
}

// before finds what the machine said of itself when no card was loaded.
func (d *deriver) before(code string) {
	for _, s := range d.steps {
		if s.kind == "say" && s.gone {
			d.rule("command:"+s.name, "cable-pulled")
			return
		}
	}
	latest := func(text string) string {
		answer := ""
		for _, s := range d.steps {
			if s.kind == "say" && s.text == text && len(s.reply) > 0 {
				answer = string(s.reply)
			}
		}
		return answer
	}
	switch code {
	case "P-113":
		d.rule("command:Rsn", "another-printer")
	case "L-101":
		d.rule("command", "printer-off")
	}
	if strings.HasPrefix(latest("Rse;o"), "0,") {
		d.rule("command:Rse", "cover-open")
	}
	if f := latest("Sk;f"); strings.HasPrefix(f, "1") || strings.HasPrefix(f, "3") {
		d.rule("command:Sk", "feeder-empty")
	}
	if v := latest("Rcr"); v != "" && !strings.Contains(v, "OK") {
		d.rule("command:Rcr", "ribbon-end")
	}
}
