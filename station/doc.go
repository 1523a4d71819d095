// Package station runs a print desk: it takes records from a source, cards through a printer and a chip reader, writes
// every fact to the journal before it matters, and shows a Snapshot to whoever watches. It is glue: the decisions are in
// station/flow, the numbers in station/ledger, the facts in station/journal, who may do what in station/access, whose turn it is
// in station/policy, and what people do with blanks, cards, and shifts in station/office. It knows neither widgets nor bytes,
// and no driver but the contract.
package station
