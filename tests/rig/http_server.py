"""A small HTTP server in a thread of the test."""

import http.server
import threading

from .wait import free_port


class HttpServer:
    """Calls `answer(method, path, headers, body)`, which returns (status, headers, body): bytes, or an
    iterator of bytes that are sent as they come. `tls` is an SSLContext."""

    def __init__(self, answer, port=None, tls=None):
        self.port = port or free_port()
        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", self.port), self._handler(answer))
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # clients that leave are none of the test's
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True,
                                                  do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,),
                                        daemon=True)
        self._thread.start()

    @staticmethod
    def _handler(answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, headers, page = answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if not isinstance(page, bytes):
                    self._send_piecemeal(page)
                    return
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def _send_piecemeal(self, pieces):
                self.send_header("Connection", "close")
                self.end_headers()
                for piece in pieces:
                    self.wfile.write(piece)
                self.close_connection = True

            do_GET = do_POST = _serve

            def log_message(self, *_):
                pass

        return Handler

    def stop(self):
        """Stop serving; the port is free afterwards."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
