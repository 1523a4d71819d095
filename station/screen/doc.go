// Package screen is a person at an X display: hands that work its keyboard and its mouse (XTEST), and eyes that see when
// something was painted (DAMAGE) and what it looks like. `cetakctl bench ui` measures the desk program with it, and the
// desk's tests work whole shifts. The program on the display knows nothing of it: what is measured and tested is what a
// person gets.
//
// It speaks the X11 protocol itself, over the display's socket, and needs neither cgo nor a library of the system.
// Sources: X Window System Protocol, X Version 11, sections 8 to 10 and appendix B; XTEST Extension Protocol 2.2; DAMAGE
// Extension Protocol 1.1.
package screen
