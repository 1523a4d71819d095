package keys

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"cetak/drivers"
	"cetak/drivers/scp03"
)

// CheckValue is the check values of the keys ENC and MAC of a set, in that order, as the settings have them: twelve upper-case hex digits. Faults:
// those of the set.
func CheckValue(ctx context.Context, k scp03.Keys) (string, error) {
	enc, err := k.CheckValue(ctx, scp03.ENC)
	if err != nil {
		return "", err
	}
	mac, err := k.CheckValue(ctx, scp03.MAC)
	if err != nil {
		return "", err
	}
	return strings.ToUpper(hex.EncodeToString(enc[:]) + hex.EncodeToString(mac[:])), nil
}

// Check holds a set to the version and the check values that are to be used. Faults: KeysDiffer, those of the set.
func Check(ctx context.Context, k scp03.Keys, version byte, checkValue string) error {
	const op = "check keys"
	if v := k.Version(); v != version {
		return fault(drivers.KeysDiffer, op, fmt.Sprintf("version %d, the settings say %d", v, version), nil)
	}
	have, err := CheckValue(ctx, k)
	if err != nil {
		return err
	}
	if !strings.EqualFold(have, checkValue) {
		return fault(drivers.KeysDiffer, op, "check value "+have+", the settings say "+checkValue, nil)
	}
	return nil
}

func fault(code drivers.Code, op, detail string, err error) error {
	return &drivers.Fault{Code: code, Op: op, Again: drivers.AgainAfterOperator, Detail: detail, Err: err}
}
