"""GnuTLS's gnutls-cli and gnutls-serv: TLS 1.3 and 1.2 in every combination, both directions."""
import interop
from interop import CURVES, KINDS, REQUEST, SUITES13, Cases, Ended, Process, Serve, World, check_negotiated, equal, \
    ours, version_of

GROUPS = {"x25519": "GROUP-X25519", "secp256r1": "GROUP-SECP256R1", "secp384r1": "GROUP-SECP384R1",
          "secp521r1": "GROUP-SECP521R1"}
ALL_GROUPS = ":+".join(GROUPS.values())
# By its address: GnuTLS asks the machine's resolver for every name.
LOCALHOST = ["--sni-hostname", "localhost", "--verify-hostname", "localhost", "127.0.0.1"]
# All that a server may have to take; which of it is up to the client.
ANY = (f"NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-CBC:+AES-256-CBC:+AEAD:"
       f"+SHA1:+SHA256:+SHA384:+ECDHE-ECDSA:+ECDHE-RSA:+RSA:+{ALL_GROUPS}:+SIGN-ALL:+COMP-NULL:+CTYPE-ALL")
DATA = b"".join(b"%d: %s\n" % (line, b"application data " * 40) for line in range(4))


def only(suite: str, groups: str = ALL_GROUPS) -> str:
    """The priority string that leaves one suite and its version."""
    exchange, cipher = ("", suite.removeprefix("TLS_"))
    if "_WITH_" in suite:
        exchange, cipher = cipher.split("_WITH_")
    cipher, _, digest = cipher.rpartition("_")
    mac = {"SHA": "SHA1"}.get(digest, digest) if cipher.endswith("CBC") else "AEAD"
    version = "VERS-TLS1.2" if exchange else "VERS-TLS1.3"
    key_exchange = f":+{exchange.replace('_', '-')}" if exchange else ""
    return (f"NONE:+{version}:+{cipher.replace('_', '-')}:+{mac}{key_exchange}:+{groups}:+SIGN-ALL:+COMP-NULL:"
            "+CTYPE-ALL")


class Server(Process):
    """gnutls-serv --echo. It does not tell the port that the system chose, so one is chosen beforehand."""

    def __init__(self, world: World, kind: str, *arguments: str, client_auth: str = "no", priority: str = ANY):
        leaf = world.leaf(kind)
        auth = {"no": ["--disable-client-cert"], "optional": ["--verify-client-cert"],
                "required": ["--require-client-cert", "--verify-client-cert"]}[client_auth]
        self.kind = kind
        for attempt in range(5):
            self.port = interop.free_port()
            super().__init__(["gnutls-serv", "--echo", "--port", str(self.port), "--priority", priority,
                              "--x509certfile", leaf.certificate, "--x509keyfile", leaf.key, "--x509cafile",
                              world.ca, *auth, *arguments])
            if self.wait_for("listening on IPv4 .*(done|failed)|bind.. failed")[1] == "done":
                return
            self.__exit__()
        raise AssertionError("gnutls-serv found no free port")


def gnutls_cli(world: World, port: int, priority: str, *arguments: str, client_kind: str | None = None) -> Ended:
    leaf = world.client_leaf(client_kind)
    own = ["--x509certfile", leaf.certificate, "--x509keyfile", leaf.key] if leaf else []
    # Its own words would be between the octets of the server.
    return interop.run_client(["gnutls-cli", "--logfile", "/dev/stderr", "--port", str(port), "--x509cafile", world.ca,
                               "--priority", priority, *own, *arguments, *LOCALHOST], REQUEST)


def as_client(world: World, server: Server, *arguments: str, client_kind: str | None = None, **expected) -> None:
    ended, told = interop.connect(world, server.port, *arguments, data=DATA, leaf=world.client_leaf(client_kind))
    equal("exit status", (ended.status, told.get("error")), (0, None))
    equal("data", ended.output, DATA)
    check_negotiated(told, server_kind=server.kind, client_kind=client_kind, **expected)


def as_server(world: World, serve: Serve, priority: str, *arguments: str, client_kind: str | None = None,
              **expected) -> None:
    serve.forget()
    ended = gnutls_cli(world, serve.port, priority, *arguments, client_kind=client_kind)
    interop.expect_served(serve, ended, world, client_kind=client_kind, **expected)


