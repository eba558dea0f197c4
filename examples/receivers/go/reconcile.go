package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"
)

const (
	second   = int64(1_000)
	hour     = int64(3_600_000)
	day      = int64(86_400_000)
	lookBack = 2 * hour
	manyRows = 500
)

var modulus = new(big.Int).Lsh(big.NewInt(1), 128)

// Span is a range of time in milliseconds since 1970: From inclusive, To exclusive.
type Span struct{ From, To int64 }

// Group is the sum of the rows of one type, status and currency.
type Group struct {
	TransactionType string `json:"transactionType"`
	Status          string `json:"status"`
	Currency        string `json:"currency"`
	Count           int64  `json:"count"`
	Amount          string `json:"amount"`
	Hash            string `json:"hash"`
}

// Bucket is the sum of the rows whose ids hash to one byte.
type Bucket struct {
	Bucket int    `json:"bucket"`
	Count  int64  `json:"count"`
	Hash   string `json:"hash"`
}

type slice struct {
	Start  time.Time `json:"start"`
	Groups []Group   `json:"groups"`
}

// Digest has the sums by type, status and currency. Equal contents have equal texts.
type Digest map[string]*sum

type sum struct {
	count        int64
	amount, hash big.Int
}

func (d Digest) add(name string, count int64, amount, hash *big.Int) {
	s, isThere := d[name]
	if !isThere {
		s = &sum{}
		d[name] = s
	}
	s.count += count
	s.amount.Add(&s.amount, amount)
	s.hash.Add(&s.hash, hash).Mod(&s.hash, modulus)
}

func (d Digest) addGroups(groups []Group) error {
	for _, g := range groups {
		amount, ok := new(big.Int).SetString(g.Amount, 10)
		hash, isHash := new(big.Int).SetString(g.Hash, 16)
		if !ok || !isHash {
			return errors.New("a group is malformed")
		}
		d.add(g.TransactionType+"\n"+g.Status+"\n"+g.Currency, g.Count, amount, hash)
	}
	return nil
}

func (d Digest) addRow(r Row) {
	text := fmt.Sprintf("%s\n%d\n%s\n%d\n%s", r.TransactionID, r.Version, r.Status, r.Amount, r.Currency)
	digest := sha256.Sum256([]byte(text))
	hash := new(big.Int).SetBytes(digest[:16])
	d.add(r.TransactionType+"\n"+r.Status+"\n"+r.Currency, 1, big.NewInt(r.Amount), hash)
}

func (d Digest) text() string {
	parts := []string{}
	for name, s := range d {
		parts = append(parts, fmt.Sprintf("%s\n%d\n%s\n%032x", name, s.count, &s.amount, &s.hash))
	}
	slices.Sort(parts)
	return fmt.Sprint(parts)
}

// total is count and hash over all groups, as buckets have them.
func (d Digest) total() string {
	count, hash := int64(0), new(big.Int)
	for _, s := range d {
		count += s.count
		hash.Add(hash, &s.hash).Mod(hash, modulus)
	}
	return totalText(count, fmt.Sprintf("%032x", hash))
}

func totalText(count int64, hash string) string { return fmt.Sprintf("%d %s", count, hash) }

func digestOf(rows []Row) Digest {
	d := Digest{}
	for _, r := range rows {
		d.addRow(r)
	}
	return d
}

