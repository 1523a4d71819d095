package printer

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"reflect"
	"strings"
	"testing"
	"time"

	"cetak/hwsim/card"
	"cetak/hwsim/world"
)

func after() Doubts { return Doubts{ACKAfter: true} }

// TestMoves: where a card is after each move, by Rlr;p and in the world; blanks are counted by the machine.
func TestMoves(t *testing.T) {
	m := start(t, setup{doubts: after(), blanks: 6})
	m.all("Pem;2")
	for _, step := range []struct {
		command, pos string
		inserted     int
		good, reject int
	}{
		{"Sis", "SMART CARD", 1, 0, 0},
		{"Sic", "CONTACTLESS CARD", 1, 0, 0},
		{"Si", "CARD", 1, 0, 0},
		{"Si", "CARD", 1, 0, 0},
		{"Se", "OK", 1, 1, 0},
		{"Sic", "CONTACTLESS CARD", 2, 1, 0},
		{"Ser", "OK", 2, 1, 1},
		{"Si", "CARD", 3, 1, 1},
		{"Sis", "SMART CARD", 3, 1, 1},
		{"Seb", "OK", 3, 1, 2},
		{"Sie", "OK", 4, 2, 2},
		{"Se", "OK", 4, 2, 2}, // nothing is in: nothing moves
		{"Ser", "OK", 4, 2, 2},
		{"St", "OK", 5, 3, 2},
	} {
		m.say(step.command, "\x06")
		m.say("Rlr;p", step.pos+"\x00\x06")
		m.say("Rco;c", fmt.Sprintf("%d\x00\x06", step.inserted))
		if tr := m.truth(); len(tr.Trays.Good) != step.good || len(tr.Trays.Reject) != step.reject || tr.Feeder != 6-step.inserted {
			t.Fatalf("after %s: %d good, %d rejected, %d in the feeder", step.command, len(tr.Trays.Good), len(tr.Trays.Reject), tr.Feeder)
		}
	}
	if tr := m.truth(); !tr.Trays.Good[2].Printed || tr.Trays.Good[1].Printed {
		t.Error("St prints, Sie does not")
	}
}

// TestACKBeforeTheMove: questions are answered while the card is on its way; the sensors see it when it is there.
func TestACKBeforeTheMove(t *testing.T) {
	m := start(t, setup{speed: 20})
	m.all("Pem;2", "Sis")
	m.say("Rlr;p", "OK\x00\x06") // 3.5 s of machine time have not passed in one question
	m.until("Rlr;p", "SMART CARD\x00\x06")
	m.all("Se")
	m.say("Rlr;p", "SMART CARD\x00\x06") // never "no card" before it is out
	m.until("Rlr;p", "OK\x00\x06")
}

