"""Shows what the operator's command tells of a real server, with and without a daemon."""

import json
import os
import signal
import socket
import subprocess

import pytest

from rig import SOURCE_DIRECTORY, built_program, config, free_port, log_site, squid_site, wait_until


def facts_of(objects):
    [facts] = objects
    return {name: fact["value"] for name, fact in facts.items()}


def test_probe_and_inspect(rig, realm, keytab):
    """`probe` signs in once, `inspect` reads the machine: before and after the key is rotated."""
    squid = rig.squid(realm, keytab)
    authmedic = rig.authmedic(config(squid_site(squid, rig.probe_keytab(realm))), realm=realm,
                              start=False)
    authmedic.make_folders()
    done = authmedic.command("probe", "squid")
    assert done.returncode == 0 and done.stdout.startswith("accepted\n"), done
    facts = facts_of(authmedic.objects("inspect", "squid"))
    assert facts["worker.pid"] == str(squid.helpers()[0]) and facts["keytab.kvnos"] == "1"
    assert float(facts["keytab.modified"]) < float(facts["worker.start"])
    realm.rotate_key()
    realm.add_keys(keytab)
    done = authmedic.command("probe", "squid")
    assert done.returncode == 1 and done.stdout.startswith("rejected\n"), done
    assert "ticket.kvno" in done.stdout
    facts = facts_of(authmedic.objects("inspect", "squid"))
    assert facts["keytab.kvnos"] == "1 2" and facts["keytab.worker_matches"] == "yes"
    assert float(facts["keytab.modified"]) > float(facts["worker.start"])


def test_without_a_daemon(rig):
    """What needs one says that there is none; what is asked wrongly is told apart."""
    writer = rig.log_writer()
    authmedic = rig.authmedic(config({"name": "plain", "evidence": "voters",
                                      "logs": [{"path": writer.path}]}), start=False)
    for words in (["status"], ["history"], ["history", "an-id"]):
        done = authmedic.command(*words)
        assert (done.returncode, done.stdout) == (69, "") and authmedic.address in done.stderr
    for words in (["status", "more"], ["history", "..x"], ["probe"], ["probe", "other"], ["dance"]):
        done = authmedic.command(*words)
        assert (done.returncode, done.stdout) == (2, "") and done.stderr
    done = authmedic.command("history", "./no-such-file")  # with a slash it is a kept document
    assert (done.returncode, done.stdout) == (1, "") and "no-such-file" in done.stderr


def test_without_a_helper(rig):
    """Whoever wants to pause while there is no helper hears so at once, not when inspectors would have
    run out of their time."""
    authmedic = rig.authmedic(config(log_site(rig.log_writer()), helper=rig.path("no-helper.sock")),
                              start=False)
    for words in (["pause"], ["inspect", "plain"]):
        done = subprocess.run([built_program("authmedic"), *words, "--config", authmedic.config_path],
                              capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout) == (69, "") and "cannot be reached" in done.stderr, done


