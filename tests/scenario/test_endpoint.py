"""Shows how the endpoint is reached: over TLS with a password, over a socket in the file system, over sockets that
systemd passes; and that those who trickle and those who do not read stop nobody."""

import base64
import http.client
import os
import socket
import ssl
import stat
import subprocess
import threading

import pytest

from rig import built_program, config, free_port, log_site, need_program, resident_kib, wait_until
from rig.process import run

PASSWORD = "wonderland"
LONG = os.environ.get("AUTHMEDIC_LONG") == "1"
SECONDS = 60 if LONG else 3
GREEDY = 300


def make_certificate(rig, name="localhost"):
    """A self-signed certificate and its key; their paths."""
    certificate, key = rig.path("http.crt"), rig.path("http.key")
    run([need_program("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"])
    os.chmod(key, 0o600)
    return certificate, key


def make_users(rig):
    """A file of users as htpasswd makes it; its path."""
    path = rig.path("users")
    run([need_program("htpasswd", "apache2-utils"), "-cbB", "-C", "10", path, "alice", PASSWORD])
    os.chmod(path, 0o600)
    return path


class UnixConnection(http.client.HTTPConnection):
    """Over a socket in the file system."""

    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self._path)


def get(connection, path="/metrics", headers=None):
    """The status and the text."""
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def basic(password):
    """The header for alice."""
    return {"Authorization": "Basic " + base64.b64encode(f"alice:{password}".encode()).decode()}


def tls(port, certificate, version=None):
    """A connection that believes this certificate; with a version, at most that."""
    context = ssl.create_default_context(cafile=certificate)
    if version:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = version
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # what we would not offer by ourselves either
    return http.client.HTTPSConnection("localhost", port, timeout=10, context=context)


def test_tls_and_password(rig):
    """TLS 1.2 at least, a password from all but those on the socket in the file system, new files with a reload, and
    bad ones leave the old in use. `authmedic status` finds its way."""
    certificate, key = make_certificate(rig)
    port, path = free_port(), rig.path("http.sock")
    settings = {"listen": [f"127.0.0.1:{port}", f"unix:{path}"], "socket_mode": "0600",
                "tls": {"certificate_file": certificate, "key_file": key}, "users_file": make_users(rig)}
    authmedic = rig.authmedic({**config(log_site(rig.log_writer())), "http": settings}, start=False)
    authmedic.start(wait_ready=False)
    wait_until(lambda: os.path.exists(path) and get(UnixConnection(path), "/-/ready")[0] == 200, 30, "ready")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert get(tls(port, certificate))[0] == 401
    assert get(tls(port, certificate), headers=basic("guess"))[0] == 401
    status, text = get(tls(port, certificate), headers=basic(PASSWORD))
    assert status == 200 and 'authmedic_http_refused_requests_total{reason="password"} 2' in text
    assert get(tls(port, certificate, ssl.TLSVersion.TLSv1_2), headers=basic(PASSWORD))[0] == 200
    with pytest.raises(OSError):
        get(tls(port, certificate, ssl.TLSVersion.TLSv1_1))
    done = run([built_program("authmedic"), "--config", authmedic.config_path, "status"], check=False)
    assert done.returncode == 0, done.stderr
    check_reload(rig, authmedic, port, path)
    authmedic.stop()
    assert not os.path.exists(path)


def check_reload(rig, authmedic, port, path):
    """A file that is broken is told and changes nothing; a good one is used from then on."""
    with open(rig.path("http.crt"), encoding="utf-8") as file:
        old = file.read()
    old_path = rig.path("old.crt")
    with open(old_path, "w", encoding="utf-8") as file:
        file.write(old)
    with open(rig.path("http.crt"), "w", encoding="utf-8") as file:
        file.write("nothing\n")
    authmedic.reload()
    wait_until(lambda: "holds no certificate in PEM" in authmedic.output(), 20, "the refusal is told")
    assert get(tls(port, old_path), headers=basic(PASSWORD))[0] == 200
    certificate, _ = make_certificate(rig)
    authmedic.reload()

    def is_new():
        try:
            return get(tls(port, certificate), headers=basic(PASSWORD))[0] == 200
        except OSError:
            return False
    wait_until(is_new, 20, "the new certificate is used")
    with pytest.raises(ssl.SSLError):
        get(tls(port, old_path))
    assert get(UnixConnection(path))[0] == 200


