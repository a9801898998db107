"""NSS's tstclnt and selfserv: what Firefox speaks. They have no Ed25519, and Debian's take no key of RSA-PSS."""
import subprocess

import interop
from interop import CURVES, REQUEST, SUITES13, Cases, Ended, Process, Serve, World, check_negotiated, equal, ours, \
    version_of

KINDS = ["rsa", "p256", "p384", "p521"]
GROUPS = {"x25519": "x25519", "secp256r1": "P256", "secp384r1": "P384", "secp521r1": "P521"}
# The numbers of the suites, which NSS takes on the command line.
NUMBERS = dict(zip(SUITES13, ("1301", "1302", "1303")))
NUMBERS |= dict(zip(interop.ECDHE_ECDSA, ("C02B", "C02C", "CCA9", "C023", "C024", "C009", "C00A")))
NUMBERS |= dict(zip(interop.ECDHE_RSA, ("C02F", "C030", "CCA8", "C027", "C028", "C013", "C014")))
NUMBERS |= dict(zip(interop.RSA, ("009C", "009D", "003C", "003D", "002F", "0035")))
# selfserv answers with the head of the request; it wants no less than this of a line.
ASKED = b"GET /%s HTTP/1.0" % (b"word/" * 60)


class Store:
    """NSS databases: one with the CA and all leaves, one with the CA alone."""

    def __init__(self, world: World):
        self.path = self._database(world, "nss")
        # From a database with keys tstclnt takes one that the server's CA has signed without being told to.
        self.keyless = self._database(world, "nss-keyless")
        for kind in KINDS:
            leaf = world.leaf(kind)
            bundle = str(world.folder / f"{kind}.p12")
            self._run("openssl", "pkcs12", "-export", "-in", leaf.certificate, "-inkey", leaf.key, "-name", kind,
                      "-out", bundle, "-passout", "pass:")
            self._run("pk12util", "-i", bundle, "-d", self.path, "-W", "")
        # With a request from its standard input, tstclnt does not end when the server closes.
        self.request = str(world.folder / "request")
        (world.folder / "request").write_bytes(REQUEST)

    def _database(self, world: World, name: str) -> str:
        (world.folder / name).mkdir()
        path = f"sql:{world.folder / name}"
        self._run("certutil", "-N", "-d", path, "--empty-password")
        self._run("certutil", "-A", "-d", path, "-n", "ca", "-t", "CT,,", "-i", world.ca)
        return path

    @staticmethod
    def _run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, timeout=interop.PATIENCE)


def only(suite: str) -> list[str]:
    version = version_of(suite).lower().replace("v", "")
    return ["-V", f"{version}:{version}", "-c", f":{NUMBERS[suite]}"]


class Server(Process):
    """selfserv, which does not tell the port that the system chose: one is chosen beforehand."""

    def __init__(self, store: Store, kind: str, *arguments: str, client_auth: str = "no"):
        auth = {"no": [], "optional": ["-r"], "required": ["-r", "-r"]}[client_auth]
        nickname = ["-n", kind] if kind == "rsa" else ["-e", kind]
        self.kind = kind
        for attempt in range(5):
            self.port = interop.free_port()
            super().__init__(["selfserv", "-d", store.path, "-p", str(self.port), "-v", "-D", "-V", "tls1.2:",
                              *nickname, *auth, *arguments])
            if "accept" in self.wait_for("About to call accept|[Bb]ind|PR_ADDRESS_IN_USE").group():
                return
            self.__exit__()
        raise AssertionError("selfserv found no free port")


def tstclnt(store: Store, port: int, *arguments: str, client_kind: str | None = None) -> Ended:
    own = ["-d", store.path, "-n", client_kind] if client_kind else ["-d", store.keyless]
    return interop.run_client(["tstclnt", "-4", "-h", "127.0.0.1", "-a", "localhost", "-p", str(port), "-A", store.request, *own,
                               *arguments], b"")


def as_client(world: World, server: Server, *arguments: str, client_kind: str | None = None, **expected) -> None:
    ended, told = interop.connect(world, server.port, *arguments, data=ASKED + b"\r\n\r\n",
                                  leaf=world.client_leaf(client_kind))
    equal("exit status", (ended.status, told.get("error")), (0, None))
    assert ended.output.startswith(b"HTTP/1.0 200 OK") and ASKED in ended.output, ended.output
    check_negotiated(told, server_kind=server.kind, client_kind=client_kind, **expected)


def as_server(world: World, store: Store, serve: Serve, *arguments: str, client_kind: str | None = None,
              **expected) -> None:
    serve.forget()
    ended = tstclnt(store, serve.port, *arguments, client_kind=client_kind)
    interop.expect_served(serve, ended, world, client_kind=client_kind, **expected)


def refusing_server(store: Store, serve: Serve, *arguments: str) -> None:
    serve.forget()
    ended = tstclnt(store, serve.port, *arguments)
    event = serve.connection()
    assert event["error"] and b"200 OK" not in ended.output, (event, ended.errors)


