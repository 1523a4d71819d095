// Package crt591 drives a card dispenser of the CREATOR CRT-591 family: a stacker of blanks, a chip station, a gate where cards
// leave it, and a bin for bad ones. It is a drivers.Printer that prints nothing. Section numbers in comments are those of
// "CRT-591-M001 communication protocol", CREATOR (China), version 1.0 of 2013-07-02. Nothing here was checked on hardware.
package crt591
