package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/drivers/encoder"
	"cetak/station/program"
)

// simulation is a simulator that a benchmark started for itself, with what it told when it was ready.
type simulation struct {
	*program.Simulator
	Reader   string `json:"reader"`
	Socket   string `json:"socket"`
	ChipKeys string `json:"chip_keys"`

	dir  string
	laid int
}

const (
	simulatorCards = 100
	pollReader     = 50 * time.Millisecond
	exploreLimit   = 30 * time.Second // opensc-explorer hangs where its --wait comes after the card
)

// startSimulator starts one with plain file cards behind the real pcscd. Fault: NoSimulator, with what it said.
func startSimulator(ctx context.Context, dir string, keys bool) (*simulation, error) {
	args := []string{"--pcsc", "pcscd", "--chip", encoder.NamePlain, "--records", "0", "--blanks", strconv.Itoa(simulatorCards), "--pictures=false"}
	if keys {
		args = append(args, "--scp03", "default")
	}
	return runSimulator(ctx, dir, args...)
}

// runSimulator starts hwsim with these flags, in a folder below dir. Faults: NoProgram; NoSimulator, with what it said.
func runSimulator(ctx context.Context, dir string, flags ...string) (*simulation, error) {
	s := &simulation{dir: filepath.Join(dir, "sim")}
	var err error
	if s.Simulator, err = program.StartSimulator(ctx, "bench", s.dir, flags...); err != nil {
		return nil, err
	}
	if err := s.Ready(s); err != nil {
		s.End()
		return nil, err
	}
	return s, nil
}

// hand does something in the simulator's world.
func (s *simulation) hand(ctx context.Context, words ...string) (string, error) {
	out, err := s.Ask(ctx, "do", words...)
	return string(bytes.TrimSpace(out)), err
}

// lay lays a blank on the reader that none had before.
func (s *simulation) lay(ctx context.Context) (uid string, err error) {
	uid, err = s.hand(ctx, "present", "feeder", strconv.Itoa(s.laid))
	s.laid++ // it comes back to where it was
	return uid, err
}

func (s *simulation) takeAway(ctx context.Context) error {
	_, err := s.hand(ctx, "remove")
	return err
}

// openscFigures are what Debian's opensc-explorer takes for the same files.
type openscFigures struct {
	Start  step `json:"start"` // of the program, with the card selected and nothing done
	Write  step `json:"write"` // beyond the start
	Verify step `json:"verify"`
}

// opensc lets opensc-explorer make the same files on blanks of the same simulator, and read them back. It gives nil where the
// program is not installed.
func (s *simulation) opensc(ctx context.Context, p encoder.Profile, files drivers.Files) (*openscFigures, error) {
	program, err := exec.LookPath("opensc-explorer")
	if err != nil {
		return nil, nil
	}
	var f openscFigures
	start := []string{"cd 3F00"}
	write := []string{"mkdir " + p.Application + " " + strconv.Itoa(chipBytes), "cd " + p.Application}
	read := []string{"cd " + p.Application}
	for _, file := range p.Files {
		name := filepath.Join(s.dir, file.ID)
		if err := os.WriteFile(name, files[file.ID], 0o600); err != nil {
			return nil, err
		}
		write = append(write, fmt.Sprintf("create %s %d", file.ID, len(files[file.ID])), "put "+file.ID+" "+name)
		read = append(read, "get "+file.ID+" "+name+".read")
	}
	took := map[string][]time.Duration{}
	for range chipRuns {
		if _, err := s.lay(ctx); err != nil {
			return nil, err
		}
		for end := time.Now().Add(chipWait); ; time.Sleep(pollReader) { // until the reader has seen the card
			if err := s.explore(ctx, program, start, nil); err == nil {
				break
			} else if time.Now().After(end) || ctx.Err() != nil {
				return nil, err
			}
		}
		for _, run := range []struct {
			name   string
			script []string
		}{{"start", start}, {"write", write}, {"read", read}} {
			if err := s.explore(ctx, program, run.script, func(d time.Duration) { took[run.name] = append(took[run.name], d) }); err != nil {
				return nil, err
			}
		}
		for _, file := range p.Files {
			got, err := os.ReadFile(filepath.Join(s.dir, file.ID+".read"))
			if err != nil || !slices.Equal(got, files[file.ID]) {
				return nil, fmt.Errorf("opensc-explorer did not write what it was given: %s, %w", file.ID, err)
			}
		}
		if err := s.takeAway(ctx); err != nil {
			return nil, err
		}
	}
	f.Start = stepOf(took["start"])
	f.Write, f.Verify = stepOf(took["write"]).less(f.Start), stepOf(took["read"]).less(f.Start)
	return &f, nil
}

func (s step) less(t step) step { return step{s.Median - t.Median, s.Least - t.Least} }

// explore runs opensc-explorer with one script.
func (s *simulation) explore(ctx context.Context, program string, script []string, took func(time.Duration)) error {
	name := filepath.Join(s.dir, "script.txt")
	if err := os.WriteFile(name, []byte(strings.Join(script, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, exploreLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--reader", "0", "--card-driver", "default", name)
	cmd.Env = append(os.Environ(), "PCSCLITE_CSOCK_NAME="+s.Socket)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("opensc-explorer: %w: %s", err, bytes.TrimSpace(out))
	}
	if took != nil {
		took(time.Since(began))
	}
	return nil
}
