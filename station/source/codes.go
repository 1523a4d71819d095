package source

import "cetak/drivers"

// Refusals of a bundle or of a line in it. Line faults of the envelope itself are station/record's S-101 to S-105, and a
// record that fails its checks is refused with its R-1xx.
const (
	Repeated         drivers.Code = "S-106" // this record and issue is in the bundle twice, waits already, or is finished
	BundleUnfinished drivers.Code = "S-110" // the last line is no manifest: an unfinished copy; nothing was taken
	BundleCount      drivers.Code = "S-111" // the manifest counts other than there are: lines are missing or added; nothing was taken
	BundleDigest     drivers.Code = "S-112" // the manifest's digest is another and no line explains it; nothing was taken
	BundleManifest   drivers.Code = "S-113" // the manifest is not signed by a centre that this station knows; nothing was taken
	BundleUnreadable drivers.Code = "S-114" // the file cannot be read, is no plain file, or changed while it was read
	BundleTooLarge   drivers.Code = "S-115" // larger than any bundle may be; nothing was taken
	InboxUnreadable  drivers.Code = "S-116" // the inbox folder is not there or cannot be read: a stick is not plugged in, or the setting is wrong
)

// Faults of the store and the outbox.
const (
	StoreBroken  drivers.Code = "S-130" // records.db cannot be opened, read, or written, or is no store
	StoreFull    drivers.Code = "S-131" // no space left for the store, the refused folder, or the outbox
	StoreKey     drivers.Code = "S-132" // data.key is missing, is readable by others, or is not the key of this store
	StoreNewer   drivers.Code = "S-133" // records.db was written by a newer version of the program
	NotQueued    drivers.Code = "S-134" // no such record waits here
	OutboxFailed drivers.Code = "S-135" // the outcome file cannot be written
	StoreBusy    drivers.Code = "S-136" // another program held the store for more than five seconds
)

func fault(c drivers.Code, again drivers.Again, op, detail string, err error) *drivers.Fault {
	return &drivers.Fault{Code: c, Op: op, Card: drivers.NoCard, Again: again, Detail: detail, Err: err}
}
