package handover

import (
	"encoding/json"
	"os"

	"cetak/station/durable"
	"cetak/station/record"
)

// typeCard is the type of a desk's card.
const typeCard = "cetak-desk+jws"

// maxPaper bounds a card, a paper, or a receipt.
const maxPaper = 16 << 20

// Card says what a desk's key is, so that others can seal to it. It proves nothing of whose it is: people compare the fingerprint.
type Card struct {
	Station string // "office/desk", as its books go by
	record.Addressee
}

type cardText struct {
	V       int    `json:"v"`
	Station string `json:"station"`
}

// WriteCard writes this desk's card. Faults: StickFailed, record.KeysUnusable.
func WriteCard(path, station string, k record.Keys) (Card, error) {
	text, err := json.Marshal(cardText{1, station})
	if err != nil {
		return Card{}, fault(CardUntrusted, "card", "", err)
	}
	jws, err := k.Attest(text, typeCard)
	if err != nil {
		return Card{}, err
	}
	if err := durable.Write(path, []byte(jws+"\n"), 0o644); err != nil {
		return Card{}, fault(StickFailed, "card", path, err)
	}
	return Card{station, record.Addressee{ID: k.Station(), Key: k.Public()}}, nil
}

// ReadCard reads a desk's card. Faults: StickFailed, CardUntrusted.
func ReadCard(path string) (Card, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxPaper {
		return Card{}, fault(StickFailed, "card", path, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Card{}, fault(StickFailed, "card", path, err)
	}
	payload, by, err := record.Attested(trim(text), typeCard)
	if err != nil {
		return Card{}, fault(CardUntrusted, "card", path, err)
	}
	var c cardText
	if err := json.Unmarshal(payload, &c); err != nil || c.V != 1 || c.Station == "" {
		return Card{}, fault(CardUntrusted, "card", path+" is no card of version 1", err)
	}
	return Card{c.Station, by}, nil
}
