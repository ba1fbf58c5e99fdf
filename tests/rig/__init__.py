"""Real servers for tests: a KDC, Apache, nginx, Squid, Tomcat, clients, Prometheus, Alertmanager,
receivers of notifications and authmedic itself, on high ports of loopback, in one temporary
directory, as an ordinary user where that works.

    def test_something(rig):                       # the fixture of tests/scenario/conftest.py
        realm = rig.realm()                        # a KDC runs
        keytab = realm.export_keys(rig.path("http.keytab"))
        squid = rig.squid(realm, keytab)
        crowd = rig.crowd(realm, 6)
        assert crowd.get(squid.url) == {200}
        realm.rotate_key()                         # the KDC has a new key,
        realm.add_keys(keytab)                     # the file too, Squid's helper not:
        crowd.sign_in()
        assert crowd.get(squid.url) == {401}

Nothing sleeps for a fixed time: wait_until() waits for a condition, with a deadline that only a
failure reaches. What needs root or a missing package skips, by name.
"""

from .attacks import Attackers
from .authmedic import parse_metrics
from .clients import send_header
from .deadly import PLACES, VICTIMS, DeadlyRemedy
from .fallback import NTLM_ONLY, fallback_keys, write_snippet
from .formats import FORMATS
from .forger import forged_token, send_forged
from .killer import Killer
from .lives import VOTERS, Lives
from .log import Log
from .probe import run_probe
from .process import allocated_kib, count_files, need_file, need_program, need_root, resident_kib, strace
from .prometheus import check_metrics, check_rules
from .rig import Rig
from .scene import Scene
from .sites import apache_site, config, log_site, nginx_site, notify, squid_site, tomcat_site
from .source import SOURCE_DIRECTORY, build_directory, built_program
from .tokens import TOKENS
from .wait import Expired, free_port, wait_until

PRINTED = "printed"  # the property of a test whose text the run tells at its end

__all__ = [
    "Attackers", "DeadlyRemedy", "Expired", "FORMATS", "Killer", "Lives", "Log", "NTLM_ONLY", "PLACES", "PRINTED",
    "Rig", "SOURCE_DIRECTORY", "Scene", "TOKENS", "VICTIMS", "VOTERS", "allocated_kib", "apache_site",
    "build_directory", "built_program", "check_metrics", "check_rules", "config", "count_files", "fallback_keys",
    "forged_token", "free_port", "log_site", "need_file", "need_program", "need_root", "nginx_site", "notify",
    "parse_metrics", "resident_kib", "run_probe", "send_forged", "send_header", "squid_site", "strace", "tomcat_site",
    "wait_until", "write_snippet",
]
