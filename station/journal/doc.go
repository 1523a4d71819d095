// Package journal keeps the station's facts: append-only, hash-chained, in one SQLite file (WAL, synchronous=FULL, one
// writer). Everything else the station knows about its past is derived from here. A fact that Append returned is on
// disk. The bytes that are hashed are described in docs/journal.md so that an auditor can recompute the chain without
// this program.
package journal
