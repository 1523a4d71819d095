package report

import (
	"fmt"
	"strings"
)

// actWords is what an act is called on paper.
type actWords struct {
	title string // after BERITA ACARA
	did   string // before the name of the other side
}

func (a Act) words() (actWords, bool) {
	w, ok := map[Act]actWords{
		Receipt:       {"PENERIMAAN BLANGKO KTP-EL", "penerimaan blangko KTP-el dari"},
		LoanIn:        {"PENERIMAAN PINJAMAN BLANGKO KTP-EL", "penerimaan pinjaman blangko KTP-el dari"},
		LoanInBack:    {"PENGEMBALIAN PINJAMAN BLANGKO KTP-EL", "pengembalian pinjaman blangko KTP-el kepada"},
		LoanOut:       {"PEMINJAMAN BLANGKO KTP-EL", "peminjaman blangko KTP-el kepada"},
		LoanOutBack:   {"PENERIMAAN KEMBALI BLANGKO KTP-EL", "penerimaan kembali blangko KTP-el yang dipinjamkan kepada"},
		TransferIn:    {"PENERIMAAN BLANGKO KTP-EL ANTARGUDANG", "pemindahan blangko KTP-el dari"},
		TransferOut:   {"PENYERAHAN BLANGKO KTP-EL ANTARGUDANG", "pemindahan blangko KTP-el ke"},
		Return:        {"PENGEMBALIAN BLANGKO KTP-EL", "pengembalian blangko KTP-el yang tidak terpakai kepada"},
		Unfetched:     {"PENGEMBALIAN KTP-EL YANG TIDAK DIAMBIL", "pengembalian KTP-el yang tidak diambil pemiliknya dari"},
		ReturnSpoiled: {"PENYERAHAN KTP-EL RUSAK", "penyerahan KTP-el rusak atau invalid kepada"},
	}[a]
	return w, ok
}

func (p Delivery) document() (document, error) {
	w, ok := p.Act.words()
	if !ok {
		return document{}, refuse(Incomplete, fmt.Sprintf("there is no paper for %q", p.Act), nil)
	}
	title := "BERITA ACARA " + w.title
	if err := needs(title, "number", p.Number, "the other side", p.Party); err != nil {
		return document{}, err
	}
	if len(p.Boxes) == 0 {
		return document{}, refuse(Incomplete, title+": no box and no count", nil)
	}
	d := document{office: p.Office, title: title, number: p.Number, at: p.At, foot: lineWords(p.Line)}
	people := pairs{{"Yang menyerahkan", who(p.Gives)}, {"Yang menerima", who(p.Takes)}}
	if names := signerNames(p.Witnesses); names != "" {
		people = append(people, pair{"Disaksikan oleh", names})
	}
	boxes, sum, err := p.boxes(title)
	if err != nil {
		return document{}, err
	}
	d.parts = []part{
		prose(today(p.At) + at(p.Office) + ", telah dilaksanakan " + w.did + " " + p.Party + ", dengan:"),
		people,
		prose("dengan rincian sebagai berikut:"),
		boxes,
		prose("Jumlah seluruhnya " + pieces(sum.Sum()) + perType(sum) +
			". Isi dihitung dan disaksikan oleh yang bertanda tangan di bawah ini dan dinyatakan cocok dengan dokumen nomor " + p.Number + "."),
	}
	if len(p.UIDs) > sum.Sum() {
		return document{}, unsound("%s: %d chip numbers for %d cards", title, len(p.UIDs), sum.Sum())
	}
	if err := once(title, p.UIDs); err != nil {
		return document{}, err
	}
	d.parts = append(d.parts, mono{"Nomor chip (UID)", p.UIDs})
	if p.Note != "" {
		d.parts = append(d.parts, prose("Catatan: "+sentence(p.Note)))
	}
	d.parts = append(d.parts, prose(closing))
	d.signers = [][]Signer{{role(p.Gives, "Yang menyerahkan"), role(p.Takes, "Yang menerima")}, witnesses(p.Witnesses)}
	return d, nil
}

const closing = "Demikian berita acara ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana mestinya."

func (p Delivery) boxes(title string) (table, PerType, error) {
	t := table{columns: []column{number("No"), left("Nomor kotak"), centre("Jenis"), code("Nomor seri awal"), code("Nomor seri akhir"), number("Jumlah")}}
	spoiled := p.Act == ReturnSpoiled
	if spoiled {
		t.columns = []column{number("No"), left("Sebab"), centre("Jenis"), number("Jumlah")}
	}
	var sum PerType
	seen := map[string]bool{}
	for i, b := range p.Boxes {
		if b.Count < 1 {
			return t, sum, unsound("%s: box %s holds %d", title, b.Number, b.Count)
		}
		if b.Number != "" && seen[b.Number] {
			return t, sum, unsound("%s: box %s twice", title, b.Number)
		}
		seen[b.Number] = true
		sum = sum.Add(b.Type, b.Count)
		if spoiled {
			t.rows = append(t.rows, []any{i + 1, causeWords(b.Cause), typeWords(b.Type), b.Count})
			continue
		}
		t.rows = append(t.rows, []any{i + 1, or(b.Number, "tanpa kotak"), typeWords(b.Type), or(b.First, "-"), or(b.Last, "-"), b.Count})
	}
	t.total = make([]any, len(t.columns))
	t.total[1], t.total[len(t.columns)-1] = "Jumlah", sum.Sum()
	return t, sum, nil
}

// perType says how a sum divides, where it does.
func perType(p PerType) string {
	if p.WNI == 0 || p.WNA == 0 {
		return ""
	}
	return fmt.Sprintf(", yaitu %s keping WNI dan %s keping WNA", thousands(p.WNI), thousands(p.WNA))
}

func or(s, instead string) string {
	if strings.TrimSpace(s) == "" {
		return instead
	}
	return s
}

// at says where the paper is made.
func at(o Office) string {
	if o.Place == "" {
		return ", bertempat di " + o.Name
	}
	return ", bertempat di " + o.Name + ", " + o.Place
}

func who(s Signer) string {
	name := or(s.Name, "........................................")
	if s.ID != "" {
		return name + " (" + s.ID + ")"
	}
	return name
}

func role(s Signer, instead string) Signer {
	s.Role = or(s.Role, instead)
	return s
}

// witnesses are signers numbered where there are several without a role.
func witnesses(all []Signer) []Signer {
	out := make([]Signer, len(all))
	for i, s := range all {
		instead := "Saksi"
		if len(all) > 1 {
			instead = fmt.Sprintf("Saksi %d", i+1)
		}
		out[i] = role(s, instead)
	}
	return out
}

func signerNames(all []Signer) string {
	var names []string
	for _, s := range all {
		if s.Name != "" {
			names = append(names, who(s))
		}
	}
	return strings.Join(names, "; ")
}

// lineWords ties a paper to the journal.
func lineWords(line int64) string {
	if line == 0 {
		return ""
	}
	return fmt.Sprintf("Jurnal baris %d", line)
}
