"""What the tests of the tool share: the program, certificates made by openssl, servers that are stopped by their
process id, and a report whose cases tools/run_tests.py counts.

    TOOL=path/to/handfast [GTEST_OUTPUT=json:report.json] python3 NAME_test.py [unittest argument...]
"""
import json
import os
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

TOOL = os.environ["TOOL"]
# A sanitized build on a busy machine is slow; nothing waits so long when all is well.
PATIENCE = 120


def openssl(*arguments: str, cwd: Path) -> None:
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True, timeout=PATIENCE)


CA_CONFIG = """
[ca]
default_ca = here
[here]
dir = .
new_certs_dir = .
database = index.txt
serial = serial.txt
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
"""


class Pki:
    """A CA in a folder of its own; leaves are NAME.pem with NAME.key beside them."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        (folder / "ca.cnf").write_text(CA_CONFIG)
        (folder / "index.txt").write_text("")
        (folder / "serial.txt").write_text("1000\n")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", "/CN=Test CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout", "ca.key", "-out", "ca.pem", cwd=folder)

    @property
    def ca(self) -> str:
        return str(self.folder / "ca.pem")

    def leaf(self, name: str, *, dns: str = "localhost", kind: tuple = ("ec", "ec_paramgen_curve:P-256"),
             start: str = "", end: str = "", extensions: tuple = ()) -> "Leaf":
        names = f"DNS:{dns}" + (",IP:127.0.0.1,IP:::1" if dns == "localhost" else "")
        algorithm, *options = kind
        choices = [part for option in options for part in ("-pkeyopt", option)]
        openssl("req", "-newkey", algorithm, *choices, "-nodes", "-subj", f"/CN={name}",
                "-addext", f"subjectAltName={names}", "-addext", "extendedKeyUsage=serverAuth,clientAuth",
                *(word for extension in extensions for word in ("-addext", extension)),
                "-keyout", f"{name}.key", "-out", f"{name}.csr", cwd=self.folder)
        days = ["-startdate", start, "-enddate", end] if start else ["-days", "20"]
        openssl("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-notext", *days,
                "-in", f"{name}.csr", "-out", f"{name}.pem", cwd=self.folder)
        return Leaf(str(self.folder / f"{name}.pem"), str(self.folder / f"{name}.key"))


class Leaf:
    def __init__(self, certificate: str, key: str):
        self.certificate = certificate
        self.key = key

    @property
    def options(self) -> list[str]:
        return ["--cert", self.certificate, "--key", self.key]


class Ended:
    """A run of the tool that is over."""

    def __init__(self, process: subprocess.CompletedProcess):
        self.status = process.returncode
        self.output = process.stdout
        self.errors = process.stderr.decode()

    def json(self) -> dict:
        """The one object on standard error."""
        lines = self.errors.splitlines()
        assert len(lines) == 1, f"one line of JSON expected: {self.errors!r}"
        return json.loads(lines[0])


def run(*arguments: str, data: bytes = b"", env: dict | None = None, user: int | None = None) -> Ended:
    return Ended(subprocess.run([TOOL, *arguments], input=data, capture_output=True, timeout=PATIENCE, check=False,
                                env={**os.environ, **(env or {})}, user=user))


class Serve:
    """handfast serve --json on a free port; use it with `with`. Its events are read as they come."""

    def __init__(self, *arguments: str, listen: str = "127.0.0.1:0", env: dict | None = None, preexec=None):
        self.process = subprocess.Popen([TOOL, "serve", "--json", "--listen", listen, *arguments],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env={**os.environ, **(env or {})}, preexec_fn=preexec)
        self.seen: list[dict] = []
        started = self.event("listening")
        self.port = started["port"]
        self.target = f"localhost:{self.port}"

    def __enter__(self) -> "Serve":
        return self

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.stdout.close()
        self.process.wait(PATIENCE)

    def event(self, kind: str) -> dict:
        """The next event of that kind; others on the way are kept in `seen`."""
        for line in self.process.stdout:
            event = json.loads(line)
            self.seen.append(event)
            if event["event"] == kind:
                return event
        raise AssertionError(f"no event {kind}; the server ended with {self.process.wait(PATIENCE)}: {self.seen}")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        for line in self.process.stdout:
            self.seen.append(json.loads(line))
        return self.process.wait(PATIENCE)

    def peak_memory(self) -> int:
        """Octets."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmHWM")


