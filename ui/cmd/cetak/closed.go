package main

import (
	"context"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/flow"
)

// closed is the desk of a station folder that could not be opened: one standing fault, and one way on. It lets the
// window tell of it in the same words and with the same keys as of any other trouble.
type closed struct {
	fault drivers.Fault
	again func() // open it again
}

// Do tries again.
func (c *closed) Do(cmd station.Command) {
	if r, ok := cmd.(station.Reply); ok && r.Answer == station.AnswerContinue {
		c.again()
	}
}

// Watch shows the fault, once.
func (c *closed) Watch() (<-chan station.Snapshot, func()) {
	ch := make(chan station.Snapshot, 1)
	f := c.fault
	detail := f.Detail
	if f.Err != nil {
		detail += " " + f.Err.Error()
	}
	ch <- station.Snapshot{
		Seq: 1, Phase: flow.Held, RibbonLeft: drivers.RibbonUnknown,
		Fault:    &station.FaultInfo{Code: f.Code, Op: f.Op, Card: drivers.NoCard, Again: f.Again, Detail: detail, Since: time.Now()},
		Question: &station.Question{Kind: station.QuestionFault, Answers: []station.Answer{station.AnswerContinue}},
	}
	return ch, func() {}
}

// Find finds nobody: the records are not open.
func (c *closed) Find(string, int) []station.QueueItem { return nil }

// Preview has nothing to show.
func (c *closed) Preview(context.Context, string, int) (station.Preview, error) {
	return station.Preview{}, &c.fault
}
