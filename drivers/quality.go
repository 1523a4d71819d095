package drivers

import (
	"context"
	"time"
)

// LineTester is a Printer that can measure the line to it. It is optional, like Planner: whoever has a Printer asks for it by a type
// assertion. It belongs to the one goroutine that uses the Printer.
type LineTester interface {
	// TestLine asks a question whose answer is known many times over and sends one long bitmap into the machine's memory, where
	// it is cleared again. Nothing moves and nothing is burnt. Answers that are wrong or do not come are counted and are no error;
	// what ends the conversation is.
	TestLine(ctx context.Context) (LineQuality, error)
}

// LineQuality is how a line behaved.
type LineQuality struct {
	Asked int // questions with a known answer
	Right int // of them answered whole and right at the first time
	// Bytes of the bitmap that the machine took whole; 0 where it takes none between cards. An acknowledgement says that none were
	// lost, not that none were changed: the language has no checksum.
	Bytes int
	Took  time.Duration // of the bitmap, its answer included
	Turn  time.Duration // the shortest question with its answer, without their own bytes
}
