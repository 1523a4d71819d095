// Package flow is the issuance of one card as a state machine: Next takes a state and an event and gives the next
// state and the effects to perform. It is pure and total: no I/O, no clock, no goroutine, and every pair of phase and
// event is either a listed transition or an explicit refusal. The station performs the effects and feeds their results
// back as events.
package flow
