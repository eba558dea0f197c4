package main

import (
	"net/http"
	"os"
)

// Puts the code of the page to use: kind, key, id, timestamp, signature and body; ends with 0 if it is signed.
func main() {
	kind, key, body := os.Args[1], os.Args[2], []byte(os.Args[6])
	headers := http.Header{}
	headers.Set("webhook-id", os.Args[3])
	headers.Set("webhook-timestamp", os.Args[4])
	headers.Set("webhook-signature", os.Args[5])
	isGenuine := false
	switch kind {
	case "v1":
		isGenuine = isSigned([]string{key}, body, headers)
	case "v1a":
		isGenuine = isSignedV1a(key, body, headers)
	default:
		webhook, err := answerWebhook(key)
		isGenuine = err == nil && webhook.Verify(body, headers) == nil
	}
	if !isGenuine {
		os.Exit(1)
	}
}
