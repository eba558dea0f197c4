import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.sqlite.SQLiteConfig;

/** Your own data and what was applied, in one database. */
final class Store {
    private static final String[] TABLES = {
        "CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, status TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS applied (transaction_id TEXT PRIMARY KEY, version INTEGER NOT NULL,"
            + " transaction_type TEXT NOT NULL, status TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,"
            + " listed_ms INTEGER NOT NULL)",
        "CREATE INDEX IF NOT EXISTS applied_listed ON applied (listed_ms)",
        "CREATE TABLE IF NOT EXISTS conflicts (transaction_id TEXT NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL,"
            + " PRIMARY KEY (transaction_id, kind, said))",
        "CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    };

    /** What is kept of an outcome, in the order of the columns. */
    record Row(String transactionId, long version, String type, String status, long amount, String currency, long listedMs) {
        static Row of(JsonObject outcome) {
            Row row = new Row(
                outcome.get("transactionId").getAsString(), outcome.get("version").getAsLong(),
                outcome.get("transactionType").getAsString(), outcome.get("status").getAsString(),
                outcome.get("amount").getAsLong(), outcome.get("currency").getAsString(),
                Instant.parse(outcome.get("listedAt").getAsString()).toEpochMilli());
            if (!Service.hasEnded(outcome) || row.amount < 0) throw new IllegalArgumentException("not an end");
            return row;
        }

        /** The first byte of the hash of the transaction's id. */
        int bucket() {
            return sha256(transactionId)[0] & 0xff;
        }
    }

    enum Result { APPLIED, DUPLICATE, STALE, CONFLICT }

    private final String path;

    Store(String path) throws SQLException {
        this.path = path;
        try (Connection db = open(); Statement statement = db.createStatement()) {
            for (String table : TABLES) statement.execute(table);
        }
    }

    private Connection open() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE); // nobody else changes what was read
        config.setBusyTimeout(10_000);
        return config.createConnection("jdbc:sqlite:" + path);
    }

    /** Applies an end once. Returns after the commit. */
    Result apply(JsonObject outcome) throws SQLException {
        Row row = Row.of(outcome);
        try (Connection db = open()) {
            db.setAutoCommit(false); // a connection that is closed without a commit has written nothing
            List<Row> had = new ArrayList<>();
            eachRow(db, had::add, "SELECT * FROM applied WHERE transaction_id = ?", row.transactionId());
            Result result = decide(had, row);
            if (result == Result.APPLIED) {
                execute(db, "INSERT INTO payments VALUES (?, ?)", row.transactionId(), row.status()); // your own writes
                execute(db, "INSERT INTO applied VALUES (?, ?, ?, ?, ?, ?, ?)", row.transactionId(), row.version(),
                    row.type(), row.status(), row.amount(), row.currency(), row.listedMs());
            }
            if (result == Result.CONFLICT) keepConflict(db, row.transactionId(), "another_end", row.toString());
            db.commit();
            return result;
        }
    }

    /** An end never changes, so another one of the same or a higher version cannot be true as well. */
    private static Result decide(List<Row> had, Row row) {
        if (had.isEmpty()) return Result.APPLIED;
        if (row.version() < had.get(0).version()) return Result.STALE;
        return row.equals(had.get(0)) ? Result.DUPLICATE : Result.CONFLICT;
    }

    /** Keeps what cannot be settled here where a person will see it. */
    void keepConflict(String transactionId, String kind, String said) throws SQLException {
        try (Connection db = open()) {
            keepConflict(db, transactionId, kind, said);
        }
    }

    /** Keeps it once, however often it is found: `said` must not change from one time to the next. */
    private static void keepConflict(Connection db, String transactionId, String kind, String said) throws SQLException {
        int added = execute(db, "INSERT OR IGNORE INTO conflicts VALUES (?, ?, ?)", transactionId, kind, said);
        if (added > 0) System.err.printf("conflict about %s: %s. Somebody must look.%n", transactionId, kind);
    }

    /** Visits the applied outcomes that were listed in a span. */
    void eachRow(long fromMs, long toMs, Consumer<Row> visit) throws SQLException {
        try (Connection db = open()) {
            eachRow(db, visit, "SELECT * FROM applied WHERE listed_ms >= ? AND listed_ms < ?", fromMs, toMs);
        }
    }

    /** A time: since when this receiver is responsible, or through when it is settled. */
    OptionalLong mark(String name) throws SQLException {
        try (Connection db = open();
             PreparedStatement statement = db.prepareStatement("SELECT value FROM marks WHERE name = ?")) {
            statement.setString(1, name);
            try (ResultSet found = statement.executeQuery()) {
                return found.next() ? OptionalLong.of(found.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** Of two values of {@code since} the earlier one stays: two processes may write theirs at once. */
    void setMark(String name, long ms) throws SQLException {
        try (Connection db = open()) {
            execute(db, "INSERT INTO marks VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
                + " WHERE name <> 'since' OR excluded.value < value", name, ms);
        }
    }

    private static int execute(Connection db, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = db.prepareStatement(sql)) {
            for (int index = 0; index < values.length; index++) statement.setObject(index + 1, values[index]);
            return statement.executeUpdate();
        }
    }

    private static void eachRow(Connection db, Consumer<Row> visit, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = db.prepareStatement(sql)) {
            for (int index = 0; index < values.length; index++) statement.setObject(index + 1, values[index]);
            ResultSet found = statement.executeQuery();
            while (found.next()) {
                visit.accept(new Row(found.getString(1), found.getLong(2), found.getString(3), found.getString(4),
                    found.getLong(5), found.getString(6), found.getLong(7)));
            }
        }
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
