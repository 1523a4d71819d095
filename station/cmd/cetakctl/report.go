package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/certificate"
	"cetak/station/config"
	"cetak/station/durable"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/papers"
	"cetak/station/record"
	"cetak/station/report"
)

// reportValues are the flags of report.
type reportValues struct {
	from, to, out, photo string
}

func reportFlags(f *flag.FlagSet, c *call) {
	v := &c.report
	f.StringVar(&v.from, "from", "", "first day, DD-MM-YYYY, or a month, MM-YYYY (default: today, or this month)")
	f.StringVar(&v.to, "to", "", "last day, DD-MM-YYYY (spoilage)")
	f.StringVar(&v.out, "o", "", "the file; its name ends in .pdf, .xlsx, or .csv (default: KIND-NUMBER.pdf)")
	f.StringVar(&v.photo, "photo", "", "destruction: the photograph that was booked, to print it on the minutes (default: the copy in the station folder)")
}

func reportArgs() string {
	var words []string
	for _, k := range papers.Kinds() {
		words = append(words, string(k))
	}
	return "list | " + strings.Join(words, "|") + " [NUMBER] -o FILE.(pdf|xlsx|csv)"
}

func doReport(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return usage("which paper?")
	}
	kind := papers.Kind(c.args[0])
	list := c.args[0] == "list"
	switch {
	case !list && !slices.Contains(papers.Kinds(), kind):
		return usage("there is no paper " + strconv.Quote(c.args[0]))
	case len(c.args) > 2 || len(c.args) == 2 && !kind.Numbered():
		return usage(c.args[0] + " takes no more words")
	}
	r := papers.Request{Kind: kind, Number: strings.Join(c.args[1:], "")}
	var err error
	if r.From, r.To, err = c.span(); err != nil {
		return err
	}
	if c.report.photo != "" {
		if r.Photo, err = readPhoto(c.report.photo); err != nil {
			return err
		}
	}
	if c.report.out == "" {
		c.report.out = papers.FileName(r, time.Now(), report.PDF)
	}
	format, err := report.FormatOf(c.report.out)
	if err != nil {
		return err
	}
	s, done, err := c.sources(ctx)
	if err != nil {
		return err
	}
	defer done()
	if list {
		return c.listPapers(ctx, s)
	}
	return c.writePaper(ctx, s, r, format)
}

// maxPhoto bounds a photograph: a telephone's is 3 to 12 MB.
const maxPhoto = 20 << 20

func readPhoto(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fileFault(path, err)
	}
	if info.Size() > maxPhoto {
		return nil, fileFault(path, errors.New("larger than 20 MB"))
	}
	photo, err := os.ReadFile(path)
	if err != nil {
		return nil, fileFault(path, err)
	}
	return photo, nil
}

// span reads the days of the flags; to is given as the last day and meant to its end.
func (c *call) span() (from, to time.Time, err error) {
	day := func(name, text string) (time.Time, bool, error) {
		if t, err := time.ParseInLocation("02-01-2006", text, time.Local); err == nil {
			return t, false, nil
		}
		if t, err := time.ParseInLocation("01-2006", text, time.Local); err == nil {
			return t, true, nil
		}
		return time.Time{}, false, usage(fmt.Sprintf("%s is a day as DD-MM-YYYY or a month as MM-YYYY, not %q", name, text))
	}
	if c.report.from != "" {
		if from, _, err = day("--from", c.report.from); err != nil {
			return from, to, err
		}
	}
	if c.report.to == "" {
		return from, to, nil
	}
	if c.report.from == "" {
		return from, to, usage("--to needs --from")
	}
	last, month, err := day("--to", c.report.to)
	if err != nil {
		return from, to, err
	}
	to = last.AddDate(0, 0, 1)
	if month {
		to = last.AddDate(0, 1, 0)
	}
	if !to.After(from) {
		return from, to, usage("--to is before --from")
	}
	return from, to, nil
}

