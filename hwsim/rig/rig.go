// Package rig is the whole simulator in one value: world, line, firmware, chips, reader, centre and scene, wired to each
// other. `hwsim run` starts one, and so do tests in process.
package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"cetak/hwsim/card"
	"cetak/hwsim/centre"
	"cetak/hwsim/dispenser"
	"cetak/hwsim/line"
	"cetak/hwsim/printer"
	"cetak/hwsim/reader"
	"cetak/hwsim/scene"
	"cetak/hwsim/world"
)

// Options of a Rig. Zero values are the defaults of `hwsim run`.
type Options struct {
	Dir            string // made if missing; everything the simulator writes lies here
	Seed           uint64 // 0 = 1
	Scene          string // the script itself
	Speed          float64
	Blanks         int           // 0 = 100, -1 = an empty feeder
	Records        int           // people in the first bundle; 0 = 25, -1 = no bundle
	WNA            int           // how many of them are foreigners
	FirstCards     bool          // nobody had a card before
	PCSC           string        // "own" (default), "pcscd", "none"
	Station        string        // "contact" (default), "contactless": told on, both stations work
	Baud           int           // 0 = 115200
	Flow           string        // of the printer's port, with text replies: "none" (default), "rtscts", "xonxoff", "both"
	Latency        time.Duration // of the host's serial adapter
	LineBuffer     int           // bytes the printer's port takes in; 0 = never full
	Factory        bool          // the serial port is disabled, as it comes; there is a USB socket
	Replies        string        // "ack" (default), "text"
	Doubts         printer.Doubts
	RejectCapacity int
	Ribbon         string // "" = ymcko
	RibbonCards    int
	NoPictures     bool   // pictures are drawn only when asked for
	Machine        string // "evolis" (default), "crt591": a dispenser alone, "crt591+evolis": a dispenser before the printer
	Dispenser      dispenser.Doubts
	SCP03          SCP03  // the cards' keys
	Chip           string // what the blanks are: "ktpel" (default), "plain"
	SAM            bool   // a secure access module with those keys in the reader's second slot; with PCSC "pcscd"
}

// Ready is what a program needs to know to use the simulator: the line `hwsim run` prints.
type Ready struct {
	Printer        string  `json:"printer"`
	Reader         string  `json:"reader"`
	Socket         string  `json:"socket"`
	Inbox          string  `json:"inbox"`
	Keys           string  `json:"keys"`
	ChipKeys       string  `json:"chip_keys,omitempty"` // file with the master keys, where the cards have keys
	SAM            string  `json:"sam,omitempty"`       // reader of the secure access module
	SAMPIN         string  `json:"sam_pin,omitempty"`   // file with its PIN
	Control        string  `json:"control"`
	PID            int     `json:"pid"`
	Seed           uint64  `json:"seed"`
	Speed          float64 `json:"speed"`
	Baud           int     `json:"baud"`
	Flow           string  `json:"flow"`
	USB            string  `json:"usb,omitempty"` // the printer's USB socket
	Replies        string  `json:"replies"`
	Blanks         int     `json:"blanks"`
	Records        int     `json:"records"`
	Serial         string  `json:"serial"`
	Station        string  `json:"station"`
	Chip           string  `json:"chip"`
	Ribbon         string  `json:"ribbon"`
	RejectCapacity int     `json:"reject_capacity"`

	Machine         string `json:"machine"`
	Dispenser       string `json:"dispenser,omitempty"` // its port
	DispenserSerial string `json:"dispenser_serial,omitempty"`
}

// PrivateKeys is the file in the keys folder with both private keys, from which `hwsim people` seals more bundles for
// the same station.
const PrivateKeys = "private.jwks"

// ReadyFile is the file in the simulator's folder that holds the ready line while it runs.
const ReadyFile = "hwsim.json"

// Rig is a running simulator. Its methods may be called from any goroutine.
type Rig struct {
	world   *world.World
	line    *line.Line       // of the printer; of the dispenser where it stands alone
	usb     *line.Line       // nil: the printer has no USB socket
	printer *printer.Printer // nil: a dispenser stands alone
	front   front            // the dispenser, if there is one
	door    reader.Door      // nil with PCSC "none"
	scene   *scene.Scene
	holding holding
	seen    seen
	ready   Ready
	dir     string
	control *control

	readerGone atomic.Bool // a fault has taken its service away

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	once   sync.Once
	closed error

	centreMu sync.Mutex
	centre   *centre.Centre
	bundles  int
}

