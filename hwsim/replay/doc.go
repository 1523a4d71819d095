// Package replay reads a recording of a desk (docs/recorder.md) and makes a scene of it: the same fault, at the same command
// or chip command of a card, with the same answer. It reads the format by its document, and knows nothing of who wrote it.
package replay
