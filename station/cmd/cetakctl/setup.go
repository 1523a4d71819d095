package main

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
)

// setupFlags are of `setup`; empty = as it is.
type setupFlags struct {
	port, reader, turned, offsetX, offsetY, colour, black string
}

func setupFlagsOf(f *flag.FlagSet, c *call) {
	s := &c.setup
	f.StringVar(&s.port, "port", "", "the printer's serial port, as listed")
	f.StringVar(&s.reader, "reader", "", "the PC/SC reader, as listed")
	f.StringVar(&s.turned, "turned", "", "true: print the face the other way round; false")
	f.StringVar(&s.offsetX, "offset-x", "", fmt.Sprintf("dots (1/300 inch) to move the face right, %d to %d", -config.MaxOffset, config.MaxOffset))
	f.StringVar(&s.offsetY, "offset-y", "", "dots to move it down")
	f.StringVar(&s.colour, "contrast-colour", "", fmt.Sprintf("contrast of the colour panels, 1 to %d; 0 leaves it as the printer has it", config.MaxContrast))
	f.StringVar(&s.black, "contrast-black", "", "contrast of the black panel, likewise")
}

// into puts what was given over the settings.
func (f setupFlags) into(s *assembly.Setup) error {
	for _, x := range []struct {
		text string
		to   *string
	}{{f.port, &s.Port}, {f.reader, &s.Reader}} {
		if x.text != "" {
			*x.to = x.text
		}
	}
	if f.turned != "" {
		b, err := strconv.ParseBool(f.turned)
		if err != nil {
			return usage("--turned is true or false")
		}
		s.Turned = b
	}
	for _, x := range []struct {
		name, text string
		to         *int
	}{{"--offset-x", f.offsetX, &s.OffsetX}, {"--offset-y", f.offsetY, &s.OffsetY}, {"--contrast-colour", f.colour, &s.ContrastColour}, {"--contrast-black", f.black, &s.ContrastBlack}} {
		if x.text == "" {
			continue
		}
		n, err := strconv.Atoi(x.text)
		if err != nil {
			return usage(x.name + " is a number, not " + strconv.Quote(x.text))
		}
		*x.to = n
	}
	return nil
}

// doSetup lists ports and readers and shows what is set, or sets it.
func doSetup(ctx context.Context, c *call) error {
	if len(c.args) > 0 {
		return usage("it takes no words")
	}
	if c.setup == (setupFlags{}) {
		return c.showSetup(ctx)
	}
	d, by, err := c.openAs(ctx, access.Test)
	if err != nil {
		return err
	}
	defer d.Close()
	s := assembly.SetupOf(d.Config)
	if err := c.setup.into(&s); err != nil {
		return err
	}
	cfg, err := assembly.SaveSetup(ctx, c.dir, s, by.Who, func(ctx context.Context, f journal.Fact) error {
		_, err := d.Journal.Append(ctx, f)
		return err
	})
	if err != nil {
		return err
	}
	if c.json {
		return c.encode(assembly.SetupOf(cfg))
	}
	fmt.Fprintln(c.out, setupLine(cfg))
	fmt.Fprintln(c.out, "What rests on these settings is to be tested again: cetakctl selftest --card")
	return nil
}

func (c *call) showSetup(ctx context.Context) error {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	ports, portsErr := assembly.Ports()
	readers, readersErr := assembly.Readers(ctx, cfg)
	if c.json {
		if ports == nil {
			ports = []assembly.Port{}
		}
		if readers == nil {
			readers = []string{}
		}
		return c.encode(map[string]any{"ports": ports, "readers": readers, "settings": assembly.SetupOf(cfg)})
	}
	for _, p := range ports {
		fmt.Fprintf(c.out, "port    %s  %s\n", p.Path, portLine(p))
	}
	for _, r := range readers {
		fmt.Fprintf(c.out, "reader  %s\n", r)
	}
	for _, err := range []error{portsErr, readersErr} {
		if err != nil {
			fmt.Fprintf(c.out, "        %s\n", deviceWord(err))
		}
	}
	fmt.Fprintln(c.out, setupLine(cfg))
	return nil
}

// portLine is who hangs on a port.
func portLine(p assembly.Port) string {
	words := nonEmpty(p.Name, p.Serial, p.Driver)
	if p.Device != p.Path {
		words = append(words, p.Device)
	}
	return strings.Join(words, ", ")
}

// setupLine is what is set, in a line.
func setupLine(cfg config.Config) string {
	s := assembly.SetupOf(cfg)
	contrast := func(n int) string {
		if n == 0 {
			return "as it is"
		}
		return strconv.Itoa(n)
	}
	way := "upright"
	if s.Turned {
		way = "turned"
	}
	return fmt.Sprintf("set     port %s, reader %s, face %s, moved %+d right %+d down, contrast colour %s, black %s", s.Port, s.Reader, way, s.OffsetX, s.OffsetY,
		contrast(s.ContrastColour), contrast(s.ContrastBlack))
}
