// Command cetak is the print desk in a window.
package main

import (
	"os"
	"runtime/debug"
)

// heapSlack is by how many percent the memory may grow over what is in use before it is tidied. Most of what the desk holds is the
// queue, which stays; Go's own 100 would hold room for it twice.
const heapSlack = 30

func main() {
	debug.SetGCPercent(heapSlack)
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
