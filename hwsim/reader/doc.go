// Package reader is a simulated PC/SC reader with one slot, behind either of two doors. OpenOwn is a PC/SC service of our
// own: it speaks to libpcsclite on a unix socket in the place of pcscd, needs no daemon and no privilege, and shows a card
// at once. OpenPCSCD starts Debian's real pcscd in private, with vsmartcard's vpcd as the reader driver, and plays the card
// at the driver's TCP port: slower, and the proof that the program works with the software an office has.
//
// A client finds the service by PCSCLITE_CSOCK_NAME; libpcsclite reads that once per process.
package reader

// Card is what lies on the reader. Its methods are called from several goroutines. Transmit takes one command APDU and returns the
// response, or nil if the card will never answer; it returns in bounded time either way. It may call Door.Remove and
// Door.Insert, but not Stop or Close.
type Card interface {
	ATR() []byte
	PowerOn()
	PowerOff()
	Reset()
	Transmit(apdu []byte) []byte
}

// Door is one reader as the world sees it: a place for at most one card, and a service that can die. All methods may
// be called from any goroutine, at any moment.
type Door interface {
	// Name is the reader's name as PC/SC clients list it.
	Name() string
	// Socket is the path of the service's unix socket, for PCSCLITE_CSOCK_NAME.
	Socket() string
	// Insert lays a card on the reader. A card that lies there is taken away first, whatever is being said to it. Before the
	// service runs, the card waits for it.
	Insert(Card)
	// Remove takes the card away, if there is one; a command under way fails at the client.
	Remove()
	// Stop ends the service as if it had died; clients lose their connections. The card stays on the reader. Stopping a
	// stopped service is no error.
	Stop() error
	// Start brings the service back on the same socket, under the same reader name. Starting a running service is no error; after Close it
	// is net.ErrClosed.
	Start() error
	// Close stops the service for good and leaves no process, goroutine, or file behind.
	Close() error
}
