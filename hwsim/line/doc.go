// Package line is the serial cable as the computer sees it: a pseudo-terminal behind a stable symlink that carries bytes
// at the pace of a UART, and can be noisy, lose a byte, be pulled out, and come back under another name.
//
// A pseudo-terminal has no modem lines and knows no drain: "has it left the UART" cannot be played, and of RTS/CTS only
// what comes of it: a host that set CRTSCTS is held up, one that did not runs over. XON and XOFF are real bytes on the line.
package line
