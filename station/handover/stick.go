package handover

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cetak/station/access"
	"cetak/station/durable"
)

// What lies on a stick: NAME is "cetak-" and the id of the paper or packet.
const (
	prefix     = "cetak-"
	parcelExt  = ".work"    // sealed: records for another desk
	packetExt  = ".home"    // sealed: what a desk has to tell the centre
	receiptExt = ".receipt" // what the centre says to a packet: a compact JWS
)

// anyDesk is to whom a packet is addressed: whoever has a line.
const anyDesk = "centre"

// maxSealed bounds a sealed file: a thousand records.
const maxSealed = 512 << 20

// label is the first line of a sealed file, JSON. It names no person; it is bound to what it stands on, and tells a cut file from a wrong
// passphrase.
type label struct {
	V      int    `json:"v"`
	What   string `json:"what"` // the file's ending
	ID     string `json:"id"`
	From   string `json:"from"` // the desk
	To     string `json:"to"`   // the key id of the taker, or anyDesk
	KDF    string `json:"kdf"`
	Salt   []byte `json:"salt"`
	Nonce  []byte `json:"nonce"`
	Size   int64  `json:"size"` // of what follows, AES-256-GCM under the passphrase's key, with these members before Size as additional data
	SHA256 string `json:"sha256"`
}

// bound is what the sealing binds of a label.
func (l label) bound() []byte {
	l.Size, l.SHA256 = 0, ""
	text, _ := json.Marshal(l) // strings and bytes only
	return text
}

func newAEAD(passphrase string, salt []byte) cipher.AEAD {
	block, err := aes.NewCipher(access.StickKey(passphrase, salt))
	if err != nil {
		panic(err) // a key of 32 bytes is one
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has blocks of 16 bytes
	}
	return aead
}

// sealed makes a file that only the passphrase opens.
func sealed(l label, body []byte, passphrase string) ([]byte, error) {
	if err := access.CheckPassphrase(passphrase); err != nil {
		return nil, err
	}
	l.V, l.KDF, l.Salt, l.Nonce = 1, access.StickKDF(), make([]byte, access.StickSalt), make([]byte, 12)
	_, _ = rand.Read(l.Salt) // never fails since Go 1.24
	_, _ = rand.Read(l.Nonce)
	text := newAEAD(passphrase, l.Salt).Seal(nil, l.Nonce, body, l.bound())
	sum := sha256.Sum256(text)
	l.Size, l.SHA256 = int64(len(text)), hex.EncodeToString(sum[:])
	first, err := json.Marshal(l)
	if err != nil {
		return nil, fault(StickFailed, "seal", "", err)
	}
	return append(append(first, '\n'), text...), nil
}

// file is a sealed file as it lies on a stick, whole, not opened yet.
type file struct {
	path string
	label
	text []byte
}

// parse reads a sealed file and finds whether it is whole. Faults: StickHalf, StickAltered.
func parse(path string, text []byte) (file, error) {
	name := filepath.Base(path)
	first, rest, ok := bytes.Cut(text, []byte("\n"))
	f := file{path: path, text: rest}
	if !ok {
		return f, fault(StickHalf, "stick", name, nil)
	}
	if err := json.Unmarshal(first, &f.label); err != nil || f.V != 1 || f.KDF != access.StickKDF() || len(f.Salt) != access.StickSalt || len(f.Nonce) != 12 || f.What != filepath.Ext(name) || f.ID == "" {
		return f, fault(StickAltered, "stick", name+" has no label of this release", err)
	}
	sum := sha256.Sum256(rest)
	switch {
	case int64(len(rest)) < f.Size:
		return f, fault(StickHalf, "stick", name, nil)
	case int64(len(rest)) > f.Size || hex.EncodeToString(sum[:]) != f.SHA256:
		return f, fault(StickAltered, "stick", name, nil)
	}
	return f, nil
}

// open opens a whole file. Fault: StickLocked.
func (f file) open(passphrase string) ([]byte, error) {
	body, err := newAEAD(passphrase, f.Salt).Open(nil, f.Nonce, f.text, f.bound())
	if err != nil {
		return nil, fault(StickLocked, "stick", filepath.Base(f.path), nil)
	}
	return body, nil
}

// names gives the files of one kind on a stick, in their order.
func names(stick, ext string) ([]string, error) {
	entries, err := os.ReadDir(stick)
	if err != nil {
		return nil, fault(StickFailed, "stick", stick, err)
	}
	var all []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), prefix) && filepath.Ext(e.Name()) == ext {
			all = append(all, filepath.Join(stick, e.Name()))
		}
	}
	slices.Sort(all)
	return all, nil
}

func readFile(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > most {
		return nil, fault(StickAltered, "stick", filepath.Base(path)+" is larger than any", nil)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fault(StickFailed, "stick", filepath.Base(path), err)
	}
	return text, nil
}

// sealedFiles reads all files of one kind on a stick. Faults: StickEmpty, StickHalf, StickAltered, StickFailed.
func sealedFiles(stick, ext string) ([]file, error) {
	paths, err := names(stick, ext)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fault(StickEmpty, "stick", stick, nil)
	}
	var all []file
	for _, path := range paths {
		text, err := readFile(path, maxSealed)
		if err != nil {
			return nil, err
		}
		f, err := parse(path, text)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// write puts a file onto a stick, whole or not at all.
func write(stick, id, ext string, text []byte) error {
	if err := durable.Write(filepath.Join(stick, prefix+id+ext), text, 0o600); err != nil {
		return fault(StickFailed, "stick", stick, err)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

func trim(text []byte) string { return strings.TrimSpace(string(text)) }

// newID names a paper or a packet, for ever.
func newID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}