// TestColourCard is the guide's order (p.69) with every form of a bitmap, and what the head burnt of it, dot for dot.
func TestColourCard(t *testing.T) {
	m := start(t, setup{doubts: after()})
	m.all("Pem;2", "Sis", "Pr;ymcko", "Ss", "Sr")
	m.say("Db;y;32;"+packed(5, false, oneDot(3, 2, 31)), "\x06")
	if tr := m.truth(); tr.Machine.Place != world.Contacts || tr.Machine.Printed {
		t.Errorf("the first panel moved or burnt the card: %+v", tr.Machine)
	}
	// magenta: column 3 from the left, row 2 from the top, half; 64 levels, runs
	run := white3(t)
	m.say(fmt.Sprintf("Dbc;m;64;%d;%s", len(run), run), "\x06")
	m.say("Dbp;c;128;1000;1;"+packed(7, false, oneDot(0, 647, 127))[:567], "\x06")
	line := "\x03\x80\x00\x01" // three bytes of line 1: dots 0 and 23
	m.say(fmt.Sprintf("Dbc;k;2;%d;\x00%s\xFF", len(line)+2, line), "\x06")
	bmp := blackBMP(9, 3)
	m.say("Dbmp;k;100;200;0;"+bmp, "\x06")
	m.say("Dbc;o;2;1016;"+strings.Repeat("\xFF", 1016), "\x06")
	m.until("Rco;p", "4\x00\x06") // receiving o started the one before it, and no more
	m.all("Se")
	m.say("Rco;p", "5\x00\x06")
	m.say("Rrt;count", "199\x00\x06")

	c := m.truth().Trays.Good[0]
	want := map[string][]image.Point{
		"y": {{3, 2}}, "m": {{3, 2}}, "c": {{1000, 647}},
	}
	for panel, points := range want {
		if got := dark(picture(t, c.Panels[panel])); !reflect.DeepEqual(got, points) {
			t.Errorf("panel %s burnt %v, want %v", panel, got, points)
		}
	}
	k := picture(t, c.Panels["k"])
	for _, p := range []struct {
		x, y int
		burn bool
	}{
		{0, 647, false}, {1, 647, true}, {1, 646, false}, {1, 624, true}, {2, 0, true}, {2, 647, true}, {3, 0, false},
		{99, 200, false}, {100, 200, true}, {108, 202, true}, {109, 200, false}, {100, 203, false}, {100, 199, false},
	} {
		if r, _, _, _ := k.At(p.x, p.y).RGBA(); (r == 0) != p.burn {
			t.Errorf("black at %d,%d: burnt %t, want %t", p.x, p.y, r == 0, p.burn)
		}
	}
	if got := len(dark(picture(t, c.Panels["o"]))); got != 10 {
		t.Error("no varnish")
	}
	face := picture(t, c.PNG)
	if got := color.RGBAModel.Convert(face.At(3, 2)); got != (color.RGBA{255, 126, 0, 255}) {
		t.Errorf("yellow and half magenta look %v", got)
	}
	if face.Bounds() != image.Rect(0, 0, 1016, 648) {
		t.Errorf("the face is %v", face.Bounds())
	}
}

// white3 is 64-level data with dot 645 of line 3 at level 32 and nothing else: white lines, a run over 255, single dots.
func white3(t *testing.T) string {
	t.Helper()
	s := strings.Repeat("\x80\x00", 3)                 // three white lines
	s += "\xC0\xFF" + "\x80\x86" + "\x20" + "\x00\x00" // 511 + 134 dots of nothing, one of level 32, two of nothing
	return s
}

// blackBMP is a black one-bit BMP file.
func blackBMP(w, h int) string {
	stride := (w + 31) / 32 * 4
	b := make([]byte, 62+stride*h)
	copy(b, "BM")
	le := binary.LittleEndian
	le.PutUint32(b[2:], uint32(len(b)))
	le.PutUint32(b[10:], 62)
	le.PutUint32(b[14:], 40)
	le.PutUint32(b[18:], uint32(w))
	le.PutUint32(b[22:], uint32(h))
	le.PutUint16(b[26:], 1)
	le.PutUint16(b[28:], 1)
	copy(b[58:], "\xff\xff\xff\x00") // colour 1 is white; all bits are 0
	return string(b)
}

