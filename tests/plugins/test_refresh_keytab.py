"""refresh-keytab: what it refuses. What it does with keys is in tests/scenario/test_remedies.py, on a real KDC."""

import pytest

NAME = "refresh-keytab"


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
