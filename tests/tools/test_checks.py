"""Each check of tools/ finds the violation that is planted for it, where it is, and nothing else."""

import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TAB = "\t"


def run(check, tree):
    """The findings of a check over a tree, as (file, line, message)."""
    answer = subprocess.run([ROOT / "tools" / check, "--root", tree], capture_output=True, text=True,
                            check=False)
    assert answer.stderr == ""
    found = [tuple(re.fullmatch(r"(.+?):(\d+): (.+)", line).groups())
             for line in answer.stdout.splitlines()]
    assert answer.returncode == (1 if found else 0)
    return [(name, int(line), message) for name, line, message in found]


def plant(tree, name, text):
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def assert_found(findings, name, line, words):
    assert len(findings) == 1, findings
    assert findings[0][:2] == (name, line)
    assert words in findings[0][2]


HEADERS = ["base/view.h", "loop/timer.h", "config/config.h", "intake/intake.h", "parse/record.h",
           "detect/detector.h", "diagnose/rules.h", "remedy/protocol.h", "remedy/ladder.h",
           "report/metrics.h", "state/store.h", "daemon/pipeline.h", "ledger/ledger.h",
           "probe/http_get.h", "cli/verbs.h"]


@pytest.fixture(name="tree")
def make_tree(tmp_path):
    for header in HEADERS:
        plant(tmp_path, f"agent/{header}", "")
    return tmp_path


@pytest.mark.parametrize("name, include, words", [
    ("base/view.c", '"parse/record.h"', "base may not include parse/record.h"),
    ("parse/squid.c", '"detect/detector.h"', "parse may not include"),
    ("parse/squid.c", '"loop/timer.h"', "parse may not include"),
    ("diagnose/rules.c", '"intake/intake.h"', "diagnose may not include"),
    ("state/store.c", '"daemon/pipeline.h"', "state may not include"),
    ("daemon/main.c", '"cli/verbs.h"', "daemon may not include"),
    ("helper/main.c", '"remedy/ladder.h"', "helper may not include"),
    ("helper/main.c", '"loop/timer.h"', "helper may not include"),
    ("probe/main.c", '"config/config.h"', "probe may not include"),
    ("novel/main.c", '"base/view.h"', "the folder novel has no place"),
    ("base/view.c", '"base/missing.h"', "is no file"),
    ("base/view.c", "VIEW_HEADER", "one file, in quotes or brackets"),
    ("base/json.c", "<yaml.h>", "belongs to agent/config/document.c only"),
    ("parse/squid.c", "<uv.h>", "belongs to"),
    ("parse/squid.c", "<pcre2.h>", "belongs to agent/parse/regex.c only"),
    ("helper/main.c", "<openssl/hmac.h>", "belongs to"),
    ("parse/squid.c", "<unistd.h>", "is POSIX"),
    ("report/page.c", "<sys/socket.h>", "is POSIX"),
    ("cli/main.c", "<poll.h>", "is POSIX"),
    ("helper/main.c", "<glib.h>", "neither C, nor POSIX"),
])
def test_includes_planted(tree, name, include, words):
    """Every wrong direction and every library out of its home is found at its line."""
    plant(tree, f"agent/{name}", f'/* #include "daemon/pipeline.h" */\n#  include {include}\n')
    assert_found(run("check-includes", tree), f"agent/{name}", 2, words)


@pytest.mark.parametrize("name, include", [
    ("base/random.c", "<unistd.h>"),
    ("config/document.c", "<yaml.h>"),
    ("loop/timer.c", "<uv.h>"),
    ("intake/watcher.c", "<uv.h>"),
    ("helper/main.c", '"remedy/protocol.h"'),
    ("helper/main.c", "<sys/socket.h>"),
    ("cli/main.c", '"daemon/pipeline.h"'),
    ("cli/main.c", '"probe/http_get.h"'),
    ("daemon/main.c", '"state/store.h"'),
    ("detect/voters.c", '"parse/record.h"'),
    ("daemon/main.c", '"config.h"'),
])
def test_includes_allowed(tree, name, include):
    """What the order allows passes."""
    plant(tree, f"agent/{name}", f"#include {include}\n")
    assert run("check-includes", tree) == []


def function(body, parameters="void"):
    return f"static int measured({parameters})\n{{\n{body}\treturn 0;\n}}\n"


def statements(count):
    return "\tcall();\n" * count


needs_meters = pytest.mark.skipif(not (shutil.which("ctags") and shutil.which("pmccabe")),
                                  reason="ctags or pmccabe is missing")


