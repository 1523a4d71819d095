package week

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"cetak/hwsim/centre"
)

// The people of the week: siti is the operator, joko the technician, rina and budi are supervisors, ayu is the auditor.

// opens begins a shift: both count what lies in the feeder.
func (d *desk) opens() {
	d.t.Helper()
	n := fmt.Sprint(d.world().Feeder)
	d.do("siti", "rina", "shift", "open", "--count", n, "--second-count", n)
}

// closes ends it, and holds the certificate to be proved on a machine without a station.
func (d *desk) closes() {
	d.t.Helper()
	n := fmt.Sprint(d.world().Feeder)
	file := filepath.Join(d.w.out, "certificates", fmt.Sprintf("desk-%s-%s.jws", d.name, strings.ToLower(d.w.now.Format("Mon"))))
	d.do("siti", "rina", "shift", "close", "--count", n, "--second-count", n, "-o", file)
	d.w.proved(d, file)
}

// draws takes blanks out of the vault and lays them into the feeder.
func (d *desk) draws(n int) {
	d.t.Helper()
	d.do("siti", "rina", "stock", "draw", fmt.Sprint(n))
	d.hand("feed", fmt.Sprint(n))
	d.clerk.move("WNI", n, "vault", "hopper")
}

// returns takes blanks out of the feeder and locks them away.
func (d *desk) returns(n int) {
	d.t.Helper()
	d.do("siti", "rina", "stock", "back", fmt.Sprint(n))
	d.hand("unfeed", fmt.Sprint(n))
	d.clerk.move("WNI", n, "hopper", "vault")
}

// gives hands the n-th card of the good tray to its holder, and reads it again.
func (d *desk) gives(n int, collector, proof string) {
	d.t.Helper()
	d.hand("present", "good", fmt.Sprint(n))
	d.slips++
	d.do("siti", "", "stock", "handover", "--collector", collector, "--proof", proof, "--slip", fmt.Sprintf("T-%s/%03d", d.name, d.slips))
	d.hand("remove")
	d.clerk.move("WNI", 1, "good", "handed-over")
}

func (w *week) monday_() {
	w.at(0, "07:30")
	a, b := w.first, w.other
	a.do("rina", "siti", "stock", "receive", "400", "--document", "BA-112/GDG/XI/2026", "--party", "Ditjen Dukcapil, gudang Pasar Minggu", "--date", "06-11-2026",
		"--box", "K-2041=200:A0204001-A0204200:B26-07:KS-3", "--box", "K-2042=200:A0204201-A0204400:B26-07:KS-3")
	a.clerk.move("WNI", 400, "centre", "vault")
	a.do("rina", "siti", "stock", "receive", "20", "--blank", "WNA", "--document", "BA-113/GDG/XI/2026", "--party", "Ditjen Dukcapil, gudang Pasar Minggu", "--date", "06-11-2026")
	a.clerk.move("WNA", 20, "centre", "vault")
	a.refused("B-109", "rina", "siti", "stock", "receive", "400", "--document", "BA-112/GDG/XI/2026", "--party", "Ditjen Dukcapil, gudang Pasar Minggu")
	a.refused("B-110", "rina", "siti", "stock", "receive", "10", "--document", "BA-114/GDG/XI/2026", "--party", "Ditjen Dukcapil, gudang Pasar Minggu", "--date", "10-11-2026")
	a.refused("U-107", "siti", "joko", "stock", "draw", "10")
	a.do("rina", "siti", "stock", "transfer-out", "150", "--document", "BAST-01/MEJA/XI/2026", "--party", "Meja 2", "--box", "K-2042=150:A0204201-A0204350")
	a.clerk.move("WNI", 150, "vault", "centre")
	b.do("rina", "siti", "stock", "transfer-in", "150", "--document", "BAST-01/MEJA/XI/2026", "--issuer", "Meja 1", "--party", "Meja 1", "--box", "K-2042=150:A0204201-A0204350:B26-07:KS-3")
	b.clerk.move("WNI", 150, "centre", "vault")

	w.at(0, "07:50")
	a.opens()
	b.opens()
	a.draws(60)
	b.draws(50)
	a.refused("B-101", "siti", "rina", "stock", "draw", "1000")
	a.records(28, nil)
	b.records(32, nil)

	w.at(0, "09:10")
	a.all(8)
	b.hand("on", "update", "20", "do", "chip-mute", "once") // a dead chip in the middle of the morning
	b.all(7)
	w.at(0, "13:20")
	a.gives(0, "holder", "old-card")
	a.gives(1, "family", "family-card")
	b.gives(0, "holder", "receipt")
	w.at(0, "15:40")
	b.returns(b.world().Feeder)
	a.closes()
	b.closes()
}

