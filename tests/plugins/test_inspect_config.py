"""inspect-config: whether the Kerberos or the server configuration is newer than the worker."""

import os

import pytest

NAME = "inspect-config"


def changed(path):
    return f"{path.stat().st_ctime_ns // 1000000 / 1000:.3f}"


@pytest.fixture(name="files")
def fixture_files(tmp_path):
    """A configuration in a folder, with a link to a file elsewhere, and a krb5.conf with includes."""
    folder = tmp_path / "server"
    (folder / "conf.d").mkdir(parents=True)
    (folder / "main.conf").write_text("a\n")
    elsewhere = tmp_path / "elsewhere.conf"
    elsewhere.write_text("b\n")
    (folder / "conf.d" / "site.conf").symlink_to(elsewhere)
    (folder / "conf.d" / "loop").symlink_to(folder)
    (folder / "dangling").symlink_to(tmp_path / "nothing")
    includes = tmp_path / "krb5.conf.d"
    includes.mkdir()
    (includes / "more").write_text("")
    other = tmp_path / "other.conf"
    other.write_text("")
    krb5 = tmp_path / "krb5.conf"
    krb5.write_text(f"includedir {includes}\ninclude {other}\ninclude relative\n[libdefaults]\n")
    return {"folder": folder, "elsewhere": elsewhere, "krb5": krb5, "included": includes / "more", "other": other}


@pytest.fixture(name="inspect")
def fixture_inspect(plugin, files):
    def inspect(**told):
        told = {"krb5_config": files["krb5"], "configuration_count": 2, "configuration_1": files["folder"],
                "configuration_2": "/nothing/there", **told}
        ended = plugin(NAME, "inspect", **told)
        assert (ended.status, ended.err) == (0, "")
        return ended.facts

    return inspect


def test_written_by_sssd(plugin, files, overlaid, tick, tmp_path):
    """What SSSD writes anew whenever it starts, whatever it holds, is no change that people made."""
    lib = tmp_path / "lib"
    generated = lib / "sss" / "pubconf" / "krb5.include.d"
    generated.mkdir(parents=True)
    files["krb5"].write_text("includedir /var/lib/sss/pubconf/krb5.include.d/\n[libdefaults]\n")
    tick()
    (generated / "domain_realm_example_test").write_text("[domain_realm]\n")
    ended = plugin(NAME, "inspect", prefix=overlaid({"/var/lib": lib}), krb5_config=files["krb5"])
    assert ended.facts["krb5conf.changed"] == changed(files["krb5"])


def test_server_files(inspect, files, start_cat, pidfile, tick):
    """A change after the worker's start is told with the file's name, also where a link leads to it."""
    tick()
    worker = pidfile(start_cat().pid)
    facts = inspect(worker_pidfile=worker)
    assert (facts["config.newer"], facts["config.newer_files"]) == ("no", "")
    assert facts["config.files"] == "4", "two folders, two files; loops and dangling links are none"
    tick()
    files["elsewhere"].write_text("c\n")
    facts = inspect(worker_pidfile=worker)
    assert facts["config.newer"] == "yes"
    assert facts["config.newer_files"] == str(files["folder"] / "conf.d" / "site.conf")
    assert facts["config.changed"] == changed(files["elsewhere"])


def test_time_set_back(inspect, files, start_cat, pidfile, tick):
    """A copy that keeps the time of a file is found by the time of its inode."""
    tick()
    worker = pidfile(start_cat().pid)
    tick()
    os.utime(files["folder"] / "main.conf", (1, 1))
    facts = inspect(worker_pidfile=worker)
    assert facts["config.newer_files"] == str(files["folder"] / "main.conf")
    assert facts["config.newer"] == "yes"


@pytest.mark.parametrize("name", ["krb5", "included", "other"])
def test_krb5_config(inspect, files, name):
    """The newest of the file and of all that it includes counts."""
    os.utime(files[name], (4000000000, 4000000000))
    facts = inspect()
    assert facts["krb5conf.modified"] == "4000000000.000"
    assert facts["krb5conf.path"] == str(files["krb5"])


def test_own_krb5_config(inspect, files, start, pidfile, tmp_path):
    """The file that the worker's own environment or command line names counts as well."""
    own = tmp_path / "own.conf"
    own.write_text("[libdefaults]\n")
    os.utime(own, (4000000000, 4000000000))
    for command, environment in ((["cat"], {"KRB5_CONFIG": str(own)}),
                                 (["sh", "-c", "read x", f"-Djava.security.krb5.conf={own}"], {})):
        process = start(command, env={**os.environ, **environment})
        facts = inspect(worker_pidfile=pidfile(process.pid))
        assert facts["krb5conf.worker_path"] == str(own)
        assert facts["krb5conf.modified"] == "4000000000.000"
        assert facts["krb5conf.worker_matches"] == "yes"
    assert facts["krb5conf.path"] == str(files["krb5"])


def test_other_view(inspect, files, start, pidfile, overlaid, tmp_path):
    """A worker whose mounts show it another krb5.conf."""
    other = tmp_path / "theirs.conf"
    other.write_text("[realms]\n")
    process = start([*overlaid({files["krb5"]: other}), "sh", "-c", "echo up; exec cat"])
    assert process.stdout.readline() == "up\n"
    assert inspect(worker_pidfile=pidfile(process.pid))["krb5conf.worker_matches"] == "no"


def test_nothing_there(inspect):
    """No worker and no files: nothing is known."""
    facts = inspect(krb5_config="/nothing/there", configuration_count=0)
    assert facts["config.files"] == "0"
    assert facts["config.newer"] == facts["config.changed"] == facts["krb5conf.modified"] == "unknown"
    assert facts["config.loaded_by"] == facts["krb5conf.worker_matches"] == "unknown"


def test_hostile_names(inspect, files, start_cat, pidfile, tick):
    """A line end in a file's name makes no fact of its own."""
    worker = pidfile(start_cat().pid)
    tick()
    (files["folder"] / "x\nworker.start=1\n\x1b[2J").write_text("")
    facts = inspect(worker_pidfile=worker)
    assert "worker.start" not in facts
    assert "x?worker.start=1??[2J" in facts["config.newer_files"]
