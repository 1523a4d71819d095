package ledger

// Box is a box of blanks as its label says, or the part of one that a movement takes. Blanks are known by their box
// until their chip's number is read. A box without serials is in count mode: the weaker one, because a blank exchanged for
// another is not found (features.md B1).
type Box struct {
	Number string    `json:"number"`
	Type   BlankType `json:"type,omitempty"` // empty = the movement's
	Count  int       `json:"count"`
	First  string    `json:"first,omitempty"` // visible serials, first and last; both or neither
	Last   string    `json:"last,omitempty"`
	Batch  string    `json:"batch,omitempty"`  // of the chips, by the delivery's paper (features.md B20)
	KeySet string    `json:"keyset,omitempty"` // version of the transport keys, by the delivery's paper
}

// Counted says whether the box is in count mode.
func (b Box) Counted() bool { return b.First == "" }

// Stored is a box with what of it is still in the vault.
type Stored struct {
	Box
	Left  int    // blanks in the vault
	Lots  []Lot  // where they are by serial; of a counted box one lot without serials
	Paper string // document it came with
}

// Lot is blanks of one box that follow one another.
type Lot struct {
	Box         string // "" = blanks that no box is known of
	Count       int
	First, Last string // serials, "" in count mode
}
