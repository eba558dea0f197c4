import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Takes the callbacks of Tidings, applies each outcome once, and finds the ones that were lost.
 *
 * <pre>
 * mvn dependency:copy-dependencies -DoutputDirectory=jars
 * javac -d classes -cp 'jars/*' *.java
 * java -cp 'classes:jars/*' Receiver              serves callbacks, and reconciles every RECONCILE_SECONDS
 * java -cp 'classes:jars/*' Receiver ask pay_1    asks how one transaction ended, and applies it
 * </pre>
 *
 * What it must do, and why, is in docs/wire-format.md. Settings come from the environment: API, KEY, MERCHANT_ID,
 * ENDPOINT_SECRET, MERCHANT_SECRET, SINCE, PORT, DATABASE, RECONCILE_SECONDS.
 */
public final class Receiver {
    private static final Pattern OUTCOME = Pattern.compile("[a-z][a-z0-9_-]{0,31}\\.(succeeded|failed|closed)");
    private static final int MAX_BODY_BYTES = 65_536;
    private static final String SECRETS = "a secret, whsec_ and base64, or several with commas between them";

    private final Store store;
    private final List<Webhook> webhooks;
    private final String merchantId;

    private Receiver(Store store, List<Webhook> webhooks, String merchantId) {
        this.store = store;
        this.webhooks = webhooks;
        this.merchantId = merchantId;
    }

    public static void main(String[] args) throws Exception {
        Store store = new Store(setting("DATABASE", "shop.db"));
        String merchantId = setting("MERCHANT_ID", null);
        List<Webhook> answerKeys = setting("MERCHANT_SECRET", null, SECRETS, text -> webhooks(text, Service::answerKey));
        String api = setting("API", null, "the address of the service: https://…", Receiver::address);
        Service service = new Service(api, setting("KEY", null), merchantId, answerKeys);
        if (args.length == 2 && args[0].equals("ask")) {
            JsonObject transaction = service.transaction(args[1]);
            if (Service.hasEnded(transaction)) store.apply(transaction);
            System.out.println(transaction);
            return;
        }
        List<Webhook> endpointKeys = setting("ENDPOINT_SECRET", null, SECRETS, text -> webhooks(text, key -> key));
        InetSocketAddress address = setting("PORT", null, "a port, 1 to 65535", Receiver::local);
        long sinceMs = setting("SINCE", null, "a full hour with its offset, such as 2026-11-20T08:00:00Z", Receiver::instant);
        long pauseMs = setting("RECONCILE_SECONDS", "300", "a number of seconds, at most a day", Receiver::pause);
        Receiver receiver = new Receiver(store, endpointKeys, merchantId);
        System.setProperty("sun.net.httpserver.maxReqTime", "10"); // seconds to send a request
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/", receiver::handle);
        // A sender that hangs must hold up no other one.
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        Reconciling reconciling = new Reconciling(store, service, sinceMs);
        while (true) {
            try {
                Reconciling.Report report = reconciling.run();
                System.out.printf("everything through %s is settled; %d callbacks had been missed%n", report.through(), report.missed());
            } catch (Exception error) {
                System.err.println("will be retried: " + error);
            }
            Thread.sleep(pauseMs);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        int status;
        try {
            status = take(exchange);
        } catch (RuntimeException malformed) {
            status = 400;
        } catch (SQLException error) {
            System.err.println("not applied, it will come again: " + error);
            status = 503;
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    /** The status to answer with: 2xx only after the commit. */
    private int take(HttpExchange exchange) throws IOException, SQLException {
        if (!exchange.getRequestMethod().equals("POST")) return 405;
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) return 413;
        if (!isSigned(webhooks, body, exchange.getRequestHeaders())) return 401;
        JsonObject callback = JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
        if (!OUTCOME.matcher(callback.get("type").getAsString()).matches()) {
            return 204; // a test, an alert, or a type of a newer version
        }
        JsonObject outcome = callback.getAsJsonObject("data");
        if (!merchantId.equals(outcome.get("merchantId").getAsString())) return 403;
        store.apply(outcome);
        return 204;
    }

    /** Whether one of the keys has signed the bytes within five minutes. */
    static boolean isSigned(List<Webhook> webhooks, byte[] body, Map<String, List<String>> headers) {
        boolean hasDot = headers.entrySet().stream()
            .filter(header -> "webhook-id".equalsIgnoreCase(header.getKey()))
            .anyMatch(header -> header.getValue().toString().contains("."));
        if (hasDot) return false;
        for (Webhook webhook : webhooks) {
            try {
                webhook.verify(new String(body, StandardCharsets.UTF_8), headers);
                return true;
            } catch (Exception notThisKey) {
                // The next key may have signed it.
            }
        }
        return false;
    }

    /** One secret or several, separated by commas, as during a rotation. */
    private static List<Webhook> webhooks(String secrets, UnaryOperator<byte[]> keyOf) {
        List<Webhook> found = new ArrayList<>();
        for (String secret : secrets.split(",")) {
            byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
            if (key.length < 24) throw new IllegalStateException("A secret must be whsec_ and at least 24 bytes in base64.");
            found.add(new Webhook(keyOf.apply(key)));
        }
        return found;
    }

    private static String setting(String name, String otherwise) {
        return setting(name, otherwise, "text", text -> text);
    }

    /** A setting, as {@code read} makes it of the text. What cannot be used ends the program at its start: no retry mends it. */
    private static <T> T setting(String name, String otherwise, String form, Function<String, T> read) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) value = otherwise;
        if (value == null) throw ended(name + " is not set.");
        try {
            return read.apply(value);
        } catch (RuntimeException wrong) {
            throw ended(name + " must be " + form + ".");
        }
    }

    private static Error ended(String why) {
        System.err.println(why);
        System.exit(1);
        return new AssertionError(why);
    }

    private static String address(String text) {
        if (!text.matches("https?://[^/].*")) throw new IllegalArgumentException(text);
        return text;
    }

    private static InetSocketAddress local(String text) {
        int port = Integer.parseInt(text);
        if (port < 1) throw new IllegalArgumentException(text);
        return new InetSocketAddress("127.0.0.1", port);
    }

    private static long instant(String text) {
        return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    }

    private static long pause(String text) {
        double seconds = Double.parseDouble(text);
        if (!(seconds > 0 && seconds <= 86_400)) throw new IllegalArgumentException(text);
        return (long) (seconds * 1_000);
    }
}
