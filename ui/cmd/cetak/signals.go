package main

import (
	"bytes"
	"context"
	"os/signal"
	"runtime"
	"time"

	"cetak/station/cmdline"
)

// takeSignals gives a context that ends with a signal to end the program, and takes these signals from the toolkit: at one of them it
// would end its loop, and the program with it, a card in the machine or not (fyne v2.8.1, internal/driver/glfw/driver_desktop.go,
// catchTerm). It is called before a station folder is open: between the two holders of a signal the program ends at once.
func takeSignals() context.Context {
	for end := time.Now().Add(time.Second); !toolkitListens() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	signal.Reset(cmdline.EndSignals()...)
	return cmdline.Asked()
}

// toolkitListens says whether the toolkit waits for signals already; only then can they be taken from it. It starts that goroutine
// just before it says that it has started, and tells nobody when it listens.
func toolkitListens() bool {
	all := make([]byte, 1<<18)
	all = all[:runtime.Stack(all, true)]
	for one := range bytes.SplitSeq(all, []byte("\n\n")) {
		if bytes.Contains(one, []byte(").catchTerm(")) {
			state, _, _ := bytes.Cut(one, []byte("\n"))
			return bytes.Contains(state, []byte("[chan receive"))
		}
	}
	return false
}
