// Package shifts holds no code of the program. Its tests drive the shipped cetakctl, as processes, against the simulator
// through whole days of faults, restarts, kills, and hasty hands, and let a model written from the design judge
// what came of each blank. Everything random comes from the seed of a shift, so a failing one is played again by its number:
//
//	make shifts N=2000            the shifts 1 to 2000
//	make shifts N=1 SEED=417      shift 417 again, with its story
//
// Faults, signals, and hands are bound to events of the simulator ("the 7th APDU"), not to the clock: the event is held, the
// thing done, the event let go. Real time enters in three places only, and a replay may differ there: which of several
// programs started at once gets the folder; how far the machine moves on between a kill and the next start; and
// deadlines, if the computer is so busy that a living device misses one.
package shifts
