"""authmedic-probe's HTTP against servers that refuse, stall, lie or say something else."""

import base64
import contextlib
import socket
import threading

import pytest

from rig import need_program, run_probe
from rig.http_server import HttpServer
from rig.process import need_file, run
from rig.wait import free_port

CHALLENGE = {"WWW-Authenticate": "Negotiate"}
ACCEPT_COMPLETED = base64.b64encode(bytes.fromhex("a1073005a0030a0100")).decode()
REJECT = base64.b64encode(bytes.fromhex("a1073005a0030a0102")).decode()


class ScriptedServer:
    """Answers without a token as it is told, and with one as it is told; keeps what was asked."""

    def __init__(self, signed_in, challenge=(401, CHALLENGE, b"")):
        self.requests = []
        self._answers = {False: challenge, True: signed_in}
        self._server = HttpServer(self._answer)
        self.url = f"http://localhost:{self._server.port}/page"
        self.stop = self._server.stop

    def _answer(self, _method, _path, headers, _body):
        self.requests.append(dict(headers))
        return self._answers["Authorization" in headers or "Proxy-Authorization" in headers]


@contextlib.contextmanager
def scripted(*arguments, **options):
    """A ScriptedServer that is stopped in the end."""
    server = ScriptedServer(*arguments, **options)
    try:
        yield server
    finally:
        server.stop()


def outcome(probe):
    """What most tests compare."""
    return probe["probe.result"], probe["probe.reason"], probe.exit_code


@pytest.mark.parametrize("status, headers, expected", [
    (200, {}, ("accepted", "ok", 0)),
    (302, {"Location": "http://localhost:1/"}, ("accepted", "ok", 0)),
    (404, {}, ("accepted", "ok", 0)),
    (401, CHALLENGE, ("rejected", "refused", 1)),
    (401, {"WWW-Authenticate": f"Negotiate {REJECT}"}, ("rejected", "refused", 1)),
    (403, {}, ("rejected", "refused", 1)),
    (403, {"WWW-Authenticate": f"Negotiate {ACCEPT_COMPLETED}"}, ("accepted", "ok", 0)),
    (500, {}, ("unreachable", "http-500", 4)),
    (500, {"WWW-Authenticate": f"Negotiate {ACCEPT_COMPLETED}"}, ("accepted", "ok", 0)),
    (503, {}, ("unreachable", "http-503", 4)),
    (400, {}, ("unreachable", "http-400", 4)),
    (401, {"WWW-Authenticate": "Negotiate " + "A" * 60000}, ("rejected", "refused", 1)),
    (401, {"WWW-Authenticate": "Negotiate \x01\xff%n%s"}, ("rejected", "refused", 1)),
])
def test_answers(realm, probe_keytab, status, headers, expected):
    """Each answer to a token that was held and sent; none makes it ask a third time."""
    with scripted((status, headers, b"")) as server:
        probe = run_probe(realm, server.url, probe_keytab)
        assert outcome(probe) == expected, probe.output
        assert probe["probe.http_status"] == str(status)
        assert len(server.requests) == 2


@pytest.mark.parametrize("challenge, expected", [
    ((200, {}, b""), ("unreachable", "not-protected", 4)),
    ((302, {"Location": "/login"}, b""), ("unreachable", "not-protected", 4)),
    ((401, {}, b""), ("unreachable", "not-protected", 4)),
    ((401, {"WWW-Authenticate": 'Basic realm="Negotiate"'}, b""),
     ("unreachable", "not-protected", 4)),
    ((404, {}, b""), ("unreachable", "http-404", 4)),
    ((503, CHALLENGE, b""), ("unreachable", "http-503", 4)),
])
def test_not_challenged(realm, probe_keytab, challenge, expected):
    """A site that does not ask for Negotiate never gets to see a token."""
    with scripted((200, {}, b""), challenge=challenge) as server:
        assert outcome(run_probe(realm, server.url, probe_keytab)) == expected
        assert len(server.requests) == 1


@pytest.mark.parametrize("offer", ["NTLM", "NTLM, Basic realm=\"x\""])
def test_ntlm_only(realm, probe_keytab, offer):
    """A server that offers NTLM and not Negotiate is named as such, and sees no token."""
    challenge = (401, {"WWW-Authenticate": offer}, b"")
    with scripted((200, {}, b""), challenge=challenge) as server:
        probe = run_probe(realm, server.url, probe_keytab)
        assert outcome(probe) == ("unreachable", "not-protected", 4)
        assert probe["probe.offers"].startswith("ntlm")
        assert "it offers ntlm" in probe["probe.message"]
        assert len(server.requests) == 1


