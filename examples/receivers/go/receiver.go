// Takes the callbacks of Tidings, applies each outcome once, and finds the ones that were lost.
//
//	go run .              serves callbacks, and reconciles every RECONCILE_SECONDS
//	go run . ask pay_1    asks how one transaction ended, and applies it
//
// What it must do, and why, is in docs/wire-format.md. Settings come from the environment:
// API, KEY, MERCHANT_ID, ENDPOINT_SECRET, MERCHANT_SECRET, SINCE, PORT, DATABASE, RECONCILE_SECONDS.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const maxBodyBytes = 65_536

var outcomeType = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}\.(succeeded|failed|closed)$`)

// Outcome has the fields of a callback, an answer or a listed row that this receiver keeps.
type Outcome struct {
	MerchantID      string `json:"merchantId"`
	TransactionID   string `json:"transactionId"`
	Version         int64  `json:"version"`
	TransactionType string `json:"transactionType"`
	Status          string `json:"status"`
	Amount          int64  `json:"amount"`
	Currency        string `json:"currency"`
	ListedAt        string `json:"listedAt"`
}

var errMalformed = errors.New("a field is missing or has another form")

// row is what is kept of an outcome.
func (o Outcome) row() (Row, error) {
	listed, err := time.Parse(time.RFC3339, o.ListedAt)
	if err != nil || o.TransactionID == "" || o.Version < 1 || o.Amount < 0 || !hasEnded(o.Status) {
		return Row{}, errMalformed
	}
	return Row{o.TransactionID, o.Version, o.TransactionType, o.Status, o.Amount, o.Currency, listed.UnixMilli()}, nil
}

func hasEnded(status string) bool {
	return status == "SUCCEEDED" || status == "FAILED" || status == "CLOSED"
}

// isSigned tells whether one of the keys has signed the bytes within five minutes.
func isSigned(webhooks []*standardwebhooks.Webhook, body []byte, headers http.Header) bool {
	if strings.Contains(headers.Get("webhook-id"), ".") {
		return false
	}
	for _, webhook := range webhooks {
		if webhook.Verify(body, headers) == nil {
			return true
		}
	}
	return false
}

type callbacks struct {
	store      *Store
	webhooks   []*standardwebhooks.Webhook
	merchantID string
}

func (c callbacks) ServeHTTP(w http.ResponseWriter, r *http.Request) { w.WriteHeader(c.take(w, r)) }

// take returns the status to answer with: 2xx only after the commit.
func (c callbacks) take(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		return http.StatusRequestEntityTooLarge
	}
	if !isSigned(c.webhooks, body, r.Header) {
		return http.StatusUnauthorized
	}
	var callback struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(body, &callback) != nil {
		return http.StatusBadRequest
	}
	if !outcomeType.MatchString(callback.Type) {
		return http.StatusNoContent // a test, an alert, or a type of a newer version
	}
	var outcome Outcome
	if json.Unmarshal(callback.Data, &outcome) != nil {
		return http.StatusBadRequest
	}
	if outcome.MerchantID != c.merchantID {
		return http.StatusForbidden
	}
	switch _, err := c.store.Apply(outcome); {
	case errors.Is(err, errMalformed):
		return http.StatusBadRequest
	case err != nil:
		log.Printf("not applied, it will come again: %v", err)
		return http.StatusServiceUnavailable
	}
	return http.StatusNoContent
}

func setting(name string, defaults ...string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	if len(defaults) == 0 {
		log.Fatalf("%s is not set.", name)
	}
	return defaults[0]
}

// mustBe ends the program at its start if a setting cannot be used: no retry mends it.
func mustBe(isGood bool, name string, form string) {
	if !isGood {
		log.Fatalf("%s must be %s.", name, form)
	}
}

// webhooksOf reads one secret of a setting or several, separated by commas, as during a rotation.
func webhooksOf(name string, keyOf func([]byte) []byte) []*standardwebhooks.Webhook {
	const form = "a secret, whsec_ and base64, or several with commas between them"
	var webhooks []*standardwebhooks.Webhook
	for _, secret := range strings.Split(setting(name), ",") {
		key, err := secretBytes(secret)
		mustBe(err == nil, name, form)
		webhook, err := standardwebhooks.NewWebhookRaw(keyOf(key))
		mustBe(err == nil, name, form)
		webhooks = append(webhooks, webhook)
	}
	return webhooks
}

func main() {
	store, err := OpenStore(setting("DATABASE", "shop.db"))
	if err != nil {
		log.Fatal(err)
	}
	merchantID := setting("MERCHANT_ID")
	api := setting("API")
	mustBe(strings.HasPrefix(api, "http://") || strings.HasPrefix(api, "https://"), "API", "the address of the service: https://…")
	service := NewService(api, setting("KEY"), merchantID, webhooksOf("MERCHANT_SECRET", answerKey))
	if len(os.Args) == 3 && os.Args[1] == "ask" {
		ask(store, service, os.Args[2])
		return
	}
	since, err := time.Parse(time.RFC3339, setting("SINCE"))
	mustBe(err == nil, "SINCE", "a full hour with its offset, such as 2026-11-20T08:00:00Z")
	seconds, err := strconv.ParseFloat(setting("RECONCILE_SECONDS", "300"), 64)
	mustBe(err == nil && seconds > 0 && seconds <= 86_400, "RECONCILE_SECONDS", "a number of seconds, at most a day")
	port, err := strconv.Atoi(setting("PORT"))
	mustBe(err == nil && port > 0 && port < 65_536, "PORT", "a port, 1 to 65535")
	endpointKeys := webhooksOf("ENDPOINT_SECRET", func(key []byte) []byte { return key })
	server := http.Server{
		Addr:        "127.0.0.1:" + strconv.Itoa(port),
		Handler:     callbacks{store, endpointKeys, merchantID},
		ReadTimeout: 10 * time.Second,
	}
	go func() { log.Fatal(server.ListenAndServe()) }()
	for {
		through, applied, err := Reconcile(store, service, since.UnixMilli())
		if err != nil {
			log.Printf("will be retried: %v", err)
		} else {
			fmt.Printf("everything through %s is settled; %d callbacks had been missed\n", timeText(through), applied)
		}
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	}
}

func ask(store *Store, service *Service, transactionID string) {
	outcome, code, err := service.Transaction(transactionID)
	if err == nil && hasEnded(outcome.Status) {
		_, err = store.Apply(outcome)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(transactionID, outcome.Status+code)
}
