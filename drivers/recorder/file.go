package recorder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cetak/drivers"
)

// Format is the first field of a recording's first line.
const Format = "cetak-recording-1"

// Kept is how many recordings a folder holds; the oldest go.
const Kept = 32

// About is what a reader of a recording must know of the desk.
type About struct {
	Program string `json:"program"` // version of the program
	Baud    int    `json:"baud"`
	Station string `json:"station"` // contact or contactless
}

// head is a recording's first line.
type head struct {
	Format string    `json:"format"`
	At     time.Time `json:"at"`
	About
	Code    drivers.Code        `json:"code"`
	Op      string              `json:"op,omitempty"`
	Card    drivers.Whereabouts `json:"card,omitempty"`
	Again   drivers.Again       `json:"again,omitempty"`
	Detail  string              `json:"detail,omitempty"`
	Dropped int                 `json:"dropped"` // entries older than the first that is here
}

// detailShown bounds a fault's detail, which may quote a reply.
const detailShown = 160

// Dump writes what the Ring holds, with the fault as its last entry, to <time>-<code>.jsonl in dir, and removes the oldest
// files over Kept. The folder is made if it is missing; both are the owner's only. The Ring goes on as before.
func (r *Ring) Dump(dir string, f *drivers.Fault, a About) (path string, err error) {
	r.add(entry{Kind: "fault", Text: f.Op, Code: string(f.Code), Card: string(f.Card)})
	r.mu.Lock()
	all, dropped := r.ordered(), r.dropped
	r.files++
	number := r.files
	r.mu.Unlock()
	now := time.Now().UTC()
	h := head{Format: Format, At: now, About: a, Code: f.Code, Op: f.Op, Card: f.Card, Again: f.Again, Dropped: dropped}
	if strings.Contains("LPC", string(f.Code[:1])) { // of a record's or a bundle's fault the code is enough
		h.Detail = withoutFolders(f.Detail[:min(len(f.Detail), detailShown)])
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(h); err != nil {
		return "", err
	}
	for _, e := range all {
		if err := out.Encode(e); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path = filepath.Join(dir, fmt.Sprintf("%s-%02d-%s.jsonl", now.Format("20060102T150405.000Z"), number%100, f.Code))
	part := path + ".part"
	if err := os.WriteFile(part, b.Bytes(), 0o600); err != nil {
		_ = os.Remove(part) // half of it would only take room on a full disk
		return "", err
	}
	if err := os.Rename(part, path); err != nil {
		return "", err
	}
	return path, prune(dir)
}

// withoutFolders leaves of a path its last name, but of a device: a folder's name can be a person's.
func withoutFolders(s string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		if strings.Contains(w, "/") && !strings.HasPrefix(w, "/dev/") {
			words[i] = ".../" + filepath.Base(w)
		}
	}
	return strings.Join(words, " ")
}

// prune removes the oldest recordings: their names begin with their time.
func prune(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(files) <= Kept {
		return err
	}
	slices.Sort(files)
	for _, old := range files[:len(files)-Kept] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}