// Reconcile settles everything through the last closed window. It returns that time, and how many outcomes had been missed.
func Reconcile(store *Store, service *Service, since int64) (through int64, missed int, err error) {
	// The mark of an earlier version of this program, which kept no more.
	former, isFormer, err := store.Mark("reconciled")
	if err != nil {
		return 0, 0, err
	}
	known, isKnown, err := store.Mark("since")
	if err != nil {
		return 0, 0, err
	}
	// The earliest SINCE counts: a program that is given a later one at each start must leave out nothing between two starts.
	if isKnown {
		since = min(since, known)
	} else if isFormer {
		since = min(since, former)
	}
	// What is settled since a later hour says nothing about the time before.
	settled := fmt.Sprintf("settled since %d", since)
	mark, hasMark, err := store.Mark(settled)
	if err != nil {
		return 0, 0, err
	}
	if !hasMark {
		mark, hasMark = former, isFormer
	}
	from := since
	if hasMark {
		from = max(since, mark-lookBack)
	}
	closing, err := service.Ask("GET", "/v1/windows", map[string]string{"from": timeText(from), "resolution": "day"}, nil)
	if err != nil {
		return 0, 0, err
	}
	if closing.Code == "window_not_closed" {
		return from, 0, store.SetMark("since", since)
	}
	if closing.ClosedThrough == "" {
		return 0, 0, refused(closing)
	}
	if err = store.SetMark("since", since); err != nil {
		return 0, 0, err
	}
	end, err := time.Parse(time.RFC3339, closing.ClosedThrough)
	if err != nil {
		return 0, 0, err
	}
	differing := []Span{{from, end.UnixMilli()}}
	for _, level := range []struct {
		resolution string
		length     int64
	}{{"day", day}, {"hour", hour}, {"window", closing.WindowSeconds * second}} {
		if differing, err = compare(store, service, differing, level.resolution, level.length); err != nil {
			return 0, 0, err
		}
	}
	isSettled := true
	for _, window := range differing {
		found, isWhole, err := settleWindow(store, service, window)
		if err != nil {
			return 0, missed, err
		}
		missed += found
		isSettled = isSettled && isWhole
	}
	if isSettled {
		err = store.SetMark(settled, end.UnixMilli())
	}
	return end.UnixMilli(), missed, err
}

// compare finds the days, hours or windows of these spans in which the two sides differ, oldest first.
func compare(store *Store, service *Service, spans []Span, resolution string, length int64) ([]Span, error) {
	var differing []Span
	for _, span := range joined(spans) {
		there, err := digestsThere(service, span, resolution, length)
		if err != nil {
			return nil, err
		}
		here := map[int64]Digest{}
		err = store.EachRow(span, func(r Row) {
			index := r.ListedMs / length
			if here[index] == nil {
				here[index] = Digest{}
			}
			here[index].addRow(r)
		})
		if err != nil {
			return nil, err
		}
		for index := span.From / length; index*length < span.To; index++ {
			if here[index].text() != there[index].text() {
				differing = append(differing, Span{max(span.From, index*length), min(span.To, (index+1)*length)})
			}
		}
	}
	return differing, nil
}

func joined(spans []Span) []Span {
	var merged []Span
	for _, span := range spans {
		if last := len(merged) - 1; last >= 0 && merged[last].To == span.From {
			merged[last].To = span.To
		} else {
			merged = append(merged, span)
		}
	}
	return merged
}

func digestsThere(service *Service, span Span, resolution string, length int64) (map[int64]Digest, error) {
	found, reach := map[int64]Digest{}, span.To-span.From
	for at := span.From; at < span.To; {
		to := min(span.To, at+reach)
		parameters := map[string]string{"from": timeText(at), "to": timeText(to), "resolution": resolution}
		answer, err := service.Ask("GET", "/v1/windows", parameters, nil)
		if err != nil {
			return nil, err
		}
		if answer.Code == "range_too_long" && answer.MaxSeconds*second < reach {
			reach = answer.MaxSeconds * second
			continue
		}
		if answer.Code != "" {
			return nil, refused(answer)
		}
		var items []slice
		if err := json.Unmarshal(answer.Items, &items); err != nil {
			return nil, err
		}
		for _, item := range items {
			index := item.Start.UnixMilli() / length
			if found[index] == nil {
				found[index] = Digest{}
			}
			if err := found[index].addGroups(item.Groups); err != nil {
				return nil, err
			}
		}
		at = to
	}
	return found, nil
}

