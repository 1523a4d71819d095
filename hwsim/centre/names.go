package centre

import (
	"math/rand/v2"
	"strings"
)

// people is one of the archipelago's ways of naming.
type people struct {
	weight    int
	men       []string
	women     []string
	menLast   []string
	womenLast []string
	families  []string // marga or family name; empty where there is none
	religions []string
	wordsMost int // names before the family name
}

var peoples = []people{
	{ // Java
		weight: 38, wordsMost: 3,
		men:       []string{"AGUS", "BAMBANG", "BUDI", "DWI", "EKO", "HADI", "HERU", "JOKO", "SLAMET", "SUGENG", "TRI", "WAHYU", "YUDHA", "BAGAS", "GALIH", "SUPRIYANTO"},
		women:     []string{"ANISA", "ENDANG", "DWI", "FITRI", "INTAN", "LESTARI", "NINGSIH", "RETNO", "SITI", "SRI", "TRI", "WAHYUNI", "YULI", "PUTRI", "RATNA", "DIAH"},
		menLast:   []string{"SANTOSO", "PRASETYO", "WIBOWO", "HANDOKO", "KURNIAWAN", "NUGROHO", "SAPUTRA", "WICAKSONO", "SETIAWAN", "HARTONO", "PAMUNGKAS", "ADI"},
		womenLast: []string{"RAHAYU", "WULANDARI", "PUSPITASARI", "HANDAYANI", "KUSUMANINGRUM", "ASTUTI", "UTAMI", "SARI", "PRATIWI", "WIDYASTUTI", "AYU"},
		religions: []string{"ISLAM", "ISLAM", "ISLAM", "ISLAM", "ISLAM", "ISLAM", "ISLAM", "KRISTEN", "KATHOLIK"},
	},
	{ // Sunda
		weight: 16, wordsMost: 3,
		men:       []string{"ASEP", "DADANG", "DEDE", "UJANG", "CECEP", "IWAN", "RIZKY", "ADE", "YAYAN", "DENI"},
		women:     []string{"EUIS", "NENENG", "IMAS", "LILIS", "TETI", "RINI", "SITI", "YANTI", "AI", "CUCU"},
		menLast:   []string{"SUHERMAN", "HIDAYAT", "GUNAWAN", "PERMANA", "SUTISNA", "KOSWARA", "MAULANA", "RAMDANI", "SURYANA"},
		womenLast: []string{"NURHAYATI", "ROHAENI", "SUMIATI", "KOMALASARI", "MARLINA", "SUKAESIH", "ROSMIATI", "JUBAEDAH"},
		religions: []string{"ISLAM"},
	},
	{ // Batak
		weight: 9, wordsMost: 3,
		men:       []string{"JONATHAN", "PARLINDUNGAN", "TOGAR", "MANGASA", "BINSAR", "HOTMAN", "DANIEL", "ROBINSON", "SAHAT", "MARULI"},
		women:     []string{"DUMA", "TIURMA", "ROMAULI", "MERRY", "RUTH", "LASMARIA", "TIOMINAR", "ESTER", "RISMA"},
		menLast:   []string{"HASUDUNGAN", "PARTOGI", "MARTUA", "JUNIOR"},
		womenLast: []string{"NATALIA", "CHRISTINA", "ULINA", "MAGDALENA"},
		families:  []string{"SIMANJUNTAK", "SIREGAR", "HUTAGALUNG", "PANJAITAN", "NAINGGOLAN", "SITUMORANG", "LUMBAN TOBING", "MANURUNG", "SIHOMBING"},
		religions: []string{"KRISTEN", "KRISTEN", "KRISTEN", "KATHOLIK", "ISLAM"},
	},
	{ // Bali
		weight: 7, wordsMost: 2,
		men:       []string{"I WAYAN", "I MADE", "I NYOMAN", "I KETUT", "I GUSTI NGURAH", "IDA BAGUS", "I PUTU"},
		women:     []string{"NI WAYAN", "NI MADE", "NI NYOMAN", "NI KETUT", "I GUSTI AYU", "IDA AYU", "NI LUH PUTU"},
		menLast:   []string{"SUDIARTA", "ARDANA", "WIRAWAN", "SUASTIKA", "ADNYANA", "MAHENDRA", "SUDARMA"},
		womenLast: []string{"SUARTINI", "WIDIANTARI", "ARIANI", "KARTIKA DEWI", "PUSPAWATI", "SUKERTI"},
		religions: []string{"HINDU"},
	},
	{ // Minangkabau and Malay
		weight: 14, wordsMost: 3,
		men:       []string{"MUHAMMAD", "AHMAD", "ZULKIFLI", "SYAFRIZAL", "RAHMAT", "FAUZAN", "IRWANSYAH", "BURHANUDDIN", "HAMDAN", "ILHAM"},
		women:     []string{"NURHASANAH", "YUSMANIAR", "RAHMADHANI", "SITI AISYAH", "NUR", "ZURAIDA", "KHAIRUNNISA", "MARDIANA", "FATIMAH", "HALIMAH"},
		menLast:   []string{"FADILLAH", "AKBAR", "SYAHPUTRA", "ABDILLAH", "RIDWAN", "AL FARISI", "HAMZAH", "MUZAKKI"},
		womenLast: []string{"ZAHRA", "AZZAHRA", "SALSABILA", "HIDAYATI", "MAULIDA", "RAMADHANI", "KHUMAIRA"},
		religions: []string{"ISLAM"},
	},
	{ // Bugis and Makassar
		weight: 6, wordsMost: 2,
		men:       []string{"ANDI", "DAENG", "BASO", "LA ODE", "AMIRUDDIN", "SYAMSUL", "MAPPAJANCI"},
		women:     []string{"ANDI", "WA ODE", "BESSE", "NURLINA", "ST. HADIJAH", "TENRI"},
		menLast:   []string{"MAPPANYUKKI", "PATTOLA", "BAHARUDDIN", "LATIF", "SULTANSYAH", "RAJA MALINTA"},
		womenLast: []string{"TENRIOLA", "MASSAILE", "RAHMAWATI", "HASNIDAR", "BUNGAWALI"},
		religions: []string{"ISLAM"},
	},
	{ // The east: Moluccas, Flores, Papua
		weight: 6, wordsMost: 3,
		men:       []string{"YOHANES", "MARKUS", "FRANSISKUS XAVERIUS", "YANCE", "ELIAS", "PETRUS", "AGUSTINUS", "SEMUEL"},
		women:     []string{"MARIA", "YUSTINA", "THERESIA", "ELISABETH", "NAOMI", "KATARINA", "DORCE", "MARGARETHA"},
		menLast:   []string{"KANISIUS", "ALEXANDER", "BERNADUS"},
		womenLast: []string{"GORETTI", "IMACULATA", "YOSEFINA"},
		families:  []string{"LATUHARU", "WENDA", "KOGOYA", "MANUHUTU", "DA COSTA", "BRIA SERAN", "WAMBRAU", "RUMBINO", "LEDO"},
		religions: []string{"KRISTEN", "KATHOLIK", "KATHOLIK"},
	},
	{ // Chinese Indonesians
		weight: 4, wordsMost: 2,
		men:       []string{"HENDRA", "KEVIN", "STEVEN", "HARIYANTO", "LIE", "TAN", "RUDY"},
		women:     []string{"MEILANI", "CINDY", "FELICIA", "LILY", "LINDA", "VANIA"},
		menLast:   []string{"WIJAYA", "HALIM", "GUNADI", "KUSUMO", "SUTANTO"},
		womenLast: []string{"TANUWIJAYA", "HALIM", "LESMANA", "SUSANTO", "LIANG"},
		religions: []string{"BUDHA", "KHONGHUCU", "KRISTEN", "KATHOLIK"},
	},
}

