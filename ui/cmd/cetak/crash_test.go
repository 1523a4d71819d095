package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/assembly"
)

// somebody is who must be in no report.
var somebody = []string{"BUDI SANTOSO", "9901074703090001", "JL. CONTOH NO. 1"}

func holdNobody(t *testing.T, what string, text []byte) {
	t.Helper()
	for _, s := range somebody {
		if bytes.Contains(text, []byte(s)) {
			t.Errorf("%s names somebody:\n%s", what, text)
			return
		}
	}
}

// What Go writes of a crash, with somebody in every place that could hold one.
func TestRedact(t *testing.T) {
	const rest = `
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x46e2ef]

goroutine 1 gp=0xc000002380 m=0 mp=0x1 [running, locked to thread]:
main.(*clerk).names({"BUDI SANTOSO", 0x10}, 0x42554449)
	/home/maker/main/ui/cmd/cetak/office.go:300 +0x1d
cetak/station/office.copies[...](0xc000012345)
	/home/maker/main/station/office/state.go:295 +0x65
panic({0x1234?, 0x5678?})
	/usr/local/go/src/runtime/panic.go:787 +0x132

goroutine 34 [select, 3 minutes]:
BUDI SANTOSO(9901074703090001)
	JL. CONTOH NO. 1
created by cetak/ui/view.(*View).Run in goroutine 1
	/home/maker/main/ui/view/view.go:150 +0x85
rax    0x4f544e4153
9901074703090001
`
	for value, want := range map[string]string{
		"runtime error: index out of range [5] with length 3":                                      "runtime error: index out of range [5] with length 3",
		"runtime error: invalid memory address or nil pointer dereference":                         "nil pointer dereference",
		"interface conversion: interface {} is string, not int":                                    "is string, not int",
		"assignment to entry in nil map":                                                           "assignment to entry in nil map",
		"BUDI SANTOSO 9901074703090001":                                                            "(a value, left out",
		"runtime error: index out of range\tBUDI SANTOSO":                                          "(a value, left out",
		"P-104: status: BUDI SANTOSO":                                                              "P-104 (the rest",
		`main.person("BUDI SANTOSO")`:                                                              "main.person (its value",
		"(*record.Record) 0xc000012345":                                                            "*record.Record (its value",
		"json: cannot unmarshal \"9901074703090001\"\nBUDI SANTOSO\nmain.f(0x1)\nJL. CONTOH NO. 1": "(a value, left out",
	} {
		got := redact([]byte("panic: " + value + " [recovered]\n\tpanic: BUDI SANTOSO\n" + rest))
		holdNobody(t, value, got)
		for _, must := range []string{"panic: ", want, "[signal SIGSEGV]", "goroutine 1 [running, locked to thread]:", "main.(*clerk).names(...)\n\tcmd/cetak/office.go:300",
			"station/office/state.go:295", "goroutine 34 [select, 3 minutes]:", "created by cetak/ui/view.(*View).Run(...)\n\tui/view/view.go:150", "values left out"} {
			if !strings.Contains(string(got), must) {
				t.Errorf("%s: %q is missing in\n%s", value, must, got)
			}
		}
		for _, never := range []string{"0x42554449", "0x4f544e4153", "/home/maker"} {
			if strings.Contains(string(got), never) {
				t.Errorf("%s: %q is in\n%s", value, never, got)
			}
		}
	}
	if got := redact([]byte("fatal error: concurrent map writes\n")); string(got) != "fatal error: concurrent map writes\n" {
		t.Errorf("%q", got)
	}
}

// person is a value with somebody in it.
type person struct{ name, nik string }

func (p person) String() string { return p.name + p.nik }

// crashKind tells the process that TestCrash starts how to crash.
const crashKind = "CETAK_TEST_CRASH"

// TestCrashing crashes, when TestCrash has started it to do so.
func TestCrashing(t *testing.T) {
	kind := os.Getenv(crashKind)
	if kind == "" {
		return
	}
	p := person{somebody[0], somebody[1]}
	os.Args[0] = "cetak" // whose process is started to wait
	catchCrashes(os.Getenv(crashKind+"_DIR"), os.Stderr)
	go func(p person, address string) {
		switch kind {
		case "error":
			panic(errors.New("no card for " + p.String() + ", " + address))
		case "text":
			panic(p.name + "\n" + p.nik)
		case "value":
			panic(p)
		case "nil":
			var none *person
			_ = none.name
		}
	}(p, somebody[2])
	select {}
}

