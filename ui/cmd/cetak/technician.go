package main

import (
	"context"
	"strings"
	"time"

	"cetak/station"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
	"cetak/ui/model"
)

// settings are those of the folder as they are now: the technician may have changed them since it was opened.
func (c *clerk) settings() config.Config {
	if cfg, err := config.Load(c.desk.Dir); err == nil {
		return cfg
	}
	return c.desk.Config
}

// bench is what can be set up: the ports and readers that are there, and what is set. What cannot be asked is left out.
func (c *clerk) bench(ctx context.Context) model.Bench {
	cfg := c.settings()
	s := assembly.SetupOf(cfg)
	b := model.Bench{Set: model.SetupWork{Port: s.Port, Reader: s.Reader, Turned: s.Turned, OffsetX: s.OffsetX, OffsetY: s.OffsetY,
		ContrastColour: s.ContrastColour, ContrastBlack: s.ContrastBlack}}
	b.Readers, _ = assembly.Readers(ctx, cfg)
	ports, _ := assembly.Ports()
	for _, p := range ports {
		b.Ports = append(b.Ports, model.PortFound{Path: p.Path, Name: strings.TrimSpace(p.Name + " " + p.Serial)})
	}
	return b
}

// setUp keeps what a technician has set, and has the devices opened by it.
func (c *clerk) setUp(ctx context.Context, w model.Work) (model.Said, error) {
	if _, err := c.perform(ctx, func(b *station.Books, _ time.Time) ([]journal.Fact, error) {
		return nil, b.Office.People().Allow(access.By{Who: w.By.Who}, access.Test, c.desk.Config.People.SignIn)
	}); err != nil {
		return model.Said{}, err
	}
	s := w.Setup
	cfg, err := assembly.SaveSetup(ctx, c.desk.Dir, assembly.Setup{Port: s.Port, Reader: s.Reader, Turned: s.Turned, OffsetX: s.OffsetX, OffsetY: s.OffsetY,
		ContrastColour: s.ContrastColour, ContrastBlack: s.ContrastBlack}, w.By.Who, func(ctx context.Context, f journal.Fact) error {
		_, err := c.perform(ctx, func(*station.Books, time.Time) ([]journal.Fact, error) { return []journal.Fact{f}, nil })
		return err
	})
	if err != nil {
		return model.Said{}, err
	}
	c.desk.Use(cfg)
	return model.Said{Key: model.SaidSetup}, nil
}
