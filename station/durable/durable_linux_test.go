package durable_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"cetak/station/durable"
)

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cetak.toml")
	for _, c := range []struct {
		text string
		mode fs.FileMode
	}{{"first", 0o644}, {"second, over the first", 0o600}, {"", 0o600}} {
		if err := durable.Write(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != c.text {
			t.Errorf("%q, %v: want %q", got, err, c.text)
		}
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != c.mode {
			t.Errorf("mode %v, %v: want %v", st.Mode(), err, c.mode)
		}
	}
	alone(t, path)
}

// A disk that takes no more than a part of it leaves what was there.
func TestWriteCutShort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.toml")
	if err := durable.Write(path, []byte("as it was"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path+".folder", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.Write(path+".folder", []byte("over a folder"), 0o600); err == nil {
		t.Error("a folder was written over")
	}
	if err := os.Remove(path + ".folder"); err != nil {
		t.Fatal(err)
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 10, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	err := durable.Write(path, make([]byte, 1<<20), 0o600)
	if back := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); back != nil {
		t.Fatal(back)
	}
	if err == nil {
		t.Error("a megabyte in a kilobyte")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "as it was" {
		t.Errorf("%q, %v", got, err)
	}
	alone(t, path)
	if err := durable.Write(filepath.Join(path, "below"), nil, 0o600); err == nil {
		t.Error("a file took a file")
	}
}

// alone: nothing was left beside it.
func alone(t *testing.T, path string) {
	t.Helper()
	all, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(all) != 1 {
		t.Errorf("%v, %v: want only %s", all, err, filepath.Base(path))
	}
}
