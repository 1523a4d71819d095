package evolis

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/drivers/serialport"
	"cetak/drivers/wire"
	"cetak/hwsim/printer"
	"cetak/hwsim/rig"
)

func setupOf(t *testing.T, r *rig.Rig, baud int) Setup {
	s := Setup{Baud: baud, Log: logger(t), Serial: func(_ context.Context, baud int, flow string) (wire.Port, error) {
		return openPort(r.Ready().Printer, baud, flow)
	}}
	if path := r.Ready().USB; path != "" {
		s.USB = func(context.Context) (wire.Port, error) { return serialport.OpenUSB(path) }
	}
	return s
}

func TestNewPort(t *testing.T) {
	for _, tt := range []struct {
		baud        int
		flow, reply string
		want        string // "" = refused
	}{
		{115200, "none", "ack", "Pcom;1;115200;N;8;1;ACK/NACK;E"},
		{9600, "none", "text", "Pcom;1;9600;N;8;1;NONE;E"},
		{2400, "rtscts", "text", "Pcom;1;2400;N;8;1;RTS/CTS;E"},
		{57600, "xonxoff", "text", "Pcom;1;57600;N;8;1;XON/XOFF;E"},
		{19200, "both", "text", "Pcom;1;19200;N;8;1;BOTH;E"},
		{115200, "rtscts", "ack", ""}, {921600, "none", "ack", ""}, {9600, "dtr", "text", ""}, {9600, "none", "words", ""},
	} {
		p, err := NewPort(tt.baud, tt.flow, tt.reply)
		if (err == nil) != (tt.want != "") || err == nil && p.Command() != tt.want {
			t.Errorf("%+v: %q, %v", tt, p.Command(), err)
		}
		if err != nil {
			continue
		}
		if back, ok := parsePort(p.String()); !ok || back != p || p.Flow() != tt.flow {
			t.Errorf("%+v reads back as %+v, flow %s", p, back, p.Flow())
		}
	}
}

func TestParsePort(t *testing.T) {
	for answer, ok := range map[string]bool{
		"1;9600;N;8;1;NONE;D": true, "9600;N;8;1;NONE;D": true, "1; 9600; N; 8; 1; BOTH; E": true, "": false, "OK": false,
		"1;9600;N;7;1;NONE;D": false, "3;9600;N;8;1;NONE;D": false, "1;x;N;8;1;NONE;D": false, "1;9600;N;8;3;NONE;D": false,
		"1;9600;M;8;1;NONE;D": false, "1;9600;N;8;1;DTR;D": false, "1;9600;N;8;1;NONE;X": false,
	} {
		if _, got := parsePort(answer); got != ok {
			t.Errorf("%q: %v", answer, got)
		}
	}
}

// A printer at another speed than the settings name is found at each that Pcom takes and at an adapter's, in either kind of
// reply.
func TestFindSpeed(t *testing.T) {
	for _, o := range []rig.Options{
		{Baud: 2400}, {Baud: 4800, Replies: "text"}, {Baud: 9600}, {Baud: 19200, Replies: "text"}, {Baud: 38400}, {Baud: 57600},
		{Baud: 921600}, {Baud: 115200, Replies: "text", Flow: "both", Doubts: allDoubts()},
	} {
		t.Run(strings.Trim(strings.Join([]string{o.Replies, o.Flow}, " "), " "), func(t *testing.T) {
			t.Parallel()
			r := simulated(t, o)
			if baud, err := setupOf(t, r, 0).Find(t.Context()); err != nil || baud != o.Baud {
				t.Errorf("found at %d, it is at %d: %v", baud, o.Baud, err)
			}
		})
	}
}

