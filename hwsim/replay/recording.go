package replay

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"cetak/hwsim/scene"
)

// Format is the first field of a recording's first line.
const Format = "cetak-recording-1"

// Head is a recording's first line, as far as it is needed here.
type Head struct {
	Format  string `json:"format"`
	Baud    int    `json:"baud"`
	Station string `json:"station"`
	Code    string `json:"code"`
	Op      string `json:"op"`
}

// entry is any other line.
type entry struct {
	Kind  string `json:"k"`
	Text  string `json:"v"`
	Hex   string `json:"hex"`
	Len   int    `json:"n"`
	Taken int    `json:"taken"`
	Code  string `json:"code"`
}

// Recording is what a desk wrote down up to a fault.
type Recording struct {
	Head    Head
	entries []entry
}

// maxLine is more than any line of the format.
const maxLine = 1 << 20

// Read reads a recording. The error names the first bad line.
func Read(r io.Reader) (Recording, error) {
	var rec Recording
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if n == 1 {
			if err := json.Unmarshal(lines.Bytes(), &rec.Head); err != nil || rec.Head.Format != Format {
				return rec, fmt.Errorf("line 1: not a recording of format %s", Format)
			}
			continue
		}
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return rec, fmt.Errorf("line %d: %w", n, err)
		}
		if _, err := hex.DecodeString(e.Hex); err != nil {
			return rec, fmt.Errorf("line %d: hex: %w", n, err)
		}
		rec.entries = append(rec.entries, e)
	}
	if err := lines.Err(); err != nil {
		return rec, err
	}
	if len(rec.entries) == 0 {
		return rec, errors.New("an empty recording")
	}
	return rec, nil
}

// step is one thing that was done and what came of it.
type step struct {
	kind  string // "say": a command to the printer, "apdu", "card", "phase"
	name  string // say: the command's name; phase: which
	text  string // say: as far as it is shown
	event string // apdu: the scene's event
	reply []byte // say: as far as it is shown; apdu: status word, or all of the answer
	n     int    // apdu: length of the answer
	sent  int    // say: its bytes, as far as they were given to the line
	taken int    // say: bytes that were taken, when sending it failed
	gone  bool   // say: the line hung up, while it was sent (taken >= 0) or after
	code  string // apdu, card: of the fault
}

// steps folds entries into steps.
func (r Recording) steps() []step {
	var all []step
	for _, e := range r.entries {
		b, _ := hex.DecodeString(e.Hex) // Read has checked it
		last := len(all) - 1
		switch e.Kind {
		case "tx":
			if e.Text == "" && last >= 0 && all[last].kind == "say" && len(all[last].reply) == 0 { // the rest of a long command
				all[last].sent += e.Len
				continue
			}
			name, _, _ := strings.Cut(e.Text, ";")
			all = append(all, step{kind: "say", name: name, text: e.Text, sent: e.Len, taken: -1})
		case "tx-failed", "rx":
			for last >= 0 && all[last].kind != "say" {
				last--
			}
			if last < 0 {
				continue
			}
			all[last].reply = append(all[last].reply, b...)
			if e.Kind == "tx-failed" { // says of one piece how many of its bytes went out
				all[last].taken = max(0, all[last].sent-e.Len) + e.Taken
			}
			all[last].gone = all[last].gone || e.Code == "L-102"
		case "apdu":
			all = append(all, step{kind: "apdu", event: scene.APDU(b)})
		case "sw":
			if last >= 0 && all[last].kind == "apdu" {
				all[last].reply, all[last].n, all[last].code = b, e.Len, e.Code
			}
		case "card":
			all = append(all, step{kind: "card", code: e.Code, reply: b})
		case "phase":
			all = append(all, step{kind: "phase", name: e.Text})
		}
	}
	return all
}
