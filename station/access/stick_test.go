package access

import (
	"bytes"
	"errors"
	"testing"
)

func TestPassphrase(t *testing.T) {
	for p, ok := range map[string]bool{
		"": false, "fifteen letters": false, "sixteen letters.": true, "kuda hijau makan rumput": true, "aaaaaaaaaaaaaaaaaaaa": false,
		string(bytes.Repeat([]byte("ab"), 65)): false,
	} {
		if err := CheckPassphrase(p); (err == nil) != ok || err != nil && !errors.Is(err, WeakPassword) {
			t.Errorf("%q: %v", p, err)
		}
	}
	if k := StickKey("x", make([]byte, StickSalt)); len(k) != 32 || StickKDF() != "argon2id v=19 m=65536 t=3 p=4" {
		t.Errorf("%d bytes by %s: a stick of another release would not open", len(k), StickKDF())
	}
}
