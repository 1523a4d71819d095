// Package advice is what a person is told for a fault code: a title, numbered steps, and what happens to the blank, in
// Indonesian and English. The words are in advice.toml and nowhere else; the screen, the command line, and the fault
// manual all take them from here. A test fails when a code of the program has no advice.
package advice
