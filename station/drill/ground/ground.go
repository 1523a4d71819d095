package ground

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/drill"
	"cetak/station/durable"
	"cetak/station/journal"
	"cetak/station/program"
)

// NoWorld says that the simulator of this drill is gone and left no word of the cards, so the drill cannot be scored.
const NoWorld drivers.Code = "K-223"

// What lies in a drill's folder.
const (
	deskFolder = "desk" // the station
	simFolder  = "sim"
	noteFile   = "drill.json"
	sceneFile  = "day.scene"
	policyFile = "policy.toml"
	worldFile  = "world.json" // the world as it was when the simulator was ended
)

// DefaultRoot is the folder that drills are kept in when none is named: beside the station's.
func DefaultRoot() string { return assembly.DefaultDir() + "-drill" }

// Ground is one drill: its folder and what is noted of it. Not safe for concurrent use.
type Ground struct {
	Dir  string
	Day  drill.Day
	Note Note
}

// Note is what a drill is and how far it is, in drill.json.
type Note struct {
	Day      string    `json:"day"`
	Began    time.Time `json:"began"`
	Speed    float64   `json:"speed"`
	Language string    `json:"language"`
	Confirm  int       `json:"confirm"`  // a person judges every n-th card by eye
	Password string    `json:"password"` // of everybody
	People   []Person  `json:"people"`
	Hints    int       `json:"hints"` // that were asked for
	Ended    time.Time `json:"ended"` // zero: the simulator was not ended in order yet
}

// Person is one who can be played.
type Person struct {
	Name string      `json:"name"`
	Role access.Role `json:"role"`
}

// Options of a new drill.
type Options struct {
	Speed    float64 // how many times as fast as the real machine
	Language string
	Confirm  int // a person judges every n-th card by eye; 0 = none
}

// Desk is the folder of the drill's station.
func (g *Ground) Desk() string { return filepath.Join(g.Dir, deskFolder) }

// Sim is the folder of its simulator.
func (g *Ground) Sim() string { return filepath.Join(g.Dir, simFolder) }

// Is reports whether a folder is one drill's.
func Is(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, noteFile))
	return err == nil
}

// Make makes the folder of a new drill in root, which holds one folder for each. There is no station in it yet: Run makes it once the
// simulator runs. A root that is a station, or lies in one, is refused and nothing is written. Faults: NoDrill, Unreadable.
func Make(root string, d drill.Day, o Options) (*Ground, error) {
	if err := notStation(root); err != nil {
		return nil, err
	}
	g := &Ground{Day: d, Note: Note{Day: d.ID, Began: time.Now().UTC(), Speed: o.Speed, Language: o.Language, Confirm: o.Confirm,
		Password: fmt.Sprintf("latihan-%03d", 100+rand.IntN(900))}}
	g.Note.People = []Person{{"siti", access.Operator}, {"rina", access.Supervisor}, {"budi", access.Supervisor}}
	stamp := time.Now().Format("20060102-150405-") + d.ID
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, unreadable(root, err)
	}
	for n := 1; ; n++ {
		g.Dir = filepath.Join(root, stamp)
		if n > 1 {
			g.Dir += fmt.Sprintf("-%d", n)
		}
		err := os.Mkdir(g.Dir, 0o700)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, unreadable(g.Dir, err)
		}
	}
	abs, err := filepath.Abs(g.Dir)
	if err != nil {
		return nil, unreadable(g.Dir, err)
	}
	g.Dir = abs
	return g, g.save()
}

