package shifts

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"cetak/hwsim/rig"
)

// day plays the shift and gives what is wrong, "" for nothing.
func (s *shift) day() (why string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case broken:
			why = string(r)
		default:
			panic(r)
		}
	}()
	s.handed, s.laid = map[string]bool{}, map[string]bool{}
	s.morning()
	steps := 4 + s.random(-1).IntN(5)
	for i := range steps {
		r := s.random(i)
		if _, b := s.judge(); len(b.queue) == 0 {
			s.bring(r)
		}
		name, do := s.choose(r)
		if s.locked && r.IntN(3) > 0 {
			s.reopen(r)
		}
		s.tell("%d. %s", i+1, name)
		s.met["step "+strings.Fields(name)[0]]++
		do(r)
		w, b := s.judge()
		s.tell("   %d taken, %d good, %d spoiled, %d missing, %d wait, open %t", len(s.taken), b.in("good"), b.in("spoiled"), b.in("missing"), len(b.queue), b.open != "")
		if b.open != "" || r.IntN(3) == 0 {
			s.person(r, w, b)
		}
	}
	s.evening()
	var fired map[string]int
	s.must(json.Unmarshal([]byte(s.hand("fired")), &fired))
	for f, n := range fired {
		s.met["fault "+f] += n
	}
	return ""
}

// morning sets the desk up: the machine's manners, what waits, and what will go wrong.
func (s *shift) morning() {
	r := s.random(-2)
	some := func(share int, flags ...string) []string {
		if r.IntN(100) < share {
			return flags
		}
		return nil
	}
	flags := []string{"--reject-capacity", fmt.Sprint(2 + r.IntN(9)), "--ribbon-cards", fmt.Sprint(3 + r.IntN(30))}
	flags = append(flags, some(30, "--replies", "text")...)
	flags = append(flags, some(20, "--option", "ack=after")...)
	flags = append(flags, some(20, "--option", "value=after")...)
	flags = append(flags, some(20, "--option", "terminator=cr")...)
	flags = append(flags, some(20, "--station", "contactless")...)
	if r.IntN(4) == 0 {
		s.confirm = 1 + r.IntN(2)
	}
	blanks := 4 + r.IntN(8)
	var scene strings.Builder
	for range r.IntN(3) {
		fmt.Fprintln(&scene, strings.Join(s.mishap(r), " "))
	}
	s.must(os.MkdirAll(s.dir, 0o700))
	s.open(scene.String(), blanks, flags...)
	s.feeder = s.world().FeederCards
	s.tell("%d blanks, every %d. card judged by eye, %s", blanks, s.confirm, strings.Join(flags, " "))
	s.tell("%s", strings.ReplaceAll(strings.TrimSpace(scene.String()), "\n", "; "))
	s.bring(r)
	if r.IntN(2) == 0 {
		s.bring(r)
	}
}

// bring puts a bundle that was not there yet into the inbox, or imports it, now and then twice.
func (s *shift) bring(r *rand.Rand) {
	n := len(s.c.bundles)
	b := s.c.bundles[r.IntN(n)]
	for _, p := range s.people {
		if p == b.records[0] {
			return
		}
	}
	s.people = append(s.people, b.records...)
	s.tell("   %s: %d records", b.name, len(b.records))
	file := filepath.Join(s.dir, b.name)
	s.must(os.WriteFile(file, b.text, 0o600))
	for range 1 + r.IntN(2) {
		if p := s.ctl("import", file); p.code != 0 {
			s.fail("%s", p)
		}
	}
	if r.IntN(3) == 0 { // and the same once more in the inbox
		s.must(os.Link(file, filepath.Join(s.sim(), "inbox", b.name)))
	}
}

