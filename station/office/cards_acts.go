package office

import (
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"cetak/station/access"
	"cetak/station/journal"
	"cetak/station/ledger"
)

func (a Ship) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	uids := upper(a.UIDs)
	switch {
	case len(uids) == 0:
		return nil, refuse(Incomplete, "no card is named")
	case blank(a.Paper.Number), blank(a.Paper.Party), blank(a.Receiver):
		return nil, refuse(Incomplete, "number of the list, sub-district, or receiver")
	case s.sending(a.Paper.Number) != nil:
		return nil, refuse(NumberUsed, "shipment "+a.Paper.Number)
	}
	if err := s.sound(uids, ledger.Good); err != nil {
		return nil, err
	}
	facts, err := s.moving(by, now, s.each(uids, a.Paper.on(ledger.Movement{Kind: ledger.Ship, From: ledger.Good, To: ledger.Shipped}, s, now))...)
	if err != nil {
		return nil, err
	}
	d := shipmentData{List: strings.TrimSpace(a.Paper.Number), To: strings.TrimSpace(a.Paper.Party), Receiver: strings.TrimSpace(a.Receiver), UIDs: uids}
	return append(facts, journal.Fact{Kind: journal.KindShipment, Who: by.Who, Data: d}), nil
}

func (a Arrive) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	sh := s.sending(a.Shipment)
	absent := upper(a.Absent)
	switch {
	case sh == nil || !sh.Arrived.IsZero():
		return nil, refuse(NotListed, "shipment "+a.Shipment)
	case blank(a.Receiver):
		return nil, refuse(Incomplete, "who received it")
	case slices.ContainsFunc(absent, func(u string) bool { return !slices.Contains(sh.UIDs, u) }):
		return nil, refuse(CardElsewhere, "a card that was not in the shipment cannot be absent from it")
	}
	d := shipmentData{List: sh.Number, Arrived: true, Receiver: strings.TrimSpace(a.Receiver), Absent: absent}
	facts := []journal.Fact{{Kind: journal.KindShipment, Who: by.Who, Data: d}}
	if len(absent) == 0 {
		return facts, nil
	}
	if err := s.there(absent, ledger.Shipped); err != nil {
		return nil, err
	}
	moves, err := s.moving(by, now, s.each(absent, a.Paper.on(ledger.Movement{
		Kind: ledger.CountAdjustment, From: ledger.Shipped, To: ledger.Missing, Cause: ledger.CauseAdjust + ":transit"}, s, now))...)
	if err != nil {
		return nil, err
	}
	return append(facts, moves...), nil
}

func (a Unfetched) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	uids := upper(a.UIDs)
	if len(uids) == 0 {
		return nil, refuse(Incomplete, "no card is named")
	}
	if err := s.there(uids, ledger.Shipped); err != nil {
		return nil, err
	}
	return s.moving(by, now, s.each(uids, a.Paper.on(ledger.Movement{Kind: ledger.Return, From: ledger.Shipped, To: ledger.Good}, s, now))...)
}

func (a HandOver) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	uid := strings.ToUpper(strings.TrimSpace(a.UID))
	if err := a.whole(by); err != nil {
		return nil, err
	}
	c, ok := s.Seen(uid)
	if !ok {
		return nil, refuse(CardElsewhere, "no card has the chip "+uid)
	}
	if c.Dead() {
		return []journal.Fact{s.Alarm(uid, atHandOver, "", by.Who)}, refuse(CardDead, "card "+uid+" is in "+string(c.Where))
	}
	if !c.Recalled.IsZero() {
		return nil, refuse(CardRecalled, "card "+uid)
	}
	d := handedData{Collector: a.Collector, Proof: a.Proof, Slip: strings.TrimSpace(a.Slip), Waiver: strings.TrimSpace(a.Waiver), Second: by.Second}
	if a.Chip != nil {
		if facts, err := s.reread(c, *a.Chip, by); err != nil {
			return facts, err
		}
		d.Portrait, d.Proved, d.Waiver = strings.ToLower(a.Chip.Portrait), c.Portrait != "", ""
	}
	if err := s.there([]string{uid}, ledger.Good, ledger.Shipped); err != nil {
		return nil, err
	}
	facts, err := s.moving(by, now, ledger.Movement{
		Kind: ledger.HandOver, From: c.Where, To: ledger.HandedOver, Type: c.Type, Count: 1, UIDs: []string{uid}})
	if err != nil {
		return nil, err
	}
	return append(facts, journal.Fact{
		Kind: journal.KindHandedOver, Who: by.Who, Record: c.Key.ID, Issue: c.Key.Issue, Attempt: c.Attempt, UID: uid, Data: d}), nil
}

