package assembly

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"

	"cetak/drivers"
	"cetak/station/certificate"
	"cetak/station/config"
	"cetak/station/durable"
	"cetak/station/office"
	"cetak/station/record"
)

// Keep writes a file of the station whole or not at all, readable by its owner only, and on the disk when it returns. Folders that
// are missing are made. Fault: config.Unreadable.
func Keep(path string, data []byte) error {
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = durable.Write(path, data, 0o600)
	}
	if err != nil {
		return fileFault(path, err)
	}
	return nil
}

// KeepPhoto copies a photograph into the station folder under its digest and gives what an act says of it. A copy that no act names
// does no harm: it is the same one the next time. Fault: config.Unreadable.
func KeepPhoto(dir, path string) (office.Photograph, error) {
	picture, err := os.ReadFile(path)
	if err != nil {
		return office.Photograph{}, fileFault(path, err)
	}
	sum := sha256.Sum256(picture)
	photo := office.Photograph{File: filepath.Base(path), SHA256: hex.EncodeToString(sum[:])}
	return photo, Keep(PhotoFile(dir, photo.SHA256), picture)
}

// KeepCertificate signs the certificate of a closed shift and writes it to path, or where that is empty into the station folder. It gives
// where it lies. Faults: those of certificate.Sign, config.Unreadable.
func KeepCertificate(dir string, k record.Keys, c certificate.Certificate, path string) (string, error) {
	file, err := certificate.Sign(c, k)
	if err != nil {
		return "", err
	}
	if path == "" {
		path = filepath.Join(dir, CertificateFolder, c.Shift+".jws")
	}
	return path, Keep(path, file)
}

func fileFault(path string, err error) error {
	return &drivers.Fault{Code: config.Unreadable, Op: "file", Card: drivers.NoCard, Again: drivers.AgainAfterOperator, Detail: path, Err: err}
}