var (
	oldMen          = []string{"SUKARDI", "PONIMAN", "WAGIMIN", "KASDI", "TUKIMIN", "SAIDI", "NO"}
	oldWomen        = []string{"SUMINI", "PONIYEM", "TUMINAH", "KASTI", "NGATINEM", "SARIYEM", "MI"}
	apostropheMen   = []string{"MUHAMMAD SYAFI'I", "AHMAD MA'RUF RIFA'I", "JUM'AN", "ABDUL MU'IN AS-SA'DI", "NU'MAN BASYA'IR"}
	apostropheWomen = []string{"SITI JUM'ATUL FAJRI'AH", "NI'MATUL RO'AINI", "SA'DIYAH", "ROBI'AH AL'ADAWIYYA", "MAS'UDAH"}
	dottedMen       = []string{"H. ABD. RACHMAN S.", "MOH. THOHIR, S.PD.I.", "R.M. SOEPARDJO T.", "A.A. GDE OKA P.", "DRS. H. M. YUSUF, M.M."}
	dottedWomen     = []string{"HJ. ST. AMINAH B.", "A.A. AYU RAI", "RR. WIDYA K., S.H.", "DRA. HJ. N. KOMARIAH", "NY. TH. SOEMARNI"}
	shortMen        = []string{"AL I", "UU BA", "ED O", "YO LI"}
	shortWomen      = []string{"AI II", "TI O", "NI A", "II EN"}
)

