package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"cetak/drivers"
	"cetak/station"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/certificate"
	"cetak/station/drill"
	"cetak/station/drill/ground"
	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/record"
	"cetak/ui/model"
	"cetak/ui/view"
)

// clerk is what stands behind the door and the rooms of an opened station folder. Its methods are called from any goroutine.
type clerk struct {
	desk *assembly.Desk

	ground   *ground.Ground // nil on a station
	training sync.Mutex     // guards ground and score
	score    *drill.Result  // that was asked for last
}

// chipWait is how long a card to be handed over is waited for on the reader.
const chipWait = 10 * time.Second

// SignIn lets a person in.
func (c *clerk) SignIn(ctx context.Context, name, password string) (model.Me, view.Session, error) {
	s, err := c.desk.Station.SignIn(ctx, name, password)
	if err != nil {
		return model.Me{}, nil, err
	}
	giveBackSoon() // the check of a password computes over 64 MiB
	return model.Me{Name: s.Person.Name, Role: s.Person.Role}, s, nil
}

// SignOut writes down that the person left, or that the idle time did it.
func (c *clerk) SignOut(ctx context.Context, s view.Session) error {
	session, ok := s.(*access.Session)
	if !ok {
		return nil
	}
	return c.desk.Station.SignOut(ctx, session)
}

