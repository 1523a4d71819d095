// Package drivers is the contract between the station and the machines it drives: a card printer that moves one
// card at a time, a PC/SC reader, and the chip on it. It holds interfaces, the fault vocabulary, and nothing else; it
// imports only the standard library, so every driver and every station package can depend on it.
//
// The whereabouts of the card is part of every error, because the accounting of blanks depends on it.
package drivers
