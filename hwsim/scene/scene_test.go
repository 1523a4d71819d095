package scene

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestRulesFire(t *testing.T) {
	for _, tc := range []struct {
		name, script string
		events       string
		want         string // fault names at each event, "-" for none
	}{
		{"every time", "on feed do jam-feed", "feed head feed", "jam-feed - jam-feed"},
		{"only the second", "on feed 2 do jam-feed", "feed feed feed", "- jam-feed -"},
		{"once", "on feed do jam-feed once", "feed feed", "jam-feed -"},
		{"two rules in order", "on eject do cover-open 3\non eject do nack T # both", "eject", "cover-open+nack"},
		{"any command", "on command 2 do lose-ack", "command:Sis command:Rlr command:Se", "- lose-ack -"},
		{"one command", "on command:Se do lose-ack once", "command:Sis command:Se command:Se", "- lose-ack -"},
		{"any apdu", "on chip 3 do card-pulled", "select read update", "- - card-pulled"},
		{"one kind of apdu", "on update 2 do chip-mute", "update select update", "- - chip-mute"},
		{"comments and blank lines", "\n# nothing\n  \non head do power-cycle#now\n", "head", "power-cycle"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := Parse(tc.script)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range strings.Fields(tc.events) {
				var names []string
				for _, f := range s.On(e) {
					names = append(names, f.Name)
				}
				if len(names) == 0 {
					names = []string{"-"}
				}
				got = append(got, strings.Join(names, "+"))
			}
			if g := strings.Join(got, " "); g != tc.want {
				t.Errorf("got %q, want %q", g, tc.want)
			}
		})
	}
}

func TestParseFault(t *testing.T) {
	for _, tc := range []struct {
		words string
		want  Fault
		err   string
	}{
		{"cover-open 2.5s", Fault{Name: "cover-open", Seconds: 2.5}, ""},
		{"cable-pulled", Fault{Name: "cable-pulled"}, ""},
		{"nack F", Fault{Name: "nack", Code: 'F'}, ""},
		{"nack", Fault{Name: "nack"}, ""},
		{"flip-byte", Fault{Name: "flip-byte"}, ""},
		{"flip-byte out 3", Fault{Name: "flip-byte", ToHost: true, Skip: 3}, ""},
		{"lose-byte 5000", Fault{Name: "lose-byte", Skip: 5000}, ""},
		{"noise 0.001", Fault{Name: "noise", Share: 0.001}, ""},
		{"noise", Fault{}, "share between 0 and 1"},
		{"noise NaN", Fault{}, "share between 0 and 1"},
		{"nack X", Fault{}, "one code of"},
		{"jam-feed 2", Fault{}, `does not take "2"`},
		{"flip-byte out -1", Fault{}, "number of bytes"},
		{"cover-open soon", Fault{}, "takes seconds"},
		{"explode", Fault{}, `no fault "explode"; there are`},
		{"", Fault{}, "missing"},
	} {
		got, err := ParseFault(strings.Fields(tc.words))
		if tc.err != "" {
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%q: error %v, want %q", tc.words, err, tc.err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%q: %+v, %v", tc.words, got, err)
		}
	}
}

func TestEveryBadLineIsNamed(t *testing.T) {
	_, err := Parse("on feed do jam-feed\nat feed do jam\non lunch do nap\non feed 0 do jam-feed\non feed jam-feed\non feed do\non command: do nack\n")
	if err == nil {
		t.Fatal("taken")
	}
	for n := 2; n <= 7; n++ {
		if !strings.Contains(err.Error(), fmt.Sprintf("scene line %d: ", n)) {
			t.Errorf("line %d is not named in:\n%v", n, err)
		}
	}
	if strings.Contains(err.Error(), "line 1:") {
		t.Error("the good line is named")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("on feed 2 do jam-feed once\non command:Se do nack T")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err == nil {
			s.On("feed")
			s.On("command:Se")
		}
	})
}

// TestRulesWhileRunning: a rule added later counts from then; taking a fault's rules out leaves the others' counts alone.
func TestRulesWhileRunning(t *testing.T) {
	s, err := Parse("on feed 3 do jam-feed")
	if err != nil {
		t.Fatal(err)
	}
	s.On("feed")
	if err := s.Add(strings.Fields("on feed 1 do hold")); err != nil {
		t.Fatal(err)
	}
	if got := s.On("feed"); len(got) != 1 || got[0].Name != "hold" {
		t.Errorf("got %v", got)
	}
	s.Drop("hold")
	if got := s.On("feed"); len(got) != 1 || got[0].Name != "jam-feed" {
		t.Errorf("got %v", got)
	}
	if got := s.Fired(); !reflect.DeepEqual(got, map[string]int{"jam-feed": 1}) {
		t.Errorf("fired %v", got)
	}
	if err := s.Add([]string{"on", "nowhere"}); err == nil {
		t.Error("a bad rule was taken")
	}
}
