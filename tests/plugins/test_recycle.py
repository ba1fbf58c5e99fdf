"""recycle: runs the command of the configuration, or asks systemd, and nothing else."""

import pytest

NAME = "recycle"


def words(*command):
    told = {f"with_command_{number}": word for number, word in enumerate(command, 1)}
    return {"with_command_count": len(command), **told}


@pytest.fixture(name="program")
def fixture_program(tmp_path):
    """A program that tells its arguments, and ends as the file `status` says."""
    path = tmp_path / "program"
    path.write_text(f"#!/bin/sh\nfor word; do echo \"[$word]\"; done\numask\nexit $(cat {tmp_path}/status)\n")
    path.chmod(0o755)
    (tmp_path / "status").write_text("0")
    return path


def test_runs_the_command(plugin, program):
    """Each word is one argument, whatever stands in it; what the command starts has the usual umask."""
    odd = ["-k", "two words", "", "$(id)", "; id", "*"]
    ended = plugin(NAME, "apply", **words(program, *odd))
    assert ended.status == 0
    assert ended.out == "".join(f"[{word}]\n" for word in odd) + "0022\n"


@pytest.mark.parametrize("status, told", [(1, 1), (2, 1), (3, 1), (75, 75)])
def test_tells_how_the_command_ended(plugin, program, tmp_path, status, told):
    """What fails has failed: a command's own 2 does not say that nothing was changed, as a remedy's does."""
    (tmp_path / "status").write_text(str(status))
    assert plugin(NAME, "apply", **words(program)).status == told


def test_tells_of_a_command_that_says_nothing(plugin, tmp_path):
    """The status is told where the command says no word; a signal that ends it is a failure."""
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexit 2\n")
    silent.chmod(0o755)
    ended = plugin(NAME, "apply", **words(silent))
    assert (ended.status, ended.err) == (1, f"{silent} ended with status 2\n")
    silent.write_text("#!/bin/sh\nkill -9 $$\n")
    assert plugin(NAME, "apply", **words(silent)).status == 1


def test_check_runs_nothing(plugin, program):
    """A check says what would be run."""
    ended = plugin(NAME, "check", **words(program, "-k", "reconfigure"))
    assert (ended.status, ended.out) == (0, f"would run: {program} -k reconfigure\n")


@pytest.mark.parametrize("told", [
    {},
    {"with_command": "/bin/true"},
    {"with_command_count": "0"},
    {"with_command_count": "65"},
    {"with_command_count": "-1"},
    {"with_command_count": "2", "with_command_1": "/bin/true"},
    words("true"),
    words("bin/true"),
    {**words("/bin/true"), "with_unit": "web.service"},
    {"with_unit": "web.service", "with_verb": "stop"},
    {"with_unit": "--all"},
    {"with_unit": "a b"},
    {"with_unit": "../x"},
    {"with_unit": "web.service other.service"},
])
def test_refuses(plugin, told):
    """What is not exactly one command or one unit is bad configuration, for a check and for the act."""
    assert plugin(NAME, "check", **told).status == 2
    assert plugin(NAME, "apply", **told).status == 2


@pytest.mark.parametrize("path", ["/nothing/there", "/etc/passwd", "/tmp"])
def test_refuses_what_is_no_program(plugin, path):
    """A command that cannot be run is bad configuration too."""
    assert plugin(NAME, "check", **words(path)).status == 2
    assert plugin(NAME, "apply", **words(path)).status == 2


@pytest.mark.parametrize("told, verb", [({}, "restart"), ({"with_verb": "reload"}, "reload")])
def test_asks_systemd(plugin, overlaid, program, told, verb):
    """A unit is restarted or reloaded by systemctl, without asking anybody for a password."""
    prefix = overlaid({"/usr/bin/systemctl": program})
    ended = plugin(NAME, "apply", prefix=prefix, with_unit="web@1.service", **told)
    assert ended.out.splitlines()[:4] == ["[--no-ask-password]", f"[{verb}]", "[--]", "[web@1.service]"]


def test_cannot_be_taken_back(plugin, program):
    """There is nothing to revert."""
    assert plugin(NAME, "revert", **words(program)).status == 2
