// Package office holds the acts of people on stock, cards, and shifts, and the one fold of the journal they are judged by.
//
// An act is a value (Receive, Draw, OpenShift, Destroy, ...). State.Do checks it against everything the journal says and gives the
// facts that state it; whoever holds the journal appends them in one transaction and applies them. It is pure: it reads no clock,
// no file, and no device, and it knows no record's content, only its id.
package office
