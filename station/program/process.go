// Package program starts our other programs beside this one and ends them: the desk, the machine's window, the simulator. What they are
// told and asked is their user's business.
package program

import (
	"os"
	"os/exec"
	"syscall"
	"time"

	"cetak/drivers"
	"cetak/station/assembly"
)

// endWait is how long a program may take to end when it is told to: the card in hand comes to its tray first.
const endWait = 60 * time.Second

// Process is a program that was started. The nil Process was never started and never ends.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // after done
}

// Start starts a program that ends with the thread that called, also by a kill: Go ends no thread before the program, but one that a
// goroutine locked. What it says on stderr is said on ours. Fault: NoProgram, of operation op.
func Start(op string, argv ...string) (*Process, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stderr = os.Stderr
	p, err := start(cmd, nil)
	if err != nil {
		return nil, Missing(op, argv[0], err)
	}
	return p, nil
}

// Missing is the fault NoProgram: a program cannot be started.
func Missing(op, name string, err error) error {
	return &drivers.Fault{Code: assembly.NoProgram, Op: op, Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: name, Err: err}
}

// start starts cmd; read is closed when its output was read to the end, nil where nobody reads it.
func start(cmd *exec.Cmd, read <-chan struct{}) (*Process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	go func() {
		if read != nil {
			<-read // exec: Wait comes after the last read of a pipe
		}
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Over is closed when the program has ended by itself or by End or Kill.
func (p *Process) Over() <-chan struct{} {
	if p == nil {
		return nil
	}
	return p.done
}

// Err is how the program ended, once Over is closed.
func (p *Process) Err() error { return p.err }

// End tells the program to end and waits for it; one that does not is killed.
func (p *Process) End() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-p.done:
	case <-time.After(endWait):
		p.Kill()
	}
}

// Kill ends the program as a power cut does.
func (p *Process) Kill() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}
