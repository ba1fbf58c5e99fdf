"""People, monitors and strangers that ask a server for a page."""

import http.client
import os
import sys
import urllib.parse

from .process import need_program, remove, run

# How a client asks: curl's options.
STYLES = {
    "browser": ["--anyauth", "--user", ":"],        # waits to be challenged
    "preemptive": ["--negotiate", "--user", ":"],   # sends its token at once
    "plain": [],                                    # never signs in: a monitor
}

# The same to a proxy.
PROXY_STYLES = {
    "browser": ["--proxy-anyauth", "--proxy-user", ":"],
    "preemptive": ["--proxy-negotiate", "--proxy-user", ":"],
    "plain": [],
}

# Prints the first token for a service.
TOKEN_PROGRAM = """\
import base64, sys, gssapi
name = gssapi.Name(sys.argv[1], gssapi.NameType.hostbased_service)
spnego = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
context = gssapi.SecurityContext(name=name, mech=spnego, usage="initiate")
print(base64.b64encode(context.step()).decode())
"""


class Client:
    """One computer: an address on loopback, and a ticket cache that starts empty."""

    def __init__(self, directory, realm, principal, keytab, address):
        self.realm = realm
        self.principal = principal
        self.address = address
        self.environment = {}  # of its own, beside the realm's
        self.proxy = None  # its URL: then it is there that the client signs in
        self.headers = []  # that it sends beside
        self._keytab = keytab
        self.ccache = os.path.join(directory, f"ccache.{principal}")
        self._curl = need_program("curl", "curl")

    def sign_in(self):
        """Get a new ticket-granting ticket; service tickets held so far are forgotten. Self."""
        self.sign_out()
        self.realm.kinit(self.principal, self._keytab, self.ccache)
        return self

    def sign_out(self):
        """Forget all tickets."""
        remove(self.ccache)

    @property
    def has_ticket(self):
        """Whether it holds any."""
        return os.path.exists(self.ccache)

    def _environment(self):
        return self.realm.environment(KRB5CCNAME=f"FILE:{self.ccache}", **self.environment)

    def get(self, url, style="browser"):
        """Ask for a page; the status of the last answer, 0 where there was none."""
        return self.get_pages([url], style)[0]

    def get_pages(self, urls, style="browser", *, tunnel=False):
        """Ask for pages one after the other over one connection; the status of each. With `tunnel` the
        proxy is asked for a connection, and sees no request for a page."""
        outputs = [argument for _ in urls for argument in ("--output", os.devnull)]
        way = ["--noproxy", "*", *STYLES[style]]
        if self.proxy is not None:
            way = ["--proxy", self.proxy, *PROXY_STYLES[style], *(["--proxytunnel"] if tunnel else [])]
        headers = [argument for header in self.headers for argument in ("--header", header)]
        done = run([self._curl, "--silent", "--ipv4", "--max-time", "20",
                    "--interface", self.address, "--user-agent", f"rig-{style}",
                    "--connect-to", "::127.0.0.1:",  # whatever the host is called
                    *outputs, "--write-out", "%{http_code}\n", *way, *headers, *urls],
                   self._environment(), check=False)
        return [int(status) for status in done.stdout.split()]

    def token(self):
        """A new token for the realm's service, as a browser sends it."""
        service = self.realm.service.replace("/", "@")
        done = run([sys.executable, "-c", TOKEN_PROGRAM, service], self._environment())
        return done.stdout.strip()


class Crowd:
    """Many clients, each with an address (127.0.1.2 and up) and a principal (user1, …) of its
    own, all signed in. A second crowd of a realm has another `first`; those with a `proxy` sign in there."""

    def __init__(self, directory, realm, count, *, first=1, proxy=None):
        os.makedirs(directory, exist_ok=True)
        names = [f"user{number}" for number in range(first, first + count)]
        realm.add_principals(*names)
        keytab = realm.export_keys(os.path.join(directory, "users.keytab"), *names)
        self.clients = [Client(directory, realm, name, keytab, address_of(number))
                        for number, name in enumerate(names, first)]
        for client in self.clients:
            client.proxy = proxy
        self.sign_in()

    def __iter__(self):
        return iter(self.clients)

    def __len__(self):
        return len(self.clients)

    def __getitem__(self, index):
        return self.clients[index]

    def sign_in(self):
        """New tickets for all."""
        for client in self.clients:
            client.sign_in()

    def get(self, url, style="browser"):
        """Each asks for the page; the set of statuses that came."""
        return {client.get(url, style) for client in self.clients}


def address_of(number):
    """The loopback address of client `number` (1 … 60,000)."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def send_header(url, value, address="127.0.0.1", *, agent="rig-stranger", proxy=None, headers=()):
    """One GET with this Authorization value (None: without) from an address; its status, 0 where
    there was none. With a proxy's URL the value is for the proxy. `headers` are sent beside."""
    parts = urllib.parse.urlsplit(proxy or url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20,
                                            source_address=(address, 0))
    try:
        headers = {"User-Agent": agent, **dict(headers)}
        if value is not None:
            headers["Proxy-Authorization" if proxy else "Authorization"] = value
        connection.request("GET", url if proxy else parts.path or "/", headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except ConnectionError:
        return 0  # it may hang up on a header that is too large
    finally:
        connection.close()
