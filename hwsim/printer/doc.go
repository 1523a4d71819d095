// Package printer is the firmware of a simulated card printer that speaks the Evolis ESC language: it reads and answers
// bytes on a hwsim/line and moves and burns cards in a hwsim/world. It is written from the public programming guide
// A5013 Rev. E and from captures of the maker's driver ("evolis.md", sections 1 to 10), and is an independent reading of
// them: it shares no code with the driver it tests. What no source settles is in Doubts.
//
// From the public guide and captures; not checked on hardware.
package printer
