package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"

	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/drill"
	"cetak/station/drill/ground"
)

// drillSpeed is how many times as fast as the real machine a drill runs unless told otherwise: nobody learns from waiting.
const drillSpeed = 4

func drillFlags(f *flag.FlagSet, c *call) {
	f.Float64Var(&c.values.speed, "speed", drillSpeed, "start: how many times as fast as the real machine")
	f.StringVar(&c.values.language, "language", "", "id or en (default: the drill's, for a new one id)")
	f.IntVar(&c.values.confirm, "confirm-every", 1, "start: a person judges every n-th card by eye, 0 = none")
}

// where settles in which folder a command works: a station's, or with --drill a trainee's. Neither is ever taken for the other.
func (c *call) where(cmd command, f *flag.FlagSet) error {
	given := false
	f.Visit(func(x *flag.Flag) { given = given || x.Name == "dir" })
	if (c.drill || cmd.Name == "drill") && !given {
		c.dir = ground.DefaultRoot()
	}
	switch {
	case cmd.Name == "drill":
		return nil
	case c.drill && cmd.Name == "init":
		return usage("a drill is made by `cetakctl drill start DAY`")
	case !c.drill:
		cfg, err := config.Load(c.dir)
		if err != nil {
			return nil // the command says what it makes of it
		}
		return assembly.CheckDrill(cfg, false)
	}
	g, err := ground.Open(c.dir)
	if err != nil {
		return err
	}
	c.ground, c.dir = g, g.Desk()
	if mark := c.mark(); c.json {
		fmt.Fprintln(c.errs, mark)
	} else {
		fmt.Fprintln(c.out, mark)
	}
	return nil
}

// mark is the line over everything that is answered in a drill.
func (c *call) mark() string {
	lang := c.ground.Note.Language
	return drill.Mark(lang, c.ground.Day.In(lang).Title)
}

