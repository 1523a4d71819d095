package rig

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// ControlSocket is the socket in the simulator's folder over which hands reach it: a JSON line asks, a JSON line answers.
const ControlSocket = "control.sock"

type question struct {
	Verb []string `json:"verb"`
}

type reply struct {
	Text  string `json:"text,omitempty"`
	Error string `json:"error,omitempty"`
}

// sunPath is the most a socket path may measure (sockaddr_un of Linux, less its NUL).
const sunPath = 107

// near gives the socket's path, through the folder's handle when it is too long for a socket address. Call done when the
// socket is open.
func near(dir string) (path string, done func(), err error) {
	path = filepath.Join(dir, ControlSocket)
	if len(path) <= sunPath {
		return path, func() {}, nil
	}
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", nil, fmt.Errorf("open %s: %w", dir, err)
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", fd, ControlSocket), func() { _ = unix.Close(fd) }, nil
}

// control answers hands.
type control struct {
	listener *net.UnixListener
	file     string
	do       func(...string) (string, error)
	wg       sync.WaitGroup

	mu     sync.Mutex
	open   map[net.Conn]bool
	closed bool
}

func listen(dir string, do func(...string) (string, error)) (*control, error) {
	path, done, err := near(dir)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l.SetUnlinkOnClose(false)
	c := &control{listener: l, file: filepath.Join(dir, ControlSocket), do: do, open: map[net.Conn]bool{}}
	c.wg.Go(c.accept)
	return c, nil
}

func (c *control) accept() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(10 * time.Millisecond) // out of descriptors: let some go
			continue
		}
		c.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			_ = conn.Close()
			return
		}
		c.open[conn] = true
		c.wg.Go(func() { c.serve(conn) })
		c.mu.Unlock()
	}
}

func (c *control) serve(conn net.Conn) {
	defer func() {
		c.mu.Lock()
		delete(c.open, conn)
		c.mu.Unlock()
		_ = conn.Close()
	}()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		var q question
		var a reply
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			a.Error = fmt.Sprintf("not a question: %v", err)
		} else if text, err := c.do(q.Verb...); err != nil {
			a.Error = err.Error()
		} else {
			a.Text = text
		}
		if err := json.NewEncoder(conn).Encode(a); err != nil {
			return
		}
	}
}

func (c *control) close() error {
	err := c.listener.Close()
	c.mu.Lock()
	c.closed = true
	for conn := range c.open {
		_ = conn.Close()
	}
	c.mu.Unlock()
	c.wg.Wait()
	return errors.Join(err, os.Remove(c.file))
}

// ErrGone is under every error of Ask that is not the simulator's own answer: nobody answered.
var ErrGone = errors.New("no simulator answers")

// gone is an error of the way to the simulator: it reads as its cause and is ErrGone.
type gone struct{ error }

func (g gone) Is(target error) bool { return target == ErrGone }
func (g gone) Unwrap() error        { return g.error }

// Ask does a verb in the simulator that runs in the folder, from another process. It fails with ErrGone when none runs
// there, or with what the simulator answers.
func Ask(dir string, words ...string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	path, done, err := near(abs)
	if err != nil {
		return "", gone{fmt.Errorf("no simulator runs in %s: start one with `hwsim run --dir %s`: %w", dir, dir, err)}
	}
	defer done()
	conn, err := net.DialTimeout("unix", path, 5*time.Second)
	if err != nil {
		return "", gone{fmt.Errorf("no simulator runs in %s: start one with `hwsim run --dir %s`: %w", dir, dir, err)}
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(60 * time.Second)); err != nil {
		return "", err
	}
	if err := json.NewEncoder(conn).Encode(question{Verb: words}); err != nil {
		return "", gone{fmt.Errorf("ask the simulator: %w", err)}
	}
	var a reply
	if err := json.NewDecoder(conn).Decode(&a); err != nil {
		return "", gone{fmt.Errorf("the simulator went away: %w", err)}
	}
	if a.Error != "" {
		return "", errors.New(a.Error)
	}
	return a.Text, nil
}