var bloodTypes = []string{"A", "B", "AB", "O", "O", "O+", "A+", "B+", "AB-", "-", "-", "-", "-"}

func pickPeople(rng *rand.Rand) *people {
	roll := rng.IntN(100)
	for i := range peoples {
		if roll -= peoples[i].weight; roll < 0 {
			return &peoples[i]
		}
	}
	return &peoples[0]
}

func (p *people) religion(rng *rand.Rand) string { return pick(rng, p.religions) }

func (p *people) name(rng *rand.Rand, female bool) string {
	first, last := pick2(female, p.women, p.men), pick2(female, p.womenLast, p.menLast)
	words := []string{pick(rng, first), pick(rng, last)}
	if p.wordsMost > 2 && rng.IntN(3) == 0 {
		if middle := pick(rng, first); middle != words[0] {
			words = []string{words[0], middle, words[1]}
		}
	}
	if len(p.families) > 0 {
		if len(words) == 2 && rng.IntN(2) == 0 {
			words = words[:1]
		}
		words = append(words, pick(rng, p.families))
	}
	return strings.Join(words, " ")
}

// nameOfSixty builds a name of exactly 60 letters, spaces included: the most that is allowed. Source: ktpel.md 2.6.
func nameOfSixty(rng *rand.Rand, p *people, female bool) string {
	const most = 60
	pool := append(append([]string{}, pick2(female, p.women, p.men)...), pick2(female, p.womenLast, p.menLast)...)
	pool = append(pool, p.families...)
	for {
		name := p.name(rng, female)
		for len(name) < most-16 {
			name += " " + pick(rng, pool)
		}
		var fits []string
		for _, word := range append(pool, "NINGRAT", "KUSUMO", "RADEN", "WIRA", "HADININGRAT", "PUTRADINATA", "SASTROWIJAYA", "MANGKUNEGARA") {
			if len(name)+1+len(word) == most && !strings.Contains(name, word) {
				fits = append(fits, word)
			}
		}
		if len(fits) > 0 {
			return name + " " + pick(rng, fits)
		}
	}
}

// longWord builds one word of 27 to 36 letters, as the courts of Java made them.
func longWord(rng *rand.Rand, female bool) string {
	parts := []string{"SASTRO", "WIRYO", "KUSUMO", "NOTO", "MANGKU", "PRAWIRO", "HADI", "SURYO", "DIPO", "JOYO"}
	rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	word := strings.Join(parts[:4], "")
	return word + pick2(female, "NINGRUMWATI", "NINGRATADI")
}

// Source: ktpel.md 2.3, the register's list, without the offices of state.
var occupations = []string{"MENGURUS RUMAH TANGGA", "PENSIUNAN", "PEGAWAI NEGERI SIPIL (PNS)", "TENTARA NASIONAL INDONESIA (TNI)",
	"KEPOLISIAN RI (POLRI)", "PERDAGANGAN", "PETANI/PEKEBUN", "PETERNAK", "NELAYAN/PERIKANAN", "INDUSTRI", "KONSTRUKSI", "TRANSPORTASI",
	"KARYAWAN SWASTA", "KARYAWAN SWASTA", "KARYAWAN SWASTA", "KARYAWAN BUMN", "KARYAWAN HONORER", "BURUH HARIAN LEPAS", "BURUH TANI/PERKEBUNAN",
	"TUKANG KAYU", "TUKANG LAS/PANDAI BESI", "TUKANG JAHIT", "MEKANIK", "SENIMAN", "GURU", "DOSEN", "BIDAN", "PERAWAT", "SOPIR", "PEDAGANG",
	"PERANGKAT DESA", "WIRASWASTA", "WIRASWASTA", "WIRASWASTA", "LAINNYA", "JURU MASAK", "WARTAWAN", "PELAUT", "APOTEKER", "USTADZ/MUBALIGH"}

