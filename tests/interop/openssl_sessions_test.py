"""OpenSSL's s_client and s_server: what may differ between a session and its resumptions, and what is refused;
external PSKs likewise. Early data and plain reconnects: sessions_test.py."""
from pathlib import Path

import interop
from interop import RSA, SUITES13, Cases, Serve, World, check_negotiated, check_resumed, equal, ours, version_of
from openssl_test import DATA, REVERSED, Server, only, s_client

ECDHE = interop.ECDHE_RSA
# A suite of each kind: what a session keeps is as long as its hash.
SUITES = [*SUITES13, ECDHE[0], ECDHE[1], RSA[0]]
# Without the extension of RFC 5077 a server names sessions by id; in TLS 1.3 a ticket is then a name too.
TICKETS = {"tickets": [], "session ids": ["-no_ticket"]}
KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
PSK = ["-psk", KEY, "-psk_identity", "client 1"]


def connect(world: World, server: Server, *arguments: str, client_kind: str | None = None) -> dict:
    ended, told = interop.connect(world, server.port, *arguments, data=DATA, leaf=world.client_leaf(client_kind))
    equal("exit status", (ended.status, told.get("error")), (0, None))
    equal("data", ended.output, REVERSED)
    return told


def resume_as_client(world: World, server: Server, *arguments: str, client_kind: str | None = None,
                     **expected) -> None:
    """A full handshake, then two resumptions, each by what the connection before brought."""
    kept = interop.fresh_session_file(world)
    told = connect(world, server, "--session", kept, *arguments, client_kind=client_kind)
    check_negotiated(told, server_kind=server.kind, client_kind=client_kind, resumed=False, **expected)
    for _ in range(2):
        told = connect(world, server, "--session", kept, *arguments, client_kind=client_kind)
        check_resumed(told, **expected)


def forgotten_by_server(world: World, *arguments: str) -> None:
    """Another server does not know the session, and makes a full handshake."""
    kept = interop.fresh_session_file(world)
    for _ in range(2):
        with Server(world, "p256") as server:
            told = connect(world, server, "--session", kept, *arguments)
            check_negotiated(told, server_kind="p256", resumed=False, version=told["version"])


def resume_as_server(world: World, serve: Serve, *arguments: str, client_kind: str | None = None, first: Serve = None,
                     resumes: bool = True, **expected) -> None:
    """s_client keeps its session in a file. `first` is the server of the connection that made it."""
    kept = interop.fresh_session_file(world)
    for server in (first or serve, serve):
        server.forget()
    ended = s_client(world, (first or serve).port, *arguments, "-sess_out", kept, client_kind=client_kind)
    interop.expect_served(first or serve, ended, world, client_kind=client_kind, resumed=False, **expected)
    ended = s_client(world, serve.port, *arguments, "-sess_in", kept, client_kind=client_kind)
    if resumes:
        interop.expect_served_resumed(serve, ended, world, **expected)
    else:
        interop.expect_served(serve, ended, world, client_kind=client_kind, resumed=False, **expected)


def no_tickets(world: World, serve: Serve) -> None:
    kept = interop.fresh_session_file(world)
    serve.forget()
    interop.expect_served(serve, s_client(world, serve.port, "-tls1_3", "-sess_out", kept), world, resumed=False,
                          version="TLSv1.3")
    assert not Path(kept).exists(), "s_client was given a session"


def resumption_as_client(cases: Cases, world: World) -> None:
    for what, flags in TICKETS.items():
        with Server(world, "rsa", *flags) as server:
            for suite in SUITES:
                cases.check(f"connect: {suite}, {what}", resume_as_client, world, server, *ours(suite),
                            version=version_of(suite), suite=suite)
    with Server(world, "p256", "-groups", "P-256") as server:
        cases.check("connect: resumed behind a HelloRetryRequest", resume_as_client, world, server, "--groups",
                    "x25519,secp256r1", version="TLSv1.3", group="secp256r1", hello_retry=True)
    with Server(world, "p256", client_auth="required") as server:
        for suite in (SUITES13[0], interop.ECDHE_ECDSA[0]):
            cases.check(f"connect: {version_of(suite)}, client certificate", resume_as_client, world, server,
                        *ours(suite), client_kind="p256", version=version_of(suite))
    with Server(world, "p256", "-alpn", "h2,http/1.1") as server:
        cases.check("connect: ALPN", resume_as_client, world, server, "--alpn", "h2", version="TLSv1.3", alpn="h2")
    for version in ("1.2", "1.3"):
        cases.check(f"connect: TLS {version}, a server that forgot", forgotten_by_server, world, "--max", version)


def resumption_as_server(cases: Cases, world: World) -> None:
    with Serve(world, "rsa", "--policy", "classic") as serve:
        for suite in SUITES:
            cases.check(f"serve: {suite}", resume_as_server, world, serve, *only(suite), version=version_of(suite),
                        suite=suite)
    with Serve(world, "p256", "--groups", "secp256r1") as serve:
        cases.check("serve: resumed behind a HelloRetryRequest", resume_as_server, world, serve, "-tls1_3", "-groups",
                    "X25519:P-256", version="TLSv1.3", group="secp256r1", hello_retry=True)
    with Serve(world, "p256", client_auth="required") as serve:
        for flag in ("-tls1_3", "-tls1_2"):
            cases.check(f"serve: {flag}, client certificate", resume_as_server, world, serve, flag,
                        client_kind="p256", version="TLSv" + flag[-3:].replace("_", "."))
    with Serve(world, "p256", "--tickets", "0") as serve:
        cases.check("serve: no tickets", no_tickets, world, serve)


