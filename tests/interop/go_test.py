"""Go's crypto/tls, as client and as server: the one peer here that has all three hybrid groups (from Go 1.26). One
process of it (go_peer.go) serves all cases of a part."""
import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import interop
from interop import CURVES, REQUEST, SUITES13, Cases, Ended, Process, Serve, World, check_negotiated, equal, ours, \
    version_of

# It reads no keys of RSA-PSS.
KINDS = ["rsa", "p256", "p384", "p521", "ed25519"]
GROUPS = {"x25519": 29, "secp256r1": 23, "secp384r1": 24, "secp521r1": 25}
# The hybrids, and the version of Go that has them first.
HYBRIDS = {"X25519MLKEM768": (4588, 24), "SecP256r1MLKEM768": (4587, 26), "SecP384r1MLKEM1024": (4589, 26)}
VERSIONS = {"TLSv1.2": 0x0303, "TLSv1.3": 0x0304}
# TLS 1.2's suites that Go has.
NUMBERS = {f"TLS_ECDHE_{signer}_WITH_{rest}": number for rest, *numbers in (
    ("AES_128_GCM_SHA256", 0xC02B, 0xC02F), ("AES_256_GCM_SHA384", 0xC02C, 0xC030),
    ("CHACHA20_POLY1305_SHA256", 0xCCA9, 0xCCA8), ("AES_128_CBC_SHA256", 0xC023, 0xC027),
    ("AES_128_CBC_SHA", 0xC009, 0xC013), ("AES_256_CBC_SHA", 0xC00A, 0xC014))
    for signer, number in zip(("ECDSA", "RSA"), numbers)}
NUMBERS |= {f"TLS_RSA_WITH_{rest}": number for rest, number in (
    ("AES_128_GCM_SHA256", 0x009C), ("AES_256_GCM_SHA384", 0x009D), ("AES_128_CBC_SHA256", 0x003C),
    ("AES_128_CBC_SHA", 0x002F), ("AES_256_CBC_SHA", 0x0035))}
DATA = bytes(range(256)) * 100


def find_go() -> str | None:
    return shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")


def build(folder: Path) -> str:
    """Compiles the peer. Go's own cache makes that short from the second time on."""
    program = str(folder / "go_peer")
    source = Path(__file__).resolve().with_name("go_peer.go")
    subprocess.run([find_go(), "build", "-o", program, str(source)], check=True, cwd=folder, timeout=500,
                   env={**os.environ, "GO111MODULE": "off", "GOPROXY": "off", "GOTOOLCHAIN": "local"})
    return program


class Go(Process):
    def __init__(self, world: World, program: str):
        # A program without a module of its own gets the defaults of an old Go, which has no hybrids.
        super().__init__([program], env={"GODEBUG": "tlsmlkem=1,tlssecpmlkem=1"})
        self.world = world
        self.minor = int(re.match(r"go1\.(\d+)", self.answer()["Go"])[1])
        self.groups = GROUPS | {group: number for group, (number, since) in HYBRIDS.items() if self.minor >= since}

    def answer(self) -> dict:
        return json.loads(self.wait_for("^{").string)

    def order(self, role: str, *, kind: str | None = None, suite: str | None = None, version: str | None = None,
                groups: list[str] | None = None, **others) -> None:
        leaf = self.world.client_leaf(kind)
        versions = [VERSIONS[version]] * 2 if version else list(VERSIONS.values())
        own = {"Certificate": leaf.certificate, "Key": leaf.key} if leaf else {}
        suites = {"Suites": [NUMBERS[suite]]} if suite in NUMBERS else {}
        curves = {"Groups": [self.groups[group] for group in groups]} if groups else {}
        self.send(json.dumps({"Role": role, "Authority": self.world.ca, "Versions": versions, **own, **suites,
                              **curves, **others}) + "\n")