// Start starts a simulator. ctx ending does not stop it: Close does.
func Start(ctx context.Context, o Options) (*Rig, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &Rig{dir: o.Dir}
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := r.build(o); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (o Options) complete() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("the simulator needs a folder: --dir")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, err
	}
	o.Dir = dir
	either := func(what string, value *string, choices ...string) error {
		if *value == "" {
			*value = choices[0]
		}
		for _, c := range choices {
			if *value == c {
				return nil
			}
		}
		return fmt.Errorf("%s is one of %v, not %q", what, choices, *value)
	}
	err = errors.Join(
		either("--pcsc", &o.PCSC, "own", "pcscd", "none"),
		either("--station", &o.Station, "contact", "contactless"),
		either("--chip", &o.Chip, "ktpel", string(card.Plain)),
		either("--replies", &o.Replies, "ack", "text"),
		either("--flow", &o.Flow, "none", "rtscts", "xonxoff", "both"),
		either("--ribbon", &o.Ribbon, "ymcko", "ymckok", "ko", "k"),
		either("--machine", &o.Machine, onlyPrinter, onlyDispenser, bothMachines),
	)
	if err != nil {
		return o, err
	}
	if o.Flow != "none" && o.Replies != "text" {
		return o, errors.New("--flow: a printer's port has ACK/NACK or a flow control, so it goes with --replies text")
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Speed <= 0 {
		o.Speed = 1
	}
	if o.Baud <= 0 {
		o.Baud = 115200
	}
	if o.RejectCapacity <= 0 {
		o.RejectCapacity = world.DefaultRejectCapacity
	}
	o.Blanks = count(o.Blanks, 100)
	o.Records = count(o.Records, 25)
	return o, nil
}

// count: 0 is the default, below is none.
func count(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return max(n, 0)
}

func (r *Rig) build(o Options) error {
	var err error
	if r.scene, err = scene.Parse(o.Scene); err != nil {
		return err
	}
	cards := filepath.Join(o.Dir, "cards")
	for _, dir := range []string{o.Dir, cards, filepath.Join(o.Dir, "inbox"), filepath.Join(o.Dir, "keys")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the simulator's folder: %w", err)
		}
	}
	chipKeys, err := openChipKeys(o.SCP03, filepath.Join(o.Dir, "keys", ChipKeysFile))
	if err != nil {
		return err
	}
	kind := card.KTPel
	if o.Chip == string(card.Plain) {
		kind = card.Plain
	}
	r.world = world.New(world.Options{
		Seed: o.Seed, Speed: o.Speed, Blanks: o.Blanks, RejectCapacity: o.RejectCapacity, Ribbon: o.Ribbon,
		RibbonCards: o.RibbonCards, Dir: cards, OnDemand: o.NoPictures, Dispenser: dispenserOf(o.Machine),
		NewChip: func(uid []byte) world.Chip { return card.New(uid, card.Options{Kind: kind, Keys: chipKeys(uid)}) },
	})
	if err := r.openCentre(o); err != nil {
		return err
	}
	if err := r.openLines(o); err != nil {
		return err
	}
	if err := r.openDoor(o); err != nil {
		return err
	}
	r.world.SetHooks(r.hooks())
	r.ready = Ready{
		Inbox: filepath.Join(o.Dir, "inbox"), Keys: filepath.Join(o.Dir, "keys"),
		Control: filepath.Join(o.Dir, ControlSocket), PID: os.Getpid(), Seed: o.Seed, Speed: o.Speed, Baud: o.Baud, Flow: o.Flow,
		Replies: o.Replies, Blanks: o.Blanks, Records: o.Records, Station: o.Station,
		Ribbon: o.Ribbon, RejectCapacity: o.RejectCapacity, Chip: o.Chip,
	}
	if o.SAM {
		r.ready.SAM, r.ready.SAMPIN = reader.SecondSlot, filepath.Join(o.Dir, "keys", SAMPINFile)
	}
	if o.SCP03.On {
		r.ready.ChipKeys = filepath.Join(o.Dir, "keys", ChipKeysFile)
	}
	if err := r.powerUp(o); err != nil {
		return err
	}
	if r.door != nil {
		r.ready.Reader, r.ready.Socket = r.door.Name(), r.door.Socket()
	}
	if r.control, err = listen(o.Dir, r.Do); err != nil {
		return err
	}
	text, err := json.Marshal(r.ready)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.Dir, ReadyFile), append(text, '\n'), 0o600)
}

