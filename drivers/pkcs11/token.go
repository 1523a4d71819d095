package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/miekg/pkcs11"

	"cetak/drivers"
	"cetak/drivers/scp03"
)

// Options choose a key set in a token.
type Options struct {
	Module string // path of the token's library
	Token  string // its label
	Key    string // name of the key set
	// PIN gives the user PIN; it is called once by Open, if the token wants one, and what it gives is overwritten.
	PIN func(context.Context) ([]byte, error)
}

// Token is one key set in an open token. It is a scp03.Keys and is used by one goroutine. A call that does not come back within its
// ctx, or ten seconds, is left to itself, and the Token is dead.
type Token struct {
	lib     *pkcs11.Ctx
	session pkcs11.SessionHandle
	version byte
	length  int
	keys    map[scp03.Role]pkcs11.ObjectHandle
	dead    error
}

// PINState is what a token says of its PIN. It counts wrong ones itself, and tells of the count no more than this (PKCS #11 2.40, table 8).
type PINState struct {
	Needed bool // keys are used only after it was given
	Low    bool // a wrong one was given since the last right one
	Shut   bool // locked, or one try is left, which Open does not use up
}

// LookAtPIN asks the token how its PIN stands, and logs in to nothing. Faults: KeysUnavailable.
func LookAtPIN(ctx context.Context, o Options) (PINState, error) {
	t, err := load(ctx, o.Module)
	if err != nil {
		return PINState{}, err
	}
	var flags uint
	err = t.call(ctx, "look at token", func() error {
		_, flags, err = t.slot(o.Token)
		return err
	})
	return pinState(flags), errors.Join(err, t.Close())
}

func pinState(flags uint) PINState {
	return PINState{
		Needed: flags&pkcs11.CKF_LOGIN_REQUIRED != 0,
		Low:    flags&(pkcs11.CKF_USER_PIN_COUNT_LOW|pkcs11.CKF_USER_PIN_FINAL_TRY|pkcs11.CKF_USER_PIN_LOCKED) != 0,
		Shut:   flags&(pkcs11.CKF_USER_PIN_FINAL_TRY|pkcs11.CKF_USER_PIN_LOCKED) != 0,
	}
}

// Open logs in to the token and finds the keys. The PIN is tried once, and not at all when it is the last try before the
// token locks itself. Faults: KeysUnavailable, KeysPIN, KeysExposed, those of PIN.
func Open(ctx context.Context, o Options) (*Token, error) {
	t, err := begin(ctx, o, pkcs11.CKF_SERIAL_SESSION)
	if err != nil {
		return nil, err
	}
	if err := t.call(ctx, "find keys", func() error { return t.find(o.Key) }); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// load loads the library.
func load(ctx context.Context, module string) (*Token, error) {
	if st, err := os.Stat(module); err != nil || st.IsDir() {
		return nil, fault(drivers.KeysUnavailable, "open token", "no library "+module, err)
	}
	t := &Token{lib: pkcs11.New(module), keys: map[scp03.Role]pkcs11.ObjectHandle{}}
	if t.lib == nil {
		return nil, fault(drivers.KeysUnavailable, "open token", module+" is no PKCS#11 library", nil)
	}
	err := t.call(ctx, "open token", func() error { return t.lib.Initialize() })
	if err != nil {
		if t.dead == nil {
			t.lib.Destroy()
		}
		return nil, err
	}
	return t, nil
}

// begin loads the library and opens a session, logged in.
func begin(ctx context.Context, o Options, flags uint) (*Token, error) {
	t, err := load(ctx, o.Module)
	if err != nil {
		return nil, err
	}
	login := false
	err = t.call(ctx, "open token", func() error {
		slot, says, err := t.slot(o.Token)
		if err != nil {
			return err
		}
		if login, err = mayTry(says); err != nil {
			return err
		}
		t.session, err = t.lib.OpenSession(slot, flags)
		return err
	})
	if err == nil && login {
		err = t.login(ctx, o.PIN)
	}
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// slot finds the token by its label and gives the flags it shows.
func (t *Token) slot(label string) (slot, flags uint, err error) {
	slots, err := t.lib.GetSlotList(true)
	if err != nil {
		return 0, 0, err
	}
	var there []string
	var found []uint
	for _, s := range slots {
		info, err := t.lib.GetTokenInfo(s)
		if err != nil || info.Flags&pkcs11.CKF_TOKEN_INITIALIZED == 0 {
			continue // pulled just now, or never set up
		}
		name := strings.TrimRight(info.Label, " \x00")
		there = append(there, name)
		if name == label {
			found, flags = append(found, s), info.Flags
		}
	}
	if len(found) != 1 {
		return 0, 0, fault(drivers.KeysUnavailable, "open token", fmt.Sprintf("%d tokens are called %q; there are %q", len(found), label, there), nil)
	}
	return found[0], flags, nil
}

// mayTry tells whether the token wants a PIN, and refuses to risk its last try.
func mayTry(flags uint) (login bool, err error) {
	switch {
	case flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
		return false, fault(drivers.KeysPIN, "open token", "the PIN is locked", nil)
	case flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0:
		return false, fault(drivers.KeysPIN, "open token", "one try is left before the PIN locks: it is not used up here", nil)
	}
	return pinState(flags).Needed, nil
}

func (t *Token) login(ctx context.Context, ask func(context.Context) ([]byte, error)) error {
	pin, err := ask(ctx)
	if err != nil {
		return err
	}
	word := string(pin) // the library's own type; this copy lives until the memory is used again
	clear(pin)
	return t.call(ctx, "log in", func() error {
		err := t.lib.Login(t.session, pkcs11.CKU_USER, word)
		if errors.Is(err, pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN)) {
			return nil
		}
		return err
	})
}

// Version is the key version number, from CKA_ID.
func (t *Token) Version() byte { return t.version }

// Length of each key in bytes.
func (t *Token) Length() int { return t.length }

// CMAC is AES-CMAC under the key of a role as the token has it, or, with a card's number, under the key derived for that card. Faults:
// KeysUnavailable.
func (t *Token) CMAC(ctx context.Context, card []byte, role scp03.Role, message []byte) (mac [16]byte, err error) {
	if card == nil {
		return t.sign(ctx, role, message)
	}
	key, err := scp03.Diversify(func(m []byte) ([16]byte, error) { return t.sign(ctx, role, m) }, role, card, t.length)
	if err != nil {
		return mac, err
	}
	defer clear(key)
	return scp03.CMAC(key, message)
}

func (t *Token) sign(ctx context.Context, role scp03.Role, message []byte) (mac [16]byte, err error) {
	key, err := t.key(role)
	if err != nil {
		return mac, err
	}
	var out []byte
	err = t.call(ctx, "CMAC", func() error {
		if err := t.lib.SignInit(t.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_CMAC, nil)}, key); err != nil {
			return err
		}
		out, err = t.lib.Sign(t.session, message)
		return err
	})
	err = filled(mac[:], out, err)
	return mac, err
}

