// Package assembly is the one place that wires a station: settings to drivers, source, journal, and Station. Both
// programs, the desk and cetakctl, open a station folder through it.
//
// A station folder holds cetak.toml (settings), journal.db (facts), records.db (sealed records), keys/ (who may send and
// who may open), inbox/ (where bundles are dropped), outbox/ (signed outcomes), refused/ (what was not taken, and why).
package assembly
