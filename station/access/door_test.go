package access

import (
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cetak/drivers"
	"cetak/station/config"
	"cetak/station/journal"
)

// office is a station folder with a door, and a journal that is a slice.
type office struct {
	t       *testing.T
	dir     string
	door    *Door
	now     time.Time
	lines   []journal.Entry
	derived int
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 2, 7, 30, 0, 0, time.UTC)}
	o.restart()
	return o
}

// restart is the program begun anew: everything in memory is gone.
func (o *office) restart() {
	r := &Register{}
	for _, e := range o.lines {
		if err := r.Apply(e); err != nil {
			o.t.Fatal(err)
		}
	}
	o.door = NewDoor(o.dir, r, config.People{SignIn: true, IdleMinutes: 5, Attempts: 3})
	o.door.derive = func(password string, salt []byte) []byte { // fast: what argon2id is, x/crypto tests
		o.derived++
		sum := sha256.Sum256(append([]byte(password), salt...))
		return sum[:]
	}
}

// append writes facts as the journal would, and applies them.
func (o *office) append(facts ...journal.Fact) {
	o.t.Helper()
	for _, f := range facts {
		data, err := json.Marshal(f.Data)
		if err != nil {
			o.t.Fatal(err)
		}
		e := journal.Entry{Seq: int64(len(o.lines) + 1), At: o.now, Kind: f.Kind, Who: f.Who, Data: data}
		o.lines = append(o.lines, e)
		if err := o.door.Register.Apply(e); err != nil {
			o.t.Fatal(err)
		}
	}
}

// did is a change of people that must succeed.
func (o *office) did(facts []journal.Fact, err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	o.append(facts...)
}

// signIn tries a password and writes down what came of it.
func (o *office) signIn(name, password string) error {
	_, facts, err := o.door.SignIn(name, password, o.now)
	o.append(facts...)
	return err
}

func (o *office) want(code drivers.Code, name, password string) {
	o.t.Helper()
	if err := o.signIn(name, password); !is(err, code) {
		o.t.Errorf("%s with %q: %v, want %q", name, password, err, code)
	}
}

const good = "benar sekali"

// staffed has a supervisor, another one, and an operator, all with the good password.
func staffed(t *testing.T) *office {
	o := newOffice(t)
	o.did(o.door.Add(By{Who: "rina"}, "rina", Supervisor, good))
	o.did(o.door.Add(By{Who: "rina"}, "budi", Supervisor, good))
	o.did(o.door.Add(By{"rina", "budi"}, "Siti", Operator, good))
	return o
}

