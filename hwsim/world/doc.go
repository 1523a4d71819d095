// Package world is the physical truth of the simulated desk: which blanks lie in the feeder, where the card in the
// machine is, what is burnt on each card, what lies in which tray, how much ribbon is left, whether the lid is open, and
// what time it is. Firmware, reader and hands change it through the methods of World and nowhere else.
//
// Every method may be called from any goroutine. Hooks are called with no lock held, on the goroutine that caused them.
package world