def matrix13(cases: Cases, world: World, kind: str) -> None:
    """Suite x group x kind of certificate."""
    with Server(world, kind) as server, Serve(world, kind, "--policy", "classic") as serve:
        for suite in SUITES13:
            for group in CURVES:
                name = f"{suite}, {group}, {kind}"
                expected = {"version": "TLSv1.3", "suite": suite, "group": group}
                cases.check(f"connect: {name}", as_client, world, server, *ours(suite), "--groups", group,
                            **expected)
                cases.check(f"serve: {name}", as_server, world, serve, only(suite, GROUPS[group]), **expected)


def matrix12(cases: Cases, world: World, kind: str) -> None:
    """Suite (and with it the key exchange) x kind of certificate x client certificate."""
    modes = {suite: interop.mixed_client_keys(list(KINDS), turn)
             for turn, suite in enumerate(interop.suites12(kind), list(KINDS).index(kind))}
    for place, mode in enumerate(("no", "optional", "required")):
        with Server(world, kind, client_auth=mode) as server, \
                Serve(world, kind, "--policy", "classic", client_auth=mode) as serve:
            for suite in modes:
                client_kind = modes[suite][place][1]
                name = f"{suite}, {kind}, client certificate {mode}: {client_kind}"
                expected = {"version": "TLSv1.2", "suite": suite, "client_kind": client_kind}
                cases.check(f"connect: {name}", as_client, world, server, *ours(suite), **expected)
                cases.check(f"serve: {name}", as_server, world, serve, only(suite), **expected)


def client_certificates(cases: Cases, world: World) -> None:
    """Each kind of a client's key, in both versions; without one where it is required."""
    for mode in ("optional", "required"):
        with Server(world, "p256", client_auth=mode) as server, Serve(world, "p256", client_auth=mode) as serve:
            for suite in (SUITES13[0], interop.ECDHE_ECDSA[0]):
                for client_kind in [*KINDS, None]:
                    name = f"{version_of(suite)}, client certificate {mode}: {client_kind}"
                    if mode == "required" and not client_kind:
                        cases.check(f"connect: {name}", refused_client, world, server, *ours(suite))
                        cases.check(f"serve: {name}", refusing_server, world, serve, only(suite))
                        continue
                    expected = {"version": version_of(suite), "suite": suite, "client_kind": client_kind}
                    cases.check(f"connect: {name}", as_client, world, server, *ours(suite), **expected)
                    cases.check(f"serve: {name}", as_server, world, serve, only(suite), **expected)


def refused_client(world: World, server: Server, *arguments: str) -> None:
    ended, told = interop.connect(world, server.port, *arguments, data=DATA)
    equal("exit status", ended.status, 5)
    assert told["error"]["alert"], told["error"]


def refusing_server(world: World, serve: Serve, priority: str, *arguments: str) -> None:
    serve.forget()
    ended = gnutls_cli(world, serve.port, priority, *arguments)
    event = serve.connection()
    assert event["error"] and b"200 OK" not in ended.output, (event, ended.errors)


def second_hellos(cases: Cases, world: World) -> None:
    for group in CURVES[1:]:
        offered = ",".join(dict.fromkeys(["X25519MLKEM768", "x25519", group]))
        expected = {"version": "TLSv1.3", "group": group, "hello_retry": True}
        with Server(world, "p256", priority=only(SUITES13[0], GROUPS[group])) as server:
            cases.check(f"connect: HelloRetryRequest for {group}", as_client, world, server, "--groups", offered,
                        **expected)
        with Serve(world, "p256", "--groups", group) as serve:
            cases.check(f"serve: HelloRetryRequest for {group}", as_server, world, serve,
                        only(SUITES13[0], f"GROUP-X25519:+{GROUPS[group]}"), "--single-key-share", **expected)


