//go:build linux && cgo

package main

/*
#cgo LDFLAGS: -lX11
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <X11/Xlib.h>

static int lost(Display *d) {
	kill(getpid(), SIGTERM);
	for (;;) {
		pause();
	}
}

static int refused(Display *d, XErrorEvent *e) {
	char why[100];
	XGetErrorText(d, e->error_code, why, sizeof why);
	fprintf(stderr, "cetak: the display refuses request %d.%d: %s\n", e->request_code, e->minor_code, why);
	return 0;
}

static void outlive(void) {
	XSetIOErrorHandler(lost);
	XSetErrorHandler(refused);
}
*/
import "C"

// outlive makes the loss of the display a signal like that at a session's end, and what the display refuses (to give a paste to a window
// that was closed) a word. Xlib by itself ends the process at either, a card in the machine or not (Xlib - C Language X Interface, X Version
// 11 Release 6, section 11.8.2).
func outlive() { C.outlive() }
