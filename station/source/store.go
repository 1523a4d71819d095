package source

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"cetak/drivers"
	"cetak/station/durable"
	"cetak/station/record"
)

// schemaVersion is kept in PRAGMA user_version.
const schemaVersion = 3

const schema = `
CREATE TABLE bundles (
	digest  TEXT PRIMARY KEY,
	taken   INTEGER NOT NULL,
	refused INTEGER NOT NULL,
	at      INTEGER NOT NULL
) STRICT;
CREATE TABLE queue (
	id       TEXT NOT NULL,
	issue    INTEGER NOT NULL,
	cleared  INTEGER NOT NULL,
	notafter INTEGER NOT NULL,
	digest   TEXT NOT NULL,
	line     BLOB NOT NULL,
	envelope BLOB NOT NULL,
	PRIMARY KEY (id, issue)
) STRICT;
CREATE INDEX queue_order ON queue (cleared, id, issue, notafter, line);
CREATE TABLE finished (
	id     TEXT NOT NULL,
	issue  INTEGER NOT NULL,
	digest TEXT NOT NULL,
	result TEXT NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (id, issue)
) STRICT, WITHOUT ROWID;
CREATE TABLE seal (probe BLOB NOT NULL) STRICT;
` + leaseTables + `
PRAGMA user_version = 3;
`

// probe is what the seal table holds sealed: it tells a wrong data key at once.
const probe = "cetak records 1"

// Store is the sealed store. It is safe for concurrent use; other processes may open the same store.
type Store struct {
	dir  string
	keys record.Keys
	db   *sql.DB
	seal cipher.AEAD

	mu   sync.Mutex // held by Take and Scan: one bundle at a time
	seen map[string]glance
}

// OpenStore opens the store PATH (".../records.db"), with data.key, refused/, and outbox/ beside it; it makes what is not
// there yet. A store without its key, or with a key that others may read, is not opened. Errors are Faults with StoreBroken,
// StoreFull, StoreKey, or StoreNewer.
func OpenStore(path string, k record.Keys) (*Store, error) {
	s := &Store{dir: filepath.Dir(path), keys: k, seen: map[string]glance{}}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, storeFault("open", err)
	}
	_, err := os.Stat(path)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err := wholeStore(path, fresh); err != nil {
		return nil, err
	}
	if s.seal, err = dataKey(filepath.Join(s.dir, "data.key"), fresh); err != nil {
		return nil, err
	}
	if fresh { // SQLite would give it the mode of the umask, and the log beside it the mode of the file
		if err := durable.Write(path, nil, 0o600); err != nil {
			return nil, storeFault("open", err)
		}
	}
	if s.db, err = openDB(path); err != nil {
		return nil, storeFault("open", err)
	}
	if err := migrate(context.Background(), path, s.db); err != nil {
		_ = s.db.Close()
		return nil, storeFault("open", err)
	}
	if err := s.prepare(); err != nil {
		_ = s.db.Close()
		return nil, err
	}
	return s, nil
}

// wholeStore refuses a store that was taken away, emptied, or cut off, before SQLite makes a new one in its place or fills
// the torn page up. The data key is made with the store: a key alone means that there was one.
func wholeStore(path string, fresh bool) error {
	name := filepath.Base(path)
	broken := func(detail string) error { return fault(StoreBroken, drivers.AgainAfterOperator, "open", detail, nil) }
	if fresh {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "data.key")); err == nil {
			return broken(name + " is gone and its data.key is there")
		}
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return storeFault("open", err)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return storeFault("open", err)
	}
	var header [100]byte // SQLite file format, section 1.3
	log, logErr := os.Stat(path + "-wal")
	logged := logErr == nil && log.Size() > 0 // then the end of the file may lawfully be old
	if _, err := f.ReadAt(header[:], 0); err != nil {
		if logged {
			return nil
		}
		return broken(name + " has " + strconv.FormatInt(info.Size(), 10) + " bytes")
	}
	if page := int64(binary.BigEndian.Uint16(header[16:])); page >= 512 && !logged && info.Size()%page != 0 {
		return broken("the last page of " + name + " is torn")
	}
	return nil
}

