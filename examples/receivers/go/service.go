package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	tries          = 4
	maxAnswerBytes = 2 << 20
)

// Service asks, and believes only signed answers.
type Service struct {
	api, key, merchantID string
	webhooks             []*standardwebhooks.Webhook
	client               http.Client
}

// NewService takes the keys that are derived from the merchant's secrets.
func NewService(api, key, merchantID string, webhooks []*standardwebhooks.Webhook) *Service {
	client := http.Client{
		Timeout: 10 * time.Second,
		// The key must not go anywhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Service{strings.TrimRight(api, "/"), key, merchantID, webhooks, client}
}

// secretBytes decodes whsec_ and base64.
func secretBytes(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < 24 {
		return nil, errors.New("a secret must be whsec_ and at least 24 bytes in base64")
	}
	return key, nil
}

// answerKey is HKDF-SHA256 of the merchant's secret, without salt, for tidings-answer.
func answerKey(secret []byte) []byte {
	mac := func(key, content []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write(content)
		return h.Sum(nil)
	}
	return mac(mac(make([]byte, 32), secret), []byte("tidings-answer\x01"))
}

func timeText(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

// Answer has the fields of all signed answers that are read here.
type Answer struct {
	MerchantID string `json:"merchantId"`
	Request    string `json:"request"`
	AsOf       string `json:"asOf"`
	// Of a refusal.
	Code       string `json:"code"`
	MaxSeconds int64  `json:"maxSeconds"`
	// Of windows.
	ClosedThrough string          `json:"closedThrough"`
	WindowSeconds int64           `json:"windowSeconds"`
	Groups        []Group         `json:"groups"`
	Buckets       []Bucket        `json:"buckets"`
	Items         json.RawMessage `json:"items"`
	HasMore       bool            `json:"hasMore"`
	NextCursor    string          `json:"nextCursor"`
	body          []byte
}

// Ask sends a question, again if there is no answer that can be believed. A refusal is an answer with a code.
func (s *Service) Ask(method, path string, parameters map[string]string, body any) (Answer, error) {
	values := url.Values{}
	for name, value := range parameters {
		values.Set(name, value)
	}
	// A form leaves `*` and encodes `~`; Go does the opposite.
	query := strings.ReplaceAll(strings.ReplaceAll(values.Encode(), "%2A", "*"), "~", "%7E")
	target := path
	if query != "" {
		target += "?" + query
	}
	backoff := 200 * time.Millisecond
	for attempt := 1; ; attempt++ {
		answer, wait, err := s.try(method, target, body)
		if err == nil || attempt == tries {
			return answer, err
		}
		jittered := time.Duration(float64(backoff) * (0.5 + rand.Float64()/2))
		time.Sleep(max(jittered, wait))
		backoff *= 2
	}
}

func (s *Service) try(method, target string, body any) (answer Answer, wait time.Duration, err error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return answer, 0, err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, s.api+target, content)
	if err != nil {
		return answer, 0, err
	}
	request.Header.Set("authorization", "Bearer "+s.key)
	request.Header.Set("content-type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return answer, 0, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return answer, 0, err
	}
	question := method + " " + target
	if response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500 {
		seconds, _ := strconv.Atoi(response.Header.Get("retry-after"))
		return answer, min(time.Duration(seconds), 10) * time.Second, fmt.Errorf("%s: status %d", question, response.StatusCode)
	}
	if !isSigned(s.webhooks, raw, response.Header) {
		return answer, 0, fmt.Errorf("%s: status %d, not signed by the service", question, response.StatusCode)
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return answer, 0, err
	}
	answer.body = raw
	asOf, err := time.Parse(time.RFC3339, answer.AsOf)
	age := time.Since(asOf)
	if err != nil || answer.MerchantID != s.merchantID || answer.Request != question || age > 600*time.Second || age < -300*time.Second {
		return answer, 0, fmt.Errorf("%s: the answer is to %s, as of %s", question, answer.Request, answer.AsOf)
	}
	return answer, 0, nil
}

// refused is a refusal that this receiver cannot do anything about.
func refused(answer Answer) error { return fmt.Errorf("%s: %s", answer.Request, answer.Code) }

// Transaction is how a transaction ended; or the code that says that there is none.
func (s *Service) Transaction(transactionID string) (outcome Outcome, code string, err error) {
	answer, err := s.Ask("GET", "/v1/transactions/"+transactionID, nil, nil)
	switch {
	case err != nil:
		return outcome, "", err
	case answer.Code == "unknown_transaction":
		return outcome, answer.Code, nil
	case answer.Code != "":
		return outcome, "", refused(answer)
	}
	return outcome, "", json.Unmarshal(answer.body, &outcome)
}

// Acknowledge ends the retries of an outcome that was found by asking.
func (s *Service) Acknowledge(outcome Outcome) error {
	path := "/v1/transactions/" + outcome.TransactionID + "/acknowledge"
	_, err := s.Ask("POST", path, nil, map[string]int64{"version": outcome.Version})
	return err
}

// Listed are all rows of a window, or of one of its buckets.
func (s *Service) Listed(path string, parameters map[string]string) (map[string]Outcome, error) {
	found := map[string]Outcome{}
	for {
		page, err := s.Ask("GET", path, parameters, nil)
		if err != nil {
			return nil, err
		}
		if page.Code != "" {
			return nil, refused(page)
		}
		var items []Outcome
		if err := json.Unmarshal(page.Items, &items); err != nil {
			return nil, err
		}
		for _, item := range items {
			found[item.TransactionID] = item
		}
		if !page.HasMore {
			return found, nil
		}
		parameters["cursor"] = page.NextCursor
	}
}
