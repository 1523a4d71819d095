package record

import (
	"encoding/binary"
	"strings"

	"cetak/drivers"
)

// biodataValues is the number of values in EF 6FF1 (ktpel.md 3.3).
const biodataValues = 21

// Biodata is the content of EF 6FF1: 21 values by their column (docs/record.md).
type Biodata [biodataValues]string

// Biodata parses the record's own EF 6FF1.
func (r *Record) Biodata() (Biodata, error) {
	content, err := fileContent(r.Chip, "6FF1")
	if err != nil {
		return Biodata{}, err
	}
	return ParseBiodata(content)
}

// ParseBiodata reads the biodata line (content without its length bytes): quoted, comma-separated, printable ASCII, no
// escaping. An error is a Fault with BiodataBroken and carries no value.
func ParseBiodata(content []byte) (Biodata, error) {
	var b Biodata
	for _, c := range content {
		if c < 0x20 || c > 0x7E {
			return b, refuse(BiodataBroken, "biodata", "a byte outside printable ASCII")
		}
	}
	line := string(content)
	if len(line) < 2 || line[0] != '"' || line[len(line)-1] != '"' {
		return b, refuse(BiodataBroken, "biodata", "not quoted")
	}
	values := strings.Split(line[1:len(line)-1], `","`)
	if len(values) != biodataValues {
		return b, refuse(BiodataBroken, "biodata", "not 21 values")
	}
	for i, v := range values {
		if strings.Contains(v, `"`) {
			return b, refuse(BiodataBroken, "biodata", "a quotation mark inside a value")
		}
		b[i] = v
	}
	return b, nil
}

// differing gives the names of the printed fields that the biodata does not repeat letter for letter. Columns 17 and 18
// name the fingers, which the face does not print.
func (b *Biodata) differing(f *Fields) []string {
	var names []string
	for _, e := range f.table() {
		if b[e.column] != *e.value {
			names = append(names, e.name)
		}
	}
	return names
}

// fileContent strips the two length bytes of a chip file (big-endian, not counting themselves: ktpel.md 3.3). A file
// read from a card may be longer than its content.
func fileContent(files drivers.Files, fid string) ([]byte, error) {
	raw, ok := files[fid]
	if !ok {
		return nil, refuse(ChipFileMissing, "chip file", fid)
	}
	if len(raw) < 2 || int(binary.BigEndian.Uint16(raw)) > len(raw)-2 {
		return nil, refuse(ChipFileLength, "chip file", fid)
	}
	return raw[2 : 2+int(binary.BigEndian.Uint16(raw))], nil
}
