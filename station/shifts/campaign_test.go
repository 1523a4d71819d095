package shifts

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cetak/hwsim/centre"
	"cetak/hwsim/rig"
	"cetak/station/face"
	"cetak/station/record"
)

var (
	shiftCount = flag.Int("shifts", 6, "how many shifts to play")
	firstSeed  = flag.Uint64("seed", 1, "seed of the first")
	together   = flag.Int("together", 6, "how many at a time; most of a shift is waiting")
	programs   = flag.String("programs", "", "folder of cetakctl and hwsim; built when not given")
	story      = flag.Bool("story", false, "print every shift's story, not only of those that fail")
)

// tags are those that the programs are shipped with.
const tags = "x11,migrated_fynedo,no_animations,no_emoji"

// TestShifts plays the shifts and reports what they met.
func TestShifts(t *testing.T) {
	c := newCampaign(t)
	gate := make(chan struct{}, max(*together, 1))
	began := time.Now()
	var wg sync.WaitGroup
	for i := range *shiftCount {
		seed := *firstSeed + uint64(i)
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			c.play(seed)
		})
	}
	wg.Wait()
	c.report(time.Since(began))
}

// campaign is what the shifts have in common.
type campaign struct {
	t       *testing.T
	dir     string
	bin     string
	keys    string
	bundles []bundle
	faces   *face.Renderer

	mu     sync.Mutex
	judged map[string]string // print of a record by its digests -> what is wrong with it, "" for nothing
	met    map[string]int
	cards  int
	failed []uint64
}

// bundle is a file of records, and what a person may expect of each.
type bundle struct {
	name    string
	text    []byte
	records []*record.Record
}

func newCampaign(t *testing.T) *campaign {
	t.Helper()
	dir, err := os.MkdirTemp("", "shifts") // short: a socket's path must fit in 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	c := &campaign{t: t, dir: dir, bin: *programs, keys: filepath.Join(dir, "keys"), judged: map[string]string{}, met: map[string]int{}}
	t.Cleanup(func() {
		if !t.Failed() {
			os.RemoveAll(dir)
		}
	})
	if c.bin == "" {
		c.bin = filepath.Join(dir, "bin")
		out, err := exec.Command("go", "build", "-tags", tags, "-o", c.bin+"/", "cetak/station/cmd/cetakctl", "cetak/hwsim/cmd/hwsim").CombinedOutput()
		if err != nil {
			t.Fatalf("build the programs: %v\n%s", err, out)
		}
	} else if c.bin, err = filepath.Abs(c.bin); err != nil {
		t.Fatal(err)
	}
	if c.faces, err = face.New(); err != nil {
		t.Fatal(err)
	}
	c.makePeople()
	return c
}

// makePeople makes the bundles of all shifts once: portraits cost more than cards.
func (c *campaign) makePeople() {
	if err := os.MkdirAll(c.keys, 0o700); err != nil {
		c.t.Fatal(err)
	}
	people, err := rig.OpenCentre(*firstSeed, centre.Options{}, c.keys)
	if err != nil {
		c.t.Fatal(err)
	}
	keys, err := record.LoadKeys(c.keys)
	if err != nil {
		c.t.Fatal(err)
	}
	for i, n := range []int{3, 4, 2, 5, 1, 3} {
		b := bundle{name: fmt.Sprintf("bundle-%d.prr", i)}
		if b.text, err = people.Bundle(n); err != nil {
			c.t.Fatal(err)
		}
		for _, line := range strings.Fields(string(b.text)) {
			if record.IsManifest(line) {
				continue
			}
			r, err := record.Open(line, keys)
			if err != nil {
				c.t.Fatal(err)
			}
			b.records = append(b.records, r)
		}
		c.bundles = append(c.bundles, b)
	}
}

// broken ends a shift that violates the model.
type broken string

// play plays one shift and keeps its folder and story when it fails.
func (c *campaign) play(seed uint64) {
	s := &shift{c: c, seed: seed, dir: filepath.Join(c.dir, fmt.Sprint(seed)), met: map[string]int{}}
	why := s.day()
	s.close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, n := range s.met {
		c.met[k] += n
	}
	c.cards += s.made
	if why != "" {
		c.failed = append(c.failed, seed)
		c.t.Errorf("shift %d: %s\nits story:\n  %s\nits folder: %s\nagain: make shifts N=1 SEED=%d", seed, why, strings.Join(s.told, "\n  "), s.dir, seed)
		return
	}
	if *story {
		c.t.Logf("shift %d:\n  %s", seed, strings.Join(s.told, "\n  "))
	}
	os.RemoveAll(s.dir)
}

func (c *campaign) report(took time.Duration) {
	var b strings.Builder
	slices.Sort(c.failed)
	fmt.Fprintf(&b, "shifts %d from seed %d, failed %d %v, cards made %d, in %.0f s\n", *shiftCount, *firstSeed, len(c.failed), c.failed, c.cards, took.Seconds())
	for _, k := range slices.Sorted(maps.Keys(c.met)) {
		fmt.Fprintf(&b, "  %-44s %d\n", k, c.met[k])
	}
	fmt.Print(b.String()) // the count is told also when all is well
}

// random is the luck of one step: a step's luck does not hang on how much the steps before it drew.
func (s *shift) random(step int) *rand.Rand { return rand.New(rand.NewPCG(s.seed, uint64(step))) }
