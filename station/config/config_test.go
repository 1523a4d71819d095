package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cetak/drivers"
)

func complete() Config {
	c := Default()
	c.Printer.Port = "/dev/serial/by-id/usb-Evolis-0"
	c.Reader.Name = "HID Omnikey 5422 00 00"
	return c
}

func TestSaveLoad(t *testing.T) {
	dir := t.TempDir()
	c := complete()
	c.Station = Station{Office: "Dukcapil Kab. \"Contoh\"\\#", Desk: "2", Specimen: true, Blank: "WNA", ConfirmEvery: 0, Language: "en", Drill: "jam"}
	c.Letterhead = Letterhead{Government: "Pemerintah Kabupaten Contoh", Address: "Jalan Contoh 1", Place: "Contoh", Head: "Ratna Contohwati", HeadID: "NIP 1",
		Hours: "08.00 sampai 15.30", Complaints: "Inspektorat"}
	c.Dispenser = Dispenser{Port: "/dev/ttyS1", Baud: 57600, Address: 3, Serial: "CRT0000000001"}
	c.Printer = Printer{Machine: MachineBoth, Port: "/dev/ttyS0", Baud: 9600, Flow: "xonxoff", Ribbon: "ymckok", Packing: "lsb", DbcParams: 4, Serial: "10000123456",
		Colour: "exact", ColourWeight: 90, Overlap: "none", LongestSeconds: 40, Shorten: "both", PartialPanels: true, BlackRegions: true,
		ChipStation: "contactless", Varnish: false, RejectCapacity: 15, Turned: true, OffsetX: -4, OffsetY: 7, ContrastColour: 12, ContrastBlack: 9}
	c.Centre = Centre{Folder: filepath.Join(dir, "centre"), CoverDays: 7, Every: 30}
	c.Readiness = Readiness{Required: true, Days: 7, Cards: 900}
	c.Reader.Socket = filepath.Join(dir, "pcscd.comm")
	c.Chip = Chip{Profile: "plain", Keys: KeysPKCS11, File: filepath.Join(dir, "chip-keys.json"), Module: "/usr/lib/softhsm/libsofthsm2.so", Token: "Dukcapil",
		Key: "card", SAM: "SAM 00 00", PINFile: filepath.Join(dir, "pin"), Version: 48, CheckValue: "0123456789AB", Derivation: "none", Mode: "S16", Le: "all", Level: "c-mac"}
	c.Source = Source{Inbox: "/media/usb", Keys: filepath.Join(dir, "keys")}
	c.People = People{SignIn: false, IdleMinutes: 3, Attempts: 5}
	c.Shift = Shift{Required: false, SpoilLimit: 0}
	c.Stock = Stock{Reserve: 500, OrderDays: 14}
	c.Policy.Table = filepath.Join(dir, "policy.toml")
	c.Log.Level = "debug"
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		for k := range v.Field(i).NumField() {
			name := v.Field(i).Type().Field(k).Name
			if reflect.DeepEqual(v.Field(i).Field(k).Interface(), reflect.ValueOf(Default()).Field(i).Field(k).Interface()) {
				t.Errorf("%s is not tried with another value than its default", name)
			}
		}
	}
	for range 2 { // the second time over the first
		if err := Save(dir, c); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got != c {
		t.Errorf("got\n%+v\nwant\n%+v", got, c)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The written file explains every key, and the defaults are what an empty file means.
func TestText(t *testing.T) {
	text, err := Default().Text()
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/default.toml")
	if err != nil {
		t.Fatal(err)
	}
	if text != string(golden) {
		t.Errorf("the default file is now:\n%s", text)
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.Contains(l, " = ") && !strings.HasPrefix(l, "#") && !strings.HasPrefix(lines[i-1], "# ") {
			t.Errorf("%s has no explanation", l)
		}
	}
	fromText, err := Parse([]byte(text))
	if err != nil || fromText != Default() {
		t.Errorf("%+v, %v", fromText, err)
	}
	fromNothing, err := Parse(nil)
	if err != nil || fromNothing != Default() {
		t.Errorf("%+v, %v", fromNothing, err)
	}
}

func TestRelativePaths(t *testing.T) {
	dir := t.TempDir()
	if err := Save(dir, complete()); err != nil {
		t.Fatal(err)
	}
	c, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c.Source.Inbox != filepath.Join(dir, "inbox") || c.Source.Keys != filepath.Join(dir, "keys") || c.Reader.Socket != "" {
		t.Errorf("%+v", c)
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		code drivers.Code
		says string
	}{
		{"unknown key", "[station]\noffice = \"A\"\ndesc = \"2\"", UnknownKey, `cetak.toml line 3: there is no setting "station.desc"`},
		{"unknown table", "[printer]\n[scanner]\nport = \"x\"", UnknownKey, "line 2"},
		{"no TOML", "[station\n", NotTOML, "line 1"},
		{"a word for a number", "[printer]\nbaud = \"fast\"", NotTOML, "line 2: printer.baud"},
		{"key twice", "[printer]\nbaud = 9600\nbaud = 9600", NotTOML, "line 3"},
		{"not UTF-8", "[station]\noffice = \"\xff\"", NotTOML, "line 2"},
		{"no port", "[reader]\nname = \"r\"", OutOfRange, "printer.port is \"\": it must be the printer's device"},
		{"no reader", "[printer]\nport = \"/dev/ttyS0\"", OutOfRange, "reader.name"},
		{"odd speed", "[printer]\nbaud = 14400", OutOfRange, "printer.baud is 14400: it must be one of 2400 4800"},
		{"odd blank", "[station]\nblank = \"wni\"", OutOfRange, `station.blank is "wni": it must be WNI or WNA`},
		{"odd language", "[station]\nlanguage = \"fr\"", OutOfRange, "id or en"},
		{"negative", "[station]\nconfirm_every = -1", OutOfRange, "station.confirm_every is -1"},
		{"odd machine", "[printer]\nmachine = \"fargo\"", OutOfRange, `printer.machine is "fargo": it must be evolis or crt591 or crt591+evolis`},
		{"no dispenser's port", "[printer]\nmachine = \"crt591+evolis\"", OutOfRange, "dispenser.port is \"\": it must be the dispenser's device"},
		{"a face to judge where none is", "[printer]\nmachine = \"crt591\"\n[dispenser]\nport = \"/dev/ttyS1\"", OutOfRange,
			"station.confirm_every is 1: it must be 0 where printer.machine prints no face"},
		{"odd dispenser speed", "[dispenser]\nbaud = 115200", OutOfRange, "dispenser.baud is 115200"},
		{"odd dispenser address", "[dispenser]\naddress = 16", OutOfRange, "dispenser.address"},
		{"no name", "[station]\noffice = \" \"", OutOfRange, "station.office"},
		{"long name", "[station]\ndesk = \"" + strings.Repeat("x", 81) + "\"", OutOfRange, "station.desk"},
		{"odd ribbon", "[printer]\nribbon = \"kmcyo\"", OutOfRange, "printer.ribbon"},
		{"odd packing", "[printer]\npacking = \"le\"", OutOfRange, "printer.packing"},
		{"odd parameters", "[printer]\ndbc_params = 5", OutOfRange, "printer.dbc_params"},
		{"odd colour", "[printer]\ncolour = \"good\"", OutOfRange, `printer.colour is "good": it must be near or exact`},
		{"no weight", "[printer]\ncolour_weight = 0", OutOfRange, "printer.colour_weight is 0: it must be 1 to 10000"},
		{"odd chip station", "[printer]\nchip_station = \"\"", OutOfRange, "printer.chip_station"},
		{"odd level", "[log]\nlevel = \"all\"", OutOfRange, "log.level"},
		{"no inbox", "[source]\ninbox = \"\"", OutOfRange, "source.inbox"},
		{"odd profile", "[chip]\nprofile = \"KTP-el\"", OutOfRange, `chip.profile is "KTP-el": it must be ktpel or plain`},
		{"odd source of keys", "[chip]\nkeys = \"hsm\"", OutOfRange, `chip.keys is "hsm": it must be none or file or pkcs11 or sam`},
		{"keys without a file", "[chip]\nkeys = \"file\"", OutOfRange, "chip.file is \"\": it must be the file with the test keys"},
		{"keys without a library", "[chip]\nkeys = \"pkcs11\"", OutOfRange, "chip.module"},
		{"keys without a token", "[chip]\nkeys = \"pkcs11\"\nmodule = \"/x.so\"", OutOfRange, "chip.token"},
		{"keys without a name", "[chip]\nkeys = \"pkcs11\"\nmodule = \"/x.so\"\ntoken = \"T\"", OutOfRange, "chip.key"},
		{"no SAM", "[chip]\nkeys = \"sam\"", OutOfRange, "chip.sam"},
		{"no check value", "[chip]\nkeys = \"sam\"\nsam = \"r\"", OutOfRange, "chip.check_value is \"\": it must be the twelve hex digits"},
		{"half a check value", "[chip]\nkeys = \"sam\"\nsam = \"r\"\ncheck_value = \"010203\"", OutOfRange, "chip.check_value"},
		{"no version", "[chip]\nkeys = \"sam\"\nsam = \"r\"\ncheck_value = \"010203040506\"", OutOfRange, "chip.version is 0: it must be 1 to 127"},
		{"huge version", "[chip]\nversion = 255", OutOfRange, "chip.version"},
		{"odd derivation", "[chip]\nderivation = \"uid\"", OutOfRange, "chip.derivation"},
		{"odd mode", "[chip]\nmode = \"s8\"", OutOfRange, "chip.mode"},
		{"odd length of answers", "[chip]\nle = \"0\"", OutOfRange, "chip.le"},
		{"odd security level", "[chip]\nlevel = \"3\"", OutOfRange, "chip.level"},
		{"huge box", "[printer]\nreject_capacity = 5000", OutOfRange, "printer.reject_capacity"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			text := tt.text
			for table, line := range map[string]string{"[printer]": `port = "/dev/ttyS0"`, "[reader]": `name = "r"`} {
				if tt.code != OutOfRange || strings.HasPrefix(tt.name, "no port") || strings.HasPrefix(tt.name, "no reader") {
					break
				}
				if strings.Contains(text, table) {
					text = strings.Replace(text, table, table+"\n"+line, 1)
				} else {
					text += "\n" + table + "\n" + line
				}
			}
			if err := os.WriteFile(filepath.Join(dir, File), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(dir)
			if !errors.Is(err, tt.code) {
				t.Fatalf("got %v, want %s", err, tt.code)
			}
			if !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q does not say %q in one line", err, tt.says)
			}
		})
	}
}

func TestNoStation(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Join(dir, "nowhere")} {
		if _, err := Load(d); !errors.Is(err, NoStation) || !strings.Contains(err.Error(), "cetakctl init") {
			t.Errorf("%v", err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, File), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); !errors.Is(err, Unreadable) {
		t.Errorf("%v", err)
	}
	if err := Save(filepath.Join(dir, "nowhere"), complete()); !errors.Is(err, Unreadable) {
		t.Errorf("%v", err)
	}
	if err := Save(dir, complete()); !errors.Is(err, Unreadable) {
		t.Errorf("a folder in the file's place: %v", err)
	}
}

func TestRedacted(t *testing.T) {
	c := complete()
	c.Source.Inbox, c.Source.Keys = "/home/siti-rahayu/masuk", "/home/siti-rahayu/keys"
	c.Reader.Socket, c.Centre.Folder = "/home/siti-rahayu/sim/pcscd.comm", "/home/siti-rahayu/centre"
	text, err := c.Redacted().Text()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "siti") || !strings.Contains(text, "/dev/serial/by-id/usb-Evolis-0") || !strings.Contains(text, "...") {
		t.Errorf("%s", text)
	}
	if c.Source.Keys != "/home/siti-rahayu/keys" {
		t.Error("the settings themselves were changed")
	}
}

// Any text is either refused with a code or becomes settings that come back the same.
func FuzzParse(f *testing.F) {
	text, err := Default().Text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(text))
	f.Add([]byte("[station]\noffice = '''\nx'''\n"))
	f.Add([]byte("a.b = 1\n[[station]]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err != nil {
			if code := drivers.AsFault(err).Code; code == drivers.Unexpected {
				t.Fatal(err)
			}
			return
		}
		text, err := c.Text()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse([]byte(text))
		if err != nil || again != c {
			t.Fatalf("%+v, %+v, %v\n%s", c, again, err, text)
		}
	})
}
