package handover_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cetak/drivers"
	"cetak/hwsim/centre"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/centre/api"
	"cetak/station/handover"
	"cetak/station/journal"
	"cetak/station/record"
	"cetak/station/source"
)

const words = "kuda hijau makan rumput"

func now() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }

// register is whose records the desks of a test hold.
type register struct {
	*centre.Centre
	jwk []byte
}

// bench is a desk with a store and a journal of its own.
type bench struct {
	handover.Desk
	t     *testing.T
	store *source.Store
	book  *journal.Journal
	card  handover.Card
	kid   string
}

func newRegister(t *testing.T) *register {
	t.Helper()
	r := &register{Centre: centre.New(41, centre.Options{Now: now()})}
	dir := t.TempDir()
	try(t, r.WriteKeys(dir))
	var err error
	r.jwk, err = os.ReadFile(filepath.Join(dir, "centre.jwk"))
	try(t, err)
	return r
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// desk makes a desk. The first is the one that the register's envelopes are sealed to.
func (r *register) desk(t *testing.T, name string, first bool) *bench {
	t.Helper()
	keys, dir := t.TempDir(), t.TempDir()
	if first {
		try(t, r.WriteKeys(keys))
	} else {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		try(t, err)
		text, err := json.Marshal(jose.JSONWebKey{Key: private, KeyID: "key-" + name[len(name)-1:]})
		try(t, err)
		try(t, os.WriteFile(filepath.Join(keys, "station.jwk"), text, 0o600))
		try(t, os.WriteFile(filepath.Join(keys, "centre.jwk"), r.jwk, 0o600))
	}
	k, err := record.LoadKeys(keys)
	try(t, err)
	b := &bench{t: t, kid: k.Station()}
	b.store, err = source.OpenStore(filepath.Join(dir, "records.db"), k)
	try(t, err)
	b.book, err = journal.Create(t.Context(), filepath.Join(dir, "journal.db"), name)
	try(t, err)
	t.Cleanup(func() { b.store.Close(); b.book.Close() })
	b.Desk = handover.Desk{Dir: dir, Station: name, Keys: k, Store: b.store, Journal: b.book, Who: "siti", Second: "rina"}
	path := filepath.Join(dir, "card")
	_, err = handover.WriteCard(path, name, k)
	try(t, err)
	b.card, err = handover.ReadCard(path)
	try(t, err)
	return b
}

// leased gives the desk n leased records.
func (r *register) leased(b *bench, n int, until time.Time) []record.Key {
	b.t.Helper()
	made, err := r.Make(n)
	try(b.t, err)
	var all []source.Leased
	var keys []record.Key
	for _, m := range made {
		envelope, err := r.Envelope(m)
		try(b.t, err)
		k := record.Key{ID: m.ID, Issue: m.Issue}
		keys = append(keys, k)
		all = append(all, source.Leased{Envelope: envelope, Lease: source.Lease{Key: k, Revision: m.Revision, NotAfter: m.NotAfter, Fence: 5, Until: until, Request: "t-1"}})
	}
	got, err := b.store.Deposit(b.t.Context(), all, now())
	try(b.t, err)
	if len(got.Taken) != n {
		b.t.Fatalf("%+v", got)
	}
	return keys
}

func (b *bench) queue() map[record.Key]bool {
	b.t.Helper()
	items, err := b.store.Queue(b.t.Context())
	try(b.t, err)
	all := map[record.Key]bool{}
	for _, i := range items {
		r, err := b.store.Record(b.t.Context(), i.Key)
		if err != nil || r.Key() != i.Key || r.Fields.Name != i.Name {
			b.t.Errorf("%v: %v, %v", i.Key, r, err)
		}
		all[i.Key] = true
	}
	return all
}

func (b *bench) lines(kind journal.Kind) (n int) {
	b.t.Helper()
	for _, err := range b.book.Of(b.t.Context(), 0, kind) {
		try(b.t, err)
		n++
	}
	return n
}

func wants(t *testing.T, what string, err error, c drivers.Code) {
	t.Helper()
	if !errors.Is(err, c) {
		t.Errorf("%s: %v, want %s", what, err, c)
	}
}

func TestThereAndBack(t *testing.T) {
	r := newRegister(t)
	a, b := r.desk(t, "Kendal/1", true), r.desk(t, "Kendal/2", false)
	until := now().Add(48 * time.Hour)
	keys := r.leased(a, 4, until)
	stick, back := t.TempDir(), t.TempDir()

	given, err := a.Give(t.Context(), keys[:3], b.card, words, stick, now())
	try(t, err)
	if given.Records != 3 || given.To != "Kendal/2" || !given.Until.Equal(until) || len(a.queue()) != 1 || a.lines(journal.KindHandedOn) != 3 {
		t.Fatalf("%+v, %d wait, %d lines", given, len(a.queue()), a.lines(journal.KindHandedOn))
	}
	l, ok, err := a.store.Lease(t.Context(), keys[0])
	if err != nil || !ok || l.Code != station.HandedOn || l.Detail != given.Paper {
		t.Errorf("the centre would hear nothing of it: %+v %v", l, err)
	}
	_, err = a.Give(t.Context(), keys[:1], b.card, words, stick, now())
	wants(t, "given twice", err, handover.CannotGo)
	_, err = a.GiveBack(t.Context(), keys[:1])
	wants(t, "given back after that", err, handover.CannotGo)

	try(t, a.Again(given.Paper, back)) // the first stick is lost, and found again
	took, err := b.Take(t.Context(), back, words, now())
	try(t, err)
	if len(took) != 1 || len(took[0].Records) != 3 || took[0].Giver != a.card.Fingerprint() || len(b.queue()) != 3 || b.lines(journal.KindTakenOver) != 3 {
		t.Fatalf("%+v", took)
	}
	_, err = b.Take(t.Context(), stick, words, now())
	wants(t, "the stick that was lost", err, handover.StickAgain)

	// One comes home by a second paper, under the same lease.
	home := t.TempDir()
	second, err := b.Give(t.Context(), keys[:1], a.card, words, home, now())
	try(t, err)
	if took, err = a.Take(t.Context(), home, words, now()); err != nil || len(took) != 1 || len(took[0].Records) != 1 {
		t.Fatalf("%+v %v", took, err)
	}
	papers, err := handover.Papers(t.Context(), a.store, second.Paper)
	if err != nil || len(papers) != 2 {
		t.Errorf("%d papers, %v: the second holds by the first", len(papers), err)
	}
	for i, want := range []api.Handover{{From: "Kendal/1", To: "Kendal/2"}, {From: "Kendal/2", To: "Kendal/1"}} {
		text, _, err := record.Attested(papers[i], api.TypeHandover)
		try(t, err)
		var h api.Handover
		try(t, json.Unmarshal(text, &h))
		if h.From != want.From || h.To != want.To || h.Leases[0].Hop != i+1 || h.Leases[0].Fence != 5 {
			t.Errorf("paper %d: %+v", i, h)
		}
	}
	_, err = b.Take(t.Context(), stick, words, now())
	wants(t, "the first stick once more", err, handover.StickAgain)
	if q := a.queue(); len(q) != 2 || !q[keys[0]] || !q[keys[3]] || len(b.queue()) != 2 {
		t.Errorf("%v at the first, %v at the second", q, b.queue())
	}
	n, err := b.GiveBack(t.Context(), keys[1:3])
	if err != nil || n != 2 || len(b.queue()) != 0 {
		t.Errorf("%d given back, %v", n, err)
	}
	out, err := a.Outstanding(t.Context(), noLine{}, until.Add(time.Hour))
	if err != nil || len(out) != 1 || !out[0].Overdue {
		t.Errorf("%+v %v", out, err)
	}
	wants(t, "the team does not come back", handover.Missing(out), handover.StickMissing)
}

// noLine is a line that nobody should use.
type noLine struct{}

func (noLine) Do(context.Context, string, any, any) error { return errors.New("no line") }
func (noLine) Carried(string) (api.Carried, error)        { return api.Carried{}, errors.New("no line") }

// What a stick may have gone through: each is one code, and nothing of it is taken.
func TestSticks(t *testing.T) {
	r := newRegister(t)
	a, b, c := r.desk(t, "Kendal/1", true), r.desk(t, "Kendal/2", false), r.desk(t, "Kendal/3", false)
	keys := r.leased(a, 2, now().Add(time.Hour))
	whole := t.TempDir()
	given, err := a.Give(t.Context(), keys, b.card, words, whole, now())
	try(t, err)
	name := "cetak-" + given.Paper + ".work"
	text, err := os.ReadFile(filepath.Join(whole, name))
	try(t, err)
	for _, m := range r.Records() {
		for _, word := range []string{m.Fields.Name, m.Fields.NIK, m.ID, "envelope", "Kendal/2"} {
			if bytes.Contains(text, []byte(word)) {
				t.Errorf("the stick tells of %q", word)
			}
		}
	}
	first := bytes.IndexByte(text, '\n')
	flipped := bytes.Clone(text)
	flipped[len(text)-20] ^= 1
	relabelled := bytes.Replace(text, []byte(`"from":"Kendal/1"`), []byte(`"from":"Kendal/9"`), 1)
	for what, s := range map[string]struct {
		desk *bench
		text []byte
		pass string
		at   time.Time
		want drivers.Code
	}{
		"half written":     {b, text[:len(text)/2], words, now(), handover.StickHalf},
		"half a label":     {b, text[:first/2], words, now(), handover.StickHalf},
		"empty file":       {b, nil, words, now(), handover.StickHalf},
		"altered":          {b, flipped, words, now(), handover.StickAltered},
		"longer":           {b, append(bytes.Clone(text), 0), words, now(), handover.StickAltered},
		"another label":    {b, relabelled, words, now(), handover.StickLocked}, // the label is bound to the seal
		"another's":        {c, text, words, now(), handover.StickForeign},
		"wrong passphrase": {b, text, words + "!", now(), handover.StickLocked},
		"past its lease":   {b, text, words, now().Add(2 * time.Hour), handover.StickPast},
		"nothing":          {b, []byte("-"), words, now(), handover.StickEmpty},
	} {
		stick := t.TempDir()
		if string(s.text) != "-" {
			try(t, os.WriteFile(filepath.Join(stick, name), s.text, 0o600))
		}
		took, err := s.desk.Take(t.Context(), stick, s.pass, s.at)
		wants(t, what, err, s.want)
		if len(took) != 0 || len(s.desk.queue()) != 0 || s.desk.lines(journal.KindTakenOver) != 0 {
			t.Errorf("%s: something was taken: %+v", what, took)
		}
	}
	_, err = b.Take(t.Context(), filepath.Join(whole, "none"), words, now())
	wants(t, "no stick", err, handover.StickFailed)
	took, err := b.Take(t.Context(), whole, words, now())
	if err != nil || len(took[0].Records) != 2 {
		t.Errorf("the stick itself: %+v %v", took, err)
	}
	_, err = a.Give(t.Context(), r.leased(a, 1, now().Add(time.Hour)), b.card, "short", whole, now())
	wants(t, "a weak passphrase", err, access.WeakPassword)
	_, err = a.Give(t.Context(), r.leased(a, 1, now().Add(-time.Hour)), b.card, words, whole, now())
	wants(t, "a lease that ran out", err, handover.CannotGo)
	again := r.leased(a, 1, now().Add(time.Hour))
	_, err = a.Give(t.Context(), again, b.card, words, filepath.Join(whole, "none"), now())
	wants(t, "no stick to write to", err, handover.StickFailed)
	if a.queue()[again[0]] {
		t.Error("handed on, and still waiting")
	}
}

// A desk that does not know the register takes nothing, and may take it once its keys are mended.
func TestUnknownRegister(t *testing.T) {
	r, other := newRegister(t), &register{Centre: centre.New(99, centre.Options{Now: now()})}
	dir := t.TempDir()
	try(t, other.WriteKeys(dir))
	var err error
	other.jwk, err = os.ReadFile(filepath.Join(dir, "centre.jwk"))
	try(t, err)
	a, b := r.desk(t, "Kendal/1", true), other.desk(t, "Kendal/2", false)
	stick := t.TempDir()
	_, err = a.Give(t.Context(), r.leased(a, 1, now().Add(time.Hour)), b.card, words, stick, now())
	try(t, err)
	for range 2 {
		_, err = b.Take(t.Context(), stick, words, now())
		wants(t, "another register's", err, record.CentreUnknown)
	}
	if b.lines(journal.KindTakenOver) != 0 {
		t.Error("the journal says that it came")
	}
}

// cut is a store that fails from some call on, as a crash does.
type cut struct {
	handover.Store
	left int
}

var errCut = errors.New("cut")

func (c *cut) spend() error {
	if c.left--; c.left < 0 {
		return errCut
	}
	return nil
}

func (c *cut) Mark(ctx context.Context, k record.Key, code drivers.Code, detail string) error {
	if err := c.spend(); err != nil {
		return err
	}
	return c.Store.Mark(ctx, k, code, detail)
}

func (c *cut) Drop(ctx context.Context, k record.Key) error {
	if err := c.spend(); err != nil {
		return err
	}
	return c.Store.Drop(ctx, k)
}

func (c *cut) SetMemo(ctx context.Context, name, value string) error {
	if err := c.spend(); err != nil {
		return err
	}
	return c.Store.SetMemo(ctx, name, value)
}

func (c *cut) Deposit(ctx context.Context, l []source.Leased, at time.Time) (source.Deposited, error) {
	if err := c.spend(); err != nil {
		return source.Deposited{}, err
	}
	return c.Store.Deposit(ctx, l, at)
}

// Cut off anywhere, a record is at one desk in the end, or can be brought to one; never at two.
func TestCutOff(t *testing.T) {
	r := newRegister(t)
	for n := range 8 {
		a, b := r.desk(t, "Kendal/1", true), r.desk(t, "Kendal/2", false)
		keys := r.leased(a, 2, now().Add(time.Hour))
		stick := t.TempDir()
		giver, taker := a.Desk, b.Desk
		giver.Store = &cut{a.store, n}
		given, err := giver.Give(t.Context(), keys, b.card, words, stick, now())
		said := a.lines(journal.KindHandedOn)
		if (err == nil) != (n > 4) || said != 0 && said != 2 {
			t.Fatalf("after %d steps: %v, %d lines", n, err, said)
		}
		try(t, a.Finish(t.Context()))
		if len(a.queue()) != 2-said {
			t.Fatalf("after %d steps: %d wait, the journal says that %d are gone", n, len(a.queue()), said)
		}
		if said == 0 {
			continue
		}
		if given.Paper == "" {
			t.Fatalf("after %d steps nobody knows the paper", n)
		}
		try(t, a.Again(given.Paper, stick))
		taker.Store = &cut{b.store, n % 3}
		if _, err := taker.Take(t.Context(), stick, words, now()); err != nil && !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		if _, err := b.Take(t.Context(), stick, words, now()); err != nil && !errors.Is(err, handover.StickAgain) {
			t.Fatalf("after %d steps: %v", n%3, err)
		}
		if len(b.queue()) != 2 || b.lines(journal.KindTakenOver) != 2 {
			t.Errorf("after %d steps: %d wait, %d lines", n%3, len(b.queue()), b.lines(journal.KindTakenOver))
		}
	}
}

// A taking that was cut off is not completed for a record that was begun meanwhile: its card may be out.
func TestCutOffAndBegun(t *testing.T) {
	r := newRegister(t)
	a, b := r.desk(t, "Kendal/1", true), r.desk(t, "Kendal/2", false)
	keys := r.leased(a, 2, now().Add(time.Hour))
	stick := t.TempDir()
	_, err := a.Give(t.Context(), keys, b.card, words, stick, now())
	try(t, err)
	taker := b.Desk
	taker.Store = &cut{b.store, 2} // the last memo is not written
	_, err = taker.Take(t.Context(), stick, words, now())
	if !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	_, err = b.book.Append(t.Context(), journal.Fact{Kind: journal.KindIntent, Who: "siti", Record: keys[0].ID, Issue: 1, Attempt: "A-1", Data: map[string]any{"blank": "WNI"}})
	try(t, err)
	try(t, b.store.Forget(t.Context(), keys[0], 5)) // its card was not found, and the centre knows
	_, err = b.Take(t.Context(), stick, words, now())
	wants(t, "again", err, handover.StickAgain)
	if q := b.queue(); len(q) != 1 || !q[keys[1]] {
		t.Errorf("%v wait", q)
	}
}

func TestCards(t *testing.T) {
	r := newRegister(t)
	a := r.desk(t, "Kendal/1", true)
	if f := a.card.Fingerprint(); len(f) != 19 || strings.Count(f, "-") != 3 || a.card.Station != "Kendal/1" || a.card.ID != a.kid {
		t.Errorf("%+v %s", a.card, f)
	}
	path := filepath.Join(t.TempDir(), "card")
	other, err := a.Keys.Attest([]byte(`{"v":1,"station":"x"}`), api.TypePacket)
	try(t, err)
	for what, text := range map[string]string{"another paper": other, "no card": "a.b.c", "nothing": ""} {
		try(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := handover.ReadCard(path)
		wants(t, what, err, handover.CardUntrusted)
	}
	_, err = handover.ReadCard(path + "x")
	wants(t, "no file", err, handover.StickFailed)
}

// centreLine plays the centre: it answers packets, and vouches for its receipts.
type centreLine struct {
	register *register
	keys     record.Keys
	sent     []string
}

func (l *centreLine) Do(_ context.Context, path string, in, out any) error {
	packet := in.(api.Carry).Packet
	l.sent = append(l.sent, path)
	var p api.Packet
	part := strings.Split(packet, ".")
	text, err := jose.ParseSignedCompact(packet, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || len(part) != 3 {
		return err
	}
	if err := json.Unmarshal(text.UnsafePayloadWithoutVerification(), &p); err != nil {
		return err
	}
	c := api.Carried{V: 1, Packet: p.ID, Station: p.Station}
	for _, r := range p.Releases {
		c.Releases = append(c.Releases, api.CarriedRelease{Holding: r})
	}
	answer, err := json.Marshal(c)
	if err != nil {
		return err
	}
	receipt, err := l.keys.Attest(answer, api.TypeCarried)
	out.(*api.CarryAnswer).Receipt = receipt
	return err
}

func (l *centreLine) Carried(receipt string) (c api.Carried, err error) {
	text, _, err := record.Attested(receipt, api.TypeCarried)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	return c, err
}

// A packet goes to the centre once, whoever brings it how often, and its receipt comes back on the stick.
func TestCarry(t *testing.T) {
	r := newRegister(t)
	office, team := r.desk(t, "Kendal/1", true), r.desk(t, "Kendal/2", false)
	keys := r.leased(office, 2, now().Add(time.Hour))
	out := t.TempDir()
	_, err := office.Give(t.Context(), keys, team.card, words, out, now())
	try(t, err)
	line := &centreLine{register: r, keys: office.Keys}
	stick := t.TempDir()
	_, err = office.Carry(t.Context(), line, stick, words)
	wants(t, "an empty stick", err, handover.StickEmpty)
	var gone []api.Holding
	for _, k := range keys {
		gone = append(gone, api.Holding{Key: api.Key{ID: k.ID, Issue: k.Issue}, Fence: 5})
	}
	packets := []api.Packet{{V: 1, ID: "p-a", Station: team.Station, Releases: gone[:1]}, {V: 1, ID: "p-b", Station: team.Station, Releases: gone[1:]}}
	try(t, team.Pack(packets, words, stick))
	_, err = office.Carry(t.Context(), line, stick, "another green horse")
	wants(t, "wrong passphrase", err, handover.StickLocked)
	all, err := office.Carry(t.Context(), line, stick, words)
	if err != nil || len(all) != 2 || len(line.sent) != 2 {
		t.Fatalf("%+v %v", all, err)
	}
	try(t, os.Remove(filepath.Join(stick, "cetak-p-a.receipt")))
	_, err = office.Carry(t.Context(), line, stick, words)
	wants(t, "brought twice", err, handover.StickAgain)
	if len(line.sent) != 2 {
		t.Errorf("sent %d times", len(line.sent))
	}
	receipts, err := team.Receipts(stick, line)
	if err != nil || len(receipts) != 2 || receipts[0].Packet != "p-a" {
		t.Errorf("%+v %v", receipts, err)
	}
	if others, err := office.Receipts(stick, line); err != nil || len(others) != 0 {
		t.Errorf("%+v %v", others, err)
	}
	away, err := office.Outstanding(t.Context(), line, now().Add(2*time.Hour))
	if err != nil || len(away) != 1 || away[0].Heard != 2 || away[0].Overdue {
		t.Errorf("%+v %v", away, err)
	}
	if err := handover.Missing(away); err != nil {
		t.Error(err)
	}
	try(t, os.WriteFile(filepath.Join(stick, "cetak-p-a.receipt"), []byte("a.b.c"), 0o600))
	_, err = team.Receipts(stick, line)
	wants(t, "a forged receipt", err, handover.StickAltered)
}