// notStation refuses a folder that is a station, or lies in one.
func notStation(root string) error {
	abs, err := filepath.Abs(root)
	if err != nil {
		return unreadable(root, err)
	}
	for at := abs; ; at = filepath.Dir(at) {
		for _, name := range []string{config.File, assembly.JournalFile} {
			if _, err := os.Lstat(filepath.Join(at, name)); err == nil {
				return &drivers.Fault{Code: assembly.NoDrill, Op: "drill", Card: drivers.NoCard, Again: drivers.AgainNever, Detail: at + " holds a station"}
			}
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// Open opens the drill in dir, or the newest of those that dir holds. Faults: NoDrill, Unreadable.
func Open(dir string) (*Ground, error) {
	if !Is(dir) {
		all, err := filepath.Glob(filepath.Join(dir, "*", noteFile))
		if err != nil || len(all) == 0 {
			return nil, &drivers.Fault{Code: assembly.NoDrill, Op: "drill", Card: drivers.NoCard, Again: drivers.AgainAfterOperator,
				Detail: "there is no drill in " + dir, Err: err}
		}
		dir = filepath.Dir(slices.Max(all)) // their names begin with the moment they began
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, unreadable(dir, err)
	}
	g := &Ground{Dir: abs}
	return g, g.read()
}

func (g *Ground) read() error {
	b, err := os.ReadFile(filepath.Join(g.Dir, noteFile))
	if err != nil {
		return unreadable(g.Dir, err)
	}
	if err := json.Unmarshal(b, &g.Note); err != nil {
		return unreadable(noteFile, err)
	}
	var ok bool
	if g.Day, ok = drill.Named(g.Note.Day); !ok {
		return unreadable(noteFile, fmt.Errorf("there is no day %q", g.Note.Day))
	}
	return nil
}

func (g *Ground) save() error {
	b, err := json.MarshalIndent(g.Note, "", "  ")
	if err == nil {
		err = durable.Write(filepath.Join(g.Dir, noteFile), append(b, '\n'), 0o600)
	}
	if err != nil {
		return unreadable(noteFile, err)
	}
	return nil
}

// Hint notes that one more hint was asked for and gives all that were; more says whether there is another.
func (g *Ground) Hint(lang string) (hints []string, more bool, err error) {
	if err := g.read(); err != nil {
		return nil, false, err
	}
	all := g.Day.In(lang).Hints
	if g.Note.Hints < len(all) {
		g.Note.Hints++
		if err := g.save(); err != nil {
			return nil, false, err
		}
	}
	return all[:g.Note.Hints], g.Note.Hints < len(all), nil
}

// Score works out what the day was worth so far, from the journal and the simulator's world: also while a program holds the station,
// and after the simulator was ended in order. Faults: NoWorld, those of the journal.
func (g *Ground) Score(ctx context.Context) (drill.Result, error) {
	if err := g.read(); err != nil {
		return drill.Result{}, err
	}
	cfg, err := config.Load(g.Desk())
	if err != nil {
		return drill.Result{}, err
	}
	raw, err := g.world(ctx)
	if err != nil {
		return drill.Result{}, err
	}
	e := drill.Evidence{Rules: assembly.Rules(cfg), Hints: g.Note.Hints}
	if err := json.Unmarshal(raw, &e.World); err != nil {
		return drill.Result{}, noWorld(err)
	}
	j, err := journal.OpenReader(ctx, filepath.Join(g.Desk(), assembly.JournalFile))
	if err != nil {
		return drill.Result{}, err
	}
	defer j.Close()
	e.Entries = j.Entries(ctx, 0)
	return drill.Of(g.Day, e)
}

// world is the truth as the simulator tells it, or as it told it when it was ended.
func (g *Ground) world(ctx context.Context) ([]byte, error) {
	if g.running() {
		return g.ask(ctx, "world", "--json")
	}
	b, err := os.ReadFile(filepath.Join(g.Dir, worldFile))
	if err != nil {
		return nil, noWorld(err)
	}
	return b, nil
}

// running reports whether the simulator is there to be asked: its ready line goes with it.
func (g *Ground) running() bool {
	_, err := os.Stat(filepath.Join(g.Sim(), "hwsim.json"))
	return err == nil
}

// ask has a program of the simulator say or do something.
func (g *Ground) ask(ctx context.Context, verb string, words ...string) ([]byte, error) {
	out, err := program.AskSimulator(ctx, "drill", g.Sim(), verb, words...)
	if err != nil && !errors.Is(err, assembly.NoProgram) {
		return nil, noWorld(err)
	}
	return out, err
}

func noWorld(err error) error {
	return &drivers.Fault{Code: NoWorld, Op: "drill", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Err: err}
}

func unreadable(what string, err error) error {
	return &drivers.Fault{Code: config.Unreadable, Op: "drill", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: what, Err: err}
}
