package hub

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"cetak/hwsim/centre"
)

// Options of a simulated MOSIP.
type Options struct {
	Dir     string // keys and state
	Address string // "host:port" to listen at
	Seed    uint64 // same seed, same people
	Partner string // the partner's id
	Cert    string // file with the partner's certificate
	Client  string // of the token service; "" = no token is asked for
	Secret  string
	Protect []string // attributes that the event's protection key opens
	Inline  bool     // the credential is in the event
	Old     bool     // sealed as before MOSIP 1.2
	Encode  []string // a program that makes a JPEG 2000 of a JPEG; without one portraits are JPEG
	Tries   int      // of a delivery; 0 = 3, as MOSIP's hub
	Pause   time.Duration
}

// Hub is a running simulated MOSIP.
type Hub struct {
	URL     string // where it answers, without a path
	o       Options
	signer  *signer
	partner partner
	server  *http.Server
	client  *http.Client
	stop    context.CancelFunc
	ended   sync.WaitGroup

	mu     sync.Mutex
	state  *state
	people *centre.Centre
	made   []centre.Record
	tokens map[string]bool
	armed  map[string]int // faults, by verb: how often
	held   []json.RawMessage
	away   time.Time // answers nobody until then
	more   chan struct{}
	took   int // events that subscribers took
}

// Start opens the folder, listens, and delivers until Close.
func Start(ctx context.Context, o Options) (*Hub, error) {
	if o.Tries == 0 {
		o.Tries = 3
	}
	if o.Pause == 0 {
		o.Pause = 3 * time.Second
	}
	h := &Hub{o: o, tokens: map[string]bool{}, armed: map[string]int{}, more: make(chan struct{}, 1), client: &http.Client{Timeout: 10 * time.Second}}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the simulated MOSIP's folder: %w", err)
	}
	var err error
	if h.signer, err = openSigner(o.Dir, time.Now()); err != nil {
		return nil, err
	}
	if h.partner, err = readPartner(o.Cert); err != nil {
		return nil, err
	}
	if h.state, err = loadState(o.Dir); err != nil {
		return nil, err
	}
	// The people are those of the seed; after a restart the same come again, so that a request's person is who it was.
	if h.state.Now.IsZero() {
		h.state.Now = time.Now().UTC()
	}
	h.people = centre.New(o.Seed, centre.Options{First: true, Now: h.state.Now})
	if err := h.invent(h.state.People); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	h.URL = "http://" + l.Addr().String()
	h.server = &http.Server{Handler: h.handler(), ReadHeaderTimeout: 10 * time.Second}
	ctx, h.stop = context.WithCancel(ctx)
	h.ended.Go(func() { _ = h.server.Serve(l) }) // it ends by Close
	h.ended.Go(func() { h.deliverAll(ctx) })
	return h, nil
}

// Close ends it as a kill does: nothing is said to anybody, the state stays.
func (h *Hub) Close() error {
	h.stop()
	err := h.server.Close()
	h.ended.Wait()
	return err
}

// invent makes people until there are n.
func (h *Hub) invent(n int) error {
	if n <= len(h.made) {
		return nil
	}
	more, err := h.people.Make(n - len(h.made))
	h.made = append(h.made, more...)
	h.state.People = len(h.made)
	return err
}

// strike says whether a fault is armed, and takes one of it.
func (h *Hub) strike(verb string) bool {
	if h.armed[verb] == 0 {
		return false
	}
	h.armed[verb]--
	return true
}

func id() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// order makes a credential request of a person, as the registration processor or the resident portal does.
func (h *Hub) order(person int, kind string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.invent(person + 1); err != nil {
		return "", err
	}
	now := time.Now().UTC()
	r := &request{ID: id(), Person: person, Kind: kind, Status: "NEW", Created: now, Updated: now}
	h.state.Requests = append(h.state.Requests, r)
	return r.ID, h.issue(r)
}

