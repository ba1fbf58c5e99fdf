"""What is shipped for shells completes what the command takes: its verbs, options, sites and targets."""

import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AUTHMEDIC_BUILD_DIR", ROOT / "build"))
BASH = ROOT / "packaging/completion/authmedic"
ZSH = ROOT / "packaging/completion/_authmedic"
CONFIG = """\
helper: spawn
sites:
  - {name: intranet, evidence: voters, logs: [{path: /var/log/x, format: apache-combined}]}
  - {name: wiki, evidence: voters, logs: [{path: /var/log/y, format: apache-combined}]}
notify:
  - {name: ops, type: slack, url: "https://hooks.example.com/x"}
"""


@pytest.fixture(name="authmedic")
def fixture_authmedic():
    """The command that was built."""
    if not (BUILD / "authmedic").is_file():
        pytest.skip(f"nothing is built in {BUILD}")
    return BUILD / "authmedic"


def said(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("how, path", [("for-bash", BASH), ("for-zsh", ZSH)])
def test_up_to_date(authmedic, how, path):
    """The file is what the command makes of its tables; else `authmedic completion` writes it."""
    assert path.read_text(encoding="utf-8") == said(authmedic, "completion", how)


@pytest.mark.parametrize("path", [BASH, ZSH], ids=["bash", "zsh"])
def test_complete(authmedic, path):
    """Every verb and option of the help is there, and no other."""
    said_help = said(authmedic, "--help")
    verbs = set(re.findall(r"^  ([a-z]+) ", said_help, re.M))
    options = set(re.findall(r"^  (--[a-z]+)", said_help, re.M))
    text = path.read_text(encoding="utf-8")
    assert len(verbs) > 15 and len(options) > 5
    assert set(re.findall(r"^    ([a-z]+)\) word=", text, re.M)) == verbs
    assert set(re.findall(r"--[a-z]+", text)) - {"--config"} == options - {"--config"}


def write_configs(folder):
    """The one that is read by default, and others that a person may name."""
    text = CONFIG + f"rules_dir: {ROOT}/rules\nplugin_dir: {BUILD}/plugins\n"
    config = folder / "authmedic.yml"
    config.write_text(text)
    for name in ("other.yml", "an other.yml"):
        (folder / name).write_text(text.replace("intranet", "extranet").replace("name: wiki", "name: zoo"))
    return config


def complete(authmedic, tmp_path, *words):
    """What bash offers for the last word, with a configuration of its own."""
    config = write_configs(tmp_path)
    script = (f". {BASH}\n"
              f"authmedic() {{ {authmedic} --config {config} \"$@\"; }}\n"
              f"COMP_WORDS=({' '.join(repr(word) for word in ('authmedic', *words))})\n"
              "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_authmedic\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n")
    return sorted(subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path,
                                 env={**os.environ, "HOME": str(tmp_path)}).stdout.split())


@pytest.mark.parametrize("words, wanted", [
    (["hist"], ["history"]),
    (["pr"], ["probe"]),
    (["probe", ""], ["intranet", "wiki"]),
    (["--json", "inspect", "w"], ["wiki"]),
    (["--config", "other.yml", "approve", ""], ["extranet", "zoo"]),
    (["--config", "=", "other.yml", "approve", ""], ["extranet", "zoo"]),
    (["approve", "--config", "~/an other.yml", "ex"], ["extranet"]),
    (["--config", "nowhere.yml", "approve", ""], []),
    (["--config", "approve", "approve", ""], []),
    (["notify", ""], ["again", "list", "test"]),
    (["notify", "test", ""], ["ops"]),
    (["rules", ""], ["test"]),
    (["completion", "for-z"], ["for-zsh"]),
    (["status", "--col"], ["--columns"]),
    (["--config", "authm"], ["authmedic.yml"]),
    (["replay", "authm"], ["authmedic.yml"]),
    (["status", ""], []),
])
def test_bash(authmedic, tmp_path, words, wanted):
    """bash offers what fits the place."""
    assert complete(authmedic, tmp_path, *words) == wanted


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is missing")
def test_zsh(authmedic, tmp_path):
    """zsh takes the file, and knows every verb by its help."""
    stubs = ("_describe() { local -a all; all=(${(P)@[-1]}); print -l $all }; "
             "compadd() { print -l -- ${@:2} }; _files() { print FILES }")
    script = f"{stubs}; words=(authmedic ''); CURRENT=2; . {ZSH}"
    done = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    verbs = re.findall(r"^  ([a-z]+) ", said(authmedic, "--help"), re.M)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == verbs and done.stderr == ""
    script = f"{stubs}; words=(authmedic notify ''); CURRENT=3; . {ZSH}"
    assert said("zsh", "-f", "-c", script).split() == ["list", "test", "again"]
    stubs = (f"authmedic() {{ {authmedic} --config {write_configs(tmp_path)} \"$@\" }}; "
             "compadd() { print -l -- ${(P)@[-1]} }")
    for words, wanted in (("inspect", ["intranet", "wiki"]), (f"--config {tmp_path}/other.yml inspect",
                                                                  ["extranet", "zoo"]),
                          (f"inspect --config='{tmp_path}/an other.yml'", ["extranet", "zoo"])):
        words = ' '.join(f'"{word}"' for word in re.split(r" (?!other)", words))
        script = f"{stubs}; words=(authmedic {words} ''); CURRENT=$#words; . {ZSH}"
        assert said("zsh", "-f", "-c", script).split() == wanted, words


class Shell:
    """A shell that a person types into, on a terminal of its own."""

    def __init__(self, words, authmedic, home):
        pid, self._terminal = pty.fork()
        if pid == 0:
            os.execvpe(words[0], words, {"PATH": f"{authmedic.parent}:{os.environ['PATH']}", "TERM": "dumb",
                                         "PS1": "$ ", "HOME": str(home), "LC_ALL": "C.UTF-8"})
        self._pid = pid

    def type(self, keys, wanted):
        """Types, and waits until that is on the screen."""
        os.write(self._terminal, keys.encode())
        seen, end = "", time.monotonic() + 20
        while wanted not in seen:
            assert time.monotonic() < end, seen
            if select.select([self._terminal], [], [], 1)[0]:
                seen += os.read(self._terminal, 65536).decode()

    def close(self):
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)


@pytest.mark.parametrize("name, words, load", [
    ("bash", ["bash", "--norc", "-i"], f". {BASH}; echo lo''aded"),
    ("zsh", ["zsh", "-f", "-i"],
     f"fpath=({ZSH.parent} $fpath); autoload -Uz compinit; compinit -u -D; echo lo''aded"),
])
def test_typed(authmedic, tmp_path, name, words, load):
    """A real shell fills in verbs, options and fixed words when a person presses the tabulator key."""
    if not shutil.which(name):
        pytest.skip(f"{name} is missing")
    shell = Shell(words, authmedic, tmp_path)
    try:
        shell.type(f"{load}\n", "\nloaded")
        shell.type("authmedic hist\t", "history ")
        shell.type("\x15authmedic notify ag\t", "notify again ")
        shell.type("\x15authmedic status --js\t", "--json ")
    finally:
        shell.close()
