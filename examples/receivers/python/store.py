"""What the receiver keeps: its own data and what was applied, in one database."""

import hashlib
import json
import sqlite3
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

TABLES = """
  CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, status TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS applied (
    transaction_id TEXT PRIMARY KEY, version INTEGER NOT NULL, transaction_type TEXT NOT NULL, status TEXT NOT NULL,
    amount INTEGER NOT NULL, currency TEXT NOT NULL, listed_ms INTEGER NOT NULL, bucket INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS applied_listed ON applied (listed_ms);
  CREATE TABLE IF NOT EXISTS conflicts (
    transaction_id TEXT NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (transaction_id, kind, said)
  );
  CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""

SET_MARK = """
  INSERT INTO marks VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE name <> 'since' OR excluded.value < value
"""


def milliseconds(text):
    """A time of the service in milliseconds since 1970."""
    return (datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1)


def row_of(outcome):
    """What is kept of an outcome, in the order of the columns. Raises if a field is missing or has another type."""
    name, version, amount = outcome["transactionId"], outcome["version"], outcome["amount"]
    texts = (name, outcome["transactionType"], outcome["status"], outcome["currency"])
    if not all(type(text) is str for text in texts) or type(version) is not int or type(amount) is not int:
        raise ValueError("a field has another type")
    bucket = hashlib.sha256(name.encode()).digest()[0]
    listed_ms = milliseconds(outcome["listedAt"])
    return (name, version, outcome["transactionType"], outcome["status"], amount, outcome["currency"], listed_ms, bucket)


class Store:
    """Your own data and what was applied, in one database."""

    def __init__(self, path):
        self.path = path
        with self.open() as db:
            db.executescript(TABLES)

    @contextmanager
    def open(self):
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            yield db
        finally:
            db.close()

    def apply(self, outcome):
        """Applies an end once. Returns after the commit: applied, duplicate, stale or conflict."""
        row = row_of(outcome)
        with self.open() as db:
            db.execute("BEGIN IMMEDIATE")  # no other process can change what is read from here on
            try:
                had = db.execute("SELECT * FROM applied WHERE transaction_id = ?", row[:1]).fetchone()
                result = decide(had, row)
                if result == "applied":
                    db.execute("INSERT INTO payments VALUES (?, ?)", (row[0], row[3]))  # your own writes
                    db.execute("INSERT INTO applied VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                if result == "conflict":
                    keep_conflict(db, row[0], "another_end", json.dumps(row))
                db.execute("COMMIT")
                return result
            except BaseException:
                db.execute("ROLLBACK")
                raise

    def conflict(self, transaction_id, kind, said):
        with self.open() as db:
            keep_conflict(db, transaction_id, kind, said)

    def find(self, transaction_id):
        with self.open() as db:
            return db.execute("SELECT * FROM applied WHERE transaction_id = ?", (transaction_id,)).fetchone()

    def rows(self, from_ms, to_ms):
        with self.open() as db:
            yield from db.execute("SELECT * FROM applied WHERE listed_ms >= ? AND listed_ms < ?", (from_ms, to_ms))

    def mark(self, name):
        """A time: since when this receiver is responsible, or through when it is settled."""
        with self.open() as db:
            found = db.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
            return None if found is None else found[0]

    def set_mark(self, name, value):
        """Of two values of `since` the earlier one stays: two processes may write theirs at once."""
        with self.open() as db:
            db.execute(SET_MARK, (name, value))


def decide(had, row):
    """An end never changes, so another one of the same or a higher version cannot be true as well."""
    if had is None:
        return "applied"
    if row[1] < had[1]:
        return "stale"
    return "duplicate" if had == row else "conflict"


def keep_conflict(db, transaction_id, kind, said):
    """Keeps it once, however often it is found. `said` must not change from one time to the next."""
    added = db.execute("INSERT OR IGNORE INTO conflicts VALUES (?, ?, ?)", (transaction_id, kind, said))
    if added.rowcount > 0:
        print(f"conflict about {transaction_id}: {kind}. Somebody must look.", file=sys.stderr)
