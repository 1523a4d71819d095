package shifts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"golang.org/x/sys/unix"

	"cetak/hwsim/rig"
)

// desk is an operator at a terminal who is shown each printed card and judges it: truthfully, at times fussily, at times
// pressing the key twice.
type desk struct {
	s      *shift
	luck   *rand.Rand
	tty    *os.File // the terminal's far end
	near   *os.File // the program's
	asked  chan bool
	gone   chan bool
	notes  []string
	judged int
}

// sitDown gives the program a terminal as its input.
func (s *shift) sitDown(p *program) *desk {
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	s.must(err)
	s.must(unix.IoctlSetPointerInt(int(far.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(far.Fd()), unix.TIOCGPTN)
	s.must(err)
	near, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	s.must(err)
	d := &desk{s: s, luck: rand.New(rand.NewPCG(s.seed, uint64(s.started)<<32)), tty: far, near: near,
		asked: make(chan bool, 100), gone: make(chan bool)}
	p.cmd.Stdin, p.cmd.Stderr = near, screen{&p.err, d}
	go func() {
		defer close(d.gone)
		for range d.asked {
			d.look()
		}
	}()
	return d
}

// leave is called when the program has ended.
func (d *desk) leave() {
	close(d.asked)
	<-d.gone
	d.tty.Close()
	d.near.Close()
}

// screen sees the question.
type screen struct {
	io.Writer
	d *desk
}

func (w screen) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("[y/n]")) {
		w.d.asked <- true
	}
	return w.Writer.Write(b)
}

// look judges the newest card in the good tray: a bad one goes to the reject box before the answer is typed.
func (d *desk) look() {
	defer func() { // the simulator may be gone with the shift: nobody is asked then
		if r := recover(); r != nil {
			if _, ok := r.(broken); !ok {
				panic(r)
			}
		}
	}()
	var w world
	text, err := rig.Ask(d.s.sim(), "world")
	if err != nil || json.Unmarshal([]byte(text), &w) != nil || len(w.Trays["good"]) == 0 {
		return
	}
	c := w.Trays["good"][len(w.Trays["good"])-1]
	d.judged++
	typed := "y\n"
	if !d.s.whole(c) || d.luck.IntN(4) == 0 {
		if _, err := rig.Ask(d.s.sim(), "reject", "good", c.UID); err != nil {
			return
		}
		typed = "n\nsmudged\n"
	}
	twice := d.luck.IntN(3) == 0
	d.notes = append(d.notes, fmt.Sprintf("   at the terminal: %q, twice %t", typed, twice))
	if twice {
		typed += typed
	}
	_, _ = d.tty.WriteString(typed)
}
