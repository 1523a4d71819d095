// Command cetak is the print desk in a window.
package main

import (
	"os"
	"runtime/debug"
)

func main() {
	debug.SetGCPercent(heapSlack)
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
