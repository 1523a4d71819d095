package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
)

// mosipError is how MOSIP answers what fails in its trade: status 200 and a list.
func mosipError(w http.ResponseWriter, code, message string) {
	reply(w, map[string]any{"id": nil, "version": nil, "responsetime": stamp(), "metadata": nil, "response": nil,
		"errors": []map[string]string{{"errorCode": code, "message": message}}})
}

func mosipAnswer(w http.ResponseWriter, v any) {
	reply(w, map[string]any{"id": "mosip.simulated", "version": "1.0", "responsetime": stamp(), "metadata": nil, "response": v, "errors": nil})
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // nobody is left to tell
}

func stamp() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

func (h *Hub) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/authmanager/authenticate/clientidsecretkey", h.signIn)
	mux.HandleFunc("POST /hub/", h.signedIn(h.webSub))
	mux.HandleFunc("GET /v1/datashare/get/{policy}/{partner}/{name}", h.signedIn(h.datashare))
	mux.HandleFunc("GET /v1/credentialrequest/getRequestIds", h.signedIn(h.requestIDs))
	mux.HandleFunc("GET /v1/credentialrequest/get/{id}", h.signedIn(h.requestStatus))
	mux.HandleFunc("PUT /v1/credentialrequest/retrigger/{id}", h.signedIn(h.retrigger))
	mux.HandleFunc("POST /sim/order", h.simOrder)
	mux.HandleFunc("POST /sim/do", h.simDo)
	mux.HandleFunc("GET /sim/truth", func(w http.ResponseWriter, _ *http.Request) { reply(w, h.Truth()) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		away := time.Now().Before(h.away)
		h.mu.Unlock()
		if away && !strings.HasPrefix(r.URL.Path, "/sim/") {
			panic(http.ErrAbortHandler) // the connection breaks: nobody is there
		}
		mux.ServeHTTP(w, r)
	})
}

func (h *Hub) signIn(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Request struct{ ClientID, SecretKey, AppID string }
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Request.ClientID != h.o.Client || in.Request.SecretKey != h.o.Secret {
		mosipError(w, "KER-ATH-007", "Invalid credentials")
		return
	}
	token := id()
	h.mu.Lock()
	h.tokens[token] = true
	h.mu.Unlock()
	w.Header().Set("Authorization", token)
	http.SetCookie(w, &http.Cookie{Name: "Authorization", Value: token, Path: "/", HttpOnly: true})
	mosipAnswer(w, map[string]string{"status": "Success", "message": "Clientid and Token combination had been validated successfully"})
}

// signedIn lets those through who have a token, where one is wanted.
func (h *Hub) signedIn(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("Authorization")
		h.mu.Lock()
		ok := h.o.Client == "" || err == nil && h.tokens[c.Value]
		h.mu.Unlock()
		if !ok {
			w.WriteHeader(http.StatusUnauthorized)
			mosipError(w, "KER-ATH-401", "Authentication Failed")
			return
		}
		next(w, r)
	}
}

