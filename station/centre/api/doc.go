// Package api is what a station, the register, and a supervisor say to the centre over HTTPS, and what it answers: the Go form of
// docs/centre.openapi.yaml. Service and client share it and nothing else. Nothing in it is personal data but the sealed envelopes, which
// only the station they are sealed to can open, and the names of officials who signed a movement of blanks.
package api