// issue makes the credential of a request and publishes its event. The caller holds the lock.
func (h *Hub) issue(r *request) error {
	now := time.Now().UTC()
	var pin [4]byte
	_, _ = rand.Read(pin[:]) // never fails
	key := fmt.Sprintf("%06d", (int(pin[0])<<16|int(pin[1])<<8|int(pin[2]))%1000000)
	person := h.made[r.Person]
	if h.strike("invalid") {
		person = person.Clone()
		person.Fields.NIK = "0000000000000000"
	}
	plain, err := credential(person, now, h.o.Protect, key, h.o.Encode)
	if err != nil {
		return err
	}
	sealed, signature, err := h.closed(plain)
	if err != nil {
		return err
	}
	text := base64.RawURLEncoding.EncodeToString(sealed)
	data := map[string]any{"registrationId": "1001110006" + now.Format("20060102150405"), "ExpiryTimestamp": "9999-12-31T23:59:59.100", "TransactionLimit": nil,
		"proof": map[string]string{"signature": signature}, "credentialType": r.Kind, "protectionKey": key}
	link := ""
	if h.o.Inline {
		data["credential"] = text
	} else {
		name := h.o.Partner + "mpolicy-default-euin" + now.Format("20060102150405") + id()[:8]
		h.state.Shares[name] = &share{Body: []byte(text), Expired: h.strike("expire")}
		link = h.URL + "/v1/datashare/get/mpolicy-default-euin/" + h.o.Partner + "/" + name
	}
	stamp := now.Format("2006-01-02T15:04:05.000Z")
	var event any = map[string]any{"publisher": "CREDENTIAL_SERVICE", "topic": h.topic(), "publishedOn": stamp, "event": map[string]any{
		"id": id(), "transactionId": r.ID, "type": map[string]string{"namespace": "mosip", "name": "mosip"}, "timestamp": stamp, "dataShareUri": link, "data": data}}
	if h.strike("unreadable") {
		event = map[string]any{"topic": h.topic(), "event": map[string]any{"transactionId": r.ID, "data": "none"}}
	}
	body, err := json.Marshal(event)
	if err != nil {
		return err
	}
	r.Status, r.Updated = "ISSUED", now
	r.Issued++
	h.publish(body)
	return h.state.save(h.o.Dir)
}

// closed seals and signs a credential, or does it wrongly.
func (h *Hub) closed(plain []byte) (sealed []byte, signature string, err error) {
	to := h.partner
	if h.strike("foreign-key") {
		if to, err = stranger(); err != nil {
			return nil, "", err
		}
	}
	sealed, err = to.seal(plain, h.o.Old)
	if err != nil {
		return nil, "", err
	}
	signature, err = h.signer.sign(sealed)
	if err != nil {
		return nil, "", err
	}
	if h.strike("cut") {
		sealed = sealed[:len(sealed)-7]
		if signature, err = h.signer.sign(sealed); err != nil {
			return nil, "", err
		}
	}
	if h.strike("bad-proof") {
		sealed[len(sealed)-1] ^= 1
	}
	return sealed, signature, nil
}

func (h *Hub) topic() string { return h.o.Partner + "/CREDENTIAL_ISSUED" }

// publish lays an event down for every subscriber of the topic, dropped ones too: the real hub's consumer goes on where it stopped.
func (h *Hub) publish(body json.RawMessage) {
	if h.strike("lose") {
		return
	}
	all := []json.RawMessage{body}
	switch {
	case h.armed["reorder"] > 1:
		h.armed["reorder"]--
		h.held = append(h.held, body)
		return
	case h.strike("reorder"):
		for i := len(h.held) - 1; i >= 0; i-- {
			all = append(all, h.held[i])
		}
		h.held = nil
	}
	if h.strike("repeat") {
		all = append(all, all...)
	}
	for _, c := range h.state.Subscribers {
		if c.Topic == h.topic() {
			c.Waiting = append(c.Waiting, all...)
		}
	}
	h.wake()
}