// sources opens what papers are filled from. While another program holds the station, the names of people and the length of the queue
// are not at hand, and the papers are made without them.
func (c *call) sources(ctx context.Context) (papers.Sources, func(), error) {
	d, err := c.open(ctx)
	if errors.Is(err, journal.InUse) {
		return c.sourcesBeside(ctx)
	}
	if err != nil {
		return papers.Sources{}, nil, err
	}
	done := func() { d.Close() }
	if _, err := c.who(ctx, d, access.Report); err != nil {
		done()
		return papers.Sources{}, nil, err
	}
	s, err := c.fill(ctx, d.Config, d.Journal.Reader)
	if err != nil {
		done()
		return s, nil, err
	}
	queue, err := d.Store.Queue(ctx)
	if err != nil {
		done()
		return s, nil, err
	}
	var waiting report.PerType
	names := map[record.Key][2]string{}
	for _, q := range queue {
		waiting = waiting.Add(ledger.BlankType(q.Kind), 1)
		names[q.Key] = [2]string{q.Name, q.NIK}
	}
	s.Waiting = &waiting
	s.Person = func(k record.Key) (name, nik string) { return names[k][0], names[k][1] }
	return s, done, nil
}

func (c *call) sourcesBeside(ctx context.Context) (papers.Sources, func(), error) {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return papers.Sources{}, nil, err
	}
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return papers.Sources{}, nil, err
	}
	var s papers.Sources
	door, err := c.doorBeside(ctx, cfg, j)
	if err == nil {
		_, err = c.admit(ctx, door, cfg.People.SignIn, access.By{Who: assembly.Name(c.as), Second: c.second}, access.Report)
	}
	if err == nil {
		s, err = c.fill(ctx, cfg, j)
	}
	if err != nil {
		j.Close()
		return papers.Sources{}, nil, err
	}
	return s, func() { j.Close() }, nil
}

// fill gives what the journal and the keys say.
func (c *call) fill(ctx context.Context, cfg config.Config, j *journal.Reader) (papers.Sources, error) {
	state, err := assembly.ReadOffice(ctx, cfg, j)
	if err != nil {
		return papers.Sources{}, err
	}
	keys, err := record.LoadKeys(cfg.Source.Keys)
	if err != nil {
		return papers.Sources{}, err
	}
	return papers.Sources{
		Readiness: assembly.Readiness(cfg), Present: assembly.Present(cfg),
		Config: cfg, Station: j.Station(), State: state, Now: time.Now(), Key: certificate.Fingerprint(keys.Public()),
		Entries: func(ctx context.Context) iter.Seq2[journal.Entry, error] { return j.Entries(ctx, 0) },
		Photo: func(sha256 string) []byte {
			photo, err := readPhoto(assembly.PhotoFile(c.dir, sha256))
			if err != nil {
				return nil // the copy is gone: the minutes have its name and digest
			}
			return photo
		},
	}, nil
}

func (c *call) writePaper(ctx context.Context, s papers.Sources, r papers.Request, format report.Format) error {
	p, err := papers.Make(ctx, s, r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.Write(&b, format, p); err != nil {
		return err
	}
	if err := durable.Write(c.report.out, b.Bytes(), 0o600); err != nil {
		return fileFault(c.report.out, err)
	}
	if c.json {
		return c.encode(map[string]any{"kind": r.Kind, "file": c.report.out, "bytes": b.Len()})
	}
	fmt.Fprintln(c.out, c.report.out)
	return nil
}

func (c *call) listPapers(ctx context.Context, s papers.Sources) error {
	all, err := papers.List(ctx, s)
	if err != nil {
		return err
	}
	if c.json {
		if all == nil {
			all = []papers.Listed{}
		}
		return c.encode(all)
	}
	for _, l := range all {
		fmt.Fprintf(c.out, "%-12s %-28s %s %6d  %s\n", l.Kind, l.Number, l.At.Format("02-01-2006"), l.Count, l.Party)
	}
	fmt.Fprintf(c.out, "%d papers with a number.\n", len(all))
	return nil
}