func TestFindNothing(t *testing.T) {
	r := simulated(t, rig.Options{})
	do(t, r, "printer-off")
	_, err := setupOf(t, r, 57600).Find(t.Context())
	if f := drivers.AsFault(err); !errors.Is(err, drivers.LineSilent) || !strings.Contains(f.Detail, "57600 115200 9600") {
		t.Error(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	if _, err := setupOf(t, r, 57600).Find(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// Whatever the port is at and whatever it is to be, it answers so in the end, says so, and prints a card so; with the reply to
// Pcom at the old speed or the new.
func TestSetPort(t *testing.T) {
	tests := map[string]struct {
		o           rig.Options
		baud        int
		flow, reply string
	}{
		"slower":               {rig.Options{}, 38400, "none", "ack"},
		"faster":               {rig.Options{Baud: 9600, Speed: 1200, Replies: "text"}, 115200, "none", "ack"},
		"the same again":       {rig.Options{}, 115200, "none", "ack"},
		"words":                {rig.Options{}, 115200, "none", "text"},
		"XON/XOFF":             {rig.Options{LineBuffer: 8192}, 115200, "xonxoff", "text"},
		"RTS/CTS":              {rig.Options{LineBuffer: 8192}, 115200, "rtscts", "text"},
		"both":                 {rig.Options{Replies: "text", Flow: "rtscts", LineBuffer: 8192}, 57600, "both", "text"},
		"back to ACK/NACK":     {rig.Options{Replies: "text", Flow: "xonxoff"}, 115200, "none", "ack"},
		"answered as it was":   {rig.Options{Doubts: printer.Doubts{PcomOld: true}}, 57600, "none", "text"},
		"all doubts":           {rig.Options{Doubts: allDoubts()}, 57600, "none", "ack"},
		"from the factory":     {rig.Options{Factory: true, Baud: 9600}, 115200, "none", "ack"},
		"from the factory, XX": {rig.Options{Factory: true, Baud: 9600, LineBuffer: 8192, Doubts: allDoubts()}, 115200, "xonxoff", "text"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := simulated(t, tt.o)
			to, err := NewPort(tt.baud, tt.flow, tt.reply)
			if err != nil {
				t.Fatal(err)
			}
			s := setupOf(t, r, 115200)
			if err := s.SetPort(t.Context(), to); err != nil {
				t.Fatal(err)
			}
			do(t, r, "power-cycle") // it is kept
			s.USB, s.Baud = nil, tt.baud
			now, baud, told, err := s.PortNow(t.Context())
			if err != nil || !told || now != to || baud != tt.baud {
				t.Fatalf("%s at %d, told %v, %v", now, baud, told, err)
			}
			o := optionsFor(tt.o.Doubts, tt.baud)
			p, err := openAt(t.Context(), func(context.Context) (wire.Port, error) {
				return openPort(r.Ready().Printer, tt.baud, tt.flow)
			}, o, logger(t), 1)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = p.Close() }()
			if at, err := run(t.Context(), p, small(), drivers.TrayGood); err != nil {
				t.Fatalf("at %s: %v", at, err)
			}
			burntAs(t, small(), r.World().Trays.Good[0].Panels)
		})
	}
}

// What a printer does not take is said, with how it answers now.
func TestSetPortThatIsNotTaken(t *testing.T) {
	tests := map[string]struct {
		o    rig.Options
		make func(*testing.T, *rig.Rig)
		code drivers.Code
		says string
	}{
		"refused":        {rig.Options{}, func(t *testing.T, r *rig.Rig) { do(t, r, "on", "command:Pcom", "do", "nack", "1") }, drivers.PrinterRefused, "NACK 1"},
		"not heard":      {rig.Options{}, func(t *testing.T, r *rig.Rig) { do(t, r, "on", "command:Pcom", "do", "lose-command") }, drivers.PortNotTaken, "it answers at 115200 baud"},
		"no cable":       {rig.Options{Factory: true}, func(t *testing.T, r *rig.Rig) { do(t, r, "unplug") }, drivers.LineNoPort, ""},
		"switched off":   {rig.Options{}, func(t *testing.T, r *rig.Rig) { do(t, r, "printer-off") }, drivers.LineSilent, "no answer at 115200"},
		"another device": {rig.Options{Factory: true}, func(t *testing.T, r *rig.Rig) { do(t, r, "printer-off") }, drivers.LineSilent, "no printer of this language"},
		"went off":       {rig.Options{}, func(t *testing.T, r *rig.Rig) { do(t, r, "on", "command:Pcom", "do", "printer-off") }, drivers.PortNotTaken, "it is not heard"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := simulated(t, tt.o)
			tt.make(t, r)
			to, err := NewPort(9600, "none", "ack")
			if err != nil {
				t.Fatal(err)
			}
			err = setupOf(t, r, 115200).SetPort(t.Context(), to)
			if f := drivers.AsFault(err); !errors.Is(err, tt.code) || !strings.Contains(f.Detail, tt.says) {
				t.Errorf("%v, want %s with %q", err, tt.code, tt.says)
			}
		})
	}
}

// While an image leaves, the caller hears of it, and for how long the machine may be silent from then on; a machine that holds
// the line up longer than the image takes is not taken for a mute one.
func TestImagePulses(t *testing.T) {
	r := simulated(t, rig.Options{Replies: "text", Flow: "xonxoff", Baud: 2400, Speed: 10})
	p, err := openAt(t.Context(), func(context.Context) (wire.Port, error) {
		return openPort(r.Ready().Printer, 2400, "xonxoff")
	}, Options{Baud: 2400 * 10}, logger(t), 1) // at ten times the speed
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	var beats []time.Duration
	ctx := drivers.WithPulse(t.Context(), func(d time.Duration) { beats = append(beats, d) })
	text := whiteLines(20, 3)
	a, err := p.exchange(ctx, message{name: "Dbc", text: text, kind: order, wait: panelWait, image: len(text)})
	if err != nil || a.refusal() != nil {
		t.Fatalf("%+v, %v", a, err)
	}
	if len(beats) < 4 {
		t.Fatalf("%v", beats)
	}
	most := p.link.CharTime(len(frame(text))) + burns
	for i, d := range beats[:len(beats)-1] {
		if d < burns/2 || d > most {
			t.Errorf("beat %d: %v, at most %v", i, d, most)
		}
	}
}
