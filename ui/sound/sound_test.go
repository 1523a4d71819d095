package sound

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// A sound is a WAV file that says its own length, is neither silent nor too loud, and begins and ends without a click.
func TestWAV(t *testing.T) {
	for _, k := range []Kind{Done, Fault} {
		b := WAV(k)
		if !bytes.HasPrefix(b, []byte("RIFF")) || string(b[8:16]) != "WAVEfmt " || string(b[36:40]) != "data" {
			t.Fatalf("%s begins with %q", k, b[:44])
		}
		if n := binary.LittleEndian.Uint32(b[4:]); int(n) != len(b)-8 {
			t.Errorf("%s says %d of %d bytes", k, n, len(b))
		}
		if n := binary.LittleEndian.Uint32(b[40:]); int(n) != len(b)-44 {
			t.Errorf("%s says %d of %d bytes of sound", k, n, len(b)-44)
		}
		samples, loudest := pcm(k), 0
		for i, s := range samples {
			loudest = max(loudest, int(s), -int(s))
			if i > 0 && abs(int(s)-int(samples[i-1])) > 6000 {
				t.Fatalf("%s clicks at %d", k, i)
			}
		}
		if first, last := samples[0], samples[len(samples)-1]; loudest < 4000 || loudest > 20000 || abs(int(first)) > 100 || abs(int(last)) > 500 {
			t.Errorf("%s: loudest %d, from %d to %d", k, loudest, first, last)
		}
	}
	if bytes.Equal(WAV(Done), WAV(Fault)) {
		t.Error("both are the same")
	}
}

func abs(n int) int { return max(n, -n) }

// fake makes a program that notes what it is given, and ends as told.
func fake(t *testing.T, name, ends string) (notes string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Fatal("this test makes programs of sh")
	}
	dir := t.TempDir()
	notes = filepath.Join(dir, "notes")
	script := "#!/bin/sh\ntest -s \"$2\" && echo \"$1 $(basename \"$2\")\" >> " + notes + "\nexit " + ends + "\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return notes
}

// A player that fails is passed over for good, the files go with the player, and a bell is the last way.
func TestPlayer(t *testing.T) {
	bad, good := fake(t, "cetak-bad", "1"), fake(t, "cetak-good", "0")
	rung := make(chan struct{}, 9)
	p := newPlayer([][]string{{"cetak-none", "-q", "FILE"}, {"cetak-bad", "-q", "FILE"}, {"cetak-good", "-q", "FILE"}}, []Bell{func() error { rung <- struct{}{}; return nil }})
	if p.Silent() {
		t.Fatal("silent with two programs and a bell")
	}
	p.play(t.Context(), Fault)
	p.play(t.Context(), Done)
	if b, _ := os.ReadFile(bad); string(b) != "-q fault.wav\n" {
		t.Errorf("the one that fails was given %q", b)
	}
	if b, _ := os.ReadFile(good); string(b) != "-q fault.wav\n-q done.wav\n" {
		t.Errorf("the one that works was given %q", b)
	}
	folder := p.folder
	p.Close()
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is there yet", folder)
	}
	if len(rung) != 0 {
		t.Error("the bell was rung too")
	}
}

// Where there is only a bell it is rung, and where nothing works it is said. Play never waits, whoever hangs.
func TestBell(t *testing.T) {
	began, goOn := make(chan struct{}), make(chan struct{})
	p := newPlayer(nil, []Bell{func() error { return errors.New("none") }, func() error { began <- struct{}{}; <-goOn; return nil }})
	p.Play(Done)
	<-began
	for range 100 {
		p.Play(Fault) // while the first hangs in its bell
	}
	goOn <- struct{}{}
	<-began
	goOn <- struct{}{}
	p.Close()
	if p.Silent() {
		t.Error("silent, and the bell was rung")
	}
	p = newPlayer(nil, []Bell{func() error { return errors.New("none") }})
	p.play(t.Context(), Done)
	if !p.Silent() {
		t.Error("nothing worked, and it is not said")
	}
	p.Close()
	if p = newPlayer(nil, nil); !p.Silent() {
		t.Error("there is nothing to play with, and it is not said")
	}
	p.Close()
	if err := Terminal(os.Stderr)(); err == nil {
		t.Log("rung at the terminal of the test")
	}
}
