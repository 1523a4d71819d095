package centre

import (
	"maps"
	"slices"
	"time"
)

// Kinds of card. Source: docs/record.md, "Record".
const (
	KindWNI = "WNI"
	KindWNA = "WNA"
)

// Record is a print-ready record; its JSON is the payload of an envelope. Source: docs/record.md, "Record".
type Record struct {
	V         int       `json:"v"`
	ID        string    `json:"id"`
	Issue     int       `json:"issue"`
	Revision  int       `json:"revision"`
	Kind      string    `json:"kind"`
	Specimen  bool      `json:"specimen"`
	Reason    string    `json:"reason"`
	Cleared   time.Time `json:"cleared"`
	NotAfter  time.Time `json:"not_after"`
	Fields    Fields    `json:"fields"`
	Photo     []byte    `json:"photo"`     // JPEG, PhotoWidth x PhotoHeight
	Signature []byte    `json:"signature"` // PNG, black on white
	// Chip holds the contents of the elementary files 6FF1..6FF6, each with its two length bytes.
	Chip map[string][]byte `json:"chip"`
}

// Fields are the register's own field names. Source: docs/record.md, "Record"; ktpel.md 2.7.
type Fields struct {
	NIK         string `json:"NIK"`
	Name        string `json:"NAMA_LGKP"`
	BirthPlace  string `json:"TMPT_LHR"`
	BirthDate   string `json:"TGL_LHR"` // DD-MM-YYYY, as every date here
	Sex         string `json:"JENIS_KLMIN"`
	Blood       string `json:"GOL_DARAH"`
	Address     string `json:"ALAMAT"`
	RT          string `json:"NO_RT"`
	RW          string `json:"NO_RW"`
	Village     string `json:"KEL_NAME"`
	District    string `json:"KEC_NAME"`
	Regency     string `json:"KAB_NAME"` // with its KABUPATEN or KOTA
	Province    string `json:"PROP_NAME"`
	Religion    string `json:"AGAMA"`
	Marital     string `json:"STATUS_KAWIN"`
	Occupation  string `json:"JENIS_PKRJN"`
	Nationality string `json:"KEWARGANEGARAAN"`
	ValidUntil  string `json:"BERLAKU_HINGGA"`
	DateOfIssue string `json:"TGL_KELUAR"`
}

// Clone returns a copy that shares no memory with r, to be spoiled at will.
func (r Record) Clone() Record {
	r.Photo = slices.Clone(r.Photo)
	r.Signature = slices.Clone(r.Signature)
	r.Chip = maps.Clone(r.Chip)
	for fid, content := range r.Chip {
		r.Chip[fid] = slices.Clone(content)
	}
	return r
}
