"""Takes the callbacks of Tidings, applies each outcome once, and finds the ones that were lost.

    pip install -r requirements.txt
    python receiver.py                 # serves callbacks, and reconciles every RECONCILE_SECONDS
    python receiver.py ask pay_1       # asks how one transaction ended, and applies it

What it must do, and why, is in docs/wire-format.md. Settings come from the environment:
API, KEY, MERCHANT_ID, ENDPOINT_SECRET, MERCHANT_SECRET, SINCE, PORT, DATABASE, RECONCILE_SECONDS.
"""

import json
import os
import re
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from reconcile import Service, answer_key, reconcile, verified
from standardwebhooks import Webhook
from store import Store, milliseconds

OUTCOME = re.compile(r"[a-z][a-z0-9_-]{0,31}\.(succeeded|failed|closed)")
MAX_BODY_BYTES = 65_536
SECRETS = "a secret, whsec_ and base64, or several with commas between them"


class Callbacks(BaseHTTPRequestHandler):
    store, webhooks, merchant_id = None, (), ""
    timeout = 10

    def do_POST(self):
        length = self.headers.get("content-length") or "0"
        if not re.fullmatch("[0-9]{1,9}", length):
            return self.answer(400)  # a negative one would be read without an end
        if int(length) > MAX_BODY_BYTES:
            return self.answer(413)
        callback = verified(self.webhooks, self.rfile.read(int(length)), self.headers)
        if callback is None:
            return self.answer(401)
        if not OUTCOME.fullmatch(callback["type"]):
            return self.answer(204)  # a test, an alert, or a type of a newer version
        if callback["data"].get("merchantId") != self.merchant_id:
            return self.answer(403)
        try:
            self.store.apply(callback["data"])
        except (KeyError, ValueError):
            return self.answer(400)
        except sqlite3.Error as error:
            print(f"not applied, it will come again: {error}", file=sys.stderr)
            return self.answer(503)
        self.answer(204)  # after the commit

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def setting(name, default=None, read=str, form="text"):
    """A setting, as `read` makes it of the text. What cannot be used ends the program at its start: no retry mends it."""
    value = os.environ.get(name) or default
    if value is None:
        sys.exit(f"{name} is not set.")
    try:
        return read(value)
    except (ArithmeticError, RuntimeError, TypeError, ValueError):
        sys.exit(f"{name} must be {form}.")


def address(text):
    if not re.match("https?://[^/]", text):
        raise ValueError(text)
    return text


def port_number(text):
    if not 0 < int(text) < 65_536:
        raise ValueError(text)
    return int(text)


def pause(text):
    if not 0 < float(text) <= 86_400:
        raise ValueError(text)
    return float(text)


def keys_of(key_of):
    return lambda text: [Webhook(key_of(secret)) for secret in text.split(",")]


def main():
    store = Store(setting("DATABASE", "shop.db"))
    merchant_id = setting("MERCHANT_ID")
    answer_keys = setting("MERCHANT_SECRET", None, keys_of(answer_key), SECRETS)
    api = setting("API", None, address, "the address of the service: https://…")
    service = Service(api, setting("KEY"), merchant_id, answer_keys)
    if sys.argv[1:2] == ["ask"]:
        transaction = service.transaction(sys.argv[2])
        if transaction.get("status") in ("SUCCEEDED", "FAILED", "CLOSED"):
            store.apply(transaction)
        print(json.dumps(transaction))
        return
    Callbacks.store, Callbacks.merchant_id = store, merchant_id
    Callbacks.webhooks = setting("ENDPOINT_SECRET", None, keys_of(str), SECRETS)
    since_ms = setting("SINCE", None, milliseconds, "a full hour with its offset, such as 2026-11-20T08:00:00Z")
    pause_seconds = setting("RECONCILE_SECONDS", "300", pause, "a number of seconds, at most a day")
    server = ThreadingHTTPServer(("127.0.0.1", setting("PORT", None, port_number, "a port, 1 to 65535")), Callbacks)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        try:
            through, applied = reconcile(store, service, since_ms)
            print(f"everything through {through} is settled; {applied} callbacks had been missed", flush=True)
        except Exception as error:
            print(f"will be retried: {error!r}", file=sys.stderr, flush=True)
        time.sleep(pause_seconds)


if __name__ == "__main__":
    main()
