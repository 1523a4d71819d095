package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
)

// noWindow is what the desk says where no window can be made, before it ends with exit code 3.
const noWindow = `cetak: no window can be opened here: %s.
  With a screen: install libgl1-mesa-dri (Windows: put Mesa's opengl32.dll beside cetak.exe) and start cetak again.
  Without one:   cetakctl run --until-empty prints the same queue from a terminal.
`

// noDisplay says why no window can be thought of, or "".
func noDisplay(env func(string) string) string {
	if runtime.GOOS == "linux" && env("DISPLAY") == "" && env("WAYLAND_DISPLAY") == "" {
		return "there is no display (DISPLAY is not set)"
	}
	return ""
}

// glWatch reads the toolkit's log. Without OpenGL the toolkit logs it and runs on, invisible, for ever; this ends the program
// instead.
type glWatch struct {
	out   io.Writer
	exit  func(code int)
	quiet bool // within a message that means nothing here
}

// Write passes the log on and looks for the two messages of fyne v2.8.1 that matter, internal/driver/glfw.
func (w *glWatch) Write(p []byte) (int, error) {
	switch {
	case bytes.Contains(p, []byte("failed to watch theme settings")): // no D-Bus: our theme does not follow the system's
		w.quiet = true
	case !bytes.Contains(p, []byte("  Cause:")) && !bytes.Contains(p, []byte("  At:")):
		w.quiet = false
	}
	if w.quiet {
		return len(p), nil
	}
	n, err := w.out.Write(p)
	for text, why := range map[string]string{
		"window creation error":     "OpenGL 2.1 is missing",
		"failed to initialise GLFW": "the display does not answer",
	} {
		if bytes.Contains(p, []byte(text)) {
			fmt.Fprintf(w.out, noWindow, why)
			w.exit(3)
		}
	}
	return n, err
}

func newGLWatch(out io.Writer) *glWatch { return &glWatch{out: out, exit: os.Exit} }