def test_bad_files(rig):
    """A key that others may read keeps the daemon from starting, and the line says so; `authmedic check` too."""
    certificate, key = make_certificate(rig)
    os.chmod(key, 0o644)
    authmedic = rig.authmedic({**config(log_site(rig.log_writer())), "http": {
        "listen": f"127.0.0.1:{free_port()}", "tls": {"certificate_file": certificate, "key_file": key}}},
                              start=False)
    authmedic.make_folders()
    for command in (["authmedicd"], ["authmedic", "check"]):
        done = run([built_program(command[0]), *command[1:], "--config", authmedic.config_path], check=False)
        assert done.returncode == 78 and f"{key}: must belong to root or to us" in done.stderr


def test_socket_activation(rig):
    """The socket is systemd's: it is there before the daemon, and a reload refuses nobody."""
    port = free_port()
    wrapper = [need_program("systemd-socket-activate", "systemd"), "-l", f"127.0.0.1:{port}"]
    authmedic = rig.authmedic({**config(log_site(rig.log_writer())), "http": {"listen": "systemd"}},
                              wrapper=wrapper, start=False)
    authmedic.start(wait_ready=False)

    def ask(path):
        try:
            return get(http.client.HTTPConnection("127.0.0.1", port, timeout=10), path)[0]
        except OSError:
            return None
    wait_until(lambda: ask("/-/ready") == 200, 30, "ready")
    authmedic.reload()
    wait_until(lambda: "was read again" in authmedic.output(), 20, "the reload")
    assert ask("/metrics") == 200


class Greedy:
    """Connections that send a byte now and then, and others that ask for much and read nothing."""

    def __init__(self, port, count):
        self._port, self._stop = port, threading.Event()
        self._sockets = [None] * count
        self._thread = threading.Thread(target=self._run)
        self.opened = 0

    def _open(self, number):
        client = socket.socket()
        client.settimeout(1)
        if number % 2:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        try:
            client.connect(("127.0.0.1", self._port))
            client.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + (b"\r\n" if number % 2 else b"X: "))
            self.opened += 1
        except OSError:
            pass
        return client

    def _run(self):
        number = 0
        while not self._stop.wait(0.002):
            number = (number + 1) % len(self._sockets)
            try:
                if self._sockets[number] is None or number % 2:
                    raise OSError
                self._sockets[number].send(b"x")
            except OSError:
                if self._sockets[number] is not None:
                    self._sockets[number].close()
                self._sockets[number] = self._open(number)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        for client in self._sockets:
            if client is not None:
                client.close()


def test_greedy(rig):
    """While hundreds of connections trickle headers or do not read, and scrapes come as fast as they are answered, each
    scrape is answered, the log is followed to its end, and memory stays where it was."""
    writer = rig.log_writer()
    authmedic = rig.authmedic(config(log_site(writer)))
    authmedic.fetch("/metrics")
    before = resident_kib(authmedic.pid)
    scrapes = 0
    load = subprocess.Popen([need_program("ab", "apache2-utils"), "-q", "-k", "-c", "4", "-t", str(SECONDS), "-n",
                             "10000000", f"http://{authmedic.address}/metrics"], stdout=subprocess.PIPE, text=True)
    with Greedy(authmedic.port, GREEDY) as greedy:
        while load.poll() is None:
            writer.write()
            authmedic.fetch("/metrics")
            scrapes += 1
        assert greedy.opened >= 64
    report = load.stdout.read()
    load.wait()
    authmedic.wait_metric(lambda lag: lag == 0, "authmedic_log_lag_bytes")
    authmedic.wait_metric(lambda lines: lines >= scrapes, "authmedic_log_lines_total")
    assert authmedic.metric("authmedic_http_connections_cut_total") > 0
    assert scrapes > 0 and "Complete requests" in report
    assert resident_kib(authmedic.pid) < before + 8192, report