// TestBitmapDoubts: the same dot through each reading of the bytes.
func TestBitmapDoubts(t *testing.T) {
	for _, tc := range []struct{ option, command string }{
		{"packing=msb", "Db;y;32;" + packed(5, false, oneDot(700, 100, 31))},
		{"packing=lsb", "Db;y;32;" + packed(5, true, oneDot(700, 100, 31))},
		{"packing=lsb", "Db;y;64;" + packed(6, true, oneDot(700, 100, 63))},
		{"packing=lsb", "Db;y;128;" + packed(7, true, oneDot(700, 100, 127))},
		{"dbc=3", "Dbc;y;32;" + counted(strings.Repeat("\x80\x00", 700)+"\xE0\x23\x1F")}, // 547 = 512+35 dots down
		{"dbc=4", "Dbc;y;32;700;" + counted("\xE0\x23\x1F")},
		{"runs=line", "Dbpc;y;32;700;" + counted("\xE0\x23\x1F")},
		{"runs=across", "Dbc;y;32;" + counted(strings.Repeat("\x80\x00", 699)+"\xE0\xFF\xC0\xAC\x1F")}, // 767+428 = 648+547
	} {
		t.Run(tc.option+" "+tc.command[:9], func(t *testing.T) {
			d := after()
			if err := d.Set(tc.option); err != nil {
				t.Fatal(err)
			}
			m := start(t, setup{doubts: d})
			m.all("Pem;2", "Pr;ymcko", "Ss", "Sr")
			m.say(tc.command, "\x06")
			m.all("Se")
			got := dark(picture(t, m.truth().Trays.Good[0].Panels["y"]))
			if !reflect.DeepEqual(got, []image.Point{{700, 100}}) {
				t.Errorf("burnt %v", got)
			}
		})
	}
}

func counted(data string) string { return fmt.Sprintf("%d;%s", len(data), data) }

// TestBadBitmaps are taken off the line whole, refused, and not stored.
func TestBadBitmaps(t *testing.T) {
	m := start(t, setup{doubts: after()})
	m.all("Pem;2", "Ss", "Sr")
	for _, c := range []string{
		"Dbc;k;2;" + counted("\x52"+strings.Repeat("x", 82)),                                 // 82 bytes in a line
		"Dbc;k;2;" + counted("\x05abc"),                                                      // fewer than it says
		"Dbc;k;2;" + counted(white(1017)),                                                    // a line too many
		"Dbc;y;32;" + counted("\x20"),                                                        // no such level
		"Dbc;y;32;" + counted("\x80"),                                                        // a run without its count
		"Dbc;y;64;" + counted("\xC0\xFF\x80\xFF"),                                            // a run over the end of the line
		"Dbc;y;128;" + counted(strings.Repeat("\x80\x00", 1016)+"\x00"),                      // a dot too many
		"Dbmp;k;1010;0;0;" + blackBMP(9, 3),                                                  // over the edge
		"Dbmp;k;0;0;0;" + strings.Replace(blackBMP(9, 3), "\x01\x00\x01", "\x01\x00\x08", 1), // not one bit
	} {
		m.say(c, "\x152")
	}
	m.all("Se")
	m.say("Rco;p", "0\x00\x06")
}

// TestMakersJob is what the maker's Windows driver sends (captures), on a black ribbon.
func TestMakersJob(t *testing.T) {
	m := start(t, setup{doubts: after(), ribbon: "k"})
	command := "\x1bDbc;k;2;" + counted(white(10)+"\x51"+strings.Repeat("\xAA", 81)) + "\r"
	pad := white(64 - len(command)%64)
	m.send("\x1bPr;k\r\x1bPmi;F;s\r\x1bPc;k;=;10\r\x1bPdt;DU\r\x1bMr;s\r\x1bPpws;1289301234\r\x1bSs\r\x1bSr\r" + command + pad +
		"\x1bSe;1\r" + white(32))
	m.hear("the job", strings.Repeat("\x06", 10))
	got := dark(picture(t, m.truth().Trays.Good[0].Panels["k"]))
	if len(got) != 10 || got[0] != image.Pt(10, 1) {
		t.Errorf("burnt %v", got)
	}
}

// TestVarnishByFill: Wcb;o;255 before Ss varnishes the next card, and only that.
func TestVarnishByFill(t *testing.T) {
	m := start(t, setup{doubts: after()})
	m.all("Pem;2", "Wcb;o;255", "Ss", "Sr")
	m.say("Wcb;o;255", "\x152") // not between Ss and Se
	m.all("Dbc;k;2;1;\xFF", "Se")
	m.all("Ss", "Sr", "Dbc;k;2;1;\xFF", "Se")
	cards := m.truth().Trays.Good
	if cards[0].Panels["o"] == "" || cards[1].Panels["o"] != "" {
		t.Errorf("varnish on %v and %v", cards[0].Panels, cards[1].Panels)
	}
}