func (r *Rig) openDoor(o Options) error {
	sam, err := o.openSAM()
	if err != nil {
		return err
	}
	switch o.PCSC {
	case "own":
		r.door, err = reader.OpenOwn(filepath.Join(r.dir, "pcsc"), "Cetak Simulator 00 00")
	case "pcscd":
		r.door, err = reader.OpenPCSCD(filepath.Join(r.dir, "pcsc"), sam)
	}
	return err
}

// openCentre makes the people of the first bundle. Keys that lie in the folder from an earlier run are used again, so a
// station that was set up with them still opens the records.
func (r *Rig) openCentre(o Options) error {
	keys := filepath.Join(o.Dir, "keys")
	c, err := OpenCentre(o.Seed, centre.Options{WNA: o.WNA, First: o.FirstCards}, keys)
	if err != nil {
		return err
	}
	r.centre = c
	if o.Records == 0 {
		return nil
	}
	_, err = r.addRecords(o.Records)
	return err
}

// OpenCentre makes a centre that seals for the station whose keys lie in the folder; without any it makes and writes them.
func OpenCentre(seed uint64, o centre.Options, keys string) (*centre.Centre, error) {
	private := filepath.Join(keys, PrivateKeys)
	have, err := centre.LoadKeys(private)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	o.Keys = have
	c := centre.New(seed, o)
	if err := c.WriteKeys(keys); err != nil {
		return nil, err
	}
	return c, c.Keys().Save(private)
}

// addRecords puts a bundle of n new people into the inbox, whole or not at all.
func (r *Rig) addRecords(n int) (string, error) {
	r.centreMu.Lock()
	defer r.centreMu.Unlock()
	bundle, err := r.centre.Bundle(n)
	if err != nil {
		return "", err
	}
	name := "records.prr"
	if r.bundles > 0 {
		name = fmt.Sprintf("records-%d.prr", r.bundles+1)
	}
	r.bundles++
	path := filepath.Join(r.dir, "inbox", name)
	part := path + ".part"
	if err := os.WriteFile(part, bundle, 0o600); err != nil {
		return "", err
	}
	return path, os.Rename(part, path)
}

func (r *Rig) hooks() world.Hooks {
	h := world.Hooks{Event: func(name string) {
		r.seen.note(name)
		for _, f := range r.scene.On(name) {
			r.apply(name, f)
		}
	}}
	if r.door != nil {
		h.Insert = func(c *world.Contact) { r.door.Insert(c) }
		h.Remove = r.door.Remove
	}
	return h
}

// Ready is what a program needs to know.
func (r *Rig) Ready() Ready { return r.ready }

// World is the truth, as `hwsim world --json` tells it. A picture that cannot be written is an error of this machine's disk,
// and panics.
func (r *Rig) World() world.Truth {
	t, err := r.world.Truth()
	if err != nil {
		panic(err)
	}
	return t
}

// Centre is the centre that makes the records. Use it before or after, not while `records` verbs run.
func (r *Rig) Centre() *centre.Centre { return r.centre }

// Door is the reader, nil with PCSC "none": to stop and start its service.
func (r *Rig) Door() reader.Door { return r.door }

// Close ends everything and leaves the folder with its pictures, keys and inbox. It may be called twice.
func (r *Rig) Close() error {
	r.once.Do(func() {
		r.cancel()
		var errs []error
		if r.control != nil {
			errs = append(errs, r.control.close())
		}
		for _, l := range []*line.Line{r.line, r.front.line, r.usb} {
			if l != nil {
				errs = append(errs, l.Close())
			}
		}
		r.wg.Wait()
		if r.door != nil {
			errs = append(errs, r.door.Close())
		}
		if r.world != nil {
			_, err := r.world.Truth() // waits for pictures on their way to the disk
			errs = append(errs, err)
		}
		if r.ready.PID != 0 {
			errs = append(errs, os.Remove(filepath.Join(r.dir, ReadyFile)))
		}
		r.closed = errors.Join(errs...)
	})
	return r.closed
}