func (h *Hub) webSub(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	form, _ := url.ParseQuery(string(body))
	q := r.URL.Query()
	switch {
	case q.Get("hub.mode") == "publish" && q.Get("hub.topic") == "CREDENTIAL_STATUS_UPDATE":
		h.mu.Lock()
		err := h.reported(body)
		cut, refuse := err == nil && h.strike("lose-answer"), false
		if err == nil && !cut {
			refuse = h.strike("refuse-answer")
		}
		h.mu.Unlock()
		switch {
		case err != nil:
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, "hub.mode=denied&hub.reason=%s", url.QueryEscape(err.Error()))
		case cut:
			panic(http.ErrAbortHandler) // it came, and its answer is lost
		case refuse:
			w.WriteHeader(http.StatusBadGateway)
		default:
			fmt.Fprint(w, "hub.mode=accepted")
		}
	case form.Get("hub.mode") == "subscribe" && form.Get("hub.topic") == h.topic() && form.Get("hub.callback") != "" && len(form.Get("hub.secret")) < 200:
		w.WriteHeader(http.StatusAccepted)
		go h.subscribe(context.WithoutCancel(r.Context()), form)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

func (h *Hub) datashare(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	s := h.state.Shares[r.PathValue("name")]
	broken := h.strike("break-share")
	h.mu.Unlock()
	switch {
	case broken:
		w.WriteHeader(http.StatusBadGateway)
	case s == nil || r.PathValue("partner") != h.o.Partner:
		mosipError(w, "DAT-SER-006", "Data share not found")
	case s.Expired:
		mosipError(w, "DAT-SER-006", "Data share usuage expired")
	default:
		_, _ = w.Write(s.Body) // nobody is left to tell
	}
}

const noZone = "2006-01-02T15:04:05.999999" // a Java LocalDateTime

func (h *Hub) requestIDs(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	status := q.Get("statusCode")
	if status == "" {
		status = "FAILED"
	}
	page, _ := strconv.Atoi(q.Get("pageNumber"))
	size, err := strconv.Atoi(q.Get("pageSize"))
	if err != nil || size < 1 {
		size = 1
	}
	since := time.Time{}
	if text := q.Get("effectivedtimes"); text != "" {
		if since, err = time.Parse("2006-01-02T15:04:05.000Z", text); err != nil {
			mosipError(w, "IDR-CRG-008", "Date Parsing Error format should be yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
			return
		}
	}
	h.mu.Lock()
	var all []map[string]any
	for _, r := range h.state.Requests {
		if r.Status == status && !r.Updated.Before(since) {
			all = append(all, map[string]any{"requestId": r.ID, "credentialType": r.Kind, "partner": h.o.Partner, "statusCode": r.Status, "statusComment": "",
				"createDateTime": r.Created.Format(noZone), "updateDateTime": r.Updated.Format(noZone)})
		}
	}
	h.mu.Unlock()
	sort.Slice(all, func(i, k int) bool {
		return fmt.Sprint(all[i]["updateDateTime"]) < fmt.Sprint(all[k]["updateDateTime"])
	})
	if q.Get("direction") == "DESC" || q.Get("direction") == "" {
		for i, k := 0, len(all)-1; i < k; i, k = i+1, k-1 {
			all[i], all[k] = all[k], all[i]
		}
	}
	total := len(all)
	if page*size >= total {
		mosipError(w, "IDR-CRG-009", "No records found")
		return
	}
	mosipAnswer(w, map[string]any{"pageNo": page, "pageSize": size, "totalItems": total, "totalPages": (total + size - 1) / size, "data": all[page*size : min(total, (page+1)*size)]})
}

func (h *Hub) requestStatus(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	have := h.state.request(r.PathValue("id"))
	if have == nil {
		mosipError(w, "IDR-CRG-005", "Request ID is not present")
		return
	}
	mosipAnswer(w, map[string]string{"id": "", "requestId": have.ID, "statusCode": have.Status, "url": ""})
}

// retrigger issues a credential again, as the request generator's batch does a little later.
func (h *Hub) retrigger(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	have := h.state.request(r.PathValue("id"))
	if have == nil {
		mosipError(w, "IDR-CRG-005", "Request ID is not present")
		return
	}
	have.Status, have.Updated = "RETRY", time.Now().UTC()
	if err := h.issue(have); err != nil {
		mosipError(w, "IDR-CRG-006", "IO exception")
		return
	}
	mosipAnswer(w, map[string]string{"id": "", "requestId": have.ID})
}

func (h *Hub) simOrder(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	n, err := strconv.Atoi(q.Get("n"))
	if err != nil || n < 1 {
		n = 1
	}
	kind := q.Get("type")
	if kind == "" {
		kind = "euin"
	}
	h.mu.Lock()
	first := h.state.People
	h.mu.Unlock()
	if p, err := strconv.Atoi(q.Get("person")); err == nil && p >= 0 {
		first, n = p, 1
	}
	ids := []string{}
	for i := range n {
		id, err := h.Order(first+i, kind)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		ids = append(ids, id)
	}
	reply(w, map[string]any{"requests": ids})
}

func (h *Hub) simDo(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	n, err := strconv.Atoi(q.Get("n"))
	if err != nil {
		n = 1
	}
	if err := h.Do(q.Get("verb"), n); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}