func (w *week) tuesday() {
	a, b := w.first, w.other
	w.at(1, "07:35")
	a.do("rina", "siti", "stock", "borrow", "50", "--document", "BAPB-07/XI/2026", "--party", "Dukcapil Kabupaten Tetangga")
	a.clerk.move("WNI", 50, "borrowed", "vault")
	w.at(1, "07:50")
	n := a.world().Feeder
	a.refused("B-211", "siti", "rina", "shift", "open", "--count", fmt.Sprint(n), "--second-count", fmt.Sprint(n+1))
	a.refused("B-215", "siti", "rina", "shift", "open", "--count", "empat", "--second-count", fmt.Sprint(n))
	a.opens()
	b.opens()
	b.draws(30)
	b.refused("B-101", "siti", "rina", "stock", "back", "31")

	w.at(1, "09:30")
	a.hand("on", "panel-k", "2", "do", "jam-head", "once") // a jam: the card in the machine is lost
	a.all(5)
	b.all(4)
	// One of them is seen to be misprinted before it is given out. The record comes back from the centre for one more card.
	bad := b.lastGood()
	b.do("siti", "rina", "stock", "spoil", bad, "--from", "good", "--cause", "damage:print")
	b.hand("reject", "good", bad)
	b.clerk.move("WNI", 1, "good", "spoiled")
	w.at(1, "11:15")
	again := b.again(bad, w.now.Add(-time.Hour)) // the holder sees a doctor this afternoon: it is taken before its turn
	b.refused("B-311", "siti", "", "run", "--record", again)
	b.do("siti", "rina", "reprint", again, "--reason", "misprint", "--old", "spoiled")
	before := b.world()
	b.do("siti", "", "run", "--record", again, "--urgent", "berobat")
	b.clerk.made(before, b.world())
	w.at(1, "14:00")
	a.gives(2, "proxy", "power-of-attorney")
	w.at(1, "15:45")
	a.closes()
	b.closes()
}

func (w *week) wednesday() {
	a, b := w.first, w.other
	w.at(2, "07:50")
	a.opens()
	b.opens()
	w.at(2, "09:05")
	a.powerCut()
	a.all(4)
	// A card jams at desk 2, and while it is taken out it disappears.
	b.hand("on", "panel-m", "1", "do", "jam-head", "once")
	before := b.world()
	p := b.program("siti", "", "run", "--count", "3", "--json").wait()
	b.hand("take-out")
	if p.code == 0 {
		w.t.Fatalf("the jam was not noticed: %s", p)
	}
	b.settle("missing")
	b.clerk.made(before, b.world())
	b.clerk.move("WNI", 1, "hopper", "missing")
	w.missing = b.world().Trays["hand"][0].UID
	b.all(2)
	w.at(2, "11:00")
	var ship []string
	for _, c := range a.world().Trays["good"][3:9] {
		ship = append(ship, c.UID)
	}
	w.shipped = ship
	a.do("siti", "", append([]string{"stock", "ship", "--document", "KIRIM-01/XI/2026", "--party", "Kecamatan Contoh Barat", "--receiver", "Kasi Pelayanan"}, ship...)...)
	a.clerk.move("WNI", len(ship), "good", "shipped")
	w.at(2, "14:30")
	a.do("joko", "", "ledger", "reject-emptied")
	a.hand("empty", "reject")
	w.at(2, "15:45")
	a.closes()
	b.closes()
	// The vault of desk 1 is counted: two people find one blank fewer than the books have.
	k := a.clerk["WNI"]["vault"]
	a.do("siti", "rina", "count", "vault", "--count", fmt.Sprintf("WNI=%d,WNA=20", k-1), "--second-count", fmt.Sprintf("WNI=%d,WNA=20", k-1))
	a.do("rina", "budi", "stock", "adjust", "1", "--from", "vault", "--to", "missing", "--cause", "adjust:count", "--document", "BA-PH-01/XI/2026", "--party", "Inspektorat")
	a.clerk.move("WNI", 1, "vault", "missing")
	a.closeIncidents("dibukukan hilang dengan BA-PH-01/XI/2026; dilaporkan kepada kepala dinas")
}

