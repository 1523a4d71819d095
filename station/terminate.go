package station

import (
	"context"
	"time"

	"cetak/drivers"
)

// terminateLimit bounds the ending of a spoiled chip: five short commands. The card leaves the machine either way.
const terminateLimit = 5 * time.Second

// terminate ends the chip of a card that goes to the reject box, so that nothing on it can be taken for a card: where it still
// lies at the chip station, its number was just read and is this attempt's, and its kind can be ended. Any other card, one
// that somebody put in by mistake, is left as it is. What comes of it goes into the journal with the discharge: "terminated", the
// code of what stood against it, "" where nothing was tried. It is never a reason to stop: the card is spoiled already.
func (s *Station) terminate(ctx context.Context) string {
	if s.chip == nil || s.chipUID == "" || s.chipUID != s.job.uid {
		return ""
	}
	within, cancel := context.WithTimeout(ctx, terminateLimit)
	defer cancel()
	done, err := s.Encoder.Terminate(within, s.chip)
	switch {
	case err != nil:
		f := drivers.AsFault(err)
		s.Log.Info().Str("code", string(f.Code)).Str("detail", f.Detail).Msg("spoiled chip not terminated")
		return string(f.Code)
	case done:
		return string(drivers.ChipTerminated)
	}
	return ""
}
