"""What docs/plugins.md promises of every plugin, and its example."""

import pathlib
import re
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]

PLUGINS = {"inspect-worker": "inspector", "inspect-keytab": "inspector", "recycle": "remedy"}


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
        assert manifest["reversible"] in (True, False) and manifest["disruption"]


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
