// Package card is the chip of a simulated KTP-el card: answer to reset, files, access rules, and life cycle, behind
// one call that takes a command APDU and gives a response APDU (ISO/IEC 7816-3 and 7816-4).
//
// The read side follows what public readers of the real card do (DF 7F0A, EF 6FF0 to 6FF6, two length bytes before each
// content). The write side of the real card is not public: UPDATE BINARY on an unsealed card and sealing by ACTIVATE
// FILE are a simulator convention, not checked on hardware. docs/chip.md states the whole profile.
package card
