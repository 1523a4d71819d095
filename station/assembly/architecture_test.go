package assembly_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// listed is what `go list -json` tells of one package.
type listed struct {
	ImportPath, Doc                    string
	Imports, TestImports, XTestImports []string
	GoFiles                            []string
}

// packages lists the whole module once, with the tags the programs are built with.
func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-tags", "x11,migrated_fynedo,no_animations,no_emoji", "-json=ImportPath,Doc,Imports,TestImports,XTestImports,GoFiles", "cetak/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 20 {
		t.Fatalf("go list found %d packages: the rules would hold for nothing", len(all))
	}
	return all
}

// rule says what packages may not import, and why. A pattern ending in /... takes in all below.
type rule struct {
	who    string
	except []string
	never  []string
	but    []string
	why    string
	tests  bool // the rule holds for test files too
}

func rules() []rule {
	return []rule{
		{who: "cetak/drivers", never: []string{"cetak/..."}, why: "it is the contract: everything may depend on it", tests: true},
		{who: "cetak/drivers/...", except: []string{"cetak/drivers"}, never: []string{"cetak/station/...", "cetak/station", "cetak/ui/..."}, why: "devices know no jobs and no screens", tests: true},
		{who: "cetak/drivers/...", except: []string{"cetak/drivers/drivertest/stand"}, never: []string{"cetak/hwsim/..."}, why: "no `if simulated`: only tests and what serves them alone meet the simulator"},
		{who: "cetak/station/...", except: []string{"cetak/station/cmd/cetakctl"}, never: []string{"cetak/hwsim/..."}, why: "the shipped program runs unchanged on hardware"},
		{who: "cetak/ui/...", never: []string{"cetak/hwsim/..."}, why: "the shipped program runs unchanged on hardware"},
		{who: "cetak/hwsim/...", never: []string{"cetak/..."}, but: []string{"cetak/hwsim/..."}, why: "an independent reading of the protocols: a shared mistake could hide", tests: true},
		{who: "cetak/station/...", except: []string{"cetak/station/assembly", "cetak/station/cmd/cetakctl"}, never: []string{"cetak/drivers/..."}, but: []string{"cetak/drivers"}, why: "the flow must run without hardware"},
		{who: "cetak/station/...", never: []string{"cetak/ui/..."}, why: "the work does not depend on the window", tests: true},
		{who: "cetak/ui/model", never: []string{"fyne.io/..."}, why: "it is plain data, tested without widgets", tests: true},
		{who: "cetak/ui/drawing", never: []string{"fyne.io/...", "cetak/..."}, why: "its pictures are plain data: the manual has the same"},
		{who: "cetak/ui/sound", never: []string{"fyne.io/...", "cetak/..."}, why: "it makes sounds and knows no desk", tests: true},
		{who: "cetak/ui/text", never: []string{"fyne.io/..."}, why: "words are plain data", tests: true},
		{who: "cetak/ui/view", never: []string{"fyne.io/fyne/v2/app", "cetak/drivers/...", "cetak/station/journal", "cetak/station/assembly"}, but: []string{"cetak/drivers"}, why: "no display needed, and no device or book behind a button", tests: true},
		{who: "cetak/ui/view", never: []string{"cetak/station/ledger"}, why: "no book behind a button: only its tests ask the book for words"},
		{who: "cetak/hwsim/panel/view", never: []string{"fyne.io/fyne/v2/app"}, why: "no display needed", tests: true},
		{who: "cetak/hwsim/panel/model", never: []string{"fyne.io/..."}, why: "it is plain data, tested without widgets", tests: true},
		{who: "cetak/hwsim/panel/text", never: []string{"fyne.io/..."}, why: "words are plain data", tests: true},
		{who: "cetak/...", except: []string{"cetak/ui/cmd/cetak", "cetak/hwsim/cmd/panel"}, never: []string{"fyne.io/fyne/v2/app"}, why: "only mains with a window open one: it drags in OpenGL"},
		{who: "cetak/...", except: []string{"cetak/drivers/serialport"}, never: []string{"github.com/tarm/serial"}, why: "bare, it cannot tell silence from a pulled cable", tests: true},
		{who: "cetak/...", except: []string{"cetak/drivers/pcsc"}, never: []string{"github.com/ebfe/scard"}, why: "its traps are guarded in one place"},
		{who: "cetak/...", except: []string{"cetak/drivers/pkcs11"}, never: []string{"github.com/miekg/pkcs11"}, why: "a token knows no deadline and locks its PIN: guarded in one place", tests: true},
		{who: "cetak/drivers/keys", never: []string{"net", "github.com/miekg/pkcs11", "cetak/drivers/pcsc", "cetak/drivers/pkcs11"}, why: "keys go nowhere, and their tests need no token"},
		{who: "cetak/...", never: []string{"cetak/station/cmd/...", "cetak/ui/cmd/...", "cetak/hwsim/cmd/..."}, why: "programs are leaves", tests: true},
		{who: "cetak/...", except: []string{"cetak/station/assembly", "cetak/station/cmd/cetakctl", "cetak/station/drill/ground", "cetak/station/program", "cetak/ui/cmd/cetak"}, never: []string{"cetak/station/assembly"}, why: "one place wires the station"},
		{who: "cetak/...", except: []string{"cetak/station/access"}, never: []string{"golang.org/x/crypto/..."}, why: "passwords are checked in one place", tests: true},
		{who: "cetak/station/flow", never: []string{"os", "net", "time", "io", "context", "sync"}, why: "it is pure: no clock, no I/O"},
		{who: "cetak/station/ledger", never: []string{"os", "net", "database/sql"}, why: "it is pure: balances follow from movements"},
		{who: "cetak/station/policy", never: []string{"net", "database/sql", "context", "cetak/station/source", "cetak/station"}, why: "a plan follows from table, moment, and queue alone"},
		{who: "cetak/station/drill", never: []string{"os", "net", "database/sql", "context", "cetak/station/assembly", "cetak/station"}, why: "it is pure: a score follows from journal, ledger, and world alone"},
		{who: "cetak/station/cmdline", never: []string{"net", "database/sql", "cetak/..."}, but: []string{"cetak/drivers", "cetak/station/advice"}, why: "verbs and flags; what they do is their programs'"},
		{who: "cetak/station/report", never: []string{"os", "net", "database/sql", "cetak/station/journal", "cetak/station/office"}, why: "it is pure: data in, a paper's bytes out"},
		{who: "cetak/station/papers", never: []string{"os", "net", "database/sql"}, why: "it is pure: books in, a paper out; screen and command line make the same"},
		{who: "cetak/station/readiness", never: []string{"os", "net", "database/sql", "context", "cetak/station", "cetak/station/config"}, why: "it is pure: readiness follows from the journal's lines, the rules, and the moment"},
		{who: "cetak/station/centre/api", never: []string{"cetak/..."}, but: []string{"cetak/drivers"}, why: "desk and centre share the words on the wire, and nothing behind them"},
		{who: "cetak/station/centre/mosip", never: []string{"cetak/station/centre", "cetak/station", "cetak/station/source"}, why: "to the centre it is a register like any other, and may stand elsewhere", tests: false},
		{who: "cetak/station/handover", never: []string{"net", "net/http", "database/sql", "cetak/station/assembly", "cetak/station/link", "cetak/station/centre"}, why: "a stick is files and seals; the line that carries its papers is another's"},
		{who: "cetak/station/link", never: []string{"cetak/station/centre", "cetak/station/centre/ca", "cetak/station/assembly", "cetak/station/config"}, why: "a desk knows the centre by its words alone"},
		{who: "cetak/station/centre/ca", never: []string{"net/http", "database/sql", "cetak/..."}, but: []string{"cetak/station/durable"}, why: "certificates are made where nobody calls"},
		{who: "cetak/...", except: []string{"cetak/station/centre", "cetak/station/centre/bench", "cetak/station/centre/cluster"}, never: []string{"github.com/jackc/pgx/..."}, why: "no desk links the centre's store", tests: true},
		{who: "cetak/...", never: []string{"cetak/station/offclock"}, why: "no product has a clock that can be set: only tests build such programs"},
		{who: "cetak/drivers/inline", never: []string{"cetak/drivers/...", "os", "net"}, but: []string{"cetak/drivers"}, why: "it is made of two Printers and knows no machine and no line"},
		{who: "cetak/drivers/panel", never: []string{"os", "net", "time"}, why: "it is pure: artwork in, bytes out"},
		{who: "cetak/drivers/scp03", never: []string{"os", "net", "time", "cetak/..."}, but: []string{"cetak/drivers", "cetak/drivers/apdu"}, why: "bytes in, bytes out; where keys are kept is another's business"},
		{who: "cetak/drivers/apdu", never: []string{"os", "net", "time"}, why: "it is pure: bytes in, bytes out"},
	}
}

func match(pattern, path string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return pattern == path
}

func matchAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, path) })
}

// TestImports holds every package to the rules of the design.
func TestImports(t *testing.T) {
	all := packages(t)
	for _, r := range rules() {
		matched := false
		for _, p := range all {
			if !match(r.who, p.ImportPath) || matchAny(r.except, p.ImportPath) {
				continue
			}
			matched = true
			imports := p.Imports
			if r.tests {
				imports = slices.Concat(imports, p.TestImports, p.XTestImports)
			}
			for _, i := range imports {
				if i != p.ImportPath && matchAny(r.never, i) && !matchAny(r.but, i) {
					t.Errorf("%s imports %s: %s", p.ImportPath, i, r.why)
				}
			}
		}
		if !matched {
			t.Errorf("the rule for %s (%s) matches no package", r.who, r.why)
		}
		for _, x := range r.except {
			if !slices.ContainsFunc(all, func(p listed) bool { return p.ImportPath == x }) {
				t.Errorf("the rule for %s excepts %s, which does not exist", r.who, x)
			}
		}
	}
}

// TestPackageComments holds every package to one comment that begins as Go's do.
func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && !strings.HasPrefix(p.Doc, "Package ") && !strings.HasPrefix(p.Doc, "Command ") {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}
