package papers

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cetak/station/journal"
	"cetak/station/ledger"
	"cetak/station/office"
	"cetak/station/report"
)

// actOf is what the minutes of a movement are about; in says that the blanks come here.
func actOf(v ledger.Movement) (act report.Act, in bool) {
	switch {
	case v.Kind == ledger.Receipt:
		return report.Receipt, true
	case v.Kind == ledger.LoanIn:
		return report.LoanIn, true
	case v.Kind == ledger.LoanOut:
		return report.LoanOut, false
	case v.Kind == ledger.Transfer && v.From == ledger.Centre:
		return report.TransferIn, true
	case v.Kind == ledger.Transfer:
		return report.TransferOut, false
	case v.To == ledger.Borrowed:
		return report.LoanInBack, false
	case v.From == ledger.Lent:
		return report.LoanOutBack, true
	case v.From == ledger.Shipped:
		return report.Unfetched, true
	case v.From == ledger.Spoiled:
		return report.ReturnSpoiled, false
	}
	return report.Return, false
}

// find gives the movements of one paper: those of a number, or of the last one of the kind.
func (m *maker) find(r Request) ([]ledger.Movement, error) {
	var found []ledger.Movement
	for v, err := range m.movements() {
		if err != nil {
			return nil, err
		}
		kind, ok := kindOf(v)
		if !ok || kind != r.Kind || v.Document == "" || r.Number != "" && !same(v.Document, r.Number) {
			continue
		}
		if len(found) > 0 && !same(found[0].Document, v.Document) {
			found = nil
		}
		found = append(found, v)
	}
	if found == nil {
		return nil, none(what(r.Kind, r.Number))
	}
	return found, nil
}

func (m *maker) delivery(r Request) (report.Paper, error) {
	found, err := m.find(r)
	if err != nil {
		return nil, err
	}
	first := found[0]
	act, in := actOf(first)
	d := report.Delivery{
		Office: m.office, Act: act, Number: first.Document, At: m.dated(first), Party: or(first.Party, or(first.Issuer, other(act))), Line: first.Seq,
		Witnesses: people(first.Second),
	}
	ours, theirs := signer("", first.Who), report.Signer{ID: first.Party}
	if d.Gives, d.Takes = ours, theirs; in {
		d.Gives, d.Takes = theirs, ours
	}
	for _, v := range found {
		if v.Reverses != 0 {
			continue
		}
		d.UIDs = append(d.UIDs, v.UIDs...)
		if act == report.ReturnSpoiled {
			d.Boxes = append(d.Boxes, m.spoiledBy(v)...)
			continue
		}
		left := v.Count
		for _, b := range v.Boxes {
			t := b.Type
			if t == "" {
				t = v.Type
			}
			d.Boxes = append(d.Boxes, report.Box{Number: b.Number, Type: t, Count: b.Count, First: b.First, Last: b.Last})
			left -= b.Count
		}
		if left > 0 {
			d.Boxes = append(d.Boxes, report.Box{Type: v.Type, Count: left})
		}
	}
	return d, nil
}

// other is what the other side is called where the books do not name it.
func other(a report.Act) string {
	switch a {
	case report.Receipt, report.Return, report.ReturnSpoiled:
		return "pusat"
	case report.TransferIn, report.TransferOut:
		return "gudang lain pada kantor ini"
	case report.Unfetched:
		return "kecamatan"
	}
	return "kantor lain"
}

// spoiledBy divides spoiled cards by cause, as far as their chips are known.
func (m *maker) spoiledBy(v ledger.Movement) []report.Box {
	n := map[string]int{}
	for _, uid := range v.UIDs {
		c, _ := m.State.Seen(uid)
		n[c.Cause]++
	}
	n[""] += v.Count - len(v.UIDs)
	var boxes []report.Box
	for _, cause := range slices.Sorted(maps.Keys(n)) {
		if n[cause] > 0 {
			boxes = append(boxes, report.Box{Type: v.Type, Count: n[cause], Cause: cause})
		}
	}
	return boxes
}

