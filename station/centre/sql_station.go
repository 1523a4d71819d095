package centre

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"cetak/station/centre/api"
)

const stationColumns = "id, kid, jwk, office, district, province, zone, added, seen, skew, health, headseq, headhash"

func scanStation(scan func(...any) error) (s Station, err error) {
	var added, seen, skew int64
	var health string
	err = scan(&s.ID, &s.Kid, &s.JWK, &s.Office, &s.District, &s.Province, &s.Zone, &added, &seen, &skew, &health, &s.Head.Seq, &s.Head.Hash)
	if err != nil {
		return s, err
	}
	s.Added, s.Seen, s.Skew = moment(added), moment(seen), time.Duration(skew)*time.Millisecond
	if health != "" {
		s.Health = &api.Health{}
		err = json.Unmarshal([]byte(health), s.Health)
	}
	return s, err
}

func (s *sqlStore) AddStation(ctx context.Context, st Station) error {
	const op = "add station"
	return s.within(ctx, op, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO station (id, kid, jwk, office, district, province, zone, added) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "+
			"ON CONFLICT DO NOTHING", st.ID, st.Kid, st.JWK, st.Office, st.District, st.Province, st.Zone, ms(st.Added))
		if err != nil {
			return err
		}
		have, err := scanStation(tx.QueryRowContext(ctx, "SELECT "+stationColumns+" FROM station WHERE id = $1", st.ID).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return api.Refuse(api.DepositConflict, op, "another station has this key", nil)
		}
		if err != nil {
			return err
		}
		if have.Kid != st.Kid || have.JWK != st.JWK || have.Office != st.Office || have.District != st.District ||
			have.Province != st.Province || have.Zone != st.Zone {
			return api.Refuse(api.DepositConflict, op, "a station of this name is registered with other facts", nil)
		}
		return nil
	})
}

