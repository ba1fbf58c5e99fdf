"""Squid as a reverse or a forward proxy that signs people in with negotiate_kerberos_auth."""

import glob
import os
import shutil
import warnings

from .http_server import HttpServer
from .log import Log
from .process import EndedEarly, Process, descendants, need_file, need_program, remove, run
from .source import SOURCE_DIRECTORY
from .wait import free_port, is_listening, wait_until

HELPER = "/usr/lib/squid/negotiate_kerberos_auth"
SNIPPET = os.path.join(SOURCE_DIRECTORY, "packaging", "snippets", "squid-authmedic.conf")

# Seen once in a thousand starts: it ended with 1 before it was ready, and nobody knew why.
MAX_STARTS = 3
TOLD_LINES = 50

# How requests come to it, and where they go.
REVERSE = """\
http_port 127.0.0.1:{port} accel defaultsite=localhost no-vhost
cache_peer 127.0.0.1 parent {origin_port} 0 no-query originserver name=origin
cache_peer_access origin allow all
"""

FORWARD = """\
http_port 127.0.0.1:{port}
"""

CONF = """\
{way}auth_param negotiate program {HELPER} -k {keytab} -s {name}
auth_param negotiate children {helper_count} startup={helpers_at_start} idle=1
auth_param negotiate keep_alive on
acl signed_in proxy_auth REQUIRED
http_access allow signed_in
http_access deny all
cache deny all
{user}
pid_filename {pid_file}
coredump_dir {directory}/run
netdb_filename none
icp_port 0
pinger_enable off
memory_cache_shared off
shutdown_lifetime 0 seconds
logfile_rotate 0
cache_log {cache_log}
access_log stdio:{combined_log} combined
include {SNIPPET}
access_log stdio:{authmedic_log} authmedic
"""


def _serve(_method, path, *_):
    """The origin has pages, and one for which it wants a sign-in of its own."""
    if path == "/private":
        return 401, {"WWW-Authenticate": 'Basic realm="the origin"'}, b""
    return 200, {"Content-Type": "text/plain"}, b"a page\n"


class Squid:
    """It lets nobody through without Negotiate; an origin of its own serves the pages.

    A reverse proxy answers for the origin itself. A `forward` one is asked for the origin's pages by
    clients that use `proxy` (which a reverse one has not), and its refusals are 407.
    The key is held by the helper processes, which read the keytab once, when they start. The logs
    are `combined_log`, `authmedic_log` (the format of packaging/snippets) and `cache_log`.
    """

    def __init__(self, directory, realm, keytab, *, helper_count=1, helpers_at_start=None, forward=False,
                 name="GSS_C_NO_NAME"):
        self.directory = directory
        self.realm = realm
        self.keytab = keytab
        self.helper_count = helper_count
        self.helpers_at_start = helper_count if helpers_at_start is None else helpers_at_start
        self.forward = forward
        self.refusal = 407 if forward else 401
        self.name = name
        self._take_port()
        self.pid_file = os.path.join(directory, "run", "squid.pid")
        self.combined_log = Log(os.path.join(directory, "logs", "access.log"))
        self.authmedic_log = Log(os.path.join(directory, "logs", "authmedic.log"))
        self.cache_log = Log(os.path.join(directory, "logs", "cache.log"))
        self._process = None
        self._origin = None
        self.config_file = os.path.join(directory, "squid.conf")
        self._program = need_program("squid", "squid")
        need_file(HELPER, "squid")
        for folder in ("logs", "run"):
            os.makedirs(os.path.join(directory, folder), exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(os.path.join(directory, "logs"), "proxy", "proxy")

    def _take_port(self):
        self.port = free_port()

    @property
    def url(self):
        """A page that is to be had only by those who sign in."""
        return f"http://127.0.0.1:{self._origin.port}/" if self.forward else self._own_url

    @property
    def proxy(self):
        """What clients are told to use as their proxy; None: it is none of theirs."""
        return self._own_url if self.forward else None

    @property
    def _own_url(self):
        return f"http://localhost:{self.port}/"

    def _write_conf(self):
        way = (FORWARD if self.forward else REVERSE).format(port=self.port, origin_port=self._origin.port)
        user = ("cache_effective_user proxy\ncache_effective_group proxy"
                if os.geteuid() == 0 else "")
        with open(self.config_file, "w", encoding="ascii") as output:
            output.write(CONF.format(**vars(self), HELPER=HELPER, SNIPPET=SNIPPET, way=way,
                                     user=user))

    def command(self, verb):
        """The command line for `squid -k VERB` on this instance."""
        return [*self._base_command(), "-k", verb]

    def _base_command(self):
        return [self._program, "-n", self._service, "-f", self.config_file]

    @property
    def _service(self):
        return f"rig{self.port}"

    def start(self):
        """Start origin and Squid, and wait until it serves; self."""
        assert self._process is None
        self._origin = HttpServer(_serve)
        for tries_left in reversed(range(MAX_STARTS)):
            try:
                self._start_process()
                return self
            except EndedEarly as reason:
                told = "\n".join([f"{reason}; in cache.log:",
                                  *self.cache_log.lines()[-TOLD_LINES:]])
                self._stop_process()
                if tries_left == 0:
                    raise EndedEarly(told) from None
                warnings.warn(f"Squid is started again: {told}")  # shown in pytest's summary
                self._take_port()

    def _start_process(self):
        self._write_conf()
        remove(self.pid_file)
        told = self.cache_log.size()
        self._process = Process([*self._base_command(), "--foreground"],
                                os.path.join(self.directory, "squid.out"),
                                self.realm.environment())
        # Its own word, since somebody else may have the port; it says so just before it listens.
        self._process.wait_ready(
            lambda: os.path.exists(self.pid_file) and (self.helpers() or not self.helpers_at_start)
            and self.cache_log.matching(f"Accepting .*127.0.0.1:{self.port} ", told)
            and is_listening(self.port),
            30, "Squid listens")

    @property
    def pid(self):
        """The master process, as in the pid file."""
        return self._process.pid

    def helpers(self):
        """The ids of the processes that hold the key."""
        return descendants(self.pid, os.path.basename(HELPER))

    def reconfigure(self):
        """`squid -k reconfigure`, and wait until only new helpers are left."""
        old = set(self.helpers())
        run(self.command("reconfigure"), self.realm.environment())
        self.wait_recycled(old)

    def wait_recycled(self, old_helpers, deadline_s=20):
        """Wait until none of these helpers is left and new ones serve."""
        wait_until(lambda: self.helpers() and not set(old_helpers) & set(self.helpers())
                   and is_listening(self.port), deadline_s, "Squid has only new helpers")

    def stop(self):
        """Stop Squid and its origin, where they run."""
        self._stop_process()
        if self._origin is not None:
            self._origin.stop()
            self._origin = None

    def _stop_process(self):
        if self._process is None:
            return
        self._process.kill()  # its own shutdown takes seconds, and nothing of it is kept
        self._process = None
        for segment in glob.glob(f"/dev/shm/{self._service}-*.shm"):
            os.unlink(segment)  # killed, it leaves its shared memory

    def check(self):
        """What Squid says of its configuration; fails where it does not like it."""
        return run(self.command("parse"), self.realm.environment()).stderr
