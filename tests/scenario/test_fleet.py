"""Shows a fleet of real Squids, each with an authmedicd of its own, and one real etcd: they act in turn, stand
down together where a failure is shared, and do nothing unsafe while etcd is away."""

import os

import pytest

from rig import Log, config, log_site, need_program, notify, squid_site, wait_until
from rig.process import run

CROWD = 6  # more than detect.minimum_voters
FLEET = {"group": "web", "lease": "10s", "look_every": "300ms"}


class Host:
    """A Squid, people who use it, and authmedicd, a member of the group by its number's name."""

    def __init__(self, rig, etcd, number, realm, files, **changes):
        keytab, probe_keytab = files
        self.name = f"host{number}"
        self.server = rig.squid(realm, keytab)
        self.crowd = rig.crowd(realm, CROWD, first=1 + CROWD * number)
        site = squid_site(self.server, probe_keytab, probe={"every": "1s"})
        fleet = {"endpoints": [etcd.url], "host": self.name, **FLEET, **changes.pop("fleet", {})}
        self.authmedic = rig.authmedic(config(
            site, safety={"plugin_timeout": "5s"}, fleet=fleet, **changes), realm=realm)
        assert self.get() == {200}

    def get(self):
        return self.crowd.get(self.server.url)

    def fleet(self):
        return self.authmedic.status()["fleet"]

    def wait_state(self, state):
        wait_until(lambda: self.fleet()["state"] == state, 60, lambda: f"{state}: {self.fleet()}")

    def wait_well(self):
        self.wait_state("joined")
        self.authmedic.wait_metric(lambda count: count >= 1, "authmedic_probes_total", result="accepted")
        self.authmedic.wait_metric(lambda voters: voters >= CROWD, "authmedic_known_good_voters")

    def refusals(self):
        return [event["data"]["reason"] for event in self.authmedic.events("refused")]

    def actions(self):
        """When each of its actions began and when it was over, and its fence."""
        log = Log(os.path.join(self.authmedic.directory, "helper-state", "ledger"))
        times = [[line.split(" ", 1)[0] for line in log.matching(f"^\\S+ {kind} ")] for kind in ("intent", "result")]
        fences = [event["data"]["case"]["fleet_fence"] for event in self.authmedic.events("acting")]
        return list(zip(*times, fences))

    def turn(self):
        """When its only action was decided, and when its incident was over."""
        [acting], [resolved] = (self.authmedic.events(kind) for kind in ("acting", "resolved"))
        return acting["time"], resolved["time"]


def make_hosts(rig, etcd, realm, numbers, **changes):
    files = (realm.export_keys(os.path.join(realm.directory, "http.keytab")),
             os.path.join(realm.directory, "probe.keytab"))
    realm.add_principals("authmedic-probe")
    realm.export_keys(files[1], "authmedic-probe")
    hosts = [Host(rig, etcd, number, realm, files, **changes) for number in numbers]
    for host in hosts:
        host.wait_well()
    return hosts


def break_handles(realm, hosts):
    """The keys are new in the KDC and on disk; each Squid holds the old ones."""
    realm.rotate_key()
    realm.add_keys(hosts[0].server.keytab)
    for host in hosts:
        host.crowd.sign_in()
        assert host.get() == {401}


def acted(hosts):
    return [host for host in hosts if host.authmedic.ledger()]


def go_on_until(hosts, predicate, what):
    """People go on trying at all of them."""
    wait_until(lambda: [host.get() for host in hosts] and predicate(), 120,
               lambda: f"{what}:\n" + "\n".join(host.authmedic.output()[-3000:] for host in hosts))


def check_in_turn(hosts):
    """No two actions at once, by the ledgers; nor did one begin before the last was verified; and the
    fences grow with the time."""
    actions = sorted(action for host in hosts for action in host.actions())
    assert len(actions) == len(hosts)
    turns = sorted(host.turn() for host in hosts)
    for before, after in zip(actions, actions[1:]):
        assert before[1] < after[0] and before[2] < after[2], actions
    for before, after in zip(turns, turns[1:]):
        assert before[1] <= after[0], turns


