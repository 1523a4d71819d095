package face

import (
	"fmt"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// fontNames are the fonts a layout may name.
func fontData() map[string][]byte {
	return map[string][]byte{"regular": goregular.TTF, "medium": gomedium.TTF, "bold": gobold.TTF, "mono": gomonobold.TTF}
}

func knownFont(name string) bool { return fontData()[name] != nil }

// Rule says how a value was made to fit.
type Rule string

// Rules, in the order they are tried.
const (
	Full    Rule = "full"    // at the layout's size on one line
	Shrunk  Rule = "shrunk"  // smaller, on one line
	Wrapped Rule = "wrapped" // on several lines, broken between words
	Broken  Rule = "broken"  // on several lines, a long word broken inside
)

// sizeStep is the step of shrinking, in dots of the em.
const sizeStep = 0.5

// fitted is a value laid out.
type fitted struct {
	lines []string
	size  float64 // em in dots
	rule  Rule
}

// typeset holds parsed fonts and their faces by size. It is not safe for concurrent use.
type typeset struct {
	fonts map[string]*sfnt.Font
	faces map[faceKey]font.Face
}

type faceKey struct {
	name string
	size float64
}

func newTypeset() (*typeset, error) {
	t := &typeset{fonts: map[string]*sfnt.Font{}, faces: map[faceKey]font.Face{}}
	for name, data := range fontData() {
		f, err := opentype.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("font %s: %w", name, err)
		}
		t.fonts[name] = f
	}
	return t, nil
}

// face gives a font at a size in dots. Sizes are multiples of sizeStep, so there are few.
func (t *typeset) face(name string, size float64) (font.Face, error) {
	k := faceKey{name, size}
	if f := t.faces[k]; f != nil {
		return f, nil
	}
	f, err := opentype.NewFace(t.fonts[name], &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, fmt.Errorf("font %s at %g: %w", name, size, err)
	}
	t.faces[k] = f
	return f, nil
}

// width measures a line in dots. A letter without a glyph is a Fault with NoGlyph.
func (t *typeset) width(name string, size float64, s string) (float64, error) {
	f, err := t.face(name, size)
	if err != nil {
		return 0, err
	}
	var w fixed.Int26_6
	prev := rune(-1)
	for _, r := range s {
		if prev >= 0 {
			w += f.Kern(prev, r)
		}
		a, ok := f.GlyphAdvance(r)
		if !ok {
			return 0, fault(NoGlyph, fmt.Sprintf("U+%04X", r))
		}
		w += a
		prev = r
	}
	return float64(w) / 64, nil
}

// steps gives the sizes to try, in dots, from the layout's down to its smallest.
func steps(size, smallest float64) []float64 {
	var s []float64
	low := math.Ceil(smallest*dotsPerMM/sizeStep) * sizeStep
	for v := math.Floor(size*dotsPerMM/sizeStep) * sizeStep; v > low; v -= sizeStep {
		s = append(s, v)
	}
	return append(s, low)
}

// fit lays a value into a width: one line at the layout's size, one line smaller, several lines at the largest size that
// does, and at last inside a word. Nothing is ever cut: what does not fit is a Fault with DoesNotFit.
func (t *typeset) fit(name, value string, width, size, smallest float64, lines int) (fitted, error) {
	sizes := steps(size, smallest)
	for i, s := range sizes {
		w, err := t.width(name, s, value)
		if err != nil {
			return fitted{}, err
		}
		if w <= width {
			rule := Shrunk
			if i == 0 {
				rule = Full
			}
			return fitted{[]string{value}, s, rule}, nil
		}
	}
	if lines > 1 {
		for _, inWord := range []bool{false, true} {
			for _, s := range sizes {
				broken, ok, err := t.wrap(name, value, width, s, lines, inWord)
				if err != nil {
					return fitted{}, err
				}
				if ok && inWord {
					return fitted{broken, s, Broken}, nil
				}
				if ok {
					return fitted{broken, s, Wrapped}, nil
				}
			}
		}
	}
	return fitted{}, fault(DoesNotFit, "")
}

// wrap fills lines with whole words, or, inWord, breaks a word that is longer than a line.
func (t *typeset) wrap(name, value string, width, size float64, lines int, inWord bool) ([]string, bool, error) {
	var done []string
	line := ""
	for _, word := range strings.Fields(value) {
		for word != "" {
			joined := strings.TrimSpace(line + " " + word)
			w, err := t.width(name, size, joined)
			if err != nil {
				return nil, false, err
			}
			if w <= width {
				line, word = joined, ""
				continue
			}
			if line != "" && !inWord {
				done, line = append(done, line), ""
				continue
			}
			if !inWord {
				return nil, false, nil
			}
			n, err := t.head(name, size, width, line, word)
			if err != nil {
				return nil, false, err
			}
			done, line = append(done, strings.TrimSpace(line+" "+word[:n])), ""
			if n == 0 && done[len(done)-1] == "" {
				return nil, false, nil // not one letter fits
			}
			word = word[n:]
		}
		if len(done) >= lines {
			return nil, false, nil
		}
	}
	return append(done, line), len(done) < lines, nil
}

// head gives how many bytes of a word fit on the rest of a line.
func (t *typeset) head(name string, size, width float64, line, word string) (int, error) {
	fits := 0
	for n := range word {
		w, err := t.width(name, size, strings.TrimSpace(line+" "+word[:n]))
		if err != nil {
			return 0, err
		}
		if w > width {
			break
		}
		fits = n
	}
	return fits, nil
}
