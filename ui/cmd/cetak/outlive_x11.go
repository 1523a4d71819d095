//go:build linux && cgo

package main

/*
#cgo LDFLAGS: -lX11
#include <signal.h>
#include <unistd.h>
#include <X11/Xlib.h>

static int lost(Display *d) {
	kill(getpid(), SIGTERM);
	for (;;) {
		pause();
	}
}

static void outlive(void) { XSetIOErrorHandler(lost); }
*/
import "C"

// outlive makes the loss of the display a signal like that at a session's end. Xlib by itself ends the process at once, a card in the
// machine or not (Xlib - C Language X Interface, X Version 11 Release 6, section 11.8.2).
func outlive() { C.outlive() }
