"""refresh-keytab: what it refuses, and that no key is lost. What it does with keys is in tests/scenario/test_remedies.py, on a
real KDC."""

import os
import struct

import pytest

NAME = "refresh-keytab"


def entry(kvno, name="www"):
    """One of a keytab file, for HTTP/NAME@X."""
    texts = [b"X", b"HTTP", name.encode("ascii")]
    body = struct.pack(">H", 2) + b"".join(struct.pack(">H", len(text)) + text for text in texts)
    body += struct.pack(">IIBHH", 1, 0, kvno, 18, 32) + bytes([kvno]) * 32 + struct.pack(">I", kvno)
    return struct.pack(">i", len(body)) + body


def keytab_of(*entries):
    return b"\x05\x02" + b"".join(entries)


def keys(path):
    """The file's keys as name and kvno; whatever of the key itself is not as entry() made it is in neither."""
    content, at, found = path.read_bytes(), 2, set()
    while at + 4 <= len(content):
        size = struct.unpack_from(">i", content, at)[0]
        body, at = content[at + 4:at + 4 + abs(size)], at + 4 + abs(size)
        for kvno in range(1, 10):
            if size > 0 and bytes([kvno]) * 32 in body:
                found.add(("other" if b"other" in body else "www", kvno))
    return found


@pytest.fixture(name="told")
def fixture_told(tmp_path):
    (tmp_path / "krb5.conf").write_text("[libdefaults]\n default_realm = X\n")
    (tmp_path / "http.keytab").write_bytes(b"\x05\x02")
    return {"keytab": tmp_path / "http.keytab", "service": "HTTP/www", "krb5_config": tmp_path / "krb5.conf",
            "with_tool": "kadmin", "with_command_count": 1, "with_command_1": "/bin/true"}


@pytest.mark.parametrize("changes", [
    {"with_tool": "ktutil"}, {"with_tool": ""}, {"keytab": ""}, {"service": ""}, {"service": "-x"},
    {"with_command_1": "true"}, {"with_command_1": "/nothing/there"}, {"keytab": "/nothing/there"},
])
def test_refuses(plugin, told, changes):
    """Without a tool, a keytab and a service nothing is done."""
    for verb in ("check", "apply"):
        assert plugin(NAME, verb, **{**told, **changes}).status == 2


def test_says_what_it_would_do(plugin, told, tmp_path):
    """The principal is one argument, and no file is made."""
    ended = plugin(NAME, "check", **told)
    copy = f"{told['keytab']}.authmedic-keys"
    assert ended.status == 0 and f"would run: /bin/true ktadd -k {copy} -norandkey HTTP/www\n" in ended.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["http.keytab", "krb5.conf"]


def test_leaves_what_is_no_newer(plugin, told, tmp_path):
    """A tool that did nothing: the keytab is as it was, and nothing is left beside it."""
    ended = plugin(NAME, "apply", **told)
    assert ended.status == 1 and "no newer key" in ended.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["http.keytab", "krb5.conf"]


def test_refuses_what_is_no_keytab(plugin, told):
    """Another file is not written to."""
    told["keytab"].write_text("something else\n")
    assert plugin(NAME, "apply", **told).status == 2
    assert told["keytab"].read_text() == "something else\n"


@pytest.fixture(name="tool")
def fixture_tool(told, tmp_path):
    """What the tool does, as a line of shell; its arguments are ktadd -k COPY -norandkey PRINCIPAL."""
    def tool(line):
        path = tmp_path / "tool"
        path.write_text(f"#!/bin/sh\nset -e\n{line}\n")
        path.chmod(0o755)
        return {**told, "with_command_1": path}

    return tool


@pytest.mark.parametrize("kvno, status", [(1, 0), (3, 1)])
def test_keeps_what_came_meanwhile(plugin, told, tool, tmp_path, kvno, status):
    """Somebody puts a new keytab in place while the tool runs: all his keys are there afterwards, with the rights he gave."""
    told["keytab"].write_bytes(keytab_of(entry(1)))
    (tmp_path / "fetched").write_bytes(keytab_of(entry(1), entry(2)))
    (tmp_path / "mine").write_bytes(keytab_of(entry(kvno), entry(1, "other")))
    ended = plugin(NAME, "apply", **tool(
        f'cp {tmp_path}/fetched "$3"\ncp {tmp_path}/mine {tmp_path}/m\nchmod 640 {tmp_path}/m\nmv {tmp_path}/m {told["keytab"]}'))
    assert keys(told["keytab"]) >= {("www", kvno), ("other", 1)}, ended.out + ended.err
    assert ended.status == status, ended.out + ended.err
    assert told["keytab"].stat().st_mode & 0o777 == 0o640
    copy = tmp_path / "http.keytab.authmedic-keys"
    assert ("www", 2) in keys(copy if copy.exists() else told["keytab"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_goes_on_with_a_copy_of_the_keytabs_owner(plugin, told, tool, tmp_path):
    """Stopped when the copy had the keytab's owner already, and not yet its name: it may have the only copy of a key."""
    told["keytab"].write_bytes(keytab_of(entry(1)))
    os.chown(told["keytab"], 12345, 12345)
    copy = tmp_path / "http.keytab.authmedic-keys"
    copy.write_bytes(keytab_of(entry(2)))
    os.chown(copy, 12345, 12345)
    ended = plugin(NAME, "apply", **tool("exit 0"))
    assert ended.status == 0, ended.out + ended.err
    assert keys(told["keytab"]) == {("www", 1), ("www", 2)} and not copy.exists()
    assert told["keytab"].stat().st_uid == 12345
