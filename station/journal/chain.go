package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
)

const (
	hashSize = sha256.Size
	// magic begins the genesis bytes; docs/journal.md section 2.
	magic = "cetak journal 1\n"
)

// genesisHash is the Prev of line 1: docs/journal.md section 2.
func genesisHash(station string, made int64) [hashSize]byte {
	b := append([]byte(nil), magic...)
	b = binary.BigEndian.AppendUint64(b, uint64(made))
	b = appendText(b, station)
	return sha256.Sum256(b)
}

// encode appends the bytes of a line that are hashed: docs/journal.md section 3. Every variable part carries its
// length, so no two different lines have the same bytes.
func (l *line) encode(b []byte, prev []byte, seq int64) []byte {
	b = append(b, prev...)
	b = binary.BigEndian.AppendUint64(b, uint64(seq))
	b = binary.BigEndian.AppendUint64(b, uint64(l.at))
	b = appendText(b, l.kind)
	b = appendText(b, l.record)
	b = binary.BigEndian.AppendUint64(b, uint64(l.issue))
	b = appendText(b, l.attempt)
	b = appendText(b, l.uid)
	b = appendText(b, l.who)
	return appendText(b, l.data)
}

// sum is the hash of the line at place seq after prev; buf is scratch space and comes back for the next call.
func (l *line) sum(buf []byte, prev []byte, seq int64) ([hashSize]byte, []byte) {
	buf = l.encode(buf[:0], prev, seq)
	return sha256.Sum256(buf), buf
}

func appendText(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

// Sum is the hash that an entry has by its content and its Prev, lower hex: for who checks lines without having the file. It
// fails when Prev is no hash.
func (e Entry) Sum() (string, error) {
	prev, err := hex.DecodeString(e.Prev)
	if err != nil || len(prev) != hashSize {
		return "", errors.New("the hash of the line before is none")
	}
	l := line{
		at: e.At.UnixNano(), kind: string(e.Kind), record: e.Record, issue: int64(e.Issue), attempt: e.Attempt, uid: e.UID,
		who: e.Who, data: string(e.Data),
	}
	sum, _ := l.sum(nil, prev, e.Seq)
	return hex.EncodeToString(sum[:]), nil
}