def test_in_turn_and_etcd_away(rig, realm):
    """All five handles are stale at once. One recycles at a time; while etcd is frozen, and when it was
    killed, none begins, which is said; and when it is back the rest have their turns."""
    etcd = rig.etcd()
    hosts = make_hosts(rig, etcd, realm, range(1, 6))
    wait_until(lambda: sorted(hosts[0].fleet()["hosts"]) == [host.name for host in hosts], 20, "all are there")
    break_handles(realm, hosts)
    for away, back in ((etcd.freeze, etcd.thaw), (etcd.stop, etcd.start)):
        before = len(acted(hosts))
        go_on_until(hosts, lambda: len(acted(hosts)) > before, "the next one acts")
        away()
        known = acted(hosts)
        for host in hosts:
            host.wait_state("away")
        # The slot may just have been had, by one.
        assert len(acted(hosts)) <= len(known) + 1
        known = acted(hosts)
        waiting = [host for host in hosts if host not in known]
        go_on_until(hosts, lambda: all("fleet-away" in host.refusals() for host in waiting), "it is told")
        assert acted(hosts) == known
        for host in hosts:
            assert host.authmedic.metric("authmedic_fleet_errors_total") > 0
            assert "no action here until it does" in host.authmedic.output()
        back()
    go_on_until(hosts, lambda: all(host.authmedic.events("resolved") for host in hosts), "all are well")
    assert all(host.get() == {200} for host in hosts)
    check_in_turn(hosts)
    for host in hosts:
        [(_, _, fence)] = host.actions()
        [incident] = host.authmedic.incidents()
        assert f"[fence {fence}]" in host.authmedic.command("history", incident["id"], check=True).stdout
    wait_until(lambda: not etcd.holders("web") and not etcd.pairs("/authmedic/web/incidents/"), 30, "all is taken back")


def test_shared_failure(rig, realm):
    """Two hosts have lost their KDC. So three others, whose handles are stale, leave them as they are; but for
    the one of which a person says otherwise. When the KDC is back the other two have their turns."""
    etcd = rig.etcd()
    lost = rig.realm()
    webhook = rig.webhook()
    victims = make_hosts(rig, etcd, lost, (4, 5))
    hosts = make_hosts(rig, etcd, realm, (1, 2, 3), notify=notify(webhook))
    lost.stop()
    for host in victims:
        assert host.authmedic.wait_event("diagnosed")["data"]["reason"] == "kdc-unreachable"
    wait_until(lambda: all(host.fleet()["shared_hosts"] == 2 for host in hosts), 60, "all know of it")
    break_handles(realm, hosts)
    go_on_until(hosts, lambda: all("shared" in host.refusals() for host in hosts), "all stand down")
    assert not acted(hosts + victims)
    for host in hosts:
        [event] = [event for event in host.authmedic.events("refused") if event["data"]["reason"] == "shared"]
        assert "(2 hosts)" in event["text"] and event["data"]["case"]["fleet_shared_hosts"] == 2
        assert host.authmedic.metric("authmedic_action_refusals_total", reason="shared") == 1
        assert "SHARED" in host.authmedic.command("status", check=True).stdout
    told = webhook.wait_for(lambda body: body["type"] == "authmedic.incident.needs-person", "somebody is told")
    assert told.body["data"]["reason"] == "shared"
    hosts[0].authmedic.command("approve", "squid", "recycle", check=True)
    go_on_until(hosts, lambda: hosts[0].authmedic.events("resolved"), "a person's word goes")
    assert acted(hosts) == hosts[:1]
    lost.start()
    go_on_until(hosts, lambda: all(host.authmedic.events("resolved") for host in hosts + victims), "all are well")
    check_in_turn(hosts)
    assert not acted(victims)


