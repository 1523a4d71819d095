package access

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/crypto/argon2"

	"cetak/drivers"
	"cetak/station/durable"
)

// PeopleFile holds the verifiers of the passwords, in the station folder.
const PeopleFile = "people.toml"

// The second recommended option of RFC 9106 section 4: argon2id, 3 passes, 4 lanes, 64 MiB, 16 bytes of salt, 32 of tag. The first
// one takes 2 GiB, more than many an office's computer has beside the station.
const (
	passes  = 3
	lanes   = 4
	memory  = 64 << 10 // KiB
	saltLen = 16
	tagLen  = 32
)

// head of the PHC string of every verifier this release makes. Another one does not read: who guesses must not see from the
// time it takes whose verifier is of which release.
var head = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, memory, passes, lanes)

// derive is the slow step: salt and password to a tag.
type derive func(password string, salt []byte) []byte

func argon(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, tagLen)
}

// verifier is what a password is checked against.
type verifier struct{ salt, tag []byte }

// newVerifier makes one with fresh salt.
func newVerifier(password string, d derive) verifier {
	v := verifier{salt: make([]byte, saltLen)}
	_, _ = rand.Read(v.salt) // crypto/rand never fails: it ends the program instead
	v.tag = d(password, v.salt)
	return v
}

// decoy is checked where there is no verifier, so that it costs the same.
func decoy() verifier { return verifier{salt: make([]byte, saltLen), tag: make([]byte, tagLen)} }

func (v verifier) matches(password string, d derive) bool {
	return subtle.ConstantTimeCompare(d(password, v.salt), v.tag) == 1
}

// String gives the PHC string.
func (v verifier) String() string {
	b := base64.RawStdEncoding
	return head + b.EncodeToString(v.salt) + "$" + b.EncodeToString(v.tag)
}

// parseVerifier reads a PHC string of this release.
func parseVerifier(s string) (verifier, error) {
	rest, ok := strings.CutPrefix(s, head)
	salt, tag, two := strings.Cut(rest, "$")
	b := base64.RawStdEncoding.Strict()
	var v verifier
	var err, err2 error
	v.salt, err = b.DecodeString(salt)
	v.tag, err2 = b.DecodeString(tag)
	if !ok || !two || err != nil || err2 != nil || len(v.salt) != saltLen || len(v.tag) != tagLen {
		return verifier{}, unreadable("a verifier that this release did not make", nil)
	}
	return v, nil
}

// digest is what the journal vouches for.
func digest(phc string) string {
	sum := sha256.Sum256([]byte(phc))
	return hex.EncodeToString(sum[:])
}

// verifiers is people.toml: by name all verifiers that were written for it. The journal says which one counts; there are two
// while a change is under way, and after a change that was cut off.
type verifiers struct {
	People []entry `toml:"person"`
}

type entry struct {
	Name     string `toml:"name"`
	Verifier string `toml:"verifier"`
}

const preface = `# What the passwords of this station's people are checked against. Written by the program; a line changed by hand is found
# and refused, because the journal holds each verifier's digest. Back it up with the rest of the folder.

`

// readVerifiers reads people.toml; a station without one has none. Fault: PeopleUnreadable.
func readVerifiers(dir string) (verifiers, error) {
	b, err := os.ReadFile(filepath.Join(dir, PeopleFile))
	if os.IsNotExist(err) {
		return verifiers{}, nil
	}
	if err != nil {
		return verifiers{}, unreadable("may not be read", err)
	}
	return parseVerifiers(b)
}

func parseVerifiers(b []byte) (verifiers, error) {
	var v verifiers
	if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&v); err != nil {
		return verifiers{}, unreadable("is not what this program writes", nil) // the library's error would quote the line
	}
	return v, nil
}

// of gives the verifier of a name that the journal vouches for.
func (v verifiers) of(name, vouched string) (verifier, bool) {
	for _, e := range v.People {
		if key(e.Name) == key(name) && digest(e.Verifier) == vouched {
			got, err := parseVerifier(e.Verifier)
			return got, err == nil
		}
	}
	return verifier{}, false
}

// write puts people.toml in place, whole or not at all, readable for its owner only. Fault: PeopleUnreadable.
func (v verifiers) write(dir string) error {
	text, err := toml.Marshal(v)
	if err == nil {
		err = durable.Write(filepath.Join(dir, PeopleFile), append([]byte(preface), text...), 0o600)
	}
	if err != nil {
		return unreadable("may not be written", err)
	}
	return nil
}

func unreadable(what string, err error) error {
	return &drivers.Fault{Code: PeopleUnreadable, Op: "people", Again: drivers.AgainAfterOperator, Detail: PeopleFile + " " + what, Err: err}
}
