"""Computes test/vectors/comparison.json, without any of the service's code: two sides of one feed, at which levels they
differ, and what a receiver does about each row.

    python3 test/vectors/comparison.py > test/vectors/comparison.json
"""

import json

from digest import WINDOW_SECONDS, buckets_of, row, seconds_of, slices_of, time_of

HOUR, DAY = 3600, 86400


def rows_at(minute, count, **changes):
    return [row(f"pay_{minute}_{index}", f"2026-11-20T{minute}:30.000Z", **changes) for index in range(count)]


EQUAL = [
    *rows_at("08:00", 20),
    *rows_at("09:10", 3),
    *[row(f"next-{index}", "2026-11-21T10:00:00.000Z") for index in range(5)],
]
LOST = row("lost", "2026-11-20T08:01:00.000Z")
# Listed in the last millisecond of a window, an hour and a day.
LOST_LATE = row("lost-late", "2026-11-20T23:59:59.999Z", version=2, status="CLOSED")
OTHER_AMOUNT = row("other-amount", "2026-11-20T09:11:00.000Z")
OTHER_STATUS = row("other-status", "2026-11-20T09:12:00.000Z")
MOVED = row("moved", "2026-11-20T09:14:59.999Z")
EXTRA = row("extra", "2026-11-22T00:00:00.000Z")

THERE = [*EQUAL, LOST, LOST_LATE, OTHER_AMOUNT, OTHER_STATUS, MOVED]
HERE = [
    *EQUAL,
    {**OTHER_AMOUNT, "amount": 2000},
    {**OTHER_STATUS, "status": "FAILED"},
    {**MOVED, "listedAt": "2026-11-20T09:15:00.000Z"},
    EXTRA,
]


def starts_that_differ(length):
    here, there = ({part["start"]: part["groups"] for part in slices_of(rows, length)} for rows in (HERE, THERE))
    return sorted(start for start in {*here, *there} if here.get(start) != there.get(start))


def within(rows, start):
    return [one for one in rows if time_of(seconds_of(one) // WINDOW_SECONDS * WINDOW_SECONDS) == start]


def window(start):
    here, there = within(HERE, start), within(THERE, start)
    sums = [{part["bucket"]: part["hash"] for part in buckets_of(rows)} for rows in (here, there)]
    listed = {one["transactionId"]: one for one in there}
    own = {one["transactionId"]: one for one in here}
    return {
        "start": start,
        "there": {"groups": slices_of(there, WINDOW_SECONDS)[0]["groups"] if there else [], "buckets": buckets_of(there)},
        "differingBuckets": sorted(b for b in {*sums[0], *sums[1]} if sums[0].get(b) != sums[1].get(b)),
        "onlyThere": sorted(listed.keys() - own.keys()),
        "onlyHere": sorted(own.keys() - listed.keys()),
        "different": sorted(name for name in listed.keys() & own.keys() if listed[name] != own[name]),
    }


print(
    json.dumps(
        {
            "windowSeconds": WINDOW_SECONDS,
            "there": THERE,
            "here": HERE,
            "differing": {
                "days": starts_that_differ(DAY),
                "hours": starts_that_differ(HOUR),
                "windows": starts_that_differ(WINDOW_SECONDS),
            },
            "windows": [window(start) for start in starts_that_differ(WINDOW_SECONDS)],
        }
    )
)
