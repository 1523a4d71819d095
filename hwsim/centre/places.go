package centre

import (
	"fmt"
	"math/rand/v2"
)

// The invented province 99. No name here is that of a real regency, city, or district.
const province = "KEPULAUAN NUSA LARAS"

type regency struct {
	code      int // kabupaten 01-69, kota 71-99. Source: ktpel.md 1.3
	name      string
	districts []district // kecamatan 01..
}

type district struct {
	name     string
	villages []string
}

const longestRegency = "KABUPATEN ADMINISTRASI KEPULAUAN TALUMA" // 39, the longest in use. Source: ktpel.md 1.3

var regencies = []regency{
	{1, "KABUPATEN LARAS TENGAH", []district{
		{"WANASARA", []string{"WANASARA", "SUMBERLARAS", "TEGALWENING", "KARANGJALU"}},
		{"TIRTAWENING", []string{"TIRTAWENING", "BANYULARAS", "KEDUNGLARAS LOR", "RANCAWULUNG"}},
		{"PULAU ENAM", []string{"PULAU ENAM", "TELUK SEMBILANG", "UJUNG PASIR"}},
		{"LARAS", []string{"LARAS", "WIS", "O'O"}},
	}},
	{2, "KABUPATEN WINDURAN", []district{
		{"WINDURAN KOTA", []string{"KAMPUNG SAWAH LEMPENG", "PASAR LAWAS", "SIDOWINDU"}},
		{"WINDURAN BARAT DAYA", []string{"ARGAWINDU", "MARGAJAYA WINDU", "BUKIT LAMTORO"}},
		{longestDistrict, []string{"SUMBERLARAS", "UJUNG PASIR", "LEMBAH WENING"}},
	}},
	{3, longestRegency, []district{
		{"TALUMA TIMUR LAUT", []string{"LAUT JAYA", "KARANG BOLONG TALUMA"}},
		{"TALUMA", []string{"TALUMA", "PULAU KENCANA WUNGU", "PULAU LANTERA"}},
	}},
	{4, "KABUPATEN BUKIT SARWA", []district{
		{"SARWA ULU", []string{"SARWA ULU", "LUBUK RENDANI", "TANJUNG SERAYA JAYA"}},
		{"SARWA ILIR", []string{"SARWA ILIR", "MUARA LENGKAP", "RANTAU BIDARA"}},
	}},
	{71, "KOTA LARASATI", []district{
		{"LARASATI UTARA", []string{"KEBON GAYAM", "TAMAN PANCURAN", "PEKOJAN BARU"}},
		{"LARASATI SELATAN", []string{"SENTUL LARAS", "JATILARAS", "GUNUNG KENDIL"}},
	}},
	{72, "KOTA WINDU", []district{
		{"WINDU", []string{"WINDU", "KAUMAN WINDU", "PECINAN LAMA"}},
	}},
}

// 31 and 44 letters are the longest district and village in use. Source: ktpel.md 1.3.
const (
	longestDistrict = "TELUK MUTIARA LARASINDAH TENGAH"
	longestVillage  = "PULAU BATU PANJANG SUMBER BENING LARAS UTARA"
)

var birthPlaces = []string{"LARASATI", "LARASATI", "WINDU", "WINDU", "WANASARA", "TIRTAWENING", "TALUMA", "SARWA ULU", "MUARA LENGKAP",
	"PULAU ENAM", "TELUK SEMBILANG", "LARAS", "WINDURAN KOTA", "PULAU KENCANA WUNGU KEPULAUAN TALUMA"}

var streets = []string{"MELATI", "KENANGA", "CEMPAKA", "FLAMBOYAN", "ANGGREK", "TERATAI", "MANGGA", "RAMBUTAN", "MERPATI", "KUTILANG",
	"KEMUNING", "SERAYU LAMA", "PELABUHAN LAMA", "PASAR LAWAS", "SEKOLAH RAKYAT", "MASJID AL-HIKMAH", "GEREJA TUA", "LAPANGAN BOLA"}

var hamlets = []string{"KRAJAN", "SUKAMULYA", "KARANGANYAR", "CIBIRU LEUTIK", "BANJAR KAJA", "JORONG KOTO TUO", "LORONG BAHAGIA",
	"KAMPUNG TENGAH", "SIDOMULYO", "TANAH MERAH"}

var estates = []string{"GRIYA ASRI", "BUMI LARAS INDAH", "TAMAN WINDU PERMAI", "PESONA SARWA", "PURI KENCANA"}

// address fills where p lives and returns the codes of regency and district.
func (*register) address(rng *rand.Rand, f *Fields, t trait) [2]int {
	kab := regencies[rng.IntN(len(regencies))]
	if t == longRegency {
		kab = regencies[2]
	}
	kec := rng.IntN(len(kab.districts))
	d := kab.districts[kec]
	f.Province, f.Regency, f.District = province, kab.name, d.name
	f.Village = pick(rng, d.villages)
	if t == longVillage {
		f.Village = longestVillage
	}
	f.RT, f.RW = fmt.Sprintf("%03d", 1+rng.IntN(18)), fmt.Sprintf("%03d", 1+rng.IntN(12))
	f.Address = street(rng)
	if t == longAddress {
		f.Address = addressOf(rng, 120)
	}
	return [2]int{kab.code, kec + 1}
}

func street(rng *rand.Rand) string {
	switch rng.IntN(8) {
	case 0:
		return "DUSUN " + pick(rng, hamlets)
	case 1:
		return fmt.Sprintf("PERUM %s BLOK %c%d NO. %d", pick(rng, estates), 'A'+rune(rng.IntN(12)), 1+rng.IntN(9), 1+rng.IntN(40))
	case 2:
		return fmt.Sprintf("JL. %s GG. %s NO. %d/%c", pick(rng, streets), pick(rng, romans), 1+rng.IntN(60), 'A'+rune(rng.IntN(4)))
	case 3:
		return pick(rng, hamlets)
	case 4:
		return fmt.Sprintf("JL. RAYA %s KM. %d,%d", pick(rng, streets), 1+rng.IntN(30), 1+rng.IntN(9))
	}
	return fmt.Sprintf("JL. %s NO. %d", pick(rng, streets), 1+rng.IntN(240))
}

var romans = []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII"}

// addressOf builds an address of exactly n characters out of everything an address may hold.
func addressOf(rng *rand.Rand, n int) string {
	more := []string{"BELAKANG", "PASAR", "LAWAS", "SAMPING", "MASJID", "RAYA", "AL-HIKMAH", "GANG", "BUNTU", "DEKAT", "LAPANGAN", "BOLA", "TUA"}
	for {
		text := fmt.Sprintf("APARTEMEN %s TOWER %s LANTAI %d UNIT %c/%02d, JL. %s NO. %d", pick(rng, estates), pick(rng, romans), 1+rng.IntN(30),
			'A'+rune(rng.IntN(8)), 1+rng.IntN(40), pick(rng, streets), 1+rng.IntN(240))
		for i := rng.IntN(len(more)); len(text) < n; i++ {
			text += " " + more[i%len(more)]
		}
		if len(text) == n {
			return text
		}
	}
}
