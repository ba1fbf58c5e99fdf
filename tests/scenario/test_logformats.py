"""Shows that what real servers write by format strings of the administrator's own is read back as it
was sent, whatever clients put into it."""

import re
import socket

import pytest

from rig import config, log_site
from rig.source import SOURCE_DIRECTORY

# Agents that try to be more than an agent. No server lets line ends through.
AGENTS = [b"curl/7.88.1", b'a "b" c', b"a\\", b'a\\" 200 5 "-" "x', b"a\tb  c", b"\xc3\xa4\xff",
          b'" 200 5 [22/Nov/2026:10:04:34 +0000] "GET / HTTP/1.1" 200', b"{|}#%41$x", b"", b"-",
          b'","status":200,"x":"']

APACHE = [
    r'%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"',
    r'%{X-Forwarded-For}i %h %u [%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] \"%r\" %>s \"%{User-agent}i\"',
    r'%{usec}t\t%a\t%>s\t%{User-Agent}i\t%!200,304{Referer}i\t%D\t%{c}L\t%P\t%k\t%X\t%^FB',
    r'{\"time\":\"%{%FT%T%z}t\",\"client\":\"%a\",\"status\":%>s,\"agent\":\"%{User-Agent}i\"}',
]
NGINX = [
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent" $request_time $upstream_addr $upstream_response_time',
    '$msec|$remote_addr|$status|"${http_user_agent}"|$connection|$pid|$scheme://$host$request_uri',
    'escape=json {"time":"$time_iso8601","client":"$remote_addr","status":$status,'
    '"agent":"$http_user_agent","user":"$remote_user","request":"$request"}',
]

SQUID_SNIPPET = f"{SOURCE_DIRECTORY}/packaging/snippets/squid-authmedic.conf"


def ask(port, agent, target="/private/"):
    """One request with this agent, byte by byte as given; the status of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET " + target.encode() + b" HTTP/1.1\r\nHost: localhost\r\n"
                           b"Connection: close\r\nX-Forwarded-For: 203.0.113.5, 192.0.2.1\r\n"
                           b"User-Agent: " + agent + b"\r\n\r\n")
        return int(connection.makefile("rb").readline().split()[1])


def unescape(text):
    """What a server wrote of a header, without its escapes; bytes that are no UTF-8 are U+FFFD, as
    authmedic prints them."""
    letters = dict(zip(b"nrtbvf", b"\n\r\t\b\v\f"))

    def plain(match):
        if match[3]:
            return bytes([letters.get(match[3][0], match[3][0])])
        return bytes([int(match[1] or match[2], 16)])
    return re.sub(rb"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", plain,
                  text.encode()).decode(errors="replace")


def explain(rig, log, pattern, *words):
    """How the log's lines are read, one object for each that matches the pattern."""
    lines = log.wait_for(pattern, count=len(AGENTS))
    authmedic = rig.authmedic(config(log_site(rig.log_writer())), start=False)
    return authmedic.objects("explain", "--columns", *words, text="\n".join(lines) + "\n")


def check(explained, statuses, has_agents=True):
    """Every line is a record, with the status that its client saw and the agent that it sent. A
    server with several workers writes lines in any order."""
    assert [one["kind"] for one in explained] == ["record"] * len(AGENTS), explained
    assert {one["client"] for one in explained} == {"127.0.0.1"}
    if has_agents:
        sent = [(status, "" if agent == b"-" else agent.decode(errors="replace"))
                for status, agent in zip(statuses, AGENTS)]
        read = [(one["status"], unescape(one.get("agent", ""))) for one in explained]
        assert sorted(read) == sorted(sent)
    else:
        assert sorted(one["status"] for one in explained) == sorted(statuses)


