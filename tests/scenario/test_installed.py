"""Shows that authmedic works as docs/operations.md has it installed: the commands there, the units as they are
shipped, and what a remedy may do within them; and that the manual's tables have all words that people are told."""

import json
import os
import re

import pytest

from rig import SOURCE_DIRECTORY, config, free_port, log_site, wait_until
from rig.installed import MANUAL
from rig.sites import credential_site

CONFIG = """\
http: {{listen: "127.0.0.1:{port}"}}
sites:
  - name: web
    logs:
      - {{path: /var/log/web/access.log, format: apache-combined}}
      - {{path: /var/log/squid/access.log, format: squid-combined}}
    evidence: voters
    service: HTTP/localhost
    keytab: /etc/web/http.keytab
    worker: {{unit: web.service}}
    ladder: [{{remedy: recycle, with: {{unit: web.service}}}}]
"""
# A server of the machine's own, and logs as Debian's Apache and Squid have them.
SERVER = """\
systemctl start web.service
mkdir -m 750 /var/log/web /var/log/squid
touch /var/log/web/access.log /var/log/squid/access.log
chmod 640 /var/log/web/access.log /var/log/squid/access.log
chgrp -R adm /var/log/web
chown -R proxy:proxy /var/log/squid
"""
# By which the user nobody may read it, and its group may not.
ACCESS_LIST = """
import os, struct, sys
path, name, everybody = "/etc/squid/http.keytab", "system.posix_acl_access", 0xffffffff
entries = [(1, 6, everybody), (2, 4, 65534), (4, 0, everybody), (16, 4, everybody), (32, 0, everybody)]
if sys.argv[1:]:
    os.setxattr(path, name, struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries))
print(os.getxattr(path, name).hex())
"""
# More often than systemd starts a service again by default.
KNOCK = """
import socket
for _ in range(8):
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line.connect("/run/authmedic/helper.sock")
    line.recv(1)
"""


@pytest.fixture(name="installed")
def fixture_installed(rig):
    made = rig.installed()
    made.do("install")
    made.write("/usr/local/lib/systemd/system/web.service", "[Service]\nExecStart=/bin/sleep 1000\nUser=proxy\n")
    return made


def wait_status(installed, pattern):
    """Wait until `authmedic status` says so."""
    def says():
        return re.search(pattern, installed.shell("authmedic status", check=False)[1])
    wait_until(says, 60, lambda: f"{pattern}; it says: {installed.shell('authmedic status', check=False)}")


def test_installed(rig, realm, installed):
    """From `make install` to its removal, by the manual."""
    with open(realm.export_keys(rig.path("http.keytab")), "rb") as keytab:
        assert keytab.read(1) == b"\x05"
    installed.shell(f"{SERVER}install -D -m 640 -g proxy {rig.path('http.keytab')} /etc/web/http.keytab")
    port = free_port()
    installed.write("/etc/authmedic/authmedic.yml", CONFIG.format(port=port))
    installed.do("start")
    wait_status(installed, "helper connected.* ready\n")
    wait_status(installed, "DEAF .*/var/log/squid: Permission denied")
    check_inspection(installed)
    installed.do("group")
    wait_status(installed, r"helper connected.* ready\n(?![\s\S]*DEAF)")
    check_mended_mistake(installed, port)
    installed.do("upgrade")
    wait_status(installed, "helper connected.* ready\n")
    installed.do("remove")
    left = installed.shell("find /usr/local /etc /var/lib /run -name '*authmedic*' -not -path '/run/overlay/*' -not -type d; "
                           "getent passwd authmedic || true; systemctl list-units --all --plain --no-legend 'authmedic*'")
    assert left.replace("/var/lib/authmedic.before/authmedic.db", "") .strip() == ""


