"""Asks the service, believes only signed answers, and finds outcomes that no callback has brought."""

import base64
import hashlib
import hmac
import json
import random
import time
import urllib.error
import urllib.request
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from store import EPOCH, milliseconds, row_of

TRIES = 4
MODULUS = 2**128
SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000
LOOK_BACK = 2 * HOUR
MANY_ROWS = 500


class Unanswered(Exception):
    """No answer that can be believed. Ask again later."""


class Refused(Exception):
    """The service refuses the question, signed."""

    def __init__(self, content):
        super().__init__(content["code"])
        self.content = content


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None  # the key must not go anywhere else


def verified(webhooks, body, headers):
    """The signed JSON, or None. Several keys during a rotation."""
    ids = headers.get_all("webhook-id") or []
    if len(ids) != 1 or "." in ids[0]:
        return None
    for webhook in webhooks:
        try:
            return webhook.verify(body, dict(headers.items()))
        except Exception:  # a malformed header is no WebhookVerificationError
            continue
    return None


def answer_key(secret):
    """HKDF-SHA256 of the merchant's secret, without salt, for `tidings-answer`."""
    secret_bytes = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    return hmac.digest(hmac.digest(bytes(32), secret_bytes, "sha256"), b"tidings-answer\x01", "sha256")


def text_of(ms):
    return (EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Service:
    def __init__(self, api, key, merchant_id, answer_keys):
        self.api, self.key, self.merchant_id = api.rstrip("/"), key, merchant_id
        self.webhooks = answer_keys
        self.opener = urllib.request.build_opener(NoRedirect)

    def transaction(self, transaction_id):
        """The transaction, or the signed statement that there is none."""
        try:
            return self.ask("GET", f"/v1/transactions/{transaction_id}")
        except Refused as refused:
            if refused.content["code"] == "unknown_transaction":
                return refused.content
            raise

    def acknowledge(self, outcome):
        path = f"/v1/transactions/{outcome['transactionId']}/acknowledge"
        self.ask("POST", path, body={"version": outcome["version"]})

    def pages(self, path, parameters):
        cursor = {}
        while cursor is not None:
            page = self.ask("GET", path, {**parameters, **cursor})
            yield from page["items"]
            cursor = {"cursor": page["nextCursor"]} if page["hasMore"] else None

    def ask(self, method, path, parameters=None, body=None):
        # A form leaves `*` and encodes `~`; Python does the opposite.
        query = urlencode(sorted((parameters or {}).items()), safe="*").replace("~", "%7E")
        target = f"{path}?{query}" if query else path
        for attempt in range(TRIES):
            try:
                return self.believed(f"{method} {target}", *self.send(method, target, body))
            except Unanswered as error:
                if attempt == TRIES - 1:
                    raise
                time.sleep(max(0.2 * 2**attempt * random.uniform(0.5, 1), getattr(error, "retry_after", 0)))

    def send(self, method, target, body):
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        request = urllib.request.Request(self.api + target, data, headers, method=method)
        try:
            with self.opener.open(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read()
        except OSError as error:
            raise Unanswered(str(error)) from error

    def believed(self, question, status, headers, body):
        if status == 429 or status >= 500:
            unanswered = Unanswered(f"{question}: status {status}")
            after = headers.get("retry-after") or ""
            unanswered.retry_after = min(int(after), 10) if after.isdecimal() else 0
            raise unanswered
        content = verified(self.webhooks, body, headers)
        if content is None:
            raise Unanswered(f"{question}: status {status}, not signed by the service")
        age = datetime.now(timezone.utc) - EPOCH - timedelta(milliseconds=milliseconds(content["asOf"]))
        is_recent = timedelta(seconds=-300) <= age <= timedelta(seconds=600)
        if (content["merchantId"], content["request"]) != (self.merchant_id, question) or not is_recent:
            raise Unanswered(f"{question}: the answer is to {content['request']}, as of {content['asOf']}")
        if "code" in content:
            raise Refused(content)
        return content

    def slices(self, span, resolution):
        """Start and groups of each day, hour or window of a span that has any. One may come in two parts."""
        at, end = span
        reach = end - at
        while at < end:
            to = min(end, at + reach)
            try:
                answer = self.ask("GET", "/v1/windows", {"from": text_of(at), "to": text_of(to), "resolution": resolution})
            except Refused as refused:
                if refused.content["code"] != "range_too_long" or reach <= refused.content["maxSeconds"] * SECOND:
                    raise
                reach = refused.content["maxSeconds"] * SECOND
                continue
            for item in answer["items"]:
                yield milliseconds(item["start"]), item["groups"]
            at = to


def row_hash(row):
    name, version, _, status, amount, currency, *_ = row
    text = f"{name}\n{version}\n{status}\n{amount}\n{currency}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


def add(sums, name, count, amount, hashed):
    """Adds to the sum of one type, status and currency."""
    had = sums.get(name, (0, 0, 0))
    sums[name] = (had[0] + count, had[1] + amount, (had[2] + hashed) % MODULUS)


def add_row(sums, row):
    add(sums, (row[2], row[3], row[5]), 1, row[4], row_hash(row))


def add_groups(sums, groups):
    for group in groups:
        name = (group["transactionType"], group["status"], group["currency"])
        add(sums, name, group["count"], int(group["amount"]), int(group["hash"], 16))


def here_of(rows):
    sums = {}
    for row in rows:
        add_row(sums, row)
    return sums


def differing(store, service, spans, resolution, length):
    """The days, hours or windows of these spans in which the two sides differ, cut to the spans; oldest first."""
    for span in joined(spans):
        here, there = defaultdict(dict), defaultdict(dict)
        for start, groups in service.slices(span, resolution):
            add_groups(there[start // length], groups)
        for row in store.rows(*span):
            add_row(here[row[6] // length], row)
        for index in sorted({*there, *here}):
            if there[index] != here[index]:
                yield max(span[0], index * length), min(span[1], (index + 1) * length)


def joined(spans):
    merged = []
    for start, end in spans:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def reconcile(store, service, since_ms):
    """Settles everything through the last closed window. Returns that time, and how many outcomes had been missed."""
    # The earliest SINCE counts: a program that is given a later one at each start must leave out nothing between two starts.
    former = store.mark("reconciled")  # the mark of an earlier version of this program, which kept no more
    since = min(since_ms, store.mark("since") or former or since_ms)
    # What is settled since a later hour says nothing about the time before.
    settled = f"settled since {since}"
    mark = store.mark(settled) or former
    start = since if mark is None else max(since, mark - LOOK_BACK)
    try:
        closing = service.ask("GET", "/v1/windows", {"from": text_of(start), "resolution": "day"})
    except Refused as refused:
        closing = refused.content
        if closing["code"] == "window_not_closed":
            store.set_mark("since", since)
            return text_of(start), 0
        if "closedThrough" not in closing:
            raise
    store.set_mark("since", since)
    end, window = milliseconds(closing["closedThrough"]), closing["windowSeconds"] * SECOND
    days = differing(store, service, [(start, end)], "day", DAY)
    hours = differing(store, service, list(days), "hour", HOUR)
    windows = differing(store, service, list(hours), "window", window)
    missed = [settle_window(store, service, span) for span in windows]
    if None not in missed:
        store.set_mark(settled, end)
    return text_of(end), sum(count or 0 for count in missed)


def settle_window(store, service, span):
    """Settles one window. Returns how many outcomes had been missed; None if its rows do not add up to its digest."""
    path = f"/v1/windows/{text_of(span[0])}"
    here = {row[0]: row for row in store.rows(*span)}
    window = service.ask("GET", path)
    there = {}
    add_groups(there, window["groups"])
    parts = [({}, total(there), here)]
    if total(there)[0] > MANY_ROWS:
        parts = differing_buckets(service, path, here) or parts
    counts = [settle_rows(store, service, path, part) for part in parts]
    return None if None in counts else sum(counts)


def differing_buckets(service, path, here):
    try:
        buckets = service.ask("GET", path, {"buckets": "256"})["buckets"]
    except Refused as refused:
        if refused.content["code"] in ("window_too_large", "window_in_doubt"):
            return None
        raise
    there = {bucket["bucket"]: (bucket["count"], int(bucket["hash"], 16)) for bucket in buckets}
    for number in range(256):
        own = {name: row for name, row in here.items() if row[7] == number}
        if total(here_of(own.values())) != there.get(number, (0, 0)):
            yield {"bucket": str(number)}, there.get(number, (0, 0)), own


def total(sums):
    return sum(count for count, _, _ in sums.values()), sum(hashed for _, _, hashed in sums.values()) % MODULUS


def settle_rows(store, service, path, part):
    filter_, expected, here = part
    there = {item["transactionId"]: item for item in service.pages(f"{path}/transactions", {**filter_, "limit": "500"})}
    missed = 0
    for name, item in there.items():
        if here.get(name) != row_of(item):
            missed += settle(store, service, name)
    for name in here.keys() - there.keys():
        missed += settle(store, service, name, is_listed=False)
    return missed if total(here_of(map(row_of, there.values()))) == expected else None


def settle(store, service, name, is_listed=True):
    """Asks about one transaction, and applies its end. Returns 1 if it had been missed."""
    transaction = service.transaction(name)
    status = transaction.get("status")
    if status not in ("SUCCEEDED", "FAILED", "CLOSED"):
        store.conflict(name, transaction.get("code", "pending_there"), json.dumps(status))
        return 0
    result = store.apply(transaction)
    if result == "duplicate" and not is_listed:
        store.conflict(name, "listed_elsewhere", transaction["listedAt"])
    if result != "conflict":
        service.acknowledge(transaction)
    return 1 if result == "applied" else 0
