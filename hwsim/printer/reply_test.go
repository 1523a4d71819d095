package printer

import (
	"fmt"
	"strings"
	"testing"
)

// TestReplies is the table of commands and answers in both modes (evolis.md 1 to 5). In ACK mode a value comes before
// its ACK and ends in NUL.
func TestReplies(t *testing.T) {
	const yes = "+" // done
	machines := []spoken{{start(t, setup{}), inACK}, {start(t, setup{text: true}), inText}}
	for _, tc := range []struct{ command, want string }{
		{"Rtp", "=PRIMACY-SIM"}, {"Rfv", "=1226"}, {"Rkn", "=HK0001"}, {"Rok", yes},
		{"Rco;c", "=0"}, {"Rco;p", "=0"}, {"Rco;a", "=0"}, {"Rco;m", "=0"}, {"Rco;n", "=0"}, {"Rco;l", "=200"},
		{"Rrt;qty", "=200"}, {"Rrt;count", "=200"}, {"Rcr", "=OK"}, {"Rse;o", "=5,00 Volts"},
		{"Rlr", "=OK"}, {"Rlr;p", "=OK"}, {"Rlr;r", "=OK"}, {"Rem", "=0"},
		{"Rcom;2", "=2;9600;N;8;1;NONE;D"},
		{"Sk;f", "=0"}, {"Sk;w", "=1"},
		{"Pem;2", yes}, {"Rem", "=2"}, {"Pem;1", yes}, {"Pem;3", yes}, {"Pem;2;s", yes},
		{"Pr;ymcko", yes}, {"Pr;kb", yes}, {"Pmi;F;s", yes}, {"Pmi;B", yes}, {"Pos;=;1158", yes}, {"Poc;+;3", yes},
		{"Pc;k;=;10", yes}, {"Pdt;DU", yes}, {"Ppws;1289301234", yes}, {"Mr;s", yes},
		{"Pcom;2;115200;N;8;1;XON/XOFF;R", yes},
		{"Ss", "R:ERR RIB DETECTION"}, // Pr;kb was the last, ymcko is in
		{"Pr;ymcko", yes}, {"Ss", yes}, {"Sr", yes}, {"Se;1", yes},
		{"Wcb;o;255", yes}, {"Wcb;o;0", yes},
		// refused
		{"Foo", "1:ERROR CDE"}, {"", "1:ERROR CDE"}, {"rtp", "1:ERROR CDE"}, {"R tp", "1:ERROR CDE"}, {"Wt;1", "1:OPT NOT AVAILABLE"},
		{"Rco", "2:ERROR PARAMETRES"}, {"Rco;x", "2:ERROR PARAMETRES"}, {"Rtp;1", "2:ERROR PARAMETRES"}, {"Rrt", "2:ERROR PARAMETRES"},
		{"Pem", "2:ERROR PARAMETRES"}, {"Pem;9", "2:ERROR PARAMETRES"}, {"Pem;2;x", "2:ERROR PARAMETRES"}, {"Pem;-1", "2:ERROR PARAMETRES"},
		{"Pr;cmyk", "2:ERROR PARAMETRES"}, {"Pmi;X", "2:ERROR PARAMETRES"}, {"Pos;1158", "2:ERROR PARAMETRES"},
		{"Pcom;1;14400", "2:ERROR PARAMETRES"}, {"Pcom;1;9600;X", "2:ERROR PARAMETRES"}, {"Pcom;3;9600", "2:ERROR PARAMETRES"},
		{"Pcom;2;9600;N;8;1;RTS/CTS", "2:ERROR PARAMETRES"}, {"Psc;27;27;13", "2:ERROR PARAMETRES"}, {"Psc;27", "2:ERROR PARAMETRES"},
		{"Si;1", "2:ERROR PARAMETRES"}, {"Se;2", "2:ERROR PARAMETRES"}, {"Sk", "2:ERROR PARAMETRES"}, {"Sa;z", "2:ERROR PARAMETRES"},
		{"Mr;z", "2:ERROR PARAMETRES"}, {"Wcb;q;1", "2:ERROR PARAMETRES"}, {"Wcb;k;256", "2:ERROR PARAMETRES"},
		{"Db;k;2", "2:ERROR PARAMETRES"}, {"Db", "2:ERROR PARAMETRES"},
		{"Scp", "R:ERROR RIBBON"}, // a ribbon is in
		{"Rlr", "=ERROR RIBBON"},  // the last reply that was not an answer to a question
	} {
		for _, m := range machines {
			m.say(tc.command, m.encode(tc.want))
		}
	}
}

// spoken is a machine and how it answers.
type spoken struct {
	*machine
	encode func(string) string
}

func inACK(want string) string {
	switch {
	case want == "+":
		return "\x06"
	case strings.HasPrefix(want, "="):
		return want[1:] + "\x00\x06"
	}
	return "\x15" + want[:1]
}

func inText(want string) string {
	switch {
	case want == "+":
		return "OK\x00"
	case strings.HasPrefix(want, "="):
		return want[1:] + "\x00"
	}
	return want[2:] + "\x00"
}

