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

from reconcile import Service, reconcile, verified
from standardwebhooks import Webhook
from store import Store, milliseconds

OUTCOME = re.compile(r"[a-z][a-z0-9_-]{0,31}\.(succeeded|failed|closed)")
MAX_BODY_BYTES = 65_536


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


def setting(name, default=None):
    value = os.environ.get(name) or default
    if value is None:
        sys.exit(f"{name} is not set.")
    return value


def main():
    store = Store(setting("DATABASE", "shop.db"))
    merchant_id = setting("MERCHANT_ID")
    service = Service(setting("API"), setting("KEY"), merchant_id, setting("MERCHANT_SECRET").split(","))
    if sys.argv[1:2] == ["ask"]:
        transaction = service.transaction(sys.argv[2])
        if transaction.get("status") in ("SUCCEEDED", "FAILED", "CLOSED"):
            store.apply(transaction)
        print(json.dumps(transaction))
        return
    Callbacks.store, Callbacks.merchant_id = store, merchant_id
    Callbacks.webhooks = [Webhook(secret) for secret in setting("ENDPOINT_SECRET").split(",")]
    server = ThreadingHTTPServer(("127.0.0.1", int(setting("PORT"))), Callbacks)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        try:
            through, applied = reconcile(store, service, milliseconds(setting("SINCE")))
            print(f"everything through {through} is settled; {applied} callbacks had been missed", flush=True)
        except Exception as error:
            print(f"will be retried: {error!r}", file=sys.stderr, flush=True)
        time.sleep(float(setting("RECONCILE_SECONDS", "300")))


if __name__ == "__main__":
    main()
