// Package drawing is what advice shows beside its words: drawn pictures of the machine and the desk, with the part to touch in
// strong colour and an arrow at it. The names are those of station/advice/pictures.toml. A picture is an SVG of its own, without
// text, so it is the same in every language, on the screen and in the manual. It knows no widgets.
package drawing
