package office

import "cetak/station/access"

func (Receive) Permission() access.Act             { return access.Receive }
func (Borrow) Permission() access.Act              { return access.Lend }
func (GiveBack) Permission() access.Act            { return access.Lend }
func (Lend) Permission() access.Act                { return access.Lend }
func (TakeBack) Permission() access.Act            { return access.Lend }
func (Transfer) Permission() access.Act            { return access.Lend }
func (Return) Permission() access.Act              { return access.Lend }
func (Draw) Permission() access.Act                { return access.Draw }
func (ReturnToVault) Permission() access.Act       { return access.Return }
func (Adjust) Permission() access.Act              { return access.Adjust }
func (SpoilByHand) Permission() access.Act         { return access.SpoilExtra }
func (OpenShift) Permission() access.Act           { return access.OpenShift }
func (CloseShift) Permission() access.Act          { return access.CloseShift }
func (NoteCount) Permission() access.Act           { return access.Count }
func (RejectEmptied) Permission() access.Act       { return access.EmptyReject }
func (CloseIncident) Permission() access.Act       { return access.ReleaseIncident }
func (Ship) Permission() access.Act                { return access.Ship }
func (Arrive) Permission() access.Act              { return access.Ship }
func (Unfetched) Permission() access.Act           { return access.Ship }
func (HandOver) Permission() access.Act            { return access.HandOver }
func (LostCard) Permission() access.Act            { return access.HandOver }
func (Authorise) Permission() access.Act           { return access.Reprint }
func (MakeDestructionList) Permission() access.Act { return access.Destroy }
func (Destroy) Permission() access.Act             { return access.Destroy }
