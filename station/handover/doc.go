// Package handover gives waiting leased records from one desk to another, with or without a line to the centre: the signed paper that the
// centre believes, the sealed parcel on a stick, and what comes back on it.
//
// The order is what makes it safe. The giver's journal says that a record is handed on before anything of it leaves; from then on the desk
// refuses it, whatever its store still holds. The taker's journal says that it came before it can be printed, and a paper is taken once. What
// the centre must know goes there by whoever has a line: papers, outcomes, and books are signed by the desk that they are of.
package handover
