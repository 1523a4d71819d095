package main

import (
	"strings"
	"testing"
	"time"

	"cetak/station/journal"
)

// The line is lost just after the order to take a blank, and the next program comes before the blank does: the machine says that it
// is empty and has taken none. Nothing may be concluded from that.
func TestBlankUnderWay(t *testing.T) {
	t.Parallel()
	b := start(t, "--records", "1")
	b.hand("on", "feed", "do", "hold", "once")
	first := b.run(nil, "run", "--until-empty")
	b.hand("await")
	b.hand("cable-pulled", "1")
	<-first.done
	second := b.run(nil, "run", "--until-empty")
	time.Sleep(time.Second) // it looks meanwhile; where it came too late to, the blank is simply there
	b.hand("go")
	<-second.done
	settled := b.kept(journal.KindSettled)
	if len(settled) != 1 || !strings.Contains(string(settled[0].Data), `"verdict":"inside"`) {
		t.Errorf("it settled %v", settled)
	}
	b.recover()
}
