package screen

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Screen is a seat at a display. Its methods belong to one goroutine, but Close.
type Screen struct {
	display string
	wire    *wire
	keys    map[uint32]keystroke
	server  *exec.Cmd // nil: the display is another's
}

// Program is the X server that Start starts.
const Program = "Xvfb"

// Start starts an X server without a screen and sits at it. It ends with Close, or with ctx.
func Start(ctx context.Context, width, height int) (*Screen, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// -noreset: without it the server begins anew when its last client leaves, and refuses whoever comes just then.
	cmd := exec.CommandContext(ctx, Program, "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Start()
	w.Close()
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err == nil {
		var s *Screen
		if s, err = Open(":" + strings.TrimSpace(line)); err == nil {
			s.server = cmd
			return s, nil
		}
	}
	_ = cmd.Cancel()
	_ = cmd.Wait() // its exit code says nothing that matters here
	return nil, fmt.Errorf("screen: %s did not come up: %w", Program, err)
}

// Open sits at a display of this computer, as ":7". The server must let everybody of this user in.
func Open(display string) (*Screen, error) {
	if n, ok := strings.CutPrefix(display, ":"); !ok || strings.Trim(n, "0123456789") != "" || n == "" {
		return nil, fmt.Errorf("screen: %q is no display of this computer, as :7", display)
	}
	w, err := dial(display)
	if err != nil {
		return nil, err
	}
	s := &Screen{display: display, wire: w}
	if err := s.begin(); err != nil {
		w.close()
		return nil, err
	}
	return s, nil
}

// begin asks for the extensions and the keyboard, and to be told of everything that is painted.
func (s *Screen) begin() error {
	w := s.wire
	var err error
	if w.xtest, _, err = w.extension("XTEST"); err != nil {
		return err
	}
	var event byte
	if w.damaging, event, err = w.extension("DAMAGE"); err != nil {
		return err
	}
	if _, err = w.ask(request(w.damaging, 0, 1, 1)); err != nil { // QueryVersion 1.1
		return err
	}
	w.damageEvent.Store(uint32(event))
	const raw = 0                                                                     // report level: every rectangle that is drawn
	if err = w.send(request(w.damaging, 1, w.nextID, w.root, raw), nil); err != nil { // Create, on all that the root holds
		return err
	}
	return s.learnKeys()
}

// Display is what goes into DISPLAY.
func (s *Screen) Display() string { return s.display }

// Bounds is the whole screen.
func (s *Screen) Bounds() image.Rectangle { return image.Rect(0, 0, s.wire.width, s.wire.height) }

// Close leaves, and ends the server that Start started.
func (s *Screen) Close() {
	s.wire.close()
	if s.server != nil {
		_ = s.server.Cancel()
		_ = s.server.Wait() // its exit code says nothing that matters here
	}
}

// Window gives the place of the largest window that is shown; empty while there is none.
func (s *Screen) Window() (image.Rectangle, error) {
	_, at, err := s.largest()
	return at, err
}

// largest gives the largest window that is shown, and its place.
func (s *Screen) largest() (window uint32, at image.Rectangle, err error) {
	b, err := s.wire.ask(request(opQueryTree, 0, s.wire.root))
	if err != nil {
		return 0, image.Rectangle{}, err
	}
	for i := range int(le.Uint16(b[16:])) {
		id := le.Uint32(b[32+4*i:])
		a, err := s.wire.ask(request(opGetWindowAttributes, 0, id))
		if err != nil || a[26] != 2 { // gone meanwhile, or not viewable
			continue
		}
		g, err := s.wire.ask(request(opGetGeometry, 0, id))
		if err != nil {
			continue
		}
		x, y := int(int16(le.Uint16(g[12:]))), int(int16(le.Uint16(g[14:])))
		r := image.Rect(x, y, x+int(le.Uint16(g[16:])), y+int(le.Uint16(g[18:]))).Intersect(s.Bounds())
		if r.Dx()*r.Dy() > at.Dx()*at.Dy() {
			window, at = id, r
		}
	}
	return window, at, nil
}

// CloseWindow asks the largest window to close, as the cross in its frame does (Inter-Client Communication Conventions Manual 2.0,
// section 4.2.8.1).
func (s *Screen) CloseWindow() error {
	window, _, err := s.largest()
	if err != nil {
		return err
	}
	protocols, err := s.wire.atom("WM_PROTOCOLS")
	if err != nil {
		return err
	}
	gone, err := s.wire.atom("WM_DELETE_WINDOW")
	if err != nil {
		return err
	}
	const clientMessage, format = 33, 32
	return s.wire.send(request(opSendEvent, 0, window, 0, clientMessage|format<<8, window, protocols, gone, 0, 0, 0, 0), nil)
}

// Shot is what a part of the screen looks like now.
func (s *Screen) Shot(r image.Rectangle) (*image.RGBA, error) {
	raw, r, err := s.look(r)
	if err != nil {
		return nil, err
	}
	m := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for i := 0; i+3 < len(m.Pix) && i+3 < len(raw); i += 4 {
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = raw[i+2], raw[i+1], raw[i], 0xFF
	}
	return m, nil
}

// look gives the dots of a part of the screen as the server has them: blue, green, red, and one byte more.
func (s *Screen) look(r image.Rectangle) ([]byte, image.Rectangle, error) {
	r = r.Intersect(s.Bounds())
	if r.Empty() {
		return nil, r, fmt.Errorf("screen: nothing of %v is on the screen", r)
	}
	const zPixmap = 2
	at := uint32(uint16(r.Min.X)) | uint32(uint16(r.Min.Y))<<16
	b, err := s.wire.ask(request(opGetImage, zPixmap, s.wire.root, at, uint32(r.Dx())|uint32(r.Dy())<<16, 0xFFFFFFFF))
	if err != nil {
		return nil, r, err
	}
	if depth := b[1]; depth != 24 || len(b) < 32+4*r.Dx()*r.Dy() {
		return nil, r, fmt.Errorf("screen: a picture of depth %d and %d bytes: only displays of 24 bits are understood", depth, len(b)-32)
	}
	return b[32:], r, nil
}

// keystroke is how a sign comes out of the keyboard.
type keystroke struct {
	code  byte
	shift bool
}

// learnKeys reads which key gives which sign.
func (s *Screen) learnKeys() error {
	w := s.wire
	n := w.maxKey - w.minKey + 1
	req := append(request(opGetKeyboardMapping, 0), byte(w.minKey), byte(n), 0, 0)
	b, err := w.ask(req)
	if err != nil {
		return err
	}
	per := int(b[1])
	s.keys = map[uint32]keystroke{}
	for column := range min(per, 2) { // alone, with Shift
		for k := range n {
			sym := le.Uint32(b[32+4*(k*per+column):])
			if _, have := s.keys[sym]; !have && sym != 0 {
				s.keys[sym] = keystroke{byte(w.minKey + k), column == 1}
			}
		}
	}
	return nil
}

// named are the keys that give no letter, by their X names (keysymdef.h) and the toolkit's.
var named = map[string]uint32{
	"BackSpace": 0xFF08, "Tab": 0xFF09, "Return": 0xFF0D, "Escape": 0xFF1B, "Home": 0xFF50, "Left": 0xFF51, "Up": 0xFF52,
	"Right": 0xFF53, "Down": 0xFF54, "Prior": 0xFF55, "Next": 0xFF56, "End": 0xFF57, "Insert": 0xFF63, "Delete": 0xFFFF,
	"shift": 0xFFE1, "ctrl": 0xFFE3, "alt": 0xFFE9, "space": 0x20,
}

func keysym(name string) (uint32, bool) {
	if sym, ok := named[name]; ok {
		return sym, true
	}
	if n, ok := strings.CutPrefix(name, "F"); ok && n != "" {
		if i, err := strconv.Atoi(n); err == nil && i >= 1 && i <= 12 {
			return 0xFFBE + uint32(i) - 1, true
		}
	}
	r := []rune(name)
	return uint32(r[0]), len(r) == 1 && r[0] >= 0x20 && r[0] <= 0xFF // Latin-1 signs are their own keysyms
}

// Events that XTEST makes, by their core numbers.
const (
	keyPress      = 2
	keyRelease    = 3
	buttonPress   = 4
	buttonRelease = 5
	motion        = 6
)

func (s *Screen) fake(kind, detail byte, x, y int) error {
	const fakeInput = 2
	req := make([]byte, 36)
	req[0], req[1], req[4], req[5] = s.wire.xtest, fakeInput, kind, detail
	le.PutUint32(req[12:], s.wire.root)
	le.PutUint16(req[24:], uint16(x))
	le.PutUint16(req[26:], uint16(y))
	return s.wire.send(req, nil)
}

// Key presses a key and lets it go: a letter, F1 to F12, Return, Escape, Prior (page up), and so on, with ctrl+, alt+, or shift+
// before it.
func (s *Screen) Key(name string) error {
	var held []byte
	for {
		mod, rest, ok := strings.Cut(name, "+")
		if !ok || rest == "" {
			break
		}
		k, ok := s.keys[named[mod]]
		if !ok {
			return fmt.Errorf("screen: no key is called %q", mod)
		}
		held, name = append(held, k.code), rest
	}
	if name == "" {
		return fmt.Errorf("screen: no key is named")
	}
	sym, ok := keysym(name)
	k, have := s.keys[sym]
	if !ok || !have {
		return fmt.Errorf("screen: no key gives %q", name)
	}
	if k.shift {
		held = append(held, s.keys[named["shift"]].code)
	}
	for _, m := range held {
		if err := s.fake(keyPress, m, 0, 0); err != nil {
			return err
		}
	}
	err := s.fake(keyPress, k.code, 0, 0)
	if err == nil {
		err = s.fake(keyRelease, k.code, 0, 0)
	}
	for _, m := range held {
		if e := s.fake(keyRelease, m, 0, 0); err == nil {
			err = e
		}
	}
	return err
}

// Type types a text, letter by letter.
func (s *Screen) Type(text string) error {
	for _, r := range text {
		if err := s.Key(string(r)); err != nil {
			return err
		}
	}
	return nil
}

// Point moves the mouse.
func (s *Screen) Point(p image.Point) error { return s.fake(motion, 0, p.X, p.Y) }

// Click moves the mouse there and clicks.
func (s *Screen) Click(p image.Point) error {
	if err := s.Point(p); err != nil {
		return err
	}
	if err := s.fake(buttonPress, 1, 0, 0); err != nil {
		return err
	}
	return s.fake(buttonRelease, 1, 0, 0)
}

// Wheel turns the wheel of the mouse where it is, down, or up with n below 0.
func (s *Screen) Wheel(n int) error {
	button := byte(5)
	if n < 0 {
		button, n = 4, -n
	}
	for range n {
		if err := s.fake(buttonPress, button, 0, 0); err != nil {
			return err
		}
		if err := s.fake(buttonRelease, button, 0, 0); err != nil {
			return err
		}
	}
	return nil
}

// Vanish is a program that is closed in the middle of a paste: it asks for the text that was copied, and its window is gone before that
// is given.
func (s *Screen) Vanish() error {
	clipboard, err := s.wire.atom("CLIPBOARD")
	if err != nil {
		return err
	}
	utf8, err := s.wire.atom("UTF8_STRING")
	if err != nil {
		return err
	}
	window := s.wire.nextID + 1 // its own damage report is the one before
	for _, req := range [][]byte{
		request(opCreateWindow, 0, window, s.wire.root, 0, 1<<16|1, 0, 0, 0), // one dot, of its parent's kind
		request(opConvertSelection, 0, window, clipboard, utf8, utf8, 0),
		request(opDestroyWindow, 0, window),
	} {
		if err := s.wire.send(req, nil); err != nil {
			return err
		}
	}
	return nil
}
