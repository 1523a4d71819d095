package replay

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cetak/hwsim/scene"
)

var update = flag.Bool("update", false, "write the scenes anew")

// TestRecordings makes scenes of recordings of real faults of the station and holds them against those that were found to
// reproduce each (station/cmd/cetakctl plays some back in whole).
func TestRecordings(t *testing.T) {
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }()
			r, err := Read(f)
			if err != nil {
				t.Fatal(err)
			}
			s, err := r.Scene()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := scene.Parse(s.Text); err != nil {
				t.Errorf("%v in\n%s", err, s.Text)
			}
			golden := strings.TrimSuffix(file, ".jsonl") + ".scene"
			got := "# replies " + s.Replies + "\n" + s.Text
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || got != string(want) {
				t.Errorf("got\n%swant\n%s%v", got, want, err)
			}
		})
	}
}

// made is a recording of a card in ACK/NACK mode that is loaded, and then what is given.
func made(code string, lines ...string) string {
	all := append([]string{`{"format":"cetak-recording-1","code":"` + code + `","op":"test"}`,
		`{"k":"tx","v":"Zz","n":4}`, `{"k":"rx","hex":"1531"}`, `{"k":"tx","v":"Rem"}`, `{"k":"rx","hex":"320006"}`,
		`{"k":"phase","v":"loading"}`, `{"k":"tx","v":"Sis"}`, `{"k":"rx","hex":"06"}`}, lines...)
	return strings.Join(all, "\n")
}

func TestScene(t *testing.T) {
	for _, c := range []struct{ name, recording, want string }{
		{"nonsense in a reply", made("L-103", `{"k":"tx","v":"Ss"}`, `{"k":"rx","hex":"8706"}`), "on command:Ss 1 since command:Sis do say 8706 once"},
		{"a question after a move", made("L-103", `{"k":"tx","v":"Sr"}`, `{"k":"rx","hex":"06"}`, `{"k":"tx","v":"Rco;c"}`, `{"k":"rx","hex":"ff"}`), "on command:Rco 1 since command:Sr 1 do say ff once"},
		{"silence to the end", made("L-101", `{"k":"tx","v":"Ss"}`, `{"k":"tx","v":"Rsn"}`), "on command:Ss 1 since command:Sis do printer-off once\non command:Rsn 1 since command:Ss 1 do printer-off once"},
		{"restart after a silence", made("P-110", `{"k":"tx","v":"Se"}`, `{"k":"tx","v":"Rem"}`, `{"k":"rx","hex":"300006"}`), "on command:Se 1 since command:Sis do power-cycle once"},
		{"restart in a move", made("P-110", `{"k":"tx","v":"Se"}`, `{"k":"rx","hex":"06"}`, `{"k":"tx","v":"Rlr;p"}`, `{"k":"rx","hex":"434152440006"}`, `{"k":"tx","v":"Rem"}`, `{"k":"rx","hex":"300006"}`),
			"on command:Se 1 since command:Sis do power-cycle once"},
		{"cable cut in a download", made("L-102", `{"k":"tx","v":"Dbc;y;32;4000;","n":4020}`, `{"k":"tx-failed","n":4020,"taken":3000,"code":"L-102"}`), "on command:Sis 1 since command:Sis do cable-cut in 1500 once"},
		{"cable cut in a later piece of a download", made("L-102", `{"k":"tx","v":"Dbc;y;32;4000;","n":1152}`, `{"k":"tx","n":1152}`, `{"k":"tx-failed","n":1152,"taken":648,"code":"L-102"}`),
			"on command:Sis 1 since command:Sis do cable-cut in 900 once"},
		{"a download in pieces that is refused", made("P-109", `{"k":"tx","v":"Dbc;y;32;2000;","n":1152}`, `{"k":"tx","n":866}`, `{"k":"rx","hex":"06"}`,
			`{"k":"tx","v":"Dbc;m;32;2000;","n":1152}`, `{"k":"tx","n":866}`, `{"k":"rx","hex":"1532"}`), "on command:Dbc 2 since command:Sis do nack 2 once"},
		{"a late word", made("P-104", `{"k":"tx","v":"Rlr;p"}`, `{"k":"rx","hex":"1543"}`), "on command:Sis 1 since command:Sis do cover-open once"},
		{"a full box", made("P-107", `{"k":"tx","v":"Ser"}`, `{"k":"rx","hex":"1554"}`, `{"k":"tx","v":"Rlr"}`, `{"k":"rx","hex":"484f505045522046554c4c0006"}`),
			"on command:Ser 1 since command:Sis do reject-full once\non command:Ser 1 since command:Sis do refuse HOPPER-FULL once"},
		{"another chip", made("C-113", `{"k":"apdu","hex":"00A40000"}`, `{"k":"sw","n":2,"hex":"9000"}`, `{"k":"apdu","hex":"00D60000"}`, `{"k":"sw","code":"C-105"}`), "on chip 2 since command:Sis do swap once"},
		{"a read that differs", made("C-108", `{"k":"apdu","hex":"00B00000"}`, `{"k":"sw","n":4,"hex":"9000"}`), "on chip 1 since command:Sis do chip-says 00009000 once"},
		{"a used chip", made("C-109", `{"k":"apdu","hex":"00A40000"}`, `{"k":"sw","n":5,"hex":"8A01059000"}`), "on chip 1 since command:Sis do chip-says 8a01059000 once"},
		{"the service died", made("C-111", `{"k":"apdu","hex":"00D60000"}`, `{"k":"sw","code":"C-111"}`), "on chip 1 since command:Sis do reader-gone once"},
		{"no chip", made("C-103", `{"k":"card","v":"none"}`), "on station since command:Sis do card-pulled once"},
		{"a licence", made("C-106", `{"k":"card","hex":"3B00"}`), "on station since command:Sis do wrong-atr once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Read(strings.NewReader(c.recording))
			if err != nil {
				t.Fatal(err)
			}
			s, err := r.Scene()
			if err != nil {
				t.Fatal(err)
			}
			_, rules, _ := strings.Cut(strings.TrimSpace(s.Text), "\n")
			if rules != c.want {
				t.Errorf("got\n%s\nwant\n%s", rules, c.want)
			}
			if _, err := scene.Parse(s.Text); err != nil {
				t.Error(err)
			}
		})
	}
	for name, bad := range map[string]string{
		"empty": "", "no recording": "{}", "another format": `{"format":"cetak-recording-2"}`, "no entries": made("X")[:40],
		"not hex": made("X", `{"k":"rx","hex":"0"}`), "half a line": made("X", `{"k":`),
	} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	r, err := Read(strings.NewReader(made("J-101")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Scene(); err == nil {
		t.Error("a scene of nothing")
	}
}

func FuzzScene(f *testing.F) {
	f.Add(made("P-104", `{"k":"tx","v":"Rlr;p"}`, `{"k":"rx","hex":"1543"}`))
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		if s, err := r.Scene(); err == nil && s.Text == "" {
			t.Error("no rules and no error")
		}
	})
}
