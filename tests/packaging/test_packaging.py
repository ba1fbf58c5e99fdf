"""What make install puts where, and that systemd, mandoc and the servers take what is packaged."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AUTHMEDIC_BUILD_DIR", ROOT / "build"))
PREFIX = "usr/local"
os.environ["PATH"] += ":/usr/sbin:/sbin"  # where servers are; an ordinary user's has not got them

FILES = {
    "bin/authmedic": 0o755,
    "sbin/authmedicd": 0o755,
    "libexec/authmedic/authmedic-helper": 0o755,
    "libexec/authmedic/authmedic-probe": 0o755,
    "share/bash-completion/completions/authmedic": 0o644,
    "share/zsh/site-functions/_authmedic": 0o644,
    "lib/systemd/system/authmedicd.service": 0o644,
    "lib/systemd/system/authmedicd.socket": 0o644,
    "lib/systemd/system/authmedic-helper.service": 0o644,
    "lib/systemd/system/authmedic-helper.socket": 0o644,
    "lib/systemd/system/authmedic-revert.service": 0o644,
    "lib/systemd/system/authmedic-revert.timer": 0o644,
    "lib/systemd/catalog/authmedic.catalog": 0o644,
    "lib/sysusers.d/authmedic.conf": 0o644,
    "share/man/man1/authmedic.1": 0o644,
    "share/man/man5/authmedic.yml.5": 0o644,
    "share/man/man8/authmedicd.8": 0o644,
    "share/man/man8/authmedic-helper.8": 0o644,
    "share/man/man8/authmedic-probe.8": 0o644,
    "share/doc/authmedic/README.md": 0o644,
    "share/doc/authmedic/NEWS": 0o644,
    "share/doc/authmedic/authmedic.yml": 0o644,
}


def needs(tool):
    return pytest.mark.skipif(not shutil.which(tool), reason=f"{tool} is missing")


@pytest.fixture(scope="module", name="installed")
def install(tmp_path_factory):
    """A DESTDIR with all that make install leaves there."""
    if not (BUILD / "Makefile").is_file():
        pytest.skip(f"nothing is configured in {BUILD}")
    destination = tmp_path_factory.mktemp("destination")
    subprocess.run(["make", "-s", "-C", BUILD, "install", f"DESTDIR={destination}"], check=True,
                   capture_output=True)
    return destination


def test_installed_files(installed):
    """Every file is where it belongs with the right mode, and nothing else is there."""
    expected = {f"{PREFIX}/{name}": mode for name, mode in FILES.items()}
    for rule in (ROOT / "rules").glob("*/*.yml"):
        expected[f"{PREFIX}/share/authmedic/{rule.relative_to(ROOT)}"] = 0o644
    for snippet in (ROOT / "packaging" / "snippets").iterdir():
        expected[f"{PREFIX}/share/doc/authmedic/{snippet.name}"] = 0o644
    for folder in ("prometheus", "grafana"):
        for file in (ROOT / "packaging" / folder).iterdir():
            expected[f"{PREFIX}/share/authmedic/{folder}/{file.name}"] = 0o644
    for readme in (ROOT / "plugins").glob("*/README.md"):
        plugin = readme.parent.name
        expected[f"{PREFIX}/libexec/authmedic/plugins/{plugin}/{plugin}"] = 0o755
        expected[f"{PREFIX}/share/doc/authmedic/plugins/{plugin}/README.md"] = 0o644
    for page in [*(ROOT / "docs").glob("*.md"), ROOT / "docs/demo.svg"]:
        expected[f"{PREFIX}/share/doc/authmedic/docs/{page.name}"] = 0o644
    found = {str(path.relative_to(installed)): path.stat().st_mode & 0o777
             for path in installed.rglob("*") if not path.is_dir()}
    assert found == expected


def libraries(program):
    """The libraries that a program is linked with, without their versions."""
    told = subprocess.run(["readelf", "-d", BUILD / program], check=True, capture_output=True,
                          text=True).stdout
    return set(re.findall(r"\(NEEDED\).*\[(\w[\w+-]*)\.so", told))


@needs("readelf")
def test_libraries_of_the_helper():
    """The privileged program links no HTTP, no regular expressions and no JSON; the same look finds
    all of that in the daemon."""
    web = {"libcurl", "libmicrohttpd", "libpcre2-8", "libcjson"}
    assert libraries("authmedicd") >= web
    assert libraries("authmedic-helper") <= {
        "libc", "libm", "libyaml-0", "libseccomp", "ld-linux-x86-64", "ld-linux-aarch64",
        "libasan", "libubsan"}


def test_installed_programs_name_installed_folders(installed):
    """The folders compiled into the programs are those that make install fills."""
    daemon = (installed / PREFIX / "sbin/authmedicd").read_bytes()
    for folder in (f"/{PREFIX}/share/authmedic/rules", f"/{PREFIX}/libexec/authmedic/plugins",
                   "/etc/authmedic/authmedic.yml", "/var/lib/authmedic"):
        assert folder.encode() + b"\0" in daemon, folder


@needs("systemd-analyze")
def test_units(installed, tmp_path):
    """systemd finds nothing wrong with the units, whose programs are those installed."""
    units = installed / PREFIX / "lib/systemd/system"
    for unit in units.iterdir():
        text = unit.read_text()
        assert "@" not in re.sub(r"@(system-service|privileged|resources)\b", "", text)
        (tmp_path / unit.name).write_text(text.replace(f"=/{PREFIX}/", f"={installed}/{PREFIX}/"))
    answer = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                             *sorted(map(str, tmp_path.glob("*.s*")))],
                            capture_output=True, text=True, check=False,
                            env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"})
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")


@needs("systemd-analyze")
@pytest.mark.parametrize("unit, most", [("authmedicd.service", 12), ("authmedic-helper.service", 33),
                                        ("authmedic-revert.service", 31)])
def test_exposure(installed, unit, most):
    """systemd's own score of a unit's exposure, in tenths, stays where it was brought."""
    folder = installed / PREFIX / "lib/systemd/system"
    answer = subprocess.run(["systemd-analyze", "security", "--offline=yes", f"--threshold={most}",
                             folder / unit], capture_output=True, text=True, check=False)
    if "Failed to" in answer.stderr and "threshold" not in answer.stderr:
        pytest.skip(answer.stderr.strip())
    assert answer.returncode == 0, answer.stdout[-500:]


def test_descriptors(installed):
    """The daemon may open as many logs as can be configured, twice over for those that were rotated."""
    header = (ROOT / "agent/config/config.h").read_text(encoding="utf-8")
    most = {name: int(number) for name, number in re.findall(r"#define CONFIG_MAX_(SITES|LOGS) +(\d+)", header)}
    unit = (installed / PREFIX / "lib/systemd/system/authmedicd.service").read_text(encoding="ascii")
    assert int(re.search(r"^LimitNOFILE=(\d+)$", unit, re.M)[1]) > 2 * most["SITES"] * most["LOGS"]


@needs("systemd-sysusers")
def test_user(installed, tmp_path):
    """The account that is made has its group, the state folder as home, and no shell."""
    (tmp_path / "etc").mkdir()
    lines = (installed / PREFIX / "lib/sysusers.d/authmedic.conf").read_text().splitlines()
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}", "--inline",
                    *[line for line in lines if not line.startswith("#")]], check=True)
    account = (tmp_path / "etc/passwd").read_text().splitlines()[-1].split(":")
    assert account[0] == "authmedic"
    assert account[5:] == ["/var/lib/authmedic", "/usr/sbin/nologin"]
    assert (tmp_path / "etc/group").read_text().startswith("authmedic:")


@needs("mandoc")
@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "packaging/man").iterdir()))
def test_man_pages(page):
    """mandoc has nothing to say about a page, and the pages of ours that it names exist."""
    path = ROOT / "packaging/man" / page
    answer = subprocess.run(["mandoc", "-T", "lint", path], capture_output=True, text=True, check=False)
    said = [line for line in answer.stdout.splitlines() if "referenced manual not found" not in line]
    assert said == []
    for name, section in re.findall(r"^\.Xr (authmedic\S*) (\d)", path.read_text(), re.M):
        assert (path.parent / f"{name}.{section}").is_file(), f"{name}({section})"


def test_who_may_say_what():
    """authmedic(1) keeps for root alone just the orders for which the helper takes nobody else."""
    manual = " ".join((ROOT / "packaging/man/authmedic.1").read_text(encoding="ascii").split())
    told = re.search(r"Only root may ([a-z, ]+) and ([a-z]+), and who said it", manual)
    orders = re.findall(r"\[PROTOCOL_(\w+)\] = \{\w+, (true|false),",
                        (ROOT / "agent/helper/orders.c").read_text(encoding="ascii"))
    words = {"deny": "refuse", "reverted": "revert"}
    alone = {words.get(verb.lower(), verb.lower()) for verb, only_root in orders if only_root == "true"}
    assert len(orders) == 8 and ("PAUSE", "false") in orders
    assert {*told[1].split(", "), told[2]} == alone | {"revert"}



@needs("apache2")
def test_apache_snippet(tmp_path):
    """Apache takes the log format."""
    modules = pathlib.Path("/usr/lib/apache2/modules")
    config = tmp_path / "apache2.conf"
    config.write_text(
        "".join(f"LoadModule {name}_module {modules}/mod_{file}.so\n"
                for name, file in (("mpm_event", "mpm_event"), ("setenvif", "setenvif"),
                                   ("log_config", "log_config"), ("authz_core", "authz_core"))
                if (modules / f"mod_{file}.so").exists()) +
        f"ServerName localhost\nServerRoot {tmp_path}\nErrorLog {tmp_path}/error.log\n"
        f"Listen 127.0.0.1:8080\nInclude {ROOT}/packaging/snippets/apache-authmedic.conf\n")
    answer = subprocess.run(["apache2", "-t", "-f", config], capture_output=True, text=True, check=False,
                            env={**os.environ, "APACHE_LOG_DIR": str(tmp_path)})
    assert (answer.returncode, answer.stderr) == (0, "Syntax OK\n")


@needs("squid")
def test_squid_snippet(tmp_path):
    """Squid takes the log lines."""
    config = tmp_path / "squid.conf"
    snippet = (ROOT / "packaging/snippets/squid-authmedic.conf").read_text()
    config.write_text(f"http_port 127.0.0.1:3128\npid_filename {tmp_path}/squid.pid\n"
                      f"coredump_dir {tmp_path}\n" + snippet.replace("/var/log/squid", str(tmp_path)))
    answer = subprocess.run(["squid", "-f", config, "-k", "parse"], capture_output=True, text=True,
                            check=False)
    assert answer.returncode == 0 and not re.search(r"ERROR|FATAL|WARNING", answer.stderr), answer.stderr


def test_example_configuration(installed, tmp_path):
    """The example is a configuration that authmedic finds nothing wrong with."""
    example = tmp_path / "authmedic.yml"
    secret = tmp_path / "hook.secret"
    secret.touch(mode=0o600)
    secret.write_text("a secret of the example's own")
    text = (installed / PREFIX / "share/doc/authmedic/authmedic.yml").read_text()
    assert "/etc/authmedic/hook.secret" in text
    example.write_text(text.replace("/etc/authmedic/hook.secret", str(secret)) +
                       f"rules_dir: {installed}/{PREFIX}/share/authmedic/rules\n"
                       f"plugin_dir: {installed}/{PREFIX}/libexec/authmedic/plugins\n")
    answer = subprocess.run([BUILD / "authmedic", "check", "--config", example], capture_output=True,
                            text=True, check=False)
    assert answer.returncode == 0, answer.stderr
