"""What docs/plugins.md promises of every plugin, and its example."""

import pathlib
import re
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]

INSPECTORS = ["inspect-worker", "inspect-keytab", "inspect-config", "inspect-clock", "inspect-unit", "inspect-squid",
              "inspect-jvm", "inspect-iis"]
REMEDIES = ["recycle", "recycle-apache", "recycle-squid", "recycle-tomcat", "exec", "refresh-keytab",
            "ntlm-fallback-apache", "recycle-iis", "ntlm-fallback-iis"]
REVERSIBLE = {"exec", "ntlm-fallback-apache", "ntlm-fallback-iis"}
PLUGINS = {**{name: "inspector" for name in INSPECTORS}, **{name: "remedy" for name in REMEDIES}}
FACTS = (SOURCE / "docs" / "facts.md").read_text()


@pytest.mark.parametrize("name, kind", PLUGINS.items())
def test_describes_itself(plugin, name, kind):
    """The manifest names the contract, the plugin and its kind, and a remedy's price."""
    yaml = pytest.importorskip("yaml")
    ended = plugin(name, "describe")
    manifest = yaml.safe_load(ended.out)
    assert (ended.status, ended.err) == (0, "")
    assert (manifest["api"], manifest["name"], manifest["kind"]) == (1, name, kind)
    assert manifest["title"]
    for key in manifest["with"].values():
        assert set(key) == {"type", "required", "title"}
    if kind == "remedy":
        assert manifest["reversible"] == (name in REVERSIBLE) and manifest["disruption"]


@pytest.mark.parametrize("name", PLUGINS)
@pytest.mark.parametrize("verb", ["", "nonsense", "revert", "--help"])
def test_refuses_other_verbs(plugin, name, verb):
    """A verb that it does not have is bad configuration, and prints no fact."""
    ended = plugin(name, verb)
    assert ended.status == 2
    assert ended.err and not ended.facts


@pytest.mark.parametrize("name", PLUGINS)
def test_refuses_other_contracts(plugin, name):
    """Under another contract it does nothing."""
    assert plugin(name, "describe", contract="2").status == 2


@pytest.mark.parametrize("name", PLUGINS)
def test_has_a_page(name):
    """Each has a README that begins with its name."""
    assert (SOURCE / "plugins" / name / "README.md").read_text().startswith(f"# {name}\n")


@pytest.mark.parametrize("name", INSPECTORS)
def test_tells_documented_facts(plugin, name, start_cat, pidfile, tmp_path):
    """With and without something to tell, an inspector ends well, tells facts that docs/facts.md has under its name, and
    nothing else."""
    section = re.search(rf"^### {name}$(.*?)^##", FACTS, re.M | re.S)[1]
    documented = set(re.findall(r"`([a-z0-9]+\.[a-z0-9_]+)`", section))
    keytab = tmp_path / "http.keytab"
    keytab.write_bytes(b"\x05\x02")
    worker = pidfile(start_cat().pid)
    for told in ({}, {"worker_pidfile": worker, "keytab": keytab, "service": "HTTP/www", "krb5_config": tmp_path / "no",
                      "configuration_count": 1, "configuration_1": tmp_path}):
        ended = plugin(name, "inspect", **told)
        assert (ended.status, ended.err) == (0, "")
        assert {fact.removesuffix("_why") for fact in ended.facts} <= documented | {"clock.kdc"}
        assert len(ended.out.splitlines()) == len(ended.facts), "a line that is no fact"
        assert plugin(name, "check", **told).status in (0, 1, 2)


@pytest.fixture(name="example")
def fixture_example(tmp_path):
    """The example of docs/plugins.md as a program."""
    text = (SOURCE / "docs" / "plugins.md").read_text()
    script = re.search(r"^```sh\n(#!.*?)^```$", text, re.M | re.S)[1]
    path = tmp_path / "touch-reload"
    path.write_text(script)
    path.chmod(0o755)
    return path


def run_example(example, verb, **environment):
    return subprocess.run([example, verb], env={"PATH": "/usr/bin:/bin", **environment}, text=True,
                          capture_output=True, check=False)


def test_example_describes_itself(example):
    """Its manifest is YAML that says what the page says."""
    yaml = pytest.importorskip("yaml")
    manifest = yaml.safe_load(run_example(example, "describe").stdout)
    assert (manifest["api"], manifest["name"], manifest["kind"]) == (1, "touch-reload", "remedy")
    assert manifest["with"]["file"]["required"] is True


def test_example_works(example, tmp_path):
    """It touches the file and says so; without one it is bad configuration."""
    reload = tmp_path / "reload"
    told = {"AUTHMEDIC_WITH_FILE": str(reload), "AUTHMEDIC_SITE": "web"}
    assert run_example(example, "apply", **told).returncode == 2
    assert run_example(example, "check").returncode == 2
    assert run_example(example, "nonsense").returncode == 2
    reload.touch()
    before = reload.stat().st_mtime_ns
    assert run_example(example, "check", **told).returncode == 0
    assert reload.stat().st_mtime_ns == before
    done = run_example(example, "apply", **told)
    assert (done.returncode, done.stdout) == (0, "touched the file for site web\n")
    assert reload.stat().st_mtime_ns > before
