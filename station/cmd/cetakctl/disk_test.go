package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cetak/station/assembly"
)

// A disk of its own for one program, without any right: a file system in memory inside a user namespace, mounted by
// util-linux's unshare. $1 the station folder, $2 its size; the folder is copied in, and out again when the program has
// ended. Where a container forbids namespaces, the size of files is limited instead (refuseWrites).
const ownDisk = `set -e
mount -t tmpfs -o size="$2" tmpfs /mnt
cp -a "$1/." /mnt
code=0
cetakctl run --until-empty --dir /mnt || code=$?
rm -f /mnt/filler
cp -a /mnt/. "$1"
exit $code`

func namespaces() bool {
	return exec.Command("unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt").Run() == nil
}

// refuseWrites lets no file of a running program grow beyond what is there (EFBIG, setrlimit(2)).
func refuseWrites(pid int) error {
	var limit unix.Rlimit
	limit.Cur, limit.Max = 1, 1
	return unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil)
}

// TestDiskTooSmall: with little room left the program says so before a blank moves.
func TestDiskTooSmall(t *testing.T) {
	b := startCrash(t)
	if !namespaces() {
		t.Log("no user namespaces here: only TestDiskRefuses runs")
		return
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "unshare", "-rm", "sh", "-c", ownDisk, "sh", b.dir, "16m")
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitFault || !strings.Contains(out.String(), "J-101  ") || !strings.Contains(out.String(), "  1. ") {
		t.Errorf("exit %d (%v), want 1 and J-101 with advice\n%s", code, err, &out)
	}
	if w := b.rig.World(); w.Counters.Inserted != 0 {
		t.Errorf("a blank moved: %+v", w.Counters)
	}
	b.honest()
	b.hold(nil)
}

// TestDiskRefuses: in the middle of a card the disk is full, or refuses to write. The program says so and ends; with room
// again nothing is lost, and nothing was done twice.
func TestDiskRefuses(t *testing.T) {
	own := namespaces()
	for _, c := range []struct{ event, nth string }{
		{"command:Sis", "1"}, {"station", "1"}, {"update", "3"}, {"activate", "1"}, {"command:Pr", "1"}, {"panel-m", "1"}, {"command:Se", "1"}, {"eject", "1"},
	} {
		for _, full := range []bool{true, false} {
			if full && !own {
				continue
			}
			t.Run(c.event+" full="+strconv.FormatBool(full), func(t *testing.T) {
				t.Parallel()
				b := startCrash(t)
				b.do("on", c.event, c.nth, "do", "hold", "once")
				code, errs := b.starve(full)
				told := "J-108  "
				if full {
					told = "J-101  "
				}
				if code == exitDone || !strings.Contains(errs, told) || !strings.Contains(errs, "  1. ") {
					t.Errorf("exit %d, want a fault with %s and advice\n%s", code, told, errs)
				}
				b.honest()
				b.hold(nil)
			})
		}
	}
}

// starve runs the program until the held event, takes its disk away, and lets it go on.
func (b *crashBench) starve(full bool) (int, string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "cetakctl", "run", "--until-empty", "--dir", b.dir)
	if full {
		cmd = exec.CommandContext(ctx, "unshare", "-rm", "sh", "-c", ownDisk, "sh", b.dir, "80m")
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.rig.Do("await"); err != nil {
		b.t.Fatal(err)
	}
	var err error
	if full {
		err = fill(filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid), "root/mnt/filler"))
	} else {
		err = refuseWrites(cmd.Process.Pid)
	}
	if err != nil {
		b.t.Error(err)
	}
	b.do("go")
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode(), out.String()
}

// fill writes until nothing fits any more.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(f, io.LimitReader(zeros{}, 1<<30))
	if errors.Is(err, syscall.ENOSPC) {
		return nil
	}
	return errors.Join(errors.New("the disk did not get full"), err)
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestDiskReadOnly: a station folder that may not be written is refused by name before anything is begun.
func TestDiskReadOnly(t *testing.T) {
	b := startCrash(t)
	b.must("run", "--until-empty")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	base, err := os.MkdirTemp("", "cetak-ro") // not below a folder that only its owner may enter
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(base, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, program := filepath.Join(base, "st"), filepath.Join(base, "cetakctl")
	if err := errors.Join(os.CopyFS(dir, os.DirFS(b.dir)), copyFile(self, program)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, d := range []string{dir, filepath.Join(dir, "keys"), filepath.Join(dir, "inbox"), filepath.Join(dir, "outbox"), filepath.Join(dir, "refused")} {
			_ = os.Chmod(d, 0o700)
		}
		os.RemoveAll(base)
	})
	// The superuser may write everywhere: then be nobody.
	const nobody = 65534
	root := os.Getuid() == 0
	var dirs []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if root {
			err = os.Chown(path, nobody, nobody)
		}
		if d.IsDir() {
			dirs = append(dirs, path)
			return err
		}
		return errors.Join(err, os.Chmod(path, 0o400))
	})
	for _, d := range dirs {
		err = errors.Join(err, os.Chmod(d, 0o500))
	}
	if err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(filepath.Join(dir, assembly.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, "run", "--dir", dir)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Dir = base
	if root {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	err = cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitFault || !strings.Contains(out.String(), "J-102  ") || !strings.Contains(out.String(), "  1. ") {
		t.Errorf("exit %d (%v), want 1 and J-102 with advice\n%s", code, err, &out)
	}
	if is, err := os.ReadFile(filepath.Join(dir, assembly.JournalFile)); err != nil || !bytes.Equal(is, was) {
		t.Errorf("the journal was changed (%v)", err)
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
