// Package centre plays the centre of a card-printing station: it invents people, makes their print-ready records, and seals them into
// bundles for one station, as docs/record.md lays down. It holds the keys that a real centre would hold and knows nothing of the program
// that reads its bundles.
//
// Nobody here exists. The NIK begin with province 99, which no list of regions knows; province, districts, and villages are invented.
// People, portraits, and signatures come from the seed; keys and everything signed or sealed with them are new in every run.
package centre
