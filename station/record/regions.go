package record

import "strings"

// testProvince is a province code that does not exist: invented people carry it (docs/record.md).
const testProvince = "99"

// provinces are the 38 codes of Kepmendagri 300.2.2-2430/2025 (ktpel.md 1.3). None has been retired since 2017.
const provinces = "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96"

// knownRegion reports whether the first four digits of a NIK can be a region, present or past. A NIK keeps the code of the
// first registration for ever, and codes are retired when regions split, so the regency is held against the grammar of the
// codes (01-69 regency, 71-99 city: Permendagri 58/2021), not against a list of today.
func knownRegion(province, regency string, specimen bool) bool {
	if province == testProvince {
		return specimen
	}
	return strings.Contains(provinces, province) && regency != "00" && regency != "70"
}