// CheckValue is the check value of a key, as scp03.CheckValue has it: one block of AES in the token. Faults: KeysUnavailable.
func (t *Token) CheckValue(ctx context.Context, role scp03.Role) (value [3]byte, err error) {
	key, err := t.key(role)
	if err != nil {
		return value, err
	}
	ones := make([]byte, 16)
	for i := range ones {
		ones[i] = 1
	}
	var out []byte
	err = t.call(ctx, "check value", func() error {
		if err := t.lib.EncryptInit(t.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_ECB, nil)}, key); err != nil {
			return err
		}
		out, err = t.lib.Encrypt(t.session, ones)
		return err
	})
	err = filled(value[:], out, err)
	return value, err
}

// filled takes a block of the token's into a result, as far as that goes.
func filled(into, block []byte, err error) error {
	if err == nil && len(block) != 16 {
		return fault(drivers.KeysUnavailable, "token", fmt.Sprintf("%d bytes for a block", len(block)), nil)
	}
	copy(into, block)
	return err
}

func (t *Token) key(role scp03.Role) (pkcs11.ObjectHandle, error) {
	key, ok := t.keys[role]
	if !ok {
		return 0, fault(drivers.KeysUnavailable, "token", "the set has no key "+string(role), nil)
	}
	return key, nil
}

// Close logs out and unloads the library. A library that hangs is left loaded.
func (t *Token) Close() error {
	if t.lib == nil || t.dead != nil {
		return nil
	}
	err := t.lib.Finalize() // closes the sessions and logs out
	t.lib.Destroy()
	t.lib, t.dead = nil, fault(drivers.KeysUnavailable, "token", "closed", nil)
	if err != nil {
		return fault(drivers.KeysUnavailable, "close token", "", err)
	}
	return nil
}

// callLimit bounds one call: an HSM across a network answers in tens of milliseconds, a token in a socket within a second.
const callLimit = 10 * time.Second

// call runs functions of the library, which know no deadline.
func (t *Token) call(ctx context.Context, op string, f func() error) error {
	if t.dead != nil {
		return t.dead
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return told(op, err)
	case <-ctx.Done():
		t.dead = fault(drivers.KeysUnavailable, op, "the token does not answer", context.Cause(ctx))
		return t.dead
	}
}

// told makes a fault of what the library says.
func told(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*drivers.Fault](err); ok {
		return err
	}
	code := drivers.KeysUnavailable
	if e, ok := errors.AsType[pkcs11.Error](err); ok {
		switch e {
		case pkcs11.CKR_PIN_INCORRECT, pkcs11.CKR_PIN_INVALID, pkcs11.CKR_PIN_LEN_RANGE, pkcs11.CKR_PIN_EXPIRED, pkcs11.CKR_PIN_LOCKED:
			code = drivers.KeysPIN
		}
	}
	return fault(code, op, err.Error(), err)
}

func fault(code drivers.Code, op, detail string, err error) error {
	return &drivers.Fault{Code: code, Op: op, Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}
