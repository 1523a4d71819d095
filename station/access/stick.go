package access

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// StickKDF names how StickKey makes a key of a passphrase: it stands on the stick, and another one is not opened.
func StickKDF() string {
	return fmt.Sprintf("argon2id v=%d m=%d t=%d p=%d", argon2.Version, memory, passes, lanes)
}

// StickSalt is how many bytes of salt StickKey takes.
const StickSalt = saltLen

// PassphraseMin is the least length of a passphrase: whoever finds the stick may try as long as they like, and no door locks.
const PassphraseMin = 16

// StickKey makes the 32 bytes that seal what travels on a stick, with the same pinned slow step as the passwords'.
func StickKey(passphrase string, salt []byte) []byte { return argon(passphrase, salt) }

// CheckPassphrase refuses a passphrase that cannot protect a stick. Fault: WeakPassword; its Detail never holds the passphrase.
func CheckPassphrase(p string) error {
	switch n := utf8.RuneCountInString(p); {
	case n < PassphraseMin:
		return refusal(WeakPassword, fmt.Sprintf("at least %d characters: four words", PassphraseMin))
	case n > PasswordMax:
		return refusal(WeakPassword, fmt.Sprintf("at most %d characters", PasswordMax))
	case strings.Trim(p, string([]rune(p)[:1])) == "":
		return refusal(WeakPassword, "one character again and again")
	}
	return nil
}
