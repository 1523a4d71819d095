package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"cetak/station/access"
	"cetak/station/assembly"
	"cetak/station/config"
	"cetak/station/journal"
)

func peopleFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.values.role, "role", "", "add: operator, technician, supervisor, or auditor")
}

func doPeople(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return usage("what of the people?")
	}
	verb, args := c.args[0], c.args[1:]
	need, ok := map[string]int{"list": 0, "add": 1, "role": 2, "password": 1, "block": 1, "unlock": 1}[verb]
	switch {
	case !ok:
		return usage("people has no " + verb)
	case verb == "password" && len(args) == 0 && c.as != "":
		args = []string{c.as}
	case len(args) != need:
		return usage(fmt.Sprintf("%s takes %d words", verb, need))
	}
	switch verb {
	case "list":
		return c.listPeople(ctx)
	case "add":
		return c.addPerson(ctx, args[0])
	case "password":
		return c.setPassword(ctx, args[0])
	case "role":
		role, err := roleOf(args[1])
		if err != nil {
			return err
		}
		return c.changePeople(ctx, args[0], func(d *door) access.Act { return access.People },
			func(d *door, by access.By) ([]journal.Fact, error) { return d.SetRole(by, args[0], role) })
	case "block":
		return c.changePeople(ctx, args[0], func(d *door) access.Act { return access.Block },
			func(d *door, by access.By) ([]journal.Fact, error) { return d.Block(by, args[0]) })
	}
	return c.changePeople(ctx, args[0], func(d *door) access.Act { return d.UnlockAct(args[0]) },
		func(d *door, by access.By) ([]journal.Fact, error) { return d.Unlock(by, args[0]) })
}

func roleOf(word string) (access.Role, error) {
	if r := access.Role(word); slices.Contains(access.Roles(), r) {
		return r, nil
	}
	var all []string
	for _, r := range access.Roles() {
		all = append(all, string(r))
	}
	return "", usage("a role is one of " + strings.Join(all, ", "))
}

// changePeople has somebody who may change people, and tells how the person stands then. act is asked for once the register is read.
func (c *call) changePeople(ctx context.Context, name string, act func(*door) access.Act,
	make func(*door, access.By) ([]journal.Fact, error)) error {
	d, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	door, err := c.doorOf(ctx, d.Config, d.Journal)
	if err != nil {
		return err
	}
	by, err := c.admit(ctx, door, d.Config.People.SignIn, access.By{Who: d.Who, Second: c.second}, act(door))
	if err != nil {
		return err
	}
	facts, err := make(door, by)
	if err != nil {
		return err
	}
	if err := door.note(ctx, facts...); err != nil {
		return err
	}
	p, _ := door.Register.Person(name)
	return c.tellPeople([]access.Person{p})
}

// addPerson makes a person. On a station without people it is the first supervisor, who answers for themselves.
func (c *call) addPerson(ctx context.Context, name string) error {
	role, err := roleOf(c.values.role)
	if err != nil {
		return err
	}
	if name, err = access.CheckName(name); err != nil {
		return err
	}
	first, err := c.nobody(ctx)
	if err != nil {
		return err
	}
	if first {
		return c.addFirst(ctx, name, role)
	}
	return c.changePeople(ctx, name, func(d *door) access.Act { return access.People },
		func(d *door, by access.By) ([]journal.Fact, error) {
			if _, had := d.Register.Person(name); had {
				return d.Add(by, name, role, "") // refused, before a password is asked for
			}
			password, err := c.newPassword(ctx, name, newEnv)
			if err != nil {
				return nil, err
			}
			return d.Add(by, name, role, password)
		})
}

func (c *call) addFirst(ctx context.Context, name string, role access.Role) error {
	password, err := c.newPassword(ctx, name, newEnv)
	if err != nil {
		return err
	}
	cfg, err := config.Load(c.dir)
	if err != nil {
		return err
	}
	p := assembly.Newcomer{Person: access.Person{Name: name, Role: role, Active: true}, Password: password}
	if err := assembly.MakePeople(ctx, c.dir, cfg, []assembly.Newcomer{p}); err != nil {
		return err
	}
	return c.tellPeople([]access.Person{p.Person})
}

