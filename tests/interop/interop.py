"""What the interop tests share: cases that are counted, certificates of each kind, peers that are started on ports
the system chooses and stopped by their process id, and runs of handfast whose JSON is checked.

    TOOL=path/to/handfast [GTEST_OUTPUT=json:report.json] python3 PEER_test.py [part of the cases' names]

A whole peer that is missing is exit status 77; with CI set it is a failure, unless the peer is optional.
"""
import contextlib
import json
import os
import queue
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tool"))
import harness  # noqa: E402  (from tests/tool)

TOOL = harness.TOOL
# A sanitized build on a busy machine is slow; nothing waits so long when all is well.
PATIENCE = 30
# Parts of a test that run at once: cases mostly wait for each other's processes.
WORKERS = 3
SKIPPED = 77

# ---- what there is to combine

SUITES13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
CURVES = ["x25519", "secp256r1", "secp384r1", "secp521r1"]
_AEAD = ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384"]
_ECDHE = [*_AEAD, "CHACHA20_POLY1305_SHA256", "AES_128_CBC_SHA256", "AES_256_CBC_SHA384", "AES_128_CBC_SHA",
          "AES_256_CBC_SHA"]
_RSA = [*_AEAD, "AES_128_CBC_SHA256", "AES_256_CBC_SHA256", "AES_128_CBC_SHA", "AES_256_CBC_SHA"]
ECDHE_ECDSA = [f"TLS_ECDHE_ECDSA_WITH_{rest}" for rest in _ECDHE]
ECDHE_RSA = [f"TLS_ECDHE_RSA_WITH_{rest}" for rest in _ECDHE]
RSA = [f"TLS_RSA_WITH_{rest}" for rest in _RSA]

# Kinds of keys, as openssl req makes them.
KINDS = {
    "rsa": ("rsa", "rsa_keygen_bits:2048"),
    "rsa_pss": ("rsa-pss", "rsa_keygen_bits:2048"),
    "p256": ("ec", "ec_paramgen_curve:P-256"),
    "p384": ("ec", "ec_paramgen_curve:P-384"),
    "p521": ("ec", "ec_paramgen_curve:P-521"),
    "ed25519": ("ed25519",),
}


def suites12(kind: str) -> list[str]:
    """The TLS 1.2 suites that a server with such a certificate can choose."""
    return {"rsa": ECDHE_RSA + RSA, "rsa_pss": ECDHE_RSA}.get(kind, ECDHE_ECDSA)


def version_of(suite: str) -> str:
    return "TLSv1.3" if suite in SUITES13 else "TLSv1.2"


def ours(suite: str) -> list[str]:
    """Options of handfast that leave one suite and its version."""
    version = version_of(suite).removeprefix("TLSv")
    return ["--policy", "classic", "--min", version, "--max", version, "--ciphers", suite]


def scheme_fits(scheme: str, kind: str, version: str) -> bool:
    """Whether a key of that kind signs so. In TLS 1.2 a scheme of ECDSA names the hash only."""
    if version == "TLSv1.2" and kind in ("p256", "p384", "p521"):
        return scheme.startswith("ecdsa_")
    return re.match({"rsa": "rsa_(pss_rsae|pkcs1)_", "rsa_pss": "rsa_pss_pss_", "p256": "ecdsa_secp256r1_",
                     "p384": "ecdsa_secp384r1_", "p521": "ecdsa_secp521r1_", "ed25519": "ed25519"}[kind],
                    scheme) is not None


def mixed_client_keys(kinds: list[str], turn: int) -> list[tuple]:
    """Client certificates for the row `turn` of a matrix: each mode, with each kind of key in turn."""
    return [("no", None), ("optional", kinds[turn % len(kinds)] if turn % 2 else None),
            ("required", kinds[(turn + 3) % len(kinds)])]


# ---- cases

class Cases:
    """Runs the cases of a peer, and reports them as a GoogleTest program would (tools/run_tests.py counts them)."""

    def __init__(self, peer: str):
        self.peer = peer
        self.filter = sys.argv[1] if len(sys.argv) > 1 else ""
        self.results: list[dict] = []
        self._lock = threading.Lock()
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}

    def check(self, name: str, function, *arguments, **settings) -> None:
        if self.filter not in name:
            return
        started = time.monotonic()
        failure = ""
        try:
            function(*arguments, **settings)
        except Exception as error:  # a case fails alone
            failure = f"{error}\n{traceback.format_exc(limit=-3)}"
        self._add(name, "failed" if failure else "passed", time.monotonic() - started, failure)

    def skip(self, name: str, why: str) -> None:
        if self.filter in name:
            self._add(f"{name} ({why})", "skipped", 0.0)

    def _add(self, name: str, outcome: str, seconds: float, failure: str = "") -> None:
        result = {"name": name, "status": "RUN", "time": f"{seconds:.3f}s",
                  "result": "SKIPPED" if outcome == "skipped" else "COMPLETED",
                  **({"failures": [{"failure": failure}]} if failure else {})}
        with self._lock:
            self.counts[outcome] += 1
            self.results.append(result)
            if outcome != "passed":
                print(f"{outcome:7} {self.peer}: {name}\n{failure}", flush=True)

    def write_report(self) -> None:
        kind, _, path = os.environ.get("GTEST_OUTPUT", "").partition(":")
        if kind == "json":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            report = {"testsuites": [{"name": self.peer, "testsuite": self.results}]}
            Path(path).write_text(json.dumps(report, indent=1))


