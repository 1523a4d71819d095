package main

import (
	"runtime/debug"
	"time"
)

// heapSlack is by how many percent the memory may grow over what is in use before it is tidied. Most of what the desk holds is the
// queue, which stays and holds no pointers: Go's own 100 would hold room for it twice, and tidying often is cheap.
const heapSlack = 10

// giveBackAfter lets the screen be painted first.
const giveBackAfter = 2 * time.Second

// giveBackSoon returns to the system what was needed for a moment only. The system would get it without being asked too, over minutes.
func giveBackSoon() {
	time.AfterFunc(giveBackAfter, func() {
		debug.FreeOSMemory()
		trimC()
	})
}
