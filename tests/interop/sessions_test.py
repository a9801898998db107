"""Sessions, early data and external keys with OpenSSL and GnuTLS, both versions, both directions."""
import os

import gnutls_test as gnutls
import interop
import openssl_test as openssl
from interop import REQUEST, Cases, Ended, Process, Serve, World, equal

KEY = "5a" * 32
PSK_PRIORITY = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK"
VERSIONS = ("1.3", "1.2")


def scratch(world: World, name: str, content: bytes | None = None) -> str:
    """A file for its owner alone; without content, the name of one that is not there."""
    path = world.folder / name
    path.unlink(missing_ok=True)
    if content is not None:
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
    return str(path)


def served(ended: Ended, world: World) -> None:
    body = ended.output.partition(b"\r\n\r\n")[2]
    assert body == world.file, f"{len(body)} octets of {len(world.file)}: {ended.errors[-1500:]}"


def resumed(serve: Serve, wanted: list[bool]) -> list[dict]:
    """The next connections of the server, and which of them were resumed."""
    summaries = [serve.connection()["summary"] for _ in wanted]
    equal("resumed", [summary["resumed"] for summary in summaries], wanted)
    return summaries


def reconnects(world: World, port: int, *arguments: str, data: bytes, answer: bytes) -> None:
    """handfast connect --reconnect."""
    ended, told = interop.connect(world, port, "--reconnect", "3", *arguments, data=data)
    equal("exit status", (ended.status, told.get("error")), (0, None))
    equal("data", ended.output, answer)
    equal("resumed", [*(one["resumed"] for one in told["earlier"]), told["resumed"]], [False, True, True, True])
    equal("signature", told["signature"], None)
    equal("verified", told["verification"]["verified"], True)


# ---- OpenSSL

class Listener(Process):
    """s_server that prints what it gets."""

    def __init__(self, world: World, *arguments: str):
        leaf = world.leaf("p256")
        super().__init__(["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", leaf.certificate, "-key", leaf.key,
                          *arguments])
        self.port = int(self.wait_for(r"^ACCEPT .*:(\d+)$")[1])


def openssl_reconnects(world: World, serve: Serve) -> None:
    """s_client -reconnect: TLS 1.2, for it does not wait for the tickets of TLS 1.3."""
    serve.forget()
    openssl.s_client(world, serve.port, "-tls1_2", "-reconnect")
    resumed(serve, [False, True, True, True, True, True])


def openssl_session_file(world: World, serve: Serve, *arguments: str) -> None:
    """s_client -sess_out, -sess_in."""
    serve.forget()
    file = scratch(world, "openssl.session")
    served(openssl.s_client(world, serve.port, *arguments, "-sess_out", file), world)
    served(openssl.s_client(world, serve.port, *arguments, "-sess_in", file), world)
    resumed(serve, [False, True])


def openssl_early_client(world: World, serve: Serve) -> None:
    serve.forget()
    file, request = scratch(world, "openssl.session"), scratch(world, "openssl.request", REQUEST)
    served(openssl.s_client(world, serve.port, "-tls1_3", "-sess_out", file), world)
    early = ("-tls1_3", "-sess_in", file, "-early_data", request)
    served(openssl.s_client(world, serve.port, *early, request=b""), world)
    resumed(serve, [False])
    event = serve.connection()
    equal("early data", event["summary"]["early_data"]["status"], "accepted")
    equal("octets", event["data"]["early"], len(REQUEST))
    equal("answered before the end of the handshake", event["data"]["half_rtt"], event["data"]["sent"])


def openssl_early_server(world: World) -> None:
    file, question = scratch(world, "ours.session"), scratch(world, "question", b"early bird\n")
    with Listener(world, "-early_data", "-tls1_3") as server:
        for status in ("none", "accepted"):
            _, told = interop.connect(world, server.port, "--session", file, "--early-data", question, data=b"late\n")
            equal("early data", told["early_data"]["status"], status)
            server.wait_for("early bird")
            server.wait_for("late")


def openssl_key_client(world: World, serve: Serve) -> None:
    serve.forget()
    served(openssl.s_client(world, serve.port, "-tls1_3", "-psk", KEY, "-psk_identity", "device"), world)
    equal("key", serve.connection()["summary"]["external_psk"], "device")


def key_server(world: World, port: int, data: bytes, answer: bytes) -> None:
    ended, told = interop.connect(world, port, "--psk", KEY, "--psk-identity", "device", data=data)
    equal("exit status", (ended.status, told.get("error")), (0, None))
    equal("data", ended.output, answer)
    equal("key", (told["external_psk"], told["peer_chain"]), ("device", []))