func (h *Hub) wake() {
	select {
	case h.more <- struct{}{}:
	default:
	}
}

// deliverAll brings waiting events to active subscribers, one after the other, until told to stop.
func (h *Hub) deliverAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.more:
		case <-time.After(200 * time.Millisecond):
		}
		for h.deliverOne(ctx) && ctx.Err() == nil {
		}
	}
}

// deliverOne brings the first waiting event; false when there is none.
func (h *Hub) deliverOne(ctx context.Context) bool {
	h.mu.Lock()
	var to *caller
	for _, c := range h.state.Subscribers {
		if c.Active && len(c.Waiting) > 0 {
			to = c
			break
		}
	}
	if to == nil || time.Now().Before(h.away) {
		h.mu.Unlock()
		return false
	}
	body, forge := to.Waiting[0], h.strike("forge")
	callback, secret := to.Callback, to.Secret
	h.mu.Unlock()
	if forge {
		secret = "not the secret of anybody"
	}
	taken := false
	for try := 0; try < h.o.Tries && !taken && ctx.Err() == nil; try++ {
		if try > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(h.o.Pause):
			}
		}
		taken = h.deliver(ctx, callback, secret, body)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if taken {
		h.took++
		to.Waiting = to.Waiting[1:]
	} else if ctx.Err() == nil {
		to.Active = false // as MOSIP's hub: the subscriber is not told
	}
	_ = h.state.save(h.o.Dir) // a folder that is gone is found at the next request
	return true
}

func (h *Hub) deliver(ctx context.Context, callback, secret string, body []byte) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, callback, bytes.NewReader(body))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature", "SHA256="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := h.client.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode/100 == 2
}

// subscribe takes a subscription after its callback has said that it is meant. MOSIP's hub denies one that it has.
func (h *Hub) subscribe(ctx context.Context, form url.Values) {
	topic, callback := form.Get("hub.topic"), form.Get("hub.callback")
	key := topic + " " + callback
	h.mu.Lock()
	old := h.state.Subscribers[key]
	has := old != nil && old.Active
	h.mu.Unlock()
	ask := func(q url.Values) (string, int) {
		address := callback + "?" + q.Encode()
		if strings.Contains(callback, "?") {
			address = callback + "&" + q.Encode()
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return "", 0
		}
		resp, err := h.client.Do(req)
		if err != nil {
			return "", 0
		}
		defer resp.Body.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(resp.Body); err != nil {
			return "", 0
		}
		return b.String(), resp.StatusCode
	}
	if has {
		ask(url.Values{"hub.mode": {"denied"}, "hub.topic": {topic}, "hub.reason": {"Subscriber has already registered with the Hub"}})
		return
	}
	challenge := id()
	said, status := ask(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.challenge": {challenge}, "hub.lease_seconds": {"864000"}})
	if status/100 != 2 || said != challenge {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	c := &caller{Topic: topic, Callback: callback, Secret: form.Get("hub.secret"), Active: true}
	if old := h.state.Subscribers[key]; old != nil {
		c.Waiting = old.Waiting
	}
	h.state.Subscribers[key] = c
	_ = h.state.save(h.o.Dir) // found at the next request
	h.wake()
}

// reported takes a partner's status as the request generator does: it is stored as it is.
func (h *Hub) reported(body []byte) error {
	var in struct {
		Event struct {
			ID, RequestID, Status, Msg string
		} `json:"event"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	r := h.state.request(in.Event.RequestID)
	if r == nil {
		return errors.New("no such request")
	}
	if h.strike("lose-status") {
		return nil
	}
	r.Status, r.Updated = in.Event.Status, time.Now().UTC()
	r.Updates = append(r.Updates, Update{in.Event.ID, in.Event.Status, in.Event.Msg, r.Issued})
	return h.state.save(h.o.Dir)
}
