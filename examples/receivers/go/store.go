package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"log"

	_ "modernc.org/sqlite"
)

const tables = `
  CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, status TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS applied (
    transaction_id TEXT PRIMARY KEY, version INTEGER NOT NULL, transaction_type TEXT NOT NULL, status TEXT NOT NULL,
    amount INTEGER NOT NULL, currency TEXT NOT NULL, listed_ms INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS applied_listed ON applied (listed_ms);
  CREATE TABLE IF NOT EXISTS conflicts (
    transaction_id TEXT NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (transaction_id, kind, said)
  );
  CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL);`

// Row is what is kept of an applied outcome, in the order of the columns.
type Row struct {
	TransactionID   string
	Version         int64
	TransactionType string
	Status          string
	Amount          int64
	Currency        string
	ListedMs        int64
}

// Bucket is the first byte of the hash of the transaction's id.
func (r Row) Bucket() int { return int(sha256.Sum256([]byte(r.TransactionID))[0]) }

// Store has your own data and what was applied, in one database.
type Store struct{ db *sql.DB }

// OpenStore creates the tables if they are not there.
func OpenStore(path string) (*Store, error) {
	// Every transaction begins with BEGIN IMMEDIATE, so that no other process changes what it has read.
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	_, err = db.Exec(tables)
	return &Store{db}, err
}

// Result says what happened to an outcome.
type Result string

const (
	Applied   Result = "applied"
	Duplicate Result = "duplicate"
	Stale     Result = "stale"
	Conflict  Result = "conflict"
)

// Apply applies an end once, and returns after the commit.
func (s *Store) Apply(outcome Outcome) (Result, error) {
	row, err := outcome.row()
	if err != nil {
		return "", err
	}
	tx, err := s.db.Begin()
	if err != nil {
		return "", err
	}
	defer tx.Rollback() // without effect after the commit
	var had *Row
	rows, err := tx.Query("SELECT * FROM applied WHERE transaction_id = ?", row.TransactionID)
	if err := scan(rows, err, func(found Row) { had = &found }); err != nil {
		return "", err
	}
	result := decide(had, row)
	switch result {
	case Applied:
		// Your own writes come first.
		if _, err = tx.Exec("INSERT INTO payments VALUES (?, ?)", row.TransactionID, row.Status); err == nil {
			_, err = tx.Exec("INSERT INTO applied VALUES (?, ?, ?, ?, ?, ?, ?)", row.TransactionID, row.Version,
				row.TransactionType, row.Status, row.Amount, row.Currency, row.ListedMs)
		}
	case Conflict:
		said, _ := json.Marshal(row)
		err = keepConflict(tx, row.TransactionID, "another_end", string(said))
	}
	if err != nil {
		return "", err
	}
	return result, tx.Commit()
}

// decide: an end never changes, so another one of the same or a higher version cannot be true as well.
func decide(had *Row, row Row) Result {
	switch {
	case had == nil:
		return Applied
	case row.Version < had.Version:
		return Stale
	case row == *had:
		return Duplicate
	default:
		return Conflict
	}
}

type executor interface {
	Exec(query string, args ...any) (sql.Result, error)
}

// keepConflict keeps it once, however often it is found: said must not change from one time to the next.
func keepConflict(db executor, transactionID, kind, said string) error {
	result, err := db.Exec("INSERT OR IGNORE INTO conflicts VALUES (?, ?, ?)", transactionID, kind, said)
	if err != nil {
		return err
	}
	if added, err := result.RowsAffected(); err == nil && added > 0 {
		log.Printf("conflict about %s: %s. Somebody must look.", transactionID, kind)
	}
	return nil
}

// KeepConflict keeps what cannot be settled here where a person will see it.
func (s *Store) KeepConflict(transactionID, kind, said string) error {
	return keepConflict(s.db, transactionID, kind, said)
}

// EachRow visits the applied outcomes that were listed in a span.
func (s *Store) EachRow(span Span, visit func(Row)) error {
	rows, err := s.db.Query("SELECT * FROM applied WHERE listed_ms >= ? AND listed_ms < ?", span.From, span.To)
	return scan(rows, err, visit)
}

func scan(rows *sql.Rows, err error, visit func(Row)) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r Row
		err := rows.Scan(&r.TransactionID, &r.Version, &r.TransactionType, &r.Status, &r.Amount, &r.Currency, &r.ListedMs)
		if err != nil {
			return err
		}
		visit(r)
	}
	return rows.Err()
}

// Mark is a time: since when this receiver is responsible, or through when it is settled.
// Before the first run there is none.
func (s *Store) Mark(name string) (ms int64, isThere bool, err error) {
	switch err = s.db.QueryRow("SELECT value FROM marks WHERE name = ?", name).Scan(&ms); err {
	case nil:
		return ms, true, nil
	case sql.ErrNoRows:
		return 0, false, nil
	default:
		return 0, false, fmt.Errorf("reading the mark: %w", err)
	}
}

const setMark = `
  INSERT INTO marks VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE name <> 'since' OR excluded.value < value`

// SetMark replaces a mark. Of two values of "since" the earlier one stays: two processes may write theirs at once.
func (s *Store) SetMark(name string, ms int64) error {
	_, err := s.db.Exec(setMark, name, ms)
	return err
}
