package office

import (
	"time"

	"cetak/drivers"
	"cetak/station/journal"
)

var unfinished = &drivers.Fault{Code: drivers.Unexpected, Op: "office", Again: drivers.AgainNever, Detail: "this act is not finished"}

func (Receive) facts(*State, By, time.Time) ([]journal.Fact, error)       { return nil, unfinished }
func (Borrow) facts(*State, By, time.Time) ([]journal.Fact, error)        { return nil, unfinished }
func (GiveBack) facts(*State, By, time.Time) ([]journal.Fact, error)      { return nil, unfinished }
func (Lend) facts(*State, By, time.Time) ([]journal.Fact, error)          { return nil, unfinished }
func (TakeBack) facts(*State, By, time.Time) ([]journal.Fact, error)      { return nil, unfinished }
func (Transfer) facts(*State, By, time.Time) ([]journal.Fact, error)      { return nil, unfinished }
func (Return) facts(*State, By, time.Time) ([]journal.Fact, error)        { return nil, unfinished }
func (Draw) facts(*State, By, time.Time) ([]journal.Fact, error)          { return nil, unfinished }
func (ReturnToVault) facts(*State, By, time.Time) ([]journal.Fact, error) { return nil, unfinished }
func (Adjust) facts(*State, By, time.Time) ([]journal.Fact, error)        { return nil, unfinished }
func (SpoilByHand) facts(*State, By, time.Time) ([]journal.Fact, error)   { return nil, unfinished }
func (OpenShift) facts(*State, By, time.Time) ([]journal.Fact, error)     { return nil, unfinished }
func (CloseShift) facts(*State, By, time.Time) ([]journal.Fact, error)    { return nil, unfinished }
func (NoteCount) facts(*State, By, time.Time) ([]journal.Fact, error)     { return nil, unfinished }
func (RejectEmptied) facts(*State, By, time.Time) ([]journal.Fact, error) { return nil, unfinished }
func (CloseIncident) facts(*State, By, time.Time) ([]journal.Fact, error) { return nil, unfinished }
func (Ship) facts(*State, By, time.Time) ([]journal.Fact, error)          { return nil, unfinished }
func (Arrive) facts(*State, By, time.Time) ([]journal.Fact, error)        { return nil, unfinished }
func (Unfetched) facts(*State, By, time.Time) ([]journal.Fact, error)     { return nil, unfinished }
func (HandOver) facts(*State, By, time.Time) ([]journal.Fact, error)      { return nil, unfinished }
func (LostCard) facts(*State, By, time.Time) ([]journal.Fact, error)      { return nil, unfinished }
func (Authorise) facts(*State, By, time.Time) ([]journal.Fact, error)     { return nil, unfinished }
func (MakeDestructionList) facts(*State, By, time.Time) ([]journal.Fact, error) {
	return nil, unfinished
}
func (Destroy) facts(*State, By, time.Time) ([]journal.Fact, error) { return nil, unfinished }
