// Package search finds waiting people by any part of their names or NIK, in memory. An Index is immutable: it is built from
// the queue and replaced when the queue changes, so any number of goroutines may read it.
package search

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"

	"cetak/station/source"
)

// Index finds records of a list. The list's own lines are what is searched: registers write names in capital letters without accents, and
// only the few lines that are written otherwise are kept beside it, folded.
type Index struct {
	list  *source.List
	parts []*part
}

// part is what is known of one part of the list: a signature of each block of its lines, that tells which blocks cannot hold a word,
// and the odd lines.
type part struct {
	of    *source.Part
	start int      // the place of its first record
	sigs  []uint64 // sigWords a block
	isOdd []uint64 // a bit a line
	odd   []odd    // by at
}

// odd is a line that is searched folded, because it does not lie so in the list.
type odd struct {
	at   int
	text string
}

// A block of blockLines lines sets the bits of its runs of one to maxGram letters and digits. The longer a word, the fewer wrong blocks it
// passes; five digits are as telling as they need to be among NIKs, of which any three occur in every block. 313,281 lines need 5 MB of
// signatures; blocks of half the size need twice that.
const (
	blockLines = 256
	maxGram    = 5
	sigLog     = 15
	sigBits    = 1 << sigLog
	sigWords   = sigBits / 64
)

// New builds the index of a list.
func New(list *source.List) *Index { return (&Index{}).Over(list) }

// Over is the index of another list. What both have in common is not made again.
func (x *Index) Over(list *source.List) *Index {
	known := make(map[*source.Part]*part, len(x.parts))
	for _, p := range x.parts {
		known[p.of] = p
	}
	y := &Index{list: list}
	for start, of := range list.Parts() {
		p := &part{of: of}
		if k := known[of]; k != nil {
			*p = *k
		} else {
			p.build()
		}
		p.start = start
		y.parts = append(y.parts, p)
	}
	return y
}

func (p *part) build() {
	p.sigs = make([]uint64, p.blocks()*sigWords)
	p.isOdd = make([]uint64, (p.of.Len()+63)/64)
	var folded []byte
	for i := range p.of.Len() {
		line := p.of.Line(i)
		line = line[:len(line)-1]
		if !plain(line) {
			folded = fold(folded[:0], line)
			line = string(folded)
			p.odd = append(p.odd, odd{i, line})
			p.isOdd[i/64] |= 1 << (i % 64)
		}
		sig := p.sigs[i/blockLines*sigWords:][:sigWords]
		for n := 1; n <= maxGram; n++ {
			grams(line, n, func(bit uint32) { sig[bit/64] |= 1 << (bit % 64) })
		}
	}
}

