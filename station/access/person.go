package access

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cetak/station/ledger"
)

// Person is somebody who may sit here. Name is what the journal writes as who.
type Person struct {
	Name   string `json:"name"`
	Role   Role   `json:"role"`
	Active bool   `json:"active"` // not blocked by a supervisor
	Locked bool   `json:"locked"` // too many wrong passwords in a row
}

// By is who does an act: one person, or two.
type By struct{ Who, Second string }

// NameMax is how many letters a name may have.
const NameMax = 40

// Bounds of a password: eight characters are the least NIST SP 800-63B section 5.1.1.2 allows; the upper one only keeps a
// pasted file out.
const (
	PasswordMin = 8
	PasswordMax = 128
)

// key is how names are compared: in whatever case, they are one.
func key(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// CheckName gives the name as it is kept. Fault: BadName.
func CheckName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	n := utf8.RuneCountInString(name)
	switch {
	case !utf8.ValidString(name), strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", refusal(BadName, "a letter that cannot be seen")
	case n < 1 || n > NameMax:
		return "", refusal(BadName, "1 to 40 letters")
	case key(name) == ledger.Station:
		return "", refusal(BadName, `"station" is what the program calls itself`)
	}
	return name, nil
}

// CheckPassword refuses a password that cannot protect the name. Fault: WeakPassword; its Detail never holds the password.
func CheckPassword(name, password string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < PasswordMin:
		return refusal(WeakPassword, "at least 8 characters")
	case n > PasswordMax:
		return refusal(WeakPassword, "at most 128 characters")
	case strings.Trim(password, string([]rune(password)[:1])) == "":
		return refusal(WeakPassword, "one character again and again")
	case strings.Contains(key(password), key(name)) && n < utf8.RuneCountInString(name)+PasswordMin:
		return refusal(WeakPassword, "the name with little around it")
	}
	return nil
}
