// Package apdu encodes and decodes what a smart card understands: command and response APDUs in short and extended
// form, status words, and BER-TLV data objects (ISO/IEC 7816-4:2005). It does no I/O of its own: Exchange works over
// whatever carries the bytes, and stops a card that would answer for ever.
package apdu