def check_inspection(installed):
    """What the helper is allowed within its unit is enough to look at a process of another user."""
    lines = installed.shell("authmedic inspect web").splitlines()
    facts = dict(line.partition(" ")[::2] for line in lines)
    for name, value in {"worker.unit": "web.service", "worker.user": "proxy", "worker.count": "1",
                        "worker.groups_match": "yes", "keytab.worker_matches": "yes",
                        "keytab.worker_readable": "yes", "keytab.user_readable": "yes",
                        "unit.state": "active"}.items():
        assert facts[name].strip() == value, (name, facts)


def check_mended_mistake(installed, port):
    """A mistake in the configuration costs nothing where both run on, and a helper that is started meanwhile for no
    longer than until it is mended."""
    installed.shell("echo 'nonsense: 1' >>/etc/authmedic/authmedic.yml; systemctl reload authmedicd")
    wait_until(lambda: installed.output().count("the old one stays") == 2, 60, "both go on")
    ready = f"curl -s http://127.0.0.1:{port}/-/ready"
    assert "helper" not in installed.shell(ready)
    installed.shell("systemctl stop authmedic-helper.service")
    wait_until(lambda: "the helper cannot be reached" in installed.shell(ready), 60, "the helper is missed")
    installed.shell(f"/usr/bin/python3 -c '{KNOCK}'")
    assert "unknown key 'nonsense'" in installed.shell("authmedic check", check=False)[1]
    installed.shell("sed -i '/nonsense/d' /etc/authmedic/authmedic.yml; systemctl reload authmedicd")
    wait_status(installed, "helper connected.* ready\n")
    installed.shell("authmedic pause; authmedic resume")


def test_remedies(rig, realm, installed):
    """Within the helper's unit a remedy restarts a unit, brings a key into a keytab that belongs to another user once
    it may write there, and starts a server that outlives it."""
    installed.shell("systemctl start web.service")
    before = installed.shell("systemctl show -p MainPID --value web.service")
    installed.run_plugin("recycle", WITH_UNIT="web.service")
    assert installed.shell("systemctl show -p MainPID --value web.service") not in (before, "0\n")
    old = realm.export_keys(rig.path("http.keytab"))
    realm.rotate_key()
    new = realm.export_keys(rig.path("new.keytab"))
    installed.shell(f"install -D -m 640 -o proxy -g adm {old} /etc/squid/http.keytab; cp {new} /usr/local/new.keytab")
    access_list = installed.shell(f"/usr/bin/python3 -c '{ACCESS_LIST}' set")
    installed.write("/usr/local/sbin/fetch", "#!/bin/sh\nprintf 'rkt /usr/local/new.keytab\\nwkt "
                    "/etc/squid/http.keytab.authmedic-keys\\n' | ktutil\n", 0o755)
    fetch = {"SERVICE": "HTTP/localhost", "KEYTAB": "/etc/squid/http.keytab", "WITH_TOOL": "kadmin",
             "WITH_COMMAND_COUNT": 1, "WITH_COMMAND_1": "/usr/local/sbin/fetch"}
    with pytest.raises(AssertionError, match="Read-only file system"):
        installed.run_plugin("refresh-keytab", **fetch)
    installed.do("writes")
    assert "has kvno 2 now" in installed.run_plugin("refresh-keytab", **fetch)
    assert installed.shell("stat -c %U:%G:%a /etc/squid/http.keytab") == "proxy:adm:640\n"
    assert installed.shell(f"/usr/bin/python3 -c '{ACCESS_LIST}'") == access_list
    installed.write("/usr/local/sbin/serve", "#!/bin/sh\nsetsid sleep 1000 >/dev/null 2>&1 &\necho $! >/etc/squid/pid\n",
                    0o755)
    installed.run_plugin("recycle", WITH_COMMAND_COUNT=1, WITH_COMMAND_1="/usr/local/sbin/serve")
    installed.shell("systemctl is-active -q authmedic-plugin.service && exit 1; kill $(cat /etc/squid/pid)")


