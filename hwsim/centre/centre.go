package centre

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Options shape what a centre makes; the zero value is ready to use.
type Options struct {
	Now   time.Time // the moment of the centre's clock; zero is the moment of New
	WNA   int       // how many people of every bundle are foreigners (ITAP holders); at most all of them
	Keys  Keys      // both private keys; zero makes new ones
	First bool      // nobody had a card before: every record is issue 1 of revision 1
}

// Centre makes records and keeps those it made. One goroutine at a time.
type Centre struct {
	seed    uint64
	now     time.Time
	wna     int
	first   bool
	keys    Keys
	people  *register
	records []Record
}

// New makes a centre. The same seed and the same Options.Now make the same people, portraits, and signatures; keys are new unless given.
// It panics only if the machine has no randomness for keys.
func New(seed uint64, o Options) *Centre {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if o.Keys.Station.Key == nil || o.Keys.Centre.Key == nil {
		keys, err := NewKeys()
		if err != nil {
			panic(fmt.Sprintf("centre: %v", err))
		}
		o.Keys = keys
	}
	now := o.Now.UTC().Truncate(time.Minute)
	return &Centre{seed: seed, now: now, wna: o.WNA, first: o.First, keys: o.Keys, people: newRegister(seed, now)}
}

// Keys returns both private keys, to Save them or to give them to another centre for the same station.
func (c *Centre) Keys() Keys { return c.keys }

// StationKey returns the station's private key, which opens the envelopes.
func (c *Centre) StationKey() jose.JSONWebKey { return c.keys.Station }

// CentreKey returns the centre's public key, which proves records and manifests.
func (c *Centre) CentreKey() jose.JSONWebKey { return c.keys.Centre.Public() }

// Now is the centre's clock, UTC, whole minutes.
func (c *Centre) Now() time.Time { return c.now }

// Records returns all records made so far, in the order of their making.
func (c *Centre) Records() []Record { return slices.Clone(c.records) }

// Record returns the i-th record made, from 0. It panics if there is none.
func (c *Centre) Record(i int) Record { return c.records[i] }

// Make makes n new records.
func (c *Centre) Make(n int) ([]Record, error) {
	first := len(c.records)
	foreign := rand.New(rand.NewPCG(c.seed, streamForeign+uint64(first))).Perm(n)
	for k := range n {
		person := c.people.next(foreign[k] < c.wna)
		record, err := c.record(person)
		if err != nil {
			return nil, err
		}
		c.records = append(c.records, record)
	}
	return slices.Clone(c.records[first:]), nil
}

// Bundle makes n new people with fresh record ids and returns the content of a *.prr file.
func (c *Centre) Bundle(n int) ([]byte, error) {
	records, err := c.Make(n)
	if err != nil {
		return nil, err
	}
	lines := make([]string, n)
	for i, r := range records {
		if lines[i], err = c.Envelope(r); err != nil {
			return nil, err
		}
	}
	return c.BundleOf(lines...)
}

// People yields the first n people of the seed, all WNI, without portraits, signatures, or chip data: cheap enough for hundreds of
// thousands. They are the people that Make gives in the same order when Options.WNA is 0, and take nothing away from it.
func (c *Centre) People(n int) iter.Seq[Person] {
	return func(yield func(Person) bool) {
		people := newRegister(c.seed, c.now)
		for range n {
			if !yield(people.next(false)) {
				return
			}
		}
	}
}

// record makes the print-ready record of p.
func (c *Centre) record(p Person) (Record, error) {
	rng := rand.New(rand.NewPCG(c.seed, streamRecord+uint64(p.Number)))
	r := Record{
		V: 1, ID: p.ID, Issue: 1, Revision: 1, Kind: KindWNI, Specimen: true, Reason: p.Reason,
		Cleared: p.Cleared, NotAfter: p.Cleared.Add(180 * 24 * time.Hour), Fields: p.Fields,
	}
	if p.Foreign {
		r.Kind = KindWNA
	}
	if c.first && p.Reason != "pemula" {
		r.Reason = "prr"
	}
	switch r.Reason {
	case "hilang", "rusak", "pindah":
		r.Issue = 2 + rng.IntN(2)
	case "perubahan":
		r.Issue, r.Revision = 2, 2
	}
	portrait := DrawPortrait(c.seed, p)
	var err error
	if r.Photo, err = encodePhoto(portrait); err != nil {
		return Record{}, err
	}
	chipPortrait, err := encodeChipPortrait(portrait)
	if err != nil {
		return Record{}, err
	}
	signature := drawSignature(rng, p)
	if r.Signature, err = signature.png(); err != nil {
		return Record{}, err
	}
	r.Chip = map[string][]byte{
		"6FF2": withLength(chipPortrait),
		"6FF3": withLength(signature.raster()),
		"6FF4": withLength(minutiae(rng, rightIndex)),
		"6FF5": withLength(minutiae(rng, leftIndex)),
	}
	return r, c.Resign(&r)
}
