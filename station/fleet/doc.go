// Package fleet holds no code of the program. Its test puts many desks, each the shipped cetakctl on a simulator of its own, before one
// centre, the shipped `centre serve`, over real HTTPS; cuts, delays, repeats, and reorders what they say to each other; kills desks, the
// service, and its database; sets clocks wrong; and at the end holds every simulator's world, every desk's books, and the centre against each
// other.
//
//	make fleet                          50 desks, PostgreSQL
//	make fleet N=10 ENGINE=sqlite
//
// What goes wrong comes from a seed, but when it meets what does not: many programs on one computer never meet twice in the same way.
package fleet