var longOccupations = []string{"ANGGOTA MAHKAMAH KONSTITUSI", "ANGGOTA KABINET KEMENTERIAN", "ANGGOTA DPRD KABUPATEN/KOTA",
	"TENTARA NASIONAL INDONESIA (TNI)", "BURUH NELAYAN/PERIKANAN"}

func occupation(rng *rand.Rand, p *Person) string {
	switch {
	case p.Age < 19:
		return "PELAJAR/MAHASISWA"
	case p.Age < 24 && rng.IntN(2) == 0:
		return pick(rng, []string{"PELAJAR/MAHASISWA", "BELUM/TIDAK BEKERJA"})
	case p.Age > 62 && rng.IntN(2) == 0:
		return "PENSIUNAN"
	}
	for {
		job := pick(rng, occupations)
		if (job == "MENGURUS RUMAH TANGGA" || job == "BIDAN") && !p.Female || job == "PENSIUNAN" && p.Age < 56 ||
			(job == "TENTARA NASIONAL INDONESIA (TNI)" || job == "KEPOLISIAN RI (POLRI)" || job == "PEGAWAI NEGERI SIPIL (PNS)") && p.Age > 58 {
			continue
		}
		return job
	}
}

type nation struct {
	country   string
	men       []string
	women     []string
	families  []string
	towns     []string
	religions []string
}

var nations = []nation{
	{"JAPAN", []string{"KENTARO", "HIROSHI", "DAISUKE"}, []string{"YUKIKO", "NAOMI", "SAKURA"}, []string{"TANABE", "KUROSAWA", "ISHIZUKA"}, []string{"OSAKA", "SAPPORO"}, []string{"BUDDHIST", "OTHERS"}},
	{"NETHERLANDS", []string{"JAN WILLEM", "PIETER", "MAARTEN"}, []string{"ANNEKE", "SASKIA", "WILHELMINA"}, []string{"VAN DER MEULEN", "DE WIT", "TEN BRINK"}, []string{"UTRECHT", "'S-HERTOGENBOSCH"}, []string{"CHRISTIAN", "CATHOLIC"}},
	{"AUSTRALIA", []string{"LIAM", "JACK", "OLIVER"}, []string{"CHARLOTTE", "MATILDA", "GRACE"}, []string{"O'CONNELL", "MCALLISTER", "WHITTAKER"}, []string{"FREMANTLE", "CAIRNS"}, []string{"CHRISTIAN", "CATHOLIC"}},
	{"REPUBLIC OF KOREA", []string{"MIN HO", "JAE SUNG"}, []string{"SOO JIN", "HYE WON"}, []string{"KANG", "SEO", "NAMGUNG"}, []string{"BUSAN", "DAEGU"}, []string{"BUDDHIST", "CHRISTIAN"}},
	{"INDIA", []string{"VENKATESWARAN", "ARJUN", "RAJIV"}, []string{"LAKSHMI", "PRIYADARSHINI", "ANJALI"}, []string{"RAMACHANDRAN", "KRISHNAMURTHY", "MEHTA"}, []string{"THIRUVANANTHAPURAM", "CHENNAI"}, []string{"HINDU"}},
	{"PAKISTAN", []string{"BILAL", "USMAN"}, []string{"AYESHA", "SANA"}, []string{"QURESHI", "CHAUDHRY"}, []string{"LAHORE", "MULTAN"}, []string{"ISLAM"}},
}

var foreignOccupations = []string{"EXPATRIATE EMPLOYEE", "INVESTOR", "PENSIONER", "TEACHER", "ENGINEER", "HOUSEWIFE OR HUSBAND", "CLERGY", "RESEARCHER"}