func (w *week) thursday() {
	a, b := w.first, w.other
	w.at(3, "07:40")
	b.hand("reject", "hand", w.missing) // it lay behind the machine
	b.do("rina", "budi", "stock", "adjust", w.missing, "--from", "missing", "--to", "spoiled", "--cause", "adjust:found", "--document", "BA-PH-02/XI/2026", "--party", "Inspektorat")
	b.clerk.move("WNI", 1, "missing", "spoiled")
	a.opens()
	b.opens()
	b.draws(20)
	w.at(3, "08:40")
	a.records(10, func(r *centre.Record) { r.Reason = "pemula" })
	a.all(6)
	b.hand("on", "read", "9", "do", "wrong-length", "once")
	b.all(5)
	w.at(3, "10:00")
	a.do("siti", "rina", "stock", "arrive", "KIRIM-01/XI/2026", "--receiver", "Kasi Pelayanan", "--absent", w.shipped[5], "--document", "BA-PH-03/XI/2026", "--party", "Kecamatan Contoh Barat")
	a.clerk.move("WNI", 1, "shipped", "missing")
	w.onTheWay["1"] = 1
	for _, uid := range w.shipped[:3] { // the sub-district has no reader
		a.slips++
		a.do("siti", "rina", "stock", "handover", uid, "--collector", "holder", "--proof", "receipt", "--slip", fmt.Sprintf("KEC-%03d", a.slips), "--waiver", "kecamatan tidak mempunyai pembaca kartu")
		a.clerk.move("WNI", 1, "shipped", "handed-over")
	}
	w.at(3, "13:30")
	a.do("rina", "siti", "stock", "give-back", "50", "--document", "BAPB-08/XI/2026", "--party", "Dukcapil Kabupaten Tetangga")
	a.clerk.move("WNI", 50, "vault", "borrowed")
	b.do("rina", "siti", "stock", "lend", "30", "--document", "BAPB-09/XI/2026", "--party", "Dukcapil Kota Seberang")
	b.clerk.move("WNI", 30, "vault", "lent")
	w.at(3, "15:45")
	a.closes()
	b.closes()
	a.do("rina", "ayu", "stock", "destroy-list", "DPM-01/XI/2026")
	b.do("rina", "ayu", "stock", "destroy-list", "DPM-02/XI/2026")
}

func (w *week) friday() {
	a, b := w.first, w.other
	w.at(4, "07:50")
	a.opens()
	b.opens()
	w.at(4, "08:30")
	// The card that did not arrive turns up: it is brought back to the office.
	a.do("rina", "budi", "stock", "adjust", w.shipped[5], "--from", "missing", "--to", "good", "--cause", "adjust:found", "--document", "BA-PH-04/XI/2026", "--party", "Kecamatan Contoh Barat")
	a.clerk.move("WNI", 1, "missing", "good")
	w.onTheWay["1"] = 0
	// A holder has lost the card; the centre has cleared one more.
	lost := a.world().Trays["good"][0].UID
	a.do("siti", "", "stock", "lost", lost, "--report", "SKH/118/XI/2026")
	again := a.again(lost, w.now.AddDate(0, 0, -60)) // and has waited longest
	a.do("siti", "rina", "reprint", again, "--reason", "lost", "--old", "lost", "--report", "SKH/118/XI/2026")
	a.all(5)
	// A blank from the box is bent: bad from the factory, found in the feeder.
	b.do("siti", "rina", "stock", "spoil", "1", "--from", "hopper", "--defect", "--cause", "damage:factory")
	b.hand("reject", "feeder", "0")
	b.clerk.move("WNI", 1, "hopper", "spoiled")
	b.all(3)
	w.at(4, "10:30")
	a.do("siti", "rina", "stock", "unfetched", w.shipped[3], "--document", "KEMBALI-01/XI/2026", "--party", "Kecamatan Contoh Barat")
	a.clerk.move("WNI", 1, "shipped", "good")
	b.do("rina", "siti", "stock", "take-back", "30", "--document", "BAPB-10/XI/2026", "--party", "Dukcapil Kota Seberang")
	b.clerk.move("WNI", 30, "lent", "vault")
	w.at(4, "14:00")
	a.destroys("DPM-01/XI/2026")
	b.destroys("DPM-02/XI/2026")
	// A card that is destroyed on paper is laid on the reader.
	a.hand("present", "emptied", "0")
	a.refused("B-308", "siti", "", "stock", "handover", "--proof", "receipt", "--slip", "T-1/999")
	a.hand("remove")
	w.at(4, "15:45")
	a.returns(a.world().Feeder)
	a.closes()
	b.closes()
}

func (w *week) saturday() {
	a, b := w.first, w.other
	w.at(5, "08:00")
	a.do("rina", "siti", "stock", "return", "20", "--from", "vault", "--document", "BA-KMB-01/XI/2026", "--party", "Ditjen Dukcapil, gudang Pasar Minggu")
	a.clerk.move("WNI", 20, "vault", "returned")
	for _, d := range []*desk{a, b} { // stock-take: everything is counted blind
		for _, pool := range []string{"vault", "hopper", "good", "shipped", "spoiled"} {
			n := fmt.Sprintf("WNI=%d,WNA=%d", d.clerk["WNI"][pool], d.clerk["WNA"][pool])
			if said := d.do("siti", "budi", "count", pool, "--count", n, "--second-count", n); !strings.Contains(said, "agree") {
				w.t.Fatalf("the stock-take of desk %s finds a difference in %s: %s", d.name, pool, said)
			}
		}
		d.noIncident()
	}
}