def extensions(cases: Cases, world: World) -> None:
    for suite in (SUITES13[0], interop.ECDHE_RSA[0]):
        version = version_of(suite)
        with Server(world, "rsa", "--alpn", "h2", "--alpn", "http/1.1") as server:
            cases.check(f"connect: {version}, ALPN", as_client, world, server, *ours(suite), "--alpn", "h2,http/1.1",
                        version=version, alpn="h2")
        with Serve(world, "rsa", "--alpn", "http/1.1") as serve:
            cases.check(f"serve: {version}, ALPN", as_server, world, serve, only(suite), "--alpn", "h2", "--alpn",
                        "http/1.1", version=version, alpn="http/1.1", server_name="localhost")
        with Server(world, "rsa", "--recordsize", "512") as server:
            cases.check(f"connect: {version}, record_size_limit 512", as_client, world, server, *ours(suite),
                        version=version)
        with Serve(world, "rsa") as serve:
            for size in ("512", "1000", "4096"):
                cases.check(f"serve: {version}, record_size_limit {size}", as_server, world, serve, only(suite),
                            "--recordsize", size, version=version)


def records12(cases: Cases, world: World) -> None:
    """CBC with the MAC under the encryption, and master secrets without the handshake's hash."""
    cbc = [suite for suite in interop.ECDHE_RSA + interop.RSA if "_CBC_" in suite]
    for flag, what in (("%NO_ETM", "MAC then encrypt"), ("%NO_SESSION_HASH", "no extended master secret")):
        with Server(world, "rsa", priority=f"{ANY}:{flag}") as server, \
                Serve(world, "rsa", "--policy", "classic") as serve:
            for suite in cbc if flag == "%NO_ETM" else [interop.ECDHE_RSA[0], interop.RSA[0]]:
                expected = {"version": "TLSv1.2", "suite": suite}
                cases.check(f"connect: {suite}, {what}", as_client, world, server, *ours(suite), **expected)
                cases.check(f"serve: {suite}, {what}", as_server, world, serve, f"{only(suite)}:{flag}", **expected)
    suite = interop.ECDHE_RSA[0]
    with Server(world, "rsa", priority=f"{only(suite)}:%NO_SESSION_HASH") as server, Serve(world, "rsa") as serve:
        cases.check("connect: the default policy wants the extended master secret", refused_without_alert, world,
                    server)
        cases.check("serve: the default policy wants the extended master secret", refusing_server, world, serve,
                    f"{only(suite)}:%NO_SESSION_HASH")


def refused_without_alert(world: World, server: Server) -> None:
    ended, told = interop.connect(world, server.port, data=DATA)
    equal("exit status and fault", (ended.status, told["error"]["fault"]), (5, "peer"))


def versions(cases: Cases, world: World) -> None:
    with Serve(world, "p256") as serve:
        cases.check("serve: the client has both versions", as_server, world, serve, ANY, version="TLSv1.3")
        cases.check("serve: the client has TLS 1.2 only", as_server, world, serve, f"{ANY}:-VERS-TLS1.3",
                    version="TLSv1.2")
        cases.check("serve: the client has TLS 1.1 only", refusing_server, world, serve,
                    f"{ANY}:-VERS-ALL:+VERS-TLS1.1")
        cases.check("serve: the client fell back", refusing_server, world, serve,
                    f"{ANY}:-VERS-TLS1.3:%FALLBACK_SCSV")
    with Server(world, "p256") as server:
        cases.check("connect: both have both versions", as_client, world, server, version="TLSv1.3")
    with Server(world, "p256", priority=f"{ANY}:-VERS-TLS1.3") as server:
        cases.check("connect: the server has TLS 1.2 only", as_client, world, server, version="TLSv1.2")
    with Server(world, "p256", priority=f"{ANY}:-VERS-ALL:+VERS-TLS1.1") as server:
        cases.check("connect: the server has TLS 1.1 only", refused_client, world, server)


def run_cases(cases: Cases, world: World) -> None:
    by_kind = [(matrix, kind) for kind in KINDS for matrix in (matrix13, matrix12)]
    others = (client_certificates, second_hellos, extensions, records12, versions)
    interop.run_parts(cases, world, [*by_kind, *((part,) for part in others)])


if __name__ == "__main__":
    # gnutls-cli writes what comes octet by octet; there are cases with small records.
    interop.main("gnutls", ["openssl", "gnutls-cli", "gnutls-serv"], run_cases, file_octets=4000)
