package station_test

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/journal"
)

// keyring is card keys that always fit, and remember whom they were used on.
type keyring struct {
	*injected
	set    string
	used   []string
	wanted *station.PINWanted
}

func (k *keyring) Ready(context.Context, bool) error { return k.give("keys") }
func (k *keyring) Set() string                       { return k.set }
func (k *keyring) Authenticate(_ context.Context, c drivers.Chip, uid []byte) (drivers.Chip, error) {
	k.used = append(k.used, strings.ToUpper(hex.EncodeToString(uid)))
	return c, k.give("authenticate")
}

func (k *keyring) PIN(context.Context, bool) *station.PINWanted { return k.wanted }

func (k *keyring) Unlock(_ context.Context, pin []byte) error {
	if string(pin) != "2468" {
		k.wanted.Refused = true
		return &drivers.Fault{Code: drivers.KeysPIN, Op: "test", Again: drivers.AgainAfterOperator}
	}
	k.wanted, k.injected.at = nil, ""
	return nil
}

// keyedDesk is a desk whose cards take keys.
func keyedDesk(t *testing.T) (*desk, *keyring) {
	d := newDesk(t, 8)
	k := &keyring{injected: d.bench.injected, set: "v48 0123456789AB"}
	d.secure = k
	return d, k
}

func (d *desk) inject(at string, c drivers.Code, again drivers.Again) {
	d.bench.injected.at, d.bench.injected.fault = at, &drivers.Fault{Code: c, Op: "test", Card: drivers.InMachine, Again: again}
}

// A chip is authenticated to once: the journal says so first, and a reader's stumble after it spoils the card where it would otherwise
// be tried again.
func TestAuthenticatedOnce(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"authenticate", "write", "read-back", "seal"} {
		d, k := keyedDesk(t)
		r := d.room(station.Options{Who: "siti"})
		q := d.waiting(false)
		d.inject(at, drivers.ReaderFailed, drivers.AgainNow)
		r.do(print(q[0]))
		r.fault(drivers.ReaderFailed)
		if r.n.Question != nil || len(r.n.Session) != 1 || r.n.Session[0].Outcome != "spoiled" {
			t.Errorf("%s: %+v, %+v", at, r.n.Question, r.n.Session)
		}
		r.do(print(q[0])) // another card
		if len(r.n.Session) != 2 || r.n.Session[1].Outcome != "good" {
			t.Errorf("%s: %+v", at, r.n.Session)
		}
		slices.Sort(k.used)
		facts := d.facts(journal.KindAuthenticate)
		if len(k.used) != 2 || len(slices.Compact(k.used)) != 2 || len(facts) != 2 || !strings.Contains(string(facts[0].Data), k.set) {
			t.Errorf("%s: used on %v, in the journal %v", at, k.used, facts)
		}
		r.done()
	}
}

// What the journal cannot say does not happen.
func TestAuthenticateIsJournalledFirst(t *testing.T) {
	t.Parallel()
	d, k := keyedDesk(t)
	r := d.room(station.Options{Who: "siti"})
	defer r.done()
	d.inject("append authenticate", journal.DiskFull, drivers.AgainAfterOperator)
	r.do(print(d.waiting(false)[0]))
	r.fault(journal.DiskFull)
	if len(k.used) != 0 {
		t.Fatalf("used on %v", k.used)
	}
	r.do(station.Reply{Answer: station.AnswerContinue}) // there is room again, and nothing was spent
	if len(k.used) != 1 || len(r.n.Session) != 1 || r.n.Session[0].Outcome != "good" {
		t.Errorf("used on %v; %+v", k.used, r.n.Session)
	}
}

// A disk that fails after the authentication offers the card once more, and that is refused.
func TestKeysSpent(t *testing.T) {
	t.Parallel()
	d, k := keyedDesk(t)
	r := d.room(station.Options{Who: "siti"})
	defer r.done()
	d.inject("append written", journal.DiskFull, drivers.AgainAfterOperator)
	r.do(print(d.waiting(false)[0]))
	r.fault(journal.DiskFull)
	r.do(station.Reply{Answer: station.AnswerContinue})
	r.fault(drivers.KeysSpent)
	if len(k.used) != 1 || len(r.n.Session) != 1 || r.n.Session[0].Outcome != "spoiled" {
		t.Errorf("used on %v; %+v", k.used, r.n.Session)
	}
}

