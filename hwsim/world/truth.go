package world

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"strings"
	"time"
)

// Truth is the whole world at one moment, as `hwsim world --json` tells it.
type Truth struct {
	Feeder         int       `json:"feeder"`
	FeederCards    []string  `json:"feeder_cards"` // UIDs, the next to be taken first
	Machine        *CardInfo `json:"machine"`
	Dispenser      *CardInfo `json:"dispenser,omitempty"` // the card in it
	Slot           *CardInfo `json:"slot,omitempty"`      // the card between dispenser and printer
	Reader         *CardInfo `json:"reader"`
	Trays          Trays     `json:"trays"`
	Counters       Counters  `json:"counters"`
	Ribbon         Ribbon    `json:"ribbon"`
	RejectCapacity int       `json:"reject_capacity"`
	CoverOpen      bool      `json:"cover_open"`
	Jam            bool      `json:"jam"`
	Clock          time.Time `json:"clock"`
	Speed          float64   `json:"speed"`
	Seed           uint64    `json:"seed"`
}

// Trays are the cards that came out, oldest first.
type Trays struct {
	Good    []CardInfo `json:"good"`
	Reject  []CardInfo `json:"reject"`
	Bin     []CardInfo `json:"bin"`     // the dispenser's box of bad cards
	Emptied []CardInfo `json:"emptied"` // taken out of the reject box
	Hand    []CardInfo `json:"hand"`    // taken out of the transport by hand
}

// CardInfo is one card.
type CardInfo struct {
	UID     string            `json:"uid"`
	Place   Place             `json:"place"`
	State   string            `json:"state"` // of the chip: blank, partial, sealed
	Printed bool              `json:"printed"`
	Files   map[string]string `json:"files"`            // file id -> SHA-256 of its content, hex
	Prints  map[string]string `json:"prints,omitempty"` // panel -> SHA-256 of what it burnt, a byte a dot, hex
	PNG     string            `json:"png,omitempty"`    // the face as seen
	Back    string            `json:"back,omitempty"`   // the back, when anything is on it
	Panels  map[string]string `json:"panels,omitempty"` // what each panel burnt
	Tries   *int              `json:"tries,omitempty"`  // wrong cryptograms that the chip still takes, where it has keys
}

// Truth tells everything. It waits for pictures that are being written.
func (w *World) Truth() (Truth, error) {
	w.pictureGroup.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.drawnLocked(); err != nil {
		return Truth{}, err
	}
	t := Truth{
		Feeder: len(w.feeder), Counters: w.counters, Ribbon: w.ribbon, RejectCapacity: w.opt.RejectCapacity,
		CoverOpen: w.coverOpen, Jam: w.jammed || w.frontJammed, Clock: w.Clock.Now(), Speed: w.Clock.Speed(), Seed: w.opt.Seed,
		Trays: Trays{Good: infos(w.trays[Good]), Reject: infos(w.trays[Reject]), Bin: infos(w.trays[Bin]), Emptied: infos(w.trays[Emptied]),
			Hand: infos(w.trays[Hand])},
		FeederCards: make([]string, 0, len(w.feeder)),
	}
	for _, c := range w.feeder {
		t.FeederCards = append(t.FeederCards, c.uid)
	}
	for _, at := range []struct {
		c  *Card
		to **CardInfo
	}{{w.machine, &t.Machine}, {w.front, &t.Dispenser}, {w.slot, &t.Slot}, {w.onReader, &t.Reader}} {
		if at.c != nil {
			i := info(at.c)
			*at.to = &i
		}
	}
	return t, nil
}

// drawnLocked sees to it that what is told of a card and its picture are of the same moment. The lock is held, and let go while
// pictures are drawn. A head that burns on all the while is told as it is in the end.
func (w *World) drawnLocked() error {
	for range 3 {
		var undrawn []*Card
		for _, c := range w.cards {
			if c.dirty || c.drawing {
				undrawn = append(undrawn, c)
			}
		}
		if len(undrawn) == 0 || w.opt.Dir == "" || w.opt.OnDemand {
			return nil
		}
		w.mu.Unlock()
		for _, c := range undrawn {
			if err := w.draw(c); err != nil {
				w.mu.Lock()
				return err
			}
		}
		w.mu.Lock()
	}
	return nil
}

func infos(cards []*Card) []CardInfo {
	list := make([]CardInfo, 0, len(cards))
	for _, c := range cards {
		list = append(list, info(c))
	}
	return list
}

func info(c *Card) CardInfo {
	i := CardInfo{UID: c.uid, Place: c.place, State: "none", Printed: len(c.burnt) > 0 || len(c.pictures) > 0,
		Files: map[string]string{}, Prints: c.digests(), PNG: c.pictures[""], Back: c.pictures["back"], Panels: map[string]string{}}
	for panel, path := range c.pictures {
		if panel != "" && panel != "back" {
			i.Panels[panel] = path
		}
	}
	if c.chip != nil {
		i.State = c.chip.State()
		if keyed, ok := c.chip.(interface{ Tries() (int, bool) }); ok {
			if left, has := keyed.Tries(); has {
				i.Tries = &left
			}
		}
		for id, content := range c.chip.Files() {
			sum := sha256.Sum256(content)
			i.Files[id] = hex.EncodeToString(sum[:])
		}
	}
	return i
}

// digests tells what each panel burnt. The world's lock is held.
func (c *Card) digests() map[string]string {
	for panel, r := range c.burnt {
		if c.prints[panel] == "" {
			sum := sha256.Sum256(r.Dots)
			c.prints[panel] = hex.EncodeToString(sum[:])
		}
	}
	return maps.Clone(c.prints)
}

// Picture draws the card with that UID, also when pictures are drawn only on demand.
func (w *World) Picture(uid string) (CardInfo, error) {
	w.mu.Lock()
	c := w.cards[strings.ToUpper(uid)]
	w.mu.Unlock()
	if c == nil || w.opt.Dir == "" {
		return CardInfo{}, fmt.Errorf("picture: no card %q", uid)
	}
	if err := w.draw(c); err != nil {
		return CardInfo{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return info(c), nil
}

// SaveFile writes a chip file of the card with that UID to path: what a laboratory would read out of the silicon.
func (w *World) SaveFile(uid, file, path string) error {
	w.mu.Lock()
	c := w.cards[strings.ToUpper(uid)]
	w.mu.Unlock()
	if c == nil || c.chip == nil {
		return fmt.Errorf("chip-file: no card %q", uid)
	}
	content, ok := c.chip.Files()[strings.ToUpper(file)]
	if !ok {
		return fmt.Errorf("chip-file: card %s has no file %q", uid, file)
	}
	return os.WriteFile(path, content, 0o600)
}
