"""OpenSSL's s_client and s_server: TLS 1.3 and 1.2 in every combination, both directions."""
import json

import interop
from interop import (CURVES, KINDS, REQUEST, SUITES13, Cases, Ended, Process, Serve, World, check_negotiated, equal,
                     ours, version_of)

# OpenSSL's names, which it takes on the command line.
GROUPS = {"x25519": "X25519", "secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
ANY_CIPHER = ["-cipher", "ALL:@SECLEVEL=0"]
# s_server -rev turns each line round, and closes after this one: a TLS 1.2 client cannot half-close.
LINES = [b"application data " * 40, b"one", b"0123456789" * 90]
CLOSE = b"CLOSE"
DATA = b"".join(line + b"\n" for line in (*LINES, CLOSE))
REVERSED = b"".join(line[::-1] + b"\n" for line in LINES)


def openssl_name(suite: str) -> str:
    """TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 is ECDHE-RSA-AES128-SHA256."""
    name = suite.removeprefix("TLS_").replace("RSA_WITH_", "" if suite.startswith("TLS_RSA") else "RSA_")
    name = name.replace("WITH_", "").replace("CBC_", "").replace("AES_", "AES")
    if "CHACHA20" in name:
        name = name.removesuffix("_SHA256")
    return name.replace("_", "-")


def only(suite: str) -> list[str]:
    """Options of s_client that leave one suite and its version."""
    if suite in SUITES13:
        return ["-tls1_3", "-ciphersuites", suite]
    return ["-tls1_2", "-cipher", f"{openssl_name(suite)}:@SECLEVEL=0"]


class Server(Process):
    """s_server, which turns lines round."""

    def __init__(self, world: World, kind: str, *arguments: str, client_auth: str = "no"):
        leaf = world.leaf(kind)
        auth = {"no": [], "optional": ["-verify", "3"], "required": ["-Verify", "3"]}[client_auth]
        super().__init__(["openssl", "s_server", "-accept", "127.0.0.1:0", "-rev", "-cert", leaf.certificate,
                          "-key", leaf.key, "-CAfile", world.ca, "-verify_return_error", *ANY_CIPHER,
                          *auth, *arguments])
        self.kind = kind
        self.port = int(self.wait_for(r"^ACCEPT .*:(\d+)$")[1])


def s_client(world: World, port: int, *arguments: str, client_kind: str | None = None,
             request: bytes = REQUEST) -> Ended:
    leaf = world.client_leaf(client_kind)
    own = ["-cert", leaf.certificate, "-key", leaf.key] if leaf else []
    return interop.run_client(["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{port}", "-servername",
                               "localhost", "-verify_hostname", "localhost", "-CAfile", world.ca,
                               "-verify_return_error", *own, *arguments], request)


def as_client(world: World, server: Server, *arguments: str, client_kind: str | None = None, **expected) -> None:
    ended, told = interop.connect(world, server.port, *arguments, data=DATA, leaf=world.client_leaf(client_kind))
    equal("exit status", (ended.status, told.get("error")), (0, None))
    equal("data", ended.output, REVERSED)
    check_negotiated(told, server_kind=server.kind, client_kind=client_kind, **expected)


def as_server(world: World, serve: Serve, *arguments: str, client_kind: str | None = None, **expected) -> None:
    serve.forget()
    ended = s_client(world, serve.port, *arguments, client_kind=client_kind)
    interop.expect_served(serve, ended, world, client_kind=client_kind, **expected)


def matrix13(cases: Cases, world: World, kind: str) -> None:
    """Suite x group x kind of certificate."""
    with Server(world, kind, "-groups", ":".join(GROUPS.values())) as server, \
            Serve(world, kind, "--policy", "classic") as serve:
        for suite in SUITES13:
            for group in CURVES:
                name = f"{suite}, {group}, {kind}"
                expected = {"version": "TLSv1.3", "suite": suite, "group": group}
                cases.check(f"connect: {name}", as_client, world, server, *ours(suite), "--groups", group,
                            **expected)
                cases.check(f"serve: {name}", as_server, world, serve, *only(suite), "-groups", GROUPS[group],
                            **expected)


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
                cases.check(f"serve: {name}", as_server, world, serve, *only(suite), **expected)


def groups12(cases: Cases, world: World) -> None:
    """A TLS 1.2 client's groups also say which curves it takes in certificates (RFC 8422 §5.1)."""
    for kind, suite in (("rsa", interop.ECDHE_RSA[0]), ("p256", interop.ECDHE_ECDSA[0])):
        for group in CURVES:
            offered = list(dict.fromkeys([group, "secp256r1"]))
            expected = {"version": "TLSv1.2", "suite": suite, "group": group}
            with Server(world, kind, "-groups", ":".join(GROUPS.values())) as server:
                cases.check(f"connect: {suite}, {group}", as_client, world, server, *ours(suite), "--groups",
                            ",".join(offered), **expected)
            with Serve(world, kind, "--groups", group) as serve:
                cases.check(f"serve: {suite}, {group}", as_server, world, serve, *only(suite), "-groups",
                            ":".join(GROUPS[each] for each in offered), **expected)


def refused_client(world: World, server: Server, *arguments: str, alert: str) -> None:
    """The peer refuses us, which has an exit status of its own."""
    ended, told = interop.connect(world, server.port, *arguments, data=DATA)
    equal("exit status", ended.status, 5)
    equal("alert", told["error"]["alert"], alert)


def refusing_server(world: World, serve: Serve, *arguments: str) -> None:
    serve.forget()
    ended = s_client(world, serve.port, *arguments)
    event = serve.connection()
    assert event["error"] and b"200 OK" not in ended.output, (event, ended.errors)


def client_certificates(cases: Cases, world: World) -> None:
    """Each kind of a client's key, in both versions; without one where it is required."""
    for mode in ("optional", "required"):
        with Server(world, "p256", client_auth=mode) as server, \
                Serve(world, "p256", client_auth=mode) as serve:
            for suite in (SUITES13[0], interop.ECDHE_ECDSA[0]):
                for client_kind in [*KINDS, None]:
                    name = f"{version_of(suite)}, client certificate {mode}: {client_kind}"
                    if mode == "required" and not client_kind:
                        # TLS 1.2 has no alert for that (RFC 5246 §7.4.6).
                        alert = "certificate_required" if suite in SUITES13 else "handshake_failure"
                        cases.check(f"connect: {name}", refused_client, world, server, *ours(suite), alert=alert)
                        cases.check(f"serve: {name}", refusing_server, world, serve, *only(suite))
                        continue
                    expected = {"version": version_of(suite), "suite": suite, "client_kind": client_kind}
                    cases.check(f"connect: {name}", as_client, world, server, *ours(suite), **expected)
                    cases.check(f"serve: {name}", as_server, world, serve, *only(suite), **expected)


def second_hellos(cases: Cases, world: World) -> None:
    for group in CURVES[1:]:
        offered = ",".join(dict.fromkeys(["X25519MLKEM768", "x25519", group]))
        expected = {"version": "TLSv1.3", "group": group, "hello_retry": True}
        with Server(world, "p256", "-groups", GROUPS[group]) as server:
            cases.check(f"connect: HelloRetryRequest for {group}", as_client, world, server, "--groups", offered,
                        **expected)
        with Serve(world, "p256", "--groups", group) as serve:
            cases.check(f"serve: HelloRetryRequest for {group}", as_server, world, serve, "-tls1_3", "-groups",
                        f"X25519:{GROUPS[group]}", **expected)


def updated_keys(world: World, serve: Serve) -> None:
    """s_client's command K: new keys of both directions, with data before and behind."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{serve.port}", "-CAfile", world.ca, "-tls1_3",
               "-verify_return_error"]
    with Process(command) as client:
        client.wait_for("^SSL handshake has read")
        client.send("before\n")
        client.wait_for("^before")
        for round_ in range(3):
            client.send("K\n")
            client.wait_for("KEYUPDATE")
            client.send(f"behind {round_}\n")
            client.wait_for(f"behind {round_}")
        client.send("Q\n")
        event = serve.connection()
    equal("error", event["error"], None)
    equal("octets", event["data"]["received"], len("before\n") + 3 * len("behind 0\n"))


def extensions(cases: Cases, world: World) -> None:
    for suite in (SUITES13[0], interop.ECDHE_RSA[0]):
        version = version_of(suite)
        with Server(world, "rsa", "-alpn", "h2,http/1.1") as server:
            cases.check(f"connect: {version}, ALPN", as_client, world, server, *ours(suite), "--alpn",
                        "http/1.1,h2", version=version, alpn="h2", server_name="localhost")
        with Serve(world, "rsa", "--alpn", "http/1.1", client_auth="no") as serve:
            cases.check(f"serve: {version}, ALPN", as_server, world, serve, *only(suite), "-alpn", "h2,http/1.1",
                        version=version, alpn="http/1.1", server_name="localhost")
            cases.check(f"serve: {version}, no common ALPN", refusing_server, world, serve, *only(suite), "-alpn",
                        "spdy/1")
        with Server(world, "rsa", "-max_send_frag", "512") as server:
            cases.check(f"connect: {version}, many small records", as_client, world, server, *ours(suite),
                        version=version)
        with Serve(world, "rsa") as serve:
            for length in ("512", "1024", "2048", "4096"):
                cases.check(f"serve: {version}, max_fragment_length {length}", as_server, world, serve, *only(suite),
                            "-maxfraglen", length, version=version)
            cases.check(f"serve: {version}, stapled status asked for", as_server, world, serve, *only(suite),
                        "-status", version=version)
            cases.check(f"serve: {version}, without middlebox compatibility", as_server, world, serve, *only(suite),
                        "-no_middlebox", version=version)


def records13(cases: Cases, world: World) -> None:
    with Server(world, "rsa", "-record_padding", "1000") as server:
        cases.check("connect: padded records", as_client, world, server, version="TLSv1.3")
    with Serve(world, "rsa") as serve:
        cases.check("serve: padded records", as_server, world, serve, "-tls1_3", "-record_padding", "1000",
                    version="TLSv1.3")
    with Serve(world, "rsa", mode="echo") as serve:
        cases.check("serve: KeyUpdate", updated_keys, world, serve)


def records12(cases: Cases, world: World) -> None:
    """CBC with the MAC under the encryption: what matrix12 does not do, since both sides want it the other way."""
    cbc = [suite for suite in interop.ECDHE_RSA + interop.RSA if "_CBC_" in suite]
    with Server(world, "rsa", "-no_etm") as server, Serve(world, "rsa", "--policy", "classic") as serve:
        for suite in cbc:
            cases.check(f"connect: {suite}, MAC then encrypt", as_client, world, server, *ours(suite),
                        version="TLSv1.2", suite=suite)
            cases.check(f"serve: {suite}, MAC then encrypt", as_server, world, serve, *only(suite), "-no_etm",
                        version="TLSv1.2", suite=suite)


def versions(cases: Cases, world: World) -> None:
    """One hello serves both versions, and what is too old is refused."""
    with Server(world, "p256", "-no_tls1_3") as server:
        cases.check("connect: the server has TLS 1.2 only", as_client, world, server, version="TLSv1.2")
        cases.check("connect: the server has TLS 1.2 only, and that is refused", refused_version, world, server,
                    "--policy", "modern")
    with Server(world, "p256", "-tls1_1") as server:
        cases.check("connect: the server has TLS 1.1 only", refused_version, world, server)
    with Serve(world, "p256") as serve:
        cases.check("serve: the client has both versions", as_server, world, serve, version="TLSv1.3")
        cases.check("serve: the client has TLS 1.2 only", as_server, world, serve, "-tls1_2", version="TLSv1.2")
        cases.check("serve: the client has TLS 1.1 only", refusing_server, world, serve, "-tls1_1", *ANY_CIPHER)
        cases.check("serve: the client fell back", refusing_server, world, serve, "-tls1_2", "-fallback_scsv")
    with Serve(world, "p256", "--max", "1.2") as serve:
        cases.check("serve: the server has TLS 1.2 only", as_server, world, serve, version="TLSv1.2")


def refused_version(world: World, server: Server, *arguments: str) -> None:
    ended, told = interop.connect(world, server.port, *arguments, data=DATA)
    equal("exit status", ended.status, 5)
    assert "version" in json.dumps(told["error"]), told["error"]


def run_cases(cases: Cases, world: World) -> None:
    by_kind = [(matrix, kind) for kind in KINDS for matrix in (matrix13, matrix12)]
    others = (groups12, client_certificates, second_hellos, extensions, records13, records12, versions)
    interop.run_parts(cases, world, [*by_kind, *((part,) for part in others)])


if __name__ == "__main__":
    interop.main("openssl", ["openssl"], run_cases)
