import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.standardwebhooks.Webhook;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Asks the service, and believes only signed answers. */
final class Service {
    private static final int TRIES = 4;

    /** There is no answer that can be believed: ask again later. */
    static final class Unanswered extends IOException {
        private static final long serialVersionUID = 1;
        final long retryAfterMs;

        Unanswered(String why, long retryAfterMs) {
            super(why);
            this.retryAfterMs = retryAfterMs;
        }
    }

    private final String api;
    private final String key;
    private final String merchantId;
    private final List<Webhook> webhooks;
    // The key must not go anywhere else: redirects are not followed.
    private final HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    /** @param webhooks of the keys that are derived from the merchant's secrets */
    Service(String api, String key, String merchantId, List<Webhook> webhooks) {
        this.api = api.replaceFirst("/+$", "");
        this.key = key;
        this.merchantId = merchantId;
        this.webhooks = webhooks;
    }

    /** HKDF-SHA256 of the merchant's secret, without salt, for tidings-answer. */
    static byte[] answerKey(byte[] secret) {
        return hmac(hmac(new byte[32], secret), "tidings-answer\u0001".getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] hmac(byte[] key, byte[] content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(content);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static boolean hasEnded(JsonObject transaction) {
        return Set.of("SUCCEEDED", "FAILED", "CLOSED").contains(transaction.get("status").getAsString());
    }

    /** The transaction, or the signed statement that there is none: its code is unknown_transaction. */
    JsonObject transaction(String transactionId) throws IOException, InterruptedException {
        JsonObject answer = ask("GET", "/v1/transactions/" + transactionId, Map.of(), null);
        return codeOf(answer).equals("unknown_transaction") ? answer : accepted(answer);
    }

    /** Ends the retries of an outcome that was found by asking. */
    void acknowledge(JsonObject outcome) throws IOException, InterruptedException {
        String path = "/v1/transactions/" + outcome.get("transactionId").getAsString() + "/acknowledge";
        ask("POST", path, Map.of(), "{\"version\":" + outcome.get("version").getAsLong() + "}");
    }

    /** All rows of a window, or of one of its buckets, by transaction. */
    Map<String, JsonObject> listed(String path, Map<String, String> filter) throws IOException, InterruptedException {
        Map<String, String> parameters = new TreeMap<>(filter);
        parameters.put("limit", "500");
        Map<String, JsonObject> found = new LinkedHashMap<>();
        while (true) {
            JsonObject page = accepted(ask("GET", path, parameters, null));
            for (JsonElement item : page.getAsJsonArray("items")) {
                found.put(item.getAsJsonObject().get("transactionId").getAsString(), item.getAsJsonObject());
            }
            if (!page.get("hasMore").getAsBoolean()) return found;
            parameters.put("cursor", page.get("nextCursor").getAsString());
        }
    }

    /** The code of a refusal; empty for an answer. */
    static String codeOf(JsonObject answer) {
        return answer.has("code") ? answer.get("code").getAsString() : "";
    }

    /** @throws IllegalStateException if the service refuses the question */
    static JsonObject accepted(JsonObject answer) {
        if (!answer.has("code")) return answer;
        throw new IllegalStateException(answer.get("request").getAsString() + ": " + codeOf(answer));
    }

    /** Asks, again if there is no answer that can be believed. A refusal is an answer with a code. */
    JsonObject ask(String method, String path, Map<String, String> parameters, String body)
            throws IOException, InterruptedException {
        // URLEncoder encodes as forms do.
        String query = new TreeMap<>(parameters).entrySet().stream()
            .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
        String target = query.isEmpty() ? path : path + "?" + query;
        long backoffMs = 200;
        for (int attempt = 1; ; attempt++) {
            long retryAfterMs = 0;
            try {
                return believed(method, target, body);
            } catch (IOException error) {
                if (attempt == TRIES) throw error;
                if (error instanceof Unanswered unanswered) retryAfterMs = unanswered.retryAfterMs;
            }
            Thread.sleep(Math.max(backoffMs / 2 + ThreadLocalRandom.current().nextLong(backoffMs / 2), retryAfterMs));
            backoffMs *= 2;
        }
    }

    private JsonObject believed(String method, String target, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(api + target))
            .timeout(Duration.ofSeconds(10))
            .header("authorization", "Bearer " + key)
            .header("content-type", "application/json")
            .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
            .build();
        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        String question = method + " " + target;
        String said = question + ": status " + response.statusCode();
        if (response.statusCode() == 429 || response.statusCode() >= 500) {
            String after = response.headers().firstValue("retry-after").orElse("");
            throw new Unanswered(said, after.matches("\\d{1,9}") ? Math.min(Long.parseLong(after), 10) * 1_000 : 0);
        }
        if (!Receiver.isSigned(webhooks, response.body(), response.headers().map())) {
            throw new Unanswered(said + ", not signed by the service", 0);
        }
        JsonObject answer = JsonParser.parseString(new String(response.body(), StandardCharsets.UTF_8)).getAsJsonObject();
        String asOf = answer.get("asOf").getAsString();
        long ageSeconds = Duration.between(Instant.parse(asOf), Instant.now()).toSeconds();
        boolean isOurs = answer.get("merchantId").getAsString().equals(merchantId);
        boolean isToThis = answer.get("request").getAsString().equals(question);
        if (!isOurs || !isToThis || ageSeconds > 600 || ageSeconds < -300) {
            throw new Unanswered(question + ": the answer is to " + answer.get("request") + ", as of " + asOf, 0);
        }
        return answer;
    }
}
