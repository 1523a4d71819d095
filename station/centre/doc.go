// Package centre is the service behind many desks: it leases print-ready records out, takes outcomes and the books of blanks in, and
// says what the whole fleet has and lacks. docs/centre.openapi.yaml is its contract (Go form: station/centre/api), docs/centre.md says how
// it is run.
//
// What must hold here: a record and issue has at most one live card and one holder; a lease that ran out is not given on while its
// holder may have printed; an outcome counts once however often it comes; a station's journal is one chain that it cannot take back. All of
// it is held by the store, in one transaction each, so that any number of services may stand before one PostgreSQL.
//
// The service cannot read a record: it stores envelopes sealed to stations. Its log and its figures name records by their opaque ids and
// people not at all.
package centre