def run_parts(cases: Cases, world: "World", parts: list[tuple]) -> None:
    """Runs parts, each a function of the cases and the world with further arguments, some at once. A part has its
    servers for itself; its cases run one after the other."""
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        for done in [pool.submit(part, cases, world, *further) for part, *further in parts]:
            done.result()


def missing(programs: list[str]) -> list[str]:
    return [program for program in programs if shutil.which(program) is None]


def main(peer: str, programs: list[str], run_cases, optional: bool = False, file_octets: int = 20000) -> None:
    """run_cases(cases, world) with all programs there, else a skip of the whole. The world's file is by default more
    than a record."""
    absent = missing(programs)
    if absent:
        print(f"skipped {peer}: not installed: {', '.join(absent)}")
        sys.exit(1 if os.environ.get("CI") and not optional else SKIPPED)
    cases = Cases(peer)
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix=f"handfast-{peer}-") as scratch:
            run_cases(cases, World(Path(scratch), file_octets))
    finally:
        cases.write_report()
        print(", ".join(f"{count} {outcome}" for outcome, count in cases.counts.items()),
              f"in {time.monotonic() - started:.1f} s")
    # A run of no case proves nothing.
    sys.exit(1 if cases.counts["failed"] or not cases.counts["passed"] else 0)


# ---- the world of a test

class World:
    """A scratch folder with a CA, a leaf of each kind (made when first asked for) and a file to serve."""

    def __init__(self, folder: Path, file_octets: int):
        self.folder = folder
        self.pki = harness.Pki(folder / "pki")
        self.ca = self.pki.ca
        self._leaves: dict[str, harness.Leaf] = {}
        self._issuing = threading.Lock()
        # Text, since gnutls-serv and others take lines.
        letters = random.Random(2).choices("abcdefghijklmnopqrstuvwxyz0123456789\n", k=file_octets)
        self.file = "".join(letters).encode()
        self.root = folder / "root"
        self.root.mkdir()
        (self.root / "file.txt").write_bytes(self.file)

    def leaf(self, kind: str) -> harness.Leaf:
        with self._issuing:
            if kind not in self._leaves:
                self._leaves[kind] = self.pki.leaf(kind, kind=KINDS[kind])
            return self._leaves[kind]

    def client_leaf(self, kind: str | None) -> harness.Leaf | None:
        return self.leaf(kind) if kind else None


REQUEST = b"GET /file.txt HTTP/1.0\r\n\r\n"


def free_port() -> int:
    """For peers that do not tell which port they were given; somebody may take it first, so start them again then."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A server that is read line by line without ever blocking for long, and ended with the block."""

    def __init__(self, command: list[str], *, folder: Path | None = None, env: dict | None = None):
        self.command = command
        self.lines: queue.Queue = queue.Queue()
        self.seen: list[str] = []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, cwd=folder, env={**os.environ, **(env or {})})
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line.decode(errors="replace").rstrip("\n"))
        self.lines.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        self.process.stdin.close()
        self.process.stdout.close()

    def wait_for(self, pattern: str) -> re.Match:
        """The next line with the pattern."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{self.command[0]} did not say {pattern}: {self.seen[-30:]}") from None
            if line is None:
                raise AssertionError(f"{self.command} ended: {self.seen[-30:]}")
            self.seen.append(line)
            if match := re.search(pattern, line):
                return match

    def forget(self) -> None:
        """Drops what was said so far."""
        with contextlib.suppress(queue.Empty):
            while self.lines.get_nowait() is not None:
                pass

    def send(self, text: str) -> None:
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()


class Serve(Process):
    """handfast serve over HTTP, or as told, with the world's file."""

    def __init__(self, world: World, kind: str, *arguments: str, client_auth: str = "no", mode: str = "http",
                 root: bool = True):
        auth = {"no": [], "optional": ["--client-ca", world.ca, "--client-auth", "request"],
                "required": ["--client-ca", world.ca, "--client-auth", "require"]}[client_auth]
        files = ["--root", str(world.root)] if mode == "http" and root else []
        super().__init__([TOOL, "serve", "--json", "--listen", "127.0.0.1:0", "--mode", mode, *files,
                          *world.leaf(kind).options, *auth, *arguments])
        self.kind = kind
        self.port = json.loads(self.wait_for('"event":"listening"').string)["port"]

    def connection(self) -> dict:
        return json.loads(self.wait_for('"event":"connection"').string)


