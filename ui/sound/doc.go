// Package sound makes the two sounds of the desk and has them played by what the computer has: a player of sound files, else a bell.
// The sounds are made here, note by note; no file of them exists. Nothing waits for a sound.
package sound
