package view

import "cetak/ui/model"

// hear has a sound played, where there are sounds and this person wants them.
func (v *View) hear(s model.Sound) {
	if s != model.SoundNone && v.o.Hear != nil && v.local.Sound == model.SoundOn {
		v.o.Hear(s)
	}
}

// tick brings up to date what goes by the clock: how long the card in hand will take yet.
func (v *View) tick() {
	if j := v.snap.Job; j != nil && !j.Due.IsZero() {
		v.refresh()
	}
}