// TestRejectedCardForgetsTheJob: what was received for a card that went to the reject box is not burnt on the next.
func TestRejectedCardForgetsTheJob(t *testing.T) {
	m := start(t, setup{doubts: after()})
	m.all("Pem;2", "Sis", "Ss", "Sr", "Dbc;y;32;1;\x1F", "Ser", "Ss", "Sr", "Dbc;k;2;1;\xFF", "Se")
	tr := m.truth()
	if tr.Trays.Reject[0].Printed || tr.Trays.Good[0].Panels["y"] != "" || tr.Trays.Good[0].Panels["k"] == "" {
		t.Errorf("%+v", tr.Trays)
	}
}

// TestBothSides on a ymckok ribbon.
func TestBothSides(t *testing.T) {
	m := start(t, setup{doubts: after(), ribbon: "ymckok"})
	m.all("Pem;2", "Pr;ymckok", "Ss", "Sr", "Dbc;y;32;1;\x1F", "Dbc;k;2;1;\xFF", "Sv", "Dbc;k;2;2;\x00\xFF", "Se")
	c := m.truth().Trays.Good[0]
	if c.Panels["y"] == "" || c.Panels["k"] == "" || c.Panels["back-k"] == "" || c.Back == "" {
		t.Errorf("%+v", c)
	}
	if got := dark(picture(t, c.Panels["back-k"])); got[0].X != 1 {
		t.Errorf("back: %v", got)
	}
}

// TestPanelOrder: a panel whose turn on the ribbon is over, or that the ribbon lacks, is refused.
func TestPanelOrder(t *testing.T) {
	m := start(t, setup{doubts: after(), ribbon: "ko"})
	m.all("Pem;2", "Pr;ko", "Ss", "Sr")
	m.say("Dbc;y;32;1;\x00", "\x152")
	m.all("Dbc;k;2;1;\xFF", "Dbc;k;2;1;\xFF", "Dbc;o;2;1;\xFF")
	m.say("Dbc;k;2;1;\xFF", "\x152")
	m.all("Se")
}

// TestPowerCycle: memory is gone, saved settings and the card stay; while it starts it is deaf.
func TestPowerCycle(t *testing.T) {
	m := start(t, setup{doubts: after(), speed: 20})
	m.all("Pem;2;s", "Pem;3", "Sis", "Ss", "Sr", "Dbc;y;32;1;\x1F")
	m.p.PowerCycle()
	m.send("\x1bRok\r") // unheard
	m.up()
	m.say("Rem", "2\x00\x06")
	m.say("Rlr;p", "SMART CARD\x00\x06")
	m.all("Ss", "Sr", "Se")
	if c := m.truth().Trays.Good[0]; c.Printed {
		t.Error("it remembered a panel")
	}
	m.all("Srs")
	m.up()
	m.all("Rok")
}

// TestPort: Pcom changes the line at once, and Rcom tells it.
func TestPort(t *testing.T) {
	m := start(t, setup{})
	m.say("Rcom;1", "1;115200;N;8;1;ACK/NACK;E\x00\x06")
	m.all("Pcom;1;115200;N;8;1;ACK/NACK;E")
	m.say("Pcom;1;115200;N;8;1;NONE", "OK\x00")
	m.say("Pem;4", "\x06") // ACK/NACK by Pem
	m.say("Pem;2", "OK\x00")
	m.say("Pem;18", "\x06")
	m.say("Rem", "18\x00\x06")
	if m.line.Settings().Baud != 115200 {
		t.Error("speed")
	}
}

