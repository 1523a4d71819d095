// Package drill is the trainee's day: what happens at the machine on it, what the trainee is told before, and what the day was
// worth, as marks. Days are data in both languages; the score follows from the journal, the blank ledger, and the simulator's world
// alone. It starts nothing and reads no disk: station/drill/ground does.
package drill