func (m *maker) adjustment(r Request) (report.Paper, error) {
	found, err := m.find(r)
	if err != nil {
		return nil, err
	}
	first := found[0]
	a := report.Adjustment{
		Office: m.office, Number: first.Document, At: m.dated(first), Bookers: [2]report.Signer{{Name: first.Who}, {Name: first.Second}}, Approves: m.office.Head, Line: first.Seq,
	}
	a.Approves.Role = "Mengetahui, Kepala Dinas"
	a.Reason = "selisih antara buku dan hasil hitung"
	books, counts := &stocks{}, tallies{}
	for e, err := range m.Entries(m.ctx) {
		if err != nil {
			return nil, err
		}
		if e.Kind == journal.KindCounted {
			if err := counts.take(e); err != nil {
				return nil, err
			}
		}
		if e.Kind != journal.KindMovement {
			continue
		}
		v, err := ledger.Decode(e.Data)
		if err != nil {
			return nil, err
		}
		counts.move(v)
		if slices.ContainsFunc(found, func(f ledger.Movement) bool { return f.Seq == e.Seq }) {
			line := report.AdjustmentLine{Account: v.From, Type: v.Type, Cause: v.Cause, UIDs: v.UIDs}
			n := -v.Count
			if v.From == ledger.Missing || v.From == ledger.Centre {
				line.Account, n = v.To, v.Count
			}
			line.Book = books.held(v.Type, line.Account)
			line.Counted = line.Book + n
			a.Lines = append(a.Lines, line)
			if v.Reverses != 0 {
				a.Reason = fmt.Sprintf("pembetulan jurnal baris %d", v.Reverses)
			}
		}
		if books.apply(v); e.Seq == found[len(found)-1].Seq {
			break
		}
	}
	if by, ok := counts.found(books, a.Lines); ok {
		a.Counters = [2]report.Signer{{Name: by[0]}, {Name: by[1]}}
	}
	return a, nil
}

func (m *maker) destruction(r Request) (report.Paper, error) {
	var list *office.DestructionList
	for _, l := range m.State.Destructions() {
		if !l.Destroyed.IsZero() && (r.Number == "" || same(l.Minutes.Paper.Number, r.Number) || same(l.Number, r.Number)) {
			list = &l
		}
	}
	if list == nil {
		return nil, none(what(r.Kind, r.Number))
	}
	p := list.Minutes
	if r.Photo == nil && m.Photo != nil {
		r.Photo = m.Photo(p.Photo.SHA256)
	}
	d := report.Destruction{
		Office: m.office, Number: p.Paper.Number, At: m.local(list.Destroyed), Where: p.Place, Method: ledger.CauseText(ledger.CauseDestroy+":"+string(p.Method), "id"),
		Executes:   [2]report.Signer{{Name: list.By[0]}, {Name: list.By[1]}},
		Photograph: report.Photograph{Name: p.Photo.File, SHA256: p.Photo.SHA256, Image: r.Photo}, Note: "Daftar pemusnahan nomor " + list.Number,
	}
	if day := p.Paper.Date; !day.IsZero() && !m.midnight(list.Destroyed).Equal(m.date(day)) {
		d.At = m.date(day)
	}
	for _, w := range p.Witnesses {
		d.Witnesses = append(d.Witnesses, report.Signer{Name: w.Name, ID: w.Office})
	}
	for _, sp := range m.State.Spoilage() {
		if !slices.Contains(list.Items, sp.Seq) || sp.List != list.Number {
			continue
		}
		c := report.SpoiledCard{UID: sp.UID, Type: sp.Type, Cause: sp.Cause, At: m.local(sp.At), Mark: or(sp.Attempt, fmt.Sprintf("baris %d", sp.Seq)), Count: sp.Count}
		if seen, ok := m.State.Seen(sp.UID); ok && m.Person != nil {
			_, c.NIK = m.Person(seen.Key)
		}
		d.Cards = append(d.Cards, c)
	}
	return d, nil
}

// date is the calendar day of a date that was read without a zone.
func (m *maker) date(t time.Time) time.Time {
	y, mo, d := t.Date()
	return time.Date(y, mo, d, 0, 0, 0, 0, m.zone)
}

func (m *maker) shipping(r Request) (report.Paper, error) {
	var found *office.Shipment
	for _, l := range m.State.Shipments() {
		if r.Number == "" || same(l.Number, r.Number) {
			found = &l
		}
	}
	if found == nil {
		return nil, none(what(r.Kind, r.Number))
	}
	p := report.ShippingList{
		Office: m.office, Number: found.Number, At: m.local(found.Sent), To: found.To, Gives: signer("", found.By), Receives: report.Signer{Name: found.Receiver},
	}
	for _, uid := range found.UIDs {
		c, _ := m.State.Seen(uid)
		c.UID = uid
		p.Cards = append(p.Cards, m.card(c))
	}
	return p, nil
}

func (m *maker) ageing() report.Paper {
	p := report.Ageing{Office: m.office, At: m.Now}
	places := map[string]string{}
	for _, l := range m.State.Shipments() {
		places[l.Number] = l.To
	}
	for _, where := range []ledger.Account{ledger.Good, ledger.Shipped} {
		for _, c := range m.State.Cards(where) {
			at := "Kantor"
			if where == ledger.Shipped {
				at = or(places[c.Shipment], "Dikirim")
			}
			p.Cards = append(p.Cards, report.Uncollected{Card: m.card(c), Where: at})
		}
	}
	return p
}

