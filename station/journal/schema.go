package journal

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

const (
	// schemaVersion is PRAGMA user_version of the file.
	schemaVersion = 1
	// applicationID is PRAGMA application_id of the file: "CETJ".
	applicationID = 0x4345544A
)

// objects are the tables, indexes, and triggers, by name. Opening compares them with the file word for word: a trigger
// taken out is itself a sign of tampering.
//
// pending is an index of attempts with an intent and no outcome; Verify recomputes it.
func objects() [][2]string {
	return [][2]string{
		{"genesis", `CREATE TABLE genesis (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	station TEXT NOT NULL,
	made INTEGER NOT NULL,
	hash BLOB NOT NULL
) STRICT`},
		{"fact", `CREATE TABLE fact (
	seq INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	kind TEXT NOT NULL,
	record TEXT NOT NULL,
	issue INTEGER NOT NULL,
	attempt TEXT NOT NULL,
	uid TEXT NOT NULL,
	who TEXT NOT NULL,
	data TEXT NOT NULL,
	prev BLOB NOT NULL,
	hash BLOB NOT NULL
) STRICT`},
		{"head", `CREATE TABLE head (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	seq INTEGER NOT NULL,
	hash BLOB NOT NULL
) STRICT`},
		{"pending", `CREATE TABLE pending (
	attempt TEXT PRIMARY KEY,
	seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID`},
		{"fact_uid", `CREATE INDEX fact_uid ON fact (uid) WHERE uid <> ''`},
		{"fact_uid_once", `CREATE UNIQUE INDEX fact_uid_once ON fact (uid) WHERE kind = 'uid'`},
		{"fact_attempt", `CREATE INDEX fact_attempt ON fact (attempt) WHERE attempt <> ''`},
		{"fact_intent_once", `CREATE UNIQUE INDEX fact_intent_once ON fact (attempt) WHERE kind = 'intent'`},
		{"fact_outcome_once", `CREATE UNIQUE INDEX fact_outcome_once ON fact (attempt) WHERE kind = 'outcome'`},
		{"fact_record", `CREATE INDEX fact_record ON fact (record, issue) WHERE record <> ''`},
		{"fact_kind", `CREATE INDEX fact_kind ON fact (kind)`},
		{"fact_at", `CREATE INDEX fact_at ON fact (at)`},
		{"fact_no_update", `CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END`},
		{"fact_no_delete", `CREATE TRIGGER fact_no_delete BEFORE DELETE ON fact BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END`},
		{"fact_in_order", `CREATE TRIGGER fact_in_order BEFORE INSERT ON fact
WHEN NEW.seq <> (SELECT seq + 1 FROM head) OR NEW.prev <> (SELECT hash FROM head) BEGIN
	SELECT RAISE(ABORT, 'the journal grows at its end');
END`},
		{"fact_head", `CREATE TRIGGER fact_head AFTER INSERT ON fact BEGIN
	UPDATE head SET seq = NEW.seq, hash = NEW.hash;
END`},
		{"fact_opens", `CREATE TRIGGER fact_opens AFTER INSERT ON fact WHEN NEW.kind = 'intent' BEGIN
	INSERT INTO pending (attempt, seq) VALUES (NEW.attempt, NEW.seq);
END`},
		{"fact_closes_once", `CREATE TRIGGER fact_closes_once BEFORE INSERT ON fact
WHEN NEW.kind = 'outcome' AND NOT EXISTS (SELECT 1 FROM pending WHERE attempt = NEW.attempt) BEGIN
	SELECT RAISE(ABORT, 'outcome of an attempt that is not open');
END`},
		{"fact_closes", `CREATE TRIGGER fact_closes AFTER INSERT ON fact WHEN NEW.kind = 'outcome' BEGIN
	DELETE FROM pending WHERE attempt = NEW.attempt;
END`},
		{"genesis_no_update", `CREATE TRIGGER genesis_no_update BEFORE UPDATE ON genesis BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END`},
		{"genesis_no_delete", `CREATE TRIGGER genesis_no_delete BEFORE DELETE ON genesis BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END`},
		{"head_forward", `CREATE TRIGGER head_forward BEFORE UPDATE ON head WHEN NEW.seq <> OLD.seq + 1 BEGIN
	SELECT RAISE(ABORT, 'the journal grows at its end');
END`},
		{"head_no_delete", `CREATE TRIGGER head_no_delete BEFORE DELETE ON head BEGIN
	SELECT RAISE(ABORT, 'the journal is append-only');
END`},
	}
}

func createSchema(ctx context.Context, tx *sql.Tx, station string, made int64) error {
	pragmas := []string{
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		fmt.Sprintf("PRAGMA user_version = %d", schemaVersion),
	}
	for _, p := range pragmas {
		if _, err := tx.ExecContext(ctx, p); err != nil {
			return err
		}
	}
	for _, o := range objects() {
		if _, err := tx.ExecContext(ctx, o[1]); err != nil {
			return fmt.Errorf("%s: %w", o[0], err)
		}
	}
	hash := genesisHash(station, made)
	if _, err := tx.ExecContext(ctx, `INSERT INTO genesis (one, station, made, hash) VALUES (1, ?, ?, ?)`,
		station, made, hash[:]); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO head (one, seq, hash) VALUES (1, 0, ?)`, hash[:])
	return err
}

// checkSchema refuses a file that is no journal, a newer one, and one whose guards were changed.
func checkSchema(ctx context.Context, db *sql.DB) error {
	const op = "journal open"
	var app, version int64
	if err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&app); err != nil {
		return asFault(op, err)
	}
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return asFault(op, err)
	}
	if app != applicationID {
		return newFault(Damaged, op, "the file is not a journal", nil)
	}
	if version > schemaVersion {
		return newFault(NewerSchema, op, fmt.Sprintf("schema %d, this release knows %d", version, schemaVersion), nil)
	}
	rows, err := db.QueryContext(ctx, `SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL`)
	if err != nil {
		return asFault(op, err)
	}
	defer rows.Close()
	have := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return asFault(op, err)
		}
		have[name] = text
	}
	if err := rows.Err(); err != nil {
		return asFault(op, err)
	}
	for _, o := range objects() {
		if strings.TrimSpace(have[o[0]]) != o[1] {
			return newFault(ChainBroken, op, fmt.Sprintf("the guard %q of the file was changed or removed", o[0]), nil)
		}
		delete(have, o[0])
	}
	for name := range have {
		return newFault(ChainBroken, op, fmt.Sprintf("the file holds %q, which the journal did not make", name), nil)
	}
	return nil
}
