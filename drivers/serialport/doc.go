// Package serialport opens the computer's serial ports as wire.Port. It is the only importer of tarm/serial, which is
// never used bare: to it silence and a pulled cable look alike, and its Close hangs while a Read waits.
package serialport
