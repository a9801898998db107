"""GnuTLS's gnutls-cli and gnutls-serv with raw public keys (RFC 7250): both directions, both versions."""
import subprocess

import interop
from interop import REQUEST, Cases, Process, Serve, World, equal

VERSIONS = {"TLSv1.3": "1.3", "TLSv1.2": "1.2"}
KEYS = ("p256", "ed25519", "rsa")
DATA = b"a line for raw public keys\n" * 40


def priority(version: str) -> str:
    number = VERSIONS[version]
    return f"NORMAL:-VERS-ALL:+VERS-TLS{number}:-CTYPE-ALL:+CTYPE-SRV-RAWPK:+CTYPE-CLI-RAWPK"


def only(version: str) -> list[str]:
    return ["--min", VERSIONS[version], "--max", VERSIONS[version]]


def public_key(world: World, kind: str) -> str:
    """The file with the public key of a leaf: its certificate is not looked at."""
    return str(world.folder / f"{kind}.pub")


class Server(Process):
    """gnutls-serv --echo with a raw public key. It does not look at those of clients."""

    def __init__(self, world: World, kind: str, version: str, *arguments: str):
        for _ in range(5):
            self.port = interop.free_port()
            super().__init__(["gnutls-serv", "--echo", "--port", str(self.port), "--priority", priority(version),
                              "--rawpkkeyfile", world.leaf(kind).key, "--rawpkfile", public_key(world, kind), *arguments])
            if self.wait_for("listening on IPv4 .*(done|failed)|bind.. failed")[1] == "done":
                return
            self.__exit__()
        raise AssertionError("gnutls-serv found no free port")


def as_client(world: World, server: Server, version: str, kind: str, *arguments: str) -> None:
    ended = interop.harness.run("connect", "--json", "--half-close", "--timeout", str(interop.PATIENCE), *only(version),
                                "--peer-key", public_key(world, kind), *arguments, f"localhost:{server.port}", data=DATA)
    told = ended.json()
    equal("exit status", (ended.status, told.get("error")), (0, None))
    equal("data", ended.output, DATA)
    equal("version", told["version"], version)
    equal("what the server showed", (told["peer_certificate_type"], told["peer_chain"]), ("RawPublicKey", []))
    assert told["verification"]["verified"], told["verification"]


def refused(world: World, server: Server, version: str, other: str) -> None:
    ended = interop.harness.run("connect", "--json", "--timeout", str(interop.PATIENCE), *only(version),
                                "--peer-key", public_key(world, other), f"localhost:{server.port}", data=DATA)
    equal("exit status", ended.status, 4)
    equal("error", ended.json()["error"]["code"], "certificate_refused")


def as_server(world: World, serve: Serve, version: str, client_kind: str | None = None) -> None:
    serve.forget()
    own = ["--rawpkkeyfile", world.leaf(client_kind).key, "--rawpkfile", public_key(world, client_kind)] \
        if client_kind else []
    # gnutls-cli has no option that says which raw public key to trust.
    ended = interop.run_client(["gnutls-cli", "--logfile", "/dev/stderr", "--port", str(serve.port), "--insecure",
                                "--priority", priority(version), *own, "localhost"], REQUEST)
    event = serve.connection()
    assert event["error"] is None, f"{event['error']}; client ended with {ended.status}: {ended.errors[-1500:]}"
    assert ended.output.endswith(world.file), f"{len(ended.output)} octets; {ended.errors[-1500:]}"
    summary = event["summary"]
    equal("version", summary["version"], version)
    assert "Raw Public Key" in ended.errors, ended.errors[-1500:]
    if client_kind:
        equal("what the client showed", summary["peer_certificate_type"], "RawPublicKey")
        assert summary["verification"]["verified"], summary["verification"]


def servers(cases: Cases, world: World, version: str) -> None:
    for kind in KEYS:
        with Server(world, kind, version, "--disable-client-cert") as server:
            cases.check(f"connect: {version}, {kind}", as_client, world, server, version, kind)
            other = KEYS[KEYS.index(kind) - 1]
            cases.check(f"connect: {version}, {kind}, another key is trusted", refused, world, server, version, other)


def clients(cases: Cases, world: World, version: str) -> None:
    for kind in KEYS:
        with Serve(world, kind, "--raw-key", world.leaf(kind).key) as serve:
            cases.check(f"serve: {version}, {kind}", as_server, world, serve, version)
    with Serve(world, "p256", "--raw-key", world.leaf("p256").key, "--peer-key", public_key(world, "ed25519")) as serve:
        cases.check(f"serve: {version}, the client shows a raw public key", as_server, world, serve, version, "ed25519")
    with Server(world, "p256", version, "--require-client-cert") as server:
        cases.check(f"connect: {version}, the server wants a raw public key", as_client, world, server, version, "p256",
                    "--raw-key", world.leaf("rsa").key)


def run_cases(cases: Cases, world: World) -> None:
    for kind in KEYS:
        subprocess.run(["openssl", "pkey", "-in", world.leaf(kind).key, "-pubout", "-out", public_key(world, kind)],
                       check=True, capture_output=True)
    interop.run_parts(cases, world, [(part, version) for part in (servers, clients) for version in VERSIONS])


if __name__ == "__main__":
    interop.main("gnutls_raw_keys", ["openssl", "gnutls-cli", "gnutls-serv"], run_cases, file_octets=4000)
