"""install-packages installs what is missing, with nothing started meanwhile, and says what it cannot."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Machine:
    """A machine whose apt, dpkg, sudo and user are small scripts around a list of packages."""

    def __init__(self, folder):
        self.folder = folder
        self.installed = folder / "installed"
        self.log = folder / "log"
        self.policy = folder / "policy-rc.d"
        shutil.copytree(ROOT / "tools", folder / "tools")
        (folder / "tools/packages").write_text("# text\nbuild: gcc make\nbuild: libuv1-dev\ntest: squid\n")
        self.installed.write_text("make\n")
        self.log.write_text("")
        self.command("dpkg-query", f'grep -qx "$4" {self.installed} && printf installed')
        self.command("apt-cache", '[ "$3" != unknown ]')
        self.command("apt-get", f"""
echo "apt-get $* policy=$(cat {self.policy} 2>/dev/null | tail -n 1)" >>{self.log}
for word; do
    case $word in -*|*::*|install|update) ;; *) echo "$word" >>{self.installed} ;; esac
done""")
        self.command("sudo", f"""
echo "sudo $*" >>{self.log}
[ "$1" != -n ] || exit "${{PASSWORD_NEEDED:-0}}"
exec "$@\"""")
        self.be("0")

    def command(self, name, text):
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/bash\n" + text + "\n")
        path.chmod(0o755)

    def be(self, user):
        self.command("id", f"echo {user}")

    def run(self, *arguments, **environment):
        answer = subprocess.run(
            [self.folder / "tools/install-packages", *arguments], capture_output=True, text=True,
            check=False, env={"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                              "AUTHMEDIC_POLICY_FILE": str(self.policy), **environment})
        return answer.returncode, answer.stdout, answer.stderr

    def logged(self):
        return self.log.read_text()


@pytest.fixture(name="machine")
def make_machine(tmp_path):
    return Machine(tmp_path)


def test_installs_what_is_missing(machine):
    """Only the missing packages of the groups asked for; daemons may not start; the policy goes again."""
    status, said, _ = machine.run("build")
    assert (status, said.splitlines()[0]) == (0, "apt-get will install: gcc libuv1-dev")
    assert "install -y --no-install-recommends gcc libuv1-dev policy=exit 101" in machine.logged()
    assert "squid" not in machine.logged()
    assert not machine.policy.exists()


def test_program_from_elsewhere(machine):
    """What is wanted for its program alone is left alone where there is such a program."""
    with (machine.folder / "tools/packages").open("a") as packages:
        packages.write("test: npm?sh yarn?no-such-program\n")
    _, said, _ = machine.run("test")
    assert said.splitlines()[0] == "apt-get will install: squid yarn"


def test_leaves_the_machines_own_policy(machine):
    """A policy that was there stays as it was."""
    machine.policy.write_text("mine\n")
    assert machine.run("build")[0] == 0
    assert machine.policy.read_text() == "mine\n"


def test_nothing_to_do(machine):
    """Where all is there nothing is asked, said or started."""
    machine.installed.write_text("gcc\nmake\nlibuv1-dev\n")
    machine.be("1000")
    assert machine.run("build") == (0, "", "")
    assert machine.logged() == ""


def test_dry_run(machine):
    """A dry run names what is missing and does nothing."""
    status, said, why = machine.run("--dry-run", "build", "test")
    assert (status, said, why) == (1, "", "nothing was installed; missing: gcc libuv1-dev squid\n")
    assert machine.logged() == ""


def test_sudo_without_password(machine):
    """An ordinary user goes by sudo where it does not ask."""
    machine.be("1000")
    assert machine.run("build")[0] == 0
    assert "sudo env DEBIAN_FRONTEND=noninteractive apt-get" in machine.logged()


def test_sudo_with_password(machine):
    """Where sudo would ask it is left alone, unless asking was allowed."""
    machine.be("1000")
    status, _, why = machine.run("build", PASSWORD_NEEDED="1")
    assert (status, why) == (1, "sudo would ask for a password; missing: gcc libuv1-dev\n")
    assert "apt-get" not in machine.logged()
    status, said, _ = machine.run("--ask", "build", PASSWORD_NEEDED="1")
    assert (status, said.splitlines()[0]) == (0, "As root (with sudo) apt-get will install: gcc libuv1-dev")


def test_unknown_package(machine):
    """What this release does not know is named, and does not keep out the rest."""
    with (machine.folder / "tools/packages").open("a") as packages:
        packages.write("build: unknown\n")
    status, _, why = machine.run("build")
    assert (status, why) == (1, "not all could be installed; missing: unknown\n")
    assert machine.installed.read_text() == "make\ngcc\nlibuv1-dev\n"


def test_wrong_option(machine):
    """An unknown option is a mistake in usage."""
    assert machine.run("--fast")[0] == 2
