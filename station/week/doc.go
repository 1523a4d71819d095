// Package week holds no code of the program. Its test plays one week of an office: two desks, each the shipped cetakctl and
// an hwsim, with deliveries, shifts, faults, spoilage, destruction, shipping, and hand-over; and beside them a clerk's own
// books, kept by hand from what was done. At the end of every shift and of the week the three agree: the station's ledger, the
// simulator's world, and the clerk's books. The papers of the week are made by `cetakctl report`:
//
//	make week OUT=folder
//
// The week is a real one of the calendar, played in minutes. So that each paper carries its own day, cetakctl is built with
// Go's time.Now set apart from the computer's clock by the variable CLOCK_SHIFT (see station/offclock); its own source is not touched.
package week