def openssl_cases(cases: Cases, world: World) -> None:
    for version in VERSIONS:
        for how, options in (("sealed tickets", []), ("sessions in the server's memory", ["-no_ticket"])):
            with openssl.Server(world, "p256", *options) as server:
                cases.check(f"openssl: connect resumes TLS {version}, {how}", reconnects, world, server.port,
                            "--max", version, data=openssl.DATA, answer=openssl.REVERSED)
    keys = scratch(world, "openssl.psk", f"device:{KEY}\n".encode())
    with Serve(world, "p256", "--early-data", "10000", "--psk-file", keys) as serve:
        cases.check("openssl: -reconnect", openssl_reconnects, world, serve)
        for version in ("-tls1_3", "-tls1_2"):
            cases.check(f"openssl: -sess_out, -sess_in, {version}", openssl_session_file, world, serve, version)
        cases.check("openssl: -early_data of s_client", openssl_early_client, world, serve)
        cases.check("openssl: -psk of s_client", openssl_key_client, world, serve)
    cases.check("openssl: -early_data of s_server", openssl_early_server, world)
    with openssl.Server(world, "p256", "-psk", KEY, "-psk_identity", "device", "-nocert") as server:
        cases.check("openssl: -psk of s_server", key_server, world, server.port, openssl.DATA, openssl.REVERSED)


# ---- GnuTLS

def gnutls_cli(world: World, port: int, priority: str, *arguments: str, request: bytes = REQUEST) -> Ended:
    return interop.run_client(["gnutls-cli", "--logfile", "/dev/stderr", "--port", str(port), "--x509cafile", world.ca,
                               "--priority", priority, *arguments, *gnutls.LOCALHOST], request)


def gnutls_resumes(world: World, serve: Serve, version: str, *arguments: str) -> None:
    serve.forget()
    priority = f"{gnutls.ANY}:-VERS-ALL:+VERS-TLS{version}"
    served(gnutls_cli(world, serve.port, priority, "--resume", "--waitresumption", *arguments), world)
    resumed(serve, [False, True])


def gnutls_early_client(world: World, serve: Serve) -> None:
    serve.forget()
    question = scratch(world, "gnutls.early", b"GET /file.txt HT")
    priority = f"{gnutls.ANY}:-VERS-TLS1.2"
    ended = gnutls_cli(world, serve.port, priority, "--resume", "--waitresumption", "--earlydata", question,
                              request=b"TP/1.0\r\n\r\n")
    served(ended, world)
    resumed(serve, [False])
    event = serve.connection()
    equal("early data", event["summary"]["early_data"]["status"], "accepted")
    equal("octets", event["data"]["early"], 16)


def gnutls_early_server(world: World) -> None:
    file, question = scratch(world, "ours.gnutls"), scratch(world, "question.gnutls", b"early bird\n")
    with gnutls.Server(world, "p256", "--earlydata", "--maxearlydata", "1000") as server:
        for status in ("none", "accepted"):
            ended, told = interop.connect(world, server.port, "--session", file, "--early-data", question,
                                          data=b"late\n")
            equal("exit status", (ended.status, told.get("error")), (0, None))
            equal("early data", told["early_data"]["status"], status)
            assert ended.output.endswith(b"late\n"), ended.output


def gnutls_key_client(world: World, serve: Serve) -> None:
    serve.forget()
    own = ("--pskusername", "device", "--pskkey", KEY)
    served(gnutls_cli(world, serve.port, PSK_PRIORITY, *own), world)
    equal("key", serve.connection()["summary"]["external_psk"], "device")


def gnutls_cases(cases: Cases, world: World) -> None:
    for version in VERSIONS:
        for how, options in (("sealed tickets", []), ("sessions in the server's memory", ["--noticket"])):
            if options and version == "1.3":
                continue  # GnuTLS has no such tickets
            with gnutls.Server(world, "p256", *options) as server:
                cases.check(f"gnutls: connect resumes TLS {version}, {how}", reconnects, world, server.port,
                            "--max", version, data=gnutls.DATA, answer=gnutls.DATA)
    keys = scratch(world, "gnutls.psk", f"device:{KEY}\n".encode())
    with Serve(world, "p256", "--early-data", "10000", "--psk-file", keys) as serve:
        for version in VERSIONS:
            cases.check(f"gnutls: --resume, TLS {version}", gnutls_resumes, world, serve, version)
        cases.check("gnutls: --earlydata of gnutls-cli", gnutls_early_client, world, serve)
        cases.check("gnutls: --pskkey", gnutls_key_client, world, serve)
    cases.check("gnutls: --earlydata of gnutls-serv", gnutls_early_server, world)
    with gnutls.Server(world, "p256", "--pskpasswd", keys, priority=PSK_PRIORITY) as server:
        cases.check("gnutls: --pskpasswd", key_server, world, server.port, gnutls.DATA, gnutls.DATA)


def run_cases(cases: Cases, world: World) -> None:
    interop.run_parts(cases, world, [(openssl_cases,), (gnutls_cases,)])


if __name__ == "__main__":
    interop.main("sessions", ["openssl", "gnutls-cli", "gnutls-serv"], run_cases)
