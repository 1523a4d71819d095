// Package access says who is at the desk and what they may do: people and their roles, the closed list of acts, who may do
// which and with whom, passwords, lockout, and the idle lock.
//
// People are a fold of the journal's facts (Register). The verifiers of their passwords are not in the journal: they lie in
// people.toml in the station folder, and the person's fact holds the SHA-256 of the verifier, so that one put in place of
// another is found. What is written first is the file, then the fact; the journal decides which verifier of the file counts,
// so a crash between the two changes nothing.
package access
