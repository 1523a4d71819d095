package rig

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"cetak/hwsim/scene"
	"cetak/hwsim/world"
)

// Desk is the truth and what stands around it, as `watch` tells it to whoever looks on.
type Desk struct {
	Stamp       string         `json:"stamp"` // ask with it to be told the next change
	World       world.Truth    `json:"world"`
	Cable       bool           `json:"cable"`        // of the printer, plugged in
	Power       string         `json:"power"`        // of the printer: on, starting, off
	Dispenser   bool           `json:"dispenser"`    // there is one, alone or before the printer
	Reader      bool           `json:"reader"`       // there is one, and its service runs
	FeederBlind bool           `json:"feeder_blind"` // it grips nothing though blanks lie in it
	RejectBlind bool           `json:"reject_blind"` // it says it is full
	Held        string         `json:"held"`         // the event a rule holds back, until `go`
	Armed       []string       `json:"armed"`        // rules that can still fire
	Fired       map[string]int `json:"fired"`        // how often each fault was done by a rule
}

// Catalogue is what can go wrong and when, as `faults` tells it.
type Catalogue struct {
	Faults []scene.Kind `json:"faults"`
	Events []string     `json:"events"`
}

const (
	lookEvery = 100 * time.Millisecond // who looks on is told at most ten changes a second
	watchFor  = 20 * time.Second       // after that the same is told again: the simulator lives
)

// watch waits until the desk no longer looks as the stamp says and tells it; without a stamp at once.
func (r *Rig) watch(a []string) (string, error) {
	if len(a) > 1 {
		return "", errUsage
	}
	now := r.stamp()
	if len(a) == 1 && a[0] == now {
		until := time.NewTimer(watchFor)
		defer until.Stop()
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for over := false; !over && now == a[0]; now = r.stamp() {
			select {
			case <-tick.C:
			case <-until.C:
				over = true
			case <-r.ctx.Done():
				return "", r.ctx.Err()
			}
		}
	}
	t, err := r.world.Truth()
	if err != nil {
		return "", err
	}
	d := Desk{Stamp: now, World: t, Cable: r.line.Name() != "", Power: r.power(), Dispenser: r.front.machine != nil, Reader: r.door != nil && !r.readerGone.Load(),
		Held: r.holding.now(), Armed: r.scene.Waiting(), Fired: r.scene.Fired()}
	d.FeederBlind, d.RejectBlind = r.world.Blind()
	text, err := json.Marshal(d)
	return string(text), err
}

// stamp is taken before the truth is told: a change between the two is told once more, never missed.
func (r *Rig) stamp() string {
	h := fnv.New64a()
	fmt.Fprint(h, r.world.Glance(), r.line.Name(), r.power(), r.readerGone.Load(), r.holding.now(), r.scene.Waiting(), r.scene.Fired())
	return fmt.Sprintf("%016x", h.Sum64())
}

// catalogue lists the faults of the machines that stand here.
func (r *Rig) catalogue() (string, error) {
	c := Catalogue{Events: scene.Events()}
	for _, k := range scene.Kinds() {
		if r.refuse(k.Name) == nil {
			c.Faults = append(c.Faults, k)
		}
	}
	text, err := json.Marshal(c)
	return string(text), err
}

// forget takes a rule out that has not fired yet.
func (r *Rig) forget(a []string) (string, error) {
	rule := strings.Join(a, " ")
	if !r.scene.Forget(rule) {
		return "", fmt.Errorf("forget: no such rule waits: %q", rule)
	}
	return rule, nil
}
