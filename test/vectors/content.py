"""Computes test/vectors/content.json, without any of the service's code: canonical JSON, and which contents are equal.

    python3 test/vectors/content.py > test/vectors/content.json

Canonical JSON has no white space, keys in the order of their characters at every depth, lists in their own order, and
text as it is. Two contents are equal when all that they state is equal; a field that is left out is one that is null, and
metadata that is left out is empty. The order of keys does not count, and stamps of the service do not count.
"""

import copy
import json


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


VALUES = [
    None,
    True,
    0,
    -1.5,
    "支付 \"a\" \\ \n",
    [],
    {},
    [3, 1, 2],
    {"b": 1, "a": {"d": [], "c": None}},
    {"B": 1, "a": 2, "_": 3, "ä": 4, "": 5},
    [{"z": [{"y": 1, "x": 2}], "a": "b"}, {"a": {}}],
]

STATED = {
    "transactionType": "payment",
    "status": "SUCCEEDED",
    "amount": 1999,
    "currency": "CNY",
    "occurredAt": "2026-11-20T08:00:00.000Z",
    "reference": "ORDER-1",
    "reason": {"code": "paid", "message": "Paid in full"},
    "relatedTransactionId": "pay_0",
    "metadata": {"a": [1, {"b": 2, "c": 3}], "d": "e"},
    "notifyUrl": "https://shop.example/tidings",
    "checkBack": {"url": "https://bank.example/checks", "afterSeconds": 60, "onUnknown": "ask"},
}
OPTIONAL = ["reference", "reason", "relatedTransactionId", "metadata", "notifyUrl", "checkBack"]


def without(*names):
    return {name: value for name, value in STATED.items() if name not in names}


def changed(name, value):
    return {**copy.deepcopy(STATED), name: value}


def turned_round(value):
    if isinstance(value, dict):
        return {key: turned_round(inner) for key, inner in reversed(value.items())}
    return [turned_round(inner) for inner in value] if isinstance(value, list) else value


OTHERS = [
    changed("transactionType", "refund"),
    changed("status", "FAILED"),
    changed("amount", 2000),
    changed("currency", "EUR"),
    changed("occurredAt", "2026-11-20T08:00:00.001Z"),
    changed("reference", "ORDER-2"),
    changed("reason", {"code": "paid", "message": "Paid"}),
    changed("relatedTransactionId", "pay_2"),
    changed("metadata", {"a": [{"b": 2, "c": 3}, 1], "d": "e"}),
    changed("metadata", {"a": [1, {"b": 2, "c": 3}], "d": "e", "f": None}),
    changed("notifyUrl", "https://shop.example/tidings2"),
    changed("checkBack", {"url": "https://bank.example/checks", "afterSeconds": 61, "onUnknown": "ask"}),
    *[without(name) for name in OPTIONAL],
]
STAMPS = {"version": 1, "recordedAt": "2026-11-20T08:00:01.000Z", "listedAt": "2026-11-20T08:00:01.000Z"}

print(
    json.dumps(
        {
            "canonical": [{"value": turned_round(value), "text": canonical(value)} for value in VALUES],
            "stated": STATED,
            "equal": [
                turned_round(STATED),
                {**STATED, **STAMPS, "merchantId": "demo", "transactionId": "pay_1"},
            ],
            "different": OTHERS,
        },
        indent=2,
        ensure_ascii=False,
    )
)