@needs_meters
@pytest.mark.parametrize("text, line, words", [
    (function(statements(57)), 1, "61 lines, at most 60"),
    (function("", "int a, int b, int c, int d, int e"), 1, "5 parameters, at most 4"),
    (function("", "int (*a)(int, int), int b, int c, int d, int e"), 1, "5 parameters"),
    (function(f"{TAB}if (a) call();\n" * 12), 1, "complexity 13, at most 12"),
    (function(f"{TAB}each (a) if (a && a && a) call();\n" * 4), 1, "complexity 13"),
    ("#define M(a) \\\n" + "a; \\\n" * 19 + "a\n", 1, "macro of more than 20 lines"),
    ("\n/* " + "x" * 98 + " */\n", 2, "more than 100 columns"),
    ("\n" * 601, 601, "601 lines, at most 600"),
])
def test_sizes_planted(tmp_path, text, line, words):
    """Each size one beyond its limit is found."""
    plant(tmp_path, "agent/base/planted.c", text)
    assert_found(run("check-sizes", tmp_path), "agent/base/planted.c", line, words)


DISGUISES = """#define must_check __attribute__((warn_unused_result))
#define format_like(a, b) __attribute__((format(printf, a, b)))
#define array_of(type) \\
	struct { \\
		type *items; \\
	}
struct holder {
	array_of(struct thing *) things;
};
must_check static inline int measured(struct thing *thing) format_like(1, 2);
#ifdef ODD
#define OPEN {
#endif
"""


@needs_meters
@pytest.mark.parametrize("head", [
    "must_check static int measured(void)", "__attribute__((noinline)) static int measured(void)",
    "static int\nmeasured(void)", "format_like(1, (2)) int measured(void)",
])
def test_sizes_in_disguise(tmp_path, head):
    """Macros and attributes around a function do not hide its size."""
    body = '\tconst char *brace = "}{{";\n' + statements(60)
    plant(tmp_path, "agent/base/planted.c", f"{DISGUISES}{head}\n{{\n{body}}}\n")
    findings = run("check-sizes", tmp_path)
    assert len(findings) == 1 and "measured(): 6" in findings[0][2], findings


@pytest.mark.parametrize("room, most", [("helper", 1000), ("ledger", 850)])
def test_helper_size(tmp_path, room, most):
    """The helper and its ledger are bounded, headers and all; comments and empty lines are free."""
    plant(tmp_path, f"agent/{room}/a.h", "/* a\n * b */\n\n" + "int a;\n" * 100)
    plant(tmp_path, f"agent/{room}/b.c", "// c\n" + "int b;\n" * (most - 100))
    plant(tmp_path, "agent/daemon/c.c", "int c;\n" * (most + 1))
    assert run("check-helper", tmp_path) == []
    plant(tmp_path, f"agent/{room}/d.c", "\n/* d */ int d;\nint e;\n")
    assert_found(run("check-helper", tmp_path), f"agent/{room}/d.c", 2, f"more than {most} lines")


@needs_meters
def test_sizes_of_library_callbacks(tmp_path):
    """Only a callback in a library's wrapper may have the parameters that the library gives it."""
    text = "int on_access(int a, int b, int c, int d, int e)\n{\n\treturn 0;\n}\n"
    plant(tmp_path, "agent/report/http_server.c", text)
    assert run("check-sizes", tmp_path) == []
    plant(tmp_path, "agent/report/page.c", text)
    assert_found(run("check-sizes", tmp_path), "agent/report/page.c", 1, "5 parameters")


@needs_meters
def test_sizes_unmeasurable(tmp_path):
    """A function that only one of the two meters sees is itself a finding."""
    plant(tmp_path, "agent/base/planted.c", "int measured(a)\n\tint a;\n{\n\treturn OPEN a);\n}\n"
                                            "struct broken { int f(int) g(int);\nint h(void) {}\n")
    assert any("do not both see" in message for _, _, message in run("check-sizes", tmp_path))


@needs_meters
def test_sizes_at_the_limit(tmp_path):
    """Exactly the limit passes, in C, and in a Python file and a script."""
    plant(tmp_path, "agent/base/planted.c",
          DISGUISES + function(f"{TAB}if (a)\n{TAB * 2}call();\n" * 11 + statements(34),
                               "int a, int b, const char *format, int (*d)(int, int), ..."))
    plant(tmp_path, "tests/scenario/test_planted.py", "pass\n" * 600)
    assert run("check-sizes", tmp_path) == []
    plant(tmp_path, "tests/scenario/test_planted.py", "pass\n" * 601)
    plant(tmp_path, "tool", "#!/bin/bash\n" + "true\n" * 600)
    assert [finding[:2] for finding in run("check-sizes", tmp_path)] == [
        ("tests/scenario/test_planted.py", 601), ("tool", 601)]