// mishap is one random rule of a scene, to happen once.
func (s *shift) mishap(r *rand.Rand) []string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	n := func(most int) string { return fmt.Sprint(1 + r.IntN(most)) }
	panel := pick("panel-y", "panel-m", "panel-c", "panel-k", "panel-o")
	secs := fmt.Sprint(1 + r.IntN(1000))
	rules := []string{
		"feed " + n(3) + " do feeder-empty",
		"feed " + n(3) + " do jam-feed",
		pick("head", "eject", panel) + " " + n(3) + " do jam-head",
		pick("feed", "station", "eject", panel) + " " + n(3) + " do cover-open " + secs,
		pick("feed", "eject", panel) + " " + n(3) + " do cover-open",
		panel + " " + n(3) + " do ribbon-end",
		"reject " + n(2) + " do reject-full",
		pick("select", "read", "update", "activate") + " " + n(12) + " do chip-mute",
		pick("feed", "station") + " " + n(3) + " do wrong-atr",
		"chip " + n(90) + " do card-pulled",
		pick("feed", "eject", "station", panel) + " " + n(3) + " do cable-pulled " + secs,
		"command " + n(90) + " do cable-pulled " + pick(secs, ""),
		"command " + n(90) + " do power-cycle",
		pick("feed", "station", "update", "eject", panel) + " " + n(3) + " do power-cycle",
		"command " + n(90) + " do nack " + pick("", "1", "2", "T", "C", "F", "R", "K", "D", "W"),
		"command " + n(90) + " do lose-ack",
		pick("feed", "eject", "reject") + " " + n(3) + " do lose-ack",
		"command " + n(90) + " do flip-byte out " + fmt.Sprint(r.IntN(4)),
		"command " + n(90) + " do lose-byte out " + fmt.Sprint(r.IntN(4)),
		"command " + n(90) + " do flip-byte in " + fmt.Sprint(r.IntN(6)),
		"command " + n(90) + " do lose-byte in " + fmt.Sprint(r.IntN(6)),
		pick("chip "+n(60), "station "+n(3), "feed "+n(3)) + " do reader-gone " + secs,
		pick("chip "+n(60), "read "+n(30)) + " do " + pick("endless-61", "wrong-length"),
		"command " + n(90) + " do " + pick("double-byte out 1", "double-byte in 2", "glue", "lose-command", "cable-cut out 1"),
		"command " + n(90) + " do " + pick("late ", "split ", "babble ", "printer-mute ") + secs,
		pick("command "+n(90), "feed "+n(3), "eject "+n(3), "station "+n(3)) + " do printer-off " + secs,
	}
	rule := "on " + rules[r.IntN(len(rules))] + " once"
	if strings.Contains(rule, "-byte in") || strings.Contains(rule, "babble") {
		s.damaged = true
	}
	return strings.Fields(rule)
}

// choose picks what the day brings next.
func (s *shift) choose(r *rand.Rand) (string, func(*rand.Rand)) {
	type deed struct {
		share int
		name  string
		do    func(*rand.Rand)
	}
	deeds := []deed{
		{12, "run", s.runOn},
		{8, "mishap", func(r *rand.Rand) { s.arm(r); s.runOn(r) }},
		{8, "two-mishaps", func(r *rand.Rand) { s.arm(r); s.arm(r); s.runOn(r) }},
		{14, "killed", func(r *rand.Rand) { s.interrupted(r, s.killedWith(r)) }},
		{8, "interrupted", func(r *rand.Rand) { s.interrupted(r, s.signalled(r)) }},
		{8, "reached-in", func(r *rand.Rand) { s.interrupted(r, s.reachedIn(r)) }},
		{2, "laid-in-at-the-feed", func(r *rand.Rand) { s.at(r, "feed", 1, s.laidIn(r)) }},
		{6, "crowd-at-work", func(r *rand.Rand) { s.interrupted(r, s.crowd) }},
		{5, "double-start", s.doubleStart},
		{4, "foreign-card-in", s.foreignCard},
		{4, "spoiled-fed-again", func(r *rand.Rand) { s.feedSpoiled(r); s.runOn(r) }},
		{4, "blanks-fed", func(r *rand.Rand) { s.feed(1+r.IntN(3), r.IntN(3) > 0) }},
		{3, "booked-not-fed", func(*rand.Rand) { s.book(1) }},
		{3, "answers-unasked", s.unasked},
		{3, "bundle", s.bring},
		{2, "reject-emptied", func(*rand.Rand) { s.emptyReject() }},
		{2, "looked-at", s.looked},
	}
	sum := 0
	for _, d := range deeds {
		sum += d.share
	}
	at := r.IntN(sum)
	for _, d := range deeds {
		if at -= d.share; at < 0 {
			return d.name, d.do
		}
	}
	panic("no deed")
}