// setPassword gives a new password: one's own by signing in with the old one, another's with a second person.
func (c *call) setPassword(ctx context.Context, name string) error {
	act := access.People
	if strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(c.as)) {
		act = access.OwnPassword
	}
	return c.changePeople(ctx, name, func(d *door) access.Act { return act },
		func(d *door, by access.By) ([]journal.Fact, error) {
			if _, ok := d.Register.Person(name); !ok {
				return d.SetPassword(by, name, "") // no password is asked for nobody
			}
			password, err := c.newPassword(ctx, name, newEnv)
			if err != nil {
				return nil, err
			}
			return d.SetPassword(by, name, password)
		})
}

// nobody says that the station has no people yet.
func (c *call) nobody(ctx context.Context) (bool, error) {
	r, err := c.register(ctx)
	return err == nil && r.Empty(), err
}

func (c *call) register(ctx context.Context) (*access.Register, error) {
	if _, err := config.Load(c.dir); err != nil {
		return nil, err
	}
	j, err := journal.OpenReader(ctx, filepath.Join(c.dir, assembly.JournalFile))
	if err != nil {
		return nil, err
	}
	defer j.Close()
	return access.Read(ctx, c.dir, j)
}

func (c *call) listPeople(ctx context.Context) error {
	r, err := c.register(ctx)
	if err != nil {
		return err
	}
	return c.tellPeople(r.People())
}

func (c *call) tellPeople(people []access.Person) error {
	if c.json {
		if people == nil {
			people = []access.Person{}
		}
		return c.encode(people)
	}
	for _, p := range people {
		state := ""
		switch {
		case !p.Active:
			state = "blocked"
		case p.Locked:
			state = "locked after wrong passwords"
		}
		fmt.Fprintf(c.out, "%s\n", strings.TrimSpace(fmt.Sprintf("%-20s %-10s %s", p.Name, p.Role, state)))
	}
	return nil
}

// newcomers are the people a new station begins with: on a simulator one of every role and a second supervisor, with passwords made
// here; else the first supervisor, whose password is checked before anything is made.
func (c *call) newcomers(ctx context.Context) ([]assembly.Newcomer, error) {
	if c.values.sim != "" {
		if c.values.supervisor != "" {
			return nil, usage("--supervisor is for a real station: a simulator's has test people")
		}
		if c.values.noPeople && c.values.strict {
			return nil, usage("--strict needs people who sign in")
		}
		if c.values.noPeople {
			return nil, nil
		}
		return testPeople(), nil
	}
	if c.values.noPeople {
		return nil, usage("--no-people is for a simulator: a real station begins with its first supervisor")
	}
	name := c.values.supervisor
	if name == "" {
		name = c.line("Name of the first supervisor")
	}
	if name == "" {
		return nil, usage("name the first supervisor: --supervisor NAME, the password from " + passwordEnv + " or typed at a terminal")
	}
	name, err := access.CheckName(name)
	if err != nil {
		return nil, err
	}
	password, err := c.newPassword(ctx, name, passwordEnv)
	if err == nil {
		err = access.CheckPassword(name, password)
	}
	return []assembly.Newcomer{{Person: access.Person{Name: name, Role: access.Supervisor, Active: true}, Password: password}}, err
}

// testPeople are the people of a specimen station. Their passwords are new each time and told once.
func testPeople() []assembly.Newcomer {
	var all []assembly.Newcomer
	for _, p := range []access.Person{
		{Name: "rina", Role: access.Supervisor}, {Name: "budi", Role: access.Supervisor}, {Name: "siti", Role: access.Operator},
		{Name: "joko", Role: access.Technician}, {Name: "ayu", Role: access.Auditor},
	} {
		p.Active = true
		all = append(all, assembly.Newcomer{Person: p, Password: strings.ToLower(rand.Text()[:12])}) // 60 random bits
	}
	return all
}
