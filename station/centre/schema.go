package centre

import "strings"

// schemaVersion is in the table meta.
const schemaVersion = 2

// schema is both engines': PostgreSQL reads BIGINT and BYTEA where SQLite reads INTEGER and BLOB, and knows no STRICT. Moments are
// milliseconds since 1970 UTC; those of a journal's lines are nanoseconds, because its hashes are made of them.
//
// account of a line is the one that its movement went to, empty for a movement that is not understood.
//
// one_live is the rule of the whole system: a second good card of one record and issue cannot be booked, whatever the program does.
const schema = `
CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
INSERT INTO meta (one, version) VALUES (1, 2);
CREATE TABLE station (
	id TEXT PRIMARY KEY,
	kid TEXT NOT NULL UNIQUE,
	jwk TEXT NOT NULL,
	office TEXT NOT NULL,
	district TEXT NOT NULL,
	province TEXT NOT NULL,
	zone INTEGER NOT NULL,
	added INTEGER NOT NULL,
	seen INTEGER NOT NULL DEFAULT 0,
	skew INTEGER NOT NULL DEFAULT 0,
	health TEXT NOT NULL DEFAULT '',
	genesis TEXT NOT NULL DEFAULT '',
	headseq INTEGER NOT NULL DEFAULT 0,
	headhash TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX station_office ON station (office);
CREATE TABLE record (
	id TEXT NOT NULL,
	issue INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	kind TEXT NOT NULL,
	reason TEXT NOT NULL,
	office TEXT NOT NULL,
	cleared INTEGER NOT NULL,
	notafter INTEGER NOT NULL,
	state TEXT NOT NULL,
	withdrawn TEXT NOT NULL DEFAULT '',
	fence INTEGER NOT NULL DEFAULT 0,
	holder TEXT NOT NULL DEFAULT '',
	request TEXT NOT NULL DEFAULT '',
	until INTEGER NOT NULL DEFAULT 0,
	claimed INTEGER NOT NULL DEFAULT 0,
	proposed TEXT NOT NULL DEFAULT '',
	hop INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (id, issue)
) STRICT;
CREATE INDEX record_waiting ON record (office, cleared, id, issue) WHERE state = 'waiting';
CREATE INDEX record_leased ON record (holder) WHERE state = 'leased';
CREATE INDEX record_odd ON record (office, state) WHERE state IN ('lost', 'cancel');
CREATE TABLE successor (
	id TEXT NOT NULL,
	issue INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	kind TEXT NOT NULL,
	reason TEXT NOT NULL,
	office TEXT NOT NULL,
	cleared INTEGER NOT NULL,
	notafter INTEGER NOT NULL,
	PRIMARY KEY (id, issue)
) STRICT;
CREATE TABLE envelope (
	id TEXT NOT NULL,
	issue INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	kid TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (id, issue, revision, kid)
) STRICT;
CREATE TABLE request (
	station TEXT NOT NULL,
	request TEXT NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (station, request)
) STRICT;
CREATE TABLE outcome (
	id TEXT NOT NULL,
	issue INTEGER NOT NULL,
	attempt TEXT NOT NULL,
	station TEXT NOT NULL,
	fence INTEGER NOT NULL,
	result TEXT NOT NULL,
	uid TEXT NOT NULL,
	at INTEGER NOT NULL,
	booked INTEGER NOT NULL,
	state TEXT NOT NULL,
	jws TEXT NOT NULL,
	PRIMARY KEY (id, issue, attempt)
) STRICT;
CREATE UNIQUE INDEX one_live ON outcome (id, issue) WHERE result = 'good';
CREATE INDEX outcome_uid ON outcome (uid) WHERE uid <> '';
CREATE TABLE line (
	station TEXT NOT NULL,
	seq INTEGER NOT NULL,
	at INTEGER NOT NULL,
	kind TEXT NOT NULL,
	record TEXT NOT NULL,
	issue INTEGER NOT NULL,
	attempt TEXT NOT NULL,
	uid TEXT NOT NULL,
	who TEXT NOT NULL,
	data TEXT NOT NULL,
	prev TEXT NOT NULL,
	hash TEXT NOT NULL,
	account TEXT NOT NULL,
	PRIMARY KEY (station, seq)
) STRICT;
CREATE INDEX line_record ON line (record, issue) WHERE record <> '';
CREATE TABLE head (
	station TEXT NOT NULL,
	seq INTEGER NOT NULL,
	hash TEXT NOT NULL,
	at INTEGER NOT NULL,
	jws TEXT NOT NULL,
	PRIMARY KEY (station, seq)
) STRICT;
CREATE TABLE stock (
	station TEXT NOT NULL,
	type TEXT NOT NULL,
	account TEXT NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (station, type, account)
) STRICT;
CREATE TABLE tally (
	station TEXT NOT NULL,
	day TEXT NOT NULL,
	good INTEGER NOT NULL,
	spoiled INTEGER NOT NULL,
	PRIMARY KEY (station, day)
) STRICT;
CREATE TABLE handover (
	station TEXT NOT NULL,
	seq INTEGER NOT NULL,
	way TEXT NOT NULL,
	type TEXT NOT NULL,
	n INTEGER NOT NULL,
	document TEXT NOT NULL,
	issuer TEXT NOT NULL,
	party TEXT NOT NULL,
	PRIMARY KEY (station, seq)
) STRICT;
CREATE TABLE incident (
	seq INTEGER PRIMARY KEY /*serial*/,
	at INTEGER NOT NULL,
	kind TEXT NOT NULL,
	station TEXT NOT NULL,
	record TEXT NOT NULL,
	issue INTEGER NOT NULL,
	detail TEXT NOT NULL,
	closed TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX incident_once ON incident (kind, station, record, issue, detail) WHERE closed = '';
CREATE TABLE policy (digest TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL, jws TEXT NOT NULL) STRICT;
`

// migrations bring a store from the version of their place to the next, from version 1. Each is one statement.
func migrations() []string {
	return []string{
		"", // there never was a version 0
		"ALTER TABLE record ADD COLUMN hop INTEGER NOT NULL DEFAULT 0",
	}
}

// forPostgres turns the schema into PostgreSQL's words.
func forPostgres(s string) string {
	return strings.NewReplacer(
		"seq INTEGER PRIMARY KEY /*serial*/", "seq BIGINT PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY",
		" INTEGER", " BIGINT", ") STRICT", ")",
	).Replace(s)
}
