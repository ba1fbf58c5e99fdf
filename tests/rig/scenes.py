"""The status page of scenes that always are the same, served as authmedicd serves it."""

import http.server
import os
import subprocess
import threading

from .source import build_directory

SCENES = ("well", "incident", "resolved", "deaf", "paused")


def _print(*arguments):
    program = os.path.join(build_directory(), "tests/page/page-scenes")
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, check=True).stdout


class SceneServer:
    """http://…/SCENE and http://…/SCENE/sites/N, with the page's own policy."""

    def __init__(self):
        policy = _print("--policy").decode().strip()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                scene, _, site = self.path.strip("/").partition("/sites/")
                if scene not in (*SCENES, "many", "hostile"):
                    self.send_error(404)
                    return
                page = _print(scene, *([site] if site else []))
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self):
        """Start to answer."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