def test_etcd_without_room(rig, realm):
    """etcd has no room left: it answers, and takes no write. Who joined before that, and has no need of it, is
    told of it once a slot is wanted; it acts on its own then, since it may, and joins when there is room."""
    etcd, webhook = rig.etcd(quota_bytes=1024 * 1024), rig.webhook()
    [host] = hosts = make_hosts(rig, etcd, realm, (1,), notify=notify(webhook), fleet={"required": "no"})
    etcd.fill()
    break_handles(realm, hosts)
    go_on_until(hosts, lambda: host.authmedic.events("resolved"), "it acts")
    assert host.refusals()[-1] == "fleet-turn"
    assert host.fleet()["state"] == "away" and "NOSPACE" in host.fleet()["trouble"]
    told = webhook.wait_for(lambda body: body["type"] == "authmedic.fleet.hindered", "it is told").body["data"]
    assert "etcd answers, but takes nothing" in told["text"] and "on its own" in told["text"]
    etcd.make_room()
    host.wait_state("joined")
    assert not host.fleet()["trouble"]
    webhook.wait_for(lambda body: body["type"] == "authmedic.fleet.hindered-ended", "its end is told")


def plain(rig, etcd, name, *receivers, **fleet):
    """An authmedicd with nothing but a log, and who is told."""
    os.makedirs(rig.path("logs"), exist_ok=True)
    writer = rig.log_writer(f"logs/{name}.log")
    return rig.authmedic(config(log_site(writer), safety={"plugin_timeout": "1s"}, notify=notify(*receivers), fleet={
        "endpoints": [etcd.url], "group": "web", "host": "same", "lease": "5s", "look_every": "300ms", **fleet}))


def wait_fleet(authmedic, state):
    wait_until(lambda: authmedic.status()["fleet"]["state"] == state, 60, lambda: authmedic.status()["fleet"])


def test_two_of_one_name(rig):
    """The second of that name is refused, loudly, until the first is gone. A run that was killed finds its own
    name at once when it is started again."""
    etcd = rig.etcd()
    first = plain(rig, etcd, "first")
    wait_fleet(first, "joined")
    second = plain(rig, etcd, "second")
    wait_fleet(second, "name-taken")
    wait_until(lambda: "another authmedicd has this host's name" in second.output(), 20, "it is said")
    assert second.metric("authmedic_fleet_state", state="name-taken") == 1
    assert first.status()["fleet"]["state"] == "joined"
    first.kill()
    first.start()
    wait_fleet(first, "joined")
    assert first.metric("authmedic_fleet_state", state="name-taken") == 0
    first.stop()
    wait_fleet(second, "joined")


def test_foreign_keys(rig):
    """Below the group's prefix stands what is none of ours: the host goes on its own, and people are told; and
    once more when that is over, though the host was started anew in between."""
    etcd, webhook = rig.etcd(), rig.webhook()
    authmedic = plain(rig, etcd, "only", webhook, required="no")
    wait_fleet(authmedic, "joined")
    etcd.put("/authmedic/web/rubbish", "\x1b[2J")
    wait_fleet(authmedic, "away")
    wait_until(lambda: "this host acts on its own" in authmedic.output(), 20, "it is said")
    assert "keys that are not ours" in authmedic.status()["fleet"]["trouble"]
    told = webhook.wait_for(lambda body: body["type"] == "authmedic.fleet.hindered", "it is told").body["data"]
    assert (told["fleet"], told["reason"]) == ("web", "away") and "on its own" in told["text"]
    authmedic.restart()
    etcd.delete("/authmedic/web/rubbish")
    wait_fleet(authmedic, "joined")
    webhook.wait_for(lambda body: body["type"] == "authmedic.fleet.hindered-ended", "its end is told")
    assert len(webhook.accepted()) == 2


