"""Puts the code of the page to use: kind, key, id, timestamp, signature and body; ends with 0 if it is signed."""

import os
import sys

kind, key, message_id, timestamp, signature, body = sys.argv[1:]
os.environ["ENDPOINT_SECRET"] = key if kind == "v1" else "whsec_AAAA"
from page import answer_webhook, is_signed_v1a, verified  # noqa: E402

headers = {"Webhook-Id": message_id, "Webhook-Timestamp": timestamp, "Webhook-Signature": signature}


def is_signed():
    if kind == "v1":
        return verified(body.encode(), headers) is not None
    if kind == "v1a":
        return is_signed_v1a(body.encode(), {name.lower(): value for name, value in headers.items()}, key)
    try:
        return answer_webhook(key).verify(body.encode(), headers) is not None
    except Exception:
        return False


sys.exit(0 if is_signed() else 1)
