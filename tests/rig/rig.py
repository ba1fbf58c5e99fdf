"""Everything that one test starts, in one directory."""

import contextlib
import os
import shutil
import signal
import tempfile

from .alertmanager import Alertmanager
from .apache import Apache
from .authmedic import Authmedic
from .browser import Browser
from .clients import Crowd
from .etcd import Etcd
from .gate import Gate
from .holders import CredentialApache, HandleServer, MemoryServer, MountedApache
from .haproxy import Haproxy
from .installed import Installed
from .log import LogWriter
from .nginx import Nginx
from .ntlm import NtlmDomain
from .passing_time import PassingTime
from .process import adopt_orphans, children, reap_orphans
from .prometheus import Prometheus
from .realm import Realm
from .receiver import Receiver, WebhookReceiver
from .scenes import SceneServer
from .source import SOURCE_DIRECTORY, build_directory
from .squid import Squid
from .systemd import PrivateSystemd
from .tomcat import Tomcat
from .wait import Expired, wait_until


class Rig:
    """Makes the parts, started unless told otherwise, and stops what runs of them in the end, the
    last first. `directory` and all in it is gone after close(), unless `keep` is set or
    $AUTHMEDIC_RIG_KEEP is. It is made in `parent`, by default the system's temporary directory."""

    def __init__(self, parent=None):
        # Not pytest's tmp_path: that is closed to the users that the servers run as.
        self.directory = tempfile.mkdtemp(prefix="authmedic-rig-", dir=parent)
        os.chmod(self.directory, 0o755)
        self.keep = bool(os.environ.get("AUTHMEDIC_RIG_KEEP"))
        self._stack = contextlib.ExitStack()
        adopt_orphans()
        self._children = set(children(os.getpid()))

    def close(self):
        """Stop everything, in spite of what fails on the way. Fails where a process is left."""
        with contextlib.ExitStack() as last:
            last.callback(self._remove)
            last.callback(self._check_processes)
            self._stack.close()

    def _check_processes(self):
        """What was stopped ends what it started by itself."""
        try:
            wait_until(lambda: not reap_orphans(self._children), 20, "all processes have ended")
        except Expired:
            left = reap_orphans(self._children)
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            raise AssertionError(f"left behind: {left}") from None

    def _remove(self):
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

    def at_end(self, function, *arguments):
        """Call the function when the rig is closed, after all that is started from now on stopped."""
        self._stack.callback(function, *arguments)

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

    def haproxy(self, behind, start=True, **options):
        """A HAProxy in front of another server."""
        return self._add(Haproxy(self._folder("haproxy"), behind, **options), start)

    def nginx(self, behind, start=True, **options):
        """An nginx in front of another server."""
        return self._add(Nginx(self._folder("nginx"), behind, **options), start)

    def tomcat(self, realm, keytab, start=True, **options):
        """A Tomcat."""
        return self._add(Tomcat(self._folder("tomcat"), realm, keytab, **options), start)

    def systemd(self, start=True):
        """A systemd of one's own."""
        return self._add(PrivateSystemd(self._folder("systemd")), start)

    def installed(self, start=True):
        """A systemd of one's own to install authmedic in."""
        return self._add(Installed(self._folder("installed")), start)

    def memory(self, realm, keytab):
        """A MemoryServer."""
        return self._add(MemoryServer(self._folder("memory"), realm, keytab), start=True)

    def handle(self, realm, keytab):
        """A HandleServer."""
        return self._add(HandleServer(self._folder("handle"), realm, keytab), start=True)

    def mounted(self, realm, keytab, **options):
        """A MountedApache."""
        return self._add(MountedApache(self._folder("mounted"), realm, keytab, **options), start=True)

    def credential(self, realm, keytab, systemd):
        """A CredentialApache in a systemd that is not started yet, and then is."""
        made = CredentialApache(self._folder("credential"), realm, keytab, systemd)
        systemd.start()
        return self._add(made, start=True)

    def crowd(self, realm, count, **options):
        """Clients, signed in."""
        return Crowd(self._folder("clients"), realm, count, **options)

    def ntlm_domain(self, **passwords):
        """An NtlmDomain with these users."""
        return NtlmDomain(self._folder("ntlm"), **passwords)

    def probe_keytab(self, realm, principal="authmedic-probe"):
        """A principal for the probe; the path of its keytab."""
        realm.add_principals(principal)
        return realm.export_keys(self.path("probe.keytab"), principal)

    def log_writer(self, name="logs/access.log"):
        """A LogWriter."""
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        return self._add(LogWriter(self.path(name)), start=False)

    def gate(self, command):
        """A Gate before a command."""
        return self._add(Gate(self._folder("gate"), command), start=False)

    def webhook(self):
        """A WebhookReceiver."""
        return self._add(WebhookReceiver(self._folder("webhook")), start=True)

    def receiver(self, kind, **options):
        """A Receiver of that kind."""
        return self._add(Receiver(self._folder(kind), kind, **options), start=True)

    def alertmanager(self):
        """An Alertmanager."""
        return self._add(Alertmanager(self._folder("alertmanager")), start=True)

    def etcd(self, **options):
        """An Etcd."""
        return self._add(Etcd(self._folder("etcd"), **options), start=True)

    def browser(self):
        """A Browser."""
        return self._add(Browser(self._folder("browser")), start=True)

    def scenes(self):
        """A SceneServer."""
        return self._add(SceneServer(), start=True)

    def prometheus(self, target, start=True, **options):
        """A Prometheus that scrapes the target."""
        return self._add(Prometheus(self._folder("prometheus"), target, **options), start)

    def install(self, *plugins):
        """Rules, programs and plugins where other users can read them and only root can change them, for
        a rig below a folder of root's; the part of the configuration that names them."""
        rules = shutil.copytree(f"{SOURCE_DIRECTORY}/rules", self.path("rules"))
        for name in plugins:
            os.makedirs(self.path(f"plugins/{name}"))
            shutil.copy(f"{build_directory()}/plugins/{name}/{name}", self.path(f"plugins/{name}"))
        os.makedirs(self.path("programs"))
        for name in ("authmedic-helper", "authmedic-probe"):
            shutil.copy(f"{build_directory()}/{name}", self.path("programs"))
        return {"rules_dir": rules, "plugin_dir": self.path("plugins"), "programs_dir": self.path("programs")}

    def passing_time(self):
        """Days that go by."""
        return PassingTime(self._folder("time"))

    def rules_with(self, server, text):
        """A copy of the rules that knows one more kind of server; its path."""
        rules = shutil.copytree(f"{SOURCE_DIRECTORY}/rules", self._folder("rules"))
        with open(f"{rules}/servers/{server}.yml", "w", encoding="ascii") as output:
            output.write(text)
        return rules

    def authmedic(self, config, start=True, **options):
        """The daemon."""
        return self._add(Authmedic(self._folder("authmedic"), config, **options), start)
