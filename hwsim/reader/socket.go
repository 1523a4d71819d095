package reader

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// sunPath is the most a socket path may measure: sockaddr_un.sun_path of Linux is 108 bytes with its final NUL, in the
// kernel and in libpcsclite alike.
const sunPath = 107

// socketName is what a client looks for in the folder; pcscd calls its own socket the same.
const socketName = "pcscd.comm"

// place is where a service keeps its socket. In a folder whose path is too long for a socket the socket lives in a short
// temporary folder, and the long path is a symbolic link to it.
type place struct {
	path string // of the socket
	temp string // the short folder, if one was needed
	link string // the symbolic link, if one was needed
}

func newPlace(dir string) (place, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return place{}, err
	}
	wanted := filepath.Join(abs, socketName)
	if len(wanted) <= sunPath {
		return place{path: wanted}, nil
	}
	temp, err := os.MkdirTemp("", "pcsc")
	if err != nil {
		return place{}, err
	}
	p := place{path: filepath.Join(temp, socketName), temp: temp, link: wanted}
	if len(p.path) > sunPath {
		os.Remove(temp)
		return place{}, fmt.Errorf("reader: %s and the folder for temporary files are both too deep for a socket: "+
			"a path may have %d bytes; choose a shorter one", dir, sunPath)
	}
	if err := os.Remove(wanted); err != nil && !errors.Is(err, fs.ErrNotExist) {
		os.Remove(temp)
		return place{}, err
	}
	if err := os.Symlink(p.path, wanted); err != nil {
		os.Remove(temp)
		return place{}, err
	}
	return p, nil
}

// listen binds the socket, over a file that an earlier service may have left there.
func (p place) listen() (*net.UnixListener, error) {
	if err := os.Remove(p.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return net.ListenUnix("unix", &net.UnixAddr{Name: p.path, Net: "unix"})
}

// clear removes what the place put into the file system.
func (p place) clear() {
	os.Remove(p.path)
	if p.temp != "" {
		os.Remove(p.link)
		os.Remove(p.temp)
	}
}
