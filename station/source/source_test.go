package source_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cetak/drivers"
	"cetak/hwsim/centre"
	"cetak/station/record"
	"cetak/station/source"
)

func now() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }

// desk is a centre and a station's folder.
type desk struct {
	t      testing.TB
	centre *centre.Centre
	keys   record.Keys
	dir    string // the station's
	inbox  string
	store  *source.Store
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, centre: centre.New(31, centre.Options{Now: now(), WNA: 1}), dir: t.TempDir(), inbox: t.TempDir()}
	keys := t.TempDir()
	if err := d.centre.WriteKeys(keys); err != nil {
		t.Fatal(err)
	}
	var err error
	if d.keys, err = record.LoadKeys(keys); err != nil {
		t.Fatal(err)
	}
	d.open()
	return d
}

func (d *desk) open() {
	d.t.Helper()
	s, err := source.OpenStore(filepath.Join(d.dir, "records.db"), d.keys)
	if err != nil {
		d.t.Fatal(err)
	}
	d.store = s
	d.t.Cleanup(func() { _ = s.Close() })
}

func (d *desk) reopen() {
	d.t.Helper()
	if err := d.store.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.open()
}

func (d *desk) drop(name string, content []byte) string {
	d.t.Helper()
	path := filepath.Join(d.inbox, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func (d *desk) bundle(n int) []byte {
	d.t.Helper()
	b, err := d.centre.Bundle(n)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

func (d *desk) take(path string) source.Intake {
	d.t.Helper()
	in, err := d.store.Take(context.Background(), path, now())
	if err != nil {
		d.t.Fatal(err)
	}
	return in
}

func (d *desk) queue() []source.Item {
	d.t.Helper()
	q, err := d.store.Queue(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	return q
}

// state is every file of a folder with its content and time: what "never altered" means.
func state(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b.WriteString(path + info.ModTime().String() + info.Mode().String() + string(data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTakeAndQueue(t *testing.T) {
	d := newDesk(t)
	path := d.drop("records.prr", d.bundle(5))
	before := state(t, d.inbox)
	in := d.take(path)
	if len(in.Taken) != 5 || len(in.Refused) != 0 || in.Already || in.Bundle != "records.prr" || len(in.Digest) != 64 {
		t.Fatalf("%+v", in)
	}
	if state(t, d.inbox) != before {
		t.Error("the inbox was altered")
	}
	d.reopen() // what was taken is on the disk
	q := d.queue()
	if len(q) != 5 {
		t.Fatalf("%d wait", len(q))
	}
	byID := map[string]centre.Record{}
	for _, r := range d.centre.Records() {
		byID[r.ID] = r
	}
	for i, item := range q {
		r := byID[item.Key.ID]
		if item.Name != r.Fields.Name || item.NIK != r.Fields.NIK || string(item.Kind) != r.Kind || item.Reason != r.Reason ||
			!item.Cleared.Equal(r.Cleared) || !item.NotAfter.Equal(r.NotAfter) || item.State(now()) != source.Waiting {
			t.Errorf("%+v", item.Key)
		}
		if item.State(item.NotAfter.Add(time.Second)) != source.Expired {
			t.Error("never expires")
		}
		if i > 0 && q[i-1].Cleared.After(item.Cleared) {
			t.Error("not in order of clearance")
		}
		full, err := d.store.Record(context.Background(), item.Key)
		if err != nil || !bytes.Equal(full.Photo, r.Photo) {
			t.Errorf("%s: %v", item.Key, err)
		}
	}
	again := d.take(path)
	if !again.Already || len(again.Taken)+len(again.Refused) != 0 {
		t.Errorf("%+v", again)
	}
	if len(d.queue()) != 5 {
		t.Error("taken twice")
	}
}

// Every flaw in the middle of a bundle is refused by its line number and kept aside; the rest is taken.
func TestFlawedLinesAreRefusedAlone(t *testing.T) {
	d := newDesk(t)
	flaws := map[int]centre.Flaw{}
	for i, f := range centre.Flaws() {
		if f != centre.MisenteredNIK {
			flaws[2+i*2] = f // good and bad in turn
		}
	}
	n := len(centre.Flaws())*2 + 2
	content, err := d.centre.FlawedBundle(n, flaws)
	if err != nil {
		t.Fatal(err)
	}
	in := d.take(d.drop("flawed.prr", content))
	if len(in.Refused) != len(flaws) || len(in.Taken) != n-len(flaws) {
		t.Fatalf("%d refused of %d, %d taken: %+v", len(in.Refused), len(flaws), len(in.Taken), in.Refused)
	}
	lines := strings.Split(string(content), "\n")
	for _, r := range in.Refused {
		if flaws[r.Line] == "" {
			t.Errorf("line %d was refused: %s", r.Line, r.Code)
		}
		reason, err := os.ReadFile(r.KeptAt)
		if err != nil || !strings.Contains(string(reason), string(r.Code)) {
			t.Errorf("line %d: %s %v", r.Line, reason, err)
		}
		kept, err := os.ReadFile(strings.TrimSuffix(r.KeptAt, ".reason.txt") + ".envelope")
		if err != nil || strings.TrimSuffix(string(kept), "\n") != lines[r.Line-1] {
			t.Errorf("line %d was not kept as it came: %v", r.Line, err)
		}
		for _, p := range d.centre.Records() {
			if said := string(reason) + r.KeptAt + r.Detail; strings.Contains(said, p.Fields.NIK) || strings.Contains(said, p.Fields.Name) {
				t.Errorf("line %d: personal data in the reason", r.Line)
			}
		}
	}
	for _, item := range d.queue() {
		if _, err := d.store.Record(context.Background(), item.Key); err != nil {
			t.Error(err)
		}
	}
}

func TestWholeBundlesRefused(t *testing.T) {
	d := newDesk(t)
	good := string(d.bundle(3))
	lines := strings.SplitAfter(strings.TrimSuffix(good, "\n"), "\n")
	lines[3] += "\n"
	wrongDigest, err := d.centre.ManifestOf(3, strings.Repeat("0", 64))
	if err != nil {
		t.Fatal(err)
	}
	stranger := centre.New(32, centre.Options{Now: now()})
	foreign, err := stranger.Manifest(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		content string
		want    drivers.Code
	}{
		"empty":               {"", source.BundleUnfinished},
		"no manifest":         {strings.Join(lines[:3], ""), source.BundleUnfinished},
		"cut in a line":       {good[:len(good)/2], source.BundleUnfinished},
		"cut in manifest":     {good[:len(good)-40], source.BundleUnfinished},
		"last LF missing":     {good[:len(good)-1], source.BundleUnfinished},
		"garbage":             {"hello\n\x00\n", source.BundleUnfinished},
		"line missing":        {lines[0] + lines[2] + lines[3], source.BundleCount},
		"line added":          {lines[0] + lines[0] + lines[1] + lines[2] + lines[3], source.BundleCount},
		"lines exchanged":     {lines[1] + lines[0] + lines[2] + lines[3], source.BundleDigest},
		"digest wrong":        {lines[0] + lines[1] + lines[2] + wrongDigest + "\n", source.BundleDigest},
		"manifest forged":     {lines[0] + lines[1] + lines[2] + forge(lines[3]) + "\n", source.BundleManifest},
		"manifest of another": {foreign + "\n", source.BundleManifest},
	} {
		in := d.take(d.drop("bad.prr", []byte(x.content)))
		if len(in.Taken) != 0 || len(in.Refused) != 1 || in.Refused[0].Line != 0 || in.Refused[0].Code != x.want {
			t.Errorf("%s: want %s, got %+v", name, x.want, in.Refused)
		}
		if len(d.queue()) != 0 {
			t.Fatalf("%s: something was taken", name)
		}
	}
	if in := d.take(d.drop("good.prr", []byte(good))); len(in.Taken) != 3 {
		t.Errorf("the whole bundle afterwards: %+v", in)
	}
}

// forge changes a manifest's payload under its old signature.
func forge(manifest string) string {
	part := strings.Split(strings.TrimSuffix(manifest, "\n"), ".")
	payload, _ := base64.RawURLEncoding.DecodeString(part[1])
	payload = bytes.Replace(payload, []byte(`"v":1`), []byte(`"v": 1`), 1)
	part[1] = base64.RawURLEncoding.EncodeToString(payload)
	return strings.Join(part, ".")
}

// A flipped byte in one line makes the digest wrong; the refused line explains it and the rest is good.
func TestDamageOnTheWay(t *testing.T) {
	d := newDesk(t)
	content := d.bundle(4)
	first := bytes.IndexByte(content, '\n')
	at := first + 1 + bytes.IndexByte(content[first+1:], '\n')/2
	if content[at] == 'A' {
		content[at] = 'B'
	} else {
		content[at] = 'A'
	}
	in := d.take(d.drop("damaged.prr", content))
	if len(in.Taken) != 3 || len(in.Refused) != 1 || in.Refused[0].Line != 2 || in.Refused[0].Code != record.EnvelopeBroken {
		t.Errorf("%+v", in)
	}
}

func TestRepeated(t *testing.T) {
	d := newDesk(t)
	rs, err := d.centre.Make(2)
	if err != nil {
		t.Fatal(err)
	}
	envelope := func(r centre.Record) string {
		e, err := d.centre.Envelope(r)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	bundle := func(lines ...string) []byte {
		b, err := d.centre.BundleOf(lines...)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	e := envelope(rs[0])
	in := d.take(d.drop("a.prr", bundle(e, e, envelope(rs[0]))))
	if len(in.Taken) != 1 || len(in.Refused) != 2 || in.Refused[0].Code != source.Repeated || in.Refused[1].Line != 3 {
		t.Fatalf("in the bundle: %+v", in)
	}
	in = d.take(d.drop("b.prr", bundle(envelope(rs[1]), e)))
	if len(in.Taken) != 1 || len(in.Refused) != 1 || in.Refused[0].Code != source.Repeated {
		t.Fatalf("in the store: %+v", in)
	}
	key := record.Key{ID: rs[0].ID, Issue: rs[0].Issue}
	if err := d.store.Finish(context.Background(), key, outcome()); err != nil {
		t.Fatal(err)
	}
	in = d.take(d.drop("c.prr", bundle(e)))
	if len(in.Refused) != 1 || in.Refused[0].Code != source.Repeated {
		t.Fatalf("finished: %+v", in)
	}
	next := rs[0].Clone()
	next.Issue++ // a replacement is another card
	if in = d.take(d.drop("d.prr", bundle(envelope(next)))); len(in.Taken) != 1 {
		t.Fatalf("next issue: %+v", in)
	}
}

func outcome() source.Outcome {
	return source.Outcome{Attempt: "A-1", Result: source.Good, UID: "04A1B2C3D4E5F6", At: now(), Station: "desk 2"}
}

func TestFinish(t *testing.T) {
	d := newDesk(t)
	in := d.take(d.drop("a.prr", d.bundle(2)))
	k, other := in.Taken[0], in.Taken[1]
	r := d.centre.Record(0)
	envelope := envelopeOf(t, d, k)
	if err := d.store.Finish(context.Background(), k, outcome()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // after a crash in between the same call comes again
		if err := d.store.Finish(context.Background(), k, outcome()); err != nil {
			t.Fatal(err)
		}
	}
	if q := d.queue(); len(q) != 1 || q[0].Key != other {
		t.Fatalf("%d wait", len(q))
	}
	if _, err := d.store.Record(context.Background(), k); !errors.Is(err, source.NotQueued) {
		t.Error(err)
	}
	if err := d.store.Finish(context.Background(), record.Key{ID: "PRR-0", Issue: 1}, outcome()); !errors.Is(err, source.NotQueued) {
		t.Error(err)
	}
	checkOutcome(t, d, k)
	all := state(t, d.dir)
	for _, gone := range []string{r.Fields.NIK, r.Fields.Name, envelope[len(envelope)/2:][:200]} {
		if strings.Contains(all, gone) {
			t.Error("the station's folder still holds the record")
		}
	}
}

func envelopeOf(t *testing.T, d *desk, k record.Key) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(d.inbox, "a.prr"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		if r, err := record.Open(line, d.keys); err == nil && r.Key() == k {
			return line
		}
	}
	t.Fatal("no such envelope")
	return ""
}

func checkOutcome(t *testing.T, d *desk, k record.Key) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(d.dir, "outbox", k.ID+"-1.outcome"))
	if err != nil {
		t.Fatal(err)
	}
	jws, err := jose.ParseSignedCompact(string(data), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	private := d.centre.StationKey()
	public := private.Public()
	payload, err := jws.Verify(public)
	if err != nil {
		t.Fatal(err)
	}
	if jws.Signatures[0].Header.ExtraHeaders["typ"] != record.TypeOutcome || jws.Signatures[0].Header.KeyID != public.KeyID {
		t.Errorf("%+v", jws.Signatures[0].Header)
	}
	var got map[string]any
	if err := json.Unmarshal(payload, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"v": 1.0, "id": k.ID, "issue": 1.0, "attempt": "A-1", "result": "good", "uid": "04A1B2C3D4E5F6",
		"at": "2026-11-20T09:00:00Z", "station": "desk 2"}
	for key, v := range want {
		if got[key] != v {
			t.Errorf("%s is %v", key, got[key])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
}

// No name and no NIK may be found in any file of the station, sealed or not: the search line least of all.
func TestAtRestNothingCanBeRead(t *testing.T) {
	d := newDesk(t)
	d.take(d.drop("a.prr", d.bundle(4)))
	all := state(t, d.dir)
	for _, r := range d.centre.Records() {
		for _, secret := range []string{r.Fields.NIK, r.Fields.Name, r.Fields.Address} {
			if strings.Contains(all, secret) {
				t.Error("personal data in the clear")
			}
		}
	}
	info, err := os.Stat(filepath.Join(d.dir, "data.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("data.key: %v %v", info.Mode(), err)
	}
}

func TestOpenStoreRefuses(t *testing.T) {
	for name, x := range map[string]struct {
		spoil func(dir string) error
		want  drivers.Code
	}{
		"key gone": {func(dir string) error { return os.Remove(filepath.Join(dir, "data.key")) }, source.StoreKey},
		"key open": {func(dir string) error { return os.Chmod(filepath.Join(dir, "data.key"), 0o644) }, source.StoreKey},
		"key cut":  {func(dir string) error { return os.WriteFile(filepath.Join(dir, "data.key"), []byte("ab"), 0o600) }, source.StoreKey},
		"other key": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "data.key"), []byte(strings.Repeat("ab", 32)), 0o600)
		}, source.StoreKey},
		"no store": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "records.db"), bytes.Repeat([]byte("x"), 9000), 0o600)
		}, source.StoreBroken},
		"is a folder": {func(dir string) error {
			p := filepath.Join(dir, "records.db")
			return errors.Join(os.Remove(p), os.Mkdir(p, 0o700))
		}, source.StoreBroken},
	} {
		d := newDesk(t)
		if err := d.store.Close(); err != nil {
			t.Fatal(err)
		}
		if err := x.spoil(d.dir); err != nil {
			t.Fatal(err)
		}
		s, err := source.OpenStore(filepath.Join(d.dir, "records.db"), d.keys)
		if !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
		if s != nil && err != nil {
			t.Errorf("%s: a store and an error", name)
		}
	}
}

func TestScan(t *testing.T) {
	d := newDesk(t)
	scan := func() []source.Intake {
		in, err := d.store.Scan(context.Background(), d.inbox, now())
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	if in := scan(); len(in) != 0 {
		t.Errorf("an empty inbox: %+v", in)
	}
	whole := d.bundle(3)
	d.drop("notes.txt", whole)
	d.drop(".hidden.prr", whole)
	if err := os.Mkdir(filepath.Join(d.inbox, "dir.prr"), 0o700); err != nil {
		t.Fatal(err)
	}
	// A copy that is still growing is nobody's concern; one that has stopped is.
	d.drop("b.prr", whole[:len(whole)/3])
	if in := scan(); len(in) != 0 {
		t.Errorf("a growing copy was reported: %+v", in)
	}
	d.drop("b.prr", whole[:len(whole)/2])
	if in := scan(); len(in) != 0 {
		t.Errorf("a growing copy was reported: %+v", in)
	}
	if in := scan(); len(in) != 1 || in[0].Refused[0].Code != source.BundleUnfinished {
		t.Errorf("a copy that stopped: %+v", in)
	}
	if in := scan(); len(in) != 0 {
		t.Errorf("reported twice: %+v", in)
	}
	d.drop("b.prr", whole)
	d.drop("a.PRR", d.bundle(2))
	before := state(t, d.inbox)
	in := scan()
	if len(in) != 2 || in[0].Bundle != "a.PRR" || len(in[0].Taken) != 2 || len(in[1].Taken) != 3 {
		t.Fatalf("%+v", in)
	}
	if in := scan(); len(in) != 0 {
		t.Errorf("taken twice: %+v", in)
	}
	d.reopen() // a new program reads the inbox again and finds nothing new
	if in := scan(); len(in) != 0 {
		t.Errorf("after a restart: %+v", in)
	}
	if state(t, d.inbox) != before {
		t.Error("the inbox was altered")
	}
	if _, err := d.store.Scan(context.Background(), filepath.Join(d.inbox, "gone"), now()); !errors.Is(err, source.InboxUnreadable) {
		t.Error(err)
	}
}

func TestTakeUnreadable(t *testing.T) {
	d := newDesk(t)
	for _, path := range []string{filepath.Join(d.inbox, "gone.prr"), d.inbox, "/dev/null"} {
		if _, err := d.store.Take(context.Background(), path, now()); !errors.Is(err, source.BundleUnreadable) {
			t.Errorf("%v", err)
		}
	}
}

// A Take that is stopped in the middle leaves nothing behind, and the bundle can be taken afterwards.
func TestTakeIsOneTransaction(t *testing.T) {
	d := newDesk(t)
	path := d.drop("a.prr", d.bundle(6))
	for _, after := range []int{1, 3, 6, 8, 11} {
		ctx := &countdown{Context: context.Background(), left: after}
		if _, err := d.store.Take(ctx, path, now()); err == nil {
			t.Fatal("not stopped")
		}
		if n := len(d.queue()); n != 0 {
			t.Fatalf("stopped at line %d: %d wait", after, n)
		}
	}
	if in := d.take(path); len(in.Taken) != 6 {
		t.Errorf("%+v", in)
	}
}

// countdown is a context that ends when it has been asked left times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// A swapped search line is found: each is bound to its record.
func TestSearchLinesCannotBeSwapped(t *testing.T) {
	d := newDesk(t)
	d.take(d.drop("a.prr", d.bundle(2)))
	if err := d.store.SwapSearchLines(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.store.Queue(context.Background()); !errors.Is(err, source.StoreBroken) {
		t.Error(err)
	}
}

func FuzzTake(f *testing.F) {
	d := newDesk(f)
	good := d.bundle(1)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte("a\nb\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		d := &desk{t: t, inbox: d.inbox, store: d.store}
		in := d.take(d.drop("f.prr", content))
		if len(in.Taken) > 0 && !bytes.Equal(content, good) {
			t.Error("something was taken")
		}
	})
}