// atHandOver is the place of an alarm.
const atHandOver = "hand-over"

func (a HandOver) whole(by By) error {
	switch {
	case !slices.Contains(Collectors(), a.Collector):
		return refuse(Incomplete, "who collects it")
	case !slices.Contains(Proofs(), a.Proof):
		return refuse(Incomplete, "what the collector showed")
	case blank(a.Slip):
		return refuse(Incomplete, "number of the signed receipt")
	case a.Chip == nil && blank(a.Waiver):
		return refuse(Incomplete, "the chip is read again, or it is said why not")
	case a.Chip == nil && by.Second == "":
		return refuse(access.SecondNeeded, "a card is handed over unread")
	}
	return nil
}

// reread compares what the chip says now with what was written. A card with the right number and another portrait, or the number of
// another card, is kept as an alarm.
func (s *State) reread(c Card, chip ChipRead, by By) ([]journal.Fact, error) {
	uid := strings.ToUpper(chip.UID)
	if uid == c.UID && (c.Portrait == "" || strings.EqualFold(chip.Portrait, c.Portrait)) {
		return nil, nil
	}
	alarm := s.Alarm(c.UID, atHandOver, "", by.Who)
	d := alarm.Data.(alarmData)
	if uid != c.UID {
		d.Instead = uid
	}
	alarm.Data = d
	if other, ok := s.Seen(uid); ok && uid != c.UID && other.Dead() {
		return []journal.Fact{s.Alarm(uid, atHandOver, "", by.Who)}, refuse(CardDead, "card "+uid+" is in "+string(other.Where))
	}
	return []journal.Fact{alarm}, refuse(ChipDiffers, "card "+c.UID+": the chip on the reader says another number or shows another portrait")
}

func (a LostCard) facts(s *State, by By, _ time.Time) ([]journal.Fact, error) {
	uid := strings.ToUpper(strings.TrimSpace(a.UID))
	if blank(a.Report) {
		return nil, refuse(Incomplete, "number of the report")
	}
	if err := s.there([]string{uid}, ledger.HandedOver); err != nil {
		return nil, err
	}
	c := s.cards[uid]
	if !c.Lost.IsZero() {
		return nil, refuse(CardDead, "card "+uid+" was reported lost before")
	}
	return []journal.Fact{{Kind: journal.KindCardLost, Who: by.Who, Record: c.Key.ID, Issue: c.Key.Issue, Attempt: c.Attempt, UID: uid,
		Data: lostData{strings.TrimSpace(a.Report)}}}, nil
}

func (a Authorise) facts(s *State, by By, _ time.Time) ([]journal.Fact, error) {
	var known, spoiled, gone bool
	for _, c := range s.byRecord[a.Key.ID] {
		if c.Live() {
			return nil, refuse(OldCardLives, "card "+c.UID+" of "+c.Key.String()+" is in "+string(c.Where))
		}
		known = known || !c.Made.IsZero()
		spoiled = spoiled || !c.Made.IsZero() && !c.Spoiled.IsZero()
		gone = gone || !c.Lost.IsZero() || c.Where == ledger.Missing
	}
	report := strings.TrimSpace(a.Report)
	switch {
	case a.Key.ID == "" || a.Key.Issue < 1:
		return nil, refuse(Incomplete, "record and issue")
	case !slices.Contains(ReprintReasons(), a.Reason):
		return nil, refuse(Incomplete, "the reason is one of "+strings.Join(ReprintReasons(), ", "))
	case s.free(a.Key) != nil:
		return nil, refuse(AuthorisedAlready, a.Key.String())
	case a.Old == OldSpoiled && !spoiled:
		return nil, refuse(OldCardLives, "no spoiled card of "+a.Key.ID+" is in the books")
	case a.Old == OldLost && known && !gone, (a.Old == OldTaken || a.Old == OldNone) && known:
		return nil, refuse(OldCardLives, "the books know a card of "+a.Key.ID+", and it is not "+string(a.Old))
	case a.Old != OldSpoiled && a.Old != OldLost && a.Old != OldTaken && a.Old != OldNone:
		return nil, refuse(Incomplete, "what became of the old card")
	case (a.Old == OldLost || a.Old == OldTaken) && report == "":
		return nil, refuse(Incomplete, "number of the report")
	}
	return []journal.Fact{{Kind: journal.KindAuthorised, Who: by.Who, Record: a.Key.ID, Issue: a.Key.Issue,
		Data: authorisedData{by.Second, a.Reason, a.Old, report}}}, nil
}