// plain says that folding a line would change nothing.
func plain(line string) bool {
	for i := range len(line) {
		if c := line[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != ' ' {
			return false
		}
	}
	return true
}

// Len is the number of records.
func (x *Index) Len() int { return x.list.Len() }

// Find gives at most limit places of the list, in their order, of the records whose name or NIK contains every word of the query somewhere,
// whatever the case and the accents. Punctuation in the query separates words like a space does in the name, but an apostrophe,
// which is passed over in both. An empty query finds everything; a limit of 0 or less is no limit.
func (x *Index) Find(query string, limit int) []int { return x.Places(query, limit, nil) }

// first is how many records are looked at one by one, in the order asked for, before it is judged how many have what is sought; up to most are
// looked at like this where so many have it that the limit is reached by then. What few have is sought in the whole list, line after
// line as they lie in the memory, and put in order afterwards.
const (
	first = 4096
	most  = 65536
)

// Places is Find in another order: order has every place of the list once, and what is found are the places in order. nil = the list's.
func (x *Index) Places(query string, limit int, order []int32) []int {
	n := x.Len()
	if limit <= 0 || limit > n {
		limit = n
	}
	found := make([]int, 0, min(limit, 512))
	s := x.seek(query)
	if len(s.words) == 0 {
		for i := range limit {
			found = append(found, i)
		}
		return found
	}
	place := func(at int) int {
		if order == nil {
			return at
		}
		return int(order[at])
	}
	at := 0
	for ; at < n && (at < first || len(found)*most >= at*limit); at++ {
		if s.at(place(at)) {
			if found = append(found, at); len(found) == limit {
				return found
			}
		}
	}
	marks, all := s.all()
	for left := all - len(found); at < n && left > 0 && len(found) < limit; at++ {
		if i := place(at); marks[i/64]&(1<<(i%64)) != 0 {
			found = append(found, at)
			left--
		}
	}
	return found
}

// sought is one query.
type sought struct {
	x     *Index
	words []string
	may   [][]bool // by part and block: it may hold the words
}

func (x *Index) seek(query string) *sought {
	words := bytes.Fields(fold(nil, query))
	// The longest word is the rarest guess: it is sought first, the others only where it was found.
	slices.SortStableFunc(words, func(a, b []byte) int { return len(b) - len(a) })
	s := &sought{x: x, may: make([][]bool, len(x.parts))}
	for _, w := range words {
		s.words = append(s.words, string(w))
	}
	var wanted []uint32
	for n := maxGram; n >= 1; n-- { // the longest run is the most telling: it is tried first
		for _, w := range s.words {
			grams(w, n, func(bit uint32) { wanted = append(wanted, bit) })
		}
	}
	for i, p := range x.parts {
		s.may[i] = make([]bool, p.blocks())
		for b := range s.may[i] {
			s.may[i][b] = p.mayHold(b, wanted)
		}
	}
	return s
}

// at says whether the record at a place of the list has all the words.
func (s *sought) at(place int) bool {
	parts := s.x.parts
	n := place * len(parts) / s.x.Len() // or near it
	for parts[n].start > place {
		n--
	}
	for n+1 < len(parts) && parts[n+1].start <= place {
		n++
	}
	p := parts[n]
	i := place - p.start
	if !s.may[n][i/blockLines] {
		return false
	}
	if p.isOdd[i/64]&(1<<(i%64)) == 0 {
		return holds(p.of.Line(i), s.words)
	}
	return holds(p.odd[p.oddFrom(i)].text, s.words)
}

// all marks every record that has all the words, and counts them.
func (s *sought) all() (marks []uint64, n int) {
	marks = make([]uint64, (s.x.Len()+63)/64)
	for i, p := range s.x.parts {
		for block, may := range s.may[i] {
			if may {
				p.mark(block, s.words, marks)
			}
		}
	}
	for _, m := range marks {
		n += bits.OnesCount64(m)
	}
	return marks, n
}

func (p *part) blocks() int { return (p.of.Len() + blockLines - 1) / blockLines }

func (p *part) mayHold(block int, wanted []uint32) bool {
	sig := p.sigs[block*sigWords:][:sigWords]
	for _, bit := range wanted {
		if sig[bit/64]&(1<<(bit%64)) == 0 {
			return false
		}
	}
	return true
}

// mark marks the records of a block that have all the words.
func (p *part) mark(block int, words []string, marks []uint64) {
	set := func(i int) { marks[(p.start+i)/64] |= 1 << ((p.start + i) % 64) }
	i, last := block*blockLines, min((block+1)*blockLines, p.of.Len())
	for n := p.oddFrom(i); n < len(p.odd) && p.odd[n].at < last; n++ {
		if holds(p.odd[n].text, words) {
			set(p.odd[n].at)
		}
	}
	lines, end := p.of.Lines(), p.of.LineStart(last)
	for ; i < last; i++ {
		from := p.of.LineStart(i) // jump to the record of the next hit of the first word
		hit := strings.Index(lines[from:end], words[0])
		if hit < 0 {
			return
		}
		for p.of.LineStart(i+1) <= from+hit {
			i++
		}
		if p.isOdd[i/64]&(1<<(i%64)) == 0 && holds(p.of.Line(i), words[1:]) {
			set(i)
		}
	}
}

// oddFrom is the first odd line at or behind a place of the part.
func (p *part) oddFrom(i int) int {
	n, _ := slices.BinarySearchFunc(p.odd, i, func(o odd, i int) int { return o.at - i })
	return n
}

func holds(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// grams calls set with the signature bit of every run of n letters of s, n at most 8.
func grams(s string, n int, set func(bit uint32)) {
	var run uint64
	mask := uint64(1)<<(8*n) - 1
	for i := range len(s) {
		run = (run<<8 | uint64(s[i])) & mask
		if i >= n-1 {
			// Multiplicative hash with the golden ratio; the upper bits are the mixed ones.
			set(uint32((run * 0x9E3779B97F4A7C15) >> (64 - sigLog)))
		}
	}
}

// fold appends s in capital letters, without accents; punctuation becomes a space, apostrophes vanish.
func fold(dst []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			dst = append(dst, byte(r))
		case r >= 'a' && r <= 'z':
			dst = append(dst, byte(r)-'a'+'A')
		case r == '\'' || r == '’' || r == '`' || r == 'ʼ' || r >= 0x300 && r <= 0x36F:
		case r < 0x80:
			dst = append(dst, ' ')
		default:
			dst = foldLetter(dst, r)
		}
	}
	return dst
}

// foldLetter writes the Latin letters with accents by their base letters; any other letter stays itself.
func foldLetter(dst []byte, r rune) []byte {
	const from = "ÀÁÂÃÄÅĀĂĄàáâãäåāăąÇĆĈĊČçćĉċčĎĐďđÈÉÊËĒĔĖĘĚèéêëēĕėęěĜĞĠĢĝğġģĤĦĥħÌÍÎÏĨĪĬĮİìíîïĩīĭįıĴĵĶķĹĻĽĿŁĺļľŀłÑŃŅŇñńņňÒÓÔÕÖØŌŎŐòóôõöøōŏőŔŖŘŕŗřŚŜŞŠśŝşšŢŤŦţťŧÙÚÛÜŨŪŬŮŰŲùúûüũūŭůűųŴŵÝŶŸýÿŷŹŻŽźżž"
	const to = "AAAAAAAAAAAAAAAAAACCCCCCCCCCDDDDEEEEEEEEEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIIIIIIIIIIIJJKKLLLLLLLLLLNNNNNNNNOOOOOOOOOOOOOOOOOORRRRRRSSSSSSSSTTTTTT" +
		"UUUUUUUUUUUUUUUUUUUUWWYYYYYYZZZZZZ"
	n := 0
	for _, f := range from {
		if f == r {
			return append(dst, to[n])
		}
		n++
	}
	switch r {
	case 'ß':
		return append(dst, "SS"...)
	case 'Æ', 'æ':
		return append(dst, "AE"...)
	case 'Œ', 'œ':
		return append(dst, "OE"...)
	}
	return append(dst, strings.ToUpper(string(r))...)
}
