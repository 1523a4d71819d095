package program

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"cetak/drivers"
	"cetak/station/assembly"
)

// readyWait is until the simulator is ready: it draws its people, and the machine may be busy.
const readyWait = 3 * time.Minute

// Simulator is hwsim, started by us.
type Simulator struct {
	*Process
	dir, program string
	ready        []byte
}

// StartSimulator starts hwsim in the folder DIR with these flags and waits until it is ready. Faults: NoProgram; NoSimulator, with what it
// said.
func StartSimulator(ctx context.Context, op, dir string, flags ...string) (*Simulator, error) {
	hwsim, err := assembly.FindProgram("hwsim", op)
	if err != nil {
		return nil, err
	}
	var said strings.Builder
	cmd := exec.Command(hwsim, append([]string{"run", "--dir", dir}, flags...)...)
	cmd.Stderr = &said
	failed := func(err error) error {
		return &drivers.Fault{Code: assembly.NoSimulator, Op: op, Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: strings.TrimSpace(said.String()), Err: err}
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, failed(err)
	}
	read := make(chan struct{})
	p, err := start(cmd, read)
	if err != nil {
		return nil, failed(err)
	}
	first := make(chan []byte, 1)
	go func() {
		defer close(read)
		r := bufio.NewReader(out)
		line, _ := r.ReadBytes('\n') // a line that is cut off is no JSON
		first <- line
		_, _ = io.Copy(io.Discard, r)
	}()
	within, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	select {
	case line := <-first:
		if json.Valid(line) {
			return &Simulator{Process: p, dir: dir, program: hwsim, ready: line}, nil
		}
		err = errors.New("what it said is not that it is ready")
	case <-within.Done():
		err = within.Err()
	}
	p.End()
	return nil, failed(err)
}

// Ready reads what the simulator told when it was ready (docs/simulator.md) into v.
func (s *Simulator) Ready(v any) error { return json.Unmarshal(s.ready, v) }

// Ask runs a verb of hwsim on this simulator and gives what it answers.
func (s *Simulator) Ask(ctx context.Context, verb string, words ...string) ([]byte, error) {
	return ask(ctx, s.program, s.dir, verb, words)
}

// AskSimulator does the same to one that another program started. Fault: NoProgram; any other error is what hwsim said.
func AskSimulator(ctx context.Context, op, dir, verb string, words ...string) ([]byte, error) {
	hwsim, err := assembly.FindProgram("hwsim", op)
	if err != nil {
		return nil, err
	}
	return ask(ctx, hwsim, dir, verb, words)
}

func ask(ctx context.Context, hwsim, dir, verb string, words []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, hwsim, append([]string{verb, "--dir", dir}, words...)...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("hwsim %s %s: %w %s", verb, strings.Join(words, " "), err, strings.TrimSpace(said.String()))
	}
	return out, nil
}
