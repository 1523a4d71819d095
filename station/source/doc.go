// Package source is where records come from and where outcomes go: it reads bundles from files and from the drop folder,
// keeps what it took in a sealed store, and writes one outcome file a card. docs/record.md is the wire form.
//
// The store is one SQLite file, records.db. A record lies in it as the envelope it came in, sealed to the station's key;
// what the queue and the search need (name, NIK, kind, reason, warnings) lies beside it sealed with AES-256-GCM under the
// station's data key, the file data.key (32 bytes in hex, mode 0600). In the clear are only the record's id and issue, the
// moments, and digests. The data key is a file because no TPM or PKCS#11 token is required of a station: whoever can read
// both files and station.jwk can read the records, so the folder belongs to the station's own user and lies on an
// encrypted disk.
package source
