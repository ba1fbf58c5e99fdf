"""refresh-keytab: what it refuses, and that no key is lost. What it does with keys is in tests/scenario/test_remedies.py, on a
real KDC."""

import os
import shutil
import struct

import pytest

from access_lists import ACL, acl, set_acl

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


def test_keeps_the_access_list(plugin, told, tool, tmp_path):
    """Whom the keytab's access list names may read the new one as well, and its group what it might: what the mode shows for
    the group is the list's mask."""
    told["keytab"].write_bytes(keytab_of(entry(1)))
    set_acl(told["keytab"], acl(12345))
    (tmp_path / "fetched").write_bytes(keytab_of(entry(2)))
    ended = plugin(NAME, "apply", **tool(f'cat {tmp_path}/fetched > "$3"'))
    assert ended.status == 0, ended.out + ended.err
    assert keys(told["keytab"]) == {("www", 1), ("www", 2)}
    assert os.getxattr(told["keytab"], ACL) == acl(12345)
    assert told["keytab"].stat().st_mode & 0o7777 == 0o640


def test_adds_no_access_list(plugin, told, tool, tmp_path):
    """What the folder has its new files inherit is not what the keytab had."""
    told["keytab"].write_bytes(keytab_of(entry(1)))
    told["keytab"].chmod(0o640)
    (tmp_path / "fetched").write_bytes(keytab_of(entry(2)))
    path = tool(f'cat {tmp_path}/fetched > "$3"')
    set_acl(tmp_path, acl(12345, group_rights=4), "system.posix_acl_default")
    ended = plugin(NAME, "apply", **path)
    assert ended.status == 0 and keys(told["keytab"]) == {("www", 1), ("www", 2)}, ended.out + ended.err
    assert ACL not in os.listxattr(told["keytab"]) and told["keytab"].stat().st_mode & 0o7777 == 0o640


LABEL, LABELS = "security.selinux", (b"system_u:object_r:krb5_keytab_t:s0\0", b"system_u:object_r:etc_t:s0\0")


@pytest.fixture(name="labelled")
def fixture_labelled(told, tmp_path):
    """The keytab, and a copy of an earlier time, with different labels. They stand in for those that a kernel with SELinux
    gives: nothing acts on them here."""
    copy = tmp_path / "http.keytab.authmedic-keys"
    for path, content, label in zip((told["keytab"], copy), (keytab_of(entry(1)), keytab_of(entry(2))), LABELS):
        path.write_bytes(content)
        try:
            os.setxattr(path, LABEL, label)
        except OSError as error:
            pytest.skip(f"may not set a label: {error}")
    return copy


def test_keeps_the_label(plugin, told, tool, labelled):
    """The new file has the keytab's label, and not the one that it was given where it was made."""
    ended = plugin(NAME, "apply", **tool("exit 0"))
    assert ended.status == 0 and not labelled.exists(), ended.out + ended.err
    assert os.getxattr(told["keytab"], LABEL) == LABELS[0]


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
def test_leaves_the_keytab_where_its_rights_cannot_be_given(plugin, told, tool, tmp_path, as_root):
    """An access list that may not be set: the keytab stays as it was, the new key is kept, and why is said."""
    copy = tmp_path / "http.keytab.authmedic-keys"
    for path, content in ((told["keytab"], keytab_of(entry(1))), (copy, keytab_of(entry(2)))):
        path.write_bytes(content)
        os.chown(path, 12345, 12345)
    set_acl(told["keytab"], acl(12346))
    ended = plugin(NAME, "apply", prefix=["setpriv", "--bounding-set=-fowner"], **tool("exit 0"))
    assert ended.status == 1 and "the keytab is as it was: Operation not permitted" in ended.err, ended.out + ended.err
    assert keys(told["keytab"]) == {("www", 1)} and os.getxattr(told["keytab"], ACL) == acl(12346)
    assert ("www", 2) in keys(copy)
