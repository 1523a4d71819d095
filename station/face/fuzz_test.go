package face

import (
	"os"
	"reflect"
	"testing"
)

// FuzzLayout reads arbitrary layout files: one that is taken has passed its own check and reads the same again.
func FuzzLayout(f *testing.F) {
	for _, name := range []string{"wni.toml", "wna.toml"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("[photo]\nx = 1e308"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ParseLayout(data)
		if err != nil {
			if !reflect.DeepEqual(l, Layout{}) {
				t.Error("a layout beside an error")
			}
			return
		}
		if err := l.check(); err != nil {
			t.Errorf("taken, and then refused: %v", err)
		}
		if again, err := ParseLayout(data); err != nil || !reflect.DeepEqual(l, again) {
			t.Errorf("the same bytes, another layout: %v", err)
		}
	})
}
