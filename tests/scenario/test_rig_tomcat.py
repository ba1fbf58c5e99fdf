"""The rig's Tomcat: each fault that the scenarios build on is real before they rely on it."""

import os

from rig import config, need_root, tomcat_site


def rotate(realm, keytab, crowd, **how):
    """The KDC has a new key, and so has the keytab; people have new tickets."""
    realm.rotate_key()
    realm.add_keys(keytab, **how)
    crowd.sign_in()


def test_healthy(rig, realm, keytab):
    """All styles of client get what they should, and the log says which they were."""
    tomcat = rig.tomcat(realm, keytab)
    crowd = rig.crowd(realm, 2)
    assert crowd.get(tomcat.url, "browser") == {200}
    assert crowd.get(tomcat.url, "preemptive") == {200}
    assert crowd.get(tomcat.url, "plain") == {401}
    assert crowd.get(tomcat.public_url, "plain") == {200}
    log = tomcat.authmedic_log
    log.wait_for(r'^127\.0\.1\.2 - - .* 401 .* "rig-browser" scheme=none conn=\d+ host="localhost')
    log.wait_for(r'^127\.0\.1\.2 - user1 .* 200 .* "rig-browser" scheme=negotiate-kerberos ')
    log.wait_for('"rig-preemptive" scheme=negotiate-kerberos ', count=2)
    log.wait_for(' 401 .* "rig-plain" scheme=none ', count=2)
    tomcat.combined_log.wait_for(r'" 200 \d+ "-" "rig-browser"$', count=2)


def test_keytab_of_the_same_time(rig, realm, keytab):
    """A keytab with a new time is read again; one with the old time is not,
    until the JVM is a new one."""
    tomcat = rig.tomcat(realm, keytab)
    crowd = rig.crowd(realm, 1)
    assert crowd.get(tomcat.url) == {200}
    rotate(realm, keytab, crowd)
    assert crowd.get(tomcat.url) == {200}, "Java reads a keytab of another time"
    time = os.stat(keytab).st_mtime_ns
    rotate(realm, keytab, crowd, keep_time=True)
    assert os.stat(keytab).st_mtime_ns == time
    assert crowd.get(tomcat.url) == {401}
    tomcat.catalina_log.wait_for("GSSException: .*Mechanism level: ")
    old = tomcat.pid
    tomcat.restart()
    assert tomcat.pid != old
    assert crowd.get(tomcat.url) == {200}


def test_krb5_conf_read_once(rig, realm, keytab):
    """A mended krb5.conf helps the next JVM only."""
    tomcat = rig.tomcat(realm, keytab, start=False)
    tomcat.write_krb5_config("permitted_enctypes = aes128-cts-hmac-sha1-96")
    tomcat.start()
    crowd = rig.crowd(realm, 1)
    assert crowd.get(tomcat.url) == {401}
    tomcat.catalina_log.wait_for("encryption type not in permitted_enctypes list")
    tomcat.write_krb5_config()
    assert crowd.get(tomcat.url) == {401}
    tomcat.restart()
    assert crowd.get(tomcat.url) == {200}


def test_site(rig, realm, keytab):
    """authmedic takes the configuration of the site, and the worker is the JVM's own user's."""
    need_root("changing to tomcat")
    tomcat = rig.tomcat(realm, keytab)
    site = tomcat_site(tomcat, rig.probe_keytab(realm))
    authmedic = rig.authmedic(config(site), start=False)
    authmedic.command("check", check=True)
    assert os.stat(f"/proc/{tomcat.pid}").st_uid != 0
