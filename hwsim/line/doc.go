// Package line is the serial cable as the computer sees it: a pseudo-terminal behind a stable symlink that carries bytes
// at the pace of a UART, and can be noisy, lose a byte, be pulled out, and come back under another name.
//
// A pseudo-terminal has no modem lines and knows no drain: RTS/CTS and "has it left the UART" cannot be played.
package line
