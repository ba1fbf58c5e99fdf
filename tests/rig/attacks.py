"""What strangers can do to a server that signs people in: all that its log then says is theirs."""

import base64
import itertools
import os
import re
import socket
import urllib.parse

from .clients import send_header
from .forger import forged_token, send_forged

STRANGERS = [f"127.0.9.{number}" for number in range(1, 8)]
NTLM = "TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw=="
MARK = "<script>marked</script>"

# The end of a line and the beginning of another, in the format of each log, and what a terminal or
# a page would take for more than text.
INJECTIONS = [
    b'" 401 0 "-" "-" scheme=negotiate-kerberos merr="GSS ERROR" mtext="keytab is likely out of date',
    b'\\" 200 1 \\"-\\" \\"x',
    b"\x1b]0;marked\x07\x1b[2J" + MARK.encode(),
    b"%0a127.0.1.2 - user1 [01/Jan/2030:00:00:00 +0000] %22GET / HTTP/1.1%22 401 0",
    b"\xff\xfe\xc0\x80 ' ; $(reboot) `reboot` |",
    b"A" * 3000,
]
# Each field of a request that a log shows.
FIELDS = [
    b"GET /private/%s HTTP/1.1\r\nHost: localhost\r\n",
    b"GET /private/ HTTP/1.1\r\nHost: localhost\r\nUser-Agent: %s\r\n",
    b"GET /private/ HTTP/1.1\r\nHost: localhost\r\nReferer: %s\r\n",
    b"GET /private/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: %s\r\n",
    b"GET /private/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Negotiate %s\r\n",
    b"GET /private/ HTTP/1.1\r\nHost: %s\r\n",
    b"%s /private/ HTTP/1.1\r\nHost: localhost\r\n",
]


def send_bytes(port, head, address):
    """Send these bytes as the head of a request and wait for an answer, whatever it is."""
    with socket.create_connection(("127.0.0.1", port), 20, (address, 0)) as connection:
        connection.settimeout(20)
        try:
            connection.sendall(head + b"Connection: close\r\n\r\n")
            while connection.recv(65536):
                pass
        except ConnectionError:
            pass  # it may hang up on what it does not like


class Attackers:
    """Strangers who know the site's name and the number of its key. `shared` is the address of a
    NAT that they have in common with one of those who use the site."""

    def __init__(self, realm, url, log, shared):
        self._url = url
        self._log = log
        self._realm = realm
        self._shared = shared
        self._kvno = realm.kvno()
        self._drips = itertools.count()

    def _from_all(self, send):
        for address in [*STRANGERS, self._shared]:
            send(address)

    def forge(self):
        """Tickets in the key versions around the true one, and for another name."""
        for kvno in (self._kvno - 1, self._kvno, self._kvno + 1):
            self._from_all(lambda address, kvno=kvno: send_forged(
                self._url, self._realm.service_principal, kvno, address))
        other = f"HTTP/other.example.test@{self._realm.name}"
        self._from_all(lambda address: send_forged(self._url, other, 1, address))

    def send_rubbish(self):
        """Tokens that are none: garbage, cut short, too large, and of another mechanism."""
        whole = forged_token(self._realm.service_principal, self._kvno)
        tokens = ["!!!", base64.b64encode(os.urandom(300)).decode(), NTLM, "YII" + "A" * 70000,
                  *(base64.b64encode(whole[:size]).decode() for size in (1, 20, len(whole) // 2))]
        for token in tokens:
            self._from_all(lambda address, token=token: send_header(
                self._url, f"Negotiate {token}", address))

    def inject(self):
        """The ends and beginnings of log lines in every field of a request."""
        port = urllib.parse.urlsplit(self._url).port
        for number, (field, text) in enumerate(itertools.product(FIELDS, INJECTIONS)):
            send_bytes(port, field % text, STRANGERS[number % len(STRANGERS)])

    def come_from_everywhere(self, count):
        """The line that a forged ticket leaves in the log, as `count` addresses would leave it: there
        are not as many on loopback."""
        start = self._log.size()
        send_forged(self._url, self._realm.service_principal, self._kvno, STRANGERS[0])
        [line, *_] = self._log.wait_for("^" + re.escape(STRANGERS[0]), start)
        rest = line[len(STRANGERS[0]):]
        with open(self._log, "a", encoding="utf-8") as log:
            for first in range(0, count, 10000):
                log.write("".join(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}{rest}\n"
                                  for number in range(first, min(first + 10000, count))))

    def drip(self):
        """One forged ticket, from a stranger or from behind the NAT, at each call."""
        number = next(self._drips)
        address = self._shared if number % 2 else STRANGERS[number % len(STRANGERS)]
        send_forged(self._url, self._realm.service_principal, self._kvno + number % 3 - 1, address)