def test_may_only_read(rig):
    """etcd's user may read and not write: the host does not go on joining for ever, but is away and says why."""
    etcd = rig.etcd()
    etcd.add_user("web", "secret-word", "/authmedic/web/", "READ")
    with open(rig.path("password"), "w", encoding="ascii") as password:
        password.write("secret-word\n")
    os.chmod(rig.path("password"), 0o600)
    authmedic = plain(rig, etcd, "reader", user="web", password_file=rig.path("password"))
    wait_fleet(authmedic, "away")
    wait_until(lambda: "takes nothing that this host writes" in authmedic.output(), 20, "it is said")
    assert authmedic.status()["fleet"]["trouble"] == "etcd does not let us"
    etcd.permit("web", "/authmedic/web/", "READWRITE")
    wait_fleet(authmedic, "joined")


def test_restored_etcd(rig):
    """etcd is put back to a backup that knows the host's lease. It answers for an older time, so the host is away;
    and joins again by itself."""
    etcd = rig.etcd()
    authmedic = plain(rig, etcd, "only", lease="10s")
    wait_fleet(authmedic, "joined")
    etcd.back_up()
    for number in range(100):  # more than the host would come to put by itself
        etcd.put("/other", str(number))
    other = plain(rig, etcd, "other", host="other")
    wait_until(lambda: authmedic.status()["fleet"]["hosts"] == ["other", "same"], 60, "it has seen that")
    other.stop()
    assert authmedic.metric("authmedic_fleet_lost_leases_total") == 0
    etcd.restore()
    wait_fleet(authmedic, "away")
    wait_fleet(authmedic, "joined")
    assert authmedic.status()["fleet"]["hosts"] == ["same"]


@pytest.fixture(name="certificates")
def fixture_certificates(rig):
    """A CA, and a certificate of it for localhost, whoever shows it."""
    openssl = need_program("openssl", "openssl")
    paths = {name: rig.path(name) for name in ("ca.key", "ca.pem", "key.pem", "request", "certificate.pem", "names")}
    with open(paths["names"], "w", encoding="ascii") as names:
        names.write("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n")
    run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", paths["ca.key"], "-out",
         paths["ca.pem"], "-subj", "/CN=rig", "-days", "2"])
    run([openssl, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", paths["key.pem"], "-out", paths["request"],
         "-subj", "/O=rig"])
    run([openssl, "x509", "-req", "-in", paths["request"], "-CA", paths["ca.pem"], "-CAkey", paths["ca.key"],
         "-CAcreateserial", "-out", paths["certificate.pem"], "-extfile", paths["names"], "-days", "2"])
    return paths


def test_certificates_and_passwords(rig, certificates):
    """An etcd that asks for a certificate and a password gets both; with a wrong password the host is away, and
    the password is nowhere in what we say."""
    etcd = rig.etcd(certificates=certificates)
    etcd.add_user("web", "secret-word", "/authmedic/web/")
    for name, word in (("right", "secret-word"), ("wrong", "other-word")):
        with open(rig.path(name), "w", encoding="ascii") as password:
            password.write(word + "\n")
        os.chmod(rig.path(name), 0o600)
    access = {"ca_file": certificates["ca.pem"], "certificate_file": certificates["certificate.pem"],
              "key_file": certificates["key.pem"], "user": "web"}
    right = plain(rig, etcd, "right", **access, password_file=rig.path("right"))
    wait_fleet(right, "joined")
    wrong = plain(rig, etcd, "wrong", **{**access, "host": "other"}, password_file=rig.path("wrong"))
    stranger = plain(rig, etcd, "stranger", host="stranger", ca_file=certificates["ca.pem"])
    wait_fleet(wrong, "away")
    wait_fleet(stranger, "away")
    assert right.status()["fleet"]["hosts"] == ["same"]
    for authmedic in (right, wrong):
        assert "-word" not in authmedic.output() + authmedic.fetch("/api/v1/status")