func (m *maker) certificate(r Request) (report.Paper, error) {
	id := r.Number
	for _, sh := range m.State.Shifts() {
		if sh.Closing != nil && (r.Number == "" || same(sh.ID, r.Number)) {
			id = sh.ID
		}
	}
	c, ok := m.State.Certificate(id)
	if !ok {
		return nil, none(what(r.Kind, r.Number))
	}
	p := report.ShiftCertificate{
		Office: m.office, Shift: c.Shift, Opened: m.local(c.Opened), Closed: m.local(c.Closed), FirstSeq: c.Journal.First, LastSeq: c.Journal.Last, Head: c.Journal.Head,
		Key: m.Key, File: c.Shift + ".jws", OpenedBy: c.OpenedBy, ClosedBy: c.ClosedBy,
	}
	byCause := map[string]report.PerType{}
	for _, s := range c.Stock {
		t := ledger.BlankType(s.Type)
		p.Stock = append(p.Stock, report.ShiftStock{
			Type: t, Opening: s.Opening, Drawn: s.Drawn, Found: s.Found, Good: s.Good, Spoiled: s.SpoiledAll(), Returned: s.Returned, Missing: s.Missing, Closing: s.Closing,
			Waived: s.Difference,
		})
		for cause, n := range s.Spoiled {
			byCause[cause] = byCause[cause].Add(t, n)
		}
	}
	p.Spoiled = counted(byCause)
	for _, card := range c.Cards {
		p.UIDs = append(p.UIDs, card.UID)
	}
	for _, w := range c.Waivers {
		at := map[string]string{"opening": "Selisih saat buka", "closing": "Selisih saat tutup"}[w.At]
		p.Waivers = append(p.Waivers, report.Waiver{Rule: fmt.Sprintf("%s, %s %+d", or(at, "Selisih"), w.Type, w.Difference), Reason: w.Reason, By: [2]string{w.Who, w.Second}})
	}
	for _, i := range c.Incidents {
		words := fmt.Sprintf("%s: %s %s, buku %d, ditemukan %d", i.ID, witness(i.What), i.Type, i.Books, i.Found)
		if i.Since != "" {
			words += ", sejak percobaan " + i.Since
		}
		if i.Open {
			words += "; belum selesai"
		}
		p.Incident = append(p.Incident, words)
	}
	return p, nil
}

// witness says in Indonesian which witness differed, and where; what is not known is said as it is.
func witness(what string) string {
	by, account, _ := strings.Cut(what, " ")
	words := or(map[string]string{
		string(ledger.ByLedger): "buku", string(ledger.ByCounter): "penghitung kartu pencetak", string(ledger.ByPanels): "penghitung panel pencetak",
		string(ledger.ByCount): "hitung dua orang",
	}[by], by)
	if account != "" {
		words += " (" + report.AccountWords(ledger.Account(account)) + ")"
	}
	return words
}

// counted lists counts by how many, then by word.
func counted(m map[string]report.PerType) []report.Counted {
	var all []report.Counted
	for what, n := range m {
		if n.WNI != 0 || n.WNA != 0 {
			all = append(all, report.Counted{What: what, Count: n})
		}
	}
	slices.SortFunc(all, func(a, b report.Counted) int {
		return cmp.Or(b.Count.Sum()-a.Count.Sum(), cmp.Compare(a.What, b.What))
	})
	return all
}

func (m *maker) missing() (report.Paper, error) {
	p := report.MissingBlanks{Office: m.office, At: m.Now}
	for v, err := range m.movements() {
		if err != nil {
			return nil, err
		}
		switch {
		case v.To == ledger.Missing:
			for _, uid := range v.UIDs {
				p.Lines = append(p.Lines, report.MissingLine{Serial: uid, Type: v.Type, Count: 1, From: v.From, Found: m.local(v.At), Paper: v.Document})
			}
			if n := v.Count - len(v.UIDs); n > 0 {
				p.Lines = append(p.Lines, report.MissingLine{Type: v.Type, Count: n, From: v.From, Found: m.local(v.At), Paper: v.Document})
			}
		case v.From == ledger.Missing:
			p.Lines = found(p.Lines, v)
		}
	}
	return p, nil
}

// found takes what was found again off the list: by chip number, and for the rest the latest without one.
func found(lines []report.MissingLine, v ledger.Movement) []report.MissingLine {
	n := v.Count
	for _, uid := range v.UIDs {
		if i := slices.IndexFunc(lines, func(l report.MissingLine) bool { return l.Serial == uid }); i >= 0 {
			lines = slices.Delete(lines, i, i+1)
			n--
		}
	}
	for i := len(lines) - 1; i >= 0 && n > 0; i-- {
		if lines[i].Serial != "" || lines[i].Type != v.Type {
			continue
		}
		k := min(n, lines[i].Count)
		n -= k
		if lines[i].Count -= k; lines[i].Count == 0 {
			lines = slices.Delete(lines, i, i+1)
		}
	}
	return lines
}
