package advice

import (
	"bufio"
	"fmt"
	"io"
)

// words of the manual around the cards.
type words struct {
	title, intro, note, steps, blank string
	family                           map[byte]string
}

func wordsOf(lang string) words {
	if lang == "en" {
		return words{
			title: "Fault manual",
			intro: "Every fault has a code that never changes. Look it up here, follow the steps in order, and tell the technician the code when\n" +
				"you call. The first letter says where the fault is.",
			note:  "Generated from station/advice/advice.toml and pictures.toml by `make docs`; do not edit.",
			steps: "What to do", blank: "The blank",
			family: map[byte]string{
				'L': "Line between computer and printer", 'P': "Printer", 'C': "Chip and reader", 'R': "Records",
				'S': "Bundles, keys, and the store of records", 'B': "Blanks",
				'U': "People", 'Y': "Order of the queue", 'W': "Papers", 'T': "Self-tests", 'J': "Journal and disk", 'N': "The centre", 'K': "Settings", 'X': "The program",
			},
		}
	}
	return words{
		title: "Buku petunjuk gangguan",
		intro: "Setiap gangguan memiliki kode yang tidak pernah berubah. Cari kodenya di sini, ikuti langkahnya berurutan, dan sebutkan kode itu\n" +
			"bila menghubungi teknisi. Huruf pertama menunjukkan letak gangguan.",
		note:  "Dibuat dari station/advice/advice.toml dan pictures.toml oleh `make docs`; jangan disunting.",
		steps: "Yang harus dilakukan", blank: "Blangko",
		family: map[byte]string{
			'L': "Sambungan komputer dan pencetak", 'P': "Pencetak", 'C': "Chip dan pembaca", 'R': "Rekaman",
			'S': "Bundel, kunci, dan simpanan rekaman", 'B': "Blangko",
			'U': "Orang dan kata sandi", 'Y': "Urutan antrean", 'W': "Surat dan laporan", 'T': "Uji mandiri", 'J': "Jurnal dan disk", 'N': "Pusat", 'K': "Setelan", 'X': "Program",
		},
	}
}

// Manual writes the fault manual as Markdown, all codes by family. It is what docs/fault-manual.id.md and
// docs/fault-manual.en.md hold; `make docs` writes them.
func Manual(w io.Writer, lang string) error {
	t := wordsOf(lang)
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "<!-- %s -->\n# %s\n\n%s\n", t.note, t.title, t.intro)
	section := byte(0)
	for _, code := range Codes() {
		if code[0] != section {
			section = code[0]
			fmt.Fprintf(out, "\n## %c: %s\n", section, t.family[section])
		}
		c, _ := For(code, lang)
		fmt.Fprintf(out, "\n### %s %s\n\n![%s](pictures/advice/%s.svg)\n\n**%s**\n\n", code, c.Title, c.Picture.Caption, c.Picture.Name, t.steps)
		for i, s := range c.Steps {
			fmt.Fprintf(out, "%d. %s\n", i+1, s)
		}
		fmt.Fprintf(out, "\n**%s:** %s\n", t.blank, c.Blank)
	}
	return out.Flush()
}
