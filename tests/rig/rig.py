"""Everything that one test starts, in one directory."""

import contextlib
import os
import shutil
import tempfile

from .apache import Apache
from .authmedic import Authmedic
from .clients import Crowd
from .prometheus import Prometheus
from .realm import Realm
from .squid import Squid
from .webhook import WebhookReceiver


class Rig:
    """Makes the parts, started unless told otherwise, and stops what runs of them in the end, the
    last first. `directory` and all in it is gone after close(), unless `keep` is set or
    $AUTHMEDIC_RIG_KEEP is."""

    def __init__(self):
        # Not pytest's tmp_path: that is closed to the users that the servers run as.
        self.directory = tempfile.mkdtemp(prefix="authmedic-rig-")
        os.chmod(self.directory, 0o755)
        self.keep = bool(os.environ.get("AUTHMEDIC_RIG_KEEP"))
        self._stack = contextlib.ExitStack()

    def close(self):
        """Stop everything, in spite of what fails on the way."""
        try:
            self._stack.close()
        finally:
            if self.keep:
                print(f"kept: {self.directory}")
            else:
                shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, name):
        """A path in the rig's directory."""
        return os.path.join(self.directory, name)

    def _folder(self, name):
        """A new folder's path; the second of a kind is NAME2."""
        path, number = self.path(name), 1
        while os.path.exists(path):
            number += 1
            path = self.path(f"{name}{number}")
        return path

    def _add(self, part, start):
        self._stack.callback(part.stop)
        if start:
            part.start()
        return part

    def realm(self, start=True, **options):
        """A Realm with its KDC."""
        return self._add(Realm(self._folder("realm"), **options), start)

    def apache(self, realm, keytab, start=True, **options):
        """An Apache."""
        return self._add(Apache(self._folder("apache"), realm, keytab, **options), start)

    def squid(self, realm, keytab, start=True, **options):
        """A Squid."""
        return self._add(Squid(self._folder("squid"), realm, keytab, **options), start)

    def crowd(self, realm, count):
        """Clients, signed in."""
        return Crowd(self._folder("clients"), realm, count)

    def probe_keytab(self, realm, principal="authmedic-probe"):
        """A principal for the probe; the path of its keytab."""
        realm.add_principals(principal)
        return realm.export_keys(self.path("probe.keytab"), principal)

    def webhook(self):
        """A WebhookReceiver."""
        return self._add(WebhookReceiver(self._folder("webhook")), start=False)

    def prometheus(self, target, start=True, **options):
        """A Prometheus that scrapes the target."""
        return self._add(Prometheus(self._folder("prometheus"), target, **options), start)

    def authmedic(self, config, start=True, **options):
        """The daemon."""
        return self._add(Authmedic(self._folder("authmedic"), config, **options), start)
