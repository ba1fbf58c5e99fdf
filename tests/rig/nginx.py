"""nginx as a reverse proxy, which leaves the signing in to the server behind it."""

import os

from .forking import ForkingServer
from .log import Log
from .process import Process, need_program, remove
from .source import SOURCE_DIRECTORY
from .wait import can_connect, free_port

SNIPPET = os.path.join(SOURCE_DIRECTORY, "packaging", "snippets", "nginx-authmedic.conf")
SNIPPET_LOG = "/var/log/nginx/authmedic.log"

CONF = """\
{modules}
{user}
worker_processes 1;
pid {pid_file};
error_log {error_log} notice;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {directory}/run/body;
  proxy_temp_path {directory}/run/proxy;
  fastcgi_temp_path {directory}/run/fastcgi;
  uwsgi_temp_path {directory}/run/uwsgi;
  scgi_temp_path {directory}/run/scgi;
  large_client_header_buffers 4 64k;
  access_log {combined_log} combined;
  include {directory}/authmedic.conf;
  {formats}
  server {{
    listen 127.0.0.1:{port};
    {extra}
    location / {{
      proxy_pass http://127.0.0.1:{behind.port};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host localhost:{behind.port};
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""


class Nginx(ForkingServer):
    """Asks another server of the rig for every page, and tells it for whom by X-Forwarded-For.

    The logs are `combined_log`, `authmedic_log` (the format of packaging/snippets) and `error_log`.
    `extra` goes into its server block and `formats` before it; `modules` (names of files) are loaded.
    """

    def __init__(self, directory, behind, extra="", formats="", modules=()):
        self.directory = directory
        self.behind = behind
        self.realm = behind.realm
        self.keytab = behind.keytab
        self.extra = extra
        self.formats = formats
        self.port = free_port()
        self.pid_file = os.path.join(directory, "run", "nginx.pid")
        self.combined_log = Log(os.path.join(directory, "logs", "access.log"))
        self.authmedic_log = Log(os.path.join(directory, "logs", "authmedic.log"))
        self.error_log = Log(os.path.join(directory, "logs", "error.log"))
        self.url = f"http://localhost:{self.port}/private/"
        self.public_url = f"http://localhost:{self.port}/public/"
        self._program = need_program("nginx", "nginx-light")
        self._conf = os.path.join(directory, "nginx.conf")
        for folder in ("logs", "run"):
            os.makedirs(os.path.join(directory, folder), exist_ok=True)
        self._write_conf(modules)

    def _write_conf(self, modules):
        with open(SNIPPET, encoding="ascii") as snippet:
            text = snippet.read()
        assert text.count(f"{SNIPPET_LOG} authmedic;") == 1
        with open(f"{self.directory}/authmedic.conf", "w", encoding="ascii") as output:
            output.write(text.replace(SNIPPET_LOG, self.authmedic_log.path))
        with open(self._conf, "w", encoding="ascii") as output:
            output.write(CONF.format(
                **vars(self), user="user www-data;" if os.geteuid() == 0 else "",
                modules="\n".join(f"load_module {path};" for path in modules)))

    def environment(self):
        """What it finds in its environment."""
        return self.realm.environment()

    def _base_command(self):
        return [self._program, "-p", self.directory, "-c", self._conf]

    def command(self, verb):
        """The command line for `nginx -s VERB` on this instance."""
        return [*self._base_command(), "-s", verb]

    def start(self):
        """Start it and wait until it serves; self."""
        assert self._process is None
        remove(self.pid_file)
        self._process = Process([*self._base_command(), "-g", "daemon off;"],
                                os.path.join(self.directory, "nginx.out"),
                                self.environment())
        self._process.wait_ready(
            lambda: os.path.exists(self.pid_file) and can_connect(self.port) and self.workers(),
            20, "nginx listens")
        return self

    def reload(self):
        """New workers, and wait until only they are left."""
        self.renew_workers("reload")
