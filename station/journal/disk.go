package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// MinFree is the least free space with which a card may begin, in bytes: room for the write-ahead log (4 MiB before it
// is folded back), the facts and outcome of a card, and the sealed records, many times over.
const MinFree = 64 << 20

// Free is how many bytes an unprivileged program may still write on the journal's disk.
func (r *Reader) Free(context.Context) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(r.path), &st); err != nil {
		return 0, asFault("disk space", err)
	}
	return st.Bavail * uint64(st.Bsize), nil
}

// CheckSpace is the preflight before a blank moves: DiskFull when fewer than MinFree bytes are free.
func (r *Reader) CheckSpace(ctx context.Context) error {
	free, err := r.Free(ctx)
	if err != nil {
		return err
	}
	return enough(free)
}

func enough(free uint64) error {
	if free < MinFree {
		return newFault(DiskFull, "disk space", fmt.Sprintf("%d MiB free, %d needed", free>>20, MinFree>>20), nil)
	}
	return nil
}

// lockFile takes the folder's one-station lock. It lasts as long as the returned file is open, also when the program is
// killed.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, asFault("journal lock", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, newFault(InUse, "journal lock", "", nil)
		}
		return nil, asFault("journal lock", err)
	}
	return f, nil
}
