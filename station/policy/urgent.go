package policy

import (
	"slices"
	"strings"

	"cetak/station/journal"
	"cetak/station/record"
)

// Urgent is why a record may be taken before its turn. The list is closed, so that cases can be counted and no
// free text brings personal data into the journal. The list is ours; no source fixes one.
type Urgent struct {
	Reason string
	Text   Text
}

// UrgentReasons lists the reasons in the order of the screen.
func UrgentReasons() []Urgent {
	return []Urgent{
		{"berobat", Text{"Berobat atau BPJS", "Medical treatment or health insurance"}},
		{"bencana", Text{"Korban bencana", "Victim of a disaster"}},
		{"perjalanan", Text{"Perjalanan yang sudah terjadwal", "A journey with a date"}},
		{"pendidikan", Text{"Ujian atau pendaftaran sekolah", "Examination or enrolment"}},
		{"pekerjaan", Text{"Melamar atau mulai bekerja", "Applying for or beginning work"}},
		{"bantuan", Text{"Menerima bantuan sosial", "Receiving social aid"}},
		{"pemilu", Text{"Pemungutan suara sudah dekat", "Polling day is near"}},
		{"rentan", Text{"Lanjut usia, disabilitas, atau hamil", "Old age, disability, or pregnancy"}},
		{"jauh", Text{"Datang dari jauh dan menunggu di loket", "Came from far and waits at the desk"}},
		{"ralat", Text{"Kartu sebelumnya salah karena kantor", "The card before was wrong by the office's fault"}},
	}
}

// UrgentData is the data of a journal.KindUrgent fact.
type UrgentData struct {
	Reason string `json:"reason"`
	Why    Why    `json:"why"`            // where the record stood
	Rank   int    `json:"rank,omitempty"` // 0 = it was held
	Rule   string `json:"rule,omitempty"` // id of the rule in force
}

// TakeUrgent makes the fact that a record is taken before its turn, to be written before its intent. who is the person who answers for
// it. A record that is no longer valid or was set aside stays so: its own check refuses it. Fault: NoUrgentReason.
func TakeUrgent(plan *Plan, key record.Key, reason, who string) (journal.Fact, error) {
	known := slices.ContainsFunc(UrgentReasons(), func(u Urgent) bool { return u.Reason == reason })
	if !known {
		var words []string
		for _, u := range UrgentReasons() {
			words = append(words, u.Reason)
		}
		return journal.Fact{}, refuse(NoUrgentReason, "urgent", "the reason must be one of "+strings.Join(words, ", "))
	}
	d := UrgentData{Reason: reason}
	if v, ok := plan.Find(key); ok {
		d.Why, d.Rank = v.Why, v.Rank
		if v.Rule != nil {
			d.Rule = v.Rule.ID
		}
	}
	return journal.Fact{Kind: journal.KindUrgent, Record: key.ID, Issue: key.Issue, Who: who, Data: d}, nil
}
