"""A receiver of events: WEBHOOK_SECRET=whsec_… python receiver.py"""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
seen = set()  # in production a column of your database that is unique


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # so that the hub can use a connection again

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            event = webhook.verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            return self.answer(401, ("Content-Length", "0"))
        if event["id"] not in seen or "webhook-redelivery" in self.headers:
            seen.add(event["id"])
            print(event["type"], event["id"], flush=True)  # store it here; work on it after the answer
        self.answer(204)

    def do_OPTIONS(self):  # the hub asks for consent
        self.answer(204, ("WebHook-Allowed-Origin", self.headers.get("webhook-request-origin", "")))

    def answer(self, status, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 9000))), Receiver).serve_forever()
