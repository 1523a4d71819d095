package centre

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Streams keep what is drawn for one purpose from moving when another purpose draws more.
const (
	streamPerson   uint64 = 1 << 32
	streamRecord   uint64 = 2 << 32
	streamPortrait uint64 = 3 << 32
	streamForeign  uint64 = 4 << 32
	streamTrait    uint64 = 5 << 32
)

// Source: docs/record.md, "Record": DD-MM-YYYY.
const dateLayout = "02-01-2006"

// Person is an invented resident with what the register knows.
type Person struct {
	Number  int    // from 0, in the order of the seed
	ID      string // of the record
	Fields  Fields
	Born    time.Time
	Female  bool
	Foreign bool
	Age     int
	Reason  string
	Cleared time.Time
}

// trait is an awkwardness that one person of every traitBlock has, so that a bundle of 25 meets them all. Source: ktpel.md 8.
type trait int

const (
	ordinary trait = iota
	sixtyLetters
	oneWord
	longSingleWord
	apostrophe
	dots
	shortest
	leapDay
	marriedYoung
	belief
	longAddress
	longRegency
	longVillage
	longOccupation
	bloodUnknown
	veryOld
	traits
)

const traitBlock = 25

// register invents people one after the other and numbers them like the real one: no NIK twice.
type register struct {
	seed    uint64
	now     time.Time
	made    int
	serials map[[12]byte]int
	order   []int // traits of the current block
}

func newRegister(seed uint64, now time.Time) *register {
	return &register{seed: seed, now: now, serials: make(map[[12]byte]int)}
}

// next invents the next person.
func (g *register) next(foreign bool) Person {
	i := g.made
	g.made++
	if i%traitBlock == 0 {
		g.order = rand.New(rand.NewPCG(g.seed, streamTrait+uint64(i/traitBlock))).Perm(traitBlock)
	}
	t := trait(g.order[i%traitBlock])
	if t >= traits {
		t = ordinary
	}
	rng := rand.New(rand.NewPCG(g.seed, streamPerson+uint64(i)))
	p := Person{Number: i, ID: recordID(g.seed, i), Foreign: foreign, Female: rng.IntN(2) == 1}
	if foreign {
		g.foreigner(rng, &p)
	} else {
		g.citizen(rng, &p, t)
	}
	// The register cleared most of them lately and a few long ago.
	waited := rng.Float64()
	p.Cleared = g.now.Add(-30*time.Minute - time.Duration(waited*waited*36*24*60)*time.Minute)
	p.Fields.DateOfIssue = p.Cleared.Format(dateLayout)
	return p
}

// recordID differs between seeds as long as they differ by less than 1000 and make fewer than 1000 records.
func recordID(seed uint64, i int) string {
	return fmt.Sprintf("PRR-9901-%06d", (seed%1000)*1000+uint64(i)+1)
}

func (g *register) citizen(rng *rand.Rand, p *Person, t trait) {
	g.life(rng, p, t)
	people := pickPeople(rng)
	f := &p.Fields
	f.Sex = pick2(p.Female, "PEREMPUAN", "LAKI-LAKI")
	f.Religion = people.religion(rng)
	if t == belief {
		f.Religion = "KEPERCAYAAN TERHADAP TUHAN YME"
	}
	f.Name = people.name(rng, p.Female)
	f.Nationality, f.ValidUntil = "WNI", "SEUMUR HIDUP"
	f.Occupation = occupation(rng, p)
	f.Blood = pick(rng, bloodTypes)
	f.BirthPlace = pick(rng, birthPlaces)
	where := g.address(rng, f, t)
	switch t {
	case sixtyLetters:
		f.Name = nameOfSixty(rng, people, p.Female)
	case oneWord:
		f.Name = pick(rng, pick2(p.Female, oldWomen, oldMen))
	case longSingleWord:
		f.Name = longWord(rng, p.Female)
	case apostrophe:
		f.Name = pick(rng, pick2(p.Female, apostropheWomen, apostropheMen))
	case dots:
		f.Name = pick(rng, pick2(p.Female, dottedWomen, dottedMen))
	case shortest:
		f.Name = pick(rng, pick2(p.Female, shortWomen, shortMen))
	case marriedYoung:
		f.Occupation = "BELUM/TIDAK BEKERJA"
	case longOccupation:
		f.Occupation = pick(rng, longOccupations)
	case bloodUnknown:
		f.Blood = "-"
	}
	f.BirthDate = p.Born.Format(dateLayout)
	f.NIK = g.nik(where, p)
}

