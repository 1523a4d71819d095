package printer

import (
	"slices"

	"cetak/hwsim/world"
)

func (s *session) bitmap(r request) answer {
	return s.received(r.args[0], func() bool {
		raster, good := s.decode(r)
		if good {
			s.bitmaps[r.args[0]] = raster
		}
		return good
	})
}

// received takes a panel that store has put into its bitmap, if its turn on the ribbon is not over.
func (s *session) received(panel string, store func() bool) answer {
	place := -1
	if s.open {
		for i := s.next; i < len(s.job); i++ {
			if s.job[i:i+1] == panel {
				place = i
				break
			}
		}
		if place < 0 {
			return no(badParameter) // not on this ribbon, or its turn is over
		}
		if dead := s.transport.dead(); dead != accepted {
			return no(dead)
		}
	}
	if !store() {
		return no(badParameter)
	}
	s.fresh[panel] = true
	if s.open && place > s.next {
		s.burnUpTo(place) // receiving a panel starts printing the one before it (A5013 p.69)
	}
	return ok()
}

func (s *session) decode(r request) (*world.Raster, bool) {
	panel := r.args[0]
	if r.name == "Dbmp" {
		x, _ := number(r.args[1], Lines)
		y, _ := number(r.args[2], LineDots)
		raster := s.copyOf(panel, 2)
		return raster, PlaceBMP(raster, r.data, x, y)
	}
	levels, _ := number(r.args[1], 128)
	compressed := func(raster *world.Raster, first int) bool {
		if levels == 2 {
			return ExpandBlack(raster, r.data, first)
		}
		return ExpandColor(raster, r.data, first, s.p.doubts.RunsAcross)
	}
	first, _ := number(r.args[min(2, len(r.args)-1)], Lines)
	switch r.name {
	case "Db":
		raster := world.NewRaster(levels)
		Unpack(raster, r.data, 0, Lines, s.p.doubts.PackingLSB)
		return raster, true
	case "Dbp":
		lines, _ := number(r.args[3], Lines)
		raster := s.copyOf(panel, levels)
		Unpack(raster, r.data, first, lines, s.p.doubts.PackingLSB)
		return raster, true
	case "Dbpc":
		raster := s.copyOf(panel, levels)
		return raster, compressed(raster, first)
	}
	if len(r.args) == 3 { // Dbc with the byte count only
		first = 0
	}
	raster := world.NewRaster(levels)
	if first > 0 {
		raster = s.copyOf(panel, levels)
	}
	return raster, compressed(raster, first)
}

// copyOf the panel's bitmap for a command that changes a part of it: an empty one unless the panel was received for the
// coming print with the same levels.
func (s *session) copyOf(panel string, levels int) *world.Raster {
	old := s.bitmaps[panel]
	if old == nil || old.Levels != levels || !s.fresh[panel] {
		return world.NewRaster(levels)
	}
	return &world.Raster{Levels: levels, Dots: slices.Clone(old.Dots)}
}

// recall is Ssd: a panel is taken from its resident bitmap as if it had just been received (A5013 p.44).
func (s *session) recall(r request) answer {
	if s.p.doubts.NoRecall {
		return no(unknownCommand)
	}
	if len(r.args) != 1 || !s.open || s.bitmaps[r.args[0]] == nil {
		return no(badParameter)
	}
	return s.received(r.args[0], func() bool { return true })
}

// fill is Wcb: not between Ss and Se (A5013 p.46). The value 0 clears, and then the panel is not printed.
func (s *session) fill(r request) answer {
	if len(r.args) != 2 || len(r.args[0]) != 1 || s.open {
		return no(badParameter)
	}
	v, good := number(r.args[1], 255)
	levels := 128
	switch r.args[0] {
	case "k", "o":
		levels = 2
	case "y", "m", "c":
	default:
		good = false
	}
	if !good {
		return no(badParameter)
	}
	raster := world.NewRaster(levels)
	for i := range raster.Dots {
		raster.Dots[i] = uint8(v * levels / 256)
	}
	s.bitmaps[r.args[0]], s.fresh[r.args[0]] = raster, v > 0
	return ok()
}

// burnUpTo gives the received panels before that place of the ribbon to the head.
func (s *session) burnUpTo(place int) {
	ribbon := s.job
	var ops []burn
	for i := s.next; i < place && i < len(ribbon); i++ {
		panel := ribbon[i : i+1]
		if !s.fresh[panel] {
			continue
		}
		key := panel
		if s.back {
			key = "back-" + panel
		}
		ops = append(ops, burn{panel: panel, key: key, place: i, raster: s.bitmaps[panel], ribbon: ribbon})
		s.fresh[panel] = false
	}
	s.next = max(s.next, place)
	if len(ops) > 0 {
		s.transport.print(ops)
	}
}
