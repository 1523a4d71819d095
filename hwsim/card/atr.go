package card

import "encoding/hex"

// The answers to reset that the public smart card list (pcsc-tools, smartcard_list.txt, 3 June 2026) names as Indonesian
// identity cards. The first three are type A cards, the last three type B: there a reader builds the historical bytes
// from the card's ATQB (50, four bytes PUPI that differ from card to card, application data, protocol).
func knownATRs() [6]string {
	return [6]string{
		"3B8B8001 654B54503044 32654B54504C",
		"3B8B8001 503330384730 50335F31302B",
		"3B8A8001 3037393134315F3030316F",
		"3B8C8001 50 53815736 30AAAA01 7781D7 FE",
		"3B8C8001 50 5CF5A945 30AAAA01 7781D7 08",
		"3B8C8001 50 EA5A3F19 30AAAA01 7781D7 DB",
	}
}

// drivingLicence is the look-alike in the same list: the Indonesian e-SIM driving licence.
const drivingLicence = "3B888001 3101090000000000 30"

// ATRs returns the known answers to reset of the identity card, the default first. The slices are the caller's.
func ATRs() [][]byte {
	out := make([][]byte, 0, 6)
	for _, s := range knownATRs() {
		out = append(out, unhex(s))
	}
	return out
}

// DrivingLicenceATR returns the answer to reset of the driving licence, a card that must not be taken for an identity card.
func DrivingLicenceATR() []byte { return unhex(drivingLicence) }

// plainATR is the plain file card's own: historical bytes by ISO/IEC 7816-4:2005, 8.1.1: category 80, card capabilities
// (73: selection by path and by identifier, data units of a byte, extended length fields), pre-issuing data "CETAK".
const plainATR = "3B8B8001 80 73300140 65434554414B B5"

// PlainATR returns the answer to reset of a plain file card.
func PlainATR() []byte { return unhex(plainATR) }

// unhex reads the constants above; a blank in them is only there for the eye.
func unhex(s string) []byte {
	digits := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] != ' ' {
			digits = append(digits, s[i])
		}
	}
	b, err := hex.DecodeString(string(digits))
	if err != nil {
		panic("card: bad constant " + s)
	}
	return b
}