def fleets(cases: Cases, world: World) -> None:
    """Two servers, with the same keys of tickets and with their own."""
    keys = world.folder / "ticket-keys"
    keys.write_text(f"next {32 * 'a'} {64 * 'b'}\ncurrent {32 * 'c'} {64 * 'd'}\n")
    keys.chmod(0o600)
    for flag in ("-tls1_3", "-tls1_2"):
        version = "TLSv" + flag[-3:].replace("_", ".")
        with Serve(world, "p256", "--ticket-keys", str(keys)) as first, \
                Serve(world, "p256", "--ticket-keys", str(keys)) as second, Serve(world, "p256") as stranger:
            cases.check(f"serve: {flag}, shared ticket keys", resume_as_server, world, second, flag, first=first,
                        version=version)
            cases.check(f"serve: {flag}, another's ticket", resume_as_server, world, stranger, flag, first=first,
                        resumes=False, version=version)


# ---- external PSKs

def psk_as_client(world: World, server: Server, *arguments: str, **expected) -> None:
    told = connect(world, server, "--psk", KEY, "--psk-identity", "client 1", *arguments)
    equal("PSK", (told["external_psk"], told["peer_chain"], told["signature"]), ("client 1", [], None))
    for name, value in {"version": "TLSv1.3", "resumed": False, **expected}.items():
        equal(name, told[name], value)


def wrong_psk_as_client(world: World, server: Server) -> None:
    ended, told = interop.connect(world, server.port, "--psk", KEY[::-1], "--psk-identity", "client 1", data=DATA)
    equal("exit status", ended.status, 5)
    assert told["error"]["alert"], told["error"]


def psk_as_server(world: World, serve: Serve, *arguments: str, **expected) -> None:
    serve.forget()
    ended = s_client(world, serve.port, "-tls1_3", *arguments)
    event = serve.connection()
    equal("error", event["error"], None)
    assert ended.output.endswith(world.file), ended.errors
    told = event["summary"]
    equal("PSK", (told["external_psk"], told["signature"]), ("client 1", None))
    for name, value in {"version": "TLSv1.3", "resumed": False, **expected}.items():
        equal(name, told[name], value)


def wrong_psk_as_server(world: World, serve: Serve) -> None:
    serve.forget()
    ended = s_client(world, serve.port, "-tls1_3", "-psk", KEY[::-1], "-psk_identity", "client 1")
    event = serve.connection()
    assert event["error"] and b"200 OK" not in ended.output, (event, ended.errors)
    equal("code", event["error"]["code"], "bad_binder")


def unknown_psk_as_server(world: World, serve: Serve) -> None:
    """Certificates do, when nobody knows the key."""
    serve.forget()
    ended = s_client(world, serve.port, "-tls1_3", "-psk", KEY, "-psk_identity", "nobody")
    interop.expect_served(serve, ended, world, version="TLSv1.3", resumed=False, external_psk=None)


def external_psks(cases: Cases, world: World) -> None:
    with Server(world, "p256", *PSK, "-groups", "X25519:P-256") as server:
        for group in ("x25519", "secp256r1"):
            cases.check(f"connect: PSK with {group}", psk_as_client, world, server, "--groups", group, group=group)
        cases.check("connect: PSK, with a key that is not the server's", wrong_psk_as_client, world, server)
    with Server(world, "p256", *PSK, "-groups", "P-256") as server:
        cases.check("connect: PSK behind a HelloRetryRequest", psk_as_client, world, server, "--groups",
                    "x25519,secp256r1", group="secp256r1", hello_retry=True)
    psks = world.folder / "psks"
    psks.write_text(f"client 0:{KEY[::-1]}\nclient 1:{KEY}\n")
    psks.chmod(0o600)
    with Serve(world, "p256", "--psk-file", str(psks)) as serve:
        for group, name in (("x25519", "X25519"), ("secp256r1", "P-256")):
            cases.check(f"serve: PSK with {group}", psk_as_server, world, serve, *PSK, "-groups", name, group=group)
        cases.check("serve: PSK, with a key that is not the server's", wrong_psk_as_server, world, serve)
        cases.check("serve: PSK that the server does not know", unknown_psk_as_server, world, serve)
    with Serve(world, "p256", "--psk-file", str(psks), "--groups", "secp256r1") as serve:
        cases.check("serve: PSK behind a HelloRetryRequest", psk_as_server, world, serve, *PSK, "-groups",
                    "X25519:P-256", group="secp256r1", hello_retry=True)


def run_cases(cases: Cases, world: World) -> None:
    interop.run_parts(cases, world, [(resumption_as_client,), (resumption_as_server,), (fleets,), (external_psks,)])


if __name__ == "__main__":
    interop.main("openssl_sessions", ["openssl"], run_cases)
