package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const stateFile = "mosip-state.json"

// state is what outlives a restart.
type state struct {
	Requests    []*request         `json:"requests"`
	Subscribers map[string]*caller `json:"subscribers"` // by topic and callback
	Shares      map[string]*share  `json:"shares"`
	People      int                `json:"people"` // invented so far
	Now         time.Time          `json:"now"`    // of the first start: people are of that day
}

// request is a credential request with what its partner reported.
type request struct {
	ID      string    `json:"id"`
	Person  int       `json:"person"`
	Kind    string    `json:"credential_type"`
	Status  string    `json:"status"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	// Updates is every status that came, in order; the same event's id again is the same status sent twice.
	Updates []Update `json:"updates"`
	// Issued counts how often a credential was issued for it.
	Issued int `json:"issued"`
}

// Update is one status that a partner reported.
type Update struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Msg    string `json:"msg,omitempty"`
	Issued int    `json:"issued"` // which issue of the credential was out then
}

// caller is a subscriber with the events that it did not take yet.
type caller struct {
	Topic    string            `json:"topic"`
	Callback string            `json:"callback"`
	Secret   string            `json:"secret"`
	Active   bool              `json:"active"` // false: dropped; its events stay
	Waiting  []json.RawMessage `json:"waiting"`
}

// share is a credential in the datashare.
type share struct {
	Body    []byte `json:"body"`
	Expired bool   `json:"expired"`
}

func loadState(dir string) (*state, error) {
	s := &state{Subscribers: map[string]*caller{}, Shares: map[string]*share{}}
	text, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(text, s)
	}
	if err != nil {
		return nil, fmt.Errorf("the simulated MOSIP's state: %w", err)
	}
	return s, nil
}

// save writes the state; a kill leaves the one before or this one.
func (s *state) save(dir string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, stateFile)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (s *state) request(id string) *request {
	for _, r := range s.Requests {
		if r.ID == id {
			return r
		}
	}
	return nil
}
