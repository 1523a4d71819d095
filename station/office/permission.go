package office

import "cetak/station/access"

// Permission is access.Receive.
func (Receive) Permission() access.Act { return access.Receive }

// Permission is access.Lend.
func (Borrow) Permission() access.Act { return access.Lend }

// Permission is access.Lend.
func (GiveBack) Permission() access.Act { return access.Lend }

// Permission is access.Lend.
func (Lend) Permission() access.Act { return access.Lend }

// Permission is access.Lend.
func (TakeBack) Permission() access.Act { return access.Lend }

// Permission is access.Lend.
func (Transfer) Permission() access.Act { return access.Lend }

// Permission is access.Lend.
func (Return) Permission() access.Act { return access.Lend }

// Permission is access.Draw.
func (Draw) Permission() access.Act { return access.Draw }

// Permission is access.Return.
func (ReturnToVault) Permission() access.Act { return access.Return }

// Permission is access.Adjust.
func (Adjust) Permission() access.Act { return access.Adjust }

// Permission is access.SpoilExtra.
func (SpoilByHand) Permission() access.Act { return access.SpoilExtra }

// Permission is access.OpenShift.
func (OpenShift) Permission() access.Act { return access.OpenShift }

// Permission is access.CloseShift.
func (CloseShift) Permission() access.Act { return access.CloseShift }

// Permission is access.Count.
func (NoteCount) Permission() access.Act { return access.Count }

// Permission is access.EmptyReject.
func (RejectEmptied) Permission() access.Act { return access.EmptyReject }

// Permission is access.ReleaseIncident.
func (CloseIncident) Permission() access.Act { return access.ReleaseIncident }

// Permission is access.Ship.
func (Ship) Permission() access.Act { return access.Ship }

// Permission is access.Ship where all cards came, and access.ShipBack where some are absent.
func (a Arrive) Permission() access.Act {
	if len(a.Absent) > 0 {
		return access.ShipBack
	}
	return access.Ship
}

// Permission is access.ShipBack.
func (Unfetched) Permission() access.Act { return access.ShipBack }

// Permission is access.HandOver.
func (HandOver) Permission() access.Act { return access.HandOver }

// Permission is access.HandOver.
func (LostCard) Permission() access.Act { return access.HandOver }

// Permission is access.Reprint.
func (Authorise) Permission() access.Act { return access.Reprint }

// Permission is access.Destroy.
func (MakeDestructionList) Permission() access.Act { return access.Destroy }

// Permission is access.Destroy.
func (Destroy) Permission() access.Act { return access.Destroy }
