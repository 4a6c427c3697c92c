"""A headless Chromium driven over its debugging pipe: loads a page without network, tells what it
complained about and asked for, and takes pictures. Needs nothing but the browser."""

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile

NAMES = ("chromium", "google-chrome", "chromium-browser")
OPTIONS = ("--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
           "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--force-color-profile=srgb",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--no-default-browser-check", "--host-resolver-rules=MAP * ~NOTFOUND")


def find():
    """The browser's program, or None. A snap's launcher cannot read the pipe or our folders."""
    for name in NAMES:
        program = shutil.which(name)
        if program and "snap" not in os.path.realpath(program) and not is_snap_launcher(program):
            return program
    return None


def is_snap_launcher(program):
    with open(program, "rb") as file:
        return b"/snap/bin" in file.read(4096)


class Browser:
    """One browser with one page. `complaints`: errors of scripts and the console; `requests`:
    every address asked for."""

    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()
        command = [program, *OPTIONS, f"--user-data-dir={self.profile.name}", "about:blank"]
        # The browser reads from descriptor 3 and writes to 4. Moved out of the way first, for
        # either of ours may have that very number.
        redirect = (f"exec {to_browser}<&{to_browser}; exec 3<&{to_browser} 4>&{from_browser}; exec \"$@\"")
        pipes = (to_browser, from_browser)
        self.process = subprocess.Popen(
            ["bash", "-c", redirect, "browser", *command], pass_fds=pipes,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for pipe in pipes:
            os.close(pipe)
        self.numbers = itertools.count(1)
        self.received = b""
        self.events = []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Network.emulateNetworkConditions", offline=True, latency=0,
                  downloadThroughput=-1, uploadThroughput=-1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)
        self.profile.cleanup()

    def receive(self, patience_s=120):
        """The next message. The browser may be slow on a busy machine, but not for ever."""
        while b"\0" not in self.received:
            if not select.select([self.read_end], [], [], patience_s)[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self.read_end, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has gone")
            self.received += piece
        message, _, self.received = self.received.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        number = next(self.numbers)
        request = {"id": number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.write_end, data):]
        while True:
            message = self.receive()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def open(self, path, width=1280, height=900, scheme="light"):
        """Loads a file at a width and colour scheme and waits until it is drawn."""
        self.events.clear()
        self.resize(width, height)
        self.set_scheme(scheme)
        self.call("Page.navigate", url=f"file://{os.path.abspath(path)}")
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())
        self.settle()

    def resize(self, width, height=900):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)

    def set_scheme(self, scheme):
        self.call("Emulation.setEmulatedMedia", media="",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def click(self, x, y):
        """At a place of the page, which is scrolled to."""
        self.evaluate(f"scrollTo({{top: {y} - innerHeight / 2, behavior: 'instant'}})")
        left, top = self.evaluate("[scrollX, scrollY]")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x - left, y=y - top, button="left",
                      clickCount=1)

    def settle(self):
        """Two frames after the page's own delay for a change of width."""
        self.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(() =>"
                      " requestAnimationFrame(done)), 300))")

    def complaints(self):
        found = []
        for event in self.events:
            method, facts = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                details = facts["exceptionDetails"]
                found.append(details.get("exception", details).get("description", details["text"])[:300])
            elif method == "Runtime.consoleAPICalled" and facts["type"] in ("error", "warning", "assert"):
                found.append(str(facts["args"]))
            elif method == "Log.entryAdded" and facts["entry"]["level"] in ("error", "warning"):
                found.append(str(facts["entry"]))
        return found

    def requests(self):
        return [event["params"]["request"]["url"] for event in self.events
                if event.get("method") == "Network.requestWillBeSent"]

    def screenshot(self):
        """PNG bytes of the whole page."""
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def pdf(self):
        answer = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69,
                           preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(answer["data"])
