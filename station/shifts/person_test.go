package shifts

import (
	"math/rand/v2"
	"strings"
)

// mend takes away every cause that a person at the desk can see. It leaves the card of an open attempt where it is unless it
// is jammed: that one goes to the reject box.
func (s *shift) mend(b books) {
	w := s.world()
	hers := s.inHand(b)
	if w.CoverOpen {
		s.hand("close", "cover")
	}
	s.hand("replug")
	s.hand("noise", "0")
	if w.Jam {
		s.tell("   the jam is cleared")
		s.hand("clear")
	} else if w.Machine != nil && w.Machine.UID != hers {
		s.tell("   a card that does not belong there is taken out")
		s.hand("take-out")
	}
	for _, c := range w.Trays["good"] {
		if s.laid[c.UID] && !s.handed[c.UID] {
			s.tell("   a card that a hand laid in came out: to the reject box")
			s.hand("reject", "good", c.UID)
		}
	}
	if w.Ribbon.Panels < len("ymcko") { // not enough for a whole card
		s.hand("ribbon", "new")
	}
	s.hand("feed", "0")
	if len(w.Trays["reject"]) >= w.Capacity-1 || strings.Contains(s.hand("fired"), "reject-full") {
		s.emptyReject()
	}
}

// inHand is the card that the open attempt took, "" for none.
func (s *shift) inHand(b books) string {
	if n := len(b.ended()); b.open != "" && n < len(s.taken) {
		return s.taken[n]
	}
	return ""
}

// person settles what is open: mends what can be seen, lets the program weigh the evidence, and answers truthfully where
// it asks.
func (s *shift) person(r *rand.Rand, w world, b books) {
	if r.IntN(4) > 0 {
		s.mend(b)
	}
	if len(w.FeederCards) == 0 {
		s.feed(3, true)
	} else if b.balance["hopper"] < 1 {
		s.book(2)
	}
	if s.locked {
		if r.IntN(3) == 0 {
			s.runOn(r)
		}
		s.reopen(r)
		_, b = s.judge()
	}
	for try := 0; b.open != ""; try++ {
		if try > 6 {
			s.fail("attempt %s stays open whatever is done", b.open)
		}
		p := s.ctl("settle", "--json")
		s.tell("   settle: exit %d%s", p.code, p.codes())
		s.held(p)
		if w, b = s.judge(); b.open == "" {
			return
		}
		s.mend(b)
		if try%2 == 1 {
			w, b = s.judge()
			s.answer(r, w, b)
			w, b = s.judge()
		}
	}
}

// answer is the honest person's word about the open attempt's card.
func (s *shift) answer(r *rand.Rand, w world, b books) {
	uid := s.inHand(b)
	if uid == "" {
		p := s.ctl("settle", "--json")
		if _, b = s.judge(); b.open != "" {
			s.fail("a person is asked for a card that never left the feeder: %s", p)
		}
		return
	}
	c, where := w.find(uid)
	word := "spoiled"
	switch {
	case where == "good":
		if s.whole(c) {
			if s.say("good"); s.settled() {
				return
			}
		}
		s.tell("   the person lays the card into the reject box")
		s.hand("reject", "good", uid)
	case where == "machine":
		s.tell("   the person takes the card out")
		s.hand("clear")
	case where == "hand" && r.IntN(2) == 0:
		word = "missing"
		s.missing++
	}
	if r.IntN(4) == 0 && (c.State != "sealed" || !c.Printed) && where != "good" {
		s.tell("   a wrong answer first")
		if s.say("good"); s.settled() { // judge finds a card called good that is none
			if word == "missing" {
				s.missing--
			}
			return
		}
	}
	s.say(word)
	if r.IntN(3) == 0 {
		s.say(word) // answered twice
	}
}

func (s *shift) whole(c card) bool {
	for _, r := range s.people {
		if digest(r.Chip["6FF1"]) == c.Files["6FF1"] {
			return c.State == "sealed" && s.c.judgePrint(s, r, c) == ""
		}
	}
	return false
}

func (s *shift) say(word string) {
	p := s.ctl("settle", "--json", "--answer", word)
	s.met["answered "+word]++
	s.tell("   settle --answer %s: exit %d%s", word, p.code, p.codes())
}

// settled looks without judging whether the attempt still waits for an answer.
func (s *shift) settled() bool { return s.ctl("status", "--json").code == 0 }

// evening: no more mishaps but those still armed; everybody gets a card.
func (s *shift) evening() {
	r := s.random(-3)
	s.tell("evening")
	for round := 0; ; round++ {
		w, b := s.judge()
		s.mend(b)
		s.person(r, w, b)
		w, b = s.judge()
		if n := len(b.queue); n == 0 && b.open == "" {
			s.tell("everybody has a card: %d taken, %d good, %d spoiled, %d missing", len(s.taken), b.in("good"), b.in("spoiled"), b.in("missing"))
			if len(b.reports) != len(s.people) {
				s.fail("%d people, %d reports", len(s.people), len(b.reports))
			}
			return
		}
		if round > 20 {
			s.fail("after %d rounds %d still wait", round, len(b.queue))
		}
		if len(w.FeederCards) == 0 {
			s.feed(4, false)
		}
		if n := b.balance["hopper"]; n < 1 {
			s.book(4)
		}
		s.held(s.ctl("run", "--json", "--until-empty"))
	}
}
