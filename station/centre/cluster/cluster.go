// Package cluster runs a private PostgreSQL in a folder: for the tests of the centre's store and for its benchmark. It needs the programs of
// Debian's package postgresql and nothing else: no service, no port, no password. It ends with the program that started it, also when that
// one is killed.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNone means that PostgreSQL's programs are not installed.
var ErrNone = errors.New("PostgreSQL is not installed (Debian: apt-get install postgresql)")

// Cluster is one running PostgreSQL.
type Cluster struct {
	dir  string
	bin  string
	as   *syscall.Credential // nil: as we are
	stop io.Closer
	done chan struct{}

	schemas atomic.Int64
}

// Start makes a cluster in a fresh folder under the system's folder for temporary files and runs it. PostgreSQL does not run as root: for root
// it runs as nobody.
func Start(ctx context.Context) (*Cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cetak-pg-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin}
	if err := c.begin(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Cluster) begin(ctx context.Context) error {
	if os.Geteuid() == 0 {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return err
		}
		uid, _ := strconv.ParseUint(nobody.Uid, 10, 32)
		gid, _ := strconv.ParseUint(nobody.Gid, 10, 32)
		c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(c.dir, int(uid), int(gid)); err != nil {
			return err
		}
	}
	initdb := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), "-D", c.data(), "-A", "trust", "-U", "cetak", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	initdb.Dir = c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return c.Run(ctx)
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// programs finds the folder of PostgreSQL's programs, the newest version first.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is well-formed
	if len(found) > 0 {
		sort.Slice(found, func(i, k int) bool { return version(found[i]) > version(found[k]) })
		return filepath.Dir(found[0]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", ErrNone
}

func version(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

// Run starts the cluster again after Stop. It returns when the cluster answers.
func (c *Cluster) Run(ctx context.Context) error {
	// The shell ends PostgreSQL when its own input ends: by Stop, or because we are gone.
	const script = `"$0" -D "$1" -k "$2" -c listen_addresses= -c unix_socket_permissions=0777 -c max_connections=200 -c logging_collector=off >"$2/log" 2>&1 & pid=$!
read end; kill -$([ "$end" = abort ] && echo QUIT || echo INT) $pid; wait $pid`
	cmd := exec.Command("/bin/sh", "-c", script, filepath.Join(c.bin, "postgres"), c.data(), c.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Setpgid: true}
	cmd.Dir = c.dir
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	c.stop, c.done = in, done
	go func() {
		_ = cmd.Wait() // the log says why
		close(done)
	}()
	return c.await(ctx)
}

func (c *Cluster) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.URL(""))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
		case <-c.done:
		case <-time.After(50 * time.Millisecond):
			continue
		}
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		return fmt.Errorf("PostgreSQL does not start: %w: %s", err, log)
	}
}

// URL is the address of the cluster; with a schema, one in which only that schema is seen.
func (c *Cluster) URL(schema string) string {
	q := url.Values{"host": {c.dir}, "user": {"cetak"}, "database": {"postgres"}}
	if schema != "" {
		q.Set("search_path", schema)
	}
	return "postgres:///?" + q.Encode()
}

// Schema makes a fresh, empty schema and gives its address: as good as a database of its own, and made at once. It may be called from any
// goroutine.
func (c *Cluster) Schema(ctx context.Context) (string, error) {
	name := fmt.Sprintf("s%d", c.schemas.Add(1))
	conn, err := pgx.Connect(ctx, c.URL(""))
	if err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{name}.Sanitize())
	return c.URL(name), errors.Join(err, conn.Close(ctx))
}

// Stop ends the cluster in order: connections are cut, what was committed is on the disk.
func (c *Cluster) Stop() error { return c.end("\n") }

// Abort ends it as a crash would: at once, with recovery at the next Run.
func (c *Cluster) Abort() error { return c.end("abort\n") }

func (c *Cluster) end(how string) error {
	if c.stop == nil {
		return nil
	}
	_, err := io.WriteString(c.stop.(io.Writer), how)
	err = errors.Join(err, c.stop.Close())
	<-c.done
	c.stop = nil
	return err
}

// Close ends the cluster and removes its folder.
func (c *Cluster) Close() error { return errors.Join(c.Stop(), os.RemoveAll(c.dir)) }
