import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds outcomes that no callback has brought: compares days, then hours, windows, buckets and rows. */
final class Reconciling {
    private static final long SECOND = 1_000;
    private static final long HOUR = 3_600_000;
    private static final long DAY = 86_400_000;
    private static final long LOOK_BACK = 2 * HOUR;
    private static final int MANY_ROWS = 500;
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** Everything listed before `through` is settled. */
    record Report(String through, int missed) {}

    private record Span(long from, long to) {}

    private record Sum(long count, BigInteger amount, BigInteger hash) {
        static final Sum NONE = new Sum(0, BigInteger.ZERO, BigInteger.ZERO);

        Sum plus(Sum other) {
            return new Sum(count + other.count, amount.add(other.amount), hash.add(other.hash).mod(MODULUS));
        }
    }

    /** Sums by type, status and currency. */
    private static final class Digest {
        private final Map<String, Sum> sums = new TreeMap<>();

        void add(String type, String status, String currency, Sum sum) {
            sums.merge(String.join("\n", type, status, currency), sum, Sum::plus);
        }

        void add(Store.Row row) {
            String text = String.join("\n", row.transactionId(), String.valueOf(row.version()), row.status(),
                String.valueOf(row.amount()), row.currency());
            BigInteger hash = new BigInteger(1, Arrays.copyOf(Store.sha256(text), 16));
            add(row.type(), row.status(), row.currency(), new Sum(1, BigInteger.valueOf(row.amount()), hash));
        }

        void addGroups(Iterable<JsonElement> groups) {
            for (JsonElement element : groups) {
                JsonObject group = element.getAsJsonObject();
                Sum sum = new Sum(group.get("count").getAsLong(), new BigInteger(group.get("amount").getAsString()),
                    new BigInteger(group.get("hash").getAsString(), 16));
                add(group.get("transactionType").getAsString(), group.get("status").getAsString(),
                    group.get("currency").getAsString(), sum);
            }
        }

        /** Count and hash over all groups, as buckets have them. */
        Total total() {
            Sum sum = sums.values().stream().reduce(Sum.NONE, Sum::plus);
            return new Total(sum.count(), sum.hash());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Digest digest && sums.equals(digest.sums);
        }

        @Override
        public int hashCode() {
            return sums.hashCode();
        }
    }

    private record Total(long count, BigInteger hash) {}

    /** A window or one of its buckets: how to ask for it, what its rows must add up to, and the rows here. */
    private record Part(Map<String, String> filter, Total expected, List<Store.Row> here) {}

    private final Store store;
    private final Service service;
    private final long sinceMs;
    private int missed;
    private boolean isSettled;

    Reconciling(Store store, Service service, long sinceMs) {
        this.store = store;
        this.service = service;
        this.sinceMs = sinceMs;
    }

    Report run() throws IOException, InterruptedException, SQLException {
        missed = 0;
        isSettled = true;
        // The earliest SINCE counts: a program that is given a later one at each start must leave out nothing between two starts.
        OptionalLong former = store.mark("reconciled"); // the mark of an earlier version of this program, which kept no more
        long since = Math.min(sinceMs, store.mark("since").orElse(former.orElse(sinceMs)));
        // What is settled since a later hour says nothing about the time before.
        String settled = "settled since " + since;
        OptionalLong mark = store.mark(settled);
        if (mark.isEmpty()) mark = former;
        long from = mark.isPresent() ? Math.max(since, mark.getAsLong() - LOOK_BACK) : since;
        JsonObject closing = service.ask("GET", "/v1/windows", Map.of("from", text(from), "resolution", "day"), null);
        boolean isClosed = !Service.codeOf(closing).equals("window_not_closed");
        if (isClosed && !closing.has("closedThrough")) Service.accepted(closing);
        store.setMark("since", since);
        if (!isClosed) return new Report(text(from), 0);
        long end = Instant.parse(closing.get("closedThrough").getAsString()).toEpochMilli();
        List<Span> days = differing(List.of(new Span(from, end)), "day", DAY);
        List<Span> hours = differing(days, "hour", HOUR);
        for (Span window : differing(hours, "window", closing.get("windowSeconds").getAsLong() * SECOND)) settleWindow(window);
        if (isSettled) store.setMark(settled, end);
        return new Report(text(end), missed);
    }

    /** The days, hours or windows of these spans in which the two sides differ, oldest first. */
    private List<Span> differing(List<Span> spans, String resolution, long length)
            throws IOException, InterruptedException, SQLException {
        List<Span> differing = new ArrayList<>();
        for (Span span : joined(spans)) {
            Map<Long, Digest> there = there(span, resolution, length);
            Map<Long, Digest> here = new HashMap<>();
            store.eachRow(span.from(), span.to(),
                row -> here.computeIfAbsent(row.listedMs() / length, index -> new Digest()).add(row));
            TreeSet<Long> indexes = new TreeSet<>(there.keySet());
            indexes.addAll(here.keySet());
            for (long index : indexes) {
                if (here.getOrDefault(index, new Digest()).equals(there.getOrDefault(index, new Digest()))) continue;
                differing.add(new Span(Math.max(span.from(), index * length), Math.min(span.to(), (index + 1) * length)));
            }
        }
        return differing;
    }

