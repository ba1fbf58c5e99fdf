"""Shows that each mistake in a configuration is told with file, line and column and exit code 78,
by authmedicd and by `authmedic check` alike, and that nothing is started."""

import json
import os

import pytest

from rig import SOURCE_DIRECTORY, build_directory, built_program, need_program, need_root
from rig.process import run

BAD_CONFIGURATION = 78

GOOD = f"""\
mode: observe
helper: spawn
state_dir: %(directory)s/state
rules_dir: {SOURCE_DIRECTORY}/rules
plugin_dir: {build_directory()}/plugins
programs_dir: {build_directory()}
http: {{listen: 127.0.0.1:0}}
detect:
  window: 5m
  minimum_voters: 5
safety: {{warm_up: 90s, confirm_tries: 3, confirm_rejected: 2}}
sites:
  - name: intranet
    server: squid
    logs:
      - {{path: /var/log/squid/access.log, format: squid-combined}}
      - {{path: /var/log/squid/cache.log, format: squid-cache}}
    service: HTTP/intranet.example.com
    keytab: /etc/squid/http.keytab
    worker: {{pidfile: /run/squid.pid}}
    evidence: probe
    probe: {{url: "https://intranet.example.com/", client_keytab: /etc/authmedic/probe.keytab}}
    maintenance: {{days: [sun], from: "03:00", to: "04:00"}}
    ladder:
      - {{remedy: recycle, with: {{command: [/usr/sbin/squid, -k, reconfigure]}}}}
notify:
  - {{name: ops, type: webhook, url: "https://hooks.example.com/authmedic"}}
"""

# What an administrator writes instead of what is right, and what he is told.
MISTAKES = {
    "mistyped key": ("mode: obs", "mdoe: obs", "1:1: unknown key 'mdoe'; did you mean 'mode'?"),
    "mistyped word": ("observe", "obsreve",
                      "1:7: mode 'obsreve' is unknown; did you mean 'observe'?"),
    "wrong word": ("observe", "run", "1:7: mode must be one of observe, act, not 'run'"),
    "no value": ("observe", "", "1:6: mode has no value"),
    "key twice": ("helper: spawn", "helper: spawn\nmode: act", "3:1: this key is here twice"),
    "relative path": ("%(directory)s/state", "state",
                      "3:12: state_dir must be an absolute path, not 'state'"),
    "no port": ("127.0.0.1:0", "127.0.0.1", "7:16: listen must be ADDRESS:PORT, such as "
                "127.0.0.1:19401 or [::1]:19401, unix:/PATH, or systemd, not '127.0.0.1'"),
    "no unit": ("window: 5m", "window: 300", "9:11: window must be a duration such as 90s, 5m, "
                "24h or 30d, not '300'"),
    "wrong unit": ("warm_up: 90s", "warm_up: 90sec", "11:19: warm_up must be a duration such as "
                   "90s, 5m, 24h or 30d, not '90sec'"),
    "out of range": ("window: 5m", "window: 30d",
                     "9:11: window must be between 10s and 1d, not 30d"),
    "no number": ("voters: 5", "voters: five",
                  "10:19: minimum_voters must be a whole number, not 'five'"),
    "contradiction": ("rejected: 2", "rejected: 4",
                      "11:60: confirm_rejected is more than confirm_tries"),
    "tab": ("  minimum_voters", "\tminimum_voters", "10:1: found a tab character that violates "
            "indentation, while scanning a plain scalar that began in line 9"),
    "unclosed bracket": ("[sun]", "[sun", "23:57: did not find expected ',' or ']', while parsing "
                         "a flow sequence that began in line 23"),
    "no name": ("name: intranet\n    server", "server", "13:5: name is missing here"),
    "unknown server": ("server: squid", "server: sqiud",
                       "14:13: unknown server 'sqiud'; did you mean 'squid'?"),
    "unknown format": ("squid-combined", "squid-combind",
                       "16:51: no such log format: 'squid-combind'"),
    "no logs": ("    logs:\n      - {path: /var/log/squid/access.log, format: squid-combined}\n"
                "      - {path: /var/log/squid/cache.log, format: squid-cache}\n", "",
                "13:5: logs is missing here"),
    "no principal": ("HTTP/intranet.example.com\n", "intranet\n", "18:14: service must be a "
                     "principal such as HTTP/www.example.com, not 'intranet'"),
    "two ways to the worker": ("{pidfile: /run/squid.pid}", "{pidfile: /a, process: squid}",
                               "20:13: give one of pidfile, unit and process, not 2"),
    "evidence without a probe": (
        '    probe: {url: "https://intranet.example.com/", '
        'client_keytab: /etc/authmedic/probe.keytab}\n', "",
        "21:15: evidence: probe needs a probe; where none can be had, say evidence: voters"),
    "address of no kind": ("https://intranet", "gopher://intranet",
                           "22:18: url must be an http:// or https:// address without a password"),
    "day": ("[sun]", "[sunday]", "23:26: days must be one of sun, mon, tue, wed, thu, fri, sat, "
            "not 'sunday'"),
    "time without quotes": ('from: "03:00"', "from: 3am",
                            "23:38: from must be a time of day such as 03:00, not '3am'"),
    "unknown remedy": ("remedy: recycle", "remedy: reboot",
                       "25:18: unknown remedy 'reboot': there is no program "
                       f"{build_directory()}/plugins/reboot/reboot"),
    "secret in the file": ('authmedic"}', 'authmedic", secret: hunter2}',
                           "27:76: unknown key 'secret'"),
    "secret nowhere": ('authmedic"}', 'authmedic", secret_file: /nowhere/secret}',
                       "27:12: the secret file /nowhere/secret cannot be used: No such file or "
                       "directory"),
    "target without address": (', url: "https://hooks.example.com/authmedic"', "",
                               "27:23: it needs a url or a url_file"),
}