def client_context(ca: str, **settings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca)
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def tls_client(serve: Serve, ca: str, name: str = "localhost", context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
    """OpenSSL as Python has it, connected and shaken hands."""
    raw = socket.create_connection(("127.0.0.1", serve.port), timeout=PATIENCE)
    return (context or client_context(ca)).wrap_socket(raw, server_hostname=name, suppress_ragged_eofs=False)


def read_all(stream: socket.socket) -> bytes:
    parts = []
    while part := stream.recv(65536):
        parts.append(part)
    return b"".join(parts)


def http(serve: Serve, ca: str, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, fields (lower case) and body; the connection has to be closed cleanly behind the body."""
    with tls_client(serve, ca) as stream:
        stream.sendall(request)
        answer = read_all(stream)
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = head.decode().split("\r\n")
    pairs = (field.split(": ", 1) for field in fields)
    return int(status.split()[1]), {name.lower(): value for name, value in pairs}, body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class ToolTest(unittest.TestCase):
    """Makes a scratch folder and a CA once for a class."""

    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="handfast-test-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        cls.pki = Pki(cls.folder / "pki")
        cls.leaf = cls.pki.leaf("leaf")

    def serve(self, *arguments: str, **settings) -> Serve:
        return Serve(*self.leaf.options, *arguments, **settings)

    def connect(self, serve: Serve, *arguments: str, data: bytes = b"", ca: str = "") -> Ended:
        return run("connect", "--ca", ca or self.pki.ca, *arguments, serve.target, data=data)

    def expect_failure(self, ended: Ended, status: int, *words: str) -> None:
        self.assertEqual(ended.status, status, ended.errors)
        self.assertTrue(ended.errors.startswith("handfast: "), ended.errors)
        for word in words:
            self.assertIn(word, ended.errors)

    def expect_usage_error(self, ended: Ended, *words: str) -> None:
        """Exit status 2 and one line."""
        self.expect_failure(ended, 2, *words)
        self.assertEqual(len(ended.errors.splitlines()), 1, ended.errors)
        self.assertEqual(ended.output, b"")


class _Result(unittest.TextTestResult):
    """Also keeps the cases that passed and how long each took, as a GoogleTest report has them."""

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.cases: list[dict] = []
        self.started = 0.0

    def startTest(self, test):
        self.started = time.monotonic()
        super().startTest(test)

    def _add(self, test, result="COMPLETED", failures=()):
        self.cases.append({"suite": type(test).__name__, "name": str(test).split()[0], "status": "RUN",
                           "result": result, "time": f"{time.monotonic() - self.started:.3f}s",
                           **({"failures": [{"failure": text} for text in failures]} if failures else {})})

    def addSuccess(self, test):
        super().addSuccess(test)
        self._add(test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._add(test, failures=[self._exc_info_to_string(err, test)])

    def addError(self, test, err):
        super().addError(test, err)
        self._add(test, failures=[self._exc_info_to_string(err, test)])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._add(test, result="SKIPPED")


class _Runner(unittest.TextTestRunner):
    resultclass = _Result

    def run(self, test):
        result = super().run(test)
        kind, _, path = os.environ.get("GTEST_OUTPUT", "").partition(":")
        if kind == "json":
            suites: dict[str, list] = {}
            for case in result.cases:
                suites.setdefault(case.pop("suite"), []).append(case)
            report = {"testsuites": [{"name": name, "testsuite": cases} for name, cases in suites.items()]}
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(json.dumps(report, indent=1))
        return result


def main() -> None:
    unittest.main(module="__main__", testRunner=_Runner(verbosity=2))
