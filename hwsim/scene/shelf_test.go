package scene

import (
	"slices"
	"strings"
	"testing"
)

// TestKinds: what the list offers can be armed as it is offered.
func TestKinds(t *testing.T) {
	for _, k := range Kinds() {
		words := append([]string{"on", k.Event, "do", k.Name}, strings.Fields(k.Example)...)
		s, err := Parse(strings.Join(append(words, "once"), " "))
		if err != nil {
			t.Errorf("%+v: %v", k, err)
			continue
		}
		if (k.Takes == "") != (k.Example == "") || k.Needs && k.Takes == "" {
			t.Errorf("%+v: the argument and its example do not agree", k)
		}
		if _, err := ParseFault([]string{k.Name}); (err != nil) != k.Needs {
			t.Errorf("%+v without an argument: %v", k, err)
		}
		if len(s.Waiting()) != 1 || len(s.On(k.Event)) != 1 || len(s.Waiting()) != 0 {
			t.Errorf("%+v: armed once is not once", k)
		}
	}
	if len(Kinds()) != len(Faults()) {
		t.Errorf("%d of %d faults are offered", len(Kinds()), len(Faults()))
	}
}

// TestWaiting: rules that can still fire are told as written, and can be taken out.
func TestWaiting(t *testing.T) {
	s, err := Parse("on feed do nack T # always\non feed 2 do jam-feed\non head do hold once")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"on feed do nack T", "on feed 2 do jam-feed", "on head do hold once"}
	if got := s.Waiting(); !slices.Equal(got, want) {
		t.Fatalf("%q", got)
	}
	s.On("feed")
	s.On("feed")
	if got := s.Waiting(); !slices.Equal(got, []string{want[0], want[2]}) {
		t.Errorf("after two feeds: %q", got)
	}
	if s.Forget(want[1]+" once") || !s.Forget(want[2]) || s.Forget(want[2]) || len(s.On("head")) != 0 {
		t.Error("forgetting")
	}
}
