package screen

import (
	"context"
	"hash/maphash"
	"image"
	"time"
)

// Paint is how a part of the screen answered something.
type Paint struct {
	First   time.Duration // until anything at all was painted on the screen
	Final   time.Duration // until the part looked as it did in the end
	Frames  int           // how often something was painted
	Changed bool          // the part looks different from before; without it Final means nothing
}

var seed = maphash.MakeSeed()

// see is how a part looks, for comparing.
func (s *Screen) see(r image.Rectangle) (uint64, error) {
	raw, _, err := s.look(r)
	return maphash.Bytes(seed, raw), err
}

// Painted does something and watches until nothing was painted for quiet, at most for limit. The time counts from before do. A
// look at the screen after each frame takes the server a millisecond or two: what came within that time of a frame is told as
// of it.
func (s *Screen) Painted(ctx context.Context, r image.Rectangle, quiet, limit time.Duration, do func() error) (Paint, error) {
	return s.painted(ctx, r, quiet, limit, false, do)
}

// Answered is Painted for what must change the part: until it has, a pause is no end. A frame that was still owed to what was done before
// may come first.
func (s *Screen) Answered(ctx context.Context, r image.Rectangle, quiet, limit time.Duration, do func() error) (Paint, error) {
	return s.painted(ctx, r, quiet, limit, true, do)
}

func (s *Screen) painted(ctx context.Context, r image.Rectangle, quiet, limit time.Duration, answer bool, do func() error) (Paint, error) {
	s.forget()
	before, err := s.see(r)
	if err != nil {
		return Paint{}, err
	}
	var p Paint
	look := before
	begun := time.Now()
	if err := do(); err != nil {
		return p, err
	}
	for left := limit; ; {
		at, ok, err := s.frame(ctx, left)
		if err != nil {
			return p, err
		}
		if !ok {
			break
		}
		if p.Frames++; p.Frames == 1 {
			p.First = at.Sub(begun)
		}
		now, err := s.see(r)
		if err != nil {
			return p, err
		}
		if now != look {
			look, p.Final = now, at.Sub(begun)
		}
		if left = limit - time.Since(begun); !answer || look != before {
			left = min(quiet, left)
		}
	}
	p.Changed = look != before
	return p, nil
}

// Rest waits until nothing was painted for quiet, at most for limit; false if that never came.
func (s *Screen) Rest(ctx context.Context, quiet, limit time.Duration) (bool, error) {
	s.forget()
	for end := time.Now().Add(limit); time.Now().Before(end); {
		_, painted, err := s.frame(ctx, quiet)
		if err != nil || !painted {
			return err == nil, err
		}
	}
	return false, nil
}

// forget lets go of what was painted before now.
func (s *Screen) forget() {
	for {
		select {
		case <-s.wire.painted:
		default:
			return
		}
	}
}

// frame waits for the next painting and gives its moment.
func (s *Screen) frame(ctx context.Context, limit time.Duration) (time.Time, bool, error) {
	if limit <= 0 {
		return time.Time{}, false, nil
	}
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case at := <-s.wire.painted:
		for { // one frame may come in several pieces
			select {
			case at = <-s.wire.painted:
			default:
				return at, true, nil
			}
		}
	case <-t.C:
		return time.Time{}, false, nil
	case <-ctx.Done():
		return time.Time{}, false, ctx.Err()
	}
}
