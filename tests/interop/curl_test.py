"""curl as a client of handfast serve: what people and their scripts use."""
import interop
from interop import CURVES, KINDS, SUITES13, Cases, Ended, Serve, World, check_negotiated, equal, version_of
from openssl_test import GROUPS, openssl_name

NOT_TRUSTED = 60


def only(suite: str) -> list[str]:
    if suite in SUITES13:
        return ["--tlsv1.3", "--tls13-ciphers", suite]
    return ["--tlsv1.2", "--tls-max", "1.2", "--ciphers", f"{openssl_name(suite)}:@SECLEVEL=0"]


def curl(world: World, serve: Serve, *arguments: str, client_kind: str | None = None, ca: bool = True,
         host: str = "localhost") -> Ended:
    leaf = world.client_leaf(client_kind)
    own = ["--cert", leaf.certificate, "--key", leaf.key] if leaf else []
    trust = ["--cacert", world.ca] if ca else []
    return interop.run_client(["curl", "--disable", "--noproxy", "*", "-sS", "--fail", "--max-time",
                               str(interop.PATIENCE), "--resolve", f"{host}:{serve.port}:127.0.0.1", *trust, *own,
                               *arguments, f"https://{host}:{serve.port}/file.txt"], b"")


def fetch(world: World, serve: Serve, *arguments: str, client_kind: str | None = None, **expected) -> None:
    serve.forget()
    ended = curl(world, serve, *arguments, client_kind=client_kind)
    interop.expect_served(serve, ended, world, client_kind=client_kind, **expected)
    equal("exit status", ended.status, 0)


def distrust(world: World, serve: Serve, alert: str | None, **settings) -> None:
    """curl does not take our certificate, and tells us if it says why."""
    serve.forget()
    equal("exit status", curl(world, serve, **settings).status, NOT_TRUSTED)
    event = serve.connection()
    equal("alert", (event["error"] or {}).get("alert"), alert)


def refuse(world: World, serve: Serve, *arguments: str) -> None:
    serve.forget()
    ended = curl(world, serve, *arguments)
    assert ended.status != 0 and serve.connection()["error"], ended.errors


def matrix13(cases: Cases, world: World, kind: str) -> None:
    """Suite x group x kind of certificate."""
    with Serve(world, kind, "--policy", "classic") as serve:
        for suite in SUITES13:
            for group in CURVES:
                cases.check(f"{suite}, {group}, {kind}", fetch, world, serve, *only(suite), "--curves", GROUPS[group],
                            version="TLSv1.3", suite=suite, group=group)


def matrix12(cases: Cases, world: World, kind: str) -> None:
    with Serve(world, kind, "--policy", "classic") as serve:
        for suite in interop.suites12(kind):
            cases.check(f"{suite}, {kind}", fetch, world, serve, *only(suite), version="TLSv1.2", suite=suite)


def groups12(cases: Cases, world: World) -> None:
    suite = interop.ECDHE_RSA[0]
    for group in CURVES:
        # P-256 besides: the CA's key, which a TLS 1.2 client's groups have to name.
        offered = dict.fromkeys([GROUPS[group], "P-256"])
        with Serve(world, "rsa", "--groups", group) as serve:
            cases.check(f"{suite}, {group}", fetch, world, serve, *only(suite), "--curves", ":".join(offered),
                        version="TLSv1.2", suite=suite, group=group)


def extensions(cases: Cases, world: World) -> None:
    with Serve(world, "rsa", "--policy", "classic", "--alpn", "http/1.1") as serve:
        for suite in (SUITES13[0], interop.ECDHE_RSA[0]):
            cases.check(f"{version_of(suite)}, ALPN", fetch, world, serve, *only(suite), "--http1.1",
                        version=version_of(suite), alpn="http/1.1", server_name="localhost")
            cases.check(f"{version_of(suite)}, no ALPN", fetch, world, serve, *only(suite), "--no-alpn",
                        version=version_of(suite), alpn=None)
            cases.check(f"{version_of(suite)}, a CA that curl does not know", distrust, world, serve, "unknown_ca",
                        ca=False)
    with Serve(world, "p256") as serve:
        cases.check("all that curl offers", fetch, world, serve, version="TLSv1.3")
        cases.check("another name than the certificate's", distrust, world, serve, None, host="other.example")


def client_certificates(cases: Cases, world: World, mode: str) -> None:
    with Serve(world, "p256", client_auth=mode) as serve:
        for suite in (SUITES13[0], interop.ECDHE_ECDSA[0]):
            for client_kind in [*KINDS, None]:
                name = f"{version_of(suite)}, client certificate {mode}: {client_kind}"
                if mode == "required" and not client_kind:
                    cases.check(name, refuse, world, serve, *only(suite))
                    continue
                cases.check(name, fetch, world, serve, *only(suite), client_kind=client_kind,
                            version=version_of(suite), suite=suite)


def reconnect(world: World, serve: Serve, *arguments: str, client_kind: str | None = None, **expected) -> None:
    """The file three times by one curl: the server ends each connection behind the answer, so that each needs
    another, and those after the first resume."""
    serve.forget()
    url = f"https://localhost:{serve.port}/file.txt"
    ended = curl(world, serve, *arguments, url, url, client_kind=client_kind)
    equal("exit status", (ended.status, ended.errors), (0, ""))
    equal("octets", ended.output, 3 * world.file)
    for resumed in (False, True, True):
        event = serve.connection()
        equal("error", event["error"], None)
        if resumed:
            interop.check_resumed(event["summary"], **expected)
            equal("client's certificate", bool(event["summary"]["peer_chain"]), client_kind is not None)
            equal("verified today", event["summary"]["verification"]["verified"], client_kind is not None)
        else:
            check_negotiated(event["summary"], server_kind=serve.kind, client_kind=client_kind, resumed=False,
                             **expected)


def reconnects(cases: Cases, world: World) -> None:
    for kind in ("p256", "rsa"):
        with Serve(world, kind, "--policy", "classic", "--alpn", "http/1.1") as serve:
            for suite in (*SUITES13, interop.ECDHE_ECDSA[0] if kind == "p256" else interop.ECDHE_RSA[0]):
                cases.check(f"{suite}, {kind}, reconnects", reconnect, world, serve, *only(suite),
                            version=version_of(suite), suite=suite)
    with Serve(world, "p256", client_auth="required") as serve:
        for version in ("1.3", "1.2"):
            cases.check(f"TLS {version}, client certificate, reconnects", reconnect, world, serve, "--tls-max", version,
                        client_kind="p256", version=f"TLSv{version}")
    with Serve(world, "p256", "--early-data", "16384") as serve:
        cases.check("reconnects to a server that would take early data", reconnect, world, serve, version="TLSv1.3")


def run_cases(cases: Cases, world: World) -> None:
    by_kind = [(matrix, kind) for kind in KINDS for matrix in (matrix13, matrix12)]
    interop.run_parts(cases, world, [*by_kind, (groups12,), (extensions,), (client_certificates, "optional"),
                                     (client_certificates, "required"), (reconnects,)])


if __name__ == "__main__":
    interop.main("curl", ["openssl", "curl"], run_cases)
