package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
)

func bundleFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.values.out, "o", "", "the ZIP file to write; there must be none of that name")
}

// logTail is how much of the technician's log goes into a bundle.
const logTail = 512 << 10

// doBundle packs what support needs to look into a fault, and nothing of a person: recordings, crash files, versions, settings
// without folders, the self-test, the journal's counts and its check, and the end of the log. A part that cannot be had is
// there as a file with the reason.
func doBundle(ctx context.Context, c *call) error {
	path := c.values.out
	if path == "" || len(c.args) > 0 {
		return usage("name the file: cetakctl bundle -o FILE.zip")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fileFault(path, err)
	}
	z := zip.NewWriter(f)
	err = c.pack(ctx, z)
	if e := z.Close(); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		_ = os.Remove(path) // half of a bundle helps nobody
		return fileFault(path, err)
	}
	if c.json {
		return c.encode(map[string]any{"bundle": path})
	}
	fmt.Fprintln(c.out, path)
	return nil
}

func (c *call) pack(ctx context.Context, z *zip.Writer) error {
	for _, part := range []struct {
		name string
		make func(context.Context) ([]byte, error)
	}{
		{"versions.txt", func(context.Context) ([]byte, error) { return versions(), nil }},
		{"settings.json", c.settings},
		{"doctor.jsonl", c.selfTest},
		{"journal.json", c.journalSummary},
		{"log.jsonl", c.logEnd},
	} {
		b, err := part.make(ctx)
		if err := put(z, part.name, b); err != nil {
			return err
		}
		if err != nil {
			f := drivers.AsFault(err) // its detail and cause may name folders
			if err := put(z, part.name+".missing", []byte(string(f.Code)+" "+f.Op+"\n")); err != nil {
				return err
			}
		}
	}
	for folder, pattern := range map[string]string{"recorder": filepath.Join(assembly.RecorderFolder, "*.jsonl"), "crash": assembly.CrashFiles} {
		files, err := filepath.Glob(filepath.Join(c.dir, pattern))
		if err != nil {
			return err
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if errors.Is(err, os.ErrNotExist) {
				continue // the recorder keeps the latest files only, also while we look
			}
			if err != nil {
				return err
			}
			if folder == "crash" && len(b) == 0 {
				continue // of a program that runs, this one too
			}
			if err := put(z, folder+"/"+filepath.Base(file), b); err != nil {
				return err
			}
		}
	}
	return nil
}

func put(z *zip.Writer, name string, b []byte) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Now()})
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

func versions() []byte {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return []byte("built without version information\n")
	}
	return []byte(assembly.Version() + "\n" + b.String())
}

func (c *call) settings(context.Context) ([]byte, error) {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(cfg.Redacted(), "", "  ")
}

// selfTest is what `cetakctl doctor --json` says.
func (c *call) selfTest(ctx context.Context) ([]byte, error) {
	var out bytes.Buffer
	again := &call{dir: c.dir, json: true, in: strings.NewReader(""), out: &out, errs: io.Discard} // nobody is asked for a PIN: the question would not be seen
	err := doDoctor(ctx, again)
	if errors.Is(err, told{}) {
		err = nil // it says so in its lines
	}
	return withoutFolder(out.Bytes(), c.dir), err
}

// withoutFolder takes the station folder's path out: folders are named after people.
func withoutFolder(b []byte, dir string) []byte {
	for _, d := range []string{absolute(dir), dir} {
		if d != "." && d != "" {
			b = bytes.ReplaceAll(b, []byte(d), []byte("STATION"))
		}
	}
	return b
}

func absolute(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	return abs
}

// journalSummary is how many facts of each kind there are, and whether the chain holds.
func (c *call) journalSummary(ctx context.Context) ([]byte, error) {
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return nil, err
	}
	defer j.Close()
	sum := struct {
		Kinds  map[journal.Kind]int `json:"kinds"`
		Faults map[string]int       `json:"faults"`
		First  time.Time            `json:"first"`
		Last   time.Time            `json:"last"`
		Lines  int64                `json:"lines"`
		Head   string               `json:"head,omitempty"`
		Check  string               `json:"check"`
	}{Kinds: map[journal.Kind]int{}, Faults: map[string]int{}, Check: "the chain holds"}
	for e, err := range j.Entries(ctx, 0) {
		if err != nil {
			sum.Check = "unreadable: " + string(drivers.AsFault(err).Code)
			break
		}
		sum.Kinds[e.Kind]++
		if e.Kind == journal.KindFault {
			var d struct{ Code string }
			if json.Unmarshal(e.Data, &d) == nil {
				sum.Faults[d.Code]++
			}
		}
		if sum.First.IsZero() {
			sum.First = e.At
		}
		sum.Last = e.At
	}
	r, err := j.Verify(ctx)
	sum.Lines, sum.Head = int64(r.Lines), r.Head
	if err != nil {
		f := drivers.AsFault(err)
		sum.Check = strings.TrimSpace(string(f.Code) + " " + f.Detail)
	}
	return json.MarshalIndent(sum, "", "  ")
}

// logEnd is the end of the log from a line's beginning on.
func (c *call) logEnd(context.Context) ([]byte, error) {
	f, err := os.Open(filepath.Join(c.dir, assembly.LogFile))
	if err != nil {
		return nil, fileFault(assembly.LogFile, err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, fileFault(assembly.LogFile, err)
	}
	from := max(0, st.Size()-logTail)
	b, err := io.ReadAll(io.NewSectionReader(f, from, logTail))
	if err != nil {
		return nil, fileFault(assembly.LogFile, err)
	}
	if from > 0 {
		_, b, _ = bytes.Cut(b, []byte{'\n'})
	}
	return withoutFolder(b, c.dir), nil
}
