package record_test

const guardHead = `# The guard

Before a card is printed, what was read back from that very chip is held against what will be printed (invariant I4). It stands in
` + "`station/record/guard.go`" + ` and is called by the station after the read-back was found equal to what was written, and before the chip
is sealed. A refusal stops before printing: the chip is terminated where its kind allows it, the card goes to the reject box, and the
refusal's code names what differs (fields, files), never a value.

| held | against | refused with |
|---|---|---|
| files 6FF1 to 6FF6 | that they were read back, with the length they say | R-201 |
| biodata line 6FF1, 19 of 21 columns | every field that the face prints, letter for letter | R-202 |
| portrait 6FF2 | the part of the face's raster with the portrait, and the record's photo | R-203; R-206 if it does not decode |
| the face's raster | the record's photo | R-205 |
| signature 6FF6 | ECDSA P-256 of the centre that signed the record, over 6FF1 to 6FF5 | R-204 |
| the chip's number | every number this station ever saw | C-109, before the chip is written |

The same is held when a record comes in, before any blank moves: R-117 for the biodata, R-118 for the portrait, R-122 for the
signature. So a centre's mistake costs nothing, and the guard is left with what goes wrong in between.

`

const guardFoot = `
The threshold lies between: it refuses none of the station's own pictures at the chip's size or above, down to JPEG quality 20, and
accepts nobody else's of the drawn people. Everything worse is refused, and that is the side to err on: a refused card costs a blank, an
accepted wrong one a person's identity. What correlation cannot see, by its nature: a change of a few dots inside a cell. That is what
the signature is for.

A specimen has the word SPECIMEN across its portrait, which costs likeness: on the face it is held to 0.950, and its chip's portrait to the
record's photo by the same threshold as everybody's. No real card is judged by the lower one.
`
