//go:build !linux

package assembly

import "cetak/station/readiness"

// timeServer says whether a time server keeps the clock.
func timeServer() readiness.Finding { return readiness.FoundServerUnknown }
