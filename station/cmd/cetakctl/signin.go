package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
)

// Where passwords come from when nobody types them. The same user's programs can read them while this one runs.
const (
	passwordEnv = "CETAK_PASSWORD"
	secondEnv   = "CETAK_SECOND_PASSWORD"
	newEnv      = "CETAK_NEW_PASSWORD"
)

// door is how this call lets people in: the door of the folder, and how what happens there is written down.
type door struct {
	*access.Door
	note func(context.Context, ...journal.Fact) error
}

// doorOf is the door of an opened station folder: facts go into its journal.
func (c *call) doorOf(ctx context.Context, cfg config.Config, j *journal.Journal) (*door, error) {
	r, err := access.Read(ctx, c.dir, j.Reader)
	if err != nil {
		return nil, err
	}
	return &door{access.NewDoor(c.dir, r, cfg.People), func(ctx context.Context, facts ...journal.Fact) error {
		return r.Note(ctx, j, facts...)
	}}, nil
}

// who settles who does an act: with sign-in both names are proved by their passwords, and the roles must allow it; without, the
// names are believed, and an act for two needs two of them. Faults: those of access.Door.SignIn and access.Register.Allow.
func (c *call) who(ctx context.Context, d *assembly.Desk, act access.Act) (access.By, error) {
	door, err := c.doorOf(ctx, d.Config, d.Journal)
	if err != nil {
		return access.By{}, err
	}
	return c.admit(ctx, door, d.Config.People.SignIn, access.By{Who: d.Who, Second: c.second}, act)
}

// registered is the name given with --as as the register of people writes it, so that the journal has one spelling of a person.
func (c *call) registered(ctx context.Context) (string, error) {
	cfg, err := config.Load(c.dir)
	if err != nil || !cfg.People.SignIn || c.as == "" {
		return c.as, err
	}
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return "", err
	}
	defer j.Close()
	r, err := access.Read(ctx, c.dir, j)
	if err != nil {
		return "", err
	}
	if p, ok := r.Person(c.as); ok {
		return p.Name, nil
	}
	return c.as, nil
}

func (c *call) admit(ctx context.Context, d *door, signIn bool, by access.By, act access.Act) (access.By, error) {
	by.Second = strings.TrimSpace(by.Second)
	if !signIn {
		return by, d.Register.Allow(by, act, false)
	}
	if d.Register.Empty() {
		return by, d.Register.Allow(by, act, true)
	}
	if strings.TrimSpace(c.as) == "" {
		return by, notSignedIn()
	}
	if strings.EqualFold(by.Second, strings.TrimSpace(by.Who)) {
		return by, d.Register.Allow(by, act, false) // before a password is asked for twice
	}
	var err error
	if by.Who, err = c.signIn(ctx, d, by.Who, passwordEnv); err != nil {
		return by, err
	}
	if by.Second != "" {
		if by.Second, err = c.signIn(ctx, d, by.Second, secondEnv); err != nil {
			return by, err
		}
	}
	return by, d.Register.Allow(by, act, true)
}

// signIn lets one person in and gives the name as the register writes it.
func (c *call) signIn(ctx context.Context, d *door, name, env string) (string, error) {
	password, err := c.password(ctx, "Password of "+name, env)
	if err != nil {
		return "", err
	}
	s, facts, refused := d.SignIn(name, password, time.Now())
	if err := d.note(ctx, facts...); err != nil {
		return "", err
	}
	if refused != nil {
		return "", refused
	}
	return s.Person.Name, nil
}

func notSignedIn() error {
	return &drivers.Fault{Code: access.NotSignedIn, Op: "sign in", Again: drivers.AgainAfterOperator}
}

// password takes a password from the environment or has it typed without echo. Fault: NotSignedIn where neither is to be had.
func (c *call) password(ctx context.Context, what, env string) (string, error) {
	if p := os.Getenv(env); p != "" {
		return p, nil
	}
	f, ok := c.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", notSignedIn()
	}
	fmt.Fprintf(c.errs, "%s: ", what)
	defer fmt.Fprintln(c.errs)
	return typed(ctx, int(f.Fd()))
}

// typed reads a line that is not shown. A signal ends it with the terminal as it was.
func typed(ctx context.Context, fd int) (string, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return "", notSignedIn()
	}
	type answer struct {
		line []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		if a.err != nil {
			return "", notSignedIn()
		}
		return string(a.line), nil
	case <-ctx.Done():
		_ = term.Restore(fd, before) // the program ends
		return "", context.Cause(ctx)
	}
}

// newPassword takes a password that is being made: from the environment, or typed twice.
func (c *call) newPassword(ctx context.Context, name, env string) (string, error) {
	first, err := c.password(ctx, "New password of "+name, env)
	if err != nil || os.Getenv(env) != "" {
		return first, err
	}
	again, err := c.password(ctx, "Once more", env)
	if err != nil {
		return "", err
	}
	if first != again {
		return "", usage("the two passwords differ: nothing was changed")
	}
	return first, nil
}

// line has a line typed at a terminal; "" where there is none.
func (c *call) line(what string) string {
	if !terminal(c.in) {
		return ""
	}
	fmt.Fprintf(c.errs, "%s: ", what)
	var b []byte
	for one := make([]byte, 1); ; {
		if _, err := io.ReadFull(c.in, one); err != nil || one[0] == '\n' {
			return strings.TrimSpace(string(b))
		}
		b = append(b, one[0])
	}
}

// readers opens the journal for a person who reads it: they sign in where that is asked for, and that they read it is written down
// before a line is shown, in the journal itself or, while another program holds the folder or the journal does not open for writing,
// in reads.log. done lets go of it.
func (c *call) readers(ctx context.Context, what access.ReadData) (r *journal.Reader, done func(), err error) {
	cfg, err := config.Load(c.dir)
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(c.dir, assembly.JournalFile)
	var d *door
	if j, e := journal.Open(ctx, path); e == nil {
		r, done = j.Reader, func() { j.Close() }
		if err = access.TakeAside(ctx, c.dir, j); err == nil {
			d, err = c.doorOf(ctx, cfg, j)
		}
	} else if r, err = journal.OpenReader(ctx, path); err == nil {
		done = func() { r.Close() }
		d, err = c.doorBeside(ctx, cfg, r)
	} else {
		return nil, nil, err
	}
	if err == nil {
		err = c.readAs(ctx, d, cfg, what)
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return r, done, nil
}

// doorBeside is the door where another program holds the folder: facts go into reads.log.
func (c *call) doorBeside(ctx context.Context, cfg config.Config, j *journal.Reader) (*door, error) {
	r, err := access.Read(ctx, c.dir, j)
	if err != nil {
		return nil, err
	}
	return &door{access.NewDoor(c.dir, r, cfg.People), func(_ context.Context, facts ...journal.Fact) error {
		return access.NoteAside(c.dir, time.Now(), facts...)
	}}, nil
}

func (c *call) readAs(ctx context.Context, d *door, cfg config.Config, what access.ReadData) error {
	by, err := c.admit(ctx, d, cfg.People.SignIn, access.By{Who: assembly.Name(c.as), Second: c.second}, access.Journal)
	if err != nil {
		return err
	}
	return d.note(ctx, journal.Fact{Kind: journal.KindJournalRead, Who: by.Who, Data: what})
}
