package bench

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/record"
)

// desk is one simulated station: its keys, its connection, what it holds, and where its journal stands.
type desk struct {
	centre.Station
	key    jose.JSONWebKey
	folder string
	client *api.Client

	leases []api.Lease

	mu   sync.Mutex // the journal is one chain, also when two cards of the peak fall on one desk
	head api.Point
}

// provinces is how many the country has.
const provinces = 38

func newDesk(office, place int, now time.Time) (*desk, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	key := jose.JSONWebKey{Key: private}
	thumb, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, err
	}
	key.KeyID = "station-" + base64.RawURLEncoding.EncodeToString(thumb[:9])
	text, err := json.Marshal(key)
	if err != nil {
		return nil, err
	}
	kid, jwk, err := centre.PublicKey(text)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("Kantor %03d", office+1)
	return &desk{key: key, Station: centre.Station{ID: fmt.Sprintf("%s/%d", name, place+1), Kid: kid, JWK: jwk, Office: name, District: fmt.Sprintf("Kabupaten %03d", office+1),
		Province: fmt.Sprintf("Provinsi %02d", office%provinces+1), Zone: 7, Added: now}}, nil
}

// outcome is a good card's, signed as a station signs it.
func (d *desk) outcome(l api.Lease, now time.Time) (string, error) {
	uid := sha256.Sum256([]byte(l.ID))
	text, err := json.Marshal(map[string]any{"v": 1, "id": l.ID, "issue": l.Issue, "attempt": "a-" + l.ID, "result": "good",
		"uid": "04" + hex.EncodeToString(uid[:6]), "at": now.UTC().Format(time.RFC3339), "station": d.ID})
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: d.key}, new(jose.SignerOptions).WithType(record.TypeOutcome))
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(text)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// batch is the next lines of the desk's journal: at its beginning the blanks that it received and drew, then two movements for each card.
func (d *desk) batch(lines int, cards []api.Lease, now time.Time) (api.Batch, error) {
	genesis := sha256.Sum256([]byte(d.ID))
	b := api.Batch{Genesis: hex.EncodeToString(genesis[:]), After: d.head}
	prev := d.head
	if prev.Seq == 0 {
		prev.Hash = b.Genesis
	}
	for i := range lines {
		m := ledger.Movement{Kind: ledger.Load, From: ledger.Hopper, To: ledger.Machine, Type: ledger.WNI, Count: 1, Who: ledger.Station}
		e := journal.Entry{Seq: prev.Seq + 1, At: now.UTC(), Kind: journal.KindMovement, Prev: prev.Hash}
		switch {
		case e.Seq == 1:
			m = ledger.Movement{Kind: ledger.Receipt, From: ledger.Centre, To: ledger.Vault, Type: ledger.WNI, Count: 1_000_000, Who: "A", Second: "B", Document: "BA-1"}
		case e.Seq == 2:
			m = ledger.Movement{Kind: ledger.Draw, From: ledger.Vault, To: ledger.Hopper, Type: ledger.WNI, Count: 1_000_000, Who: "A", Second: "B"}
		default:
			e.Record, e.Issue = fmt.Sprintf("P-%d", e.Seq/2), 1
			if n := i / 2; n < len(cards) {
				e.Record, e.Issue = cards[n].ID, cards[n].Issue
			}
			e.Attempt = fmt.Sprintf("%s-%d", d.ID, (e.Seq+1)/2)
			m.Attempt = e.Attempt
			if e.Seq%2 == 0 {
				uid := sha256.Sum256([]byte(e.Attempt))
				e.UID = "04" + fmt.Sprintf("%X", uid[:6])
				m.Kind, m.From, m.To, m.UIDs = ledger.MadeGood, ledger.Machine, ledger.Good, []string{e.UID}
			}
		}
		e.Who = m.Who
		var err error
		if e.Data, err = json.Marshal(m); err != nil {
			return b, err
		}
		if e.Hash, err = e.Sum(); err != nil {
			return b, err
		}
		b.Lines = append(b.Lines, api.Line{Seq: e.Seq, At: e.At, Kind: string(e.Kind), Record: e.Record, Issue: e.Issue, Attempt: e.Attempt, UID: e.UID, Who: e.Who,
			Data: string(e.Data), Prev: e.Prev, Hash: e.Hash})
		prev = api.Point{Seq: e.Seq, Hash: e.Hash}
	}
	b.Head = prev
	return b, nil
}

// health is what a desk in good order says.
func (d *desk) health(now time.Time) api.Health {
	h := api.Health{At: now, Version: "bench", Printer: "ok", Reader: "ok", Queue: len(d.leases), Blanks: map[string]int{"WNI": 400, "WNA": 0}, Ribbon: 300, Head: d.head,
		Leases: []api.Holding{}}
	for _, l := range d.leases {
		h.Leases = append(h.Leases, api.Holding{Key: l.Key, Fence: l.Fence})
	}
	return h
}

// people is what the register deposits: records of opaque ids with an envelope for every desk of their office, as large as a person's and as
// little to be made smaller.
type people struct {
	envelope string
	made     int
}

func newPeople(size int) (*people, error) {
	raw := make([]byte, size*3/4+3)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	return &people{envelope: "eyJ.." + "." + base64.RawURLEncoding.EncodeToString(raw)[:size-7] + "."}, nil
}