@pytest.mark.parametrize("headers, skew", [
    ({"Date": "Thu, 01 Jan 1970 00:00:10 GMT"}, True), ({"Date": "yesterday"}, False),
    ({"Date": "Thu, 01 Jan 1970 00:00:10 GMT", "Age": "5"}, False),
    ({"Age": "5", "Date": "Thu, 01 Jan 1970 00:00:10 GMT"}, False), ({"Date": ""}, False),
    ({"Date": "9" * 5000}, False)])
def test_server_date(realm, probe_keytab, headers, skew):
    """The server's clock is that of its Date header, if it is one and is the server's own."""
    with scripted((200, headers, b"")) as server:
        probe = run_probe(realm, server.url, probe_keytab)
        assert outcome(probe) == ("accepted", "ok", 0)
        if skew:
            assert float(probe["clock.server_skew"]) < -50 * 365 * 86400
        else:
            assert probe["clock.server_skew"] is None, probe.output


def test_hostile_kerberos_error(realm, probe_keytab):
    """A token that claims to hold a Kerberos error and does not is a refusal like any other."""
    oid = bytes.fromhex("06092a864886f712010202")
    for inner in (b"", b"\x7e\x84\xff\xff\xff\xff", b"\x7e\x03\x30\x80\x00", bytes(range(256))):
        content = oid + b"\x03\x00" + inner
        token = b"\x60\x82" + len(content).to_bytes(2, "big") + content
        answer = {"WWW-Authenticate": "Negotiate " + base64.b64encode(token).decode()}
        with scripted((401, answer, b"")) as server:
            probe = run_probe(realm, server.url, probe_keytab)
        assert outcome(probe) == ("rejected", "refused", 1)
        assert probe["probe.reply_error"] is None and probe["probe.reply_state"] == "rejected"


def test_requests(realm, probe_keytab):
    """First without a token, then with a Kerberos token, under our own name; the token is in
    nothing that the probe prints."""
    with scripted((200, {}, b"")) as server:
        probe = run_probe(realm, server.url, probe_keytab)
        assert outcome(probe) == ("accepted", "ok", 0)
        first, second = server.requests
    assert "Authorization" not in first
    assert first["User-Agent"] == second["User-Agent"]
    assert second["User-Agent"].startswith("authmedic-probe/")
    scheme, token = second["Authorization"].split(" ")
    assert scheme == "Negotiate" and base64.b64decode(token)[:2] == b"\x60\x82"
    assert token[:40] not in probe.output


def test_proxy_challenge(realm, probe_keytab):
    """407 is answered with Proxy-Authorization."""
    challenge = (407, {"Proxy-Authenticate": "Negotiate"}, b"")
    with scripted((407, {"Proxy-Authenticate": f"Negotiate {REJECT}"}, b""),
                  challenge=challenge) as server:
        probe = run_probe(realm, server.url, probe_keytab)
        assert outcome(probe) == ("rejected", "refused", 1)
        assert probe["probe.reply_state"] == "rejected"
        assert "Proxy-Authorization" in server.requests[1]


def test_environment_proxy(realm, probe_keytab):
    """A proxy in the environment is not used."""
    with scripted((200, {}, b"")) as server:
        probe = run_probe(realm, server.url, probe_keytab,
                          environment={"http_proxy": "http://localhost:1/",
                                       "ALL_PROXY": "http://localhost:1/"})
        assert outcome(probe) == ("accepted", "ok", 0)


def test_large_page(realm, probe_keytab):
    """The page's size does not matter."""
    with scripted((200, {}, b"x" * (4 << 20)), (401, CHALLENGE, b"y" * (4 << 20))) as server:
        assert outcome(run_probe(realm, server.url, probe_keytab)) == ("accepted", "ok", 0)


