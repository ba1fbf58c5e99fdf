"""A real Chromium without a window, driven by its own protocol over a pipe."""

import base64
import json
import os
import select
import signal
import subprocess
import time

from .process import need_program
from .wait import Expired

DEADLINE_S = 60
READ_BYTES = 1 << 20


class Browser:
    """Chromium with a profile of its own."""

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self._directory = directory
        self._program = need_program("chromium", "chromium")
        self._child = None
        self._read, self._write = -1, -1
        self._received = b""
        self._number = 0
        self._pages = {}

    def start(self):
        """Start it; Self."""
        its_read, self._write = map(move_up, os.pipe())
        self._read, its_write = map(move_up, os.pipe())

        def take_pipes():  # under the numbers that Chromium takes
            os.dup2(its_read, 3)
            os.dup2(its_write, 4)

        with open(os.path.join(self._directory, "chromium.out"), "ab") as output:
            self._child = subprocess.Popen(
                [self._program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                 "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
                 f"--user-data-dir={self._directory}/profile", "about:blank"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                preexec_fn=take_pipes, pass_fds=(3, 4),
                env={**os.environ, "HOME": self._directory})
        os.close(its_read)
        os.close(its_write)
        return self

    def stop(self):
        """End it with all its processes, where it runs."""
        if self._child is None:
            return
        os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._child = None
        os.close(self._read)
        os.close(self._write)

    def open(self, url, **options):
        """A Page that has loaded the address."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = Page(self, session["sessionId"])
        self._pages[session["sessionId"]] = page
        page.load(url, **options)
        return page

    # -- the protocol: JSON that ends with a zero byte

    def call(self, method, parameters=None, session=None):
        """Ask for something; the answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + DEADLINE_S
        while True:
            answer = self._receive(end)
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def hear(self, is_over, what):
        """Take events until `is_over` is true."""
        end = time.monotonic() + DEADLINE_S
        while not is_over():
            self._receive(end, what)

    def _receive(self, end, what="an answer"):
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._read], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise Expired(f"not within {DEADLINE_S} s: {what}, from Chromium")
            part = os.read(self._read, READ_BYTES)
            assert part, "Chromium ended"
            self._received += part
        text, self._received = self._received.split(b"\0", 1)
        message = json.loads(text)
        page = self._pages.get(message.get("sessionId"))
        if page and "method" in message:
            page.on_event(message["method"], message["params"])
        return message


def move_up(descriptor):
    """The same open file under a number above those that Chromium takes."""
    if descriptor > 4:
        return descriptor
    moved = os.dup(descriptor)
    higher = move_up(moved)
    os.close(descriptor)
    return higher


class Page:
    """One tab. `complaints` is what it told its console; `requests` the addresses it asked for."""

    def __init__(self, browser, session):
        self._browser = browser
        self._session = session
        self._loaded = self._time_passed = False
        self.complaints, self.requests = [], []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, parameters=None):
        """Ask the tab for something."""
        return self._browser.call(method, parameters, self._session)

    def on_event(self, method, event):
        """What the tab tells by itself."""
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Emulation.virtualTimeBudgetExpired":
            self._time_passed = True
        elif method == "Log.entryAdded":
            self.complaints.append(event["entry"]["text"])
        elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            self.complaints.append(json.dumps(event))
        elif method == "Network.requestWillBeSent":
            self.requests.append(event["request"]["url"])

    def load(self, url, width=1000, dark=False, script=True):
        """Load an address as a screen of that width shows it."""
        self.call("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
        self.call("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.call("Emulation.setScriptExecutionDisabled", {"value": not script})
        self._loaded = False
        self.call("Page.navigate", {"url": url})
        self._browser.hear(lambda: self._loaded, f"{url} is loaded")

    def pass_time(self, milliseconds):
        """So much time passes for the tab's timers, at once; requests are waited for."""
        self._time_passed = False
        self.call("Emulation.setVirtualTimePolicy", {
            "policy": "pauseIfNetworkFetchesPending", "budget": milliseconds})
        self._browser.hear(lambda: self._time_passed, "time has passed")

    def evaluate(self, expression):
        """The value of an expression in the page, also of a promise."""
        answer = self.call("Runtime.evaluate", {
            "expression": expression, "awaitPromise": True, "returnByValue": True})
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def text(self):
        """What a person reads."""
        return self.evaluate("document.body.innerText")

    def picture(self, height=None):
        """A PNG of the whole page, or so much of its top."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "scale": 1, "width": size["width"],
                "height": min(size["height"], height or size["height"])}
        return base64.b64decode(self.call("Page.captureScreenshot", {
            "format": "png", "clip": clip, "captureBeyondViewport": True})["data"])