def agreed(told: dict, *, peer: str | None, version: str, suite: str | None = None, alpn: str | None = None,
           **_) -> None:
    """What Go saw is what was expected of both."""
    equal("Go's error", told["Error"], "")
    equal("Go's version", told["Version"], VERSIONS[version])
    if suite in NUMBERS:
        equal("Go's suite", told["Suite"], NUMBERS[suite])
    equal("Go's ALPN", told["Protocol"], alpn or "")
    equal("Go's peer", told["Peer"], f"CN={peer}" if peer else "")


def as_client(world: World, go: Go, kind: str, *arguments: str, settings: dict | None = None,
              client_kind: str | None = None, **expected) -> None:
    """handfast connect with Go as the server."""
    go.forget()
    go.order("server", kind=kind, version=expected["version"], suite=expected.get("suite"), **settings or {})
    started = go.answer()
    assert "Port" in started, started
    ended, shown = interop.connect(world, started["Port"], *arguments, data=DATA, leaf=world.client_leaf(client_kind))
    told = go.answer()
    equal("exit status", (ended.status, shown.get("error")), (0, None))
    equal("data", ended.output, DATA)
    check_negotiated(shown, server_kind=kind, client_kind=client_kind, **expected)
    agreed(told, peer=client_kind, **expected)


def as_server(world: World, go: Go, serve: Serve, *, settings: dict | None = None, client_kind: str | None = None,
              **expected) -> None:
    """handfast serve with Go as the client."""
    serve.forget()
    go.order("client", kind=client_kind, version=expected["version"], suite=expected.get("suite"), Port=serve.port,
               Request=base64.b64encode(REQUEST).decode(), **settings or {})
    told = go.answer()
    body = base64.b64decode(told["Received"] or "")
    interop.expect_served(serve, Ended(0, body, told["Error"].encode()), world, client_kind=client_kind, **expected)
    agreed(told, peer=serve.kind, **expected)


def matrix13(cases: Cases, world: World, program: str, kind: str) -> None:
    """Suite x group x kind of certificate. Which suite is up to our side: Go offers and takes all of them."""
    with Go(world, program) as go:
        for suite in SUITES13:
            with Serve(world, kind, "--policy", "classic", "--ciphers", suite, "--groups",
                       ",".join([*HYBRIDS, *CURVES])) as serve:
                for group in [*HYBRIDS, *CURVES]:
                    name = f"{suite}, {group}, {kind}"
                    if group not in go.groups:
                        cases.skip(name, f"Go 1.{go.minor} has no such group")
                        continue
                    expected = {"version": "TLSv1.3", "suite": suite, "group": group, "settings": {"groups": [group]}}
                    cases.check(f"connect: {name}", as_client, world, go, kind, *ours(suite), "--groups", group,
                                **expected)
                    cases.check(f"serve: {name}", as_server, world, go, serve, **expected)


def matrix12(cases: Cases, world: World, program: str, kind: str) -> None:
    """Suite (and with it the key exchange) x kind of certificate x client certificate."""
    suites = [suite for suite in interop.suites12(kind) if suite in NUMBERS]
    with Go(world, program) as go:
        modes = {suite: interop.mixed_client_keys(KINDS, turn) for turn, suite in enumerate(suites, KINDS.index(kind))}
        for place, mode in enumerate(("no", "optional", "required")):
            with Serve(world, kind, "--policy", "classic", client_auth=mode) as serve:
                for suite in suites:
                    client_kind = modes[suite][place][1]
                    name = f"{suite}, {kind}, client certificate {mode}: {client_kind}"
                    expected = {"version": "TLSv1.2", "suite": suite, "client_kind": client_kind}
                    cases.check(f"connect: {name}", as_client, world, go, kind, *ours(suite),
                                settings={"ClientAuth": mode}, **expected)
                    cases.check(f"serve: {name}", as_server, world, go, serve, **expected)


