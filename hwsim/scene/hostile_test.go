package scene

import "testing"

// TestSince: occurrences count from the other event's on, itself included.
func TestSince(t *testing.T) {
	s, err := Parse("on command:Rlr 2 since command:Sis do nack F once\non command 1 since command:Dbc 2 do say 0615\non chip since station do chip-says 6A82 once\non command do refuse CARD-JAM once\n")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct{ event, want string }{
		{"command:Rlr", "refuse"}, {"command:Rlr", ""}, {"command:Sis", ""}, {"command:Rlr", ""}, {"select", ""}, {"command:Rlr", "nack"},
		{"command:Dbc", ""}, {"station", ""}, {"select", "chip-says"}, {"command:Dbc", "say"}, {"command:Dbc", ""}, {"read", ""},
	} {
		got := ""
		for _, f := range s.On(c.event) {
			got += f.Name
			if f.Name == "refuse" && f.Text != "CARD JAM" || f.Name == "say" && string(f.Bytes) != "\x06\x15" {
				t.Errorf("%+v", f)
			}
		}
		if got != c.want {
			t.Errorf("%d %s: %q, want %q", i, c.event, got, c.want)
		}
	}
	for _, bad := range []string{
		"on command since do nack", "on command since moon do nack", "on command 1 since command:Sis 0 do nack", "on command since",
		"on command do say", "on command do say 6", "on command do say XX", "on command do refuse", "on command do refuse A B", "on command do swap 3",
	} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