func TestFirstPerson(t *testing.T) {
	o := newOffice(t)
	o.want(NobodyYet, "rina", good)
	if _, err := o.door.Add(By{Who: "siti"}, "siti", Operator, good); !is(err, NobodyYet) {
		t.Errorf("an operator came first: %v", err)
	}
	if err := o.door.Register.Allow(By{Who: "rina"}, People, true); !is(err, NobodyYet) {
		t.Errorf("%v", err)
	}
	o.did(o.door.Add(By{Who: "rina"}, "rina", Supervisor, good))
	if err := o.door.Register.Allow(By{Who: "rina"}, People, true); err != nil {
		t.Errorf("the first supervisor cannot make the second: %v", err)
	}
	o.did(o.door.Add(By{Who: "rina"}, "budi", Supervisor, good))
	if err := o.door.Register.Allow(By{Who: "rina"}, People, true); !is(err, SecondNeeded) {
		t.Errorf("one of two supervisors makes people alone: %v", err)
	}
	for i, alone := range []bool{true, true} {
		var d PersonData
		if err := json.Unmarshal(o.lines[i].Data, &d); err != nil || d.Alone != alone {
			t.Errorf("line %d: %s", i+1, o.lines[i].Data)
		}
	}
	if info, err := os.Stat(filepath.Join(o.dir, PeopleFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestSignIn(t *testing.T) {
	o := staffed(t)
	s, facts, err := o.door.SignIn(" sItI ", good, o.now)
	if err != nil || s.Person != (Person{"Siti", Operator, true, false}) {
		t.Fatalf("%+v, %v", s, err)
	}
	if len(facts) != 1 || facts[0].Kind != journal.KindSignedIn || facts[0].Who != "Siti" {
		t.Errorf("%+v", facts)
	}
	for _, f := range o.lines {
		if strings.Contains(string(f.Data), good) || strings.Contains(string(f.Data), "$argon2") {
			t.Errorf("a password or its verifier stands in the journal: %s", f.Data)
		}
	}
}

// TestEqualWork holds every way a sign-in can end to one computation of the one slow step, and the wrong password and the unknown
// name to the same words: what does not differ in work and in words cannot be told apart.
func TestEqualWork(t *testing.T) {
	o := staffed(t)
	o.did(o.door.Add(By{"rina", "budi"}, "joko", Technician, good))
	o.did(o.door.Add(By{"rina", "budi"}, "ayu", Auditor, good))
	o.did(o.door.Block(By{Who: "rina"}, "joko"))
	for range 3 {
		o.want(WrongPassword, "budi", "salah sekali")
	}
	file, err := readVerifiers(o.dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range file.People {
		if e.Name == "ayu" {
			file.People[i].Verifier = file.People[0].Verifier // rina's
		}
	}
	if err := file.write(o.dir); err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, c := range []struct {
		name, password string
		want           drivers.Code
	}{
		{"rina", good, ""}, {"rina", "salah sekali", WrongPassword}, {"tono", good, WrongPassword}, {"", "", WrongPassword},
		{"budi", good, LockedOut}, {"budi", "salah sekali", LockedOut}, {"joko", good, Blocked}, {"joko", "salah sekali", WrongPassword},
		{"ayu", good, VerifierExchanged},
	} {
		o.derived = 0
		_, facts, err := o.door.SignIn(c.name, c.password, o.now)
		if !is(err, c.want) || o.derived != 1 || len(facts) != 1 {
			t.Errorf("%s with %q: %v, %d computed, %d facts", c.name, c.password, err, o.derived, len(facts))
		}
		if c.want == WrongPassword {
			said[err.Error()] = c.name
		}
	}
	if len(said) != 1 {
		t.Errorf("the wrong password and the unknown name say different things: %v", said)
	}
}

func TestUnknownNameIsNotKept(t *testing.T) {
	o := staffed(t)
	o.want(WrongPassword, "kata sandi di kolom nama", "x")
	if last := o.lines[len(o.lines)-1]; string(last.Data) != `{"why":"unknown"}` || last.Who != "station" {
		t.Errorf("%s by %s", last.Data, last.Who)
	}
}

func TestLockout(t *testing.T) {
	o := staffed(t)
	o.want(WrongPassword, "siti", "salah satu")
	o.want(WrongPassword, "siti", "salah dua")
	if n := o.door.Register.Failures("siti"); n != 2 {
		t.Errorf("%d failures", n)
	}
	o.restart() // does not forget
	o.want("", "siti", good)
	if n := o.door.Register.Failures("siti"); n != 0 {
		t.Errorf("%d failures after the right password", n)
	}
	for range 3 {
		o.want(WrongPassword, "SITI", "salah lagi")
	}
	o.restart()
	o.want(LockedOut, "siti", good)
	o.now = o.now.Add(100 * time.Hour)
	o.want(LockedOut, "siti", good) // time does not open it
	if err := o.door.Register.Allow(By{Who: "siti"}, Print, true); !is(err, LockedOut) {
		t.Errorf("a locked person prints: %v", err)
	}
	if act := o.door.UnlockAct("siti"); act != Unlock {
		t.Errorf("a lock is opened by %s", act)
	}
	o.did(o.door.Unlock(By{Who: "rina"}, "siti"))
	o.want("", "siti", good)
}

func TestNewPasswordEndsALock(t *testing.T) {
	o := staffed(t)
	for range 3 {
		o.want(WrongPassword, "siti", "lupa lupa")
	}
	o.did(o.door.SetPassword(By{"rina", "budi"}, "siti", "yang baru ini"))
	o.want(WrongPassword, "siti", good)
	o.want("", "siti", "yang baru ini")
}

// TestLastResort: a supervisor whom nobody could unlock gets one guess each half hour; others do not.
func TestLastResort(t *testing.T) {
	o := staffed(t)
	lock := func(name string) {
		for range 3 {
			o.want(WrongPassword, name, "salah sekali")
		}
	}
	lock("rina")
	o.now = o.now.Add(LastResort)
	o.want(LockedOut, "rina", good) // budi can unlock
	lock("budi")
	lock("siti")
	o.now = o.now.Add(LastResort - time.Second)
	o.want(LockedOut, "budi", good)
	o.want(LockedOut, "budi", "salah sekali") // does not put the end off
	o.now = o.now.Add(time.Second)
	o.want(LockedOut, "siti", good)
	o.want(WrongPassword, "budi", "salah sekali")
	o.want(LockedOut, "budi", good)
	o.now = o.now.Add(LastResort)
	o.want("", "budi", good)
	o.want(LockedOut, "rina", good)
	o.did(o.door.Unlock(By{Who: "budi"}, "rina"))
	o.want("", "rina", good)
}

func TestBlock(t *testing.T) {
	o := staffed(t)
	o.did(o.door.Block(By{Who: "rina"}, "siti"))
	o.want(Blocked, "siti", good)
	if act := o.door.UnlockAct("siti"); act != People {
		t.Errorf("a block is undone by %s", act)
	}
	if _, err := o.door.Add(By{"rina", "budi"}, "SITI", Operator, good); !is(err, NameTaken) {
		t.Errorf("a blocked person's name was given away: %v", err)
	}
	o.did(o.door.Unlock(By{"rina", "budi"}, "siti"))
	o.want("", "siti", good)
}

func TestLastSupervisor(t *testing.T) {
	o := staffed(t)
	o.did(o.door.SetRole(By{"rina", "budi"}, "budi", Auditor))
	for name, change := range map[string]func() ([]journal.Fact, error){
		"block": func() ([]journal.Fact, error) { return o.door.Block(By{Who: "rina"}, "rina") },
		"role":  func() ([]journal.Fact, error) { return o.door.SetRole(By{"rina", "budi"}, "rina", Operator) },
	} {
		if facts, err := change(); !is(err, LastSupervisor) || facts != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.did(o.door.SetRole(By{"rina", "budi"}, "rina", Supervisor)) // no change is no loss
	o.did(o.door.SetRole(By{"rina", "budi"}, "siti", Supervisor))
	o.did(o.door.Block(By{Who: "siti"}, "rina"))
}

func TestRefusals(t *testing.T) {
	o := staffed(t)
	before, err := os.ReadFile(filepath.Join(o.dir, PeopleFile))
	if err != nil {
		t.Fatal(err)
	}
	by := By{"rina", "budi"}
	for name, c := range map[string]struct {
		do   func() ([]journal.Fact, error)
		want drivers.Code
	}{
		"a name that is there": {func() ([]journal.Fact, error) { return o.door.Add(by, "siti", Operator, good) }, NameTaken},
		"no name":              {func() ([]journal.Fact, error) { return o.door.Add(by, " ", Operator, good) }, BadName},
		"the program's name":   {func() ([]journal.Fact, error) { return o.door.Add(by, "STATION", Operator, good) }, BadName},
		"no role":              {func() ([]journal.Fact, error) { return o.door.Add(by, "dewi", "boss", good) }, NotAllowed},
		"a short password":     {func() ([]journal.Fact, error) { return o.door.Add(by, "dewi", Operator, "pendek") }, WeakPassword},
		"the role of nobody":   {func() ([]journal.Fact, error) { return o.door.SetRole(by, "dewi", Operator) }, NoSuchPerson},
		"no such role":         {func() ([]journal.Fact, error) { return o.door.SetRole(by, "siti", "boss") }, NotAllowed},
		"a password of nobody": {func() ([]journal.Fact, error) { return o.door.SetPassword(by, "dewi", good) }, NoSuchPerson},
		"a weak new password":  {func() ([]journal.Fact, error) { return o.door.SetPassword(by, "siti", "siti1234") }, WeakPassword},
		"blocking nobody":      {func() ([]journal.Fact, error) { return o.door.Block(by, "dewi") }, NoSuchPerson},
		"unlocking nobody":     {func() ([]journal.Fact, error) { return o.door.Unlock(by, "dewi") }, NoSuchPerson},
	} {
		if facts, err := c.do(); !is(err, c.want) || facts != nil {
			t.Errorf("%s: %v, %d facts", name, err, len(facts))
		}
	}
	after, err := os.ReadFile(filepath.Join(o.dir, PeopleFile))
	if err != nil || string(after) != string(before) {
		t.Errorf("a refusal changed people.toml (%v)", err)
	}
}

// TestCutOff stops the program between the file and the fact: nothing has happened, and it can be done again.
func TestCutOff(t *testing.T) {
	t.Run("add", func(t *testing.T) {
		o := staffed(t)
		if _, err := o.door.Add(By{"rina", "budi"}, "dewi", Operator, good); err != nil {
			t.Fatal(err)
		}
		o.restart() // the fact was never appended
		o.want(WrongPassword, "dewi", good)
		o.did(o.door.Add(By{"rina", "budi"}, "dewi", Operator, "kedua kalinya"))
		o.want(WrongPassword, "dewi", good)
		o.want("", "dewi", "kedua kalinya")
		file, err := readVerifiers(o.dir)
		if err != nil || len(file.People) != 4 {
			t.Errorf("%d verifiers, want 4: the one of the first try is of no use (%v)", len(file.People), err)
		}
	})
	t.Run("password", func(t *testing.T) {
		o := staffed(t)
		if _, err := o.door.SetPassword(By{Who: "siti"}, "siti", "yang baru ini"); err != nil {
			t.Fatal(err)
		}
		o.restart()
		o.want(WrongPassword, "siti", "yang baru ini")
		o.want("", "siti", good)
		o.did(o.door.SetPassword(By{Who: "siti"}, "siti", "yang lain lagi"))
		o.want(WrongPassword, "siti", good)
		o.want("", "siti", "yang lain lagi")
	})
	t.Run("two on the way", func(t *testing.T) { // the facts of the first must not come too late
		o := staffed(t)
		first, err := o.door.Add(By{"rina", "budi"}, "dewi", Operator, good)
		if err != nil {
			t.Fatal(err)
		}
		o.did(o.door.Add(By{"rina", "budi"}, "agus", Operator, good))
		o.append(first...)
		o.want("", "dewi", good)
		o.want("", "agus", good)
	})
	t.Run("half a file", func(t *testing.T) { // the rename never came
		o := staffed(t)
		if err := os.WriteFile(filepath.Join(o.dir, PeopleFile+".new-1"), []byte("[[pers"), 0o600); err != nil {
			t.Fatal(err)
		}
		o.restart()
		o.want("", "siti", good)
	})
}

// TestExchanged puts another verifier into the file, by hand or from an old copy: it is found, and that person is not let in.
func TestExchanged(t *testing.T) {
	o := staffed(t)
	path := filepath.Join(o.dir, PeopleFile)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o.did(o.door.SetPassword(By{Who: "siti"}, "siti", "yang baru ini"))
	o.did(o.door.SetPassword(By{Who: "siti"}, "siti", "yang ketiga ini"))
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	o.want(VerifierExchanged, "siti", good)
	o.want(VerifierExchanged, "siti", "yang ketiga ini")
	o.want("", "rina", good)

	forged := verifiers{People: []entry{{"siti", newVerifier("milik saya sendiri", o.door.derive).String()}}}
	if err := forged.write(o.dir); err != nil {
		t.Fatal(err)
	}
	o.want(VerifierExchanged, "siti", "milik saya sendiri")
	o.want(VerifierExchanged, "rina", good)
	o.did(o.door.SetPassword(By{"rina", "budi"}, "siti", "yang keempat"))
	o.want("", "siti", "yang keempat")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	o.want(VerifierExchanged, "siti", "yang keempat")
	if err := os.WriteFile(path, []byte("nonsense = \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.want(PeopleUnreadable, "siti", "yang keempat")
}

func TestAllowWithoutSignIn(t *testing.T) {
	r := &Register{} // nobody: names are believed
	for _, c := range []struct {
		by   By
		act  Act
		want drivers.Code
	}{
		{By{Who: "operator"}, Print, ""}, {By{Who: "operator"}, Draw, SecondNeeded}, {By{"operator", "Operator"}, Draw, SamePerson},
		{By{"operator", "budi"}, Draw, ""}, {By{"operator", " "}, Draw, SecondNeeded}, {By{"operator", "operator"}, Print, SamePerson},
	} {
		if err := r.Allow(c.by, c.act, false); !is(err, c.want) {
			t.Errorf("%+v %s: %v", c.by, c.act, err)
		}
	}
}

func TestAllow(t *testing.T) {
	o := staffed(t)
	for _, c := range []struct {
		by   By
		act  Act
		want drivers.Code
	}{
		{By{Who: "SITI"}, Print, ""}, {By{}, Print, NotSignedIn}, {By{Who: "tono"}, Print, NoSuchPerson}, {By{"siti", "tono"}, Draw, NoSuchPerson},
		{By{"siti", "rina"}, Draw, ""}, {By{Who: "siti"}, People, NotAllowed}, {By{Who: "rina"}, People, SecondNeeded}, {By{"rina", "siti"}, People, SecondNotAllowed},
		{By{"rina", "budi"}, People, ""}, {By{Who: "rina"}, Unlock, ""},
	} {
		if err := o.door.Register.Allow(c.by, c.act, true); !is(err, c.want) {
			t.Errorf("%+v %s: %v", c.by, c.act, err)
		}
	}
}

func TestSession(t *testing.T) {
	o := staffed(t)
	s, facts, err := o.door.SignIn("siti", good, o.now)
	if err != nil {
		t.Fatal(err)
	}
	o.append(facts...)
	at := func(d time.Duration) time.Time { return o.now.Add(d) }
	if s.Locked(at(5*time.Minute - time.Second)) {
		t.Error("locked before five minutes")
	}
	s.Touch(at(5*time.Minute - time.Second))
	if s.Locked(at(9 * time.Minute)) {
		t.Error("locked although a key was pressed")
	}
	if !s.Locked(at(10*time.Minute - time.Second)) {
		t.Error("not locked after five minutes")
	}
	s.Touch(at(10 * time.Minute))
	if !s.Locked(at(10*time.Minute)) || !s.Locked(at(time.Minute)) {
		t.Error("a key or a clock opened the lock")
	}
	if f := s.SignOut(at(11 * time.Minute)); len(f) != 1 || f[0].Kind != journal.KindSignedOut || f[0].Who != "Siti" || f[0].Data != (signedOutData{Idle: true}) {
		t.Errorf("%+v", f)
	}
	o.append(s.SignOut(at(11 * time.Minute))...)
}

// TestArgon signs in with the real hash, once.
func TestArgon(t *testing.T) {
	v := newVerifier("kata sandi", argon)
	again, err := parseVerifier(v.String())
	if err != nil || !again.matches("kata sandi", argon) || again.matches("kata sandi ", argon) {
		t.Errorf("%s: %v", v, err)
	}
	if !strings.HasPrefix(v.String(), "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Errorf("%s", v)
	}
	if newVerifier("kata sandi", argon).String() == v.String() {
		t.Error("two salts are the same")
	}
}