    private static List<Span> joined(List<Span> spans) {
        List<Span> merged = new ArrayList<>();
        for (Span span : spans) {
            int last = merged.size() - 1;
            if (last >= 0 && merged.get(last).to() == span.from()) merged.set(last, new Span(merged.get(last).from(), span.to()));
            else merged.add(span);
        }
        return merged;
    }

    private Map<Long, Digest> there(Span span, String resolution, long length) throws IOException, InterruptedException {
        Map<Long, Digest> found = new HashMap<>();
        long reach = span.to() - span.from();
        for (long at = span.from(); at < span.to(); ) {
            long to = Math.min(span.to(), at + reach);
            Map<String, String> parameters = Map.of("from", text(at), "to", text(to), "resolution", resolution);
            JsonObject answer = service.ask("GET", "/v1/windows", parameters, null);
            if (Service.codeOf(answer).equals("range_too_long") && answer.get("maxSeconds").getAsLong() * SECOND < reach) {
                reach = answer.get("maxSeconds").getAsLong() * SECOND;
                continue;
            }
            for (JsonElement element : Service.accepted(answer).getAsJsonArray("items")) {
                JsonObject item = element.getAsJsonObject();
                long index = Instant.parse(item.get("start").getAsString()).toEpochMilli() / length;
                found.computeIfAbsent(index, any -> new Digest()).addGroups(item.getAsJsonArray("groups"));
            }
            at = to;
        }
        return found;
    }

    private void settleWindow(Span window) throws IOException, InterruptedException, SQLException {
        String path = "/v1/windows/" + text(window.from());
        Digest there = new Digest();
        there.addGroups(Service.accepted(service.ask("GET", path, Map.of(), null)).getAsJsonArray("groups"));
        List<Store.Row> here = new ArrayList<>();
        store.eachRow(window.from(), window.to(), here::add);
        Part whole = new Part(Map.of(), there.total(), here);
        List<Part> parts = whole.expected().count() > MANY_ROWS ? differingBuckets(path, whole) : List.of(whole);
        for (Part part : parts) settleRows(path, part);
    }

    private List<Part> differingBuckets(String path, Part whole) throws IOException, InterruptedException {
        JsonObject answer = service.ask("GET", path, Map.of("buckets", "256"), null);
        String code = Service.codeOf(answer);
        if (code.equals("window_too_large") || code.equals("window_in_doubt")) return List.of(whole);
        Map<Integer, Total> there = new HashMap<>();
        for (JsonElement element : Service.accepted(answer).getAsJsonArray("buckets")) {
            JsonObject bucket = element.getAsJsonObject();
            there.put(bucket.get("bucket").getAsInt(),
                new Total(bucket.get("count").getAsLong(), new BigInteger(bucket.get("hash").getAsString(), 16)));
        }
        List<Part> parts = new ArrayList<>();
        for (int number = 0; number < 256; number++) {
            int bucket = number;
            List<Store.Row> here = whole.here().stream().filter(row -> row.bucket() == bucket).toList();
            Total expected = there.getOrDefault(bucket, new Digest().total());
            Digest own = new Digest();
            here.forEach(own::add);
            if (!own.total().equals(expected)) parts.add(new Part(Map.of("bucket", String.valueOf(bucket)), expected, here));
        }
        return parts;
    }

    private void settleRows(String path, Part part) throws IOException, InterruptedException, SQLException {
        Map<String, JsonObject> there = service.listed(path + "/transactions", part.filter());
        Map<String, Store.Row> here = new HashMap<>();
        for (Store.Row row : part.here()) here.put(row.transactionId(), row);
        Digest listed = new Digest();
        for (JsonObject item : there.values()) {
            Store.Row row = Store.Row.of(item);
            listed.add(row);
            if (!row.equals(here.get(row.transactionId()))) settle(row.transactionId(), true);
        }
        for (String transactionId : here.keySet()) {
            if (!there.containsKey(transactionId)) settle(transactionId, false);
        }
        // If the rows do not add up, one may be missing: the mark stays, and the next run looks again.
        if (!listed.total().equals(part.expected())) isSettled = false;
    }

    /** Asks about one transaction, and applies its end. */
    private void settle(String transactionId, boolean isListed) throws IOException, InterruptedException, SQLException {
        JsonObject transaction = service.transaction(transactionId);
        if (!Service.hasEnded(transaction)) {
            String code = Service.codeOf(transaction);
            store.keepConflict(transactionId, code.isEmpty() ? "pending_there" : code, transaction.get("status").getAsString());
            return;
        }
        Store.Result result = store.apply(transaction);
        if (result == Store.Result.APPLIED) missed++;
        if (result == Store.Result.DUPLICATE && !isListed) {
            store.keepConflict(transactionId, "listed_elsewhere", transaction.get("listedAt").getAsString());
        }
        if (result != Store.Result.CONFLICT) service.acknowledge(transaction);
    }

    private static String text(long ms) {
        return TIME.format(Instant.ofEpochMilli(ms));
    }
}