def test_a_helper_that_does_not_answer(rig):
    """Whoever was heard by a helper that then says nothing is not told that there is none, and need not wait as
    long as plugins may take."""
    path = rig.path("mute.sock")
    authmedic = rig.authmedic(config(log_site(rig.log_writer()), helper=path), start=False)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as helper:
        helper.bind(path)
        helper.listen()
        done = subprocess.run([built_program("authmedic"), "pause", "--config", authmedic.config_path],
                              capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (69, ""), done
    assert "did not answer in time; whether it still does what it was asked for is not known" in done.stderr, done


def test_an_inspector_that_fails(rig):
    """`inspect` that ends with a failure says why."""
    rules, plugins = rig.path("rules"), rig.path("plugins")
    subprocess.run(["cp", "-r", f"{SOURCE_DIRECTORY}/rules", rules], check=True)
    with open(f"{rules}/servers/broken.yml", "w", encoding="ascii") as file:
        file.write("name: broken\ntitle: t\nholds_keys: no\ninspectors: [broken]\nnote: n\n")
    os.makedirs(f"{plugins}/broken", 0o755)
    with open(f"{plugins}/broken/broken", "w", encoding="ascii") as file:
        file.write("#!/bin/sh\necho some.fact=1\necho the disk is on fire\nexit 1\n")
    os.chmod(f"{plugins}/broken/broken", 0o755)
    authmedic = rig.authmedic(config(log_site(rig.log_writer(), server="broken"), rules_dir=rules, plugin_dir=plugins),
                              start=False)
    authmedic.make_folders()
    done = authmedic.command("inspect", "plain")
    assert done.returncode == 1 and done.stdout.split() == ["some.fact", "1"], done
    assert "authmedic: failed: the disk is on fire\n" in done.stderr, done


@pytest.mark.parametrize(("everywhere", "loopback"), [("0.0.0.0", "127.0.0.1"), ("[::]", "[::1]")])
def test_listening_everywhere(rig, everywhere, loopback):
    """A daemon that listens at every address is asked by one that it knows itself by. Here it listens at that alone,
    and only the command reads that it listens everywhere."""
    if loopback == "[::1]" and not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("no IPv6 here")
    port = free_port()
    authmedic = rig.authmedic(config(log_site(rig.log_writer()), http={"listen": f"{loopback}:{port}"}),
                              start=False).start(wait_ready=False)
    with open(authmedic.config_path, encoding="utf-8") as file:
        text = file.read()
    path = rig.path("everywhere.yml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(f"{loopback}:{port}", f"{everywhere}:{port}"))
    command = [built_program("authmedic"), "history", "--json", "--config", path]
    wait_until(lambda: subprocess.run(command, capture_output=True, check=False).returncode == 0, 20,
               "the daemon answers")


@pytest.mark.parametrize("words", [
    ("pause", "--for", "2h"), ("revert", "plain", "--for", "2h"), ("explain", "--once", "a line"),
    ("unlock", "plain", "--done"),
    ("replay", "--logformat", "%h %t %>s"), ("status", "--columns"), ("check", "--format", "ncsa")], ids="-".join)
def test_options_of_other_verbs(rig, words):
    """What a verb would pass over is refused: a pause --for two hours would never have ended."""
    authmedic = rig.authmedic(config(log_site(rig.log_writer())), start=False)
    authmedic.make_folders()
    done = authmedic.command(*words)
    option = next(word for word in words if word.startswith("--"))
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr == f"authmedic: {words[0]} takes no {option}; try 'authmedic --help'\n", done
    assert not os.listdir(os.path.join(authmedic.directory, "helper-state"))


@pytest.mark.parametrize("words, why", [
    (("replay", "--format", "zzz"), "no such log format: zzz"),
    (("explain", "--format", "zzz", "a line"), "no such log format: zzz"),
    (("explain", "--logformat", "%h %Q", "a line"), "character 4 of the log format: there is no directive %Q")])
def test_mistaken_options(rig, words, why):
    """A mistake on the command line is wrong usage, not one of the configuration, which would show its place."""
    writer = rig.log_writer()
    with open(writer.path, "wb") as file:
        file.write(writer.line())
    authmedic = rig.authmedic(config(log_site(writer)), start=False)
    done = authmedic.command(*words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"authmedic: {why}\n"), done


def test_another_format_than_json(rig):
    """A log that is configured as JSON, with the names of its members, is read in the format that is given instead."""
    writer = rig.log_writer()
    with open(writer.path, "wb") as file:
        file.write(writer.line())
    logs = [{"path": writer.path, "format": "json", "fields": {"user": "who"}}]
    authmedic = rig.authmedic(config(log_site(logs=logs)), start=False)
    assert authmedic.objects("replay", "--format", "apache-combined")[-1]["records"] == 1


def test_a_probe_that_complains(rig):
    """What a probe of somebody's own writes to standard error reaches no terminal as it is."""
    program = rig.path("probe")
    with open(program, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nprintf '\\033]0;owned\\007 first\\nsecond\\n' >&2\nexit 1\n")
    os.chmod(program, 0o700)
    site = log_site(rig.log_writer(), probe={"command": [program]})
    done = rig.authmedic(config(site), start=False).command("probe", "plain")
    assert (done.returncode, done.stderr) == (1, "\\x1b]0;owned\\x07 first\nsecond\n"), done


def test_json_everywhere(rig):
    """Each verb that has something to tell tells it as JSON, too, an object on each line."""
    writer = rig.log_writer()
    writer.write()
    authmedic = rig.authmedic(config(log_site(writer)))
    plugin = os.path.join(os.path.dirname(built_program("authmedic")), "plugins/recycle")
    for words in (["check"], ["rules", "test"], ["status"], ["history"], ["notify", "list"], ["inspect", "plain"],
                  ["pause"], ["resume"], ["explain", "a line"], ["replay", writer.path], ["plugin", "check", plugin]):
        done = authmedic.command(*words, "--json")
        assert done.returncode in (0, 1), done
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        assert objects and all(isinstance(one, dict) for one in objects), done


def test_output_that_cannot_be_written(rig):
    """What only prints says what it could not write, and fails; whoever reads no more is not told."""
    path = rig.authmedic(config(log_site(rig.log_writer())), start=False).config_path
    commands = [(program, option) for program in ("authmedic", "authmedicd", "authmedic-helper", "authmedic-probe")
                for option in ("--help", "--version")]
    commands += [("authmedic", "completion", how) for how in ("for-bash", "for-zsh")]
    commands += [("authmedic", "--config", path, "check"), ("authmedic", "explain", "a line")]
    for program, *words in commands:
        with open("/dev/full", "wb") as full:
            done = subprocess.run([built_program(program), *words], stdout=full, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 1, (program, words, done)
        assert done.stderr == f"{program}: standard output: No space left on device\n", (program, words)
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as left:
            done = subprocess.run([built_program(program), *words], stdout=left, stderr=subprocess.PIPE, text=True)
        assert done.returncode in (1, -signal.SIGPIPE) and done.stderr == "", (program, words, done)


def test_output_that_is_read_no_more(rig):
    """`explain` of a log that goes on and on ends once nobody reads what it says."""
    path = rig.authmedic(config(log_site(rig.log_writer())), start=False).config_path
    with subprocess.Popen([built_program("authmedic"), "explain", "--config", path], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as explain:
        explain.stdin.write(b"a line\n")
        explain.stdin.flush()
        assert explain.stdout.readline().startswith(b"line=1 ")
        explain.stdout.close()
        explain.stdin.write(b"a line\n")
        explain.stdin.flush()
        try:
            assert explain.wait(30) == 1 and explain.stderr.read() == b""
        finally:
            explain.kill()