func (s *shift) arm(r *rand.Rand) {
	rule := s.mishap(r)
	s.tell("   %s", strings.Join(rule, " "))
	s.hand(rule...)
}

// runOn makes cards and holds the exit code to what came of it.
func (s *shift) runOn(r *rand.Rand) {
	args := []string{"run", "--json"}
	if r.IntN(3) > 0 { // the day is long: keep people for it
		args = append(args, "--count", fmt.Sprint(1+r.IntN(2)))
	}
	s.held(s.ctl(args...))
}

// held notes how a run that was left in peace ended, and holds its exit code to the state it left (DESIGN section 10).
func (s *shift) held(p *program) {
	s.unsure = false
	if s.locked {
		s.stillLocked(p)
		return
	}
	s.tell("   %s: exit %d%s", strings.Join(p.args, " "), p.code, p.codes())
	_, b := s.judge()
	switch {
	case p.code == 0 && b.open != "":
		s.fail("exit 0 with attempt %s open: %s", b.open, p)
	case p.code == 0 && p.args[0] == "run" && len(b.queue) > 0 && !strings.Contains(strings.Join(p.args, " "), "--count"):
		s.fail("exit 0 with %d waiting: %s", len(b.queue), p)
	case p.code == 1 && b.open != "" && !p.killed:
		s.fail("exit 1 says that all is accounted for, and attempt %s is open: %s", b.open, p)
	case p.code == 3 && b.open == "":
		s.fail("exit 3 asks for a person, and nothing is open: %s", p)
	}
}

// stillLocked: after an unclean stop the station opens locked and moves nothing (DESIGN section 6).
func (s *shift) stillLocked(p *program) {
	s.tell("   locked: %s: exit %d%s", strings.Join(p.args, " "), p.code, p.codes())
	before := len(s.taken)
	s.seen = nil
	if s.judge(); len(s.taken) != before || p.code != 3 || strings.Contains(p.out.String(), `"event":"card"`) {
		s.fail("the last program was killed at work, and this one worked on: %s", p)
	}
	s.met["a locked station refused to work"]++
}

// reopen opens the station again after an unclean stop; without a name it stays shut.
func (s *shift) reopen(r *rand.Rand) {
	if r.IntN(4) == 0 {
		if p := s.ctl("reopen", "nonsense"); p.code != 2 {
			s.fail("%s", p)
		}
	}
	p := s.ctl("reopen", "--json", "--as", "Siti")
	s.locked, s.unsure = false, false
	s.met["reopened by name"]++
	s.held(p)
}

// codes lists the faults that a run told.
func (p *program) codes() string {
	out := ""
	for line := range strings.Lines(p.out.String()) {
		var e struct{ Event, Code, Outcome string }
		if json.Unmarshal([]byte(line), &e) == nil {
			out += strings.TrimRight(" "+e.Code+e.Outcome, " ")
		}
	}
	return out
}

// interrupted runs and, at a random event, lets something happen.
func (s *shift) interrupted(r *rand.Rand, do func(*program)) {
	events := []string{"command", "command", "command", "command", "chip", "chip", "feed", "station", "panel-y", "panel-k", "panel-o", "eject"}
	event := events[r.IntN(len(events))]
	nth := 1
	switch event {
	case "command":
		nth = 1 + r.IntN(70)
	case "chip":
		nth = 1 + r.IntN(50)
	}
	s.at(r, event, nth, do)
}

// at runs and lets something happen at an event.
func (s *shift) at(r *rand.Rand, event string, nth int, do func(*program)) {
	p, came := s.during(event, nth, do, "run", "--json", "--count", fmt.Sprint(1+r.IntN(2)))
	if s.later != nil {
		s.later()
		s.later = nil
	}
	s.tell("   at %s %d (came: %t): exit %d%s", event, nth, came, p.code, p.codes())
	if s.unsure = p.killed; !came || s.locked {
		s.held(p)
	}
	if p.killed {
		s.locked = true
		s.met["restart after kill -9"]++
	}
}

