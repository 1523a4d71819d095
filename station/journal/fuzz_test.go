package journal

import (
	"database/sql/driver"
	"testing"
)

// FuzzLine reads a row as a file may hold it, each column of any type; what it reads hashes as it was read, and a fact
// made of it that is accepted stores the same text again.
func FuzzLine(f *testing.F) {
	f.Add(uint16(0), int64(1), int64(2), "intent", "PRR-1", int64(1), "A-1", "04AB", "siti", `{"a":1}`, []byte{1}, []byte{2})
	f.Add(uint16(0xFFFF), int64(-1), int64(1)<<62, "uid", "\x00", int64(-1), "", "zz", "\xff", "{", []byte(nil), make([]byte, 32))
	f.Fuzz(func(t *testing.T, wrong uint16, seq, at int64, kind, record string, issue int64, attempt, uid, who, data string, prev, hash []byte) {
		row := []driver.Value{seq, at, kind, record, issue, attempt, uid, who, data, prev, hash}
		for i := range row {
			if wrong>>i&1 == 1 {
				row[i] = nil // a column of another type
			}
		}
		var l line
		l.take(row)
		e := l.entry()
		if string(e.Kind) != l.kind || e.Attempt != l.attempt || e.UID != l.uid || string(e.Data) != l.data {
			t.Fatalf("%+v became %+v", l, e)
		}
		if len(l.prev) == hashSize {
			one, _ := l.sum(nil, l.prev, l.seq)
			if two, _ := l.sum(nil, l.prev, l.seq); one != two {
				t.Fatal("two hashes of one line")
			}
		}
		var content any
		if e.Data != nil {
			content = e.Data
		}
		again, err := newLine(Fact{Kind: e.Kind, Record: e.Record, Issue: e.Issue, Attempt: e.Attempt, UID: e.UID, Who: e.Who, Data: content})
		if err != nil {
			if again.kind != "" {
				t.Error("a line beside an error")
			}
			return
		}
		if again.kind != l.kind || again.record != l.record || again.attempt != l.attempt || again.who != l.who {
			t.Errorf("%+v became %+v", l, again)
		}
	})
}
