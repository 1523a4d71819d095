// Package pcsc is a PC/SC reader and the chip on it, over github.com/ebfe/scard. It is the only importer of that
// library and the only package of the project that needs cgo.
//
// PC/SC has no deadlines: a card that never answers, or a service that never does, holds a call for ever. So each
// scard call runs in a goroutine of its own on a context that no other goroutine uses, and is abandoned when its time
// is up. The abandoned context is thrown away when the call comes back, and until then the reader counts as stuck.
// Nothing else may touch that context: a second call on a busy context makes libpcsclite hold its one lock, and every
// PC/SC call in the process stands still (pcsc-lite 1.9.9, winscard_clnt.c). Only SCardCancel may cross.
//
// One process talks to one PC/SC service: libpcsclite reads the name of its socket once.
package pcsc
