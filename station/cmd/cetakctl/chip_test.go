package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/hwsim/centre"
	"cetak/station/journal"
	"cetak/station/office"
)

// TestWrongPersonStops: a chip portrait that is somebody else's, one field of the biodata line that differs, a signature off by a
// bit. Each record is refused with its code before a blank moves, names the file or field, and shows nothing of the person.
func TestWrongPersonStops(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "0", "--blanks", "10")
	keys, err := centre.LoadKeys(filepath.Join(b.sim, "keys", "private.jwks"))
	if err != nil {
		t.Fatal(err)
	}
	ours := centre.New(31, centre.Options{Keys: keys})
	rs, err := ours.Make(4)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		flaw              centre.Flaw
		code, names, text string
	}{
		{centre.OtherPerson, "R-118", "6FF2", rs[0].Fields.Name},
		{centre.OtherName, "R-117", "NAMA_LGKP", rs[1].Fields.Name},
		{centre.ChipSignature, "R-122", "6FF6", rs[2].Fields.Name},
	}
	var lines []string
	for i, w := range want {
		line, err := ours.Flawed(rs[i], w.flaw)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	good, err := ours.Envelope(rs[3])
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := ours.BundleOf(append(lines, good)...)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bundle.prr")
	if err := os.WriteFile(path, bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	exit, out, errs := b.ctl("import", "--json", path)
	var got struct {
		Taken   int
		Refused []struct {
			Code   string
			KeptAt string `json:"kept_at"`
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || exit != exitFault || got.Taken != 1 || len(got.Refused) != len(want) {
		t.Fatalf("exit %d, %v\n%s%s", exit, err, out, errs)
	}
	for i, w := range want {
		reason, err := os.ReadFile(got.Refused[i].KeptAt)
		said := out + errs + string(reason)
		if err != nil || got.Refused[i].Code != w.code || !strings.Contains(string(reason), w.names) || strings.Contains(said, w.text) {
			t.Errorf("%s: %+v, want %s naming %s\n%s, %v", w.flaw, got.Refused[i], w.code, w.names, said, err)
		}
	}
	if w := b.world(); w.Feeder != 10 {
		t.Errorf("%d blanks in the feeder", w.Feeder)
	}
	b.must("run", "--until-empty") // the good one
	w := b.world()
	if len(w.Trays["good"]) != 1 || w.Feeder != 9 {
		t.Errorf("%d cards made, %d blanks left", len(w.Trays["good"]), w.Feeder)
	}
	b.agree()
}

// TestSpoiledChipIsTerminated: a chip that failed at the station is ended before its card goes to the reject box, with no line more
// in the journal; a card that somebody laid into the feeder is refused and left as it is.
func TestSpoiledChipIsTerminated(t *testing.T) {
	t.Parallel()
	scene := filepath.Join(t.TempDir(), "scene")
	if err := os.WriteFile(scene, []byte("on update 3 do chip-says 6581 once\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := start(t, "--records", "4", "--scene", scene)
	for range 2 { // the first run ends with the spoiled card
		if code, out, errs := b.ctl("run", "--count", "1"); code > exitFault {
			t.Fatalf("exit %d\n%s%s", code, out, errs)
		}
	}
	w := b.world()
	if len(w.Trays["good"]) != 1 || len(w.Trays["reject"]) != 1 || w.Trays["reject"][0].State != "terminated" || w.Trays["reject"][0].Printed {
		t.Fatalf("%+v", w.Trays["reject"])
	}
	ended := 0
	for _, e := range b.kept(journal.KindDischarging) {
		var data struct{ Tray, Chip string }
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Fatal(err)
		}
		if data.Chip == "terminated" && data.Tray == "reject" {
			ended++
		} else if data.Chip != "" {
			t.Errorf("%s", e.Data)
		}
	}
	if ended != 1 {
		t.Errorf("%d discharges say that the chip was ended", ended)
	}
	b.hand("present", "reject", "0")
	if code, out, errs := b.ctl("identify", "--json"); code != exitFault || !strings.Contains(out, `"terminated"`) || !strings.HasPrefix(errs, string(office.CardDead)) {
		t.Errorf("identify: exit %d\n%s%s", code, out, errs)
	}
	b.hand("remove")

	good := w.Trays["good"][0]
	b.hand("feed-card", "good", good.UID)
	if code, out, errs := b.ctl("run", "--count", "1"); code > exitFault {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	for _, c := range b.world().Trays["reject"] {
		if c.UID == good.UID && c.State != "sealed" {
			t.Errorf("a card of somebody's is %s", c.State)
		}
	}
}

// TestPlainCards: the second profile makes cards like the first.
func TestPlainCards(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "3", "--chip", "plain")
	b.must("run", "--until-empty")
	w := b.world()
	if len(w.Trays["good"]) != 3 {
		t.Fatalf("%d cards", len(w.Trays["good"]))
	}
	for _, c := range w.Trays["good"] {
		if c.State != "sealed" || len(c.Files) != 6 || !c.Printed {
			t.Errorf("%s: %s, %d files", c.UID, c.State, len(c.Files))
		}
	}
	b.agree()
}

// TestBenchChip measures chips: that what is measured is whole. The times are not judged.
func TestBenchChip(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, dir: t.TempDir()}
	var got struct {
		Bytes  int
		Ways   []chipFigures
		OpenSC *openscFigures
	}
	if err := json.Unmarshal([]byte(b.must("bench", "chip", "--json")), &got); err != nil {
		t.Fatal(err)
	}
	if got.Bytes != chipBytes || len(got.Ways) != 4 || got.OpenSC == nil || got.OpenSC.Write.Median <= 0 {
		t.Fatalf("%+v", got)
	}
	short, extended, secured := got.Ways[0], got.Ways[1], got.Ways[2]
	if short.Commands < 2*extended.Commands || secured.Sent <= short.Sent || secured.Open.Median <= 0 || short.Open.Median != 0 {
		t.Errorf("%+v", got.Ways)
	}
	for _, w := range got.Ways {
		if w.Sent < chipBytes || w.Received < chipBytes || w.Write.Least <= 0 || w.Verify.Least <= 0 || w.Seal.Least <= 0 {
			t.Errorf("%+v", w)
		}
	}
}
