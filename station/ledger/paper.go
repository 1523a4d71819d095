package ledger

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Shapes of what a person writes on a movement.
const (
	dateShape    = time.DateOnly
	paperLength  = 60 // characters of a document's number
	partyLength  = 80
	firstBlanks  = "2011-01-01" // no KTP-el is older: the mass print began in 2011 (ktpel.md 5.3)
	quoteControl = "%q has signs that no paper has"
)

// paper is a document as it is found again: who numbered it, and the number, whatever the spacing and case.
type paper struct {
	kind           Kind
	issuer, number string
}

// entry is a movement that a correction may take back.
type entry struct {
	t    BlankType
	from Account
	to   Account
	left int
	day  string
}

func (m Movement) paper() paper {
	same := func(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), " ")) }
	return paper{m.Kind, same(m.Issuer), same(m.Document)}
}

// day is the date of the movement's paper, else the day it was booked. That is the day in UTC, which in Indonesia is never
// after the local one, so a paper is not refused for it.
func (m Movement) day() string {
	switch {
	case m.Date != "":
		return m.Date
	case m.At.IsZero():
		return ""
	}
	return m.At.UTC().Format(dateShape)
}

// reversible says whether a correction fits the line that it takes back.
func (l *Ledger) reversible(m Movement) error {
	if m.Reverses == 0 {
		return nil
	}
	e, ok := l.open[m.Reverses]
	switch {
	case !ok:
		return refuse(BadReversal, fmt.Sprintf("line %d is no movement that can be corrected", m.Reverses), nil)
	case e.t != m.Type || e.from != m.To || e.to != m.From:
		return refuse(BadReversal, fmt.Sprintf("line %d went from %s to %s (%s)", m.Reverses, e.from, e.to, e.t), nil)
	case m.Count > e.left:
		return refuse(BadReversal, fmt.Sprintf("of line %d %d are left to correct", m.Reverses, e.left), nil)
	}
	return nil
}

// fresh holds a new movement to the rules of words, papers, and dates. before are the earlier movements of the same act.
func (l *Ledger) fresh(now time.Time, m Movement, before []Movement) error {
	needs, _ := m.needs()
	if m.Cause != "" && !CauseKnown(m.Cause) {
		return refuse(CauseMissing, fmt.Sprintf("cause %q is not in the list", m.Cause), nil)
	}
	if roots := m.Kind.roots(); m.Cause != "" && !needs.Station && roots != nil && !slices.Contains(roots, CauseRoot(m.Cause)) {
		return refuse(CauseMissing, fmt.Sprintf("%s is no cause of %s", m.Cause, m.Kind), nil)
	}
	for _, s := range []struct {
		text string
		most int
	}{{m.Document, paperLength}, {m.Issuer, partyLength}, {m.Party, partyLength}} {
		if !utf8.ValidString(s.text) || strings.ContainsFunc(s.text, unicode.IsControl) {
			return refuse(DocumentMissing, fmt.Sprintf(quoteControl, s.text), nil)
		}
		if n := utf8.RuneCountInString(s.text); n > s.most {
			return refuse(DocumentMissing, fmt.Sprintf("%d characters, at most %d", n, s.most), nil)
		}
	}
	if needs.Document && l.papers[m.paper()] &&
		!slices.ContainsFunc(before, func(o Movement) bool { return o.paper() == m.paper() }) {
		return refuse(DocumentUsed, fmt.Sprintf("%s %s is booked already", m.Kind, m.Document), nil)
	}
	return l.dated(now, m)
}

// dated says whether the paper's date can be: not in the future, and not before the first blank was where it is taken
// from, or before the entry that it corrects.
func (l *Ledger) dated(now time.Time, m Movement) error {
	if m.Date == "" {
		return nil
	}
	if _, err := time.Parse(dateShape, m.Date); err != nil {
		return refuse(BadDate, fmt.Sprintf("%q is no date like 2006-01-31", m.Date), nil)
	}
	earliest := firstBlanks
	if !m.From.source() {
		earliest = max(earliest, l.since[m.Type.index()][m.From.index()])
	}
	if m.Reverses > 0 {
		earliest = max(earliest, l.open[m.Reverses].day)
	}
	switch today := now.Format(dateShape); {
	case m.Date > today:
		return refuse(BadDate, fmt.Sprintf("%s is in the future: today is %s", m.Date, today), nil)
	case m.Date < earliest:
		return refuse(BadDate, fmt.Sprintf("%s is before %s, when the first of these blanks came to %s", m.Date, earliest, m.From), nil)
	}
	return nil
}

// takePaper notes the document, and the line for corrections.
func (l *Ledger) takePaper(m Movement) {
	if m.Document != "" {
		p := m.paper()
		if l.papers == nil {
			l.papers = map[paper]bool{}
		}
		if !l.papers[p] {
			l.papers[p] = true
			l.back(func() { delete(l.papers, p) })
		}
	}
	if m.Reverses > 0 {
		was := l.open[m.Reverses]
		e := was
		e.left -= m.Count
		l.open[m.Reverses] = e
		l.back(func() { l.open[m.Reverses] = was })
	}
	if m.Seq > 0 && m.Kind.Correctable() {
		if l.open == nil {
			l.open = map[int64]entry{}
		}
		l.open[m.Seq] = entry{m.Type, m.From, m.To, m.Count, m.day()}
		l.back(func() { delete(l.open, m.Seq) })
	}
}
