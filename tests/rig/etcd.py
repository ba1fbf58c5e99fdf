"""A real etcd of one member, and what is in it."""

import base64
import json
import os
import shutil
import signal
import ssl
import urllib.error
import urllib.request

from .process import Process, need_program
from .wait import free_port, wait_until


def _text(encoded):
    return base64.b64decode(encoded).decode()


def _bytes(text):
    return base64.b64encode(text.encode()).decode()


FILLING_BYTES = 64 * 1024
MAX_FILLINGS = 1000


class Etcd:
    """Its data stays from one start to the next, and so do its ports.

    With `certificates` (the paths "ca.pem", "certificate.pem" and "key.pem") it speaks TLS, and asks each
    client for a certificate of that CA. With `quota_bytes` it has no more room than that.
    """

    def __init__(self, directory, certificates=None, quota_bytes=None):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self._data, self._backup = os.path.join(directory, "data"), os.path.join(directory, "backup")
        self.port, self._peer_port = free_port(), free_port()
        self.url = f"{'https' if certificates else 'http'}://127.0.0.1:{self.port}"
        self._certificates = certificates
        self._quota_options = ["--quota-backend-bytes", str(quota_bytes)] if quota_bytes else []
        self._handlers = [urllib.request.ProxyHandler({})]
        if certificates:
            context = ssl.create_default_context(cafile=certificates["ca.pem"])
            context.load_cert_chain(certificates["certificate.pem"], certificates["key.pem"])
            self._handlers.append(urllib.request.HTTPSHandler(context=context))
        self._token = None
        self._program = need_program("etcd", "etcd-server")
        self._process = None

    def start(self):
        """Start it and wait until it answers; self."""
        peer = f"http://127.0.0.1:{self._peer_port}"
        self._process = Process(
            [self._program, "--name", "rig", "--data-dir", self._data,
             "--listen-client-urls", self.url, "--advertise-client-urls", self.url,
             "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
             "--initial-cluster", f"rig={peer}", "--log-level", "error", "--logger", "zap",
             "--unsafe-no-fsync", *self._tls_options(), *self._quota_options],
            os.path.join(self.directory, "etcd.out"))
        self._process.wait_ready(self.is_well, 60, "etcd answers")
        return self

    def _tls_options(self):
        if not self._certificates:
            return []
        return ["--cert-file", self._certificates["certificate.pem"], "--key-file", self._certificates["key.pem"],
                "--trusted-ca-file", self._certificates["ca.pem"], "--client-cert-auth"]

    def stop(self):
        """End it at once, where it runs; its data stays."""
        if self._process is not None:
            self._process.signal(signal.SIGCONT)
            self._process.kill()
            self._process = None

    def back_up(self):
        """Keep its data as they are now, for restore(); it is down for a moment."""
        self.stop()
        shutil.rmtree(self._backup, ignore_errors=True)
        shutil.copytree(self._data, self._backup)
        self.start()

    def restore(self):
        """It is what it was at back_up(): the same cluster, with an older revision."""
        self.stop()
        shutil.rmtree(self._data)
        shutil.copytree(self._backup, self._data)
        self.start()

    def freeze(self):
        """It takes connections and answers nothing."""
        self._process.signal(signal.SIGSTOP)

    def thaw(self):
        """It goes on."""
        self._process.signal(signal.SIGCONT)
        wait_until(self.is_well, 60, "etcd answers again")

    def is_well(self):
        """True where it answers; an OSError otherwise."""
        return self.pairs("/") is not None

    def ask(self, path, body):
        """POST to the gateway; the answer."""
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        if self._token:
            request.add_header("Authorization", self._token)
        opener = urllib.request.build_opener(*self._handlers)
        with opener.open(request, timeout=10) as answer:
            return json.loads(answer.read())

    def pairs(self, prefix):
        """{key: the JSON of its value} of all keys that begin so."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        answer = self.ask("/v3/kv/range", {"key": _bytes(prefix), "range_end": _bytes(end)})
        return {_text(kv["key"]): json.loads(_text(kv["value"])) for kv in answer.get("kvs", [])}

    def put(self, key, value):
        """Put a text, under no lease."""
        self.ask("/v3/kv/put", {"key": _bytes(key), "value": _bytes(value)})

    def delete(self, key):
        """Take a key away."""
        self.ask("/v3/kv/deleterange", {"key": _bytes(key)})

    def fill(self):
        """Leave no room, so that it takes no more writes (the alarm NOSPACE)."""
        for number in range(MAX_FILLINGS):
            try:
                self.put(f"/filling/{number}", "x" * FILLING_BYTES)
            except urllib.error.HTTPError as error:
                if error.code == 429:
                    return
                raise
        raise AssertionError(f"it takes {MAX_FILLINGS * FILLING_BYTES} bytes")

    def make_room(self):
        """Take away what fill() put there; it takes writes again."""
        answer = self.ask("/v3/kv/deleterange", {"key": _bytes("/filling/"), "range_end": _bytes("/filling0")})
        self.ask("/v3/kv/compaction", {"revision": answer["header"]["revision"], "physical": True})
        self.ask("/v3/maintenance/defragment", {})
        for alarm in self.ask("/v3/maintenance/alarm", {"action": "GET"})["alarms"]:
            self.ask("/v3/maintenance/alarm", {**alarm, "action": "DEACTIVATE"})

    def add_user(self, name, password, prefix, permission="READWRITE"):
        """From now on who is not known is not let in; but for this one, below the prefix."""
        self.ask("/v3/auth/user/add", {"name": "root", "password": "root"})
        self.ask("/v3/auth/role/add", {"name": "root"})
        self.ask("/v3/auth/user/grant", {"user": "root", "role": "root"})
        self.ask("/v3/auth/user/add", {"name": name, "password": password})
        self.ask("/v3/auth/role/add", {"name": name})
        self.permit(name, prefix, permission)
        self.ask("/v3/auth/user/grant", {"user": name, "role": name})
        self.ask("/v3/auth/enable", {})
        self._token = self.ask("/v3/auth/authenticate", {"name": "root", "password": "root"})["token"]

    def permit(self, name, prefix, permission):
        """What the role of that name may do below the prefix: READ, WRITE or READWRITE."""
        self.ask("/v3/auth/role/grant", {"name": name, "perm": {
            "permType": permission, "key": _bytes(prefix), "range_end": _bytes(prefix[:-1] + "0")}})

    def holders(self, group):
        """The hosts that have a slot of that group."""
        return sorted(key.rsplit("/", 1)[1] for key in self.pairs(f"/authmedic/{group}/slots/"))
