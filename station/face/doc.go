// Package face draws the printed side of the card: a record and a layout in, the raster out that the printer gets. The
// preview is the same raster, composed. Drawing is deterministic: the same record and layout give the same dots.
//
// Text, lines, and the holder's signature lie in the black layer, one bit a dot, without grey: resin burns or does not. Only
// the portrait lies in the colour layer. The security print of the card is on the blank and is never drawn.
// Positions are ours: no official coordinates are public (ktpel.md 2.2), so a layout is data in millimetres that an office
// can calibrate.
package face
