package sound

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// longest is how long a player may take: the longest sound is 1.3 s.
const longest = 5 * time.Second

// hangs is how long Close waits for a bell: one that is well rings at once.
const hangs = time.Second

// way is one way to be heard.
type way struct {
	name string
	play func(ctx context.Context, k Kind) error
}

// Player plays sounds one after the other. Its methods may be called from any goroutine and never wait for a sound.
type Player struct {
	asked  chan Kind
	stop   context.CancelFunc
	done   chan struct{}
	ways   []way // tried in this order; only the goroutine of run has them
	silent atomic.Bool
	folder string // of the files that are played; "" before the first
}

// Bell rings what bell there is beside the players; an error is that there is none.
type Bell func() error

// New finds what can play on this computer. The bells come last, in their order. Close lets go of it.
func New(bells ...Bell) *Player { return newPlayer(players(runtime.GOOS), bells) }

func newPlayer(commands [][]string, bells []Bell) *Player {
	ctx, stop := context.WithCancel(context.Background())
	p := &Player{asked: make(chan Kind, 1), stop: stop, done: make(chan struct{})}
	for _, c := range commands {
		if path, err := exec.LookPath(c[0]); err == nil {
			p.ways = append(p.ways, way{c[0], p.command(path, c[1:])})
		}
	}
	for _, ring := range bells {
		p.ways = append(p.ways, way{"bell", func(context.Context, Kind) error { return ring() }})
	}
	p.silent.Store(len(p.ways) == 0)
	go p.run(ctx)
	return p
}

// players are the programs that play a sound file and end, as the desktops have them; "FILE" stands for it.
func players(system string) [][]string {
	switch system {
	case "darwin":
		return [][]string{{"afplay", "FILE"}}
	case "windows":
		return [][]string{{"powershell", "-NoProfile", "-NonInteractive", "-Command", "(New-Object Media.SoundPlayer 'FILE').PlaySync()"}}
	}
	return [][]string{{"pw-play", "FILE"}, {"paplay", "FILE"}, {"aplay", "-q", "FILE"}}
}

// Silent reports whether nothing on this computer was found to make a sound.
func (p *Player) Silent() bool { return p.silent.Load() }

// Play has a sound played. One that comes while others wait is left out: what has waited is told by the screen.
func (p *Player) Play(k Kind) {
	select {
	case p.asked <- k:
	default:
	}
}

// Close ends a sound that is being played, and takes its files away. A bell that hangs is left to the end of the process.
func (p *Player) Close() {
	p.stop()
	select {
	case <-p.done:
	case <-time.After(hangs):
	}
}

func (p *Player) run(ctx context.Context) {
	defer close(p.done)
	defer func() {
		if p.folder != "" {
			_ = os.RemoveAll(p.folder) // two small files in the system's folder for such
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case k := <-p.asked:
			p.play(ctx, k)
		}
	}
}

// play tries one way after the other. One that does not work is not tried again.
func (p *Player) play(ctx context.Context, k Kind) {
	for len(p.ways) > 0 {
		within, cancel := context.WithTimeout(ctx, longest)
		err := p.ways[0].play(within, k)
		cancel()
		if err == nil || ctx.Err() != nil {
			return
		}
		p.ways = p.ways[1:]
	}
	p.silent.Store(true)
}

// command plays by a program.
func (p *Player) command(path string, args []string) func(context.Context, Kind) error {
	return func(ctx context.Context, k Kind) error {
		file, err := p.file(k)
		if err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, path)
		for _, a := range args {
			cmd.Args = append(cmd.Args, strings.ReplaceAll(a, "FILE", file))
		}
		return cmd.Run()
	}
}

// file gives the file of a sound, and makes all at first.
func (p *Player) file(k Kind) (string, error) {
	if p.folder == "" {
		folder, err := os.MkdirTemp("", "cetak-sound")
		if err != nil {
			return "", err
		}
		p.folder = folder
		for _, k := range []Kind{Done, Fault} {
			if err := os.WriteFile(filepath.Join(folder, string(k)+".wav"), WAV(k), 0o600); err != nil {
				return "", err
			}
		}
	}
	return filepath.Join(p.folder, string(k)+".wav"), nil
}
