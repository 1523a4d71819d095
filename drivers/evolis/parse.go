package evolis

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Command is one command of a stream: what a host sent, or would send.
type Command struct {
	Name   string   // "Dbc"
	Params []string // before the data; nil if none
	Data   []byte   // of the bitmap commands; shares memory with the stream
	Offset int      // of its first byte
}

// String gives the command without its data.
func (c Command) String() string { return strings.Join(append([]string{c.Name}, c.Params...), ";") }

// ParseError says where a stream stops making sense.
type ParseError struct {
	Offset int
	Reason string
}

func (e *ParseError) Error() string { return fmt.Sprintf("byte %d: %s", e.Offset, e.Reason) }

// The frame characters until Psc changes them (guide p.4, p.27).
type frameBytes struct{ start, separator, stop byte }

// maxHead is longer than any command without its data.
const maxHead = 256

// Parse takes a stream apart: a spool file of the maker's Windows driver, or a recorded line. NULs between commands are
// padding, the start character may be missing after a stop character (guide p.4), Dbc comes with three parameters
// (captures) or four (guide p.15), and Psc changes the frame for what follows. The error is a *ParseError; the commands
// before it are returned with it. Nothing in the stream is carried out.
func Parse(stream []byte) ([]Command, error) {
	var out []Command
	f := frameBytes{esc, ';', cr}
	at := 0
	for {
		for at < len(stream) && stream[at] == 0 {
			at++
		}
		if at == len(stream) {
			return out, nil
		}
		begin := at
		switch {
		case stream[at] == f.start:
			at++
		case begin == 0 || stream[begin-1] != f.stop:
			return out, &ParseError{begin, fmt.Sprintf("%#02x where a command should begin", stream[at])}
		}
		c, end, err := f.command(stream, at)
		if err != nil {
			return out, err
		}
		c.Offset = begin
		if c.Name == "Psc" {
			if f, err = f.changed(c); err != nil {
				return out, err
			}
		}
		out, at = append(out, c), end
	}
}

// command reads one command that begins at start, without its start character, and gives the offset after its stop
// character.
func (f frameBytes) command(stream []byte, start int) (Command, int, error) {
	var fields []string
	field := start
	for i := start; ; i++ {
		if i == len(stream) || i-start > maxHead {
			return Command{}, 0, &ParseError{start, "no stop character"}
		}
		switch stream[i] {
		case f.separator, f.stop:
			fields = append(fields, string(stream[field:i]))
			field = i + 1
		default:
			continue
		}
		c := Command{Name: fields[0], Params: fields[1:]}
		if stream[i] == f.stop {
			if isImage(c.Name) {
				return Command{}, 0, &ParseError{start, c.String() + " ends before its data"}
			}
			if c.Name == "" {
				return Command{}, 0, &ParseError{start, "an empty command"}
			}
			if len(c.Params) == 0 {
				c.Params = nil
			}
			return c, i + 1, nil
		}
		n, ok, err := imageLength(c, stream[i+1:])
		if err != nil {
			return Command{}, 0, &ParseError{start, err.Error()}
		}
		if !ok {
			continue
		}
		end := i + 1 + n
		if end < len(stream) && stream[end] == f.stop {
			c.Data = stream[i+1 : end]
			return c, end + 1, nil
		}
		if c.Name == "Dbc" && len(c.Params) == 3 {
			continue // perhaps the third of four parameters: the first line
		}
		return Command{}, 0, &ParseError{start, fmt.Sprintf("%s: no stop character after %d bytes of data", c, n)}
	}
}

func isImage(name string) bool {
	switch name {
	case "Db", "Dbc", "Dbp", "Dbpc", "Dbmp":
		return true
	}
	return false
}

// imageLength gives the length of the data once all parameters before it are there.
func imageLength(c Command, rest []byte) (n int, ok bool, err error) {
	count := map[string]int{"Db": 2, "Dbc": 3, "Dbp": 4, "Dbpc": 4, "Dbmp": 4}[c.Name]
	if count == 0 || len(c.Params) < count {
		return 0, false, nil
	}
	bits := map[string]int{"2": 1, "32": 5, "64": 6, "128": 7}[c.Params[1]]
	last := c.Params[len(c.Params)-1]
	switch c.Name {
	case "Db":
		if bits == 0 {
			return 0, false, fmt.Errorf("%s: levels are 2, 32, 64, or 128", c)
		}
		return 648 * 1016 * bits / 8, true, nil
	case "Dbp": // its last parameter counts lines
		n, err := strconv.Atoi(last)
		if err != nil || n < 1 || n > 1016 || bits == 0 {
			return 0, false, fmt.Errorf("%s: bad lines or levels", c)
		}
		return 648 * n * bits / 8, true, nil
	case "Dbmp": // a BMP file tells its length itself
		if len(rest) < 6 || !bytes.HasPrefix(rest, []byte("BM")) {
			return 0, false, fmt.Errorf("%s: no BMP file", c)
		}
		n := binary.LittleEndian.Uint32(rest[2:])
		if int64(n) > int64(len(rest)) {
			return 0, false, fmt.Errorf("%s: the BMP file is cut", c)
		}
		return int(n), true, nil
	}
	n, err = strconv.Atoi(last)
	if err != nil || n < 0 {
		return 0, false, fmt.Errorf("%s: no count of bytes", c)
	}
	return n, true, nil
}

// changed follows Psc;start;separator;stop in decimal, or Psc alone, which restores (guide p.27).
func (f frameBytes) changed(c Command) (frameBytes, error) {
	if len(c.Params) == 0 {
		return frameBytes{esc, ';', cr}, nil
	}
	if len(c.Params) != 3 {
		return f, &ParseError{c.Offset, c.String() + ": three characters or none"}
	}
	var b [3]byte
	for i, s := range c.Params {
		n, err := strconv.ParseUint(s, 10, 8)
		if err != nil || n == 0 {
			return f, &ParseError{c.Offset, c.String() + ": characters are 1 to 255"}
		}
		b[i] = byte(n)
	}
	return frameBytes{b[0], b[1], b[2]}, nil
}
