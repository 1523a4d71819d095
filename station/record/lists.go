package record

import (
	"slices"
	"strings"
)

// Values of SIAK's code lists (ktpel.md 2.3, from the F-1.01 form). They grow: a value that is not here is shown as a
// warning and printed as it came.

func knownSex(kind Kind, v string) bool {
	return v == "LAKI-LAKI" || v == "PEREMPUAN" || kind == WNA && (v == "MALE" || v == "FEMALE")
}

func female(v string) bool { return v == "PEREMPUAN" || v == "FEMALE" }

func knownReligion(v string) bool {
	switch v {
	case "ISLAM", "KRISTEN", "KATHOLIK", "KATOLIK", "HINDU", "BUDHA", "BUDDHA", "KHONGHUCU", "LAINNYA":
		return true
	}
	return strings.HasPrefix(v, "KEPERCAYAAN")
}

func knownMarital(kind Kind, v string) bool {
	switch v {
	case "BELUM KAWIN", "KAWIN", "CERAI HIDUP", "CERAI MATI":
		return true
	}
	return kind == WNA && (neverMarried(v) || v == "MARRIED" || v == "DIVORCED" || v == "WIDOWED")
}

// neverMarried recognises the one status that bars a person under 17. WNA cards carry it in English (ktpel.md 2.4).
func neverMarried(v string) bool { return v == "BELUM KAWIN" || v == "SINGLE" || v == "NOT MARRIED" }

func knownBlood(v string) bool {
	switch strings.TrimRight(v, "+-") {
	case "A", "B", "AB", "O":
		return len(v)-len(strings.TrimRight(v, "+-")) <= 1
	}
	return v == "-" || v == "TIDAK TAHU"
}

// ReasonOther is a reason for printing that is on no list.
const ReasonOther = "lain"

// ReasonWord is a reason for printing as books and papers carry it: a word of the list, or ReasonOther. A reason that is not on the
// list is free text of the sender and may say more than it should.
func ReasonWord(v string) string {
	if knownReason(v) {
		return v
	}
	return ReasonOther
}

func knownReason(v string) bool { return slices.Contains(Reasons(), v) }

// Reasons are the words for why a card is printed (ktpel.md 4.3; pudar, a faded card, and bencana, a victim of a disaster, are
// named by offices' rules, ktpel.md 5.4).
func Reasons() []string {
	return []string{"pemula", "prr", "hilang", "rusak", "perubahan", "pindah", "pudar", "bencana"}
}

func knownOccupation(v string) bool {
	_, ok := slices.BinarySearch(occupations(), v)
	return ok
}

// occupations is sorted for the search (a test checks it).
func occupations() []string {
	return []string{
		"AKUNTAN", "ANGGOTA BPK", "ANGGOTA DPD", "ANGGOTA DPR-RI", "ANGGOTA DPRD KABUPATEN/KOTA", "ANGGOTA DPRD PROVINSI",
		"ANGGOTA KABINET KEMENTERIAN", "ANGGOTA MAHKAMAH KONSTITUSI", "APOTEKER", "ARSITEK", "BELUM/TIDAK BEKERJA", "BIARAWATI",
		"BIDAN", "BUPATI", "BURUH HARIAN LEPAS", "BURUH NELAYAN/PERIKANAN", "BURUH PETERNAKAN", "BURUH TANI/PERKEBUNAN",
		"DOKTER", "DOSEN", "DUTA BESAR", "GUBERNUR", "GURU", "IMAM MASJID", "INDUSTRI", "JURU MASAK", "KARYAWAN BUMD",
		"KARYAWAN BUMN", "KARYAWAN HONORER", "KARYAWAN SWASTA", "KEPALA DESA", "KEPOLISIAN RI (POLRI)", "KONSTRUKSI", "KONSULTAN",
		"LAINNYA", "MEKANIK", "MENGURUS RUMAH TANGGA", "NELAYAN/PERIKANAN", "NOTARIS", "PARAJI", "PARANORMAL", "PASTOR",
		"PEDAGANG", "PEGAWAI NEGERI SIPIL (PNS)", "PELAJAR/MAHASISWA", "PELAUT", "PEMBANTU RUMAH TANGGA", "PENATA BUSANA",
		"PENATA RAMBUT", "PENATA RIAS", "PENDETA", "PENELITI", "PENGACARA", "PENSIUNAN", "PENTERJEMAH", "PENYIAR RADIO",
		"PENYIAR TELEVISI", "PERANCANG BUSANA", "PERANGKAT DESA", "PERAWAT", "PERDAGANGAN", "PETANI/PEKEBUN", "PETERNAK",
		"PIALANG", "PILOT", "PRESIDEN", "PROMOTOR ACARA", "PSIKIATER/PSIKOLOG", "SENIMAN", "SOPIR", "TABIB",
		"TENTARA NASIONAL INDONESIA (TNI)", "TRANSPORTASI", "TUKANG BATU", "TUKANG CUKUR", "TUKANG GIGI", "TUKANG JAHIT",
		"TUKANG KAYU", "TUKANG LAS/PANDAI BESI", "TUKANG LISTRIK", "TUKANG SOL SEPATU", "USTADZ/MUBALIGH", "WAKIL BUPATI",
		"WAKIL GUBERNUR", "WAKIL PRESIDEN", "WAKIL WALIKOTA", "WALIKOTA", "WARTAWAN", "WIRASWASTA",
	}
}
