package record

import (
	"strconv"
	"time"
)

// nik is a NIK taken apart: region of first registration (province, regency, district: two digits each), birth day plus 40
// for women, month, two-digit year, and a serial from 0001 (ktpel.md 1.1).
type nik struct {
	province, regency string
	day, month, yy    int
	female            bool
	serial            int
	impossible        string // why it cannot exist; empty if it can
}

// parseNIK applies ktpel.md 1.2, rule 1. The century is not in a NIK: a day that exists in 19yy or in 20yy is possible.
func parseNIK(s string) nik {
	if len(s) != 16 {
		return nik{impossible: "not 16 digits"}
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return nik{impossible: "not 16 digits"}
		}
	}
	two := func(i int) int { n, _ := strconv.Atoi(s[i : i+2]); return n }
	n := nik{province: s[0:2], regency: s[2:4], day: two(6), month: two(8), yy: two(10)}
	n.serial, _ = strconv.Atoi(s[12:16])
	if n.day > 40 {
		n.day, n.female = n.day-40, true
	}
	switch {
	case n.serial == 0:
		n.impossible = "serial 0000"
	case n.month < 1 || n.month > 12:
		n.impossible = "no such month"
	case !exists(1900+n.yy, n.month, n.day) && !exists(2000+n.yy, n.month, n.day):
		n.impossible = "no such day"
	}
	return n
}

func exists(year, month, day int) bool {
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return d.Day() == day && int(d.Month()) == month
}

// parseDate reads DD-MM-YYYY, the only date form on the card (ktpel.md 2.2).
func parseDate(s string) (time.Time, bool) {
	t, err := time.Parse("02-01-2006", s)
	return t, err == nil && t.Year() >= 1900
}

// ageOn gives whole years on the day of now. Who is born on 29 February comes of age on 1 March.
func ageOn(birth, now time.Time) int {
	age := now.Year() - birth.Year()
	if now.Month() < birth.Month() || now.Month() == birth.Month() && now.Day() < birth.Day() {
		age--
	}
	return age
}
