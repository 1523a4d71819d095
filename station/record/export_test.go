package record

// Alike is Likeness for many pairs of the same pictures: it looks at each once.
func Alike(a, b Pattern) float64 { return a.with(b) }

// PatternOf is what Alike takes.
var PatternOf = patternOf

// Pattern is a portrait as Likeness sees it.
type Pattern = pattern
