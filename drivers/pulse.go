package drivers

import (
	"context"
	"time"
)

// pulseKey is the key of the function in a ctx.
type pulseKey struct{}

// WithPulse gives a ctx in which drivers tell beat of every sign of life of a device: a reply that made sense, or an
// order that sets a card in motion, with how long the machine may now lawfully be silent. A caller that wants to leave
// tells by it a machine at work from one that has fallen mute. beat is called on the goroutine of the driver's caller.
func WithPulse(ctx context.Context, beat func(silence time.Duration)) context.Context {
	return context.WithValue(ctx, pulseKey{}, beat)
}

// Pulse is a driver's sign of life: the device has just answered, or has just been told something during which it may be
// silent for so long, whatever was told before. Without WithPulse it does nothing.
func Pulse(ctx context.Context, silence time.Duration) {
	if beat, ok := ctx.Value(pulseKey{}).(func(time.Duration)); ok {
		beat(silence)
	}
}
