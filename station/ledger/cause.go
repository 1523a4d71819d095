package ledger

import (
	"slices"
	"strings"

	"cetak/drivers"
)

// Roots of causes. A cause is a root, a root with a word of its list (`damage:scratched`), or `fault:<code>`
// (features.md B18: scrap, damage, adjust, and destroy are different columns).
const (
	CauseScrap   = "scrap"   // used up on purpose: set-up, test card
	CauseDamage  = "damage"  // broken, misprinted, worn
	CauseAdjust  = "adjust"  // book and count differ
	CauseDestroy = "destroy" // destroyed with a berita acara
	CauseFault   = "fault"   // a device's fault code follows
)

// FaultCause is the cause of a blank lost to a fault.
func FaultCause(c drivers.Code) string { return CauseFault + ":" + string(c) }

// CauseWord is one word of the list under a root.
type CauseWord struct {
	Root   string
	Word   string // "" = the root alone
	ID, EN string // words for papers and screens
}

// Cause is the word as a movement carries it.
func (w CauseWord) Cause() string {
	if w.Word == "" {
		return w.Root
	}
	return w.Root + ":" + w.Word
}

// Causes is the whole tree but for the fault codes, in the order of reports. The causes in use at offices are those of
// ktpel.md 5.3: from the factory, holder's data changed, worn or broken, lost, peeled, misprint, died.
func Causes() []CauseWord {
	return []CauseWord{
		{CauseScrap, "", "dipakai untuk penyiapan", "used for set-up"},
		{CauseScrap, "test-card", "kartu uji", "test card"},
		{CauseScrap, "cleaning", "kartu pembersih", "cleaning card"},
		{CauseScrap, "transport-test", "uji jalur kartu", "transport test"},
		{CauseScrap, "given-up", "dihentikan petugas", "given up by the operator"},
		{CauseDamage, "", "rusak", "damaged"},
		{CauseDamage, "print", "salah cetak", "misprinted"},
		{CauseDamage, "colour", "warna salah", "wrong colour"},
		{CauseDamage, "scratched", "tergores", "scratched"},
		{CauseDamage, "smudged", "tercoreng", "smudged"},
		{CauseDamage, "broken", "patah", "broken"},
		{CauseDamage, "peeled", "terkelupas", "peeled"},
		{CauseDamage, "worn", "aus", "worn"},
		{CauseDamage, "factory", "cacat pabrik", "bad from the factory"},
		{CauseDamage, "chip", "chip mati", "dead chip"},
		{CauseDamage, "wrong-person", "salah orang", "wrong person"},
		{CauseDamage, "data-changed", "data pemilik berubah", "the holder's data changed"},
		{CauseDamage, "replaced", "diganti kartu baru", "replaced by a new card"},
		{CauseDamage, "holder-died", "pemilik meninggal", "the holder died"},
		{CauseDamage, "unfetched", "tidak diambil", "never fetched"},
		{CauseDamage, "other", "lain-lain", "other"},
		{CauseAdjust, "", "selisih hitung", "count differs"},
		{CauseAdjust, "count", "hasil hitung dua orang", "count by two people"},
		{CauseAdjust, "not-found", "kartu tidak ditemukan", "card not found"},
		{CauseAdjust, "found", "ditemukan kembali", "found again"},
		{CauseAdjust, "stolen", "dicuri", "stolen"},
		{CauseAdjust, "lost", "hilang", "lost"},
		{CauseAdjust, "transit", "hilang di jalan", "lost on the way"},
		{CauseAdjust, "correction", "pembetulan catatan", "correction of an entry"},
		{CauseDestroy, "", "dimusnahkan", "destroyed"},
		{CauseDestroy, "burnt", "dibakar", "burnt"},
		{CauseDestroy, "shredded", "dicacah", "shredded"},
		{CauseDestroy, "punched", "dilubangi", "punched"},
	}
}

// CauseKnown says whether the cause is of the tree. Movements of earlier releases may carry other words; they are read
// and never written.
func CauseKnown(cause string) bool {
	if root, code, ok := strings.Cut(cause, ":"); ok && root == CauseFault {
		return causeShape.MatchString(cause) && code != ""
	}
	return slices.ContainsFunc(Causes(), func(w CauseWord) bool { return w.Cause() == cause })
}

// CauseRoot is the column of reports a cause belongs to.
func CauseRoot(cause string) string {
	root, _, _ := strings.Cut(cause, ":")
	return root
}

// CauseText says a cause in words, in Indonesian ("id") or English. What is not of the tree is said under its root.
func CauseText(cause, language string) string {
	id := language == "id"
	say := func(w CauseWord) string {
		if id {
			return w.ID
		}
		return w.EN
	}
	root, word, _ := strings.Cut(cause, ":")
	if root == CauseFault {
		if id {
			return "gangguan " + word
		}
		return "fault " + word
	}
	text := ""
	for _, w := range Causes() {
		if w.Cause() == cause {
			return say(w)
		}
		if w.Cause() == root {
			text = say(w) + " (" + word + ")"
		}
	}
	if text == "" {
		return cause
	}
	return text
}

// DamageCause makes a cause of what a person calls the damage, in a word: one of the list, else `damage:other`.
func DamageCause(word string) string {
	if c := CauseDamage + ":" + word; word != "" && CauseKnown(c) {
		return c
	}
	return CauseDamage + ":other"
}
