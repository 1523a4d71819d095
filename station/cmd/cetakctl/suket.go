package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"time"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/station/papers"
	"cetak/station/policy"
	"cetak/station/record"
	"cetak/station/report"
)

func suketFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.values.out, "o", "", "give, extend, print: the PDF (default: suket-NUMBER.pdf)")
	f.StringVar(&c.values.number, "number", "", "give: the letter's number in the office's own book (default: the next of this desk)")
}

func doSuket(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return usage("what of the temporary letters?")
	}
	verb, args := c.args[0], c.args[1:]
	need, ok := map[string]int{"list": 0, "give": 1, "extend": 1, "print": 1}[verb]
	if !ok {
		return usage("suket has no " + verb)
	}
	if len(args) != need {
		return usage(fmt.Sprintf("%s takes %d words", verb, need))
	}
	if verb == "list" {
		return c.suketList(ctx)
	}
	d, by, err := c.openAs(ctx, access.Suket)
	if err != nil {
		return err
	}
	defer d.Close()
	s, err := stand(ctx, d.Config, d.Journal.Reader, time.Now())
	if err != nil {
		return err
	}
	switch verb {
	case "give":
		return c.suketGive(ctx, d, s, args[0], by.Who)
	case "extend":
		return c.suketExtend(ctx, d, s, args[0], by.Who)
	}
	letter, err := s.letters().Running(args[0], s.moment.Now)
	if err != nil {
		return err
	}
	pdf, err := paper(ctx, d, letter)
	if err != nil {
		return err
	}
	return c.suketWrite(letter, pdf)
}

// suketGive makes the paper first: what cannot be printed is not given.
func (c *call) suketGive(ctx context.Context, d *assembly.Desk, s *standing, name, who string) error {
	key, err := d.Find(ctx, name)
	if err != nil {
		return err
	}
	r, err := d.Store.Record(ctx, key)
	if err != nil {
		return err
	}
	_, v, err := s.place(ctx, d, key)
	if err != nil {
		return err
	}
	f, err := s.letters().Give(policy.NewLetter{
		Key: key, Kind: r.Kind, Reason: record.ReasonWord(r.Reason), Number: c.values.number, Desk: d.Config.Station.Desk, Who: who,
	}, s.moment.Now, v, s.moment.Stock[r.Kind].Left, s.short(r.Kind))
	if err != nil {
		return err
	}
	return c.suketBook(ctx, d, s, f)
}

func (c *call) suketExtend(ctx context.Context, d *assembly.Desk, s *standing, number, who string) error {
	f, err := s.letters().Extend(number, s.moment.Now, who)
	if err != nil {
		return err
	}
	return c.suketBook(ctx, d, s, f)
}

// suketBook makes the paper of a fact, then writes the fact, then the paper. When only the last fails, `suket print` makes it again.
func (c *call) suketBook(ctx context.Context, d *assembly.Desk, s *standing, f journal.Fact) error {
	letter, err := s.letters().After(f)
	if err != nil {
		return err
	}
	pdf, err := paper(ctx, d, letter)
	if err != nil {
		return err
	}
	if _, err := d.Journal.Append(ctx, f); err != nil {
		return err
	}
	return c.suketWrite(letter, pdf)
}

func (c *call) suketWrite(letter policy.Suket, paper []byte) error {
	path := c.values.out
	if path == "" {
		path = "suket-" + letter.File() + ".pdf"
	}
	f, err := create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(paper)
	if err = errors.Join(err, f.Close()); err != nil {
		return fileFault(path, err)
	}
	if c.json {
		return c.encode(map[string]any{"number": letter.Number, "record": letter.Record, "until": letter.Until, "extended": letter.Extended, "file": path})
	}
	fmt.Fprintf(c.out, "Suket %s, valid until %s: %s\nNote it in SIAK: the program cannot.\n", letter.Number, letter.Until, path)
	return nil
}

// paper is the letter as a PDF. The person comes from the waiting record: once the card is made the record is wiped, and there is no
// letter to print any more.
func paper(ctx context.Context, d *assembly.Desk, l policy.Suket) ([]byte, error) {
	r, err := d.Store.Record(ctx, record.Key{ID: l.Record, Issue: l.Issue})
	if err != nil {
		return nil, err
	}
	f := r.Fields
	p := report.Suket{
		Office: papers.OfficeOf(d.Config, d.Journal.Station()), Number: l.Number, Issued: l.Issued.AsTime(time.Local),
		Until: l.Until.AsTime(time.Local), Extension: l.Extended, Reason: because(l.Because), NIK: f.NIK, Name: f.Name, BirthPlace: f.BirthPlace,
		BirthDate: f.BirthDate, Sex: f.Sex, Blood: f.Blood, Address: f.Address, RT: f.RT, RW: f.RW, Village: f.Village, District: f.District,
		Regency: f.Regency, Province: f.Province, Religion: f.Religion, Marital: f.Marital, Occupation: f.Occupation, Citizenship: f.Citizenship,
		Photo: r.Photo,
	}
	var b bytes.Buffer
	if err := report.Write(&b, report.PDF, p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// because is why there is no card yet, in the letter's words.
func because(b string) string {
	switch b {
	case policy.BecauseOut:
		return "persediaan blangko KTP-el sedang habis"
	case policy.BecauseShort:
		return "persediaan blangko KTP-el terbatas dan kartu dicetak menurut urutan yang ditetapkan"
	}
	return "kartu masih menunggu giliran cetak"
}

func (c *call) suketList(ctx context.Context) error {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return err
	}
	defer j.Close()
	s, err := stand(ctx, cfg, j, time.Now())
	if err != nil {
		return err
	}
	type line struct {
		Number   string      `json:"number"`
		Record   string      `json:"record"`
		Issue    int         `json:"issue"`
		Reason   string      `json:"reason"`
		Issued   policy.Date `json:"issued"`
		Until    policy.Date `json:"until"`
		Extended int         `json:"extended"`
		State    string      `json:"state"` // runs, expired, ended
	}
	lines := []line{}
	for _, l := range s.letters().Sukets() {
		lines = append(lines, line{l.Number, l.Record, l.Issue, l.Reason, l.Issued, l.Until, l.Extended, l.State(s.moment.Now)})
	}
	if c.json {
		return c.encode(lines)
	}
	for _, l := range lines {
		fmt.Fprintf(c.out, "%-28s %s#%d  %-10s %s to %s, extended %d times: %s\n", l.Number, l.Record, l.Issue, l.Reason, l.Issued, l.Until, l.Extended, l.State)
	}
	fmt.Fprintf(c.out, "%d letters, %d of them run.\n", len(lines), s.letters().Outstanding(s.moment.Now))
	return nil
}
