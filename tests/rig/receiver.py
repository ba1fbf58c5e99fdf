"""Receivers of notifications of every kind, which check each message as a careful one would."""

import base64
import json
import os
import threading
import time
from dataclasses import dataclass, field

from .formats import FORMATS
from .http_server import HttpServer
from .wait import free_port, let_pass, wait_until

AGAIN = "firing"  # the id of what is sent again as long as it lasts


@dataclass
class Delivery:
    """One POST that came, and the status that it was answered with."""

    id: str
    body: dict
    headers: dict
    error: str  # "" where nothing is wrong with it
    status: int
    at_s: float = field(default_factory=time.monotonic)


def drip():
    """A body that never ends, a byte at a time."""
    while True:
        let_pass(0.1)
        yield b"x"


class Receiver:
    """Records every delivery. `kind` is the type in the configuration, and the target's name unless
    another is given. `secret_path` is the file that the configuration names, None where the kind
    has no secret."""

    def __init__(self, directory, kind, name=None, tls=None):
        os.makedirs(directory, exist_ok=True)
        self.kind = kind
        self.name = name or kind
        self.deliveries = []
        self._format = FORMATS[kind]
        self._answers = []
        self._lock = threading.Lock()
        self._tls = tls
        self._port = free_port()
        self._server = None
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._port}{self._format.url_path}"
        self._key = os.urandom(16).hex().encode()
        self.secret_path = self._write_secret(os.path.join(directory, f"{kind}.secret"))

    def _write_secret(self, path):
        if self._format.secret == "none":
            return None
        text = {"key": self._key.decode(), "url": self.url,
                "sign": "whsec_" + base64.b64encode(self._key).decode()}[self._format.secret]
        with open(path, "w", encoding="ascii",
                  opener=lambda path, flags: os.open(path, flags, 0o600)) as secret:
            secret.write(text + "\n")
        return path

    def start(self):
        """Listen; a second time where the first ended. Self."""
        if self._server is None:
            self._server = HttpServer(self._answer, self._port, self._tls)
        return self

    def stop(self):
        """Stop listening."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def target(self):
        """What `notify` says of it."""
        place = {"url": self.url}
        if self._format.secret == "url":
            place = {"url_file": self.secret_path}
        elif self.secret_path:
            place["secret_file"] = self.secret_path
        return {"name": self.name, "type": self.kind, **place}

    def refuse(self, times, status=503, headers=None):
        """Answer the next `times` deliveries with this status."""
        with self._lock:
            self._answers = [(status, headers or {}, b"no")] * times

    def drip_once(self):
        """Take the next delivery, with an answer whose body never ends."""
        with self._lock:
            self._answers = [(self._format.status, {}, drip())]

    def tried(self):
        """The deliveries so far, but for what goes on and is told again."""
        return [delivery for delivery in list(self.deliveries) if delivery.id != AGAIN]

    def taken(self):
        """Those of them that were taken, in the order in which they came; fails where something is
        wrong with any."""
        for delivery in list(self.deliveries):
            assert not delivery.error, f"{self.kind}: {delivery.error}: {delivery}"
        return [delivery for delivery in self.tried() if delivery.status == self._format.status]

    def accepted(self):
        """Those that were taken, each id once."""
        by_id = {}
        for delivery in self.taken():
            by_id.setdefault(delivery.id, delivery)
        return list(by_id.values())

    def wait_for(self, predicate, what, deadline_s=90):
        """Wait for an accepted delivery whose body satisfies the predicate; the delivery."""
        def find():
            return next((delivery for delivery in self.accepted()
                         if predicate(delivery.body)), None)
        return wait_until(find, deadline_s,
                          lambda: f"{self.kind}: {what}; there are: "
                                  f"{[delivery.body for delivery in self.deliveries]}")

    def _answer(self, method, path, headers, body):
        error, content = "", {}
        try:
            content = json.loads(body)
        except ValueError as problem:
            error = f"no JSON: {problem}"
        error = error or self._check(method, path, headers, body, content)
        with self._lock:
            answer = self._answers.pop(0) if self._answers else (self._format.status, {}, b"")
            self.deliveries.append(Delivery(headers.get("webhook-id", ""), content,
                                            dict(headers), error, answer[0]))
        return answer

    def _check(self, method, path, headers, body, content):
        if method != "POST" or path != self._format.path:
            return f"{method} {path}"
        if headers.get("Content-Type", "").partition(";")[0] != self._format.content_type:
            return f"Content-Type is not {self._format.content_type}"
        if not headers.get("webhook-id"):
            return "webhook-id is missing"
        return self._format.check(headers, body, content, self._key)


class WebhookReceiver(Receiver):
    """What most scenarios need: somebody who is told."""

    def __init__(self, directory):
        super().__init__(directory, "webhook", "ops")
