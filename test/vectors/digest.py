"""Computes test/vectors/digest.json, without any of the service's code: what the digest of a window is, in another language.

    python3 test/vectors/digest.py > test/vectors/digest.json

A row is hashed as SHA-256 over the UTF-8 of

    transactionId LF version LF status LF amount LF currency

with single line feeds and none at the end; of the 32 bytes the first 16 count, as a big-endian number. A group (one for
each transactionType, status and currency) has the count of its rows, the sum of their amounts as a decimal string, and
the sum of their numbers modulo 2^128 as 32 hex digits. A bucket is the first byte of SHA-256 of the transactionId. Groups
are sorted by transactionType, status and currency; a window begins at a multiple of its length in Unix time. The times
of a type and status are summed in the same way, over transactionId LF version LF listedAt.
"""

import hashlib
import json
from datetime import datetime, timezone

WINDOW_SECONDS = 300


def row_number(row):
    fields = [row["transactionId"], str(row["version"]), row["status"], str(row["amount"]), row["currency"]]
    return int.from_bytes(hashlib.sha256("\n".join(fields).encode("utf-8")).digest()[:16], "big")


def bucket_of(row):
    return hashlib.sha256(row["transactionId"].encode("utf-8")).digest()[0]


def hex_of(number):
    return f"{number % 2**128:032x}"


def groups_of(rows):
    groups = {}
    for row in rows:
        key = (row["transactionType"], row["status"], row["currency"])
        count, amount, number = groups.get(key, (0, 0, 0))
        groups[key] = (count + 1, amount + row["amount"], number + row_number(row))
    return [
        {
            "transactionType": transaction_type,
            "status": status,
            "currency": currency,
            "count": count,
            "amount": str(amount),
            "hash": hex_of(number),
        }
        for (transaction_type, status, currency), (count, amount, number) in sorted(groups.items())
    ]


def buckets_of(rows):
    buckets = {}
    for row in rows:
        count, number = buckets.get(bucket_of(row), (0, 0))
        buckets[bucket_of(row)] = (count + 1, number + row_number(row))
    return [
        {"bucket": bucket, "count": count, "hash": hex_of(number)}
        for bucket, (count, number) in sorted(buckets.items())
    ]


def times_of(rows):
    times = {}
    for row in rows:
        key = (row["transactionType"], row["status"])
        text = f"{row['transactionId']}\n{row['version']}\n{row['listedAt']}"
        times[key] = times.get(key, 0) + int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:16], "big")
    return [
        {"transactionType": transaction_type, "status": status, "hash": hex_of(number)}
        for (transaction_type, status), number in sorted(times.items())
    ]


def seconds_of(row):
    return int(datetime.fromisoformat(row["listedAt"].replace("Z", "+00:00")).timestamp())


def time_of(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def slices_of(rows, length):
    slices = {}
    for row in rows:
        slices.setdefault(seconds_of(row) // length, []).append(row)
    return [
        {"start": time_of(index * length), "end": time_of((index + 1) * length), "groups": groups_of(part)}
        for index, part in sorted(slices.items())
    ]


def row(transaction_id, listed_at, amount=1999, **changes):
    return {
        "transactionId": transaction_id,
        "version": 1,
        "transactionType": "payment",
        "status": "SUCCEEDED",
        "amount": amount,
        "currency": "CNY",
        "listedAt": listed_at,
        **changes,
    }


ROWS = [
    row("pay_1", "2026-11-20T08:00:00.000Z"),
    # The last moment of a window, and the first of the next.
    row("pay_2", "2026-11-20T08:04:59.999Z", amount=0),
    row("pay_3", "2026-11-20T08:05:00.000Z"),
    # Amounts whose sum is more than a double holds exactly.
    *[row(f"big-{index}", "2026-11-20T08:06:00.000Z", amount=2**53 - 1) for index in range(4)],
    # An end that follows a PENDING, and what refunds it: a type, a status and a currency of their own.
    row("pay:4", "2026-11-20T08:59:59.999Z", version=2, status="FAILED"),
    row("ref_4", "2026-11-20T09:00:00.000Z", amount=500, transactionType="refund", currency="EUR"),
    row("pay_5", "2026-11-20T23:59:59.999Z", status="CLOSED", currency="JPY"),
    row("pay_6", "2026-11-21T00:00:00.000Z"),
    row("A" * 64, "2026-11-21T00:00:00.001Z", amount=1),
    # Enough of them that hashes wrap around 2^128 and buckets have company.
    *[row(f"order-{index}", "2026-11-21T12:34:56.789Z", amount=index) for index in range(260)],
]

if __name__ == "__main__":
    print(
        json.dumps(
            {
                "windowSeconds": WINDOW_SECONDS,
                "rows": [{**one, "hash": hex_of(row_number(one)), "bucket": bucket_of(one)} for one in ROWS],
                "windows": slices_of(ROWS, WINDOW_SECONDS),
                "hours": slices_of(ROWS, 3600),
                "days": slices_of(ROWS, 86400),
                "whole": {"groups": groups_of(ROWS), "buckets": buckets_of(ROWS), "times": times_of(ROWS)},
            }
        )
    )
