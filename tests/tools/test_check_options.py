"""check-options finds every difference between programs, man pages, docs and the table of keys."""

import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

HELP = "usage: x [--config FILE]\n  --config FILE   text\n  --help  text\n"
VERBS = "  check    text\n  replay [LOG...]  text\n"
PAGE = ".It Fl -config Ar file\n.It Fl -help\n"
TABLE = '''static const struct option options[] = {
    {"mode", &option_choice, IN_CONFIG(mode), "observe", .choices = modes,
        .help = "observe: not; act: do"},
    {"http", &option_section, .help = "the page"},
    {"http.listen", &option_listen, IN_CONFIG(http_listen), "127.0.0.1:19401",
        .help = "ADDRESS:PORT, \\"quoted\\""},
    {"state_dir", &option_path, IN_CONFIG(state_dir), AUTHMEDIC_STATE_DIR, .help = "state"},
    {"sites[].name", &option_name, IN_SITE(name), .is_required = true,
        .help = "the name"},
};
'''
KEYS = """.It Ic mode Ar choice Pq Li observe
.It Ic http.listen Ar address Pq Li 127.0.0.1:19401
.It Ic state_dir Ar path Pq Li /var/lib/authmedic
.It Ic sites[].name Ar name Pq required
"""


def plant(tree, name, text, mode=0o644):
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def program(tree, name, text=HELP):
    plant(tree, name, f"#!/bin/sh\ncat <<'END'\n{text}END\n", 0o755)


@pytest.fixture(name="tree")
def make_tree(tmp_path):
    """Programs, pages and a table that agree."""
    for name in ("authmedicd", "authmedic-helper", "authmedic-probe"):
        program(tmp_path, f"build/{name}")
        plant(tmp_path, f"packaging/man/{name}.8", PAGE)
    program(tmp_path, "build/authmedic", HELP + VERBS)
    plant(tmp_path, "packaging/man/authmedic.1", ".It Ic check\n.It Ic replay Op Ar log ...\n" + PAGE)
    program(tmp_path, "quickstart", "usage: ./quickstart [--once] [--help]\n")
    program(tmp_path, "run-tests", "usage: ./run-tests [--long]\n")
    plant(tmp_path, "agent/config/options.c", TABLE)
    plant(tmp_path, "packaging/man/authmedic.yml.5", KEYS)
    return tmp_path


def run(tree):
    answer = subprocess.run([ROOT / "tools/check-options", "--root", tree], capture_output=True,
                            text=True, check=False)
    assert answer.stderr == ""
    found = answer.stdout.splitlines()
    assert answer.returncode == (1 if found else 0)
    assert all(re.match(r"\S+:\d+: ", line) for line in found)
    return found


def test_agreement(tree):
    """Where all agree there is nothing to say."""
    plant(tree, "README.md", "Run `./quickstart --once`, then `build/authmedic check --config FILE`.\n"
                             "```\n$ sudo authmedicd --config a.yml\n./run-tests --long\n```\n"
                             "`other --missing` `authmedic VERB`\n")
    assert run(tree) == []


@pytest.mark.parametrize("name, text, line", [
    ("packaging/man/authmedicd.8", PAGE + ".It Fl -fast\n", "packaging/man/authmedicd.8:3: --fast is not in --help"),
    ("packaging/man/authmedicd.8", ".It Fl -help\n", "packaging/man/authmedicd.8:1: --config of --help is missing here"),
    ("packaging/man/authmedic.1", ".It Ic check\n.It Ic replay\n.It Ic fly\n" + PAGE,
     "packaging/man/authmedic.1:3: verb fly is not in --help"),
    ("packaging/man/authmedic.1", ".It Ic check\n" + PAGE,
     "packaging/man/authmedic.1:1: verb replay of --help is missing here"),
    ("README.md", "\n`./run-tests --fast`\n", "README.md:2: run-tests: --fast is not in --help"),
    ("docs/a.md", "```\n$ authmedicd --loud\n```\n", "docs/a.md:2: authmedicd: --loud is not in --help"),
    ("docs/a.md", "`authmedic fly`\n", "docs/a.md:1: authmedic: the verb fly is not in --help"),
    ("packaging/man/authmedic.yml.5", KEYS + ".It Ic novel Ar path\n",
     "packaging/man/authmedic.yml.5:5: the key novel is not in agent/config/options.c"),
    ("packaging/man/authmedic.yml.5", KEYS.replace("19401", "1"),
     "packaging/man/authmedic.yml.5:2: the default of http.listen is 127.0.0.1:19401"),
    ("packaging/man/authmedic.yml.5", KEYS.replace(" Pq required", ""),
     "packaging/man/authmedic.yml.5:4: the default of sites[].name is required"),
    ("packaging/man/authmedic.yml.5", KEYS.split("\n", 1)[1],
     "packaging/man/authmedic.yml.5:1: the key mode of agent/config/options.c is missing here"),
])
def test_planted(tree, name, text, line):
    """Each difference is found where it stands."""
    plant(tree, name, text)
    assert run(tree) == [line]


def test_missing_program(tree):
    """A program that is not there to be asked is a finding, not silence."""
    (tree / "build/authmedic").unlink()
    assert run(tree) == ["packaging/man/authmedic.1:1: authmedic is not built, so --help cannot be asked"]
