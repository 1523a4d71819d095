// Package durable writes the station's files: whole or not at all, and on the disk when it says so. It knows nothing of what is in
// them; whoever calls says by its own fault what could not be written. The two databases have SQLite for that.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts data at path with the mode: beside its place, synced, renamed over what was there, and the folder synced. The folder
// must exist. After an error, or a power cut at any moment, path is as it was before or holds all of data; what a power cut may leave
// behind is a file ".new-*" in the same folder.
func Write(path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error is the one to tell
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes what was renamed in a folder survive a power cut.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
