package centre

import "context"

// Route is a way to call the service, for the test that holds it against the contract.
type Route struct {
	Method, Path string
	Roles        []string
}

// Routes lists all.
func Routes() []Route {
	var all []Route
	for _, r := range routes() {
		out := Route{Method: r.method, Path: r.path}
		for _, role := range r.roles {
			out.Roles = append(out.Roles, string(role))
		}
		all = append(all, out)
	}
	return all
}

// MakeOld turns a store into one of the first version.
func MakeOld(ctx context.Context, s Store) error {
	for _, text := range []string{"ALTER TABLE record DROP COLUMN hop", "UPDATE meta SET version = 1"} {
		if _, err := s.(*sqlStore).db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}