// lastGood is the card made last.
func (d *desk) lastGood() string {
	good := d.world().Trays["good"]
	return good[len(good)-1].UID
}

// all makes n good cards, whatever it takes: a fault spoils its card, a person clears what can be seen, and the run goes on.
func (d *desk) all(n int) {
	d.t.Helper()
	want := len(d.world().Trays["good"]) + n
	for try := 0; ; try++ {
		left := want - len(d.world().Trays["good"])
		if left == 0 {
			return
		}
		if try == 5 {
			d.t.Fatalf("desk %s: %d cards are still to be made: %s", d.name, left, d.program("", "", "status").wait())
		}
		if p := d.cards(left); p.code == 3 || p.code == 1 && strings.Contains(p.errs.String(), "settle") {
			before := d.world()
			d.hand("clear")
			d.settle("spoiled")
			d.clerk.made(before, d.world())
		}
	}
}

// settle lets the evidence decide about an open attempt, and where it does not, says what was found.
func (d *desk) settle(answer string) {
	d.t.Helper()
	if p := d.program("siti", "", "settle").wait(); p.code == 0 {
		return
	}
	d.do("siti", "", "settle", "--answer", answer)
}

// again has the centre clear a further card for the record of a card, and names it for `reprint`.
func (d *desk) again(uid string, cleared time.Time) string {
	d.t.Helper()
	id := d.recordOf(uid)
	for _, r := range d.centre.Records() {
		if r.ID == id {
			r = r.Clone()
			r.Issue, r.Revision, r.Cleared = 2, 2, cleared.UTC().Truncate(time.Second)
			r.NotAfter = r.Cleared.AddDate(0, 6, 0)
			d.bundle(r)
			return id + "#2"
		}
	}
	d.t.Fatalf("desk %s: no record %q of card %s", d.name, id, uid)
	return ""
}

// powerCut kills the program while a card is in the machine. Nothing moves until two people open the station again.
func (d *desk) powerCut() {
	d.t.Helper()
	before := d.world()
	d.hand("on", "panel-c", "1", "do", "hold", "once")
	p := d.program("siti", "", "run", "--count", "1")
	d.hand("await")
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	_ = p.cmd.Wait()
	d.w.passed(time.Minute)
	d.hand("go")
	if p := d.program("siti", "", "run", "--count", "1").wait(); p.code != 3 || !strings.Contains(p.errs.String(), "B-204") {
		d.t.Fatalf("a station that was cut off is not locked: %s", p)
	}
	if p := d.program("siti", "rina", "reopen").wait(); p.code != 0 {
		d.hand("clear")
		d.settle("spoiled")
	}
	d.clerk.made(before, d.world())
}

// closeIncidents closes what is open, and holds that there was something.
func (d *desk) closeIncidents(reason string) {
	d.t.Helper()
	open := d.incidents()
	if len(open) == 0 {
		d.t.Fatalf("desk %s: no incident is open", d.name)
	}
	for _, id := range open {
		d.do("rina", "budi", "incident", "close", id, "--reason", reason)
	}
}

func (d *desk) noIncident() {
	d.t.Helper()
	if open := d.incidents(); len(open) > 0 {
		d.t.Fatalf("desk %s: open incidents %v\n%s", d.name, open, d.do("ayu", "", "incident", "list"))
	}
}

// destroys burns the cards of a list before two witnesses, with a photograph.
func (d *desk) destroys(list string) {
	d.t.Helper()
	photo := filepath.Join(d.dir, "foto-pemusnahan.jpg")
	d.must(os.WriteFile(photo, fire(), 0o600))
	if n := len(d.world().Trays["reject"]); n > 0 {
		d.do("joko", "", "ledger", "reject-emptied")
		d.hand("empty", "reject")
	}
	n := d.listed(list)
	d.do("rina", "ayu", "stock", "destroy", list, "--document", "BA-MSN-"+strings.TrimPrefix(list, "DPM-"), "--method", "burnt", "--place", "Halaman belakang kantor",
		"--witness", "Made, Satpol PP", "--witness", "Wayan, Inspektorat", "--photo", photo)
	d.clerk.move("WNI", n, "spoiled", "destroyed")
}

// fire is a picture of a fire in a drum, drawn: no photograph of anybody.
func fire() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 480, 320))
	for y := range 320 {
		for x := range 480 {
			c := color.RGBA{60, 70, uint8(90 + y/8), 255}
			dx, top := x-240, 60+abs(x-240)
			switch {
			case y > 200 && abs(dx) < 90:
				c = color.RGBA{70, 66, 62, 255}
			case y > top && y <= 200 && abs(dx) < 80:
				c = color.RGBA{255, uint8(120 + (y-top)/2%130), 20, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, nil) // into memory
	return b.Bytes()
}

func abs(n int) int { return max(n, -n) }
