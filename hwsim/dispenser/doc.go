// Package dispenser plays the firmware of a card dispenser with chip station, gate, and error-card bin, CREATOR
// CRT-591-M001: frames in, frames out, cards moved in the world. Written from "CRT-591-M001 communication protocol", CREATOR
// (China), version 1.0 of 2013-07-02; section numbers in comments are its own. What that document leaves open is in Doubts.
package dispenser
