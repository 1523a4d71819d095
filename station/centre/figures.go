package centre

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"cetak/drivers"
	"cetak/station/centre/api"
)

// buckets of the requests' times, in seconds.
var buckets = []float64{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30}

// figures counts what the service did since it began.
type figures struct {
	mu    sync.Mutex
	calls map[[3]string]int // route, status, code
	times map[string]*times // by route
}

type times struct {
	within []int // of buckets, each with all below
	n      int
	sum    float64
}

func newFigures() *figures { return &figures{calls: map[[3]string]int{}, times: map[string]*times{}} }

func (f *figures) count(route string, status int, code drivers.Code, took time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[[3]string{route, strconv.Itoa(status), string(code)}]++
	t := f.times[route]
	if t == nil {
		t = &times{within: make([]int, len(buckets))}
		f.times[route] = t
	}
	s := took.Seconds()
	t.n++
	t.sum += s
	for i, b := range buckets {
		if s <= b {
			t.within[i]++
		}
	}
}

// remembered keeps a summary for a moment, so that many screens on the wall ask the store once.
type remembered struct {
	store Store
	mu    sync.Mutex
	at    map[string]time.Time
	is    map[string]api.Summary
}

// rememberFor is how old a figure on the wall may be.
const rememberFor = 5 * time.Second

func (r *remembered) of(ctx context.Context, now time.Time, by string) (api.Summary, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.at[by]; ok && now.Sub(at) < rememberFor {
		return r.is[by], nil
	}
	s, err := r.store.Summary(ctx, now, by)
	if err == nil {
		r.at[by], r.is[by] = now, s
	}
	return s, err
}

// Monitor is what the screen on the wall and the figures' collector read. It shows numbers of offices, districts, and provinces, and
// nothing of a person; it needs no certificate and belongs on the office's own network.
func (s *Service) Monitor() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /summary.json", func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		sum, err := s.summary.of(ctx, began, areaOf(r))
		s.answer(w, r, "/summary.json", caller{}, began, sum, err)
	})
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		began := time.Now()
		s.answer(w, r, "/ready", caller{}, began, struct{}{}, s.store.Ping(ctx))
	})
	return mux
}

func areaOf(r *http.Request) string {
	if by := r.URL.Query().Get("by"); slices.Contains([]string{"office", "district"}, by) {
		return by
	}
	return "province"
}

// metrics writes Prometheus's text format (prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4).
func (s *Service) metrics(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	var b bytes.Buffer
	up := 1
	sum, err := s.summary.of(ctx, time.Now(), "province")
	if err != nil {
		up = 0
		s.log.Error().Err(err).Msg("the store gives no figures")
	}
	gauge(&b, "cetak_store_up", "1 when the store answers.", func(row func(string, int)) { row("", up) })
	if err == nil {
		areas(&b, sum)
	}
	s.figures.write(&b)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = b.WriteTo(w) // nobody is left to tell
}

// gauge writes one figure with its rows; labels is "" or `{a="b"}`.
func gauge(w io.Writer, name, help string, rows func(row func(labels string, n int))) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
	rows(func(labels string, n int) { fmt.Fprintf(w, "%s%s %d\n", name, labels, n) })
}

func label(name, value string) string {
	return "{" + name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"}`
}

func areas(w io.Writer, sum api.Summary) {
	for _, g := range []struct {
		name, help string
		of         func(api.Area) int
	}{
		{"cetak_stations", "Registered desks.", func(a api.Area) int { return a.Stations }},
		{"cetak_stations_silent", "Desks not heard of for 30 minutes.", func(a api.Area) int { return a.Silent }},
		{"cetak_stations_ailing", "Desks whose printer or reader has a fault.", func(a api.Area) int { return a.Ailing }},
		{"cetak_records_waiting", "Records that wait at the centre.", func(a api.Area) int { return a.Waiting }},
		{"cetak_records_leased", "Records leased to desks.", func(a api.Area) int { return a.Leased }},
		{"cetak_leases_overdue", "Leases that ran out and are not given on.", func(a api.Area) int { return a.Overdue }},
		{"cetak_cards_lost", "Cards that were made and not found.", func(a api.Area) int { return a.Lost }},
		{"cetak_cards_to_cancel", "Cards of withdrawn records that are out.", func(a api.Area) int { return a.Cancel }},
		{"cetak_suket_outstanding", "Temporary letters that run.", func(a api.Area) int { return a.Suket }},
		{"cetak_blanks_wni", "Blanks in vault and feeder, by the ledgers.", func(a api.Area) int { return a.Blanks["WNI"] }},
		{"cetak_blanks_wna", "Blanks for foreign residents in vault and feeder, by the ledgers.", func(a api.Area) int { return a.Blanks["WNA"] }},
		{"cetak_cards_good_today", "Good cards of the day.", func(a api.Area) int { return a.GoodToday }},
		{"cetak_cards_spoiled_today", "Spoiled blanks of the day.", func(a api.Area) int { return a.BadToday }},
	} {
		gauge(w, g.name, g.help, func(row func(string, int)) {
			for _, a := range sum.Areas {
				row(label("province", a.Name), g.of(a))
			}
		})
	}
	gauge(w, "cetak_incidents_open", "Incidents that nobody closed.", func(row func(string, int)) { row("", sum.Incidents) })
}

func (f *figures) write(w io.Writer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := make([][3]string, 0, len(f.calls))
	for k := range f.calls {
		calls = append(calls, k)
	}
	sort.Slice(calls, func(i, k int) bool { return slices.Compare(calls[i][:], calls[k][:]) < 0 })
	fmt.Fprint(w, "# HELP cetak_requests_total Requests answered.\n# TYPE cetak_requests_total counter\n")
	for _, k := range calls {
		fmt.Fprintf(w, "cetak_requests_total{route=%q,status=%q,code=%q} %d\n", k[0], k[1], k[2], f.calls[k])
	}
	routes := make([]string, 0, len(f.times))
	for r := range f.times {
		routes = append(routes, r)
	}
	sort.Strings(routes)
	fmt.Fprint(w, "# HELP cetak_request_seconds Time to answer.\n# TYPE cetak_request_seconds histogram\n")
	for _, r := range routes {
		t := f.times[r]
		for i, b := range buckets {
			fmt.Fprintf(w, "cetak_request_seconds_bucket{route=%q,le=%q} %d\n", r, strconv.FormatFloat(b, 'g', -1, 64), t.within[i])
		}
		fmt.Fprintf(w, "cetak_request_seconds_bucket{route=%q,le=\"+Inf\"} %d\ncetak_request_seconds_sum{route=%q} %g\ncetak_request_seconds_count{route=%q} %d\n", r, t.n, r, t.sum, r, t.n)
	}
}