@pytest.mark.parametrize("name, code, words", [
    ("agent/base/a.c", "strcpy(a, b);", "strcpy() is banned"),
    ("agent/base/a.c", "x = sprintf (a, b);", "sprintf() is banned"),
    ("agent/helper/a.c", "system(command);", "no shell"),
    ("agent/helper/a.c", 'execl("/bin/sh", "x");', "no shell"),
    ("agent/helper/a.c", 'run("env sh -c true");', "no shell"),
    ("agent/helper/a.c", "waitpid(-1, &status, 0);", "one child"),
    ("agent/helper/a.c", "waitpid( - 1, &status, 0);", "one child"),
    ("agent/daemon/a.c", "usleep(10);", "usleep() is banned"),
    ("agent/daemon/a.c", "assert(a);", "assert() is banned"),
    ("plugins/keytab/a.c", "assert(a);", "assert() is banned"),
    ("agent/detect/a.c", "now = time(NULL);", "time is an argument"),
    ("agent/intake/a.c", "clock_gettime(CLOCK_REALTIME, &now);", "time is an argument"),
    ("agent/parse/a.c", "localtime_r(&a, &b);", "only POSIX has it"),
    ("tests/unit/base/test_a.c", "sleep(1);", "sleep() is banned"),
    ("tests/rig/a.sh", "true && sleep 1", "sleep is banned"),
    ("tests/scenario/test_a.py", "import time; time.sleep(1)", "sleep() is banned"),
    ("tests/scenario/test_a.py", "from time import sleep as nap", "sleep() is banned"),
    ("tests/scenario/test_a.py", "def (", "no Python"),
])
def test_banned_planted(tmp_path, name, code, words):
    """Each banned call is found, in the files that the ban is for."""
    plant(tmp_path, name, f"\n{code}\n")
    assert_found(run("check-banned", tmp_path), name, 2, words)


@pytest.mark.parametrize("name, code", [
    ("agent/base/a.c", '/* strcpy(a, b) */ // gets(a)\nsay("call system(x)");'),
    ("agent/base/a.c", "row->time(a); row.wait(b); my_strcpy(c); text_of_time(d);"),
    ("agent/base/a.c", 'path = "hash"; end_of(".sh");'),
    ("agent/base/random.c", "getentropy(a, 1);"),
    ("agent/loop/clock.c", "clock_gettime(CLOCK_REALTIME, &now);"),
    ("agent/probe/main.c", "time(NULL);"),
    ("agent/helper/a.c", "waitpid(child, &status, 0);"),
    ("tests/unit/base/test_a.c", "assert(a);"),
    ("tests/rig/a.sh", "# sleep well\nasleep=1"),
    ("tests/scenario/test_a.py", '"time.sleep(1)"'),
])
def test_banned_allowed(tmp_path, name, code):
    """Comments, texts, longer names and the files that are meant pass."""
    plant(tmp_path, name, f"{code}\n")
    assert run("check-banned", tmp_path) == []


FOREIGN = "/".join(["", "work", "main"])


@pytest.mark.parametrize("name, text, words", [
    ("README.md", "[a](docs/missing.md)", "leads nowhere"),
    ("README.md", "[a](docs/there.md#missing)", "no such heading"),
    ("README.md", "[a]: docs/missing.md", "leads nowhere"),
    ("docs/there.md", "[a](README.md)", "leads nowhere"),
    ("README.md", "see `docs/missing.md`", "does not exist"),
    ("README.md", f"cd {FOREIGN}", "is not in this repository"),
    ("agent/base/a.c", f"/* {FOREIGN} */", "is not in this repository"),
    ("tests/rig/a.py", "open('/" + "tmp/a')", "is not in this repository"),
])
def test_docs_planted(tmp_path, name, text, words):
    """Dead links, paths that do not exist and paths of one machine are found."""
    plant(tmp_path, "docs/there.md", "# A `b`, c\n")
    plant(tmp_path, name, f"# Title\n{text}\n")
    assert_found(run("check-docs", tmp_path), name, 2, words)


def test_docs_allowed(tmp_path):
    """Links that resolve pass, and so do other sites, patterns and what stands in a fence."""
    plant(tmp_path, "docs/there.md", "# A `b`, c\n[up](../README.md#title) [here](#a-b-c)\n")
    plant(tmp_path, "README.md", "# Title\n[a](docs/there.md#a-b-c) [b](https://example.com/x)\n"
                                 "`docs/<name>.md` `docs/there.md` `other/x` \n"
                                 "```\n[a](missing.md)\n```\n")
    assert run("check-docs", tmp_path) == []


def test_buffer_is_made_before_a_return(tmp_path):
    plant(tmp_path, "agent/base/planted.c", """int planted(int early)
{
	struct buffer auto_buffer text;

	if (early)
		return 1;
	buffer_init(&text, 9);
	return 0;
}

int right(int early)
{
	struct buffer auto_buffer text;

	buffer_init(&text, 9);
	return early;
}
""")
    assert_found(run("check-cleanups", tmp_path), "agent/base/planted.c", 3, "text is freed")
