package station

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"cetak/drivers"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
)

// intend writes, durably and before any blank moves, what is about to happen and the counter it will be judged by.
func (s *Station) intend(ctx context.Context) error {
	if s.job.intended {
		return nil
	}
	id := make([]byte, 6)
	rand.Read(id)
	s.job.attempt = "A-" + hex.EncodeToString(id)
	facts := []journal.Fact{s.fact(journal.KindIntent, s.intent())}
	if s.job.early != nil {
		facts = append([]journal.Fact{*s.job.early}, facts...)
	}
	err := s.append(ctx, facts...)
	s.job.intended = err == nil
	return err
}

// intentData is the data of an intent fact.
type intentData struct {
	Counter    int64            `json:"counter"`          // cards the printer says it has inserted, before this one
	Panels     int64            `json:"panels,omitempty"` // panels it says it has printed; 0 where it does not say
	Blank      ledger.BlankType `json:"blank"`
	Confirm    bool             `json:"confirm,omitempty"`
	Reason     string           `json:"reason,omitempty"`  // why the card is printed: record.ReasonWord
	Printer    string           `json:"printer,omitempty"` // serial number
	Ribbon     string           `json:"ribbon,omitempty"`  // named by the first card it was seen with; "" where the machine tells nothing
	RibbonLeft int              `json:"ribbon_left,omitempty"`
	Fence      int64            `json:"fence,omitempty"` // of the centre's lease; 0 where the record came without one
	Test       bool             `json:"test,omitempty"`  // a test card: it is nobody's, whatever becomes of it
}

func (s *Station) intent() intentData {
	d := intentData{
		Counter: s.job.counter, Panels: s.job.panels, Blank: s.opts.Blank, Confirm: s.state.Confirm,
		Reason: record.ReasonWord(s.job.record.Reason), Printer: s.id.Serial, Test: s.job.test != nil,
		Fence: s.job.fence,
	}
	if d.Test {
		d.Reason = ""
	}
	if left := s.job.ribbonLeft; left != drivers.RibbonUnknown {
		d.Ribbon, d.RibbonLeft = s.books.ribbon, left
		if d.Ribbon == "" || left > s.books.ribbonLeft { // it never grows back
			d.Ribbon = time.Now().Format("R-20060102-150405")
		}
	}
	return d
}
