package policy

import (
	"strconv"
	"strings"
)

// Words says in one short sentence why the record stands where it stands, for the queue.
func (v Verdict) Words(lang string) string {
	s := sentences()[v.Why].In(lang)
	rule := ""
	if v.Rule != nil {
		rule = v.Rule.ID
	}
	opens := ""
	if at := v.Opens; !at.IsZero() {
		opens = " " + Text{"Buka", "Opens"}.In(lang) + " " + at.Format("02-01-2006 15:04") + "."
	}
	return strings.NewReplacer(
		"{rule}", rule, "{group}", strconv.Itoa(v.Group), "{refer}", Referrals(v.Refer, lang), "{opens}", opens, "{code}", string(v.Aside),
	).Replace(s)
}

// Short is Words for a narrow row: a word or two.
func (v Verdict) Short(lang string) string {
	if v.Why == HeldRule {
		return Referrals(v.Refer, lang)
	}
	return shorts()[v.Why].In(lang)
}

// Referrals writes where a person is sent, "IKD, suket".
func Referrals(to []Refer, lang string) string {
	words := make([]string, len(to))
	for i, r := range to {
		words[i] = referral(r).In(lang)
	}
	return strings.Join(words, ", ")
}

func referral(r Refer) Text {
	switch r {
	case ToIKD:
		return Text{"IKD", "IKD"}
	case ToSuket:
		return Text{"suket", "suket"}
	case ToBiodata:
		return Text{"biodata", "biodata print"}
	case KeepOld:
		return Text{"KTP-el lama", "old card"}
	}
	return Text{"menunggu", "wait"}
}

func sentences() map[Why]Text {
	return map[Why]Text{
		ByClearing:  {"Urut tanggal siap cetak.", "In the order of clearing."},
		ByGroup:     {"Kelompok {group} menurut aturan {rule}.", "Group {group} of rule {rule}."},
		ByRest:      {"Sesudah kelompok yang didahulukan aturan {rule}.", "After the groups that rule {rule} puts first."},
		ByElection:  {"Pemilih pemula: didahulukan sampai hari pemungutan suara.", "First-time voter: before everybody until polling day."},
		HeldRule:    {"Ditahan oleh aturan {rule}; arahkan ke: {refer}.", "Held by rule {rule}; refer to: {refer}."},
		HeldKeep:    {"Ditahan: sisa blangko disimpan untuk yang lain oleh aturan {rule}.", "Held: rule {rule} keeps the blanks that are left for others."},
		HeldDay:     {"Ditahan: jatah hari ini habis (aturan {rule}).", "Held: today's quota is spent (rule {rule})."},
		HeldMonth:   {"Ditahan: jatah bulan ini habis (aturan {rule}).", "Held: this month's quota is spent (rule {rule})."},
		HeldClosed:  {"Kantor tutup.{opens}", "The office is closed.{opens}"},
		HeldLast:    {"Tidak akan selesai sebelum kantor tutup.", "Cannot be finished before the office closes."},
		HeldExpired: {"Batas waktu cetak dari pusat sudah lewat.", "The centre's last moment for printing has passed."},
		HeldAside:   {"Disisihkan: datanya ditolak ({code}).", "Set aside: the record was refused ({code})."},
	}
}

func shorts() map[Why]Text {
	return map[Why]Text{
		ByClearing: {"urut", "in order"}, ByGroup: {"didahulukan", "first"}, ByRest: {"sesudahnya", "after"}, ByElection: {"pemula", "first-time voter"},
		HeldKeep: {"blangko disimpan", "blanks kept"}, HeldDay: {"jatah hari ini", "quota of today"}, HeldMonth: {"jatah bulan ini", "quota of the month"},
		HeldClosed: {"tutup", "closed"}, HeldLast: {"besok", "tomorrow"}, HeldExpired: {"kedaluwarsa", "expired"}, HeldAside: {"disisihkan", "set aside"},
	}
}