// perform has a deed done on the goroutine of the station's Run and waits for what comes of it.
func (c *clerk) perform(ctx context.Context, d station.Deed) ([]journal.Entry, error) {
	type answer struct {
		entries []journal.Entry
		err     error
	}
	came := make(chan answer, 1)
	c.desk.Station.Do(station.Act{Do: d, Done: func(e []journal.Entry, err error) { came <- answer{e, err} }})
	select {
	case a := <-came:
		return a.entries, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Do does what a form asks for. The second person's password is proved before.
func (c *clerk) Do(ctx context.Context, w model.Work) (model.Said, error) {
	if w.By.Second != "" && c.desk.Config.People.SignIn {
		p, err := c.desk.Station.Vouch(ctx, w.By.Second, w.Password)
		if err != nil {
			return model.Said{}, err
		}
		w.By.Second = p.Name
	}
	switch {
	case w.Reply != nil:
		r := *w.Reply
		r.Second = w.By.Second
		c.desk.Station.Do(r)
		return model.Said{}, nil
	case w.PIN != nil:
		return model.Said{}, c.desk.Station.Unlock(ctx, w.PIN)
	case w.Reopen:
		c.desk.Station.Do(station.Reopen{By: w.By.Who, Second: w.By.Second})
		return model.Said{}, nil
	case w.Person != nil:
		return c.person(ctx, w)
	case w.Paper != nil:
		return c.paper(ctx, w)
	case w.Verify:
		return c.verify(ctx, w.By)
	case w.Look:
		return c.look(ctx)
	case w.Drill != nil:
		return c.drill(ctx, *w.Drill)
	case w.Test != nil:
		c.desk.Station.Do(*w.Test)
		return model.Said{Key: model.SaidTests}, nil
	case w.Setup != nil:
		return c.setUp(ctx, w)
	}
	return c.act(ctx, w)
}

// act performs an act on stock, cards, or the shift.
func (c *clerk) act(ctx context.Context, w model.Work) (model.Said, error) {
	act := w.Act
	if d, ok := act.(office.Destroy); ok {
		photo, err := assembly.KeepPhoto(c.desk.Dir, w.Photo)
		if err != nil {
			return model.Said{}, err
		}
		d.Photo = photo
		act = d
	}
	entries, err := c.perform(ctx, func(b *station.Books, now time.Time) ([]journal.Fact, error) {
		if h, ok := act.(office.HandOver); ok && w.Chip {
			read, err := c.read(ctx, b)
			if err != nil {
				return nil, err
			}
			h.Chip = &read
			if h.UID == "" {
				h.UID = read.UID
			}
			act = h
		}
		return b.Office.Do(act, w.By, now)
	})
	if err != nil {
		return model.Said{}, err
	}
	if _, closed := act.(office.CloseShift); closed {
		return c.certify(ctx)
	}
	return written(entries), nil
}

// written says on which line something was written down.
func written(entries []journal.Entry) model.Said {
	line := ""
	if n := len(entries); n > 0 {
		line = strconv.FormatInt(entries[n-1].Seq, 10)
	}
	return model.Said{Key: model.SaidDone, Pairs: [2]string{"line", line}}
}

// look says what lies on the reader. A card that must not be there is written down.
func (c *clerk) look(ctx context.Context) (model.Said, error) {
	var s office.Sight
	_, err := c.perform(ctx, func(b *station.Books, _ time.Time) ([]journal.Fact, error) {
		id, err := c.onReader(ctx, b, "identify")
		if err != nil {
			return nil, err
		}
		if s = b.Office.Look(id); s.What.Alarms() {
			return []journal.Fact{b.Office.Alarm(s.UID, "desk", "", c.who())}, nil
		}
		return nil, nil
	})
	return model.Said{Card: &s}, err
}

// onReader reads the card that a person laid on. It runs between cards, so no card of the machine is there.
func (c *clerk) onReader(ctx context.Context, b *station.Books, op string) (drivers.ChipIdentity, error) {
	if b.Open != nil {
		return drivers.ChipIdentity{}, &drivers.Fault{Code: ledger.CardUnderWay, Op: op, Again: drivers.AgainAfterOperator, Detail: "the reader is the machine's until its card is settled"}
	}
	r, err := c.desk.Devices.Reader(ctx)
	if err != nil {
		return drivers.ChipIdentity{}, err
	}
	defer r.Close()
	return assembly.ReadCard(ctx, c.desk.Config.Chip, r, chipWait)
}

// read reads the card that is handed over.
func (c *clerk) read(ctx context.Context, b *station.Books) (office.ChipRead, error) {
	id, err := c.onReader(ctx, b, "hand over")
	if err != nil {
		return office.ChipRead{}, err
	}
	sum := sha256.Sum256(id.Portrait)
	return office.ChipRead{UID: string(bytes.ToUpper([]byte(hex.EncodeToString(id.UID)))), Portrait: hex.EncodeToString(sum[:])}, nil
}

// certify signs the certificate of the shift that was closed last and keeps it in the station folder.
func (c *clerk) certify(ctx context.Context) (model.Said, error) {
	var cert certificate.Certificate
	if _, err := c.perform(ctx, func(b *station.Books, _ time.Time) ([]journal.Fact, error) {
		for _, sh := range slices.Backward(b.Office.Shifts()) {
			if sh.Closing != nil {
				cert, _ = b.Office.Certificate(sh.ID)
				break
			}
		}
		return nil, nil
	}); err != nil {
		return model.Said{}, err
	}
	path, err := assembly.KeepCertificate(c.desk.Dir, c.desk.Keys, cert, "")
	if err != nil {
		return model.Said{}, err
	}
	return model.Said{Key: model.SaidClosed, Pairs: [2]string{"file", path}}, nil
}

// person makes or changes a person.
func (c *clerk) person(ctx context.Context, w model.Work) (model.Said, error) {
	p := w.Person
	entries, err := c.perform(ctx, func(b *station.Books, _ time.Time) ([]journal.Fact, error) {
		door := access.NewDoor(c.desk.Dir, b.Office.People(), c.desk.Config.People)
		act := w.Rule
		if w.Form == model.FormUnlock {
			act = door.UnlockAct(p.Name)
		}
		if err := b.Office.People().Allow(w.By, act, c.desk.Config.People.SignIn); err != nil {
			return nil, err
		}
		switch w.Form {
		case model.FormAdd:
			return door.Add(w.By, p.Name, p.Role, p.Password)
		case model.FormRole:
			return door.SetRole(w.By, p.Name, p.Role)
		case model.FormPassword:
			return door.SetPassword(w.By, p.Name, p.Password)
		case model.FormBlock:
			return door.Block(w.By, p.Name)
		}
		return door.Unlock(w.By, p.Name)
	})
	if err != nil {
		return model.Said{}, err
	}
	return written(entries), nil
}

// Read reads the books for a room. The lines of the ledger are part of the journal: who reads them is written down.
func (c *clerk) Read(ctx context.Context, r model.Room) (model.Books, error) {
	var b model.Books
	_, err := c.perform(ctx, func(s *station.Books, now time.Time) ([]journal.Fact, error) {
		b = booksOf(s.Office, now)
		if r == model.RoomBook {
			return c.mayRead(s, "movements")
		}
		return nil, nil
	})
	if err != nil {
		return model.Books{}, err
	}
	if r == model.RoomCards {
		b.Names, err = c.names(ctx)
	}
	if r == model.RoomBook {
		b.Moves, err = c.moves(ctx)
	}
	if r == model.RoomTechnician {
		b.Bench = c.bench(ctx)
	}
	return b, err
}

// mayRead gives the fact that who sits here reads the journal, if they may.
func (c *clerk) mayRead(b *station.Books, what string) ([]journal.Fact, error) {
	who := c.who()
	if err := b.Office.People().Allow(access.By{Who: who}, access.Journal, c.desk.Config.People.SignIn); err != nil {
		return nil, err
	}
	return []journal.Fact{{Kind: journal.KindJournalRead, Who: who, Data: access.ReadData{What: what}}}, nil
}

// who sits at the desk, by the station's word.
func (c *clerk) who() string {
	ch, stop := c.desk.Station.Watch()
	defer stop()
	return (<-ch).Operator
}

// booksOf copies what the rooms show.
func booksOf(s *office.State, now time.Time) model.Books {
	b := model.Books{At: now, People: s.People().People(), Reject: s.Reject(), Lists: s.Destructions(), Good: live(s.Cards(ledger.Good)),
		Shipped: live(s.Cards(ledger.Shipped)), Shipments: s.Shipments()}
	if sh, ok := s.Shift(); ok {
		b.Shift = &sh
	}
	for _, x := range s.Spoilage() {
		if x.Left > 0 {
			b.Spoilage = append(b.Spoilage, x)
		}
	}
	for _, x := range s.Authorisations() {
		if x.Attempt == "" {
			b.Authorisations = append(b.Authorisations, x)
		}
	}
	for _, x := range s.Incidents() {
		if x.Closed.IsZero() {
			b.Incidents = append(b.Incidents, x)
		}
	}
	return b
}

// live leaves out the cards that were reported lost.
func live(all []office.Card) []office.Card {
	return slices.DeleteFunc(all, func(c office.Card) bool { return c.Dead() })
}

// names are those of the records that are still here.
func (c *clerk) names(ctx context.Context) (map[record.Key]model.Name, error) {
	queue, err := c.desk.Store.Queue(ctx)
	if err != nil {
		return nil, err
	}
	names := map[record.Key]model.Name{}
	for _, q := range queue {
		names[q.Key] = model.Name{Name: q.Name, NIK: q.NIK}
	}
	return names, nil
}

// movesShown is how many lines of the ledger the book shows: the papers and `cetakctl ledger movements` have all.
const movesShown = 500

// moves are the newest lines of the ledger, newest first.
func (c *clerk) moves(ctx context.Context) ([]model.Move, error) {
	j, err := journal.OpenReader(ctx, filepath.Join(c.desk.Dir, assembly.JournalFile))
	if err != nil {
		return nil, err
	}
	defer j.Close()
	last, ok, err := j.Last(ctx)
	if err != nil || !ok {
		return nil, err
	}
	var out []model.Move
	for e, err := range j.Of(ctx, max(0, last.Seq-20*movesShown), journal.KindMovement) {
		if err != nil {
			return nil, err
		}
		m, err := ledger.Decode(e.Data)
		if err != nil {
			return nil, err
		}
		out = append(out, model.Move{Seq: e.Seq, At: e.At, Movement: m})
	}
	slices.Reverse(out)
	return out[:min(len(out), movesShown)], nil
}

// verify checks the journal's chain.
func (c *clerk) verify(ctx context.Context, _ office.By) (model.Said, error) {
	if _, err := c.perform(ctx, func(b *station.Books, _ time.Time) ([]journal.Fact, error) { return c.mayRead(b, "verify") }); err != nil {
		return model.Said{}, err
	}
	j, err := journal.OpenReader(ctx, filepath.Join(c.desk.Dir, assembly.JournalFile))
	if err != nil {
		return model.Said{}, err
	}
	defer j.Close()
	rep, err := j.Verify(ctx)
	if err != nil {
		return model.Said{}, err
	}
	return model.Said{Key: model.SaidSound, Pairs: [2]string{"n", strconv.FormatInt(int64(rep.Lines), 10)}}, nil
}
