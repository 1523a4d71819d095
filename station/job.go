package station

import (
	"image"
	"time"

	"cetak/drivers"
	"cetak/station/face"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

// job is the card in hand, as the goroutine of Run knows it.
type job struct {
	key        record.Key
	item       QueueItem
	record     *record.Record
	art        drivers.Artwork
	notes      face.Notes
	counter    int64 // cards the printer had inserted before
	panels     int64 // panels it had printed
	ribbonLeft int
	attempt    string
	uid        string
	fence      int64         // of the lease that it was claimed under; 0 = none
	intended   bool          // the intent is on disk
	loaded     bool          // the ledger knows that the blank left the feeder
	judge      string        // the person whose word decides the outcome; "" = the evidence
	second     string        // who judged with them
	urgent     string        // why it is made before its turn
	early      *journal.Fact // that it was, for the intent
	began      time.Time
	steps      []Step
	outcome    flow.Outcome
	plan       *CardPlan
	test       *cardTest // a test card; nil for a person's
}

// newJob has the steps of a card in their order, print only where there is a head. Whoever begins a card that a person judges adds confirm.
func (s *Station) newJob(item source.Item) *job {
	j := &job{key: item.Key, item: queueItem(item), began: time.Now()}
	for _, n := range []StepName{StepCheck, StepLoad, StepReadChip, StepWriteChip, StepVerify, StepPrint, StepDischarge, StepSettle} {
		if n != StepPrint || !s.opts.NoFace {
			j.steps = append(j.steps, Step{Name: n, State: StepWaiting, About: s.took[n]})
		}
	}
	return j
}

// about sets how long a step is foreseen to take.
func (j *job) about(name StepName, d time.Duration) {
	for i := range j.steps {
		if j.steps[i].Name == name {
			j.steps[i].About = d
		}
	}
}

// leftOut is what the journal keeps of a card that is made with less than the settings ask for; nil for any other.
func (j *job) leftOut() any {
	if j.plan == nil || len(j.plan.Without) == 0 {
		return nil
	}
	return map[string]any{"without": j.plan.Without}
}

// due is when the last step will be done, if every step but a person's is known.
func (j *job) due(now time.Time) time.Time {
	at := now
	for _, st := range j.steps {
		switch {
		case st.Name == StepConfirm || st.State == StepDone:
		case st.State == StepFailed || st.About == 0:
			return time.Time{}
		case st.State == StepRunning:
			if end := st.Began.Add(st.About); end.After(at) {
				at = end
			}
		default:
			at = at.Add(st.About)
		}
	}
	return at
}

func (j *job) start(name StepName) {
	for i := range j.steps {
		if j.steps[i].Name == name {
			if j.steps[i].State != StepRunning {
				j.steps[i].State, j.steps[i].Began = StepRunning, time.Now()
			}
			return
		}
	}
	j.add(Step{Name: name, State: StepRunning, Began: time.Now()}) // one that this card was not expected to have
}

// add puts a step before the settling.
func (j *job) add(st Step) {
	before := len(j.steps) - 1
	j.steps = append(j.steps[:before:before], st, j.steps[before])
}

// done closes a step and lets it teach how long the next one will take.
func (j *job) done(name StepName, took map[StepName]time.Duration) {
	for i := range j.steps {
		if st := &j.steps[i]; st.Name == name && st.State == StepRunning {
			st.State, st.Took = StepDone, time.Since(st.Began)
			if old := took[name]; old > 0 {
				took[name] = (3*old + st.Took) / 4
			} else {
				took[name] = st.Took
			}
		}
	}
}

// fail marks what was running. A nil job (a Look at start) has no steps.
func (j *job) fail() {
	if j == nil {
		return
	}
	for i := range j.steps {
		if st := &j.steps[i]; st.State == StepRunning {
			st.State, st.Took = StepFailed, time.Since(st.Began)
		}
	}
}

// portrait is the part of the face's colour raster that shows the person, as it will be printed.
func (j *job) portrait() image.Image { return j.art.Color.SubImage(j.notes.Portrait) }

func (j *job) view() *Job {
	return &Job{Item: j.item, Test: j.test != nil, Attempt: j.attempt, UID: j.uid, Started: j.began, Steps: append([]Step(nil), j.steps...), Plan: j.plan, Due: j.due(time.Now())}
}

func queueItem(i source.Item) QueueItem {
	return QueueItem{
		ID: i.Key.ID, Issue: i.Key.Issue, Name: i.Name, NIK: i.NIK, Kind: string(i.Kind), Reason: i.Reason,
		Cleared: i.Cleared, Warnings: i.Warnings,
	}
}
