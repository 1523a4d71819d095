package pcsc

import (
	"testing"

	"cetak/drivers"
	"cetak/drivers/drivertest"
	"cetak/drivers/encoder"
	"cetak/hwsim/card"
)

// profiles are those that come with the program, with the simulated card of each.
func profiles(t *testing.T) map[string]struct {
	e    *encoder.Encoder
	kind card.Kind
} {
	t.Helper()
	out := map[string]struct {
		e    *encoder.Encoder
		kind card.Kind
	}{}
	for name, kind := range map[string]card.Kind{encoder.NameKTPel: card.KTPel, encoder.NamePlain: card.Plain} {
		p, err := encoder.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = struct {
			e    *encoder.Encoder
			kind card.Kind
		}{encoder.New(p), kind}
	}
	return out
}

// TestProfiles takes cards of every profile through their life, at the reader.
func TestProfiles(t *testing.T) {
	if bench == nil {
		t.Skip("spends blanks; on hardware TestPersonalise does, by command line")
	}
	for name, p := range profiles(t) {
		t.Run(name, func(t *testing.T) {
			b := contractBench(open, func(_ []byte, mute bool) card.Options { return card.Options{Kind: p.kind, Mute: mute} })
			drivertest.Profile(t, b, p.e, specimen(), "6FF2")
		})
		t.Run(name+", secure channel", func(t *testing.T) {
			keys := &officeKeys{MasterKeys: card.NewMasterKeys(0x30, 16)}
			through := func(t *testing.T) drivers.ChipReader { return securedReader{open(t), keys} }
			b := contractBench(through, func(uid []byte, _ bool) card.Options {
				set := keys.Of(uid)
				return card.Options{Kind: p.kind, Keys: &set}
			})
			drivertest.Profile(t, b, p.e, specimen(), "6FF2")
		})
	}
}

// TestPlainContract: a chip is a chip, whatever is on it.
func TestPlainContract(t *testing.T) {
	drivertest.Chip(t, contractBench(open, func(_ []byte, mute bool) card.Options { return card.Options{Kind: card.Plain, Mute: mute} }))
}