class Ended:
    def __init__(self, status: int, output: bytes, errors: bytes):
        self.status, self.output, self.errors = status, output, errors.decode(errors="replace")


def run_client(command: list[str], request: bytes, *, env: dict | None = None, folder: Path | None = None) -> Ended:
    """A peer's client that is given the request and whose input stays open until it ends by itself."""
    reading, writing = os.pipe()
    try:
        os.write(writing, request)
        done = subprocess.run(command, stdin=reading, capture_output=True, timeout=PATIENCE, check=False, cwd=folder,
                              env={**os.environ, **(env or {})})
    finally:
        os.close(reading)
        os.close(writing)
    return Ended(done.returncode, done.stdout, done.stderr)


def connect(world: World, port: int, *arguments: str, data: bytes, leaf: harness.Leaf | None = None) -> tuple:
    """handfast connect --half-close: how it ended, and its JSON."""
    ended = harness.run("connect", "--json", "--ca", world.ca, "--half-close", "--timeout", str(PATIENCE),
                        *(leaf.options if leaf else []), *arguments, f"localhost:{port}", data=data)
    return ended, ended.json()


# ---- what is expected

def equal(what: str, got, wanted) -> None:
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, not {wanted!r}")


def check_negotiated(summary: dict, *, server_kind: str, version: str, suite: str | None = None,
                     group: str | None = None, client_kind: str | None = None, **others) -> None:
    """A summary of either side. Without a suite or a group, what was chosen does not matter."""
    equal("version", summary["version"], version)
    if suite:
        equal("cipher suite", summary["cipher_suite"], suite)
    ephemeral = not summary["cipher_suite"].startswith("TLS_RSA_WITH_")
    if not ephemeral:
        equal("group", summary["group"], None)
        equal("signature", summary["signature"], None)
    else:
        if group:
            equal("group", summary["group"], group)
        assert scheme_fits(summary["signature"], server_kind, version), \
            f"{summary['signature']} of a key of {server_kind}"
    if client_kind:
        assert scheme_fits(summary["client_signature"] or "", client_kind, version), \
            f"{summary['client_signature']} of a client's key of {client_kind}"
    else:
        equal("client signature", summary["client_signature"], None)
    shown = client_kind if summary["role"] == "server" else server_kind
    # Some peers send the root along.
    leaf = [certificate["subject"] for certificate in summary["peer_chain"][:1]]
    equal("peer", leaf, [f"CN={shown}"] if shown else [])
    equal("verified", summary["verification"]["verified"], shown is not None)
    for name, value in others.items():
        equal(name, summary[name], value)


def expect_served(serve: Serve, client: Ended, world: World, **expected) -> dict:
    """The client got the file, and the server tells what was negotiated."""
    described = f"client ended with {client.status}: {client.errors[-1500:]}"
    event = serve.connection()
    assert event["error"] is None, f"{event['error']}; {described}"
    body = client.output.partition(b"\r\n\r\n")[2] if b"\r\n\r\n" in client.output else client.output
    assert body == world.file, f"{len(body)} octets of {len(world.file)} or others; {described}"
    check_negotiated(event["summary"], server_kind=serve.kind, **expected)
    return event["summary"]


# ---- sessions

def fresh_session_file(world: World) -> str:
    """A path where nothing is yet."""
    return str(world.folder / f"session-{time.monotonic_ns()}")


def check_resumed(summary: dict, *, version: str, suite: str | None = None, group: str | None = None,
                  **others) -> None:
    """A summary of either side: a session was resumed, and nobody signed."""
    equal("resumed", summary["resumed"], True)
    equal("signatures", (summary["signature"], summary["client_signature"]), (None, None))
    equal("version", summary["version"], version)
    if suite:
        equal("cipher suite", summary["cipher_suite"], suite)
    if group:
        equal("group", summary["group"], group)
    for name, value in others.items():
        equal(name, summary[name], value)


def expect_served_resumed(serve: Serve, client: Ended, world: World, **expected) -> None:
    """The client got the file over a connection that was resumed."""
    event = serve.connection()
    assert event["error"] is None, f"{event['error']}; client: {client.errors[-1500:]}"
    assert client.output.endswith(world.file), f"{len(client.output)} octets; {client.errors[-1500:]}"
    check_resumed(event["summary"], **expected)
