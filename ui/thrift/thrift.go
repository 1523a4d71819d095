// Package thrift tells the toolkit, before it starts, how long it keeps what is not on the screen any more. The toolkit reads that once, while
// packages are initialised, from the environment, and has no call for it. Go initialises packages in the order of their import paths
// wherever their imports allow it, and this one imports next to nothing: it comes before the toolkit in every program that
// imports both. Only a main with a window imports it, for its effect.
package thrift

import "os"

// Keep is for how long. The toolkit's own minute holds ten megabytes more of drawn names for somebody who pages through a long queue (docs/speed.md);
// below ten seconds it would look through everything on the screen at each of its turns.
const Keep = "20s"

// Variable is the toolkit's (fyne.io/fyne/v2/internal/cache). What is set already stays.
const Variable = "FYNE_CACHE"

var _ = keep()

func keep() error {
	if os.Getenv(Variable) != "" {
		return nil
	}
	return os.Setenv(Variable, Keep) // the names are sound: there is no other error
}
