package readiness

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

// Finding is what a self-test found, by kind. Its words are in notes.toml.
type Finding string

// The closed list of findings; behind each its figures.
const (
	FoundAnswers       Finding = "answers" // right, asked
	FoundBitmap        Finding = "bitmap"  // bytes, milliseconds
	FoundAt            Finding = "at"      // word: a drivers.Position
	FoundRibbon        Finding = "ribbon"  // cards left
	FoundCondition     Finding = "condition"
	FoundReader        Finding = "reader" // word: its name
	FoundClock         Finding = "clock"  // word: date, time, and zone
	FoundServerKeeps   Finding = "server-keeps"
	FoundServerNone    Finding = "server-none"
	FoundServerUnknown Finding = "server-unknown"
	FoundYear          Finding = "year"   // word: the year
	FoundBehind        Finding = "behind" // seconds
	FoundDisk          Finding = "disk"   // bytes, milliseconds
	FoundDiskUnwritten Finding = "disk-unwritten"
	FoundDiskChanged   Finding = "disk-changed"
	FoundInbox         Finding = "inbox" // files
	FoundInboxShut     Finding = "inbox-unreadable"
	FoundOutbox        Finding = "outbox"
	FoundOutboxShut    Finding = "outbox-unwritable"
	FoundCardWay       Finding = "card-way"
	FoundChip          Finding = "chip" // bytes
	FoundChipEnded     Finding = "chip-ended"
	FoundChipKept      Finding = "chip-kept" // word: the code of what stood against ending it
	FoundJudged        Finding = "judged"
	FoundCards         Finding = "cards"  // counter, more by
	FoundPanels        Finding = "panels" // counter, more by, due
	FoundNoCounters    Finding = "no-counters"
	FoundNotLooked     Finding = "not-looked"
)

// Findings lists all.
func Findings() []Finding {
	return []Finding{FoundAnswers, FoundBitmap, FoundAt, FoundRibbon, FoundCondition, FoundReader, FoundClock, FoundServerKeeps, FoundServerNone,
		FoundServerUnknown, FoundYear, FoundBehind, FoundDisk, FoundDiskUnwritten, FoundDiskChanged, FoundInbox, FoundInboxShut, FoundOutbox, FoundOutboxShut,
		FoundCardWay, FoundChip, FoundChipEnded, FoundChipKept, FoundJudged, FoundCards, FoundPanels, FoundNoCounters, FoundNotLooked}
}

// Note is one finding with its figures, without personal data. It is kept in the journal as this, and told in the language of whoever
// reads it.
type Note struct {
	Is   Finding `json:"is"`
	N    []int64 `json:"n,omitempty"`
	Word string  `json:"word,omitempty"`
}

// Found makes a Note of figures.
func Found(is Finding, n ...int64) Note { return Note{Is: is, N: n} }

// FoundWord makes a Note of a word: one of a closed list of the drivers, or a name.
func FoundWord(is Finding, word string) Note { return Note{Is: is, Word: word} }

//go:embed notes.toml
var notesText string

// tongue is one language of notes.toml.
type tongue struct {
	Notes map[Finding]string `toml:"notes"`
	Words map[string]string  `toml:"words"`
}

// tongues is read once and never changed. A test reads it too, so a broken one does not leave the workshop.
var tongues = sync.OnceValue(func() map[string]tongue {
	var all map[string]tongue
	if err := toml.NewDecoder(strings.NewReader(notesText)).DisallowUnknownFields().Decode(&all); err != nil {
		panic("notes.toml: " + err.Error())
	}
	return all
})

// In tells a note in a language, Indonesian for one there is not. A finding of a later release is told by its bare name and figures.
func (n Note) In(lang string) string {
	t, ok := tongues()[lang]
	if !ok {
		lang, t = "id", tongues()["id"]
	}
	word, ok := t.Words[n.Word]
	if !ok {
		word = n.Word
	}
	pairs := []string{"{w}", word}
	bare := []string{string(n.Is)}
	for i, f := range n.N {
		at := strconv.Itoa(i + 1)
		pairs = append(pairs, "{"+at+"}", grouped(f, lang), "{"+at+"s}", seconds(f, lang))
		bare = append(bare, strconv.FormatInt(f, 10))
	}
	form, ok := t.Notes[n.Is]
	if !ok {
		return strings.TrimSpace(strings.Join(bare, " ") + " " + n.Word)
	}
	return strings.NewReplacer(pairs...).Replace(form)
}

// Says tells what a test found. Detail follows: the device's own words of a failed test, and what tests of earlier releases left.
func (f Fact) Says(lang string) string {
	var all []string
	for _, n := range f.Notes {
		all = append(all, n.In(lang))
	}
	if f.Detail != "" {
		all = append(all, f.Detail)
	}
	return strings.Join(all, "; ")
}

// marks of a language: between thousands, and before tenths.
func marks(lang string) (group, point string) {
	if lang == "en" {
		return ",", "."
	}
	return ".", ","
}

func grouped(n int64, lang string) string {
	group, _ := marks(lang)
	s, sign := strconv.FormatInt(n, 10), ""
	if n < 0 {
		sign, s = s[:1], s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + group + s[i:]
	}
	return sign + s
}

// seconds writes milliseconds as seconds with tenths.
func seconds(ms int64, lang string) string {
	_, point := marks(lang)
	return strings.Replace(strconv.FormatFloat(float64(ms)/1000, 'f', 1, 64), ".", point, 1)
}
