"""A receiver of webhooks that checks each signature as a careful one would (Standard Webhooks)."""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from dataclasses import dataclass

from .http_server import HttpServer
from .wait import wait_until

TOLERANCE_S = 300


@dataclass
class Delivery:
    """One POST that came, and the status that it was answered with."""

    id: str
    body: dict
    headers: dict
    signature_error: str  # "" where the signature is right
    status: int


class WebhookReceiver:
    """Records every delivery. `secret_path` is the file for `secret_file` in the configuration."""

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self._key = os.urandom(32)
        self.secret_path = os.path.join(directory, "hook.secret")
        with open(self.secret_path, "w", encoding="ascii",
                  opener=lambda path, flags: os.open(path, flags, 0o600)) as secret:
            secret.write("whsec_" + base64.b64encode(self._key).decode() + "\n")
        self.deliveries = []
        self._refusals = []
        self._lock = threading.Lock()
        self._server = HttpServer(self._answer)
        self.url = f"http://127.0.0.1:{self._server.port}/hook"

    def stop(self):
        """Stop listening."""
        self._server.stop()

    def refuse(self, times, status=503):
        """Answer the next `times` deliveries with this status."""
        with self._lock:
            self._refusals = [status] * times

    def accepted(self):
        """The deliveries that were answered with 200, each id once, in the order in which they
        came; fails where one of them was not signed rightly."""
        by_id = {}
        for delivery in list(self.deliveries):
            assert not delivery.signature_error, f"{delivery.signature_error}: {delivery}"
            if delivery.status == 200:
                by_id.setdefault(delivery.id, delivery)
        return list(by_id.values())

    def wait_for(self, predicate, what, deadline_s=30):
        """Wait for an accepted delivery whose body satisfies the predicate; the delivery."""
        def find():
            return next((delivery for delivery in self.accepted()
                         if predicate(delivery.body)), None)
        return wait_until(find, deadline_s,
                          lambda: f"a webhook: {what}; there are: "
                                  f"{[delivery.body for delivery in self.deliveries]}")

    def _answer(self, method, path, headers, body):
        error = self._check(method, path, headers, body)
        try:
            content = json.loads(body)
        except ValueError as problem:
            content, error = {}, error or f"no JSON: {problem}"
        with self._lock:
            status = self._refusals.pop(0) if self._refusals else 200
            self.deliveries.append(Delivery(headers.get("webhook-id", ""), content,
                                            dict(headers), error, status))
        return status, {}, b""

    def _check(self, method, path, headers, body):
        """What is wrong with a delivery, "" where nothing."""
        identity = headers.get("webhook-id", "")
        timestamp = headers.get("webhook-timestamp", "")
        if method != "POST" or path != "/hook":
            return f"{method} {path}"
        if headers.get("Content-Type", "").partition(";")[0] != "application/json":
            return "Content-Type is not application/json"
        if not identity or not timestamp.isdigit():
            return "webhook-id or webhook-timestamp is missing"
        if abs(time.time() - int(timestamp)) > TOLERANCE_S:
            return "webhook-timestamp is too far from now"
        digest = hmac.new(self._key, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256)
        expected = "v1," + base64.b64encode(digest.digest()).decode()
        if expected not in headers.get("webhook-signature", "").split(" "):
            return "webhook-signature is wrong"
        return ""