// A chip that an earlier run authenticated to is never touched again, whatever became of it.
func TestKeysSpentByAnEarlierRun(t *testing.T) {
	t.Parallel()
	d, k := keyedDesk(t)
	d.write(journal.Fact{Kind: journal.KindAuthenticate, Who: "siti", UID: "040001", Data: map[string]string{"keys": k.set}})
	r := d.room(station.Options{Who: "siti"})
	defer r.done()
	r.do(print(d.waiting(false)[0]))
	if len(k.used) != 0 || len(r.n.Session) != 1 || r.n.Session[0].Outcome != "spoiled" {
		t.Errorf("used on %v; %+v", k.used, r.n.Session)
	}
}

// Keys that are not there hold the line before a blank moves, and at the chip before the card is touched: both can be mended.
func TestKeysAway(t *testing.T) {
	t.Parallel()
	d, k := keyedDesk(t)
	r := d.room(station.Options{Who: "siti"})
	defer r.done()
	d.bench.injected.at, d.bench.injected.fault = "keys", &drivers.Fault{Code: drivers.KeysUnavailable, Op: "test", Again: drivers.AgainAfterOperator}
	r.do(print(d.waiting(false)[0]))
	r.fault(drivers.KeysUnavailable)
	if n := len(d.facts(journal.KindIntent)); n != 0 || len(k.used) != 0 {
		t.Fatalf("%d intents, used on %v", n, k.used)
	}
	d.bench.pauseAtChip = func() { // the token is pulled while the card moves
		d.bench.injected.at, d.bench.injected.fault = "keys", &drivers.Fault{Code: drivers.KeysUnavailable, Op: "test", Again: drivers.AgainAfterOperator}
	}
	r.do(station.Reply{Answer: station.AnswerContinue})
	r.fault(drivers.KeysUnavailable)
	if r.n.Fault.Card != drivers.InMachine || len(k.used) != 0 {
		t.Fatalf("card %s, used on %v", r.n.Fault.Card, k.used)
	}
	r.do(station.Reply{Answer: station.AnswerContinue})
	if len(k.used) != 1 || len(r.n.Session) != 1 || r.n.Session[0].Outcome != "good" {
		t.Errorf("used on %v; %+v", k.used, r.n.Session)
	}
}

// Without the PIN no card is begun, and the screen is told that it is missing; it opens the keys once, and the fault for want of it is over.
func TestUnlock(t *testing.T) {
	t.Parallel()
	d, k := keyedDesk(t)
	k.wanted = &station.PINWanted{Place: "T", Tries: 3}
	r := d.room(station.Options{Who: "siti"})
	d.inject("keys", drivers.KeysPIN, drivers.AgainAfterOperator)
	r.do(print(d.waiting(false)[0]))
	r.fault(drivers.KeysPIN)
	if r.n.PIN == nil || r.n.PIN.Place != "T" || len(r.n.Session) != 0 {
		t.Fatalf("%+v, %d cards", r.n.PIN, len(r.n.Session))
	}
	wrong := []byte("1111")
	if err := r.unlock(wrong); !errors.Is(err, drivers.KeysPIN) || string(wrong) != "\x00\x00\x00\x00" {
		t.Errorf("%v, %q is kept", err, wrong)
	}
	if err := r.unlock([]byte("2468")); err != nil {
		t.Error(err)
	}
	if r.do(station.Refresh{}); r.n.Fault == nil || !r.n.Fault.Cleared {
		t.Errorf("the fault is not over: %+v", r.n.Fault)
	}
	r.do(station.Reply{Answer: station.AnswerContinue})
	if r.n.PIN != nil || len(r.n.Session) != 1 || r.n.Session[0].Outcome != "good" {
		t.Errorf("%+v, %+v", r.n.PIN, r.n.Session)
	}
}

func (r *room) unlock(pin []byte) error {
	r.sent++
	return r.s.Unlock(r.t.Context(), pin)
}
