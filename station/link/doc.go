// Package link is the desk's side of the line to the centre: it keeps enough leases for some days without a line, brings outcomes and the
// books of blanks there, and asks before a blank is spent. It calls outward only, over station/centre/api. One goroutine does all of it
// but the asking, which is the Station's.
//
// What it knows lies in the station's sealed store (station/source): leases with their fences, the outbox, the countersigned heads. A
// request whose answer was lost is made again; the centre counts it once.
package link
