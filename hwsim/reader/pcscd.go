package reader

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	vpcdLibrary = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
	pcscdSystem = "/usr/sbin/pcscd" // a normal user's PATH lacks /usr/sbin
	runFolder   = "/run/pcscd"      // compiled into pcscd, which makes it at start if it may

	// pcscdReader is the FRIENDLYNAME; pcscd adds reader and slot number. vpcd has two slots.
	pcscdReader = "Cetak Chip Station"
	pcscdSlot   = pcscdReader + " 00 00"

	pcscdStart = 10 * time.Second // from exec to the first answer; 4 to 14 ms on a quiet machine
	pcscdStop  = 3 * time.Second  // from SIGTERM to the end; about 1 ms
	portTries  = 20
)

// pcscd is the door through Debian's pcscd and vpcd.
type pcscd struct {
	dir    string
	place  place
	daemon string
	extra  []string // arguments that this pcscd needs
	second Card     // lies in the second slot all the time; nil: nothing does

	lifecycle sync.Mutex // held over Start, Stop, Close: one at a time

	mu     sync.Mutex
	closed bool
	run    *pcscdRun // nil while stopped
	card   Card
	pull   context.CancelFunc // ends the card's link; nil without one
	unseat context.CancelFunc // ends the link of the card in the second slot; nil without one

	work sync.WaitGroup // links
}

// pcscdRun is one run of the daemon.
type pcscdRun struct {
	process *os.Process
	ended   chan struct{} // closed when the process is gone
	said    *tail
	addr    string // where the driver waits for a card
	addr2   string // and for one in the second slot
}

// OpenPCSCD starts a private pcscd with the vpcd driver, its socket, configuration and log in dir, which is made if it is missing. It
// needs the Debian packages pcscd and vsmartcard-vpcd and says which one is missing; it needs no privilege where
// /run/pcscd exists or user namespaces are allowed. The driver listens on all addresses of the machine, on two ports
// chosen anew at each start. A second card, if it is not nil, lies in the reader's second slot, called SecondSlot, as long as the door is open.
func OpenPCSCD(dir string, second Card) (Door, error) {
	daemon, err := exec.LookPath("pcscd")
	if err != nil {
		if daemon, err = exec.LookPath(pcscdSystem); err != nil {
			return nil, missingPackage("pcscd", pcscdSystem)
		}
	}
	if _, err := os.Stat(vpcdLibrary); err != nil {
		return nil, missingPackage("vsmartcard-vpcd", vpcdLibrary)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	p, err := newPlace(dir)
	if err != nil {
		return nil, err
	}
	d := &pcscd{dir: dir, place: p, daemon: daemon, second: second}
	// From 2.0 on pcscd asks polkit who may use it; earlier ones do not know the option and refuse to start with it.
	if help, _ := exec.Command(daemon, "--help").CombinedOutput(); strings.Contains(string(help), "--disable-polkit") {
		d.extra = []string{"--disable-polkit"}
	}
	if err := d.Start(); err != nil {
		d.clear()
		return nil, err
	}
	return d, nil
}

// SecondSlot is the name of the second slot of OpenPCSCD's reader.
const SecondSlot = pcscdReader + " 00 01"

func missingPackage(name, file string) error {
	return fmt.Errorf("reader: %s is missing: install the Debian package %s (apt-get install %s)", file, name, name)
}

func (d *pcscd) Name() string   { return pcscdSlot }
func (d *pcscd) Socket() string { return d.place.path }

func (d *pcscd) Insert(card Card) {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return
	}
	before := d.card
	d.unlink()
	d.card = card
	d.show()
	d.mu.Unlock()
	if before != nil {
		before.PowerOff()
	}
}

func (d *pcscd) Remove() {
	d.mu.Lock()
	card := d.card
	d.card = nil
	d.unlink()
	d.mu.Unlock()
	if card != nil {
		card.PowerOff()
	}
}

// show starts the link of the card on the reader, if there is one and the daemon runs. Called with mu held.
func (d *pcscd) show() {
	if d.card == nil || d.run == nil {
		return
	}
	ctx, pull := context.WithCancel(context.Background())
	d.pull = pull
	card, addr := d.card, d.run.addr
	d.work.Go(func() { link(ctx, addr, card) })
}

// seat starts the link of the card in the second slot, if there is one. Called with mu held.
func (d *pcscd) seat() {
	if d.second == nil {
		return
	}
	ctx, unseat := context.WithCancel(context.Background())
	d.unseat = unseat
	addr := d.run.addr2
	d.work.Go(func() { link(ctx, addr, d.second) })
}

// unlink ends the card's link without waiting for it: the card itself may be asking. Called with mu held.
func (d *pcscd) unlink() {
	if d.pull != nil {
		d.pull()
		d.pull = nil
	}
}

func (d *pcscd) Start() error {
	d.lifecycle.Lock()
	defer d.lifecycle.Unlock()
	d.mu.Lock()
	closed, running := d.closed, d.run
	d.mu.Unlock()
	switch {
	case closed:
		return fmt.Errorf("reader: %w", net.ErrClosed)
	case running != nil:
		select {
		case <-running.ended: // it died by itself
			d.stop()
		default:
			return nil
		}
	}
	for range portTries {
		run, err := d.launch(portPair())
		if err != nil {
			return err
		}
		names, err := ask(d.place.path, time.Now().Add(pcscdStart))
		if err == nil && slices.Contains(names, pcscdSlot) {
			d.mu.Lock()
			d.run = run
			d.show()
			d.seat()
			d.mu.Unlock()
			return nil
		}
		run.end()
		if err != nil {
			return fmt.Errorf("reader: pcscd does not answer%s: %w; it said: %s", d.hint(), err, run.said)
		}
		// Another program took one of the ports in the meantime: pcscd starts all the same, without the reader.
	}
	return fmt.Errorf("reader: pcscd shows no reader after %d choices of ports", portTries)
}

