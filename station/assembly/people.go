package assembly

import (
	"context"
	"path/filepath"

	"cetak/station/access"
	"cetak/station/config"
	"cetak/station/journal"
)

// Newcomer is a person of a station that is being made.
type Newcomer struct {
	access.Person
	Password string
}

// MakePeople makes the first people of a station. The first is a supervisor and answers alone; from the second supervisor on, two do.
// Faults: those of the journal and of access.Door.Add.
func MakePeople(ctx context.Context, dir string, c config.Config, all []Newcomer) error {
	j, err := journal.Open(ctx, filepath.Join(dir, JournalFile))
	if err != nil {
		return err
	}
	defer j.Close()
	r, err := access.Read(ctx, dir, j.Reader)
	if err != nil {
		return err
	}
	door := access.NewDoor(dir, r, c.People)
	var by access.By
	for _, p := range all {
		if by.Who == "" {
			by.Who = p.Name
		}
		facts, err := door.Add(by, p.Name, p.Role, p.Password)
		if err != nil {
			return err
		}
		if err := r.Note(ctx, j, facts...); err != nil {
			return err
		}
		if by.Second == "" && p.Role == access.Supervisor && p.Name != by.Who {
			by.Second = p.Name
		}
	}
	return nil
}