// openDB opens with one connection: SQLite has one writer, and the readers here are short. FULL means that a commit is on
// the disk when it returns; secure_delete that deleted rows are overwritten with zeros.
func openDB(path string) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "foreign_keys(ON)",
	}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, db.Ping()
}

// prepare makes the tables of a new store and holds an old one against its version and its key.
func (s *Store) prepare() error {
	ctx := context.Background()
	return s.within(ctx, "open", func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if version > schemaVersion {
			return fault(StoreNewer, drivers.AgainNever, "open", "version "+strconv.Itoa(version), nil)
		}
		if version == 0 {
			if _, err := tx.ExecContext(ctx, schema); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "INSERT INTO seal (probe) VALUES (?)", s.sealed([]byte(probe), "probe"))
			return err
		}
		var sealed []byte
		if err := tx.QueryRowContext(ctx, "SELECT probe FROM seal").Scan(&sealed); err != nil {
			return err
		}
		if plain, err := s.unsealed(sealed, "probe"); err != nil || string(plain) != probe {
			return fault(StoreKey, drivers.AgainAfterOperator, "open", "data.key is not the key of this store", nil)
		}
		return nil
	})
}

// Close closes the store. What was taken is on the disk already.
func (s *Store) Close() error { return s.db.Close() }

// within runs f in one transaction and turns any error into a Fault.
func (s *Store) within(ctx context.Context, op string, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return storeFault(op, err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if err := f(tx); err != nil {
		return storeFault(op, err)
	}
	if err := tx.Commit(); err != nil {
		return storeFault(op, err)
	}
	return nil
}

// storeFault keeps a Fault as it is and names any other error.
func storeFault(op string, err error) error {
	var f *drivers.Fault
	if errors.As(err, &f) {
		return err
	}
	var se *sqlite.Error
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.As(err, &se) && se.Code()&0xFF == sqlite3.SQLITE_FULL {
		return fault(StoreFull, drivers.AgainAfterOperator, op, "", err)
	}
	if se != nil && se.Code()&0xFF == sqlite3.SQLITE_BUSY {
		return fault(StoreBusy, drivers.AgainNow, op, "", err)
	}
	return fault(StoreBroken, drivers.AgainAfterOperator, op, "", err)
}

// dataKey reads the data key, or makes it for a fresh store. It is never made for a store that exists: what that holds
// would be lost for good.
func dataKey(path string, fresh bool) (cipher.AEAD, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && fresh:
		if err := makeKey(path); err != nil {
			return nil, storeFault("data key", err)
		}
	case err != nil:
		return nil, fault(StoreKey, drivers.AgainAfterOperator, "data key", "data.key cannot be read", err)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fault(StoreKey, drivers.AgainAfterOperator, "data key", "data.key is open to others: its mode must be 0600", nil)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault(StoreKey, drivers.AgainAfterOperator, "data key", "data.key cannot be read", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fault(StoreKey, drivers.AgainAfterOperator, "data key", "data.key is not 64 hex digits", nil)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fault(StoreKey, drivers.AgainNever, "data key", "", err)
	}
	return cipher.NewGCM(block)
}

func makeKey(path string) error {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails since Go 1.24
	return durable.Write(path, []byte(hex.EncodeToString(key)+"\n"), 0o600)
}

// sealed gives nonce and ciphertext; bound ties the ciphertext to its row, so that rows cannot be swapped.
func (s *Store) sealed(plain []byte, bound string) []byte {
	nonce := make([]byte, s.seal.NonceSize(), s.seal.NonceSize()+len(plain)+s.seal.Overhead())
	_, _ = rand.Read(nonce)
	return s.seal.Seal(nonce, nonce, plain, []byte(bound))
}

func (s *Store) unsealed(sealed []byte, bound string) ([]byte, error) {
	n := s.seal.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("sealed value too short")
	}
	return s.seal.Open(nil, sealed[:n], sealed[n:], []byte(bound))
}

// unix keeps moments in the store as milliseconds.
func unix(t time.Time) int64 { return t.UnixMilli() }