def write(path, text):
    with open(path, "w", encoding="utf-8") as output:
        output.write(text)
    return path


def check_refused(path, says):
    for command in (["authmedicd"], ["authmedic", "check"]):
        done = run([built_program(command[0]), *command[1:], "--config", path], check=False)
        assert (done.stderr, done.stdout, done.returncode) == (says, "", BAD_CONFIGURATION)


@pytest.fixture(name="good")
def fixture_good(rig):
    return GOOD % {"directory": rig.directory}


def test_good(rig, good):
    """What the mistakes are made in is itself right."""
    path = write(rig.path("authmedic.yml"), good)
    done = run([built_program("authmedic"), "check", "--config", path])
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.startswith(f"{path}: fine: 1 sites, ")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake(rig, good, mistake):
    """One mistake: one line that says where and what."""
    right, wrong, says = MISTAKES[mistake]
    right %= {"directory": rig.directory}
    assert good.count(right) == 1
    path = write(rig.path("authmedic.yml"), good.replace(right, wrong))
    check_refused(path, f"{path}:{says}\n")
    assert not os.path.exists(rig.path("state"))


def test_several_mistakes(rig, good):
    """All are told at once, in the order of the file."""
    path = write(rig.path("authmedic.yml"),
                 good.replace("observe", "acting").replace("window: 5m", "window: 1y"))
    check_refused(path, f"{path}:1:7: mode must be one of observe, act, not 'acting'\n"
                        f"{path}:9:11: window must be a duration such as 90s, 5m, 24h or 30d, "
                        "not '1y'\n")


def test_mistake_in_a_later_file(rig, good):
    """Files of conf.d are named where the mistake is theirs."""
    path = write(rig.path("authmedic.yml"), good)
    os.mkdir(rig.path("conf.d"))
    write(rig.path("conf.d/10-act.yml"), "mode: act\n")
    later = write(rig.path("conf.d/20-local.yml"), "detect:\n  widow: 5m\n")
    check_refused(path, f"{later}:2:3: unknown key 'widow'; did you mean 'window'?\n")


def test_missing_files(rig, good):
    """A file that is not there is a mistake with a place too."""
    path = rig.path("authmedic.yml")
    check_refused(path, f"{path}:1:1: No such file or directory\n")
    write(path, good.replace(f"{SOURCE_DIRECTORY}/rules", "/nowhere"))
    check_refused(path, "/nowhere/servers:1:1: No such file or directory\n")


BROKEN = "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"
NO_CERTIFICATE = "the certificate file %s cannot be used: it holds no certificate in PEM, or a broken one"


def make_public(path):
    os.chmod(write(path, "a-key-that-all-may-read"), 0o644)


def make_garbage(path):
    write(path, "This is a letter to my mother.\n")