@pytest.mark.parametrize("logformat", APACHE)
def test_apache(rig, realm, keytab, logformat):
    """LogFormat strings with modifiers, own times, tabs and JSON."""
    path = f"{rig.directory}/own.log"
    apache = rig.apache(realm, keytab, extra=f'LogFormat "{logformat}" own\nCustomLog {path} own\n')
    log = type(apache.combined_log)(path)
    statuses = [ask(apache.port, agent) for agent in AGENTS]
    assert set(statuses) <= {400, 401}
    check(explain(rig, log, ".", "--logformat", logformat), statuses)


@pytest.mark.parametrize("logformat", NGINX)
def test_nginx(rig, realm, keytab, logformat):
    """log_format strings, with both ways of escaping and variables of several values."""
    path = f"{rig.directory}/own.log"
    escape, _, rest = logformat.rpartition("escape=json ")
    mode = "escape=json" if logformat.startswith("escape=json ") else ""
    assert not escape
    nginx = rig.nginx(rig.apache(realm, keytab), extra=f"access_log {path} own;",
                      formats=f"log_format own {mode} '{rest}';")
    log = type(nginx.combined_log)(path)
    statuses = [ask(nginx.port, agent) for agent in AGENTS]
    check(explain(rig, log, ".", "--logformat", logformat), statuses)
    if mode:
        check(explain(rig, log, ".", "--format", "json"), statuses)


def test_squid(rig, realm, keytab):
    """The logformat that comes with authmedic, as a format string, and Squid's own combined, which
    escapes nothing."""
    squid = rig.squid(realm, keytab)
    statuses = [ask(squid.port, agent, "/") for agent in AGENTS]
    with open(SQUID_SNIPPET, encoding="ascii") as snippet:
        [own] = re.findall(r"^logformat authmedic (.*)$", snippet.read(), re.M)
    check(explain(rig, squid.authmedic_log, "GET", "--logformat", own), statuses)
    check(explain(rig, squid.combined_log, "GET", "--format", "squid-combined"), statuses,
          has_agents=False)


def test_haproxy(rig, realm, keytab):
    """HAProxy's own httplog, with captured headers that hold anything."""
    haproxy = rig.haproxy(rig.apache(realm, keytab), logging="\n".join([
        "    option httplog", "    capture request header User-Agent len 64",
        "    capture response header Server len 32"]))
    statuses = [ask(haproxy.port, agent, "/private/?a=%22[x]") for agent in AGENTS]
    explained = explain(rig, haproxy.authmedic_log, "GET", "--format", "haproxy-http")
    check(explained, statuses, has_agents=False)
    assert {one["target"] for one in explained} == {"/private/?a=%22[x]"}


def test_tomcat(rig, realm, keytab):
    """Tomcat's combined pattern, by name and as what it is guessed to be."""
    tomcat = rig.tomcat(realm, keytab)
    before = len(tomcat.combined_log.lines())
    statuses = [ask(tomcat.port, agent) for agent in AGENTS]
    lines = tomcat.combined_log.wait_for("GET /private/", count=before + len(AGENTS))
    authmedic = rig.authmedic(config(log_site(rig.log_writer())), start=False)
    for words in (["--format", "tomcat"], []):
        explained = authmedic.objects("explain", "--columns", *words,
                                      text="\n".join(lines[-len(AGENTS):]) + "\n")
        check(explained, statuses, has_agents=False)


def test_refused_formats(rig, realm, keytab):
    """A format in which a client could shift a column is refused by check and explain, with the
    place and the reason."""
    apache = rig.apache(realm, keytab, start=False)
    site = {"name": "x", "evidence": "voters",
            "logs": [{"path": apache.combined_log.path,
                      "logformat": "%h %t %>s %r %{User-Agent}i"}]}
    authmedic = rig.authmedic(config(site), start=False)
    done = authmedic.command("check")
    assert done.returncode == 78
    reason = "%r and %{User-Agent}i may both hold what stands between them"
    assert re.search(r"^\S+:\d+:\d+: character 14 of the log format: ", done.stderr, re.M)
    assert reason in done.stderr
    done = authmedic.command("explain", "--logformat", "%h %t %>s %r %{User-Agent}i", "x")
    assert (done.returncode, reason in done.stderr) == (78, True)
