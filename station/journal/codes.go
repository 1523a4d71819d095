package journal

import (
	"errors"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"cetak/drivers"
)

// Faults of the journal and of the disk under it. None of them concerns a card by itself: what a card in hand means is
// the flow's business.
const (
	// DiskFull: too little free space to write, or fewer than MinFree bytes left before a card begins. Nothing was
	// written; it works again once there is space.
	DiskFull drivers.Code = "J-101"
	// ReadOnly: the journal or its folder may not be written (permissions, read-only medium).
	ReadOnly drivers.Code = "J-102"
	// InUse: another program already runs a station in this folder.
	InUse drivers.Code = "J-103"
	// ChainBroken: a line was edited, removed, inserted, or reordered, or the guards of the file were taken out. The
	// station does not start on such a journal; a reader may still look at it.
	ChainBroken drivers.Code = "J-104"
	// Damaged: the file is no journal any more, or parts of it are unreadable.
	Damaged drivers.Code = "J-105"
	// NoJournal: the folder has no journal file. A journal is made once, by init, and never again on the side.
	NoJournal drivers.Code = "J-106"
	// NewerSchema: a newer release wrote this journal.
	NewerSchema drivers.Code = "J-107"
	// DiskFailed: the disk reported an error on reading or writing.
	DiskFailed drivers.Code = "J-108"
	// UIDRepeated: the chip number was already booked in another attempt; one chip, one attempt, ever.
	UIDRepeated drivers.Code = "J-109"
	// AlreadyThere: a new journal was asked for where one exists. The old one is untouched.
	AlreadyThere drivers.Code = "J-110"
	// Slow: the disk had not answered when the caller could wait no longer. Whether the facts are in the journal is not
	// known, as after a crash: the next Open reads what is there. Until then nothing more is appended.
	Slow drivers.Code = "J-111"
)

func newFault(code drivers.Code, op, detail string, err error) *drivers.Fault {
	again := drivers.AgainNever
	switch code {
	case DiskFull, ReadOnly, InUse, Slow:
		again = drivers.AgainAfterOperator
	}
	return &drivers.Fault{Code: code, Op: op, Again: again, Detail: detail, Err: err}
}

// asFault gives a storage error its code by SQLite's result code or the errno, never by its text. Faults pass through.
func asFault(op string, err error) error {
	if err == nil {
		return nil
	}
	var have *drivers.Fault
	if errors.As(err, &have) {
		return err
	}
	return newFault(codeOf(err), op, "", err)
}

func codeOf(err error) drivers.Code {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return DiskFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return ReadOnly
	case errors.Is(err, syscall.EIO):
		return DiskFailed
	}
	var lite *sqlite.Error
	if !errors.As(err, &lite) {
		return drivers.Unexpected
	}
	switch lite.Code() & 0xff { // the low byte is the primary result code (sqlite.org/rescode.html)
	case sqlite3.SQLITE_FULL:
		return DiskFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return ReadOnly
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return InUse
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return Damaged
	case sqlite3.SQLITE_IOERR:
		return DiskFailed
	}
	return drivers.Unexpected
}
