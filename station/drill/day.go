package drill

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"cetak/drivers"
)

// Day is one drill.
type Day struct {
	ID      string `toml:"id"`
	Order   int    `toml:"order"`   // in the list of days, the easiest first
	Minutes int    `toml:"minutes"` // about how long it takes
	People  int    `toml:"people"`  // records that wait
	Blanks  int    `toml:"blanks"`  // in the feeder and in the books when it begins
	Seed    uint64 `toml:"seed"`    // of the simulator: the same day each time
	Needed  int    `toml:"needed"`  // blanks that are lost whatever the trainee does

	Before []string `toml:"before"` // hands on the machine before the trainee comes, as `hwsim do` takes them
	Scene  []string `toml:"scene"`  // what goes wrong by itself: rules as `hwsim run --scene` reads them
	Stages []Stage  `toml:"stage"`  // what a hand does in the middle of the day, in this order

	Recover Recover `toml:"recover"`
	Marks   Marks   `toml:"marks"`

	Words map[string]Words `toml:"words"` // by language
}

// Stage is a moment of the day at which somebody reaches into the machine.
type Stage struct {
	At    string   `toml:"at"` // the event, as a scene names it: "station 4"
	Hands []string `toml:"hands"`
	Cut   bool     `toml:"cut"` // the power of the desk fails too: the program is killed
}

// Recover is what the trainee has to get right. Exactly one of its kinds is set, or none.
type Recover struct {
	Fault   []drivers.Code `toml:"fault"`   // these faults stop the line
	Again   int            `toml:"again"`   // how often they may before it means that their cause was not taken away; 0 = once
	Cut     bool           `toml:"cut"`     // the program is killed with a card in the machine
	Missing int            `toml:"missing"` // blanks that are gone when the shift is closed
}

// Any reports whether there is something to recover from.
func (r Recover) Any() bool { return len(r.Fault) > 0 || r.Cut || r.Missing > 0 }

// Marks is what each part is worth; together 100.
type Marks struct {
	Work    int `toml:"work"`    // everybody has a card
	Advice  int `toml:"advice"`  // the right advice was followed
	Blanks  int `toml:"blanks"`  // no blank was lost without need
	Idle    int `toml:"idle"`    // the line did not wait for a hand
	Closing int `toml:"closing"` // the shift is closed, and books and machine agree
}

// Full is the most a day can be worth.
const Full = 100

// Words are a day's in one language.
type Words struct {
	Title  string   `toml:"title"`
	Told   []string `toml:"told"`   // before it begins, a sentence or two each
	Hints  []string `toml:"hints"`  // one after the other, when they are asked for
	Lesson string   `toml:"lesson"` // what the day is about, told with the score
}

// In are the day's words in a language; Indonesian for one there is not.
func (d Day) In(lang string) Words {
	if w, ok := d.Words[lang]; ok {
		return w
	}
	return d.Words["id"]
}

// Script is the scene for `hwsim run --scene`: what goes wrong, and where the machine waits for a Stage.
func (d Day) Script() string {
	lines := slices.Clone(d.Scene)
	for _, s := range d.Stages {
		lines = append(lines, "on "+s.At+" do hold once")
	}
	return strings.Join(lines, "\n") + "\n"
}

//go:embed days/*.toml
var files embed.FS

// Days are all days, the easiest first. The caller changes nothing in them.
var Days = sync.OnceValue(func() []Day {
	all, err := read(files, "days")
	if err != nil {
		panic(err) // embedded and covered by a test: it cannot be wrong in a program that was built
	}
	return all
})

// Named finds a day by its id.
func Named(id string) (Day, bool) {
	i := slices.IndexFunc(Days(), func(d Day) bool { return d.ID == id })
	if i < 0 {
		return Day{}, false
	}
	return Days()[i], true
}

func read(from fs.FS, folder string) ([]Day, error) {
	names, err := fs.Glob(from, path.Join(folder, "*.toml"))
	if err != nil {
		return nil, err
	}
	var all []Day
	for _, name := range names {
		b, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		d, err := parse(string(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Day) int { return a.Order - b.Order })
	return all, nil
}

// parse reads one day and holds it to what a day must have.
func parse(text string) (Day, error) {
	var d Day
	if err := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(&d); err != nil {
		return Day{}, err
	}
	m, kinds := d.Marks, 0
	for _, is := range []bool{len(d.Recover.Fault) > 0, d.Recover.Cut, d.Recover.Missing > 0} {
		if is {
			kinds++
		}
	}
	cut := slices.ContainsFunc(d.Stages, func(s Stage) bool { return s.Cut })
	switch {
	case d.ID == "" || d.Minutes <= 0 || d.People <= 0 || d.Blanks < d.People+d.Needed || d.Seed == 0:
		return Day{}, fmt.Errorf("id, minutes, people, seed, and enough blanks are needed")
	case m.Work+m.Advice+m.Blanks+m.Idle+m.Closing != Full || min(m.Work, m.Advice, m.Blanks, m.Idle, m.Closing) < 0:
		return Day{}, fmt.Errorf("the marks are not %d together", Full)
	case kinds > 1 || (kinds == 0) != (m.Advice == 0):
		return Day{}, fmt.Errorf("marks for advice go with one thing to recover from")
	case d.Recover.Cut != cut:
		return Day{}, fmt.Errorf("recover.cut goes with a stage that cuts the power")
	}
	hints := -1
	for _, lang := range []string{"id", "en"} {
		w, ok := d.Words[lang]
		if !ok || w.Title == "" || len(w.Told) == 0 || len(w.Hints) == 0 || w.Lesson == "" || hints >= 0 && len(w.Hints) != hints {
			return Day{}, fmt.Errorf("words.%s: title, told, hints (as many in each language), and lesson are needed", lang)
		}
		hints = len(w.Hints)
	}
	return d, nil
}
