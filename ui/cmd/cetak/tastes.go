package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"cetak/station/durable"
	"cetak/ui/model"
)

// tastesFile is where a station folder keeps how each person likes the screen: language and text size, nothing else.
const tastesFile = "screen.json"

// tastes is a view.Tastes kept in a file. A file that cannot be read or written costs nobody a card: it is told to the log, and what
// was chosen holds until the program ends.
type tastes struct {
	path string
	all  map[string]model.Taste // by name; "" is whoever comes
}

// readTastes reads those of a station folder; where there are none yet, none are liked.
func readTastes(dir string) *tastes {
	t := &tastes{path: filepath.Join(dir, tastesFile), all: map[string]model.Taste{}}
	b, err := os.ReadFile(t.path)
	if err == nil {
		err = json.Unmarshal(b, &t.all)
	}
	if err != nil && !os.IsNotExist(err) {
		log.Printf("cetak: %s: %v", tastesFile, err)
	}
	if t.all == nil {
		t.all = map[string]model.Taste{}
	}
	return t
}

// Of is what a person likes.
func (t *tastes) Of(person string) model.Taste { return t.all[person] }

// Keep writes down what a person likes, whole or not at all.
func (t *tastes) Keep(person string, is model.Taste) {
	if t.all[person] == is {
		return
	}
	t.all[person] = is
	b, err := json.MarshalIndent(t.all, "", "  ")
	if err == nil {
		err = durable.Write(t.path, append(b, '\n'), 0o600)
	}
	if err != nil {
		log.Printf("cetak: %s: %v", tastesFile, err)
	}
}
