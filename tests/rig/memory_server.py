"""A small web server that copies its keytab into memory when it starts, as some servers do, and
never reads the file again: `memory_server.py PORT KEYTAB ACCESS_LOG PIDFILE [one-key]`. SIGHUP copies
anew. With `one-key` it keeps to the version of the key that opened the first ticket, as a credential
handle does that was made for one key: whatever else the keytab had is no longer looked at.

/private/ asks for Negotiate; each answer is a line in the access log, in Apache's combined format.
"""

import base64
import ctypes
import http.server
import os
import signal
import struct
import sys
import time

import gssapi

KRB5 = ctypes.CDLL("libkrb5.so.3")
KEYTAB_ENTRY_BYTES = 256  # more than krb5_keytab_entry has
KVNO_OFFSET = 8 + ctypes.sizeof(ctypes.c_void_p) + 4  # in it: behind magic, principal, timestamp


def check(error):
    """Fails where the library said that it did."""
    if error:
        raise OSError(f"Kerberos error {error}")


def copy_to_memory(path, name):
    """Copy the keys of the file, each version to a keytab MEMORY:… of this process; their names."""
    context, source = (ctypes.c_void_p() for _ in range(2))
    names = set()
    cursor = ctypes.create_string_buffer(64)
    entry = ctypes.create_string_buffer(KEYTAB_ENTRY_BYTES)
    check(KRB5.krb5_init_context(ctypes.byref(context)))
    check(KRB5.krb5_kt_resolve(context, f"FILE:{path}".encode(), ctypes.byref(source)))
    check(KRB5.krb5_kt_start_seq_get(context, source, cursor))
    while KRB5.krb5_kt_next_entry(context, source, entry, cursor) == 0:
        target = ctypes.c_void_p()
        [kvno] = struct.unpack_from("=I", entry, KVNO_OFFSET)
        names.add(f"MEMORY:{name}.{kvno}")
        check(KRB5.krb5_kt_resolve(context, f"MEMORY:{name}.{kvno}".encode(), ctypes.byref(target)))
        check(KRB5.krb5_kt_add_entry(context, target, entry))
    check(KRB5.krb5_kt_end_seq_get(context, source, cursor))
    return names


class Credential:
    """The server's keys, as of the last copy."""

    def __init__(self, path, one_key):
        self.path = path
        self.one_key = one_key
        self.number = 0
        self.keytabs = set()
        self.copy()

    def copy(self):
        """Read the file now."""
        self.number += 1
        self.keytabs = copy_to_memory(self.path, f"copy{self.number}")

    def accept(self, token):
        """The client's name, or None where the token is not taken."""
        for keytab in self.keytabs:
            name = accept_with(keytab, token)
            if name and self.one_key:
                self.keytabs = {keytab}
            if name:
                return name
        return None


def accept_with(keytab, token):
    """The client's name, or None where none of these keys opens the ticket."""
    try:
        credential = gssapi.Credentials(usage="accept", store={"keytab": keytab})
        context = gssapi.SecurityContext(creds=credential, usage="accept")
        context.step(token)
        # An error that comes with a token for the client is told only now.
        return str(context.initiator_name) if context.complete else None
    except (gssapi.exceptions.GSSError, AttributeError):
        return None


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):  # pylint: disable=invalid-name
        """Answer by what the Authorization header brings."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        user = None
        if scheme.lower() == "negotiate":
            user = self.server.credential.accept(base64.b64decode(token))
        status = 200 if user else 401
        self.send_response(status)
        if not user:
            self.send_header("WWW-Authenticate", "Negotiate")
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.write_line(self, user or "-", status)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Nothing on standard error."""


class Server(http.server.ThreadingHTTPServer):
    """The server, its key and its log."""

    daemon_threads = True

    def __init__(self, port, credential, access_log):
        super().__init__(("127.0.0.1", port), Handler)
        self.credential = credential
        self._log = open(access_log, "a", encoding="ascii", buffering=1)

    def write_line(self, request, user, status):
        """One line in the combined format."""
        now = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
        agent = request.headers.get("User-Agent", "-")
        self._log.write(f'{request.client_address[0]} - {user} [{now}] "{request.requestline}" '
                        f'{status} 0 "-" "{agent}"\n')


def main(port, keytab, access_log, pid_file, *options):
    """Serve until it is killed."""
    server = Server(int(port), Credential(keytab, "one-key" in options), access_log)
    signal.signal(signal.SIGHUP, lambda *_: server.credential.copy())
    with open(pid_file + ".new", "w", encoding="ascii") as output:
        output.write(f"{os.getpid()}\n")
    os.rename(pid_file + ".new", pid_file)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
