package printer

import "io"

// door is one socket of the machine.
type door struct {
	frame framer
	out   io.Writer
	usb   bool
}

// hear takes bytes of one door.
func (s *session) hear(a arrival) {
	s.at = &s.doors[0]
	if a.usb {
		s.at = &s.doors[1]
	}
	s.at.frame.push(a.b, s.take)
}
