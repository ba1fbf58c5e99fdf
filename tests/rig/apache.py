"""Apache with mod_auth_gssapi, in a directory of its own."""

import os
import shutil

from .forking import ForkingServer
from .log import Log
from .process import Process, need_file, need_program, remove, run
from .source import SOURCE_DIRECTORY
from .wait import can_connect, free_port

MODULES = "/usr/lib/apache2/modules"
SNIPPET = os.path.join(SOURCE_DIRECTORY, "packaging", "snippets", "apache-authmedic.conf")

CONF = """\
ServerRoot "{directory}"
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {pid_file}
Mutex file:{directory}/run default
{user}
{load_modules}
TypesConfig /etc/mime.types
DocumentRoot {directory}/htdocs
DirectoryIndex index.html
LogLevel warn
ErrorLog {error_log}
Include {SNIPPET}
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
CustomLog {combined_log} combined
CustomLog {authmedic_log} {authmedic_format}
<IfModule mpm_prefork_module>
  StartServers 1
  MinSpareServers 1
  MaxSpareServers 2
  MaxRequestWorkers 4
</IfModule>
<IfModule mpm_event_module>
  StartServers 1
  ServerLimit 2
  MinSpareThreads 2
  MaxSpareThreads 8
  ThreadsPerChild 4
  MaxRequestWorkers 8
</IfModule>
<Directory />
  Require all denied
</Directory>
<Directory {directory}/htdocs>
  Require all granted
</Directory>
Include {auth_file}
{ntlm_location}
{extra}
"""

# In a file of its own, as administrators have it who may want to put another in its place.
PRIVATE_LOCATION = """\
<Location /private>
  AuthType GSSAPI
  AuthName "private"
  GssapiCredStore keytab:{keytab}
  GssapiAllowedMech krb5
  GssapiBasicAuth {basic}
  GssapiPublishErrors On
  Require valid-user
</Location>
"""

# No GssapiCredStore: with one, gss-ntlmssp 1.2 takes the worker down.
NTLM_LOCATION = """\
<Location /ntlm>
  AuthType GSSAPI
  AuthName "ntlm"
  GssapiAllowedMech ntlmssp
  GssapiConnectionBound On
  GssapiPublishErrors On
  Require valid-user
</Location>
"""


class Apache(ForkingServer):
    """/private/ asks for Negotiate, /public/ for nothing, and with an NtlmDomain /ntlm/ for NTLM.

    The logs are `combined_log`, `authmedic_log` (the format of packaging/snippets) and `error_log`.
    `extra` is appended to the configuration. With `basic` a name and a password will do in /private/, too.
    """

    served_keytab = None  # where it finds the keytab, if that is not where it lies

    def __init__(self, directory, realm, keytab, mpm="event", extra="", ntlm=None, basic=False):
        self.directory = directory
        self.realm = realm
        self.keytab = keytab
        self.extra = extra
        self.ntlm = ntlm
        self.basic = basic
        self.mpm = mpm
        self.authmedic_format = "authmedic"
        self.port = free_port()
        self.pid_file = os.path.join(directory, "run", "apache2.pid")
        self.combined_log = Log(os.path.join(directory, "logs", "access.log"))
        self.authmedic_log = Log(os.path.join(directory, "logs", "authmedic.log"))
        self.error_log = Log(os.path.join(directory, "logs", "error.log"))
        self.url = f"http://localhost:{self.port}/private/"
        self.public_url = f"http://localhost:{self.port}/public/"
        self.ntlm_url = f"http://localhost:{self.port}/ntlm/"
        self._program = need_program("apache2", "apache2")
        self.config_file = os.path.join(directory, "apache2.conf")
        self.auth_file = os.path.join(directory, "auth.conf")
        need_file(f"{MODULES}/mod_auth_gssapi.so", "libapache2-mod-auth-gssapi")
        for folder in ("logs", "run", "htdocs/private", "htdocs/public", "htdocs/ntlm"):
            os.makedirs(os.path.join(directory, folder), exist_ok=True)
        for page in ("private", "public", "ntlm"):
            with open(f"{directory}/htdocs/{page}/index.html", "w", encoding="ascii") as output:
                output.write(f"{page} page\n")
        self._write_conf()

    def _write_conf(self):
        modules = [f"mpm_{self.mpm}", "authn_core", "authz_core", "authz_user", "auth_gssapi", "dir",
                   "mime", "setenvif", "env", "headers"]
        load_modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so"
                                 for name in modules)
        with open(self.auth_file, "w", encoding="ascii") as output:
            output.write(PRIVATE_LOCATION.format(keytab=self.served_keytab or self.keytab,
                                                 basic="On" if self.basic else "Off"))
        user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
        with open(self.config_file, "w", encoding="ascii") as output:
            output.write(CONF.format(**vars(self), SNIPPET=self._snippet(), user=user,
                                     load_modules=load_modules,
                                     ntlm_location=NTLM_LOCATION if self.ntlm else ""))

    def _snippet(self):
        """A copy of it: an Apache that never was root cannot read a source tree in a folder of root's."""
        return shutil.copy(SNIPPET, self.directory)

    def environment(self):
        """What it finds in its environment."""
        return self.realm.environment(**(self.ntlm.environment() if self.ntlm else {}))

    def change(self, **attributes):
        """Let it serve with other attributes (extra, authmedic_log, authmedic_format), as an
        administrator would who edits its configuration; it keeps running."""
        for name, value in attributes.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        self._write_conf()
        if self._process is not None:
            self.reload()

    def _base_command(self):
        return [self._program, "-d", self.directory, "-f", self.config_file]

    def command(self, verb):
        """The command line for `apache2 -k VERB` on this instance."""
        return [*self._base_command(), "-k", verb]

    @property
    def test_command(self):
        """The command line that tests the configuration."""
        return [*self._base_command(), "-t"]

    def start(self):
        """Start it and wait until it serves; self."""
        assert self._process is None
        remove(self.pid_file)
        self._process = Process([*self._base_command(), "-DFOREGROUND"],
                                os.path.join(self.directory, "apache2.out"),
                                self.environment())
        # The pid file comes after the listening socket, and the children after that.
        self._process.wait_ready(
            lambda: os.path.exists(self.pid_file) and can_connect(self.port) and self.workers(),
            20, "Apache listens")
        return self

    def reload(self):
        """A graceful restart, and wait until only new workers are left."""
        self.renew_workers("graceful")

    def check(self):
        """What Apache says of its configuration; fails where it does not like it."""
        return run(self.test_command, self.environment()).stderr
