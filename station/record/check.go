package record

import (
	"strings"
	"time"

	"cetak/drivers"
)

// Severity says whether a finding stops the record.
type Severity string

// Severities.
const (
	Error   Severity = "error"   // no card can be made of it
	Warning Severity = "warning" // shown, never stopping
)

// Finding is one check that a record did not pass. It never carries a value.
type Finding struct {
	Severity Severity
	Code     drivers.Code
	Field    string // the register's name, or a chip file; empty when it concerns the whole record
	Detail   string // which rule, for the technician
}

// Blocking gives the first error as a Fault, nil if there is none.
func Blocking(findings []Finding) error {
	for _, f := range findings {
		if f.Severity == Error {
			return refuse(f.Code, "record check", strings.TrimSpace(f.Field+" "+f.Detail))
		}
	}
	return nil
}

// Warnings counts the findings that are only shown.
func Warnings(findings []Finding) int {
	n := 0
	for _, f := range findings {
		if f.Severity == Warning {
			n++
		}
	}
	return n
}

// Check judges a record's content at the moment now, before any blank moves. It returns every finding, errors first, in a
// fixed order. It decodes pictures: allow some milliseconds.
func Check(r *Record, now time.Time) []Finding {
	c := &checker{r: r, f: &r.Fields, now: now}
	c.times()
	c.text()
	c.person()
	c.values()
	c.pictures()
	c.chip()
	return append(c.errors, c.warnings...)
}

type checker struct {
	r                *Record
	f                *Fields
	now              time.Time
	errors, warnings []Finding
}

func (c *checker) error(code drivers.Code, field, detail string) {
	c.errors = append(c.errors, Finding{Error, code, field, detail})
}

func (c *checker) warn(code drivers.Code, field, detail string) {
	c.warnings = append(c.warnings, Finding{Warning, code, field, detail})
}

func (c *checker) times() {
	if c.now.After(c.r.NotAfter) {
		c.error(RecordExpired, "", "not after "+c.r.NotAfter.Format(time.RFC3339))
	}
	if c.r.Cleared.After(c.now.Add(time.Hour)) {
		c.warn(ClearedLater, "", "cleared "+c.r.Cleared.Format(time.RFC3339))
	}
	if !knownReason(c.r.Reason) {
		c.warn(ReasonUnknown, "", "")
	}
}

// text holds every field against the biodata line and the limits of the register.
func (c *checker) text() {
	for _, e := range c.f.table() {
		v := *e.value
		if strings.TrimSpace(v) == "" {
			c.error(FieldMissing, e.name, "")
			continue
		}
		for _, r := range v {
			if r == '"' || r < 0x20 || r > 0x7E {
				c.error(FieldCharacter, e.name, "")
				break
			}
		}
		if len([]rune(v)) > e.limit {
			c.error(FieldTooLong, e.name, "")
		}
		if v != strings.ToUpper(v) {
			c.warn(LowerCase, e.name, "")
		}
	}
}

// person holds NIK, birth date, sex, age, and validity against each other (ktpel.md 1.2, 2.4).
func (c *checker) person() {
	birth, ok := parseDate(c.f.BirthDate)
	if !ok && c.f.BirthDate != "" {
		c.error(DateImpossible, "TGL_LHR", "")
	}
	if ok && birth.After(c.now) {
		c.error(DateImpossible, "TGL_LHR", "after today")
		ok = false
	}
	c.identity(birth, ok)
	// Under 17 only who is or was married has a card: ktpel.md 1.2 rule 4.
	if ok && ageOn(birth, c.now) < 17 && neverMarried(c.f.Marital) {
		c.error(TooYoung, "TGL_LHR", "")
	}
	issued, ok := parseDate(c.f.IssuedOn)
	if !ok && c.f.IssuedOn != "" {
		c.error(DateImpossible, "TGL_KELUAR", "")
	}
	if ok && issued.After(c.now.AddDate(0, 0, 1)) {
		c.warn(IssuedLater, "TGL_KELUAR", "")
	}
	c.validity()
}