// marked puts the name of the drill into everything that is answered in JSON.
func (c *call) marked(v any) (any, error) {
	if c.ground == nil {
		return v, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	name, err := json.Marshal(c.ground.Day.ID)
	if err != nil {
		return nil, err
	}
	text := bytes.TrimSpace(b.Bytes())
	var all []json.RawMessage
	if json.Unmarshal(text, &all) != nil {
		return json.RawMessage(withDrill(text, name)), nil
	}
	for i := range all {
		all[i] = withDrill(all[i], name)
	}
	return all, nil
}

// withDrill puts "drill" first into an object; anything else stays as it is.
func withDrill(text, name []byte) []byte {
	if len(text) == 0 || text[0] != '{' || bytes.HasPrefix(text, []byte(`{"drill":`)) {
		return text
	}
	out := append([]byte(`{"drill":`), name...)
	if rest := bytes.TrimSpace(text[1:]); len(rest) > 0 && rest[0] != '}' {
		out = append(out, ',')
	}
	return append(out, text[1:]...)
}

func doDrill(ctx context.Context, c *call) error {
	switch l := c.values.language; {
	case len(c.args) == 0:
		return usage("what of the drill?")
	case l != "" && l != "id" && l != "en":
		return usage("--language is id or en")
	}
	verb, words := c.args[0], c.args[1:]
	if verb == "start" {
		return c.startDrill(ctx, words)
	}
	if len(words) > 0 {
		return usage(verb + " takes no more words")
	}
	if verb == "days" {
		return c.tellDays()
	}
	g, err := ground.Open(c.dir)
	if err != nil {
		return err
	}
	c.ground = g
	lang := c.values.language
	if lang == "" {
		lang = g.Note.Language
	}
	switch verb {
	case "show":
		return c.tellDrill(lang)
	case "hint":
		hints, more, err := g.Hint(lang)
		if err != nil {
			return err
		}
		if c.json {
			return c.encode(map[string]any{"hints": hints, "more": more})
		}
		fmt.Fprintln(c.out, c.mark())
		for i, h := range hints {
			fmt.Fprintf(c.out, "%d. %s\n", i+1, h)
		}
		return nil
	case "score":
		return c.tellScore(ctx, lang)
	}
	return usage("a drill knows no " + verb)
}

func (c *call) tellDays() error {
	lang := c.values.language
	if lang == "" {
		lang = "id"
	}
	type day struct {
		ID      string `json:"id"`
		Title   string `json:"title"`
		Minutes int    `json:"minutes"`
		People  int    `json:"people"`
	}
	var all []day
	for _, d := range drill.Days() {
		all = append(all, day{d.ID, d.In(lang).Title, d.Minutes, d.People})
	}
	if c.json {
		return c.encode(all)
	}
	for _, d := range all {
		fmt.Fprintf(c.out, "%-8s %3d min  %s\n", d.ID, d.Minutes, d.Title)
	}
	return nil
}

// startDrill holds a drill in the foreground: the trainee works in another terminal, and it ends with Ctrl-C.
func (c *call) startDrill(ctx context.Context, words []string) error {
	if len(words) != 1 {
		return usage("which day? " + strings.Join(dayNames(), ", "))
	}
	d, ok := drill.Named(words[0])
	switch {
	case !ok:
		return usage(fmt.Sprintf("there is no day %q; there are %s", words[0], strings.Join(dayNames(), ", ")))
	case !(c.values.speed > 0) || c.values.confirm < 0:
		return usage("--speed is above 0, --confirm-every not below")
	}
	lang := c.values.language
	if lang == "" {
		lang = "id"
	}
	g, err := ground.Make(c.dir, d, ground.Options{Speed: c.values.speed, Language: lang, Confirm: c.values.confirm})
	if err != nil {
		return err
	}
	c.ground = g
	var failed error // of what was told
	err = g.Run(ctx, ground.Surroundings{Told: func(m ground.Moment) {
		if e := c.tellMoment(m, lang); failed == nil {
			failed = e
		}
	}})
	if err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	return c.tellScore(context.WithoutCancel(ctx), lang)
}

func dayNames() []string {
	var all []string
	for _, d := range drill.Days() {
		all = append(all, d.ID)
	}
	return all
}

func (c *call) tellMoment(m ground.Moment, lang string) error {
	switch {
	case m == ground.Ready:
		if err := c.tellDrill(lang); err != nil || c.json {
			return err
		}
		fmt.Fprintf(c.out, "\n  cetakctl shift open --drill --dir %[1]s --as siti --second rina\n  cetakctl run --drill --dir %[1]s --as siti\n"+
			"  cetakctl drill hint --dir %[1]s\n  cetakctl drill score --dir %[1]s\n  hwsim world --dir %[2]s\n  hwsim do --dir %[2]s VERB\n",
			c.ground.Dir, c.ground.Sim())
		return nil
	case c.json:
		return c.encode(map[string]any{"moment": m})
	}
	fmt.Fprintln(c.out, drill.Word(lang, string(m), 0, 0, ""))
	return nil
}

// tellDrill tells what the trainee is told before.
func (c *call) tellDrill(lang string) error {
	g := c.ground
	if c.json {
		w := g.Day.In(lang)
		return c.encode(map[string]any{"title": w.Title, "told": w.Told, "dir": g.Dir, "desk": g.Desk(), "sim": g.Sim(),
			"people": g.Note.People, "password": g.Note.Password})
	}
	fmt.Fprintln(c.out, c.mark())
	for _, l := range g.Day.In(lang).Told {
		fmt.Fprintln(c.out, l)
	}
	for _, p := range g.Note.People {
		fmt.Fprintf(c.out, "  %-6s %-10s  %s\n", p.Name, p.Role, g.Note.Password)
	}
	return nil
}

func (c *call) tellScore(ctx context.Context, lang string) error {
	r, err := c.ground.Score(ctx)
	if err != nil {
		return err
	}
	if c.json {
		return c.encode(r)
	}
	fmt.Fprintln(c.out, c.mark())
	for _, l := range r.Text(lang) {
		fmt.Fprintln(c.out, l)
	}
	return nil
}