func (a MakeDestructionList) facts(s *State, by By, _ time.Time) ([]journal.Fact, error) {
	number := strings.TrimSpace(a.Number)
	switch {
	case number == "":
		return nil, refuse(Incomplete, "number of the list")
	case a.Type != ledger.WNI && a.Type != ledger.WNA:
		return nil, refuse(Incomplete, "type of the blanks")
	case s.list(number) != nil:
		return nil, refuse(NumberUsed, "destruction list "+number)
	}
	var lines []int64
	for _, sp := range s.spoilage {
		if sp.Left > 0 && sp.List == "" && sp.Type == a.Type && !slices.Contains(lines, sp.Seq) &&
			(len(a.Items) == 0 || slices.Contains(a.Items, sp.Seq)) {
			lines = append(lines, sp.Seq)
		}
	}
	for _, seq := range a.Items {
		if !slices.Contains(lines, seq) {
			return nil, refuse(NotListed, "a line that is no spoiled card of this type, or is on a list")
		}
	}
	if len(lines) == 0 {
		return nil, refuse(Incomplete, "no spoiled card waits for a list")
	}
	d := destructionData{List: number, Second: by.Second, Type: a.Type, Items: lines}
	return []journal.Fact{{Kind: journal.KindDestruction, Who: by.Who, Data: d}}, nil
}

func (a Destroy) facts(s *State, by By, now time.Time) ([]journal.Fact, error) {
	l := s.list(a.List)
	if l == nil || !l.Destroyed.IsZero() {
		return nil, refuse(NotListed, "destruction list "+a.List)
	}
	if err := a.whole(by); err != nil {
		return nil, err
	}
	m := a.Paper.on(ledger.Movement{Kind: ledger.Destroy, From: ledger.Spoiled, To: ledger.Destroyed, Type: l.Type,
		Cause: ledger.CauseDestroy + ":" + string(a.Method)}, s, now)
	for _, sp := range s.items(l.Items) {
		m.Count += sp.Left
		if sp.UID != "" {
			m.UIDs = append(m.UIDs, sp.UID)
		}
	}
	if m.Count == 0 {
		return nil, refuse(NotListed, "no card of list "+l.Number+" is left")
	}
	facts, err := s.moving(by, now, m)
	if err != nil {
		return nil, err
	}
	return append(facts, journal.Fact{Kind: journal.KindDestruction, Who: by.Who, Data: destructionData{
		List: l.Number, Done: true, Second: by.Second, Document: m.Document, Issuer: m.Issuer, Date: m.Date, Method: a.Method,
		Place: strings.TrimSpace(a.Place), Witnesses: a.Witnesses, Photo: a.Photo}}), nil
}

func (a Destroy) whole(by By) error {
	w := a.Witnesses
	digest, err := hex.DecodeString(a.Photo.SHA256)
	switch {
	case a.Method != Burnt && a.Method != Shredded && a.Method != Punched:
		return refuse(Incomplete, "method")
	case blank(a.Place):
		return refuse(Incomplete, "place")
	case blank(w[0].Name), blank(w[0].Office), blank(w[1].Name), blank(w[1].Office), same(w[0].Name, w[1].Name):
		return refuse(Incomplete, "two witnesses with their offices")
	case same(w[0].Name, by.Who), same(w[0].Name, by.Second), same(w[1].Name, by.Who), same(w[1].Name, by.Second):
		return refuse(Incomplete, "a witness is not one of the two who destroy")
	case err != nil || len(digest) != 32 || a.Photo.SHA256 != strings.ToLower(a.Photo.SHA256):
		return refuse(Incomplete, "SHA-256 of the photograph")
	case blank(a.Photo.File) || strings.ContainsAny(a.Photo.File, `/\`):
		return refuse(Incomplete, "file name of the photograph, without its folder")
	}
	return nil
}

// sound is there, for cards that go on to a person: none may be dead.
func (s *State) sound(uids []string, at ledger.Account) error {
	for _, uid := range uids {
		c := s.cards[uid]
		if c != nil && c.Dead() {
			return refuse(CardDead, "card "+uid+" is in "+string(c.Where))
		}
		if c != nil && !c.Recalled.IsZero() {
			return refuse(CardRecalled, "card "+uid)
		}
	}
	return s.there(uids, at)
}

// each makes one movement for each blank type among the cards.
func (s *State) each(uids []string, m ledger.Movement) []ledger.Movement {
	var all []ledger.Movement
	for _, t := range ledger.BlankTypes() {
		m.Type, m.Count, m.UIDs = t, 0, nil
		for _, uid := range uids {
			if s.cards[uid].Type == t {
				m.Count++
				m.UIDs = append(m.UIDs, uid)
			}
		}
		if m.Count > 0 {
			all = append(all, m)
		}
	}
	return all
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