def test_main_job(rig_in_opt):
    """With nothing but what was installed: a server goes on with the credential that systemd copied at its start, and
    is found by people who fail and a probe, told by what the worker sees, restarted by its unit, and verified."""
    rig = rig_in_opt
    realm = rig.realm()
    keytab, probe_keytab = realm.export_keys(rig.path("http.keytab")), rig.probe_keytab(realm)
    installed = rig.installed(start=False)
    web = rig.credential(realm, keytab, installed.systemd)
    installed.do("install")
    installed.shell(f"chgrp -R adm {web.directory}/logs; chmod 750 {web.directory}/logs; "
                    f"chown authmedic {probe_keytab}; chmod 600 {probe_keytab}")
    installed.write("/etc/authmedic/authmedic.yml", json.dumps(config(
        credential_site(web, probe_keytab), http={"listen": f"127.0.0.1:{free_port()}"})))
    installed.do("start")
    crowd = rig.crowd(realm, 6)
    assert crowd.get(web.url) == {200}
    wait_status(installed, r"0/6 rejected\n *probe accepted")
    realm.rotate_key()
    realm.add_keys(keytab)
    crowd.sign_in()
    assert crowd.get(web.url) == {401}
    wait_until(lambda: re.search("stale-handle +resolved", installed.shell("authmedic history")), 60, "it is cured")
    assert crowd.get(web.url) == {200}


def column(heading, text):
    """All words in the first column of a table with that heading."""
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]*\n((?:\|.*\n)+)", text, re.M)
    assert table, heading
    return {word for line in table[1].splitlines() for word in re.findall("`([^`]+)`", line.split(" | ")[0])}


def sources(path, pattern):
    """What the pattern finds in a file of the sources."""
    with open(os.path.join(SOURCE_DIRECTORY, path), encoding="utf-8") as source:
        return set(re.findall(pattern, source.read(), re.M))


def test_runbook(rig):
    """The runbook has each diagnosis, alert, reason, condition and limit that authmedic tells of, and no other."""
    authmedic = rig.authmedic(config(log_site(rig.log_writer())))
    told = {}
    for name, labels in authmedic.metrics():
        for label, value in labels:
            told.setdefault((name.removeprefix("authmedic_"), label), set()).add(value)
    with open(MANUAL, encoding="utf-8") as manual:
        text = manual.read()
    # Of an incident whose remedy did not help, and what is no alert's own row.
    reasons = told["action_refusals_total", "reason"] | {"not-verified"}
    assert column("reason \\| means", text) == reasons
    assert column("diagnosis", text) | {"undiagnosed"} == told["incident_open", "diagnosis"]
    assert column("reason \\| do", text) == told["deaf_reason", "reason"]
    assert column("limit", text) == told["limits_reached_total", "limit"]
    assert column("not ready", text) == sources("agent/daemon/assembly.c", r'[?:]\s+"(the \w[^"]+|reading [^"]+)"')
    assert column("the state", text) == sources("agent/daemon/saving.c", r'return "([\w-]+)";')
    assert column("Alertmanager's name", text) == sources("agent/report/wire_alertmanager.c", r'"(Authmedic\w+)"')
    assert column("alert", text) == sources("packaging/prometheus/authmedic.rules.yml", r"- alert: (\w+)")
    codes = re.findall(r"^\| (\d+) \|", text, re.M)
    for page, number in (("authmedic.1", 1), ("authmedicd.8", 2), ("authmedic-helper.8", 3), ("authmedic-probe.8", 4)):
        said = {line.split(" | ")[0].strip("| ") for line in re.findall(r"^\| \d+ \|.*", text, re.M)
                if line.strip("|").split("|")[number].strip()}
        status = re.search(r"^\.Sh EXIT STATUS\n(.*?)^\.El", "".join(sources(f"packaging/man/{page}", r"(?s).+")), re.M | re.S)
        assert said == set(re.findall(r"^\.It (\d+)$", status[1], re.M)), page
    assert len(codes) == len(set(codes))