// killedWith is kill -9, and what may come with it.
func (s *shift) killedWith(r *rand.Rand) func(*program) {
	with := []string{"", "", "", "power-cycle", "cable-pulled 200", "unplug", "take-out", "clear", "swap", "swap", "out and in"}[r.IntN(11)]
	return func(p *program) {
		p.kill()
		s.tell("   kill -9 %s", with)
		s.met["kill -9 "+with]++
		switch with {
		case "":
		case "swap": // hands come once the command in flight is done: on an empty transport it would take another blank
			s.later = func() { s.swap(r) }
		case "take-out", "clear":
			s.later = func() { s.hand(with) }
		case "out and in":
			s.later = func() {
				if uid := s.hand("take-out"); !strings.Contains(uid, " ") {
					s.hand("put-in", "hand", uid)
				}
			}
		default:
			s.hand(strings.Fields(with)...)
		}
	}
}

// swap takes the card out and lays another in.
func (s *shift) swap(r *rand.Rand) {
	w := s.world()
	if w.Machine == nil {
		return
	}
	s.hand("take-out")
	s.putIn(r, w)
}

// signalled is a hasty hand at the keyboard.
func (s *shift) signalled(r *rand.Rand) func(*program) {
	times := 1 + r.IntN(3)
	sig := []os.Signal{syscall.SIGINT, syscall.SIGTERM}[r.IntN(2)]
	return func(p *program) {
		s.tell("   %v, %d times", sig, times)
		s.met["signal"]++
		for range times {
			_ = p.cmd.Process.Signal(sig)
		}
	}
}

// reachedIn is a hand in the machine while it works.
func (s *shift) reachedIn(r *rand.Rand) func(*program) {
	verb := []string{"take-out", "clear", "jam", "open cover", "unplug"}[r.IntN(5)]
	return func(*program) {
		s.tell("   by hand: %s", verb)
		s.met["by hand: "+verb]++
		s.hand(strings.Fields(verb)...)
	}
}

// laidIn is a card laid in by hand as the machine is about to take a blank. (Laid in a moment earlier, between the look at
// the machine and the command to load, it is taken for the blank: only the machine's counter could tell.)
func (s *shift) laidIn(r *rand.Rand) func(*program) {
	return func(*program) {
		if w := s.world(); w.Machine == nil {
			s.putIn(r, w)
		}
	}
}

// putIn lays a card into the empty machine that does not belong there.
func (s *shift) putIn(r *rand.Rand, w world) bool {
	trays := []string{"reject", "emptied", "good"}
	r.Shuffle(len(trays), func(i, j int) { trays[i], trays[j] = trays[j], trays[i] })
	for _, tray := range trays {
		if n := len(w.Trays[tray]); n > 0 {
			uid := s.hand("put-in", tray, fmt.Sprint(r.IntN(n)))
			s.handed[uid], s.laid[uid] = tray == "good", true
			s.tell("   card %s of tray %s is put in", uid, tray)
			s.met["put in: a card of tray "+tray]++
			return true
		}
	}
	return false
}

// crowd is everybody at the same folder while a card is made: nobody else may do anything there. Nobody in it gives an answer: the
// maker may end meanwhile, and then the answer, which nobody looked for at the card, would be taken.
func (s *shift) crowd(maker *program) {
	go func() { // the event is held for the maker's sake: a machine waits for no program
		<-maker.ended
		_, _ = rig.Ask(s.sim(), "go")
	}()
	before := s.ctl("ledger", "movements", "--json").out.String()
	for _, args := range [][]string{
		{"run", "--json"}, {"settle", "--json"}, {"ledger", "draw", "1", "--second", "B"}, {"ledger", "reject-emptied"},
	} {
		p := s.ctl(args...)
		select {
		case <-maker.ended: // on a slow machine its own deadlines may have passed meanwhile: the folder is free again
			s.tell("   it ended while the others asked")
			return
		default:
		}
		if p.code != 1 {
			s.fail("while another program makes a card: %s", p)
		}
	}
	if after := s.ctl("ledger", "movements", "--json").out.String(); after != before {
		s.fail("somebody moved blanks while another program had the folder:\n%s", after[len(before):])
	}
	s.met["others in a folder that is in use"]++
}