// TestFaults: what each condition of the world answers, in both modes, and that the next card prints after it.
func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		name     string
		steps    string // commands, each acknowledged, before
		cause    func(*machine)
		command  string
		nack     string
		text     string
		pos      string
		inserted string
		mend     func(*machine)
	}{
		{"feeder empty", "Pem;2", func(m *machine) { m.world.BlindFeeder() }, "Sis", "\x15F", "FEEDER EMPTY", "OK", "0",
			func(m *machine) { m.world.AddBlanks(0) }},
		{"cover open", "Pem;2", func(m *machine) { m.world.SetCover(true) }, "Sis", "\x15C", "COVER OPEN", "OK", "0",
			func(m *machine) { m.world.SetCover(false) }},
		{"jam at the feed", "Pem;2", func(m *machine) { m.world.JamAtFeed() }, "Sis", "\x15T", "CARD JAM", "OK", "1",
			func(m *machine) { m.world.Clear() }},
		{"jam at the head", "Pem;2 Sis", func(m *machine) { m.world.JamAtHead() }, "Si", "\x15T", "CARD JAM", "CARD", "1",
			func(m *machine) { m.world.Clear() }},
		{"jam while printing", "Pem;2 Sis Ss Sr Dbc;k;2;1;\xFF", func(m *machine) { m.world.JamAtHead() }, "Se", "\x15T", "CARD JAM", "CARD", "1",
			func(m *machine) { m.world.Clear() }},
		{"ribbon end", "Pem;2 Si Ss Sr Dbc;k;2;1;\xFF", func(m *machine) { m.world.SetRibbonPanels(2) }, "Se", "\x15R", "ERROR RIBBON", "CARD", "1",
			func(m *machine) { m.world.NewRibbon("") }},
		{"no ribbon", "Pem;2 Si Ss Sr Dbc;k;2;1;\xFF", func(m *machine) { m.world.TakeRibbon() }, "Se", "\x15R", "ERR RIB DETECTION", "CARD", "1",
			func(m *machine) { m.world.NewRibbon("") }},
		{"reject box full", "Pem;2 Si", func(m *machine) { m.world.BlindReject() }, "Ser", "\x15T", "HOPPER FULL", "CARD", "1",
			func(m *machine) { m.world.EmptyReject() }},
		{"cover open before the end", "Pem;2 Si Ss Sr Dbc;k;2;1;\xFF", func(m *machine) { m.world.SetCover(true) }, "Se", "\x15C", "COVER OPEN", "CARD", "1",
			func(m *machine) { m.world.SetCover(false); m.all("Se") }},
		{"a NACK out of nothing", "Pem;2", func(m *machine) { m.p.RefuseNext('K') }, "Sis", "\x15K", "ERROR MAG CHECKSUM", "OK", "0",
			func(*machine) {}},
	} {
		for _, text := range []bool{false, true} {
			t.Run(fmt.Sprint(tc.name, text), func(t *testing.T) {
				m := start(t, setup{doubts: after(), text: text, blind: true})
				yes, tail, want := "\x06", "\x00\x06", tc.nack
				if text {
					yes, tail, want = "OK\x00", "\x00", tc.text+"\x00"
				}
				for _, c := range strings.Fields(tc.steps) {
					m.say(c, yes)
				}
				tc.cause(m)
				m.say(tc.command, want)
				m.say("Rlr", tc.text+tail)
				m.say("Rlr;p", tc.pos+tail)
				m.say("Rco;c", tc.inserted+tail)
				if text && strings.HasPrefix(tc.name, "cover open before") {
					m.world.SetCover(false)
					m.say("Se", yes)
				} else {
					tc.mend(m)
				}
				m.say("Ser", yes)
				for _, c := range []string{"Sis", "Ss", "Sr", "Dbc;k;2;1;\xFF", "Se"} {
					m.say(c, yes)
				}
				cards := m.truth().Trays.Good
				if last := cards[len(cards)-1]; !last.Printed {
					t.Error("the next card did not print")
				}
			})
		}
	}
}

