package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/ca"
)

// service is `centre serve` in a process of its own: what is measured of it is not of the desks that are simulated beside it.
type service struct {
	cmd     *exec.Cmd
	address string
	errs    bytes.Buffer
	ended   chan struct{}
}

// serve starts program on a centre's folder; an empty postgres means the file in it.
func serve(ctx context.Context, program, dir, postgres string) (*service, error) {
	s := &service{ended: make(chan struct{})}
	s.cmd = exec.CommandContext(ctx, program, "serve", "--dir", dir, "--listen", "127.0.0.1:0", "--log", "warn")
	s.cmd.Args[0] = "centre"
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(os.Interrupt) }
	s.cmd.WaitDelay = 20 * time.Second
	s.cmd.Env = append(os.Environ(), "CETAK_POSTGRES="+postgres) // an address may have a password in it
	s.cmd.Stderr = &s.errs
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} // a measurement that is killed leaves no service behind
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ API string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	go func() {
		_ = s.cmd.Wait() // its exit is no news here: it was told to end, or what it was asked failed
		close(s.ended)
	}()
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("the service did not begin: %w: %s", err, &s.errs)
	}
	s.address = "https://" + ready.API
	return s, nil
}

func (s *service) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt) // it may have ended
	<-s.ended
}

// cpu is what the process has used so far; 0 where the system does not say.
func (s *service) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	_, after, ok := strings.Cut(string(text), ") ")
	f := strings.Fields(after)
	if err != nil || !ok || len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11]) // proc(5): utime and stime, in hundredths of a second on every Linux
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// memory gives what the process holds now and what it held at most, in MiB; 0 where the system does not say.
func (s *service) memory() (now, most float64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kib, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		switch name {
		case "VmRSS":
			now = float64(kib) / 1024
		case "VmHWM":
			most = float64(kib) / 1024
		}
	}
	return now, most
}

// house is a centre's folder with every desk enrolled in it.
type house struct {
	dir    string
	notary *centre.Notary
	desks  []*desk
	folder string // of the register's enrolment
}

func newHouse(dir string, o Options) (*house, error) {
	h := &house{dir: filepath.Join(dir, "centre"), folder: filepath.Join(dir, "register")}
	now := time.Now()
	folder := filepath.Join(h.dir, centre.CAFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	authority, err := ca.Create(folder, "Cetak bench", now)
	if err != nil {
		return nil, err
	}
	own, err := authority.Issue(ca.Server, "localhost", []string{"localhost", "127.0.0.1"}, now)
	if err != nil {
		return nil, err
	}
	err = errors.Join(os.WriteFile(filepath.Join(h.dir, centre.ServerCert), own.Cert, 0o600), os.WriteFile(filepath.Join(h.dir, centre.ServerKey), own.Key, 0o600))
	if err != nil {
		return nil, err
	}
	if h.notary, err = centre.NewNotary(h.dir); err != nil {
		return nil, err
	}
	if err := enrol(authority, ca.Register, "siak", h.folder, now); err != nil {
		return nil, err
	}
	for office := range o.Offices {
		for place := range o.Desks {
			d, err := newDesk(office, place, now)
			if err != nil {
				return nil, err
			}
			d.folder = filepath.Join(dir, fmt.Sprintf("desk-%d-%d", office, place))
			if err := enrol(authority, ca.Station, d.ID, d.folder, now); err != nil {
				return nil, err
			}
			h.desks = append(h.desks, d)
		}
	}
	return h, nil
}

func enrol(authority *ca.Authority, role ca.Role, name, dir string, now time.Time) error {
	made, err := authority.Issue(role, name, nil, now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for file, text := range map[string][]byte{api.HolderCert: made.Cert, api.HolderKey: made.Key, api.CentreCert: authority.CertPEM()} {
		if err := os.WriteFile(filepath.Join(dir, file), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// fill registers the desks in a store.
func (h *house) fill(ctx context.Context, s centre.Store) error {
	for _, d := range h.desks {
		if err := s.AddStation(ctx, d.Station); err != nil {
			return err
		}
	}
	return nil
}

// dial makes every desk ready to speak to the service at an address, each over a connection of its own; it gives the register's client.
func (h *house) dial(address string) (*api.Client, error) {
	at := func(dir string) (*api.Client, error) {
		if err := os.WriteFile(filepath.Join(dir, api.CentreURL), []byte(address), 0o600); err != nil {
			return nil, err
		}
		return api.Dial(dir)
	}
	for _, d := range h.desks {
		var err error
		if d.client, err = at(d.folder); err != nil {
			return nil, err
		}
	}
	return at(h.folder)
}

// forget makes the desks as new, for the next store.
func (h *house) forget() {
	for _, d := range h.desks {
		d.leases, d.head = nil, api.Point{}
	}
}
