package evolis

import (
	"errors"
	"testing"

	"cetak/drivers"
	"cetak/hwsim/rig"
)

// TestOpenOnABadLine: the very first replies are lost, late, glued, doubled, or in pieces, and the machine is recognised all
// the same; nothing moves for it.
func TestOpenOnABadLine(t *testing.T) {
	for _, scene := range []string{
		"on command 1 do lose-ack once", "on command:Rsn 1 do lose-ack once", "on command:Pem 1 do lose-ack once", "on command:Rem 1 do lose-ack once",
		"on command:Rsn 1 do late 60 once", "on command 1 do late 60 once", "on command:Rsn 1 do double-byte out 3 once", "on command:Rsn 1 do split 2 once",
		"on command:Rsn 1 do glue once", "on command:Rsn 1 do say 8001ff once", "on command:Rem 1 do flip-byte out 0 once",
	} {
		t.Run(scene, func(t *testing.T) {
			t.Parallel()
			r := simulated(t, rig.Options{Scene: scene})
			p := open(t, r, Options{})
			id, err := p.Identify(t.Context())
			if err != nil || id.Serial == "" || id.Model == "" {
				t.Errorf("%+v, %v", id, err)
			}
			if w := r.World(); w.Feeder != 100 || w.Machine != nil {
				t.Error("a card moved")
			}
		})
	}
}

// TestBabbleAtFirst: a machine that babbles when it is first spoken to is recognised when it is quiet, and by what it says then: rubbish has
// ACKs in it.
func TestBabbleAtFirst(t *testing.T) {
	for _, replies := range []string{"text", "ack"} {
		t.Run(replies, func(t *testing.T) {
			t.Parallel()
			r := simulated(t, rig.Options{Replies: replies, Scene: "on command 1 do babble 40 once"})
			p := open(t, r, Options{})
			if p.say.acks != (replies == "ack") {
				t.Errorf("taken for one that answers by ACK: %t", p.say.acks)
			}
		})
	}
}

// TestBabble: a device that never falls silent is told as noise, and not waited for without end; when it is quiet again the
// machine is as before.
func TestBabble(t *testing.T) {
	r := simulated(t, rig.Options{})
	p := open(t, r, Options{})
	do(t, r, "babble", "300") // 3 s at this speed
	_, err := p.Status(t.Context())
	if err != nil && !errors.Is(err, drivers.LineNoise) && !errors.Is(err, drivers.LineSilent) {
		t.Error(err)
	}
	for range 20 {
		if _, err = p.Status(t.Context()); err == nil {
			break
		}
	}
	if err != nil {
		t.Errorf("it does not come back: %v", err)
	}
}

// TestQuoted: a fault quotes the head of nonsense only; a line that echoes would give back a face.
func TestQuoted(t *testing.T) {
	if d := quoted(make([]byte, 500)); len(d) > 120 {
		t.Errorf("%d characters of a reply", len(d))
	}
}
