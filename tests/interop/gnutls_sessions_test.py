"""GnuTLS's gnutls-cli and gnutls-serv: what may differ between a session and its resumptions, and what is refused;
external PSKs likewise. Early data and plain reconnects: sessions_test.py."""
import interop
from gnutls_test import ALL_GROUPS, ANY, DATA, GROUPS, Server, gnutls_cli, only
from interop import RSA, SUITES13, Cases, Serve, World, check_negotiated, check_resumed, equal, ours, version_of

ECDHE = interop.ECDHE_RSA
# A suite of each kind: what a session keeps is as long as its hash.
SUITES = [*SUITES13, ECDHE[0], ECDHE[1], RSA[0]]
KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"


def connect(world: World, server: Server, *arguments: str, client_kind: str | None = None) -> dict:
    ended, told = interop.connect(world, server.port, *arguments, data=DATA, leaf=world.client_leaf(client_kind))
    equal("exit status", (ended.status, told.get("error")), (0, None))
    equal("data", ended.output, DATA)
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


def resume_as_server(world: World, serve: Serve, priority: str, *arguments: str, client_kind: str | None = None,
                     **expected) -> None:
    """gnutls-cli --resume makes two connections, and asks for the file over the second."""
    serve.forget()
    ended = gnutls_cli(world, serve.port, priority, "--resume", "--waitresumption", *arguments,
                       client_kind=client_kind)
    first = serve.connection()
    check_negotiated(first["summary"], server_kind=serve.kind, client_kind=client_kind, resumed=False, **expected)
    interop.expect_served_resumed(serve, ended, world, **expected)


def resumption(cases: Cases, world: World) -> None:
    for what, flags in {"tickets": [], "session ids": ["--noticket"]}.items():
        with Server(world, "rsa", *flags) as server:
            for suite in SUITES:
                if suite in SUITES13 and flags:
                    continue  # its TLS 1.3 knows no other tickets
                cases.check(f"connect: {suite}, {what}", resume_as_client, world, server, *ours(suite),
                            version=version_of(suite), suite=suite)
    with Serve(world, "rsa", "--policy", "classic") as serve:
        for suite in SUITES:
            cases.check(f"serve: {suite}", resume_as_server, world, serve, only(suite), version=version_of(suite),
                        suite=suite)
    with Server(world, "p256", client_auth="required") as server, \
            Serve(world, "p256", client_auth="required") as serve:
        for suite in (SUITES13[0], interop.ECDHE_ECDSA[0]):
            version = version_of(suite)
            cases.check(f"connect: {version}, client certificate", resume_as_client, world, server, *ours(suite),
                        client_kind="p256", version=version)
            cases.check(f"serve: {version}, client certificate", resume_as_server, world, serve, only(suite),
                        client_kind="p256", version=version)
    with Server(world, "p256", priority=only(SUITES13[0], GROUPS["secp256r1"])) as server:
        cases.check("connect: resumed behind a HelloRetryRequest", resume_as_client, world, server, "--groups",
                    "x25519,secp256r1", version="TLSv1.3", group="secp256r1", hello_retry=True)
    with Serve(world, "p256", "--groups", "secp256r1") as serve:
        cases.check("serve: resumed behind a HelloRetryRequest", resume_as_server, world, serve,
                    only(SUITES13[0], f"GROUP-X25519:+{GROUPS['secp256r1']}"), "--single-key-share",
                    version="TLSv1.3", group="secp256r1", hello_retry=True)


# ---- external PSKs

PSK_ANY = f"{ANY}:+ECDHE-PSK:+DHE-PSK:+PSK"


def psk_only(group: str) -> str:
    return f"{only(SUITES13[0], group)}:+ECDHE-PSK:+DHE-PSK"


def psk_as_client(world: World, server: Server, *arguments: str, **expected) -> None:
    told = connect(world, server, "--psk", KEY, "--psk-identity", "client1", *arguments)
    equal("PSK", (told["external_psk"], told["peer_chain"], told["signature"]), ("client1", [], None))
    for name, value in {"version": "TLSv1.3", "resumed": False, **expected}.items():
        equal(name, told[name], value)


def wrong_psk_as_client(world: World, server: Server) -> None:
    ended, told = interop.connect(world, server.port, "--psk", KEY[::-1], "--psk-identity", "client1", data=DATA)
    equal("exit status", ended.status, 5)
    assert told["error"]["alert"], told["error"]


def psk_as_server(world: World, serve: Serve, priority: str, key: str = KEY, **expected) -> None:
    serve.forget()
    ended = gnutls_cli(world, serve.port, priority, "--pskusername", "client1", "--pskkey", key)
    event = serve.connection()
    equal("error", event["error"], None)
    assert ended.output.endswith(world.file), ended.errors
    told = event["summary"]
    equal("PSK", (told["external_psk"], told["signature"]), ("client1", None))
    for name, value in {"version": "TLSv1.3", "resumed": False, **expected}.items():
        equal(name, told[name], value)


def wrong_psk_as_server(world: World, serve: Serve) -> None:
    serve.forget()
    ended = gnutls_cli(world, serve.port, psk_only(ALL_GROUPS), "--pskusername", "client1", "--pskkey", KEY[::-1])
    event = serve.connection()
    assert event["error"] and b"200 OK" not in ended.output, (event, ended.errors)
    equal("code", event["error"]["code"], "bad_binder")


def external_psks(cases: Cases, world: World) -> None:
    """Both sides read the same file of keys."""
    psks = world.folder / "psks"
    psks.write_text(f"client0:{KEY[::-1]}\nclient1:{KEY}\n")
    psks.chmod(0o600)
    with Server(world, "p256", "--pskpasswd", str(psks), priority=PSK_ANY) as server:
        for group in ("x25519", "secp256r1"):
            cases.check(f"connect: PSK with {group}", psk_as_client, world, server, "--groups", group, group=group)
        cases.check("connect: PSK, with a key that is not the server's", wrong_psk_as_client, world, server)
    with Serve(world, "p256", "--psk-file", str(psks)) as serve:
        for group in ("x25519", "secp256r1"):
            cases.check(f"serve: PSK with {group}", psk_as_server, world, serve, psk_only(GROUPS[group]),
                        group=group)
        cases.check("serve: PSK, with a key that is not the server's", wrong_psk_as_server, world, serve)


def run_cases(cases: Cases, world: World) -> None:
    interop.run_parts(cases, world, [(resumption,), (external_psks,)])


if __name__ == "__main__":
    interop.main("gnutls_sessions", ["gnutls-cli", "gnutls-serv"], run_cases)
