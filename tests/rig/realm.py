"""A private Kerberos realm: one KDC on a high port of loopback."""

import os
import shutil
import struct

from .process import Process, need_program, remove, run
from .wait import can_connect, free_port

KRB5_CONF = """\
[libdefaults]
  default_realm = {name}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  default_ccache_name = FILE:{directory}/cc_%{{uid}}
[realms]
  {name} = {{
    kdc = 127.0.0.1:{port}
  }}
[domain_realm]
  localhost = {name}
  .example.test = {name}
"""

KDC_CONF = """\
[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {name} = {{
    database_name = {directory}/principal
    key_stash_file = {directory}/stash
    max_life = 10h
    max_renewable_life = 7d
    supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
    default_principal_flags = +preauth
  }}
[logging]
  kdc = FILE:{directory}/kdc.log
  default = FILE:{directory}/library.log
"""


class Realm:
    """A database, and a KDC that can be started and stopped at will.

    `service` names the principal that most tests want; others are added with add_principals().
    """

    def __init__(self, directory, name="EXAMPLE.TEST", service="HTTP/localhost"):
        self.directory = directory
        self.name = name
        self.service = service
        self.service_principal = f"{service}@{name}"
        self.port = free_port()
        self.krb5_config = os.path.join(directory, "krb5.conf")
        self.kdc_config = os.path.join(directory, "kdc.conf")
        self._mechanisms = os.path.join(directory, "mech")
        self._kdc = None
        self._krb5kdc = need_program("krb5kdc", "krb5-kdc")
        self.kadmin_program = need_program("kadmin.local", "krb5-admin-server")
        os.makedirs(directory, exist_ok=True)
        self._write(self.krb5_config, KRB5_CONF)
        self._write(self.kdc_config, KDC_CONF)
        self._write(self._mechanisms, "")
        run([need_program("kdb5_util", "krb5-kdc"), "create", "-s", "-r", name, "-P", "masterpw"],
            self.environment())
        self.add_principals(service)

    def _write(self, path, template):
        with open(path, "w", encoding="ascii") as output:
            output.write(template.format(**vars(self)))

    def environment(self, **more):
        """An environment in which only this realm exists, and no GSSAPI plug-in of the machine."""
        inherited = {name: value for name, value in os.environ.items()
                     if name in ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
        return {**inherited, "HOME": self.directory, "LC_ALL": "C.UTF-8", "TZ": "UTC",
                "KRB5_CONFIG": self.krb5_config, "KRB5_KDC_PROFILE": self.kdc_config,
                "GSS_MECH_CONFIG": self._mechanisms, **more}

    # -- the KDC

    @property
    def is_running(self):
        return self._kdc is not None

    def start(self):
        """Start the KDC and wait until it listens; self."""
        assert not self.is_running
        self._kdc = Process([self._krb5kdc, "-n", "-r", self.name],
                            os.path.join(self.directory, "kdc.out"), self.environment())
        self._kdc.wait_ready(lambda: can_connect(self.port), 20, "the KDC listens")
        return self

    def stop(self):
        """Stop the KDC, where it runs. The database stays."""
        if self._kdc is not None:
            self._kdc.stop()
            self._kdc = None

    # -- principals and keys

    def kadmin(self, *commands):
        """Run commands of kadmin.local; what they print. Fails where one of them does."""
        done = run([self.kadmin_program, "-r", self.name], self.environment(),
                   "\n".join(commands) + "\n")
        complaints = [line for line in done.stderr.splitlines()
                      if "no policy specified" not in line.lower()]
        assert not complaints, complaints
        return done.stdout

    def add_principals(self, *names):
        """Add principals with random keys."""
        self.kadmin(*(f"addprinc -randkey {name}" for name in names))

    def rotate_key(self, principal=None, keep_old=False):
        """Give the principal (by default the service) a new key in the KDC only; its kvno."""
        principal = principal or self.service
        self.kadmin(f"cpw -randkey {'-keepold ' if keep_old else ''}{principal}")
        return self.kvno(principal)

    def stage_key(self, path):
        """Add to a keytab, by a rename, the key that the service is to have next; the KDC does not have
        it before use_staged_key(). Its password."""
        password = f"staged{self.kvno() + 1}"
        new = f"{path}.new"
        words = [f"rkt {path}"]
        for enctype in ("aes256-cts-hmac-sha1-96", "aes128-cts-hmac-sha1-96"):
            words += [f"addent -password -p {self.service_principal} -k {self.kvno() + 1} -e {enctype}", password]
        run([need_program("ktutil", "krb5-user")], self.environment(), "\n".join([*words, f"wkt {new}", "quit", ""]))
        os.chmod(new, 0o644)
        os.rename(new, path)
        return password

    def use_staged_key(self, password):
        """From now on the KDC's tickets for the service are for the staged key."""
        self.kadmin(f"cpw -pw {password} {self.service}")

    def kvno(self, principal=None):
        """The newest key version number that the KDC has."""
        listed = self.kadmin(f"getprinc {principal or self.service}")
        return max(int(line.split()[2].rstrip(","))
                   for line in listed.splitlines() if line.startswith("Key: vno "))

    def export_keys(self, path, *principals):
        """Write a keytab with exactly the KDC's present keys, replacing the file by a rename."""
        new = f"{path}.new"
        remove(new)
        self._append_keys(new, principals or (self.service,))
        os.rename(new, path)
        return path

    def add_keys(self, path, *principals, in_place=False, keep_time=False):
        """Add the KDC's present keys to a keytab that keeps its old ones.

        By default the file is replaced by a rename (a new inode); in place it keeps its inode. Its
        time of modification can be kept too, as a copy that preserves times does.
        """
        new = path if in_place else f"{path}.new"
        times = os.stat(path)
        if not in_place:
            shutil.copyfile(path, new)
        self._append_keys(new, principals or (self.service,))
        if keep_time:
            os.utime(new, ns=(times.st_atime_ns, times.st_mtime_ns))
        if not in_place:
            os.rename(new, path)
        return path

    def rename_keys(self, path, principal, kvno):
        """Make a keytab's keys those of another principal and version, as where the service is one more name of
        an account; the file is replaced by a rename. Its path."""
        new = f"{path}.new"
        with open(path, "rb") as file, open(new, "wb") as output:
            output.write(file.read(2))
            while header := file.read(4):
                [size] = struct.unpack(">i", header)
                body = file.read(abs(size))
                if size > 0:
                    renamed = self._renamed(body, principal, kvno)
                    output.write(struct.pack(">i", len(renamed)) + renamed)
        os.chmod(new, 0o644)
        os.rename(new, path)
        return path

    def _renamed(self, body, principal, kvno):
        """One entry of a keytab file of version 2: names, the kind of name, a time, 8 bits of the version, key,
        version."""
        at = 2
        for _ in range(struct.unpack_from(">H", body)[0] + 1):
            at += 2 + struct.unpack_from(">H", body, at)[0]
        key_end = at + 13 + struct.unpack_from(">H", body, at + 11)[0]
        parts = principal.split("/")
        names = [self.name, *parts]
        return b"".join([struct.pack(">H", len(parts)),
                         *(struct.pack(">H", len(name)) + name.encode("ascii") for name in names),
                         body[at:at + 8], bytes([kvno & 255]), body[at + 9:key_end], struct.pack(">I", kvno)])

    def _append_keys(self, path, principals):
        self.kadmin(*(f"ktadd -k {path} -norandkey {name}" for name in principals))
        os.chmod(path, 0o644)  # the servers run as users of their own; nothing here is secret

    # -- clients

    def kinit(self, principal, keytab, ccache):
        """Sign a principal in with its key; the ticket goes to the cache at that path."""
        run([need_program("kinit", "krb5-user"), "-k", "-t", keytab, "-c", f"FILE:{ccache}",
             principal], self.environment())