# What stands where a file is named, the key of a receiver that names it, and what is said of it.
FILES = {
    "no address": (lambda path: None, "url_file", "the secret file %s cannot be used: No such file or directory"),
    "no authority": (lambda path: None, "ca_file",
                     "the certificate file %s cannot be used: No such file or directory"),
    "a folder for an authority": (os.mkdir, "ca_file",
                                  "the certificate file %s cannot be used: no regular file"),
    "garbage for an authority": (make_garbage, "ca_file", NO_CERTIFICATE),
    "nothing for an authority": (lambda path: write(path, ""), "ca_file", NO_CERTIFICATE),
    "a broken authority": (lambda path: write(path, BROKEN), "ca_file", NO_CERTIFICATE),
    "a pipe for an authority": (os.mkfifo, "ca_file",
                                "the certificate file %s cannot be used: no regular file"),
    "a pipe for a secret": (os.mkfifo, "secret_file",
                            "the secret file %s cannot be used: no regular file"),
    "a secret for all": (make_public, "secret_file", "the secret file %s cannot be used: must belong to "
                         "root or to us, be readable by nobody else and writable by no group"),
    "an empty secret": (lambda path: os.close(os.open(path, os.O_CREAT, 0o600)), "secret_file",
                        "the secret file %s cannot be used: no regular file, or does not hold "
                        "what it should"),
}


@pytest.mark.parametrize("case", FILES)
def test_file_of_a_receiver(rig, good, case):
    """A file of a receiver that could not be used later is a mistake already, and nobody waits for
    a pipe's writer."""
    make, key, says = FILES[case]
    make(rig.path("named"))
    address = "" if key == "url_file" else 'url: "https://hooks.example.com/", '
    path = write(rig.path("authmedic.yml"), good[:good.index("notify:")] +
                 f"notify:\n  - {{name: ops, type: webhook, {address}{key}: {rig.path('named')}}}\n")
    check_refused(path, f"{path}:27:12: {says % rig.path('named')}\n")


def test_users_in_a_pipe(rig, good):
    """Nor for that of the endpoint's."""
    os.mkfifo(rig.path("users"))
    path = write(rig.path("authmedic.yml"), good.replace(
        "127.0.0.1:0}", f"127.0.0.1:0, users_file: {rig.path('users')}}}"))
    check_refused(path, f"{path}:7:41: the secret file {rig.path('users')} cannot be used: no regular file\n")


def test_certificate_nowhere(rig, good):
    """Nor is a certificate that is not there told without its place."""
    path = write(rig.path("authmedic.yml"), good.replace(
        "127.0.0.1:0}", "127.0.0.1:0, tls: {certificate_file: /nowhere/crt, key_file: /nowhere/key}}"))
    check_refused(path, "".join(f"{path}:7:34: the {what} file /nowhere/{name} cannot be used: No such file or "
                                "directory\n" for what, name in (("certificate", "crt"), ("secret", "key"))))


