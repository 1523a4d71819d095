package main

import (
	"bytes"
	"context"
	"iter"
	"os"
	"path/filepath"
	"time"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/certificate"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/papers"
	"cetak/station/record"
	"cetak/station/report"
	"cetak/ui/model"
)

// paperFolder is where the papers made at the screen lie, in the station folder.
const paperFolder = "papers"

// paper makes the file that `cetakctl report` makes of the same books.
func (c *clerk) paper(ctx context.Context, w model.Work) (model.Said, error) {
	j, err := journal.OpenReader(ctx, filepath.Join(c.desk.Dir, assembly.JournalFile))
	if err != nil {
		return model.Said{}, err
	}
	defer j.Close()
	s, err := c.sources(ctx, j)
	if err != nil {
		return model.Said{}, err
	}
	act := access.Report
	if w.Paper.Kind == papers.Readiness && w.Rule == access.Test {
		act = access.Test // the technician's own
	}
	if err := s.State.People().Allow(access.By{Who: w.By.Who}, act, c.desk.Config.People.SignIn); err != nil {
		return model.Said{}, err
	}
	r := w.Paper.Request
	if r.Kind == papers.Destruction {
		r.Photo = c.photo(s.State, r.Number)
	}
	p, err := papers.Make(ctx, s, r)
	if err != nil {
		return model.Said{}, err
	}
	var b bytes.Buffer
	if err := report.Write(&b, report.Format(w.Paper.Format), p); err != nil {
		return model.Said{}, err
	}
	path := filepath.Join(c.desk.Dir, paperFolder, papers.FileName(r, s.Now, report.Format(w.Paper.Format)))
	if err := assembly.Keep(path, b.Bytes()); err != nil {
		return model.Said{}, err
	}
	return model.Said{Key: model.SaidFile, Pairs: [2]string{"file", path}}, nil
}

// sources are the books as the journal has them now, with the names of the records that are still here.
func (c *clerk) sources(ctx context.Context, j *journal.Reader) (papers.Sources, error) {
	state, err := assembly.ReadOffice(ctx, c.desk.Config, j)
	if err != nil {
		return papers.Sources{}, err
	}
	queue, err := c.desk.Store.Queue(ctx)
	if err != nil {
		return papers.Sources{}, err
	}
	var waiting report.PerType
	names := map[record.Key][2]string{}
	for _, q := range queue {
		waiting = waiting.Add(ledger.BlankType(q.Kind), 1)
		names[q.Key] = [2]string{q.Name, q.NIK}
	}
	return papers.Sources{
		Readiness: assembly.Readiness(c.desk.Config), Present: assembly.Present(c.settings()),
		Config: c.desk.Config, Station: j.Station(), State: state, Now: time.Now(), Key: certificate.Fingerprint(c.desk.Keys.Public()),
		Entries: func(ctx context.Context) iter.Seq2[journal.Entry, error] { return j.Entries(ctx, 0) },
		Waiting: &waiting, Person: func(k record.Key) (name, nik string) { return names[k][0], names[k][1] },
	}, nil
}

// photo is the photograph that was kept with the minutes; nil when it is not there any more, and only its name is printed.
func (c *clerk) photo(s *office.State, number string) []byte {
	for _, l := range s.Destructions() {
		if !l.Destroyed.IsZero() && (number == "" || l.Minutes.Paper.Number == number) && l.Minutes.Photo.SHA256 != "" {
			if b, err := os.ReadFile(assembly.PhotoFile(c.desk.Dir, l.Minutes.Photo.SHA256)); err == nil {
				return b
			}
		}
	}
	return nil
}