// settleWindow returns how many outcomes had been missed, and whether its rows add up to its digest.
func settleWindow(store *Store, service *Service, window Span) (missed int, isWhole bool, err error) {
	path := "/v1/windows/" + timeText(window.From)
	answer, err := service.Ask("GET", path, nil, nil)
	if err != nil {
		return 0, false, err
	}
	if answer.Code != "" {
		return 0, false, refused(answer)
	}
	var here []Row
	if err := store.EachRow(window, func(r Row) { here = append(here, r) }); err != nil {
		return 0, false, err
	}
	there, count := Digest{}, int64(0)
	if err := there.addGroups(answer.Groups); err != nil {
		return 0, false, err
	}
	for _, group := range answer.Groups {
		count += group.Count
	}
	parts := []part{{map[string]string{}, there.total(), here}}
	if count > manyRows {
		if parts, err = differingBuckets(service, path, parts[0]); err != nil {
			return 0, false, err
		}
	}
	isWhole = true
	for _, part := range parts {
		found, isEqual, err := settleRows(store, service, path, part)
		if err != nil {
			return missed, false, err
		}
		missed += found
		isWhole = isWhole && isEqual
	}
	return missed, isWhole, nil
}

// part is a window, or one of its buckets.
type part struct {
	filter   map[string]string
	expected string
	here     []Row
}

func differingBuckets(service *Service, path string, whole part) ([]part, error) {
	answer, err := service.Ask("GET", path, map[string]string{"buckets": "256"}, nil)
	if err != nil {
		return nil, err
	}
	if answer.Code == "window_too_large" || answer.Code == "window_in_doubt" {
		return []part{whole}, nil
	}
	if answer.Code != "" {
		return nil, refused(answer)
	}
	there := map[int]string{}
	for _, bucket := range answer.Buckets {
		there[bucket.Bucket] = totalText(bucket.Count, bucket.Hash)
	}
	rows := map[int][]Row{}
	for _, r := range whole.here {
		rows[r.Bucket()] = append(rows[r.Bucket()], r)
	}
	var parts []part
	for bucket := range 256 {
		expected, isThere := there[bucket]
		if !isThere {
			expected = Digest{}.total()
		}
		if digestOf(rows[bucket]).total() != expected {
			parts = append(parts, part{map[string]string{"bucket": strconv.Itoa(bucket)}, expected, rows[bucket]})
		}
	}
	return parts, nil
}

func settleRows(store *Store, service *Service, path string, of part) (missed int, isEqual bool, err error) {
	of.filter["limit"] = "500"
	there, err := service.Listed(path+"/transactions", of.filter)
	if err != nil {
		return 0, false, err
	}
	here := map[string]Row{}
	for _, r := range of.here {
		here[r.TransactionID] = r
	}
	listed := Digest{}
	for name, item := range there {
		r, err := item.row()
		if err != nil {
			return missed, false, err
		}
		listed.addRow(r)
		if own, isThere := here[name]; !isThere || own != r {
			found, err := settle(store, service, name, true)
			if err != nil {
				return missed, false, err
			}
			missed += found
		}
	}
	for name := range here {
		if _, isListed := there[name]; isListed {
			continue
		}
		found, err := settle(store, service, name, false)
		if err != nil {
			return missed, false, err
		}
		missed += found
	}
	return missed, listed.total() == of.expected, nil
}

// settle asks about one transaction, and applies its end. It returns 1 if the outcome had been missed.
func settle(store *Store, service *Service, transactionID string, isListed bool) (int, error) {
	outcome, code, err := service.Transaction(transactionID)
	if err != nil {
		return 0, err
	}
	if !hasEnded(outcome.Status) {
		kind := code
		if kind == "" {
			kind = "pending_there"
		}
		return 0, store.KeepConflict(transactionID, kind, outcome.Status)
	}
	result, err := store.Apply(outcome)
	if err == nil && result == Duplicate && !isListed {
		err = store.KeepConflict(transactionID, "listed_elsewhere", outcome.ListedAt)
	}
	if err == nil && result != Conflict {
		err = service.Acknowledge(outcome)
	}
	if result == Applied {
		return 1, err
	}
	return 0, err
}
