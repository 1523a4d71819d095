package centre

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// checkPerson holds a person against the rules of ktpel.md 1.2, 2.3 and 2.6.
func checkPerson(t *testing.T, p Person) {
	t.Helper()
	f := p.Fields
	born, err := time.Parse("02-01-2006", f.BirthDate)
	if err != nil || !born.Equal(p.Born) {
		t.Fatalf("%s: born %q, %v", p.ID, f.BirthDate, err)
	}
	day, _ := strconv.Atoi(f.NIK[6:8])
	if p.Female {
		day -= 40
	}
	if len(f.NIK) != 16 || f.NIK[:2] != "99" || day != born.Day() || f.NIK[8:12] != born.Format("0106") || f.NIK[12:] == "0000" {
		t.Errorf("%s: NIK %s of one born %s, female %t", p.ID, f.NIK, f.BirthDate, p.Female)
	}
	if wantSex := map[bool]string{true: "PEREMPUAN", false: "LAKI-LAKI"}[p.Female]; !p.Foreign && f.Sex != wantSex {
		t.Errorf("%s: sex %s, female %t", p.ID, f.Sex, p.Female)
	}
	if p.Age < 17 && f.Marital == "BELUM KAWIN" {
		t.Errorf("%s: %d years old and unmarried", p.ID, p.Age)
	}
	if len(f.Name) > 60 || f.Name == "" || len(f.Address) > 120 || len(f.Regency) > 39 || len(f.District) > 31 || len(f.Village) > 44 {
		t.Errorf("%s: lengths of %q, %q, %q, %q, %q", p.ID, f.Name, f.Address, f.Village, f.District, f.Regency)
	}
	if !strings.HasPrefix(f.Regency, "KABUPATEN ") && !strings.HasPrefix(f.Regency, "KOTA ") {
		t.Errorf("%s: regency %q", p.ID, f.Regency)
	}
	if len(f.RT) != 3 || len(f.RW) != 3 {
		t.Errorf("%s: RT/RW %s/%s", p.ID, f.RT, f.RW)
	}
	for _, value := range []string{f.Name, f.Address, f.BirthPlace, f.Village, f.District, f.Regency, f.Province, f.Occupation, f.Religion, f.Nationality} {
		if value == "" || value != strings.ToUpper(value) || strings.ContainsAny(value, "\"\n") || value != strings.TrimSpace(value) {
			t.Errorf("%s: value %q", p.ID, value)
		}
	}
}

// Every block of 25 meets each awkwardness of ktpel.md 8.
func TestEveryBundleIsAwkward(t *testing.T) {
	for seed := range uint64(20) {
		seen := map[string]int{}
		for p := range testCentre(seed).People(traitBlock) {
			checkPerson(t, p)
			f := p.Fields
			for name, is := range map[string]bool{
				"60 letters":        len(f.Name) == 60,
				"one word":          !strings.Contains(f.Name, " "),
				"word of 27":        !strings.Contains(f.Name, " ") && len(f.Name) >= 27,
				"apostrophe":        strings.Contains(f.Name, "'"),
				"dots":              strings.Contains(f.Name, "."),
				"29 February":       strings.HasPrefix(f.BirthDate, "29-02"),
				"married before 17": p.Age < 17 && f.Marital == "KAWIN",
				"belief":            strings.HasPrefix(f.Religion, "KEPERCAYAAN"),
				"address of 120":    len(f.Address) == 120,
				"regency of 39":     len(f.Regency) == 39,
				"village of 44":     len(f.Village) == 44,
				"long occupation":   len(f.Occupation) >= 22,
				"blood unknown":     f.Blood == "-",
				"over 80":           p.Age > 80,
				"woman":             p.Female,
				"man":               !p.Female,
				"first card":        p.Reason == "pemula",
			} {
				if is {
					seen[name]++
				}
			}
		}
		if len(seen) != 17 {
			t.Errorf("seed %d lacks some: %v", seed, seen)
		}
	}
}

func TestPeopleAreMakesPeople(t *testing.T) {
	c := testCentre(4)
	var light []Person
	for p := range c.People(4) {
		light = append(light, p)
	}
	for range c.People(3) { // takes nothing away
	}
	records, err := c.Make(4)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		if r.Fields != light[i].Fields || r.ID != light[i].ID {
			t.Errorf("person %d: %q as a record, %q in People", i, r.Fields.Name, light[i].Fields.Name)
		}
	}
}

func TestManyPeople(t *testing.T) {
	const n = 5000
	ids, niks := make(map[string]bool, n), make(map[string]bool, n)
	regencies := map[string]bool{}
	for p := range testCentre(2).People(n) {
		if ids[p.ID] || niks[p.Fields.NIK] {
			t.Fatalf("%s or its NIK came twice", p.ID)
		}
		ids[p.ID], niks[p.Fields.NIK] = true, true
		regencies[p.Fields.Regency] = true
		checkPerson(t, p)
	}
	if len(ids) != n || len(regencies) != 6 {
		t.Errorf("%d people in %d regencies", len(ids), len(regencies))
	}
}

func TestForeigners(t *testing.T) {
	people := newRegister(8, testNow)
	for range 60 {
		p := people.next(true)
		checkPerson(t, p)
		until, err := time.Parse("02-01-2006", p.Fields.ValidUntil)
		if err != nil || !until.After(testNow) {
			t.Errorf("%s: valid until %q", p.ID, p.Fields.ValidUntil)
		}
		if f := p.Fields; f.Sex != "MALE" && f.Sex != "FEMALE" || f.Nationality == "WNI" {
			t.Errorf("%s: %s, %s", p.ID, f.Sex, f.Nationality)
		}
	}
}

func TestWaiting(t *testing.T) {
	var early, late int
	for p := range testCentre(1).People(200) {
		switch waited := testNow.Sub(p.Cleared); {
		case waited < 30*time.Minute || waited > 37*24*time.Hour:
			t.Errorf("%s waits %v", p.ID, waited)
		case waited < 7*24*time.Hour:
			late++
		default:
			early++
		}
	}
	if early < 40 || late < 40 {
		t.Errorf("%d wait over a week, %d less", early, late)
	}
}