// A crash leaves one report, in the folder, with where it happened and nobody's name; the log of the session has none either.
func TestCrash(t *testing.T) {
	for _, kind := range []string{"error", "text", "value", "nil"} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(self, "-test.run", "^TestCrashing$")
			cmd.Env = append(os.Environ(), crashKind+"="+kind, crashKind+"_DIR="+dir)
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			if err := cmd.Run(); err == nil {
				t.Fatal("it did not crash")
			}
			var all []string
			for end := time.Now().Add(2 * time.Minute); len(all) == 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
				all, _ = filepath.Glob(filepath.Join(dir, assembly.CrashFiles))
			}
			if len(all) != 1 {
				t.Fatalf("%d reports\n%s", len(all), &said)
			}
			got, err := os.ReadFile(all[0])
			if err != nil {
				t.Fatal(err)
			}
			holdNobody(t, "the report", got)
			holdNobody(t, "what the program said", said.Bytes())
			for _, must := range []string{crashHead, "panic: ", "cmd/cetak/crash_test.go:", "cetak.TestCrashing.func1(...)"} {
				if !strings.Contains(string(got), must) {
					t.Errorf("%q is missing in\n%s", must, got)
				}
			}
		})
	}
}

// A process that ends without a crash leaves nothing.
func TestNoCrash(t *testing.T) {
	dir := t.TempDir()
	if code := watchCrash(strings.NewReader(""), dir); code != 0 {
		t.Errorf("ended with %d", code)
	}
	if all, _ := os.ReadDir(dir); len(all) != 0 {
		t.Errorf("left %v", all)
	}
}

// A report is offered until it is saved or dismissed, and stays in the folder.
func TestCrashesAreOffered(t *testing.T) {
	dir, stick := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ours := string(crashReport([]byte("fatal error: all goroutines are asleep\n"), time.Now(), time.Now()))
	write("crash-20260301T080000Z-11.txt", ours)
	write("crash-20260302T080000Z-12.txt", "panic: BUDI SANTOSO\n\ngoroutine 1 [running]:\nmain.main()\n\t/a/main.go:5 +0x1\n") // of cetakctl
	write("crash-20260303T080000Z-13.txt", "")
	c := findCrashes(dir, dir)
	if len(c.files) != 2 || c.At().IsZero() {
		t.Fatalf("%+v", c)
	}
	c.sticks = func() []string { return nil }
	if _, err := c.Save(); drivers.AsFault(err).Code != NoStick {
		t.Errorf("without a stick: %v", err)
	}
	file := filepath.Join(stick, "full")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.sticks = func() []string { return []string{stick, file} }
	if _, err := c.Save(); drivers.AsFault(err).Code != NotSaved {
		t.Errorf("onto a stick that cannot be written: %v", err)
	}
	if len(findCrashes(dir).files) != 2 {
		t.Error("what was not saved is offered no more")
	}
	c.sticks = func() []string { return []string{file, stick} }
	folder, err := c.Save()
	if err != nil || folder != filepath.Join(stick, "cetak") {
		t.Fatal(folder, err)
	}
	for name, must := range map[string]string{"crash-20260301T080000Z-11.txt": ours, "crash-20260302T080000Z-12.txt": "main.main(...)\n\ta/main.go:5"} {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		holdNobody(t, name, got)
		if !strings.Contains(string(got), must) {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	if again := findCrashes(dir); len(again.files) != 0 {
		t.Errorf("offered again: %v", again.files)
	}
	if kept, _ := filepath.Glob(filepath.Join(dir, assembly.CrashFiles)); len(kept) != 3 {
		t.Errorf("the folder keeps %v", kept)
	}
}

// A stick is a folder on a device of its own.
func TestMounted(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if all := mounted(filepath.Join(dir, "*")); len(all) != 0 {
		t.Errorf("%v is a folder of the same disk", all)
	}
	if all := mounted("/dev/shm", "/proc/self"); len(all) != 1 || all[0] != "/dev/shm" {
		t.Errorf("%v", all)
	}
}