func (s *sqlStore) Station(ctx context.Context, id string) (Station, error) {
	st, err := scanStation(s.reads.QueryRowContext(ctx, "SELECT "+stationColumns+" FROM station WHERE id = $1", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return st, api.Refuse(api.NotAllowed, "station", "no station of this name is registered", nil)
	}
	return st, asRefusal("station", err)
}

func (s *sqlStore) Stations(ctx context.Context) ([]Station, error) {
	var all []Station
	err := each(ctx, s.reads, "SELECT "+stationColumns+" FROM station ORDER BY id", nil, func(scan func(...any) error) error {
		st, err := scanStation(scan)
		all = append(all, st)
		return err
	})
	return all, asRefusal("stations", err)
}

// maxSkew is how far a station's clock may be off before it is an incident: a minute more than a day's drift of a poor clock.
const maxSkew = 5 * time.Minute

func (s *sqlStore) Health(ctx context.Context, now time.Time, station string, h api.Health) (api.HealthAnswer, error) {
	const op = "health"
	answer := api.HealthAnswer{Now: now.UTC(), Withdrawn: []api.Verdict{}, Unknown: []api.Key{}, Missing: []api.Key{}}
	text, err := json.Marshal(h)
	if err != nil {
		return answer, api.Refuse(api.BadRequest, op, "", err)
	}
	err = s.within(ctx, op, func(tx *sql.Tx) error {
		st, err := scanStation(tx.QueryRowContext(ctx, "SELECT "+stationColumns+" FROM station WHERE id = $1"+s.lock, station).Scan)
		if err != nil {
			return err
		}
		answer.Head = st.Head
		// A report that was overtaken on its way says nothing new. One before a clock was put right is no measure.
		fresh := st.Health == nil || h.At.After(st.Health.At) || st.Health.At.After(now)
		if fresh {
			skew := h.At.Sub(now)
			if _, err := tx.ExecContext(ctx, "UPDATE station SET seen = $2, skew = $3, health = $4 WHERE id = $1", station, ms(now),
				skew.Milliseconds(), string(text)); err != nil {
				return err
			}
			if skew.Abs() > maxSkew {
				if err := note(ctx, tx, now, "clock", station, api.Key{}, "the station's clock is wrong"); err != nil {
					return err
				}
			}
			if behind, err := rolledBack(ctx, tx, now, st, h); err != nil {
				return err
			} else if behind {
				if err := note(ctx, tx, now, "rollback", station, api.Key{}, "its journal ends before the head that was countersigned"); err != nil {
					return err
				}
			}
		}
		said := make(map[api.Holding]bool, len(h.Leases))
		for _, l := range h.Leases {
			said[l] = true
		}
		inStep := fresh && h.Outbox == 0 && h.Head == st.Head && st.Head.Seq > 0
		var freed []api.Key
		err = each(ctx, tx, "SELECT id, issue, fence, until, claimed, withdrawn FROM record WHERE holder = $1 AND state = 'leased' ORDER BY id, issue"+s.lock,
			[]any{station}, func(scan func(...any) error) error {
				var l api.Holding
				var until, claimed int64
				var withdrawn string
				if err := scan(&l.ID, &l.Issue, &l.Fence, &until, &claimed, &withdrawn); err != nil {
					return err
				}
				over := until < ms(now) && h.At.After(moment(until))
				taken := withdrawn != "" && withdrawn != api.Superseded // nobody gets it after this desk, be it printed or not
				switch {
				case said[l] && withdrawn != "":
					answer.Withdrawn = append(answer.Withdrawn, api.Verdict{Key: l.Key, Code: api.Withdrawn, Detail: withdrawn})
				case said[l]:
				case (over || taken) && inStep && claimed == 0:
					freed = append(freed, l.Key)
				case withdrawn == "":
					answer.Missing = append(answer.Missing, l.Key)
				}
				delete(said, l)
				return nil
			})
		if err != nil {
			return err
		}
		for l := range said {
			answer.Unknown = append(answer.Unknown, l.Key)
		}
		for _, k := range freed {
			if spent, err := untold(ctx, tx, station, k); err != nil {
				return err
			} else if spent {
				if err := note(ctx, tx, now, "untold", station, k, "its journal has a blank spent on it, and it does not know the record any more"); err != nil {
					return err
				}
				continue
			}
			if err := s.free(ctx, tx, now, k); err != nil {
				return err
			}
		}
		err = tx.QueryRowContext(ctx, "SELECT digest FROM policy ORDER BY at DESC, digest LIMIT 1").Scan(&answer.Policy)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return answer, err
}

// underWay is how long a report may have been on its way, and how little two clocks may drift between two reports: what it says of the journal
// may be as old.
const underWay = time.Minute

// rolledBack says whether a station names another head than the centre has, or an older one although the newer was countersigned well before
// the report was made. One that a report overtook says nothing: the next report does.
func rolledBack(ctx context.Context, tx *sql.Tx, now time.Time, st Station, h api.Health) (bool, error) {
	if st.Head.Seq == 0 || h.Head.Seq > st.Head.Seq {
		return false, nil
	}
	if h.Head.Seq == st.Head.Seq {
		return h.Head.Hash != st.Head.Hash, nil
	}
	var signed int64
	if err := tx.QueryRowContext(ctx, "SELECT at FROM head WHERE station = $1 AND seq = $2", st.ID, st.Head.Seq).Scan(&signed); err != nil {
		return false, err
	}
	made := now // of its first report nobody knows better
	if st.Health != nil {
		made = h.At.Add(-st.Skew)
	}
	return made.After(moment(signed).Add(underWay)), nil
}

func (s *sqlStore) SetPolicy(ctx context.Context, p api.Policy) error {
	return s.within(ctx, "policy", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO policy (digest, at, body, jws) VALUES ($1, $2, $3, $4) "+
			"ON CONFLICT (digest) DO UPDATE SET at = excluded.at, jws = excluded.jws", p.Digest, ms(p.At), p.Table, p.JWS)
		return err
	})
}

func (s *sqlStore) Policy(ctx context.Context) (p api.Policy, err error) {
	var at int64
	err = s.reads.QueryRowContext(ctx, "SELECT digest, at, body, jws FROM policy ORDER BY at DESC, digest LIMIT 1").Scan(&p.Digest, &at, &p.Table, &p.JWS)
	if errors.Is(err, sql.ErrNoRows) {
		return p, api.Refuse(api.NoPolicy, "policy", "", nil)
	}
	p.At = moment(at)
	return p, asRefusal("policy", err)
}

// note books an incident; one that is open already is not booked twice.
func note(ctx context.Context, tx *sql.Tx, now time.Time, kind, station string, k api.Key, detail string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO incident (at, kind, station, record, issue, detail) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
		ms(now), kind, station, k.ID, k.Issue, detail)
	return err
}

func (s *sqlStore) Incidents(ctx context.Context, after int64) ([]api.Incident, error) {
	all := []api.Incident{}
	err := each(ctx, s.reads, "SELECT seq, at, kind, station, record, issue, detail FROM incident WHERE closed = '' AND seq > $1 ORDER BY seq LIMIT 1000",
		[]any{after}, func(scan func(...any) error) error {
			var i api.Incident
			var at int64
			err := scan(&i.Seq, &at, &i.Kind, &i.Station, &i.Record, &i.Issue, &i.Detail)
			i.At = moment(at)
			all = append(all, i)
			return err
		})
	return all, asRefusal("incidents", err)
}

func (s *sqlStore) CloseIncident(ctx context.Context, seq int64, who string) error {
	return s.within(ctx, "incident", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE incident SET closed = $2 WHERE seq = $1 AND closed = ''", seq, who)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return api.Refuse(api.NoSuchRecord, "incident", "no such open incident", nil)
	})
}
