"""Servers that hold on to an old key in other ways than Squid and Tomcat do."""

import os
import shutil
import sys

from .apache import Apache
from .log import Log
from .process import Process, need_mounts, need_program
from .wait import can_connect, free_port, wait_until

HERE = os.path.dirname(os.path.realpath(__file__))
KEEPER = os.path.join(HERE, "keeper.py")
PROGRAM = os.path.join(HERE, "memory_server.py")

# As a container has it: a folder of its own, in which the keytab is mounted as a file. What is renamed
# to its place outside is not seen inside.
MOUNTED = """\
set -e
keytab=$0 held=$1; shift
mount --make-rprivate /
touch "$held" && mount --bind "$keytab" "$held"
mount -t tmpfs none "${keytab%/*}"
touch "$keytab" && mount --bind "$held" "$keytab"
exec "$@"
"""

UNIT = """\
Type=exec
User=www-data
Group=www-data
Environment={environment}
LoadCredential=keytab:{keytab}
ExecStart={command} -DFOREGROUND
ExecReload=/bin/kill -USR1 $MAINPID
KillMode=mixed"""


class MemoryServer:
    """/private/ asks for Negotiate. It copies its keytab into memory at its start and on SIGHUP,
    which `recycle_command` sends."""

    def __init__(self, directory, realm, keytab):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.realm = realm
        self.keytab = keytab
        self.port = free_port()
        self.pid_file = os.path.join(directory, "server.pid")
        self.access_log = Log(os.path.join(directory, "access.log"))
        self.url = f"http://localhost:{self.port}/private/"
        self._process = None

    def start(self):
        """Start it and wait until it serves; self."""
        self._process = Process(self._command(), os.path.join(self.directory, "server.out"),
                                self.realm.environment(KRB5RCACHENAME="none:"))
        self._process.wait_ready(
            lambda: os.path.exists(self.pid_file) and can_connect(self.port), 20, "it serves")
        return self

    def _command(self):
        return ["/usr/bin/python3", "-B", PROGRAM, str(self.port), self.keytab, self.access_log.path,
                self.pid_file]

    @property
    def recycle_command(self):
        """The command line that recycles it."""
        return [need_program("kill", "procps"), "-HUP", str(self._process.pid)]

    def stop(self):
        """Stop it, where it runs."""
        if self._process is not None:
            self._process.kill()
            self._process = None


class HandleServer(MemoryServer):
    """It keeps to the one key that opened its first ticket, as a credential handle of Windows does: when
    the KDC goes on to a key that has long been in its keytab, nothing on disk is newer than the worker, and
    only a new worker helps. `recycle_command` has an init system of its own start one."""

    def _command(self):
        return [sys.executable, "-B", KEEPER, self.pid_file + ".kept", *super()._command(), "one-key"]


class MountedApache(Apache):
    """An Apache to which the keytab, in a folder of its own, is bind-mounted, as to a container: it
    goes on seeing the file that was there at its start. A graceful restart does not help; `restart_command` does."""

    def start(self):
        """Start it in a mount namespace of its own and wait until it serves; self."""
        assert self._process is None
        self.pid_file = os.path.join(self.directory, "run", "kept.pid")
        unshare = [need_mounts(), "--mount", "/bin/sh", "-c", MOUNTED,
                   self.keytab, os.path.join(self.directory, "held.keytab")]
        self._process = Process(
            [sys.executable, "-B", KEEPER, self.pid_file, *unshare, *self._base_command(),
             "-DFOREGROUND"], os.path.join(self.directory, "apache2.out"), self.environment())
        self._process.wait_ready(
            lambda: os.path.exists(self.pid_file) and can_connect(self.port), 20, "Apache listens")
        return self

    @property
    def restart_command(self):
        """The command line that has Apache started anew; it does not wait for it."""
        return [need_program("kill", "procps"), "-HUP", str(self._process.pid)]


class CredentialApache(Apache):
    """An Apache that a systemd of one's own runs as the unit `web`, with the keytab as a credential: a copy that
    systemd made when it started the unit. To reload the unit does not help; to restart it does."""

    unit = "web"
    served_keytab = f"/run/credentials/{unit}.service/keytab"

    def __init__(self, directory, realm, keytab, systemd):
        super().__init__(directory, realm, keytab)
        self._systemd = systemd
        for folder in ("logs", "run"):
            shutil.chown(os.path.join(directory, folder), "www-data", "www-data")
        environment = " ".join(f"{name}={value}" for name, value in self.environment().items())
        systemd.add_unit(self.unit, UNIT.format(keytab=keytab, environment=environment,
                                                command=" ".join(self._base_command())))

    def start(self):
        """Start the unit, and wait until it serves; self."""
        self._systemd.systemctl("start", self.unit)
        wait_until(lambda: can_connect(self.port), 20, "Apache listens")
        return self

    def reload_unit(self):
        """What does not help."""
        self._systemd.systemctl("reload", self.unit)
