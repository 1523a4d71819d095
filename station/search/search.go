// Package search finds waiting people by any part of their names or NIK, in memory. An Index is immutable: it is built from
// the queue and replaced when the queue changes, so any number of goroutines may read it.
package search

import (
	"bytes"
	"slices"
	"strings"

	"cetak/station/source"
)

// Index holds the queue's items in queue order, their folded text, and a signature of each block of items that tells
// which blocks cannot hold a word.
type Index struct {
	items  []source.Item
	order  []int32  // places in items, in queue order; nil = as they lie
	text   []byte   // folded name, a space, NIK, LF; item after item
	starts []uint32 // where each item's text begins; one more for the end
	sigs   []uint64 // sigWords a block
}

// A block of blockItems items sets the bits of its runs of one to maxGram letters and digits: about a fifth of sigBits. A
// word of seven then passes a wrong block one time in a hundred; five digits are as telling as they need to be among
// NIKs, of which any three occur in every block. 313,281 items need 10 MB of signatures.
const (
	blockItems = 128
	maxGram    = 5
	sigLog     = 15
	sigBits    = 1 << sigLog
	sigWords   = sigBits / 64
)

// New builds the index of items that lie in queue order. It keeps the slice: the caller does not change it afterwards.
func New(items []source.Item) *Index { return Ordered(items, nil) }

// Ordered is New for items whose queue order is told by their places; nil = as they lie. It keeps both slices.
func Ordered(items []source.Item, order []int32) *Index {
	x := &Index{items: items, order: order, starts: make([]uint32, 0, len(items)+1)}
	size := 0
	for i := range items {
		size += len(items[i].Name) + len(items[i].NIK) + 2
	}
	x.text = make([]byte, 0, size)
	blocks := (len(items) + blockItems - 1) / blockItems
	x.sigs = make([]uint64, blocks*sigWords)
	for i := range items {
		x.starts = append(x.starts, uint32(len(x.text)))
		x.text = fold(x.text, x.item(i).Name)
		x.text = append(x.text, ' ')
		x.text = fold(x.text, x.item(i).NIK)
		x.text = append(x.text, '\n')
		sig := x.sigs[i/blockItems*sigWords:][:sigWords]
		for n := 1; n <= maxGram; n++ {
			grams(x.text[x.starts[i]:len(x.text)-1], n, func(bit uint32) { sig[bit/64] |= 1 << (bit % 64) })
		}
	}
	x.starts = append(x.starts, uint32(len(x.text)))
	return x
}

// Len is the number of items.
func (x *Index) Len() int { return len(x.items) }

// item is the one at a place of the queue.
func (x *Index) item(at int) *source.Item {
	if x.order != nil {
		at = int(x.order[at])
	}
	return &x.items[at]
}

// Find gives at most limit items, in queue order, whose name or NIK contains every word of the query somewhere, whatever
// the case and the accents. Punctuation in the query separates words like a space does in the name, but an apostrophe,
// which is passed over in both. An empty query finds everything; a limit of 0 or less is no limit.
func (x *Index) Find(query string, limit int) []source.Item {
	places := x.Places(query, limit)
	found := make([]source.Item, len(places))
	for i, at := range places {
		found[i] = *x.item(at)
	}
	return found
}

// Places is Find that gives the places in the queue, from 0.
func (x *Index) Places(query string, limit int) []int {
	words := bytes.Fields(fold(nil, query))
	if len(words) == 0 {
		if limit <= 0 || limit > len(x.items) {
			limit = len(x.items)
		}
		all := make([]int, limit)
		for i := range all {
			all[i] = i
		}
		return all
	}
	// The longest word is the rarest guess: it is sought first, the others only where it was found.
	slices.SortStableFunc(words, func(a, b []byte) int { return len(b) - len(a) })
	var bitsWanted []uint32
	for n := maxGram; n >= 1; n-- { // the longest run is the most telling: it is tried first
		for _, w := range words {
			grams(w, n, func(bit uint32) { bitsWanted = append(bitsWanted, bit) })
		}
	}
	var found []int
	for block := 0; block*blockItems < len(x.items); block++ {
		if !x.mayHold(block, bitsWanted) {
			continue
		}
		last := min((block+1)*blockItems, len(x.items))
		for i := block * blockItems; i < last; i++ {
			// Jump to the item of the next hit of the first word.
			at := bytes.Index(x.text[x.starts[i]:x.starts[last]], words[0])
			if at < 0 {
				break
			}
			i = x.itemAt(i, last, x.starts[i]+uint32(at))
			if x.holds(i, words[1:]) {
				found = append(found, i)
				if len(found) == limit {
					return found
				}
			}
		}
	}
	return found
}

func (x *Index) mayHold(block int, wanted []uint32) bool {
	sig := x.sigs[block*sigWords:][:sigWords]
	for _, bit := range wanted {
		if sig[bit/64]&(1<<(bit%64)) == 0 {
			return false
		}
	}
	return true
}

// itemAt gives the item in [from, to) whose text holds the position.
func (x *Index) itemAt(from, to int, pos uint32) int {
	i, exact := slices.BinarySearch(x.starts[from:to], pos)
	if !exact {
		i--
	}
	return from + i
}

func (x *Index) holds(i int, words [][]byte) bool {
	text := x.text[x.starts[i]:x.starts[i+1]]
	for _, w := range words {
		if !bytes.Contains(text, w) {
			return false
		}
	}
	return true
}

// grams calls set with the signature bit of every run of n letters of s, n at most 8.
func grams(s []byte, n int, set func(bit uint32)) {
	var run uint64
	mask := uint64(1)<<(8*n) - 1
	for i, c := range s {
		run = (run<<8 | uint64(c)) & mask
		if i >= n-1 {
			// Multiplicative hash with the golden ratio; the upper bits are the mixed ones.
			set(uint32((run * 0x9E3779B97F4A7C15) >> (64 - sigLog)))
		}
	}
}

// fold appends s in lower case, without accents; punctuation becomes a space, apostrophes vanish.
func fold(dst []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			dst = append(dst, byte(r))
		case r >= 'A' && r <= 'Z':
			dst = append(dst, byte(r)+'a'-'A')
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
	const to = "aaaaaaaaaaaaaaaaaaccccccccccddddeeeeeeeeeeeeeeeeeegggggggghhhhiiiiiiiiiiiiiiiiiijjkkllllllllllnnnnnnnnoooooooooooooooooorrrrrrsssssssstttttt" +
		"uuuuuuuuuuuuuuuuuuuuwwyyyyyyzzzzzz"
	n := 0
	for _, f := range from {
		if f == r {
			return append(dst, to[n])
		}
		n++
	}
	switch r {
	case 'ß':
		return append(dst, "ss"...)
	case 'Æ', 'æ':
		return append(dst, "ae"...)
	case 'Œ', 'œ':
		return append(dst, "oe"...)
	}
	return append(dst, strings.ToLower(string(r))...)
}