// of makes one more record of the office that the desks are of.
func (p *people) of(desks []*desk, now time.Time) api.Deposit {
	p.made++
	d := api.Deposit{Key: api.Key{ID: fmt.Sprintf("PRR-%07d", p.made), Issue: 1}, Revision: 1, Kind: "WNI", Reason: "pemula", Office: desks[0].Office,
		Cleared: now.Add(-time.Hour), NotAfter: now.AddDate(0, 6, 0), Envelopes: map[string]string{}}
	for _, of := range desks {
		d.Envelopes[of.Kid] = p.envelope
	}
	return d
}

// way is a way to a centre: over the wire, or straight to its store.
type way interface {
	deposit(ctx context.Context, all []api.Deposit) error
	health(ctx context.Context, d *desk, h api.Health) error
	take(ctx context.Context, d *desk, t api.Take) ([]api.Lease, error)
	claim(ctx context.Context, d *desk, l api.Lease) error
	done(ctx context.Context, d *desk, l api.Lease, outcome string) error
	ledger(ctx context.Context, d *desk, b api.Batch) error
}

// odd is an answer that does not fit what was asked: a measurement with one is none.
func odd(what string, v any) error { return fmt.Errorf("%s: answered %+v", what, v) }

func allWell(what string, verdicts []api.Verdict, n int) error {
	if len(verdicts) != n {
		return odd(what, verdicts)
	}
	for _, v := range verdicts {
		if v.Code != "" {
			return odd(what, v)
		}
	}
	return nil
}

// overWire speaks as the desks do.
type overWire struct{ register *api.Client }

func (w overWire) deposit(ctx context.Context, all []api.Deposit) error {
	var v api.Verdicts
	if err := w.register.Do(ctx, "/v1/deposits", api.Deposits{Records: all}, &v); err != nil {
		return err
	}
	return allWell("deposit", v.Verdicts, len(all))
}

func (overWire) health(ctx context.Context, d *desk, h api.Health) error {
	var a api.HealthAnswer
	return d.client.Do(ctx, "/v1/health", h, &a)
}

func (overWire) take(ctx context.Context, d *desk, t api.Take) ([]api.Lease, error) {
	var taken api.Taken
	if err := d.client.Do(ctx, "/v1/take", t, &taken); err != nil {
		return nil, err
	}
	for _, l := range taken.Leases {
		var sealed api.Sealed
		if err := d.client.Do(ctx, api.EnvelopePath(l.Key), nil, &sealed); err != nil {
			return nil, err
		}
	}
	return taken.Leases, nil
}

func (overWire) claim(ctx context.Context, d *desk, l api.Lease) error {
	var v api.Verdicts
	if err := d.client.Do(ctx, "/v1/claim", api.Holdings{Leases: []api.Holding{{Key: l.Key, Fence: l.Fence}}}, &v); err != nil {
		return err
	}
	return allWell("claim", v.Verdicts, 1)
}

func (overWire) done(ctx context.Context, d *desk, l api.Lease, outcome string) error {
	var b api.Booked
	if err := d.client.Do(ctx, fmt.Sprintf("/v1/records/%s/%d/done", l.ID, l.Issue), api.Done{Fence: l.Fence, Outcome: outcome}, &b); err != nil {
		return err
	}
	if b.State != api.Finished || b.Cancel {
		return odd("done", b)
	}
	return nil
}

func (overWire) ledger(ctx context.Context, d *desk, batch api.Batch) error {
	var c api.Countersigned
	if err := d.client.Do(ctx, "/v1/ledger", batch, &c); err != nil {
		return err
	}
	if c.Head != batch.Head || len(c.Findings) > 0 {
		return odd("ledger", c)
	}
	return nil
}

// toStore asks the store what the service asks it for each request.
type toStore struct {
	centre.Store
	notary *centre.Notary
}

func (s toStore) deposit(ctx context.Context, all []api.Deposit) error {
	v, err := s.Deposit(ctx, time.Now(), all)
	if err != nil {
		return err
	}
	return allWell("deposit", v, len(all))
}

func (s toStore) health(ctx context.Context, d *desk, h api.Health) error {
	_, err := s.Health(ctx, time.Now(), d.ID, h)
	return err
}

func (s toStore) take(ctx context.Context, d *desk, t api.Take) ([]api.Lease, error) {
	leases, err := s.Take(ctx, time.Now(), d.ID, t)
	if err != nil {
		return nil, err
	}
	for _, l := range leases {
		if _, err := s.Envelope(ctx, d.ID, l.Key); err != nil {
			return nil, err
		}
	}
	return leases, nil
}

func (s toStore) claim(ctx context.Context, d *desk, l api.Lease) error {
	v, err := s.Claim(ctx, time.Now(), d.ID, []api.Holding{{Key: l.Key, Fence: l.Fence}})
	if err != nil {
		return err
	}
	return allWell("claim", v, 1)
}

func (s toStore) done(ctx context.Context, d *desk, l api.Lease, outcome string) error {
	if _, err := s.Station(ctx, d.ID); err != nil { // its key: the service proves the signature before it books
		return err
	}
	uid := sha256.Sum256([]byte(l.ID))
	b, err := s.Done(ctx, time.Now(), d.ID, l.Fence, centre.Outcome{Key: l.Key, Attempt: "a-" + l.ID, Result: "good", UID: fmt.Sprintf("04%X", uid[:6]), At: time.Now(), JWS: outcome})
	if err == nil && (b.State != api.Finished || b.Cancel) {
		err = odd("done", b)
	}
	return err
}

func (s toStore) ledger(ctx context.Context, d *desk, batch api.Batch) error {
	c, err := s.Append(ctx, time.Now(), d.ID, batch, s.notary.Countersign)
	if err == nil && (c.Head != batch.Head || len(c.Findings) > 0) {
		err = odd("ledger", c)
	}
	return err
}
