// Package wire carries bytes to a machine and back. A Port moves bytes under a context and a deadline and tells a
// silent line from a line that is gone; a Link lays one request and one reply over it. It knows no printer's language.
package wire
