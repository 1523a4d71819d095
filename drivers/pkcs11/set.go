package pkcs11

import (
	"context"
	"errors"
	"fmt"

	"github.com/miekg/pkcs11"

	"cetak/drivers"
	"cetak/drivers/scp03"
)

// label is the CKA_LABEL of one key of a set.
func label(set string, role scp03.Role) string { return set + "-" + string(role) }

// find looks up the keys of a set. ENC and MAC must be there; one version, one length, and none that could be read out.
func (t *Token) find(set string) error {
	for _, role := range []scp03.Role{scp03.ENC, scp03.MAC, scp03.DEK} {
		handles, err := t.labelled(label(set, role))
		if err != nil {
			return err
		}
		if len(handles) == 0 && role == scp03.DEK {
			continue
		}
		if len(handles) != 1 {
			return fault(drivers.KeysUnavailable, "find keys", fmt.Sprintf("%d keys are called %s", len(handles), label(set, role)), nil)
		}
		if err := t.take(label(set, role), role, handles[0]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Token) labelled(label string) ([]pkcs11.ObjectHandle, error) {
	err := t.lib.FindObjectsInit(t.session, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY),
		pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_AES),
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, label),
	})
	if err != nil {
		return nil, err
	}
	handles, _, err := t.lib.FindObjects(t.session, 3)
	return handles, errors.Join(err, t.lib.FindObjectsFinal(t.session))
}

// take reads what a key says of itself.
func (t *Token) take(name string, role scp03.Role, key pkcs11.ObjectHandle) error {
	const op = "find keys"
	at, err := t.lib.GetAttributeValue(t.session, key, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_ID, nil),
		pkcs11.NewAttribute(pkcs11.CKA_VALUE_LEN, nil),
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, nil),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, nil),
	})
	if err != nil {
		return err
	}
	id, length := at[0].Value, number(at[1].Value)
	switch {
	case !yes(at[2].Value) || yes(at[3].Value):
		return fault(drivers.KeysExposed, op, name+" may be read out of the token: make it sensitive and not extractable", nil)
	case len(id) != 1 || id[0] < 1 || id[0] > 0x7F:
		return fault(drivers.KeysUnavailable, op, fmt.Sprintf("the CKA_ID of %s is %X: it must be the key version number, 01 to 7F", name, id), nil)
	case length != 16 && length != 24 && length != 32:
		return fault(drivers.KeysUnavailable, op, fmt.Sprintf("%s has %d bytes", name, length), nil)
	case len(t.keys) > 0 && (id[0] != t.version || length != t.length):
		return fault(drivers.KeysUnavailable, op, name+" has another version or length than the other keys of the set", nil)
	}
	t.version, t.length = id[0], length
	t.keys[role] = key
	return nil
}

func yes(b []byte) bool { return len(b) == 1 && b[0] != 0 }

// number is a CK_ULONG, which is as long as the machine's and in its order; a key's length fits in its lowest byte.
func number(b []byte) int {
	n := 0
	for _, v := range b {
		n |= int(v)
	}
	return n
}

// Import puts a key set into the token, sensitive and not extractable, for CMAC and check values only. It refuses a set that is there. Faults:
// KeysUnavailable, KeysPIN, those of PIN.
func Import(ctx context.Context, o Options, version byte, keys map[scp03.Role][]byte) error {
	t, err := begin(ctx, o, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return err
	}
	err = t.call(ctx, "import keys", func() error {
		for role := range keys {
			there, err := t.labelled(label(o.Key, role))
			if err != nil {
				return err
			}
			if len(there) > 0 {
				return fault(drivers.KeysUnavailable, "import keys", label(o.Key, role)+" is in the token already", nil)
			}
		}
		for role, key := range keys {
			if _, err := t.lib.CreateObject(t.session, template(label(o.Key, role), version, key)); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, t.Close())
}

func template(label string, version byte, key []byte) []*pkcs11.Attribute {
	return []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY),
		pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_AES),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true),
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false),
		pkcs11.NewAttribute(pkcs11.CKA_MODIFIABLE, false),
		pkcs11.NewAttribute(pkcs11.CKA_SIGN, true),
		pkcs11.NewAttribute(pkcs11.CKA_VERIFY, false),
		pkcs11.NewAttribute(pkcs11.CKA_ENCRYPT, true), // the check value is a block of ECB
		pkcs11.NewAttribute(pkcs11.CKA_DECRYPT, false),
		pkcs11.NewAttribute(pkcs11.CKA_WRAP, false),
		pkcs11.NewAttribute(pkcs11.CKA_UNWRAP, false),
		pkcs11.NewAttribute(pkcs11.CKA_DERIVE, false),
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, label),
		pkcs11.NewAttribute(pkcs11.CKA_ID, []byte{version}),
		pkcs11.NewAttribute(pkcs11.CKA_VALUE, key),
	}
}