def client_certificates(cases: Cases, world: World, program: str) -> None:
    """TLS 1.3, each kind of a client's key; without one where it is required."""
    for mode in ("optional", "required"):
        with Go(world, program) as go, Serve(world, "p256", client_auth=mode) as serve:
            settings = {"ClientAuth": mode}
            for client_kind in [*KINDS, None]:
                name = f"client certificate {mode}: {client_kind}"
                if mode == "required" and not client_kind:
                    cases.check(f"connect: {name}", refused_client, world, go, settings, "certificate_required")
                    cases.check(f"serve: {name}", refusing_server, go, serve, "certificate_required")
                    continue
                expected = {"version": "TLSv1.3", "client_kind": client_kind}
                cases.check(f"connect: {name}", as_client, world, go, "p256", settings=settings, **expected)
                cases.check(f"serve: {name}", as_server, world, go, serve, **expected)


def refused_client(world: World, go: Go, settings: dict, alert: str, *arguments: str) -> None:
    go.forget()
    go.order("server", kind="p256", **settings)
    ended, shown = interop.connect(world, go.answer()["Port"], *arguments, data=DATA)
    equal("exit status and alert", (ended.status, shown["error"]["alert"]), (5, alert))
    assert go.answer()["Error"]


def refusing_server(go: Go, serve: Serve, alert: str, **settings) -> None:
    serve.forget()
    go.order("client", Port=serve.port, Request=base64.b64encode(REQUEST).decode(), **settings)
    told = go.answer()
    event = serve.connection()
    equal("alert", event["error"]["alert"], alert)
    assert told["Error"] and not told["Received"], told


def second_hellos(cases: Cases, world: World, program: str) -> None:
    with Go(world, program) as go:
        # A share of X25519MLKEM768 is sent at once, where it is offered.
        for group in [*CURVES[1:], "SecP256r1MLKEM768", "SecP384r1MLKEM1024"]:
            if group not in go.groups:
                cases.skip(f"HelloRetryRequest for {group}", f"Go 1.{go.minor} has no such group")
                continue
            expected = {"version": "TLSv1.3", "group": group, "hello_retry": True}
            cases.check(f"connect: HelloRetryRequest for {group}", as_client, world, go, "p256", "--groups",
                        f"x25519,{group}", settings={"groups": [group]}, **expected)
            # What Go sends a share of at once.
            more = ["X25519MLKEM768"] if "X25519MLKEM768" in go.groups else ["x25519"]
            with Serve(world, "p256", "--groups", group) as serve:
                cases.check(f"serve: HelloRetryRequest for {group}", as_server, world, go, serve,
                            settings={"groups": [*more, group]}, **expected)


def defaults(cases: Cases, world: World, program: str) -> None:
    with Go(world, program) as go, Serve(world, "p256", "--alpn", "h2,http/1.1") as serve:
        group = "X25519MLKEM768" if "X25519MLKEM768" in go.groups else "x25519"
        for version in VERSIONS:
            expected = {"version": version, **({"group": group} if version == "TLSv1.3" else {})}
            cases.check(f"connect: {version}, all defaults, ALPN", as_client, world, go, "p256", "--alpn", "h2",
                        settings={"Protocols": ["http/1.1", "h2"]}, alpn="h2", **expected)
            cases.check(f"serve: {version}, all defaults, ALPN", as_server, world, go, serve,
                        settings={"Protocols": ["http/1.1"]}, alpn="http/1.1", server_name="localhost", **expected)
        cases.check("serve: no common ALPN", refusing_server, go, serve, "no_application_protocol",
                    Protocols=["spdy/1"])
        cases.check("connect: no common ALPN", refused_client, world, go, {"Protocols": ["spdy/1"]},
                    "no_application_protocol", "--alpn", "h2")


def run_cases(cases: Cases, world: World) -> None:
    program = build(world.folder)
    by_kind = [(matrix, program, kind) for kind in KINDS for matrix in (matrix13, matrix12)]
    interop.run_parts(cases, world, [*by_kind, (client_certificates, program), (second_hellos, program),
                                     (defaults, program)])


if __name__ == "__main__":
    interop.main("go", ["openssl", find_go() or "go"], run_cases, optional=True)
