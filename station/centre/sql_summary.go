package centre

import (
	"context"
	"sort"
	"time"

	"cetak/station/centre/api"
)

// month is the time that spoilage is added up over.
const month = 28

func (s *sqlStore) Summary(ctx context.Context, now time.Time, by string) (api.Summary, error) {
	out := api.Summary{Now: now.UTC(), By: by, Areas: []api.Area{}, Total: newArea("")}
	stations, err := s.Stations(ctx)
	if err != nil {
		return out, err
	}
	areaOf := map[string]func(Station) string{
		"office": func(s Station) string { return s.Office }, "district": func(s Station) string { return s.District }, "province": func(s Station) string { return s.Province },
	}[by]
	if areaOf == nil {
		return out, api.Refuse(api.BadRequest, "summary", "by is office, district, or province", nil)
	}
	f := fleet{areas: map[string]*api.Area{}, ofStation: map[string]string{}, ofOffice: map[string]string{}, today: map[string]string{}, total: &out.Total}
	for _, st := range stations {
		f.station(st, areaOf(st), now)
	}
	if err := s.figures(ctx, now, &f); err != nil {
		return out, asRefusal("summary", err)
	}
	if err := s.reads.QueryRowContext(ctx, "SELECT count(*) FROM incident WHERE closed = ''").Scan(&out.Incidents); err != nil {
		return out, asRefusal("summary", err)
	}
	for _, a := range f.areas {
		out.Areas = append(out.Areas, *a)
	}
	sort.Slice(out.Areas, func(i, k int) bool { return out.Areas[i].Name < out.Areas[k].Name })
	return out, nil
}

// figures adds what the tables say. Each statement reads an index of the few rows that are under way, never all records.
func (s *sqlStore) figures(ctx context.Context, now time.Time, f *fleet) error {
	type query struct {
		text   string
		values []any
		row    func(func(...any) error) error
	}
	var office, station, state, blank, day string
	var n, m int
	for _, q := range []query{
		{"SELECT office, count(*) FROM record WHERE state = 'waiting' GROUP BY office", nil, func(scan func(...any) error) error {
			err := scan(&office, &n)
			f.add(f.ofOffice[office], func(a *api.Area) { a.Waiting += n })
			return err
		}},
		{"SELECT holder, count(*), sum(CASE WHEN until < $1 THEN 1 ELSE 0 END) FROM record WHERE state = 'leased' GROUP BY holder", []any{ms(now)},
			func(scan func(...any) error) error {
				err := scan(&station, &n, &m)
				f.add(f.ofStation[station], func(a *api.Area) { a.Leased += n; a.Overdue += m })
				return err
			}},
		{"SELECT office, state, count(*) FROM record WHERE state IN ('lost', 'cancel') GROUP BY office, state", nil, func(scan func(...any) error) error {
			err := scan(&office, &state, &n)
			f.add(f.ofOffice[office], func(a *api.Area) {
				if api.State(state) == api.Lost {
					a.Lost += n
				} else {
					a.Cancel += n
				}
			})
			return err
		}},
		{"SELECT station, type, n FROM stock WHERE account IN ('vault', 'hopper')", nil, func(scan func(...any) error) error {
			err := scan(&station, &blank, &n)
			f.add(f.ofStation[station], func(a *api.Area) { a.Blanks[blank] += n })
			return err
		}},
		{"SELECT station, day, good, spoiled FROM tally WHERE day > $1", []any{now.AddDate(0, 0, -month).Format(time.DateOnly)}, func(scan func(...any) error) error {
			err := scan(&station, &day, &n, &m)
			f.add(f.ofStation[station], func(a *api.Area) {
				a.GoodMonth, a.BadMonth = a.GoodMonth+n, a.BadMonth+m
				if day == f.today[station] {
					a.GoodToday, a.BadToday = a.GoodToday+n, a.BadToday+m
				}
			})
			return err
		}},
	} {
		if err := each(ctx, s.reads, q.text, q.values, q.row); err != nil {
			return err
		}
	}
	return nil
}

// fleet adds figures up by area.
type fleet struct {
	areas               map[string]*api.Area
	total               *api.Area
	ofStation, ofOffice map[string]string // their area
	today               map[string]string // by station: the day it has
}

func newArea(name string) api.Area {
	return api.Area{Name: name, Blanks: map[string]int{"WNI": 0, "WNA": 0}}
}

func (f *fleet) add(area string, do func(*api.Area)) {
	a := f.areas[area]
	if a == nil {
		fresh := newArea(area)
		a = &fresh
		f.areas[area] = a
	}
	do(a)
	do(f.total)
}

func (f *fleet) station(st Station, area string, now time.Time) {
	f.ofStation[st.ID], f.ofOffice[st.Office] = area, area
	f.today[st.ID] = now.In(time.FixedZone("", st.Zone*3600)).Format(time.DateOnly)
	f.add(area, func(a *api.Area) {
		a.Stations++
		switch {
		case now.Sub(st.Seen) > api.SilentAfter:
			a.Silent++
		case st.Health != nil && (st.Health.Printer != "ok" || st.Health.Reader != "ok"):
			a.Ailing++
		}
		if st.Health != nil {
			a.Suket += st.Health.Suket
		}
	})
}