def refused_client(world: World, server: Server, *arguments: str) -> None:
    ended, told = interop.connect(world, server.port, *arguments, data=ASKED + b"\r\n\r\n")
    equal("exit status", ended.status, 5)
    assert told["error"]["alert"], told["error"]


def matrix(cases: Cases, world: World, store: Store, kind: str) -> None:
    """Suite (and with it the key exchange) x kind of certificate, in TLS 1.3 x group."""
    # selfserv has some suites switched off unless they are named.
    every = "".join(f":{number}" for number in NUMBERS.values())
    with Server(store, kind, "-c", every) as server, Serve(world, kind, "--policy", "classic") as serve:
        for suite in SUITES13:
            for group in CURVES:
                name = f"{suite}, {group}, {kind}"
                expected = {"version": "TLSv1.3", "suite": suite, "group": group}
                cases.check(f"connect: {name}", as_client, world, server, *ours(suite), "--groups", group, **expected)
                cases.check(f"serve: {name}", as_server, world, store, serve, *only(suite), "-I", GROUPS[group],
                            **expected)
        for suite in interop.suites12(kind):
            expected = {"version": "TLSv1.2", "suite": suite}
            cases.check(f"connect: {suite}, {kind}", as_client, world, server, *ours(suite), **expected)
            cases.check(f"serve: {suite}, {kind}", as_server, world, store, serve, *only(suite), **expected)


def groups12(cases: Cases, world: World, store: Store) -> None:
    suite = interop.ECDHE_RSA[0]
    for group in CURVES:
        name = f"{suite}, {group}"
        expected = {"version": "TLSv1.2", "suite": suite, "group": group}
        offered = list(dict.fromkeys([group, "secp256r1"]))
        with Server(store, "rsa", "-I", GROUPS[group]) as server:
            cases.check(f"connect: {name}", as_client, world, server, *ours(suite), "--groups", ",".join(offered),
                        **expected)
        with Serve(world, "rsa", "--groups", group) as serve:
            cases.check(f"serve: {name}", as_server, world, store, serve, *only(suite), "-I",
                        ",".join(GROUPS[each] for each in offered), **expected)


def second_hellos(cases: Cases, world: World, store: Store) -> None:
    for group in CURVES[1:]:
        expected = {"version": "TLSv1.3", "group": group, "hello_retry": True}
        with Server(store, "rsa", "-I", GROUPS[group]) as server:
            cases.check(f"connect: HelloRetryRequest for {group}", as_client, world, server, "--groups",
                        f"X25519MLKEM768,x25519,{group}", **expected)
        with Serve(world, "rsa", "--groups", group) as serve:
            cases.check(f"serve: HelloRetryRequest for {group}", as_server, world, store, serve, "-I",
                        f"x25519,{GROUPS[group]}", **expected)


def client_certificates(cases: Cases, world: World, store: Store) -> None:
    for mode in ("optional", "required"):
        with Server(store, "p256", client_auth=mode) as server, Serve(world, "p256", client_auth=mode) as serve:
            for suite in (SUITES13[0], interop.ECDHE_ECDSA[0]):
                for client_kind in [*KINDS, None]:
                    name = f"{version_of(suite)}, client certificate {mode}: {client_kind}"
                    if mode == "required" and not client_kind:
                        cases.check(f"connect: {name}", refused_client, world, server, *ours(suite))
                        cases.check(f"serve: {name}", refusing_server, store, serve, *only(suite))
                        continue
                    expected = {"version": version_of(suite), "suite": suite, "client_kind": client_kind}
                    cases.check(f"connect: {name}", as_client, world, server, *ours(suite), **expected)
                    cases.check(f"serve: {name}", as_server, world, store, serve, *only(suite), **expected)


def versions(cases: Cases, world: World, store: Store) -> None:
    with Serve(world, "p256") as serve:
        cases.check("serve: all that NSS offers", as_server, world, store, serve, version="TLSv1.3")
        cases.check("serve: middlebox compatibility", as_server, world, store, serve, "-e", version="TLSv1.3")
        cases.check("serve: the client has TLS 1.2 only", as_server, world, store, serve, "-V", "tls1.2:tls1.2",
                    version="TLSv1.2")
        # Its request is there before our Finished (RFC 7918), so that both may come in one read.
        for turn in range(5):
            cases.check(f"serve: false start, {turn}", as_server, world, store, serve, "-V", "tls1.2:tls1.2", "-g",
                        version="TLSv1.2")
        cases.check("serve: the client fell back", refusing_server, store, serve, "-V", "tls1.2:tls1.2", "-K")
    with Server(store, "p256") as server:
        cases.check("connect: all that we offer", as_client, world, server, version="TLSv1.3")


def run_cases(cases: Cases, world: World) -> None:
    store = Store(world)
    others = (groups12, second_hellos, client_certificates, versions)
    interop.run_parts(cases, world, [*((matrix, store, kind) for kind in KINDS), *((part, store) for part in others)])


if __name__ == "__main__":
    interop.main("nss", ["openssl", "certutil", "pk12util", "tstclnt", "selfserv"], run_cases)
