package access

import (
	"errors"
	"slices"
	"testing"

	"cetak/drivers"
)

func TestTable(t *testing.T) {
	seen := map[Act]bool{}
	for _, r := range Table() {
		if seen[r.Act] {
			t.Errorf("%s has two rules", r.Act)
		}
		seen[r.Act] = true
		if len(r.Who) == 0 || r.Why == "" || r.Second != nil && len(r.Second) == 0 {
			t.Errorf("the rule of %s is not whole: %+v", r.Act, r)
		}
	}
	for _, a := range []Act{Draw, SpoilExtra, Adjust, Destroy, Reprint, Reopen, OpenShift, CloseShift, ReleaseIncident, People} {
		if !NeedsSecond(a) {
			t.Errorf("%s may be done alone", a)
		}
	}
	for _, a := range []Act{Print, Journal, Unlock, Block, OwnPassword} {
		if NeedsSecond(a) {
			t.Errorf("%s needs two", a)
		}
	}
	if !NeedsSecond("nonsense") || May(Supervisor, "nonsense") {
		t.Error("a word that is no act is allowed")
	}
	// Who approves, who prints, and who reads are different people.
	for _, c := range []struct {
		role Role
		may  []Act
		not  []Act
	}{
		{Operator, []Act{Print, Records, Draw, HandOver, OpenShift}, []Act{Receive, Adjust, Destroy, People, Unlock, Journal, Policy, ReleaseIncident, Waive}},
		{Technician, []Act{Test, EmptyReject, OwnPassword}, []Act{Print, Records, Draw, HandOver, People, Journal, Report}},
		{Supervisor, []Act{Receive, Draw, Adjust, Destroy, People, Unlock, Block, Journal, Waive}, []Act{Print}},
		{Auditor, []Act{Journal, Report, OwnPassword}, []Act{Print, Records, Draw, Receive, People, Unlock, Adjust, Destroy}},
	} {
		for _, a := range c.may {
			if !May(c.role, a) {
				t.Errorf("%s may not %s", c.role, a)
			}
		}
		for _, a := range c.not {
			if May(c.role, a) {
				t.Errorf("%s may %s", c.role, a)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	siti, joko := Person{"siti", Operator, true, false}, Person{"joko", Technician, true, false}
	rina, budi := Person{"rina", Supervisor, true, false}, Person{"budi", Supervisor, true, false}
	ayu := Person{"ayu", Auditor, true, false}
	dewi := Person{"dewi", Operator, true, false}
	gone, locked := Person{"agus", Supervisor, false, false}, Person{"tono", Supervisor, true, true}
	again := Person{"RINA", Supervisor, true, false}
	two := func(p Person) *Person { return &p }
	for _, c := range []struct {
		name   string
		p      Person
		second *Person
		act    Act
		want   drivers.Code
	}{
		{"an operator prints", siti, nil, Print, ""},
		{"a supervisor does not", rina, nil, Print, NotAllowed},
		{"with somebody beside it is no harm", siti, two(rina), Print, ""},
		{"one draws", siti, nil, Draw, SecondNeeded},
		{"with the supervisor", siti, two(rina), Draw, ""},
		{"in the other order", rina, two(siti), Draw, ""},
		{"two operators", siti, two(dewi), Draw, SecondNotAllowed},
		{"a technician with a supervisor", joko, two(rina), Draw, NotAllowed},
		{"two supervisors", rina, two(budi), Draw, ""},
		{"the same one twice, in other letters", rina, two(again), Draw, SamePerson},
		{"an auditor begins an adjustment", ayu, nil, Adjust, SecondNeeded},
		{"an auditor and a supervisor adjust", ayu, two(rina), Adjust, ""},
		{"an operator and a supervisor adjust", siti, two(rina), Adjust, NotAllowed},
		{"a supervisor and an operator adjust", rina, two(siti), Adjust, SecondNotAllowed},
		{"two operators count", siti, two(dewi), OpenShift, ""},
		{"an operator alone adjusts", siti, nil, Adjust, NotAllowed},
		{"a blocked one", gone, two(rina), Draw, Blocked},
		{"a blocked second", rina, two(gone), Draw, Blocked},
		{"a locked second", rina, two(locked), Draw, LockedOut},
		{"no act", rina, two(budi), "nonsense", NotAllowed},
	} {
		if err := Check(c.p, c.second, c.act); !is(err, c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// is says whether err carries code; "" is no error.
func is(err error, code drivers.Code) bool {
	if code == "" {
		return err == nil
	}
	return errors.Is(err, code)
}

// TestPairs holds Check to what the table says, for every pair and every act, in words of its own.
func TestPairs(t *testing.T) {
	for _, r := range Table() {
		for _, a := range Roles() {
			for _, b := range Roles() {
				first := slices.Contains(r.Who, a) && slices.Contains(r.Second, b)
				other := slices.Contains(r.Who, b) && slices.Contains(r.Second, a)
				want := first || other || r.Second == nil && slices.Contains(r.Who, a)
				got := Check(Person{"a", a, true, false}, &Person{"b", b, true, false}, r.Act) == nil
				if got != want {
					t.Errorf("%s by %s and %s: %v", r.Act, a, b, got)
				}
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		name, kept string
		want       drivers.Code
	}{
		{"siti", "siti", ""}, {"  Siti  R. ", "Siti R.", ""}, {"Nyai Ratu Ayu Mas Sepuluh Kata Panjang Ya", "", BadName},
		{"", "", BadName}, {"  ", "", BadName}, {"Station", "", BadName}, {"a\x00b", "", BadName}, {"a\u200bb", "", BadName},
		{"a\xffb", "", BadName}, {"\u202esiti", "", BadName}, {"Ü", "Ü", ""},
	} {
		kept, err := CheckName(c.name)
		if kept != c.kept || !is(err, c.want) {
			t.Errorf("%q: %q, %v", c.name, kept, err)
		}
	}
}

func TestPasswords(t *testing.T) {
	long := string(make([]byte, PasswordMax+1))
	for _, c := range []struct {
		password string
		want     drivers.Code
	}{
		{"delapan8", ""}, {"tujuh77", WeakPassword}, {"", WeakPassword}, {"aaaaaaaaaaaa", WeakPassword}, {long, WeakPassword},
		{"Siti1234", WeakPassword}, {"siti makan nasi goreng", ""}, {"ÜÜÜÜÜÜÜÜ", WeakPassword}, {"ÜÖÄÜÖÄÜÖ", ""},
	} {
		err := CheckPassword("siti", c.password)
		if !is(err, c.want) {
			t.Errorf("%q: %v", c.password, err)
		}
	}
}