// life settles birth, marital status, and why a card is due.
func (g *register) life(rng *rand.Rand, p *Person, t trait) {
	year := g.now.Year()
	age := 18
	switch roll := rng.IntN(100); {
	case t == veryOld:
		age = 84 + rng.IntN(14)
	case t == longOccupation, t == dots:
		age = 44 + rng.IntN(14)
	case t == oneWord:
		age = 58 + rng.IntN(28)
	case roll < 32: // first cards: the year of the 18th birthday, so seventeen on any day of this year
	case roll < 88:
		age = 19 + rng.IntN(42)
	default:
		age = 61 + rng.IntN(22)
	}
	p.Born = time.Date(year-age, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(365))
	switch t {
	case leapDay:
		leap := year - 18 - rng.IntN(50)
		for !isLeap(leap) {
			leap--
		}
		p.Born = time.Date(leap, 2, 29, 0, 0, 0, 0, time.UTC)
	case marriedYoung: // sixteen all this month
		month := time.Date(year, g.now.Month(), 1, 0, 0, 0, 0, time.UTC)
		p.Born = month.AddDate(-16, -1-rng.IntN(9), -rng.IntN(28))
	}
	p.Age = ageAt(p.Born, g.now)
	p.Fields.Marital = marital(rng, p.Age)
	p.Reason = reason(rng, p.Age)
	if t == marriedYoung {
		p.Fields.Marital, p.Reason = "KAWIN", "pemula"
	}
}

func marital(rng *rand.Rand, age int) string {
	roll := rng.IntN(100)
	switch {
	case age < 20 || age < 32 && roll < 105-4*(age-17):
		return "BELUM KAWIN"
	case age > 55 && roll < age-45:
		return "CERAI MATI"
	case roll > 92:
		return "CERAI HIDUP"
	case roll == 92:
		return "BELUM KAWIN"
	}
	return "KAWIN"
}

func reason(rng *rand.Rand, age int) string {
	if age <= 18 {
		return "pemula"
	}
	return pick(rng, []string{"prr", "prr", "prr", "hilang", "hilang", "rusak", "perubahan", "perubahan", "pindah"})
}

func (g *register) foreigner(rng *rand.Rand, p *Person) {
	nation := nations[rng.IntN(len(nations))]
	year := g.now.Year()
	p.Born = time.Date(year-24-rng.IntN(45), 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(365))
	p.Age = ageAt(p.Born, g.now)
	p.Reason = pick(rng, []string{"prr", "prr", "perubahan", "hilang"})
	f := &p.Fields
	f.Name = pick(rng, pick2(p.Female, nation.women, nation.men)) + " " + pick(rng, nation.families)
	f.BirthPlace, f.Nationality = pick(rng, nation.towns), nation.country
	f.Sex = pick2(p.Female, "FEMALE", "MALE")
	f.Religion = pick(rng, nation.religions)
	f.Marital = pick(rng, []string{"MARRIED", "MARRIED", "MARRIED", "SINGLE", "DIVORCED", "WIDOWED"})
	f.Occupation = pick(rng, foreignOccupations)
	f.Blood = pick(rng, bloodTypes)
	where := g.address(rng, f, ordinary)
	// An ITAP is given for five years; some of it is gone.
	f.ValidUntil = g.now.AddDate(0, 0, 210+rng.IntN(1500)).Format(dateLayout)
	f.BirthDate = p.Born.Format(dateLayout)
	f.NIK = g.nik(where, p)
}

// nik builds the number: region of first registration, birth date with day+40 for women, and the next serial. Source: ktpel.md 1.1.
func (g *register) nik(where [2]int, p *Person) string {
	text := fmt.Sprintf("99%02d%02d%s", where[0], where[1], nikDate(p.Born, p.Female))
	key := [12]byte([]byte(text))
	g.serials[key]++
	return fmt.Sprintf("%s%04d", text, g.serials[key])
}

func nikDate(born time.Time, female bool) string {
	day := born.Day()
	if female {
		day += 40
	}
	return fmt.Sprintf("%02d%02d%02d", day, born.Month(), born.Year()%100)
}

func ageAt(born, now time.Time) int {
	age := now.Year() - born.Year()
	if now.Month() < born.Month() || now.Month() == born.Month() && now.Day() < born.Day() {
		age--
	}
	return age
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

func pick2[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}
