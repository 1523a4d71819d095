package station

import (
	"context"
	"time"

	"cetak/station/journal"
	"cetak/station/office"
)

// Deed checks something against the books and gives the facts that perform it, or a *drivers.Fault. It changes nothing and
// keeps nothing of the books. With facts *and* a Fault the facts are kept although the deed is refused: counts that did not
// agree, alarms.
type Deed func(b *Books, now time.Time) ([]journal.Fact, error)

// ByHand is the Deed of an act of people. Where people sign in, both names of by were confirmed by the Door before.
func ByHand(a office.Act, by office.By) Deed {
	return func(b *Books, now time.Time) ([]journal.Fact, error) { return b.Office.Do(a, by, now) }
}

// perform does a deed on the books and in the journal they were read from. All of the facts are on the disk when it returns,
// or none.
func (b *Books) perform(ctx context.Context, j Journal, d Deed, now time.Time) ([]journal.Entry, error) {
	facts, refusal := d(b, now)
	entries, err := b.write(ctx, j, facts...)
	if err != nil {
		return entries, err
	}
	return entries, refusal
}

// act performs a deed between two cards and tells who asked.
func (s *Station) act(ctx context.Context, a Act) {
	within, cancel := s.patient(ctx, cardEffect)
	defer cancel()
	s.writing.Lock()
	entries, err := s.books.perform(within, s.Journal, a.Do, time.Now())
	s.writing.Unlock()
	s.written(entries)
	if err != nil {
		s.refuse(err)
	}
	if len(entries) > 0 {
		s.replan(time.Now()) // the stock, a letter, or what may be reprinted
	}
	if a.Done != nil {
		a.Done(entries, err)
	}
}