@contextlib.contextmanager
def bodiless(status, goes_on, keeps_open):
    """The address of a server that challenges, answers a token with the status, and in each case sends
    some bytes of a body that never ends, which it drops or waits in for ever."""
    listener = socket.socket()
    connections = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection = listener.accept()[0]
                request = b""
                while b"\r\n\r\n" not in request:
                    request += connection.recv(65536)
                answer = status if b"Authorization" in request else 401
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n"
                                   b"HTTP/1.1 %d X\r\nWWW-Authenticate: Negotiate\r\n"
                                   b"Content-Length: 5000\r\n\r\n" % answer + goes_on)
                if keeps_open:
                    connections.append(connection)
                else:
                    connection.close()

    listener.bind(("127.0.0.1", 0))
    listener.listen(16)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for opened in [listener, *connections]:
            opened.close()


@pytest.mark.parametrize("keeps_open", [True, False], ids=["stalls", "cut-off"])
@pytest.mark.parametrize("goes_on", [b"", b"x"], ids=["no-byte", "one-byte"])
@pytest.mark.parametrize("status, expected", [
    (200, ("accepted", "ok", 0)), (401, ("rejected", "refused", 1))])
def test_body_that_never_ends(realm, probe_keytab, status, goes_on, expected, keeps_open):
    """What became of the token stands in the headers: a page that stalls behind them, or breaks off,
    neither hides a refusal nor makes one up."""
    with bodiless(status, goes_on, keeps_open) as url:
        assert outcome(run_probe(realm, url, probe_keytab)) == expected


def test_no_server(realm, probe_keytab):
    """Nobody listens, or the name has no address."""
    for url in (f"http://localhost:{free_port()}/", "http://nowhere.invalid/"):
        probe = run_probe(realm, url, probe_keytab, timeout="30s")
        assert outcome(probe) == ("unreachable", "connect", 4), probe.output
        assert probe["ticket.kvno"] == "1"


def test_silent_server(realm, probe_keytab):
    """A server that takes connections and says nothing costs no more than the deadline."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        probe = run_probe(realm, f"http://127.0.0.1:{listener.getsockname()[1]}/", probe_keytab,
                          timeout="500ms")
    assert outcome(probe) == ("unreachable", "timeout", 4)
    assert probe["ticket.kvno"] == "1", "the ticket was there by then"


def test_not_http(realm, probe_keytab):
    """The KDC's port speaks no HTTP."""
    probe = run_probe(realm, f"http://127.0.0.1:{realm.port}/", probe_keytab)
    assert outcome(probe) == ("unreachable", "not-http", 4), probe.output


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://user:secret@localhost/", "localhost",
                                 "http://", "gopher://localhost/"])
def test_bad_url(realm, probe_keytab, url):
    """Only http and https, and no credentials in the URL; what stood there is not printed."""
    probe = run_probe(realm, url, probe_keytab)
    assert outcome(probe) == ("unreachable", "url", 78), probe.output
    assert "secret" not in probe.output


def test_tls(rig, realm, keytab, probe_keytab):
    """Over TLS the certificate must be one that is trusted, for the right name."""
    port = free_port()
    key, certificate = rig.path("tls.key"), rig.path("tls.crt")
    run([need_program("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
         "-out", certificate])
    module = need_file("/usr/lib/apache2/modules/mod_ssl.so", "apache2")
    rig.apache(realm, keytab, extra=f"""
LoadModule socache_shmcb_module /usr/lib/apache2/modules/mod_socache_shmcb.so
LoadModule ssl_module {module}
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
  SSLEngine on
  SSLCertificateFile {certificate}
  SSLCertificateKeyFile {key}
</VirtualHost>
""")
    url = f"https://localhost:{port}/private/"
    probe = run_probe(realm, url, probe_keytab, ca_file=certificate)
    assert outcome(probe) == ("accepted", "ok", 0), probe.output
    # Behind a load balancer's name: the certificate is for the name, the worker is at the address.
    probe = run_probe(realm, "https://localhost:9/private/", probe_keytab, ca_file=certificate,
                      connect_to=[f"127.0.0.1:{port}"])
    assert outcome(probe) == ("accepted", "ok", 0), probe.output
    assert probe["probe.address"] == f"127.0.0.1:{port}"
    for bad_url, ca_file in ((url, None), (url, rig.path("missing.crt")),
                             (f"https://127.0.0.1:{port}/private/", certificate)):
        probe = run_probe(realm, bad_url, probe_keytab, ca_file=ca_file)
        assert outcome(probe) == ("unreachable", "tls", 4), probe.output
