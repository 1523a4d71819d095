// Package evolis drives card printers that speak the Evolis ESC language over a serial line. It never repeats a command
// that moves a card or burns a panel: what became of one whose answer was lost is found out by asking where the card
// lies (Rlr;p) and what the counters say (Rco).
//
// Source of every command, reply, and number: Evolis "Programming Guide" A5013 Rev. E (2003), spool files of the
// maker's Windows driver (2010), and what public host programs expect (2010 to 2021); docs/printer-evolis.md tells
// which is which. From the public guide and captures; not checked on hardware.
//
// What no source settles is found out from the machine's own replies: whether it answers in ACK/NACK or in words, the NACK
// byte, how a value ends, whether it comes before or after the ACK, and whether the ACK of a move comes before or after
// the move.
package evolis