// TestDoubts: each option of evolis.md 9 that shows in a reply.
func TestDoubts(t *testing.T) {
	for _, tc := range []struct {
		option                    string
		text                      bool
		value, done, unknown, pos string
	}{
		{"terminator=nul", false, "1226\x00\x06", "\x06", "\x151", "OK\x00\x06"},
		{"terminator=cr", false, "1226\r\x06", "\x06", "\x151", "OK\r\x06"},
		{"terminator=crlf", false, "1226\r\n\x06", "\x06", "\x151", "OK\r\n\x06"},
		{"terminator=nul", true, "1226\x00", "OK\x00", "ERROR CDE\x00", "OK\x00"},
		{"terminator=cr", true, "1226\r", "OK\r", "ERROR CDE\r", "OK\r"},
		{"terminator=crlf", true, "1226\r\n", "OK\r\n", "ERROR CDE\r\n", "OK\r\n"},
		{"nack=18", false, "1226\x00\x06", "\x06", "\x181", "OK\x00\x06"},
		{"value=after", false, "\x061226\x00", "\x06", "\x151", "\x06OK\x00"},
		{"value=after", true, "1226\x00", "OK\x00", "ERROR CDE\x00", "OK\x00"},
		{"ack=after", false, "1226\x00\x06", "\x06", "\x151", "OK\x00\x06"},
	} {
		t.Run(fmt.Sprint(tc.option, tc.text), func(t *testing.T) {
			var d Doubts
			if err := d.Set(tc.option); err != nil {
				t.Fatal(err)
			}
			m := start(t, setup{text: tc.text, doubts: d})
			m.say("Rfv", tc.value)
			m.say("Pem;2", tc.done)
			m.say("Zz", tc.unknown)
			m.say("Rlr;p", tc.pos)
		})
	}
	for _, bad := range []string{"", "terminator", "terminator=lf", "nack=6", "nack=zz", "nack=115", "packing=big", "dbc=5", "speed=1"} {
		var d Doubts
		if d.Set(bad) == nil {
			t.Errorf("option %q is taken", bad)
		}
	}
}

// TestStaleOK: a value may be answered OK, at most twice running; where OK is the truth it is never a lie.
func TestStaleOK(t *testing.T) {
	m := start(t, setup{text: true, doubts: Doubts{StaleOK: true}})
	lies := 0
	for range 20 {
		row := 0
		for {
			m.send("\x1bRrt;count\r")
			b := make([]byte, 3)
			if _, err := m.tty.Read(b[:1]); err != nil {
				t.Fatal(err)
			}
			if b[0] == '2' {
				m.hear("Rrt;count", "00\x00")
				break
			}
			m.hear("Rrt;count", "K\x00")
			if row++; row > 2 {
				t.Fatal("three lies in a row")
			}
			lies++
		}
		m.say("Rlr;p", "OK\x00")
	}
	if lies == 0 {
		t.Error("it never lied")
	}
}

// TestFrame is evolis.md 1: what is a command, and what is padding.
func TestFrame(t *testing.T) {
	for _, tc := range []struct{ name, bytes, want string }{
		{"ESC may be missing after a CR", "\x1bRok\rRok\rRok\r", "\x06\x06\x06"},
		{"but not at the beginning", "Rok\r\x1bRok\r", "\x06"},
		{"NULs between commands", "\x00\x00\x1bRok\r\x00\x00\x00\x1bRok\r\x00", "\x06\x06"},
		{"line feeds and empty commands", "\x1bRok\r\n\r\r\x1bRok\r\n", "\x06\x06"},
		{"a CR lost", "\x1bRok\x1bRok\r", "\x151\x06"},
		{"other frame", "\x1bPsc;33;44;64\r!Rco,c@!Psc@\x1bRok\r", "\x060\x00\x06\x06\x06"},
		{"too long", "\x1bR" + strings.Repeat("x", 300) + "\r\x1bRok\r", "\x151\x06"},
		{"unknown levels: lost until the next ESC and letter", "\x1bDb;k;32;\r\r\x1b\x01Ss\r\x1bRok\r", "\x152\x06"},
		{"no such panel", "\x1bDbc;x;2;5;abcde\r\x1bRok\r", "\x152\x06"},
		{"more bytes than one will ever send", "\x1bDbc;k;2;99999999;\x1bRok\r", "\x152\x06"},
		{"no CR after the image", "\x1bDbc;k;2;1;\x00X\x1bRok\r", "\x152\x06"},
		{"the next command after the image, CR lost", "\x1bDbc;k;2;1;\x00\x1bRok\r", "\x152\x06"},
		{"NULs before the CR of an image", "\x1bDbc;k;2;1;\x00\x00\x00\r\x1bRok\r", "\x06\x06"},
		{"an image of no bytes", "\x1bDbc;k;2;0;\r\x1bRok\r", "\x06\x06"},
		{"a BMP that is none", "\x1bDbmp;k;0;0;0;GIF89a\r\x1bRok\r", "\x152\x06"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := start(t, setup{})
			m.send(tc.bytes)
			m.hear(tc.bytes, tc.want)
			m.say("Rem", "0\x00\x06") // nothing more came
		})
	}
}

// TestByteLostInImage: the printer goes on to take image, commands and all, until it has its count.
func TestByteLostInImage(t *testing.T) {
	m := start(t, setup{})
	image := strings.Repeat("\x55", Lines*lineSize)
	m.send("\x1bDb;k;2;" + image[20:] + "\r")
	m.send("\x1bRtp\r\x1bRok\r") // with the image's own CR 11 bytes, taken for image
	m.send("123456789\r")        // and 9 more; this CR ends it
	m.hear("the image", "\x06")
	m.say("Rok", "\x06")
	m.send("\x1bDb;k;2;" + image[1:] + "\r")
	m.send("\x1bRok\r") // its ESC stands where the CR should
	m.hear("the image", "\x152\x06")
	m.say("Rco;c", "0\x00\x06")
}
