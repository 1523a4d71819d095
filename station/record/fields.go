package record

// Fields is what the card says, by the register's own names (docs/record.md; field names of the Dukcapil web service).
// Values are upper case and dates DD-MM-YYYY; they are printed as they came.
type Fields struct {
	NIK         string // NIK
	Name        string // NAMA_LGKP
	BirthPlace  string // TMPT_LHR
	BirthDate   string // TGL_LHR
	Sex         string // JENIS_KLMIN
	Blood       string // GOL_DARAH, "-" when not known
	Address     string // ALAMAT
	RT          string // NO_RT
	RW          string // NO_RW
	Village     string // KEL_NAME, kelurahan or desa
	District    string // KEC_NAME, kecamatan
	Regency     string // KAB_NAME, with its KABUPATEN or KOTA
	Province    string // PROP_NAME, without PROVINSI
	Religion    string // AGAMA
	Marital     string // STATUS_KAWIN
	Occupation  string // JENIS_PKRJN
	Citizenship string // KEWARGANEGARAAN: WNI, or a country on a WNA card
	ValidUntil  string // BERLAKU_HINGGA: SEUMUR HIDUP, or a date on a WNA card
	IssuedOn    string // TGL_KELUAR
}

// Line is one field with its register name.
type Line struct{ Name, Value string }

// Lines gives the fields in the order of the face, for reading beside the picture.
func (f *Fields) Lines() []Line {
	lines := make([]Line, 0, fieldCount)
	for _, e := range f.table() {
		lines = append(lines, Line{e.name, *e.value})
	}
	return lines
}

const fieldCount = 19

// fieldEntry ties a register name to its place, its column in the chip's biodata line, and its longest value.
type fieldEntry struct {
	name   string
	value  *string
	column int // in the biodata line
	limit  int // letters
}

// table is the one list of fields. Name 60: Permendagri 73/2022 article 4(2). Address 120: the form's cells (ktpel.md 2.6).
// Other limits are ours: the longest region name is 44 letters (ktpel.md 1.3), occupations are shorter.
// Columns: docs/record.md, "Record".
func (f *Fields) table() [fieldCount]fieldEntry {
	return [fieldCount]fieldEntry{
		{"NIK", &f.NIK, 0, 16},
		{"NAMA_LGKP", &f.Name, 13, 60},
		{"TMPT_LHR", &f.BirthPlace, 4, 60},
		{"TGL_LHR", &f.BirthDate, 14, 10},
		{"JENIS_KLMIN", &f.Sex, 8, 60},
		{"GOL_DARAH", &f.Blood, 9, 12},
		{"ALAMAT", &f.Address, 1, 120},
		{"NO_RT", &f.RT, 2, 5},
		{"NO_RW", &f.RW, 3, 5},
		{"KEL_NAME", &f.Village, 6, 60},
		{"KEC_NAME", &f.District, 5, 60},
		{"KAB_NAME", &f.Regency, 7, 60},
		{"PROP_NAME", &f.Province, 15, 60},
		{"AGAMA", &f.Religion, 10, 60},
		{"STATUS_KAWIN", &f.Marital, 11, 60},
		{"JENIS_PKRJN", &f.Occupation, 12, 60},
		{"KEWARGANEGARAAN", &f.Citizenship, 19, 60},
		{"BERLAKU_HINGGA", &f.ValidUntil, 16, 20},
		{"TGL_KELUAR", &f.IssuedOn, 20, 10},
	}
}
