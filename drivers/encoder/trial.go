package encoder

import (
	"crypto/sha256"

	"cetak/drivers"
)

// TestFiles is content for a test card: each file of the profile that a station writes, filled with bytes that follow from seed, as
// long as a person's are together. It is nobody's, and no reader takes it for a person's. Another seed gives other bytes, so that what
// is read back cannot be an earlier test's.
func (e *Encoder) TestFiles(seed string) drivers.Files {
	var ids []string
	room := e.p.Budget * 3 / 4
	for _, f := range e.p.Files {
		if f.Factory {
			room -= f.Size
			continue
		}
		ids = append(ids, f.ID)
	}
	out := drivers.Files{}
	if len(ids) == 0 {
		return out
	}
	size := max(2, room/len(ids)) - 2
	for _, id := range ids {
		content := []byte{byte(size >> 8), byte(size)}
		for block := sha256.Sum256([]byte(seed + "/" + id)); len(content) < size+2; block = sha256.Sum256(block[:]) {
			content = append(content, block[:min(len(block), size+2-len(content))]...)
		}
		out[id] = content
	}
	return out
}
