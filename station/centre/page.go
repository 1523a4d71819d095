package centre

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"time"

	"cetak/station/centre/api"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent": func(bad, all int) int {
		if bad+all == 0 {
			return 0
		}
		return (100*bad + (bad+all)/2) / (bad + all)
	},
}).Parse(pageText))

// words of the page on the wall, by language.
var pageWords = map[string]map[string]string{
	"id": {
		"title": "Cetak KTP-el", "all": "Seluruhnya", "province": "Provinsi", "district": "Kabupaten/Kota", "office": "Kantor", "desks": "Meja", "silent": "Diam", "ailing": "Gangguan",
		"waiting": "Menunggu", "leased": "Di meja", "overdue": "Sewa lewat waktu", "today": "Jadi hari ini", "spoiled": "Rusak", "blanks": "Blangko WNI", "wna": "WNA", "suket": "Suket",
		"incidents": "Kejadian terbuka", "lost": "Kartu hilang", "cancel": "Harus dibatalkan", "at": "Pukul", "no": "Data belum dapat dibaca. Halaman ini mencoba lagi sendiri.",
	},
	"en": {
		"title": "Cards printed", "all": "All", "province": "Province", "district": "District", "office": "Office", "desks": "Desks", "silent": "Silent", "ailing": "Faulty",
		"waiting": "Waiting", "leased": "At desks", "overdue": "Leases overdue", "today": "Made today", "spoiled": "Spoiled", "blanks": "Blanks WNI", "wna": "WNA", "suket": "Letters",
		"incidents": "Open incidents", "lost": "Cards lost", "cancel": "To cancel", "at": "At", "no": "The figures cannot be read just now. This page tries again by itself.",
	},
}

// page is the plain page for the screen on the wall: no script, no picture, readable on a telephone, new every ten seconds.
func (s *Service) page(w http.ResponseWriter, r *http.Request) {
	lang := "id"
	if r.URL.Query().Get("lang") == "en" {
		lang = "en"
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	began := time.Now()
	sum, err := s.summary.of(ctx, began, areaOf(r))
	if err != nil {
		s.log.Error().Err(err).Msg("the store gives no figures")
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, struct {
		Lang string
		By   string
		W    map[string]string
		Sum  api.Summary
		Bad  bool
		At   string
		// Order is that of the links.
		Order []string
	}{lang, areaOf(r), pageWords[lang], sum, err != nil, sum.Now.In(time.FixedZone("WIB", 7*3600)).Format("02-01-2006 15:04 MST"), []string{"province", "district", "office"}}); err != nil {
		s.log.Error().Err(err).Msg("the page cannot be made")
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	h.Set("Cache-Control", "no-store")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = b.WriteTo(w) // nobody is left to tell
	s.figures.count("/", http.StatusOK, "", time.Since(began))
}
