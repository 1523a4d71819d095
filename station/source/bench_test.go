package source_test

import "testing"

// BenchmarkQueue reads the longest queue we know of (DESIGN 11) from the disk: what a start waits for before anybody is listed.
func BenchmarkQueue(b *testing.B) {
	const all = 313_281
	d := newDesk(b)
	d.take(d.drop("records.prr", d.bundle(25)))
	if err := d.store.Pad(b.Context(), all-25); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if n := len(d.queue()); n != all {
			b.Fatal(n)
		}
	}
}