// TestLateFault: a move that was acknowledged and then failed is told once, to the next command or to Rlr.
func TestLateFault(t *testing.T) {
	for _, ask := range []string{"Rlr;p", "Rlr", "Pem;2", "Ser", "Ss"} {
		t.Run(ask, func(t *testing.T) {
			m := start(t, setup{event: func(m *machine, name string) {
				if name == "head" {
					m.world.JamAtHead()
				}
			}})
			m.all("Pem;2", "Si")
			for m.world.Where() != world.Head {
				time.Sleep(time.Millisecond)
			}
			m.until("Rco;c", "1\x00\x06") // a mere question is answered
			m.until(ask, "\x15T")
			m.say("Rlr;p", "CARD\x00\x06")
		})
	}
}

// TestPanelFaultReachesTheHost: the ribbon ends on panel k. What was burnt before stays on the card, the rest of the job
// is refused, and the card can be put out.
func TestPanelFaultReachesTheHost(t *testing.T) {
	for k, panel := range []string{"y", "m", "c", "k", "o"} {
		t.Run(panel, func(t *testing.T) {
			m := start(t, setup{doubts: after(), event: func(m *machine, name string) {
				if name == "panel-"+panel {
					m.world.SetRibbonPanels(0)
				}
			}})
			m.all("Pem;2", "Si", "Ss", "Sr")
			refused := 0
			for _, c := range []string{"Dbc;y;32;1;\x1F", "Dbc;m;32;1;\x1F", "Dbc;c;32;1;\x1F", "Dbc;k;2;1;\xFF", "Dbc;o;2;1;\xFF", "Se"} {
				m.send("\x1b" + c + "\r")
				b := make([]byte, 1)
				if _, err := m.tty.Read(b); err != nil {
					t.Fatal(err)
				}
				if b[0] == 0x15 {
					m.hear(c, "R")
					refused++
				}
			}
			if refused == 0 {
				t.Error("nobody was told")
			}
			m.say("Rcr", "\x15R")
			m.say("Rlr;p", "CARD\x00\x06")
			m.all("Ser")
			if got := len(m.truth().Trays.Reject[0].Panels); got != k {
				t.Errorf("%d panels on the card, want %d", got, k)
			}
		})
	}
}

// TestCoverInTheMiddle: the panel under the head is finished, the next waits; nothing is retried until the host says Se.
func TestCoverInTheMiddle(t *testing.T) {
	opened := false
	m := start(t, setup{doubts: after(), event: func(m *machine, name string) {
		if name == "panel-k" && !opened {
			opened = true
			m.world.SetCover(true)
		}
	}})
	m.all("Pem;2", "Ss", "Sr", "Dbc;k;2;1;\xFF", "Dbc;o;2;1;\xFF")
	m.send("\x1bSe\r")
	m.hear("Se", "\x15C")
	m.world.SetCover(false)
	if tr := m.truth(); tr.Machine == nil || tr.Machine.Panels["o"] != "" || tr.Machine.Panels["k"] == "" {
		t.Fatalf("%+v", tr.Machine)
	}
	m.all("Se")
	if c := m.truth().Trays.Good[0]; c.Panels["o"] == "" {
		t.Error("not finished")
	}
}

// TestPrinterOwnsErrors: with Pem 0 a printer waits for the cause to go and spends a blank and ribbon behind the host's
// back: why a host sets Pem;2.
func TestPrinterOwnsErrors(t *testing.T) {
	ended := false
	m := start(t, setup{doubts: after(), event: func(m *machine, name string) {
		if name == "panel-k" && !ended {
			ended = true
			m.world.SetRibbonPanels(0)
		}
	}})
	m.all("Ss", "Sr", "Dbc;y;32;1;\x1F", "Dbc;k;2;1;\xFF")
	m.send("\x1bSe\r")
	for !m.world.Standing(world.RibbonEnd) {
		time.Sleep(time.Millisecond)
	}
	m.world.NewRibbon("")
	m.hear("Se", "\x06")
	m.say("Rco;c", "2\x00\x06")
	tr := m.truth()
	if len(tr.Trays.Good) != 2 || tr.Trays.Good[0].Panels["k"] != "" || tr.Trays.Good[1].Panels["k"] == "" {
		t.Errorf("%+v", tr.Trays)
	}
	m.world.SetCover(true)
	m.send("\x1bSi\r")
	m.send("")
	m.world.SetCover(false)
	m.hear("Si", "\x06")
}

