// Package readiness says whether a station is proven fit to make cards: it folds the self-tests of the journal into one answer, and
// where the answer is no, since when and why. A test counts until it is too old, until too many cards were made since, until another
// device, program, or setting stands where it was made, and never when it was begun and not finished. It is pure: the same lines, the
// same moment, the same answer.
package readiness