def make_pair(rig):
    """The paths of a certificate and its key."""
    certificate, key = rig.path("some.crt"), rig.path("some.key")
    run([need_program("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
         "/CN=localhost", "-days", "2", "-keyout", key, "-out", certificate])
    os.chmod(key, 0o600)
    return certificate, key


FLEET = 'fleet: {group: web, endpoints: ["https://127.0.0.1:1/"], '


@pytest.mark.parametrize("case", ["ca_file", "certificate_file", "key_file", "password_file"])
def test_file_of_the_fleet(rig, good, case):
    """Each file that etcd is asked with is judged before it is, and told by its name."""
    certificate, key = make_pair(rig)
    password, garbage = write(rig.path("password"), "secret"), write(rig.path("garbage"), " \n")
    for secret in (password, garbage):
        os.chmod(secret, 0o600)
    files = {"ca_file": certificate, "certificate_file": certificate, "key_file": key, "password_file": password}
    fleet = "".join(f"{name}: {path}, " for name, path in {**files, case: garbage}.items())
    path = write(rig.path("authmedic.yml"), good + FLEET + fleet + "user: web}\n")
    place = f"{path}:28:8"
    check_refused(path, {
        "ca_file": f"{place}: {NO_CERTIFICATE % garbage}\n",
        "certificate_file": f"{garbage}: holds no certificate in PEM\n",
        "key_file": f"{garbage}: holds no private key in PEM, or one with a passphrase\n",
        "password_file": f"{place}: the secret file {garbage} cannot be used: no regular file, or does not hold "
                         "what it should\n"}[case])
    fleet = "".join(f"{name}: {path}, " for name, path in files.items())
    write(path, good + FLEET + fleet + "user: web}\n")
    assert run([built_program("authmedic"), "check", "--config", path]).stderr == ""


@pytest.mark.parametrize("kind", ["alertmanager", "slack"])
def test_secret_of_no_use(rig, good, kind):
    """Whoever thinks that these are signed is told that they are not."""
    secret = write(rig.path("secret"), "a-secret-that-is-long-enough-for-all")
    os.chmod(secret, 0o600)
    path = write(rig.path("authmedic.yml"), good.replace("type: webhook", f"type: {kind}")
                 .replace('authmedic"}', f'authmedic", secret_file: {secret}}}'))
    check_refused(path, f"{path}:27:12: what is of type {kind} is not signed: a secret_file does nothing\n")


@pytest.mark.parametrize(("make", "says"), [
    (lambda path: None, "the certificate file %s cannot be used: No such file or directory"),
    (make_garbage, NO_CERTIFICATE)], ids=["missing", "garbage"])
def test_authority_of_a_probe(rig, good, make, says):
    """What a site's probe trusts the server by is looked at before a probe fails for it."""
    named = rig.path("named")
    make(named)
    path = write(rig.path("authmedic.yml"), good.replace("probe.keytab}", f"probe.keytab, ca_file: {named}}}"))
    check_refused(path, f"{path}:13:11: {says % named}\n")


def check_as_nobody(path, *words):
    return run([need_program("setpriv", "util-linux"), "--reuid=65534", "--regid=65534", "--clear-groups",
                built_program("authmedic"), "check", "--config", path, *words])


def test_files_that_may_not_be_read(rig, good):
    """Who may not read a file is told that it was not judged, and all else is fine; who may, judges."""
    need_root("files that another user may not read")
    closed = rig.path("closed")
    os.mkdir(closed, 0o700)
    secret, authority = write(f"{closed}/secret", ""), write(f"{closed}/authority", "garbage")
    users = write(rig.path("users"), "garbage")
    for secret_file in (secret, users):
        os.chmod(secret_file, 0o600)
    path = write(rig.path("authmedic.yml"), good.replace("127.0.0.1:0}", f"127.0.0.1:0, users_file: {users}}}")
                 .replace('authmedic"}', f'authmedic", secret_file: {secret}, ca_file: {authority}}}'))
    done = check_as_nobody(path)
    place = f"{path}:27:12"
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split(" was not judged: it may not be read by who asks; only the daemon's user can tell")[0]
            for line in done.stdout.splitlines()[1:4]] == [
                f"{path}:7:41: the secret file {users}", f"{place}: the secret file {secret}",
                f"{place}: the certificate file {authority}"], done.stdout
    told = json.loads(check_as_nobody(path, "--json").stdout.splitlines()[0])
    assert [(file["what"], file["file"]) for file in told["not_judged"]] == [
        ("secret", users), ("secret", secret), ("certificate", authority)]
    done = run([built_program("authmedic"), "check", "--config", path], check=False)
    assert done.returncode == BAD_CONFIGURATION
    assert all(name in done.stderr for name in (users, secret, authority)), done.stderr


def test_secret_of_another_user(rig, good):
    """Root cannot tell whether the one who owns a secret is the daemon's user, and does not call it a mistake."""
    need_root("a file of another user")
    secret = write(rig.path("secret"), "a-secret-that-is-long-enough-for-all")
    os.chmod(secret, 0o600)
    os.chown(secret, 65534, 65534)
    path = write(rig.path("authmedic.yml"), good.replace('authmedic"}', f'authmedic", secret_file: {secret}}}'))
    done = run([built_program("authmedic"), "check", "--config", path])
    assert f"{path}:27:12: the secret file {secret} was not judged: it belongs neither to root" in done.stdout
    done = check_as_nobody(path)
    assert (done.returncode, done.stderr) == (0, "") and "not judged" not in done.stdout


def test_bad_rules(rig, good):
    """A rule with a mistake is refused as the configuration is."""
    rules = rig.path("rules")
    run(["cp", "-r", f"{SOURCE_DIRECTORY}/rules", rules])
    bad = write(f"{rules}/diagnoses/noise.yml", "id: noise\npriority: high\n")
    path = write(rig.path("authmedic.yml"), good.replace(f"{SOURCE_DIRECTORY}/rules", rules))
    done = run([built_program("authmedic"), "check", "--config", path], check=False)
    assert done.stderr.startswith(f"{bad}:2:11: ") and done.returncode == BAD_CONFIGURATION