func TestLostReply(t *testing.T) {
	m := start(t, setup{doubts: after()})
	m.all("Pem;2")
	m.p.LoseReply()
	m.send("\x1bSis\r")
	m.say("Rlr;p", "SMART CARD\x00\x06") // it was done, and only its ACK is missing
}

// TestTimes are evolis.md 10, read off the clock of the world: a card takes the time of its moves and panels, because
// panels print while the next comes down the line.
func TestTimes(t *testing.T) {
	total := feedTime + 3*colorTime + blackTime + varnishTime + ejectTime
	if total != 23500*time.Millisecond {
		t.Errorf("a card takes %v", total)
	}
	p := &Printer{world: world.New(world.Options{})}
	rests := 0
	for range 201 {
		if p.rest() > 0 {
			rests++
		}
	}
	if rests != 2 {
		t.Errorf("%d rests in 201 cards", rests)
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte("\x1bPem;2\r\x1bSis\rRlr;p\r\x00\x00\x1bDbc;k;2;3;\x00\xFF\x00\r\x1bSe;1\r"), false)
	f.Add([]byte("\x1bPsc;33;44;64\r!Rco,c@"), true)
	f.Add([]byte("\x1bDbmp;k;0;0;0;"+blackBMP(9, 3)+"\r\x1bDbpc;y;32;1015;2;\x80\x00\r"), false)
	f.Fuzz(func(t *testing.T, b []byte, four bool) {
		// Whole or in single bytes: the same requests.
		var whole, single []request
		d := Doubts{DbcFour: four}
		fr := newFramer(d)
		fr.push(b, func(r request) { whole = append(whole, r) })
		fr = newFramer(d)
		for i := range b {
			fr.push(b[i:i+1], func(r request) { single = append(single, r) })
		}
		if !reflect.DeepEqual(whole, single) {
			t.Errorf("whole %+v, single %+v", whole, single)
		}
	})
}

func FuzzExpand(f *testing.F) {
	f.Add([]byte("\x00\xFF\x02ab"), 0, false)
	f.Add([]byte("\xE0\xFF\x1F"), 1015, true)
	f.Fuzz(func(t *testing.T, b []byte, first int, across bool) {
		if first < 0 || first >= Lines {
			return
		}
		ExpandBlack(world.NewRaster(2), b, first)
		for _, levels := range []int{32, 64, 128} {
			r := world.NewRaster(levels)
			ExpandColor(r, b, first, across)
			for _, v := range r.Dots {
				if int(v) >= levels {
					t.Fatalf("level %d of %d", v, levels)
				}
			}
		}
		PlaceBMP(world.NewRaster(2), b, first%LineDots, first%LineDots)
	})
}

// FuzzFirmware: no bytes make the machine panic or hang.
func FuzzFirmware(f *testing.F) {
	f.Add([]byte("\x1bPem;2\r\x1bSis\r\x1bSs\r\x1bSr\r\x1bDbc;y;32;1;\x1F\r\x1bDbc;k;2;1;\xFF\r\x1bSe\r\x1bRlr;p\r"))
	f.Add([]byte("\x1bSi\r\x1bSv\r\x1bSr\r\x1bSt\r\x1bSa\r\x1bScp\r\x1bSrs\r\x1bRok\r"))
	f.Fuzz(func(t *testing.T, b []byte) {
		w := world.New(world.Options{Speed: 1e9, Blanks: 3, NewChip: func(uid []byte) world.Chip { return card.New(uid, card.Options{}) }})
		l := &deadLine{}
		p := New(Options{World: w, Line: l})
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		s := newSession(ctx, p, cancel)
		s.hear(arrival{b: b})
		cancel()
		s.transport.stop()
	})
}
