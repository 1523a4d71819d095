package fleet

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/centre/cluster"
)

// office is the centre: its folder, its database, and the service before it.
type office struct {
	f        *fleet
	dir      string
	cluster  *cluster.Cluster // nil: SQLite
	postgres string

	mu   sync.Mutex
	cmd  *exec.Cmd
	url  string
	errs *os.File
}

// found makes the centre and starts it.
func (f *fleet) found(ctx context.Context, engine string) error {
	o := &office{f: f, dir: filepath.Join(f.dir, "centre")}
	f.centre = o
	if engine == "postgres" {
		var err error
		if o.cluster, err = cluster.Start(ctx); err != nil {
			return err
		}
		if o.postgres, err = o.cluster.Schema(ctx); err != nil {
			return err
		}
	}
	if _, err := o.do(ctx, "init", "--host", "localhost,127.0.0.1"); err != nil {
		return err
	}
	if _, err := o.do(ctx, "ca", "make", "register", "siak", "-o", filepath.Join(f.dir, "siak")); err != nil {
		return err
	}
	var err error
	if o.errs, err = os.Create(filepath.Join(f.dir, "centre.log")); err != nil {
		return err
	}
	return o.start()
}

func (o *office) env() []string { return append(os.Environ(), "CETAK_POSTGRES="+o.postgres) }

// do runs a command of the centre's.
func (o *office) do(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(o.f.bin, "centre"), append(args, "--dir", o.dir)...)
	cmd.Env = o.env()
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("centre %s: %w\n%s", strings.Join(args, " "), err, exit.Stderr)
	}
	return string(out), err
}

// start starts the service. Its address is another each time: the lines follow.
func (o *office) start() error {
	cmd := exec.Command(filepath.Join(o.f.bin, "centre"), "serve", "--dir", o.dir, "--listen", "127.0.0.1:0", "--log", "info")
	cmd.Env, cmd.Stderr = o.env(), o.errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ API string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		_ = cmd.Process.Kill()
		return errors.Join(fmt.Errorf("the service does not begin: %w", err), cmd.Wait())
	}
	o.mu.Lock()
	o.cmd, o.url = cmd, "https://"+ready.API
	o.mu.Unlock()
	return nil
}

func (o *office) address() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.url
}

// kill ends the service at once, as a power cut would.
func (o *office) kill() {
	o.mu.Lock()
	cmd := o.cmd
	o.cmd, o.url = nil, ""
	o.mu.Unlock()
	if cmd != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// restart starts the service again, also when its database is not there yet.
func (o *office) restart(ctx context.Context) error {
	for {
		err := o.start()
		if err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// close ends the service in order; it must end well.
func (o *office) close() error {
	o.mu.Lock()
	cmd := o.cmd
	o.cmd, o.url = nil, ""
	o.mu.Unlock()
	var err error
	if cmd != nil {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if e := cmd.Wait(); e != nil {
			err = fmt.Errorf("the service ended with %w", e)
		}
	}
	if o.cluster != nil {
		err = errors.Join(err, o.cluster.Close())
	}
	return errors.Join(err, o.errs.Close())
}

// store opens the centre's store beside the service, as its commands do.
func (o *office) store(ctx context.Context) (centre.Store, error) {
	return centre.OpenStore(ctx, centre.Options{Dir: o.dir, Postgres: o.postgres})
}

// ask speaks to the centre in the name of an enrolment until it is answered.
func (o *office) ask(ctx context.Context, enrolment, path string, in, out any) error {
	for {
		err := os.WriteFile(filepath.Join(enrolment, api.CentreURL), []byte(o.address()), 0o600)
		if err != nil {
			return err
		}
		var client *api.Client
		if client, err = api.Dial(enrolment); err == nil {
			if err = client.Do(ctx, path, in, out); err == nil || !(errors.Is(err, api.Unreachable) || errors.Is(err, api.Unavailable) || errors.Is(err, api.NotTrusted)) {
				return err
			}
		}
		select { // the service is down, or its database is
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(300 * time.Millisecond):
		}
	}
}
