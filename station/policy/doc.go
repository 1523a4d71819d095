// Package policy says who is printed first, who waits, and where he is sent meanwhile. The rules are data: a dated table with the
// legal basis of each row (ktpel.md 5.4), office calendars, and election mode. Everything here is pure but reading a table file: the
// same table, moment, and queue give the same plan. It also keeps the register of the temporary letters (suket), of the
// records taken before their turn, and of the cards made, as folds of the journal.
package policy
