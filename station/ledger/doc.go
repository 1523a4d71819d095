// Package ledger counts blanks. Its only input is movements, each so many blanks from one account to another; its
// balances are derived from them and stored nowhere. It is pure: the movements are facts of station/journal.
//
// Invariant I1, for each blank type: centre + borrowed (what came in) = vault + hopper + machine + good + shipped +
// handed-over + spoiled + destroyed + returned + lent + missing. A movement that would break it is refused.
package ledger