// doubleStart is the double click.
func (s *shift) doubleStart(r *rand.Rand) {
	var ps []*program
	for range 2 + r.IntN(2) {
		ps = append(ps, s.start("run", "--json"))
	}
	before := len(s.taken)
	for _, p := range ps {
		p.wait()
		s.tell("   one of them: exit %d%s", p.code, p.codes())
	}
	if s.judge(); s.locked && len(s.taken) != before {
		s.fail("a locked station took a blank")
	}
	if !s.locked {
		s.unsure = false
	}
}

// foreignCard: a card laid into the machine while nothing is in hand is refused and nothing is booked.
func (s *shift) foreignCard(r *rand.Rand) {
	w, b := s.judge()
	if s.locked || w.Machine != nil || b.open != "" || !s.putIn(r, w) {
		s.runOn(r)
		return
	}
	p := s.ctl("run", "--json")
	_, after := s.judge()
	if len(after.attempts) != len(b.attempts) || (len(b.queue) > 0 && p.code != 1) {
		s.fail("a card lay in the machine before the job began: %s", p)
	}
	s.hand("take-out")
	s.met["a card put in by hand"]++
}

func (s *shift) feedSpoiled(r *rand.Rand) {
	w, b := s.judge()
	tray := []string{"reject", "emptied"}[r.IntN(2)]
	if n := len(w.Trays[tray]); n > 0 && b.open == "" {
		s.tell("   spoiled card %s lies in the feeder again", s.hand("feed-card", tray, fmt.Sprint(r.IntN(n))))
		s.feeder = s.world().FeederCards
		s.met["a spoiled card fed again"]++
	}
}

// feed lays blanks in, booked or not.
func (s *shift) feed(n int, booked bool) {
	s.hand("feed", fmt.Sprint(n))
	s.feeder = s.world().FeederCards
	s.tell("   %d blanks fed, booked %t", n, booked)
	if booked && n > 0 {
		s.book(n)
	}
}

func (s *shift) book(n int) {
	s.papers++
	for _, args := range [][]string{{"receive", fmt.Sprint(n), "--document", fmt.Sprintf("BA-%d", s.papers)}, {"draw", fmt.Sprint(n)}} {
		if p := s.ctl(append([]string{"ledger"}, append(args, "--second", "Budi")...)...); p.code != 0 {
			s.fail("%s", p)
		}
	}
	s.drawn += n
}

func (s *shift) emptyReject() {
	s.hand("empty", "reject")
	if p := s.ctl("ledger", "reject-emptied"); p.code != 0 {
		s.fail("%s", p)
	}
}

// unasked: an answer that nobody asked for changes nothing; a word that is none is refused.
func (s *shift) unasked(r *rand.Rand) {
	_, b := s.judge()
	if p := s.ctl("settle", "--answer", "nonsense"); p.code != 2 {
		s.fail("%s", p)
	}
	if b.open != "" {
		return
	}
	p := s.ctl("settle", "--answer", []string{"good", "spoiled", "missing"}[r.IntN(3)])
	s.tell("   settle unasked: exit %d", p.code)
	if _, after := s.judge(); len(after.attempts) != len(b.attempts) || after.open != "" {
		s.fail("an answer that nobody asked for: %s", p)
	}
}

// looked: looking changes nothing.
func (s *shift) looked(r *rand.Rand) {
	_, b := s.judge()
	for _, args := range [][]string{{"doctor"}, {"ledger", "balance"}, {"identify", "--wait", "1"}} {
		s.ctl(args...)
	}
	if _, after := s.judge(); len(after.attempts) != len(b.attempts) || after.open != b.open {
		s.fail("looking changed something")
	}
	s.runOn(r)
}