func (c *checker) identity(birth time.Time, known bool) {
	if c.f.NIK == "" {
		return
	}
	n := parseNIK(c.f.NIK)
	if n.impossible != "" {
		c.error(NIKImpossible, "NIK", n.impossible)
		return
	}
	if !knownRegion(n.province, n.regency, c.r.Specimen) {
		c.warn(RegionUnknown, "NIK", "")
	}
	if !known {
		return
	}
	sameDate := n.day == birth.Day() && n.month == int(birth.Month()) && n.yy == birth.Year()%100
	sameSex := !knownSex(c.r.Kind, c.f.Sex) || n.female == female(c.f.Sex)
	if !sameDate {
		c.warn(NIKDateDiffers, "NIK", "")
	}
	// With the same date the NIK belongs to the record and its sex is a contradiction: ktpel.md 1.2 rule 2.
	if !sameSex && sameDate {
		c.error(NIKSexContradicts, "JENIS_KLMIN", "")
	}
	if !sameSex && !sameDate {
		c.warn(NIKSexDiffers, "JENIS_KLMIN", "")
	}
}

// validity: a WNI card is valid for life, a WNA card until its stay permit ends (ktpel.md 2.4).
func (c *checker) validity() {
	if c.f.ValidUntil != "" && c.r.Kind == WNI && c.f.ValidUntil != "SEUMUR HIDUP" {
		c.error(ValidityWrong, "BERLAKU_HINGGA", "WNI")
	}
	if c.f.ValidUntil != "" && c.r.Kind == WNA {
		until, ok := parseDate(c.f.ValidUntil)
		if !ok || c.now.After(until.AddDate(0, 0, 1)) {
			c.error(ValidityWrong, "BERLAKU_HINGGA", "WNA")
		}
	}
	if c.f.Citizenship != "" && (c.r.Kind == WNI) != (c.f.Citizenship == "WNI") {
		c.error(KindContradicts, "KEWARGANEGARAAN", "")
	}
}

// values compares with SIAK's lists. WNA cards carry religion and occupation in English, for which no list is known.
func (c *checker) values() {
	unknown := func(known bool, code drivers.Code, field, value string) {
		if !known && value != "" {
			c.warn(code, field, "")
		}
	}
	unknown(knownSex(c.r.Kind, c.f.Sex), SexUnknown, "JENIS_KLMIN", c.f.Sex)
	unknown(knownBlood(c.f.Blood), BloodUnknown, "GOL_DARAH", c.f.Blood)
	unknown(knownMarital(c.r.Kind, c.f.Marital), MaritalUnknown, "STATUS_KAWIN", c.f.Marital)
	if c.r.Kind == WNI {
		unknown(knownReligion(c.f.Religion), ReligionUnknown, "AGAMA", c.f.Religion)
		unknown(knownOccupation(c.f.Occupation), OccupationUnknown, "JENIS_PKRJN", c.f.Occupation)
	}
	unknown(threeDigits(c.f.RT), RTRWUnusual, "NO_RT", c.f.RT)
	unknown(threeDigits(c.f.RW), RTRWUnusual, "NO_RW", c.f.RW)
	// At least two words, letters only: Permendagri 73/2022 articles 4 and 5; documents from before stay valid.
	if c.f.Name != "" && len(strings.Fields(c.f.Name)) < 2 {
		c.warn(NameOneWord, "NAMA_LGKP", "")
	}
	if strings.ContainsFunc(c.f.Name, func(r rune) bool { return r != ' ' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }) {
		c.warn(NameCharacters, "NAMA_LGKP", "")
	}
}

func threeDigits(v string) bool {
	if len(v) != 3 {
		return false
	}
	return strings.Trim(v, "0123456789") == ""
}

func (c *checker) pictures() {
	if _, err := c.r.Portrait(); err != nil {
		f := drivers.AsFault(err)
		c.error(f.Code, "photo", f.Detail)
	}
	if _, err := c.r.SignatureImage(); err != nil {
		c.error(SignatureBroken, "signature", drivers.AsFault(err).Detail)
	}
}
