package pcsc

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"cetak/drivers"
	"cetak/drivers/apdu"
	"cetak/drivers/drivertest"
	"cetak/drivers/scp03"
	"cetak/hwsim/card"
)

// TestSecuredContract runs the contract of a chip once more, behind a secure channel: whatever happens at the reader, a channel
// behaves as the chip does.
func TestSecuredContract(t *testing.T) {
	keys := &officeKeys{MasterKeys: card.NewMasterKeys(0x30, 16)}
	through := func(t *testing.T) drivers.ChipReader { return securedReader{open(t), keys} }
	drivertest.Chip(t, contractBench(through, func(uid []byte, mute bool) card.Options {
		keys.mute.Store(mute)
		set := keys.Of(uid)
		return card.Options{Mute: mute, Keys: &set}
	}))
}

// securedReader gives the chips of a reader behind a channel, but a mute one, which opens none.
type securedReader struct {
	drivers.ChipReader
	keys *officeKeys
}

func (r securedReader) Wait(ctx context.Context) (drivers.Chip, error) {
	chip, err := r.ChipReader.Wait(ctx)
	if err != nil || r.keys.mute.Load() {
		return chip, err
	}
	uid, err := apdu.Exchange(ctx, chip, apdu.GetUID())
	if err == nil {
		var c *scp03.Channel
		if c, err = scp03.Open(ctx, chip, r.keys, scp03.Options{Card: uid.Data}); err == nil {
			return c, nil
		}
	}
	return nil, errors.Join(err, chip.Close())
}

// officeKeys are the keys of an office in memory.
type officeKeys struct {
	card.MasterKeys
	mute atomic.Bool // the card that was laid last gives no answer
}

func (k *officeKeys) Version() byte { return k.MasterKeys.Version }
func (k *officeKeys) Length() int   { return len(k.MasterKeys.ENC) }
func (k *officeKeys) Close() error  { return nil }

func (k *officeKeys) CheckValue(context.Context, scp03.Role) ([3]byte, error) {
	return scp03.CheckValue(k.MasterKeys.ENC)
}

func (k *officeKeys) CMAC(_ context.Context, uid []byte, role scp03.Role, message []byte) ([16]byte, error) {
	set := k.Of(uid)
	if role == scp03.ENC {
		return scp03.CMAC(set.ENC, message)
	}
	return scp03.CMAC(set.MAC, message)
}
