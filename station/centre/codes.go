package centre

import "cetak/drivers"

// Faults of running a centre; what it refuses to others is in package api.
const (
	StoreUnusable  drivers.Code = "N-301" // the store cannot be opened or reached, or is no centre's
	StoreNewer     drivers.Code = "N-302" // the store was written by a newer release
	FolderUnusable drivers.Code = "N-303" // the folder is no centre's, or a key in it cannot be read or is open to others
	FileWrong      drivers.Code = "N-304" // a file of deposits, keys, or rules does not read
	AddressTaken   drivers.Code = "N-305" // the address to listen at is in use or not this machine's
)
