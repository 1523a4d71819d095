package mosip

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"cetak/drivers"
)

// event is a credential event, docs/mosip.md "The event".
type event struct {
	id, transaction, kind, url, credential, pin, proof string
	at                                                 time.Time
	digest                                             string // of the whole, for an event without an id
}

func (e *event) key() string {
	if e.id != "" {
		return e.id
	}
	return e.digest
}

// requestShape is what a request's id may be: MOSIP's are UUIDs. It stands in addresses and in the log.
var requestShape = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// maxEvent bounds an event: a credential may be in it.
const maxEvent = 32 << 20

// parseEvent reads an event. Fault: EventBroken; then request is its id where that could be read.
func parseEvent(body []byte, topic string, now time.Time) (ev *event, request string, err error) {
	var in struct {
		Topic       string `json:"topic"`
		PublishedOn string `json:"publishedOn"`
		Event       struct {
			ID          string         `json:"id"`
			Transaction string         `json:"transactionId"`
			Timestamp   string         `json:"timestamp"`
			URL         string         `json:"dataShareUri"`
			Data        map[string]any `json:"data"`
		} `json:"event"`
	}
	broken := func(detail string) (*event, string, error) {
		return nil, request, fault(EventBroken, drivers.AgainNever, detail, nil)
	}
	err = json.Unmarshal(body, &in)
	if requestShape.MatchString(in.Event.Transaction) {
		request = in.Event.Transaction
	}
	if err != nil {
		return broken("no JSON, or a member of the wrong type")
	}
	if request == "" {
		return broken("no transactionId")
	}
	if in.Topic != "" && in.Topic != topic {
		return broken("of another topic")
	}
	text := func(name string) string { s, _ := in.Event.Data[name].(string); return s }
	sum := sha256.Sum256(body)
	ev = &event{id: in.Event.ID, transaction: request, url: in.Event.URL, kind: text("credentialType"), pin: text("protectionKey"), credential: text("credential"),
		at: now, digest: hex.EncodeToString(sum[:])}
	if proof, ok := in.Event.Data["proof"].(map[string]any); ok {
		ev.proof, _ = proof["signature"].(string)
	}
	for _, said := range []string{in.Event.Timestamp, in.PublishedOn} {
		if t, err := time.Parse(time.RFC3339, said); err == nil {
			ev.at = t
			break
		}
	}
	ev.at = ev.at.UTC().Truncate(time.Millisecond)
	if len(ev.id) > 200 {
		ev.id = ""
	}
	if ev.url != "" {
		ev.credential = "" // MOSIP's own service looks into the event only when there is no link
	}
	if ev.url == "" && ev.credential == "" {
		return broken("neither a link nor a credential")
	}
	if ev.url != "" && !strings.HasPrefix(ev.url, "https://") && !strings.HasPrefix(ev.url, "http://") {
		return broken("its link is no http or https address")
	}
	return ev, request, nil
}

// genuine holds a body against the hub's signature, "METHOD=hex" (WebSub 7.1). SHA-1 is not taken: MOSIP's hub signs with SHA-256.
func genuine(header string, body []byte, secret string) bool {
	method, text, ok := strings.Cut(header, "=")
	if !ok {
		return false
	}
	var sum func() hash.Hash
	switch strings.ToLower(method) {
	case "sha256":
		sum = sha256.New
	case "sha384":
		sum = sha512.New384
	case "sha512":
		sum = sha512.New
	default:
		return false
	}
	said, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return false
	}
	mac := hmac.New(sum, []byte(secret))
	mac.Write(body)
	return hmac.Equal(mac.Sum(nil), said)
}

// Handler is what the hub calls. It answers an event when the event is on the disk.
func (g *Gateway) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) {
		if _, err := g.store.unsent(r.Context(), time.Time{}, 1); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("GET /", g.intent)
	mux.HandleFunc("POST /", g.content)
	return mux
}

// intent answers the hub's question whether a subscription is wanted (WebSub 5.3).
func (g *Gateway) intent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	mode, topic := q.Get("hub.mode"), q.Get("hub.topic")
	switch {
	case topic != g.settings.Hub.Topic:
	case mode == "denied":
		// MOSIP's hub denies a subscription that it has already: its way to say that all is well. Its other reasons need a person.
		g.log.Debug().Str("reason", clip(q.Get("hub.reason"))).Msg("the hub denies the subscription: it has it, or does not want it")
		w.WriteHeader(http.StatusOK)
		return
	case mode == "subscribe" && q.Get("hub.challenge") != "" && g.asked.Load():
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, q.Get("hub.challenge")) // nobody is left to tell
		g.note("subscribed")
		g.log.Info().Str("lease", clip(q.Get("hub.lease_seconds"))).Msg("subscribed")
		g.wake(&g.reconcileNow) // what was issued while there was no subscription
		return
	}
	w.WriteHeader(http.StatusNotFound)
}

func clip(s string) string { return s[:min(len(s), 100)] }

// content takes an event in. What is not genuine is passed over in silence, as WebSub 7.1 lays down: another answer would make the hub drop
// the subscription.
func (g *Gateway) content(w http.ResponseWriter, r *http.Request) {
	select { // whoever can reach this address may send 32 MiB: not many at a time
	case g.reading <- struct{}{}:
		defer func() { <-g.reading }()
	case <-r.Context().Done():
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		g.log.Warn().Str("code", string(EventBroken)).Msg("an event is larger than 32 MiB")
		w.WriteHeader(http.StatusOK)
		return
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if !genuine(r.Header.Get("X-Hub-Signature"), body, g.keys.hub) {
		g.log.Warn().Str("code", string(EventForged)).Int("bytes", len(body)).Msg("an event's signature does not hold; passed over")
		w.WriteHeader(http.StatusOK)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 8*time.Second) // the hub waits for ten
	defer cancel()
	now := time.Now()
	ev, request, err := parseEvent(body, g.settings.Hub.Topic, now)
	if err != nil {
		g.log.Warn().Err(err).Str("request", request).Msg("an event cannot be read")
		if request != "" {
			if err := g.store.unreadable(ctx, request, now); err != nil {
				g.log.Error().Err(err).Msg("it could not be noted")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			g.wake(&g.reportNow)
		}
		w.WriteHeader(http.StatusOK)
		return
	}
	fresh, err := g.store.accept(ctx, ev, now)
	if err != nil {
		g.log.Error().Err(err).Str("request", request).Msg("an event could not be kept; the hub is told to bring it again")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	g.log.Info().Str("request", request).Bool("new", fresh).Msg("event")
	g.note("event")
	w.WriteHeader(http.StatusOK)
	g.wake(&g.workNow)
	g.wake(&g.reportNow)
}
