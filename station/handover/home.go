package handover

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cetak/station/centre/api"
	"cetak/station/durable"
)

// Pack seals packets onto a stick, for a desk that has a line. Faults: StickFailed, access.WeakPassword, record.KeysUnusable.
func (d Desk) Pack(packets []api.Packet, passphrase, stick string) error {
	for _, p := range packets {
		text, err := json.Marshal(p)
		if err != nil {
			return fault(StickFailed, "pack", "", err)
		}
		jws, err := d.Keys.Sign(text, api.TypePacket)
		if err != nil {
			return err
		}
		file, err := sealed(label{What: packetExt, ID: p.ID, From: d.Station, To: anyDesk}, []byte(jws), passphrase)
		if err != nil {
			return err
		}
		if err := write(stick, p.ID, packetExt, file); err != nil {
			return err
		}
	}
	return nil
}

// NewPacketID names what is packed at one time.
func NewPacketID() string { return newID() }

// Line is a desk's line to the centre, as the carrier needs it. *link.Link satisfies it.
type Line interface {
	Do(ctx context.Context, path string, in, out any) error
	Carried(receipt string) (api.Carried, error)
}

// Carry brings the packets on a stick to the centre and puts its receipts beside them. The carrier can change nothing: packets are signed by
// the desks that they are of, receipts by the notary. A packet that this desk has carried before is not sent again, its receipt is written again;
// if there is no other, StickAgain. Faults: StickEmpty, StickHalf, StickAltered, StickLocked, StickFailed, those of the line and of the store.
func (d Desk) Carry(ctx context.Context, l Line, stick, passphrase string) ([]api.Carried, error) {
	files, err := sealedFiles(stick, packetExt)
	if err != nil {
		return nil, err
	}
	var all []api.Carried
	fresh := 0
	for _, f := range files {
		receipt, sent, err := d.receipt(ctx, l, f, passphrase)
		if err != nil {
			return all, err
		}
		if sent {
			fresh++
		}
		c, err := l.Carried(receipt)
		if err != nil {
			return all, err
		}
		if c.Packet != f.ID {
			return all, fault(StickAltered, "carry", filepath.Base(f.path)+" is another packet than it says", nil)
		}
		if err := write(stick, f.ID, receiptExt, []byte(receipt+"\n")); err != nil {
			return all, err
		}
		all = append(all, c)
	}
	if fresh == 0 {
		return all, fault(StickAgain, "carry", stick, nil)
	}
	return all, nil
}

func (d Desk) receiptPath(id string) string {
	return filepath.Join(d.Dir, folder, "carried", prefix+id+receiptExt)
}

// receipt gives the centre's receipt for a packet: the one that is kept here, or by sending it.
func (d Desk) receipt(ctx context.Context, l Line, f file, passphrase string) (receipt string, sent bool, err error) {
	path := d.receiptPath(f.ID)
	if exists(path) {
		text, err := readFile(path, maxPaper)
		return trim(text), false, err
	}
	packet, err := f.open(passphrase)
	if err != nil {
		return "", false, err
	}
	var answer api.CarryAnswer
	if err := l.Do(ctx, "/v1/packets", api.Carry{Packet: string(packet)}, &answer); err != nil {
		return "", false, err
	}
	if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		err = durable.Write(path, []byte(answer.Receipt+"\n"), 0o600)
	}
	if err != nil {
		return "", false, fault(StickFailed, "carry", path, err)
	}
	return answer.Receipt, true, nil
}

// Receipts reads the centre's receipts for this desk on a stick, in their order. Other desks' are passed over. Faults: StickFailed, StickAltered.
func (d Desk) Receipts(stick string, l Line) ([]api.Carried, error) {
	paths, err := names(stick, receiptExt)
	if err != nil {
		return nil, err
	}
	var all []api.Carried
	for _, path := range paths {
		text, err := readFile(path, maxPaper)
		if err != nil {
			return nil, err
		}
		c, err := l.Carried(trim(text))
		if err != nil {
			return nil, fault(StickAltered, "receipt", filepath.Base(path), err)
		}
		if c.Station == d.Station {
			all = append(all, c)
		}
	}
	return all, nil
}

// Out is work that was handed on by a paper, as far as this desk knows of it.
type Out struct {
	Given
	Heard   int  `json:"heard"`   // records that a packet which was carried here told of
	Overdue bool `json:"overdue"` // its first lease has run out, and not all was heard of
}

// keepParcels is how long after its leases a sealed parcel is kept here.
const keepParcels = 14 * 24 * time.Hour

// Outstanding lists what was handed on from here by papers, oldest first. What a desk with a line of its own tells the centre is not heard
// here. Parcels that nobody needs any more are deleted.
func (d Desk) Outstanding(ctx context.Context, l Line, now time.Time) ([]Out, error) {
	p, err := d.past(ctx)
	if err != nil {
		return nil, err
	}
	heard, err := d.heard(ctx, l)
	if err != nil {
		return nil, err
	}
	all := []Out{}
	for _, id := range p.order {
		s := p.to[id]
		o := Out{Given: Given{Paper: id, To: s.To, Records: len(p.given[id]), Until: s.Until}}
		for _, k := range p.given[id] {
			if slices.Contains(heard[s.To], wire(k)) {
				o.Heard++
			}
		}
		if o.Heard == o.Records || now.After(o.Until.Add(keepParcels)) {
			if err := os.Remove(d.parcelPath(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fault(StickFailed, "parcel", id, err)
			}
		}
		o.Overdue = now.After(o.Until) && o.Heard < o.Records
		all = append(all, o)
	}
	return all, nil
}

// Missing is the fault of work that has not come back; nil when there is none. Fault: StickMissing.
func Missing(all []Out) error {
	for _, o := range all {
		if o.Overdue {
			return fault(StickMissing, "work", o.Paper+" at "+o.To, nil)
		}
	}
	return nil
}

// heard gives what receipts that were carried here tell of, by desk.
func (d Desk) heard(ctx context.Context, l Line) (map[string][]api.Key, error) {
	all := map[string][]api.Key{}
	paths, err := filepath.Glob(d.receiptPath("*"))
	if err != nil {
		return nil, fault(StickFailed, "carried", "", err)
	}
	for _, path := range paths {
		text, err := readFile(path, maxPaper)
		if err != nil {
			return nil, err
		}
		c, err := l.Carried(trim(text))
		if err != nil {
			return nil, err
		}
		for _, o := range c.Outcomes {
			if o.State != api.Leased { // a spoiled card: it is tried again there
				all[c.Station] = append(all[c.Station], o.Key)
			}
		}
		for _, r := range c.Releases {
			all[c.Station] = append(all[c.Station], r.Key)
		}
	}
	return all, ctx.Err()
}
