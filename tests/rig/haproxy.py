"""HAProxy in front of another server."""

import os

from .log import Log
from .process import Process, need_program
from .source import SOURCE_DIRECTORY
from .wait import can_connect, free_port

SNIPPET = os.path.join(SOURCE_DIRECTORY, "packaging", "snippets", "haproxy-authmedic.cfg")

CONF = """\
global
    log stdout format raw local0
    maxconn 64
    tune.bufsize 65536
defaults
    mode http
    timeout connect 10s
    timeout client 60s
    timeout server 60s
frontend front
    bind 127.0.0.1:{port}
    log global
{logging}
    default_backend behind
backend behind
    option forwardfor
    server behind 127.0.0.1:{behind.port}
"""


class Haproxy:
    """Asks another server of the rig for every page; `authmedic_log` is what it writes: in the
    format of packaging/snippets, unless `logging` is given."""

    def __init__(self, directory, behind, logging=None):
        self.directory = directory
        self.behind = behind
        self.realm = behind.realm
        self.port = free_port()
        self.authmedic_log = Log(os.path.join(directory, "haproxy.out"))
        self.url = f"http://localhost:{self.port}/private/"
        self.public_url = f"http://localhost:{self.port}/public/"
        self._process = None
        self._program = need_program("haproxy", "haproxy")
        self._conf = os.path.join(directory, "haproxy.cfg")
        os.makedirs(directory, exist_ok=True)
        with open(SNIPPET, encoding="ascii") as snippet, \
             open(self._conf, "w", encoding="ascii") as output:
            output.write(CONF.format(port=self.port, behind=behind,
                                     logging=logging or snippet.read()))

    def start(self):
        """Start it and wait until it serves; self."""
        assert self._process is None
        self._process = Process([self._program, "-db", "-f", self._conf],
                                self.authmedic_log.path, self.realm.environment())
        self._process.wait_ready(lambda: can_connect(self.port), 20, "HAProxy listens")
        return self

    def stop(self):
        """Stop it, where it runs."""
        if self._process is not None:
            self._process.kill()  # nothing of it is kept
            self._process = None
