"""Chromium, without a window, as a client of handfast serve: the page it shows, and frames of that page from servers
that each leave it one suite, one group and one kind of certificate. It trusts the CA by its NSS database, and checks
certificates as always."""
import contextlib
import html
import os
import re
import subprocess
import time
from pathlib import Path

import interop
from interop import SUITES13, Cases, Serve, World, check_negotiated, check_resumed, equal

# It takes neither P-521 nor Ed25519 nor keys of RSA-PSS in certificates.
KINDS = ["rsa", "p256", "p384"]
GROUPS = ["X25519MLKEM768", "x25519", "secp256r1", "secp384r1"]
# Those for which it sends shares at once.
SHARED = GROUPS[:2]
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]


class Browser:
    """Chromium with a home of its own, and in it the CA or not."""

    def __init__(self, folder: Path, ca: str | None):
        self.home = folder
        database = folder / ".pki" / "nssdb"
        database.mkdir(parents=True)
        self._certutil(database, "-N", "--empty-password")
        if ca:
            self._certutil(database, "-A", "-n", "ca", "-t", "C,,", "-i", ca)

    @staticmethod
    def _certutil(database: Path, *arguments: str) -> None:
        subprocess.run(["certutil", *arguments, "-d", f"sql:{database}"], check=True, capture_output=True,
                       timeout=interop.PATIENCE)

    def show(self, url: str) -> str:
        """The page as text."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        done = subprocess.run(["chromium", *QUIET, f"--user-data-dir={self.home / 'profile'}", "--dump-dom", url],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=4 * interop.PATIENCE, check=False,
                              env={**env, "HOME": str(self.home)})
        equal(f"exit status ({done.stderr.decode(errors='replace')[-1500:]})", done.returncode, 0)
        return html.unescape(re.sub("<[^>]*>", " ", done.stdout.decode()))


def shows_the_page(browser: Browser, world: World) -> None:
    """What handfast serve says without files, with all defaults of both sides."""
    with Serve(world, "p256", root=False) as serve:
        text = browser.show(f"https://localhost:{serve.port}/")
    for said in ("TLSv1.3", "X25519MLKEM768"):
        assert said in text, f"{said} is not on the page: {text}"


def distrusts(folder: Path, world: World) -> None:
    with Serve(world, "p256", root=False) as serve:
        text = Browser(folder, None).show(f"https://localhost:{serve.port}/")
        event = serve.connection()
    assert "X25519MLKEM768" not in text, text
    equal("error", event["error"] is not None, True)


def answered(serve: Serve, request: str = "GET /file.txt") -> dict:
    """The summary of the connection that asked this; browsers also open some that ask for nothing."""
    deadline = time.monotonic() + interop.PATIENCE
    while time.monotonic() < deadline:
        event = serve.connection()
        if event.get("request") == request:
            equal("error and status", (event["error"], event["status"]), (None, 200))
            assert event["summary"], event
            return event["summary"]
    raise AssertionError(f"nobody asked {request}: {serve.seen}")


def loaded(serve: Serve, expected: dict) -> None:
    check_negotiated(answered(serve), server_kind=serve.kind, **expected)


def frames(cases: Cases, browser: Browser, world: World, kind: str) -> None:
    """One page with a frame of each combination."""
    wanted = [({"version": "TLSv1.3", "suite": suite, "group": group, "hello_retry": group not in SHARED},
               ["--ciphers", suite, "--groups", group]) for suite in SUITES13 for group in GROUPS]
    wanted += [({"version": "TLSv1.2", "suite": suite}, ["--max", "1.2", "--ciphers", suite])
               for suite in interop.suites12(kind) if suite.endswith(("_GCM_SHA256", "_GCM_SHA384", "_POLY1305_SHA256"))
               and "_ECDHE_" in suite]
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Serve(world, kind, "--policy", "classic", "--alpn", "http/1.1", *options))
                   for _, options in wanted]
        page = stack.enter_context(Serve(world, kind))
        (world.root / "frames.html").write_text("".join(
            f'<iframe src="https://localhost:{server.port}/file.txt"></iframe>' for server in servers))
        cases.check(f"the page around the frames, {kind}", browser.show, f"https://localhost:{page.port}/frames.html")
        for (expected, _), server in zip(wanted, servers):
            name = ", ".join(filter(None, (expected["suite"], expected.get("group"), kind)))
            cases.check(name, loaded, server, {**expected, "alpn": "http/1.1", "server_name": "localhost"})


# Page loads one inside the other: each is asked for when the one around it is there.
NESTED = 4


def resumes(browser: Browser, world: World, *options: str, version: str) -> None:
    """The server ends each connection behind its answer, so that every load needs another. Chromium may have
    one in reserve, from before it had a ticket; the later loads resume."""
    for depth in range(NESTED):
        inner = f'<iframe src="/load{depth + 1}.html"></iframe>' if depth + 1 < NESTED else "the last one"
        (world.root / f"load{depth}.html").write_text(inner)
    with Serve(world, "p256", "--alpn", "http/1.1", *options) as serve:
        browser.show(f"https://localhost:{serve.port}/load0.html")
        summaries = [answered(serve, f"GET /load{depth}.html") for depth in range(NESTED)]
    for summary in summaries:
        equal("version", summary["version"], version)
    equal("the first load resumed", summaries[0]["resumed"], False)
    resumed = [summary for summary in summaries if summary["resumed"]]
    assert summaries[-1]["resumed"] and len(resumed) >= 2, [summary["resumed"] for summary in summaries]
    for summary in resumed:
        check_resumed(summary, version=version, alpn="http/1.1", server_name="localhost")


def run_cases(cases: Cases, world: World) -> None:
    browser = Browser(world.folder / "home", world.ca)
    cases.check("the page of handfast serve", shows_the_page, browser, world)
    cases.check("a CA that Chromium does not know", distrusts, world.folder / "strange-home", world)
    cases.check("later loads resume, TLS 1.3", resumes, browser, world, version="TLSv1.3")
    cases.check("later loads resume, TLS 1.2", resumes, browser, world, "--max", "1.2", version="TLSv1.2")
    for kind in KINDS:
        frames(cases, browser, world, kind)


if __name__ == "__main__":
    interop.main("chromium", ["openssl", "certutil", "chromium"], run_cases)
