"""What the checks share: the files of the tree, C without comments and texts, and telling findings."""

import argparse
import pathlib
import re
import subprocess
import sys

# Where there is no git to ask: what is made, not written.
MADE = {"build", "autom4te.cache", "build-aux", "__pycache__", "configure", "aclocal.m4",
        "config.h.in", "Makefile.in"}

# A Windows build follows: these folders take nothing that only POSIX has. The files named are the
# POSIX implementations behind a small header; a second system is a second file.
PORTABLE = {"base", "parse", "detect", "diagnose", "report", "cli"}
POSIX_FILES = {
    "agent/base/file.c": "tells regular files from pipes before it opens one",
    "agent/base/journal_socket.c": "speaks to systemd's journal",
    "agent/base/random.c": "the system's source of random bytes",
    "agent/cli/plugin_trial.c": "runs a plugin as the helper does",
    "agent/report/http_socket.c": "makes the socket that the server listens on",
    "agent/report/password_hash.c": "has the system's libcrypt compute bcrypt",
    "agent/report/secret_file.c": "asks who may read the file",
}

# Each library's headers, and the only files that include them: one wrapper for each program.
LIBRARIES = {
    "yaml.h": ["agent/config/document.c"],
    "sqlite3.h": ["agent/state/database.c"],
    "pcre2.h": ["agent/parse/regex.c"],
    "zlib.h": ["agent/cli/log_input.c"],
    "cjson/cJSON.h": ["agent/base/json.c"],
    "uthash.h": ["agent/base/table.c"],
    "seccomp.h": ["agent/confine/system_calls.c"],
    "microhttpd.h": ["agent/report/http_server.c", "agent/report/http_listener."],
    "crypt.h": ["agent/report/password_hash.c"],
    "curl/curl.h": ["agent/loop/http_client.c", "agent/probe/http_get.c"],
    "uv.h": ["agent/loop/", "agent/intake/watcher.", "agent/report/http_listener.",
             "agent/daemon/"],
    "krb5.h": ["agent/probe/kerberos.c", "agent/probe/krb_error.", "plugins/"],
    "gssapi/": ["agent/probe/kerberos.c"],
    "openssl/": ["agent/report/signature.c", "agent/report/digest.c",
                 "agent/report/secret_digest.c", "agent/report/http_certificate.c",
                 "agent/report/authorities.c"],
    "malloc.h": ["agent/daemon/main.c"],
    "immintrin.h": ["agent/base/marks_ways.h"],
}


def must_be_portable(name):
    parts = name.split("/")
    return parts[0] == "agent" and parts[1] in PORTABLE and name not in POSIX_FILES


class Findings:
    """Collects `file:line: message` and ends the program."""

    def __init__(self, root):
        self.root = root
        self.lines = []

    def add(self, path, line, message):
        self.lines.append((str(path.relative_to(self.root)), line, message))

    def finish(self):
        for path, line, message in sorted(set(self.lines)):
            print(f"{path}:{line}: {message}")
        sys.exit(1 if self.lines else 0)


def start(purpose, add_options=None):
    """Reads the command line; the root is the tree that the script stands in, or --root."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--root", type=pathlib.Path, help="the tree to check",
                        default=pathlib.Path(__file__).resolve().parent.parent)
    if add_options:
        add_options(parser)
    options = parser.parse_args()
    options.root = options.root.resolve()
    return options, Findings(options.root)


def files(root):
    """The files that belong to the project: what git knows, or all where there is no git."""
    try:
        known = subprocess.run(["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z",
                                "--cached", "--others", "--exclude-standard"],
                               capture_output=True, check=False).stdout.decode()
    except FileNotFoundError:
        known = ""
    if known:
        paths = (root / name for name in known.split("\0") if name)
    else:
        paths = (path for path in root.rglob("*")
                 if not any(part in MADE or part.startswith((".", "build-"))
                            for part in path.relative_to(root).parts))
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())


def c_files(root):
    return [path for path in files(root) if path.suffix in (".c", ".h")]


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def blank(text):
    """The same number of lines with nothing on them."""
    return re.sub(r"[^\n]", " ", text)


C_TOKENS = re.compile(r"""/\*.*?\*/|//(?:\\\n|[^\n])*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def without_comments(code):
    return C_TOKENS.sub(lambda m: blank(m[0]) if m[0][0] == "/" else m[0], code)


def without_texts(code):
    """Without comments, and with string and character constants emptied."""
    return C_TOKENS.sub(lambda m: m[0][0] + blank(m[0][1:-1]) + m[0][0] if m[0][0] in "\"'"
                        else blank(m[0]), code)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