// hint adds what helps a user without privilege.
func (d *pcscd) hint() string {
	if d.needsNamespace() {
		return " (" + runFolder + " is missing: as root, once, install -d " + runFolder + ")"
	}
	return ""
}

// needsNamespace says whether pcscd must be given a /run of its own: it insists on a folder there that only root can make.
func (d *pcscd) needsNamespace() bool {
	_, err := os.Stat(runFolder)
	return err != nil && os.Geteuid() != 0
}

// launch starts pcscd on a fresh socket. pcscd has its own socket's path compiled in, but takes one that is
// already listening from a service manager (sd_listen_fds(3)): descriptor 3, LISTEN_FDS and LISTEN_PID.
func (d *pcscd) launch(port int) (*pcscdRun, error) {
	conf := filepath.Join(d.dir, "reader.conf.d")
	if err := os.MkdirAll(conf, 0o700); err != nil {
		return nil, err
	}
	// DEVICENAME /dev/null:PORT makes the driver listen. The other way round, where it dials, it aborts pcscd.
	stanza := fmt.Sprintf("FRIENDLYNAME %q\nDEVICENAME /dev/null:%d\nLIBPATH %s\nCHANNELID 0x%X\n", pcscdReader, port, vpcdLibrary, port)
	if err := os.WriteFile(filepath.Join(conf, "vpcd"), []byte(stanza), 0o600); err != nil {
		return nil, err
	}
	l, err := d.place.listen()
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	defer l.Close()
	socket, err := l.File()
	if err != nil {
		return nil, err
	}
	defer socket.Close()

	script := `LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"`
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} // no pcscd outlives the simulator
	if d.needsNamespace() {
		script = "mount -t tmpfs tmpfs /run && " + script
		attr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	args := append([]string{"-c", script, d.daemon, "--foreground", "--info", "-c", conf}, d.extra...)
	cmd := exec.Command("sh", args...)
	run := &pcscdRun{ended: make(chan struct{}), said: &tail{}, addr: fmt.Sprintf("127.0.0.1:%d", port), addr2: fmt.Sprintf("127.0.0.1:%d", port+1)}
	cmd.Stdout, cmd.Stderr = run.said, run.said
	cmd.ExtraFiles = []*os.File{socket}
	cmd.SysProcAttr = attr
	started := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the thread that started the process ends, so that thread stays until the process has.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(run.ended)
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		run.process = cmd.Process
		started <- nil
		_ = cmd.Wait() // how it ended does not matter; what it said is kept
	}()
	if err := <-started; err != nil {
		<-run.ended
		return nil, fmt.Errorf("reader: pcscd does not start%s: %w", d.hint(), err)
	}
	return run, nil
}

// portPair chooses a port that is free now, as is the next: vpcd takes one for each slot. They lie below the kernel's
// range for outgoing connections (32768 and up), and so away from vpcd's own 35963 and 35964.
func portPair() int {
	port := 0
	for range 200 {
		port = 20000 + 2*rand.IntN(6000)
		if free(port) && free(port+1) {
			break
		}
	}
	return port
}

func free(port int) bool {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{Port: port})
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// end stops the daemon and waits until it is gone. SIGTERM ends it within a millisecond, even with a hung card; SIGINT can hang for ever.
func (r *pcscdRun) end() {
	_ = r.process.Signal(syscall.SIGTERM) // it may have ended by itself
	limit := time.NewTimer(pcscdStop)
	defer limit.Stop()
	select {
	case <-r.ended:
	case <-limit.C:
		_ = r.process.Kill()
		<-r.ended
	}
}

func (d *pcscd) Stop() error {
	d.lifecycle.Lock()
	defer d.lifecycle.Unlock()
	d.stop()
	return nil
}

// stop is called with lifecycle held.
func (d *pcscd) stop() {
	d.mu.Lock()
	run := d.run
	d.run = nil
	d.mu.Unlock()
	if run == nil {
		return
	}
	run.end()
	d.mu.Lock()
	d.unlink() // only now: the service dies under its clients, the card is not pulled first
	if d.unseat != nil {
		d.unseat()
		d.unseat = nil
	}
	d.mu.Unlock()
	os.Remove(d.place.path)
}

func (d *pcscd) Close() error {
	d.lifecycle.Lock()
	defer d.lifecycle.Unlock()
	d.mu.Lock()
	closed := d.closed
	d.closed = true
	d.mu.Unlock()
	if closed {
		return nil
	}
	d.stop()
	d.Remove()
	d.work.Wait()
	d.clear()
	return nil
}

func (d *pcscd) clear() {
	os.RemoveAll(filepath.Join(d.dir, "reader.conf.d"))
	d.place.clear()
}

// tail keeps the end of what the daemon says, for the message when it fails.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const tailSize = 2000

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - tailSize; over > 0 {
		t.kept = append([]byte(nil), t.kept[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.kept))
}
