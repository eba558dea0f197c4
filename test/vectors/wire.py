"""Computes test/vectors/wire.json from docs/wire-format.md alone, without any of the service's code.

    python3 test/vectors/wire.py > test/vectors/wire.json
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from urllib.parse import urlencode

import ed25519


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).digest()


def hmac_sha256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def base64_text(data):
    return base64.b64encode(data).decode("ascii")


def json_text(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# Fixed keys: the vectors must not change.
ENDPOINT_KEY = bytes(range(32))
NEXT_ENDPOINT_KEY = bytes(range(100, 132))
MERCHANT_KEY = bytes(range(200, 232))
SEED = bytes(range(50, 82))
NEXT_SEED = bytes(range(150, 182))


def secret(key):
    return "whsec_" + base64_text(key)


def public_key(seed):
    return "whpk_" + base64_text(ed25519.public_key(seed))


# Signatures


def signed_bytes(message_id, timestamp, body):
    return f"{message_id}.{timestamp}.".encode("utf-8") + body.encode("utf-8")


def v1(key, *message):
    return "v1," + base64_text(hmac_sha256(key, signed_bytes(*message)))


def v1a(seed, *message):
    return "v1a," + base64_text(ed25519.sign(seed, signed_bytes(*message)))


def webhook_id(data):
    text = f"{data['merchantId']}\n{data['transactionId']}\n{data['version']}"
    return "msg_" + sha256(text).hex()[:32]


# Callbacks

OUTCOME = {
    "merchantId": "demo",
    "transactionId": "pay_1",
    "reference": "ORDER-1",
    "version": 1,
    "transactionType": "payment",
    "status": "SUCCEEDED",
    "amount": 1999,
    "currency": "CNY",
    "occurredAt": "2026-11-20T07:59:58.000Z",
    "recordedAt": "2026-11-20T08:00:00.000Z",
    "listedAt": "2026-11-20T08:00:00.000Z",
    "metadata": {"table": 7},
}
FULL_OUTCOME = {
    "merchantId": "Shop_2-b",
    "transactionId": "ref:2",
    "reference": "ORDER 2~*",
    "version": 2,
    "transactionType": "refund",
    "status": "FAILED",
    "reason": {"code": "no_funds", "message": "余额不足 \"€\""},
    "amount": 9007199254740991,
    "currency": "EUR",
    "relatedTransactionId": "pay_2",
    "occurredAt": "2026-11-20T23:59:59.999Z",
    "recordedAt": "2026-11-21T00:00:00.001Z",
    "listedAt": "2026-11-21T00:00:00.001Z",
    "metadata": {"b": [1, {"c": None}], "a": "支付"},
}


def callback(data):
    event = f"{data['transactionType']}.{data['status'].lower()}"
    return {
        "data": data,
        "webhookId": webhook_id(data),
        "type": event,
        "trace": sha256(webhook_id(data)).hex()[:32],
        "body": json_text({"type": event, "timestamp": data["recordedAt"], "data": data}),
    }


CALLBACKS = [callback(OUTCOME), callback(FULL_OUTCOME)]
SENT_AT = int(datetime.fromisoformat("2026-11-20T08:00:00+00:00").timestamp())
MESSAGE = (CALLBACKS[0]["webhookId"], SENT_AT, CALLBACKS[0]["body"])


def verification(name, accepted, signature=None, keys=None, **changes):
    """A request, the keys of the receiver, its clock, and whether it must accept."""
    headers = {
        "webhook-id": MESSAGE[0],
        "webhook-timestamp": str(SENT_AT),
        "webhook-signature": v1(ENDPOINT_KEY, *MESSAGE) if signature is None else signature,
    }
    headers.update(changes.get("headers", {}))
    return {
        "name": name,
        "accepted": accepted,
        "now": SENT_AT + changes.get("seconds", 0),
        "keys": [secret(ENDPOINT_KEY)] if keys is None else keys,
        "headers": {key: value for key, value in headers.items() if value is not None},
        "body": MESSAGE[2] + changes.get("appended", ""),
    }


OLD, NEW = secret(ENDPOINT_KEY), secret(NEXT_ENDPOINT_KEY)
BOTH = f"{v1(NEXT_ENDPOINT_KEY, *MESSAGE)} {v1(ENDPOINT_KEY, *MESSAGE)}"
BOTH_V1A = f"{v1a(NEXT_SEED, *MESSAGE)} {v1a(SEED, *MESSAGE)}"
DOTTED = ("msg.1", SENT_AT, MESSAGE[2])

VERIFICATIONS = [
    verification("v1", True),
    verification("v1, at the end of the tolerance", True, seconds=300),
    verification("v1, at its other end", True, seconds=-300),
    verification("v1, too old", False, seconds=301),
    verification("v1, from the future", False, seconds=-301),
    verification("v1, with another secret", False, keys=[NEW]),
    verification("v1, with another body", False, appended=" "),
    verification("v1, with another id", False, headers={"webhook-id": "msg_1"}),
    verification("v1, with another time", False, headers={"webhook-timestamp": str(SENT_AT + 1)}),
    verification("an id with a dot", False, v1(ENDPOINT_KEY, *DOTTED), headers={"webhook-id": "msg.1"}),
    verification("without an id", False, headers={"webhook-id": None}),
    verification("without a time", False, headers={"webhook-timestamp": None}),
    verification("without a signature", False, headers={"webhook-signature": None}),
    verification("a time that is no number", False, headers={"webhook-timestamp": "now"}),
    verification("a signature without a scheme", False, "gZ2B"),
    verification("an empty signature", False, "v1,"),
    verification("a rotation, with the old secret", True, BOTH),
    verification("a rotation, with the new secret", True, BOTH, keys=[NEW]),
    verification("after a rotation, with both secrets", True, v1(NEXT_ENDPOINT_KEY, *MESSAGE), keys=[OLD, NEW]),
    verification("after a rotation, with the old secret", False, v1(NEXT_ENDPOINT_KEY, *MESSAGE)),
    verification("a scheme of a newer version beside v1", True, f"v9,AAAA {v1(ENDPOINT_KEY, *MESSAGE)}"),
    verification("v1a", True, v1a(SEED, *MESSAGE), keys=[public_key(SEED)]),
    verification("v1a, with another key", False, v1a(SEED, *MESSAGE), keys=[public_key(NEXT_SEED)]),
    verification("v1a, with another body", False, v1a(SEED, *MESSAGE), keys=[public_key(SEED)], appended=" "),
    verification("v1a, a rotation, with the old key", True, BOTH_V1A, keys=[public_key(SEED)]),
    verification("v1a, a rotation, with the new key", True, BOTH_V1A, keys=[public_key(NEXT_SEED)]),
    verification("v1a and v1, with the secret", True, f"{v1a(SEED, *MESSAGE)} {v1(ENDPOINT_KEY, *MESSAGE)}"),
    verification("v1 passed off as v1a", False, "v1a" + v1(ENDPOINT_KEY, *MESSAGE)[2:], keys=[public_key(SEED)]),
    verification("v1, signed with the public key", False,
                 v1(ed25519.public_key(SEED), *MESSAGE), keys=[public_key(SEED)]),
]

# Answers


def answer_key(key):
    """HKDF-SHA256 without salt, of one block."""
    return hmac_sha256(hmac_sha256(bytes(32), key), b"tidings-answer" + b"\x01")


def canonical(method, path, parameters):
    # Python leaves `~` and encodes `*`; forms do the opposite.
    query = urlencode(sorted(parameters.items()), safe="*").replace("~", "%7E")
    return f"{method} {path}" + (f"?{query}" if query else "")


def question(method, path, parameters=None):
    parameters = parameters or {}
    return {
        "method": method,
        "path": path,
        "parameters": parameters,
        "request": canonical(method, path, parameters),
    }


QUESTIONS = [
    question("GET", "/v1/transactions/pay_1"),
    question("GET", "/v1/transactions/pay:1"),
    question("POST", "/v1/transactions/pay_1/acknowledge"),
    question("GET", "/v1/transactions", {"reference": "ORDER 2~*", "limit": "5"}),
    question("GET", "/v1/transactions", {"reference": "a+b&c=d/é'()!"}),
    question("GET", "/v1/transactions", {"limit": "500", "from": "2026-11-20T00:00:00.000Z"}),
    question("GET", "/v1/windows", {"resolution": "day", "from": "2026-11-20T00:00:00.000Z"}),
    question("GET", "/v1/windows/2026-11-20T08:00:00.000Z", {"buckets": "256", "types": "payment.*,refund.succeeded"}),
]


def answer(name, believed, content, request="GET /v1/transactions/pay_1", key=None, **changes):
    envelope = {"merchantId": "demo", "request": request, "asOf": "2026-11-20T08:00:00.000Z"}
    body = json_text({**envelope, **changes.get("envelope", {}), **content})
    message = ("ans_000102030405060708090a0b0c0d0e0f", SENT_AT, body)
    return {
        "name": name,
        "believed": believed,
        "now": SENT_AT + changes.get("seconds", 0),
        "request": "GET /v1/transactions/pay_1",
        "status": content.get("status") if isinstance(content.get("status"), int) else 200,
        "headers": {
            "webhook-id": message[0],
            "webhook-timestamp": str(SENT_AT),
            "webhook-signature": v1(answer_key(MERCHANT_KEY) if key is None else key, *message),
        },
        "body": body,
    }


NOT_FOUND = {
    "type": "/docs#unknown_transaction",
    "title": "There is no such transaction.",
    "status": 404,
    "code": "unknown_transaction",
}
ENDED = {**OUTCOME, "outcomes": [], "notifications": []}

ANSWERS = [
    answer("an end", True, ENDED),
    answer("that there is none", True, NOT_FOUND),
    answer("of a list, as old as it may be", True, ENDED, envelope={"asOf": "2026-11-20T07:50:00.000Z"}),
    answer("older", False, ENDED, envelope={"asOf": "2026-11-20T07:49:59.000Z"}),
    answer("of the future", False, ENDED, envelope={"asOf": "2026-11-20T08:05:01.000Z"}),
    answer("signed too long ago", False, ENDED, seconds=301),
    answer("to another question", False, NOT_FOUND, request="GET /v1/transactions/pay_2"),
    answer("about another merchant", False, NOT_FOUND, envelope={"merchantId": "other"}),
    answer("signed with the secret itself", False, NOT_FOUND, key=MERCHANT_KEY),
    answer("signed with a key of an endpoint", False, NOT_FOUND, key=ENDPOINT_KEY),
]

# The outbox


def outbox_item(outcome, feed_shards, retention_days, commit_id):
    place = {"pk": f"T#{outcome['merchantId']}#{outcome['transactionId']}", "sk": f"V#{outcome['version']:04d}"}
    shard = int.from_bytes(sha256(outcome["transactionId"])[:2], "big") % feed_shards
    recorded = datetime.fromisoformat(outcome["recordedAt"].replace("Z", "+00:00")).timestamp()
    item = {
        **place,
        **outcome,
        "metadata": json_text(outcome["metadata"]),
        "feedPk": f"F#{outcome['merchantId']}#{shard}",
        "feedSk": f"{outcome['listedAt']}#{outcome['transactionId']}#{outcome['version']}",
        "ttl": int(recorded) + (retention_days + 10) * 86_400,
        "commitId": commit_id,
    }
    if outcome["version"] == 1 and "reference" in outcome:
        item["referencePk"] = f"R#{outcome['merchantId']}#{outcome['reference']}"
        item["referenceSk"] = outcome["transactionId"]
    return {
        "outcome": outcome,
        "feedShards": feed_shards,
        "retentionDays": retention_days,
        "commitId": commit_id,
        "item": item,
    }


print(
    json.dumps(
        {
            "keys": {
                "endpointSecret": secret(ENDPOINT_KEY),
                "merchantSecret": secret(MERCHANT_KEY),
                "answerKey": answer_key(MERCHANT_KEY).hex(),
                "privateKey": SEED.hex(),
                "publicKey": public_key(SEED),
            },
            "callbacks": CALLBACKS,
            "verifications": VERIFICATIONS,
            "questions": QUESTIONS,
            "answers": ANSWERS,
            "outbox": [
                outbox_item(OUTCOME, 1, 90, "0123456789abcdef"),
                outbox_item(FULL_OUTCOME, 16, 400, "A-b_c-d_e"),
            ],
        },
        indent=2,
        ensure_ascii=False,
    )
)
