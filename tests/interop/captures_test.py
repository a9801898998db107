"""handfast explain --pcap of what other implementations say to each other: OpenSSL to OpenSSL and OpenSSL to nginx, in
each version, with the key log of OpenSSL's client. dumpcap captures on loopback where that is permitted; everywhere a
relay stands between the two and writes down what it sees. Wireshark's own reading is the judge of ours."""
import json
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import interop
from interop import PATIENCE, REQUEST, SUITES13, Cases, Process, Serve, World, equal, missing
from openssl_test import CLOSE, DATA, REVERSED, Server, only, s_client

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tool"))
import derivations  # noqa: E402  (the tool's tests have it)

TOOL = interop.TOOL
HANDSHAKE_TYPES = {
    "hello_request": 0, "client_hello": 1, "server_hello": 2, "hello_retry_request": 2, "new_session_ticket": 4,
    "end_of_early_data": 5, "encrypted_extensions": 8, "certificate": 11, "server_key_exchange": 12,
    "certificate_request": 13, "server_hello_done": 14, "certificate_verify": 15, "client_key_exchange": 16,
    "finished": 20, "key_update": 24,
}


# ---- two ways to see packets

class Dumpcap:
    """All that goes to and from a port of this machine, into a file."""

    def __init__(self, world: World, port: int):
        self.port = port
        self.path = str(world.folder / f"capture-{time.monotonic_ns()}.pcapng")
        # A datagram that is seen behind everything else says that everything else is in the file.
        self.marker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.marker.bind(("127.0.0.1", 0))
        own = self.marker.getsockname()
        wanted = f"tcp port {port} or udp port {own[1]}"
        self.process = Process(["dumpcap", "-q", "-i", "lo", "-f", wanted, "-w", self.path])

    def __enter__(self):
        self.process.wait_for("^File: ")
        return self

    def __exit__(self, *_) -> None:
        mark = b"the end of what was to be seen"
        self.marker.sendto(mark, self.marker.getsockname())
        deadline = time.monotonic() + PATIENCE
        while mark not in Path(self.path).read_bytes():
            assert time.monotonic() < deadline, "the marker does not come"
            assert self.process.process.poll() is None, "dumpcap ended"
            time.sleep(0.05)
        self.marker.close()
        self.process.__exit__()


def may_capture(world: World) -> str:
    """Empty, or why not."""
    if absent := missing(["dumpcap"]):
        return f"not installed: {absent[0]}"
    try:
        with Dumpcap(world, 9):
            return ""
    except AssertionError as error:
        return f"capturing is not permitted: {error}"


class Relay:
    """Stands between the two, and writes packets as if they had been captured: a pcap with Ethernet and IPv4."""

    def __init__(self, world: World, port: int):
        self.target = port
        self.path = str(world.folder / f"relay-{time.monotonic_ns()}.pcap")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.packets = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)]
        self.threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self):
        self.threads[0].start()
        return self

    def __exit__(self, *_) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(PATIENCE)
        Path(self.path).write_bytes(b"".join(self.packets))

    def _accept(self) -> None:
        while True:
            try:
                client, address = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            numbers = {client: 0xffffff00, server: 0x7fffff00}
            self._packet(client, server, numbers, address[1], 0x02)
            self._packet(server, client, numbers, address[1], 0x12)
            for own, other in ((client, server), (server, client)):
                thread = threading.Thread(target=self._pass, args=(own, other, client, numbers, address[1]), daemon=True)
                self.threads.append(thread)
                thread.start()

    def _pass(self, own, other, client, numbers, port) -> None:
        try:
            while data := own.recv(1400):
                with self.lock:
                    self._packet(own, other, numbers, port, 0x10, data, own is client)
                other.sendall(data)
            with self.lock:
                self._packet(own, other, numbers, port, 0x11, b"", own is client)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _packet(self, own, other, numbers, port, flags, data=b"", from_client=None) -> None:
        if from_client is None:
            from_client = flags == 0x02
        ports = (port, self.target) if from_client else (self.target, port)
        tcp = struct.pack(">HHIIBBHHH", *ports, numbers[own], numbers[other] if flags & 0x10 else 0, 0x50, flags, 65535,
                          0, 0) + data
        numbers[own] = (numbers[own] + len(data) + (1 if flags & 3 else 0)) % 2**32
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0, b"\x7f\0\0\1", b"\x7f\0\0\1") + tcp
        frame = bytes(12) + b"\x08\x00" + ip
        now = time.time_ns() // 1000
        self.packets.append(struct.pack("<IIII", now // 10**6, now % 10**6, len(frame), len(frame)) + frame)


# ---- what is told, and what Wireshark tells

def explain(path: str, *options: str, status: int = 0) -> dict:
    done = subprocess.run([TOOL, "explain", "--json", "--pcap", path, *options], capture_output=True, timeout=PATIENCE,
                          check=False)
    described = f"{done.stdout[-500:]} {done.stderr[-1500:]}"
    assert done.returncode == status, f"exit status {done.returncode}: {described}"
    return json.loads(done.stdout or done.stderr)


def data_of(story: dict, side: str) -> bytes:
    """The application data that a side sent: in the last dump of each record, as its octets in fields say."""
    parts = []
    for record in story["records"]:
        if record["type"] != "application_data" or record["from"] != side or not record["opened"]:
            continue
        dump = record["dumps"][1]
        octets = bytes.fromhex(dump["octets"])
        parts += [octets[field["offset"]:field["offset"] + field["length"]] for field in dump["fields"]
                  if field["name"] == "application_data"]
    return b"".join(parts)


def names(story: dict) -> list[str]:
    return [message["name"] for message in story["messages"]]


def messages_by_wireshark(path: str, port: int, key_log: str) -> list[int]:
    done = subprocess.run(["tshark", "-r", path, "-2", "-d", f"tcp.port=={port},tls", "-o", f"tls.keylog_file:{key_log}",
                           "-T", "fields", "-e", "tls.handshake.type"],
                          capture_output=True, text=True, timeout=PATIENCE, check=True)
    return [int(number) for number in done.stdout.replace(",", "\n").split()]


def check_story(story: dict) -> None:
    equal("remarks", story["remarks"], [])
    equal("sealed records", [record for record in story["records"] if not record["opened"]], [])
    computed, wrong = derivations.check(story)
    equal("derivations that come out otherwise", wrong, [])
    assert computed > 5, "hardly anything was computed anew"
    unconfirmed = [made["name"] for made in story["derivations"]
                   if made["name"].endswith("verify_data") and not made["confirmed"]]
    equal("Finished messages that do not follow", unconfirmed, [])
    for record in story["records"]:
        for dump in record["dumps"]:
            covered = sum(field["length"] for field in dump["fields"] if field["leaf"])
            equal("octets with a meaning", covered, len(dump["octets"]) // 2)


def check_messages(stories: list[dict], packets, key_log: str) -> None:
    """Ours against Wireshark's."""
    if missing(["tshark"]):
        return
    ours = [HANDSHAKE_TYPES[message["name"]] for story in stories for message in story["messages"]]
    theirs = messages_by_wireshark(packets.path, packets.target if isinstance(packets, Relay) else packets.port, key_log)
    equal("messages", ours, theirs)


# ---- what is captured

def key_log_of(world: World) -> str:
    return str(world.folder / f"keys-{time.monotonic_ns()}.log")


def told(packets, key_log: str) -> dict:
    story = explain(packets.path, "--keylog", key_log)
    check_story(story)
    check_messages([story], packets, key_log)
    return story


def suite_case(world: World, see, kind: str, suite: str, *flags: str) -> None:
    """s_client and s_server, which turns lines round."""
    key_log = key_log_of(world)
    with Server(world, kind) as server, see(world, server.port) as packets:
        ended = s_client(world, packets.port, *only(suite), *flags, "-keylogfile", key_log, request=DATA)
        equal("data", ended.output, REVERSED)
    story = told(packets, key_log)
    equal("cipher suite", story["cipher_suite"], suite)
    equal("question", data_of(story, "client"), DATA)
    equal("answer", data_of(story, "server"), REVERSED)
    titles = [step["title"] for step in story["steps"]]
    assert titles[0] == "ClientHello" and "Application data" in titles, titles


def retry_case(world: World, see) -> None:
    key_log = key_log_of(world)
    with Server(world, "rsa", "-groups", "P-256", client_auth="required") as server, \
            see(world, server.port) as packets:
        s_client(world, packets.port, "-tls1_3", "-groups", "X25519:P-256", "-keylogfile", key_log, client_kind="p256",
                 request=DATA)
    story = told(packets, key_log)
    equal("retry, mutual", (story["hello_retry"], story["mutual"]), (True, True))
    equal("group", story["group"], "secp256r1")
    equal("question", data_of(story, "client"), DATA)


def resumed_case(world: World, see, version: str) -> None:
    """Two connections in one capture: an index, and each explained."""
    key_log, session = key_log_of(world), interop.fresh_session_file(world)
    with Server(world, "rsa") as server, see(world, server.port) as packets:
        for flag in ("-sess_out", "-sess_in"):
            s_client(world, packets.port, version, "-keylogfile", key_log, flag, session, request=DATA)
    index = explain(packets.path, "--keylog", key_log)
    equal("connections", [row["number"] for row in index["connections"]], [1, 2])
    stories = [row["story"] for row in index["connections"]]
    equal("resumed", [story["resumed"] for story in stories], [False, True])
    for story in stories:
        check_story(story)
        equal("question", data_of(story, "client"), DATA)
        equal("answer", data_of(story, "server"), REVERSED)
    check_messages(stories, packets, key_log)
    second = explain(packets.path, "--keylog", key_log, "--connection", "2")
    equal("the second alone", second["messages"], stories[1]["messages"])
    page = world.folder / "index.html"
    subprocess.run([TOOL, "explain", "--pcap", packets.path, "--keylog", key_log, "--html", str(page)], check=True,
                   capture_output=True, timeout=PATIENCE)
    links = re.findall(r'<a href="([^"]+)"', page.read_text())
    equal("pages", links, ["index-1.html", "index-2.html"])
    assert "resumed" in (world.folder / links[1]).read_text()


def early_data_case(world: World, see) -> None:
    key_log, session = key_log_of(world), interop.fresh_session_file(world)
    request = world.folder / "early"
    request.write_bytes(REQUEST)
    with Serve(world, "p256", "--early-data", "16384") as serve:
        s_client(world, serve.port, "-tls1_3", "-sess_out", session)
        with see(world, serve.port) as packets:
            s_client(world, packets.port, "-tls1_3", "-sess_in", session, "-early_data", str(request), "-keylogfile",
                     key_log, request=b"")
    story = told(packets, key_log)
    equal("resumed", story["resumed"], True)
    equal("early data", data_of(story, "client"), REQUEST)
    assert data_of(story, "server").endswith(world.file)


def key_update_case(world: World, see) -> None:
    key_log = key_log_of(world)
    with Server(world, "rsa") as server, see(world, server.port) as packets:
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{packets.port}", "-tls1_3", "-keylogfile", key_log]
        with Process(command) as client:
            client.wait_for("Verify return code")
            client.send("before\n")
            client.wait_for("erofeb")
            client.send("K\n")
            client.wait_for("KEYUPDATE")
            client.send("behind\n")
            client.wait_for("dniheb")
            client.send(CLOSE.decode() + "\n")
            client.wait_for("closed|CLOSED")
    story = told(packets, key_log)
    updates = [message["from"] for message in story["messages"] if message["name"] == "key_update"]
    equal("updates", updates, ["client", "server"])
    equal("question", data_of(story, "client"), b"before\nbehind\n" + CLOSE + b"\n")


NGINX = """
daemon off; master_process off; pid nginx.pid; error_log stderr notice;
events {{}}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;
    root {root};
  }}
}}
"""


def nginx_case(world: World, see, version: str) -> None:
    key_log, leaf = key_log_of(world), world.leaf("rsa")
    folder = world.folder / f"nginx-{time.monotonic_ns()}"
    folder.mkdir()
    port = interop.free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(port=port, certificate=leaf.certificate, key=leaf.key, root=world.root))
    with Process(["nginx", "-p", str(folder), "-c", str(config)]) as nginx:
        nginx.wait_for("start worker|using the")
        with see(world, port) as packets:
            ended = s_client(world, packets.port, version, "-keylogfile", key_log, request=REQUEST)
        assert ended.output.endswith(world.file), ended.errors[-500:]
    story = told(packets, key_log)
    equal("version", story["version"], "TLSv1.3" if version == "-tls1_3" else "TLSv1.2")
    equal("question", data_of(story, "client"), REQUEST)
    assert data_of(story, "server").endswith(world.file), "another answer"


# ---- captures that are not what they should be

def damaged_case(world: World, see) -> None:
    """A good one cut off, hit, without keys, from the middle on."""
    key_log = key_log_of(world)
    with Server(world, "rsa") as server, see(world, server.port) as packets:
        s_client(world, packets.port, "-tls1_3", "-keylogfile", key_log, request=DATA)
    whole = explain(packets.path, "--keylog", key_log)
    octets = Path(packets.path).read_bytes()
    broken = world.folder / "broken.pcap"

    for part in (0.3, 0.5, 0.7, 0.9):
        broken.write_bytes(octets[:int(len(octets) * part)])
        story = explain(str(broken), "--keylog", key_log, status=2)
        assert "is damaged behind packet" in story["error"]["what"], story["error"]
        if "messages" in story:
            seen = names(story)
            equal("messages so far", seen, names(whole)[:len(seen)])
    assert len(seen) > 2, "hardly anything was explained of nine tenths"

    # The last octet of a record of data in one packet: its tag is wrong, and all else is as it was.
    records = [bytes.fromhex(record["dumps"][0]["octets"]) for record in whole["records"]
               if record["type"] == "application_data"]
    wire = next(record for record in records if record in octets)
    at = octets.index(wire) + len(wire) - 1
    broken.write_bytes(octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1:])
    story = explain(str(broken), "--keylog", key_log)
    equal("sealed", sum(not record["opened"] for record in story["records"]), 1)
    equal("messages", names(story), names(whole))
    assert any("do not open" in remark for remark in story["remarks"]), story["remarks"]

    story = explain(packets.path)
    equal("messages in the clear", names(story), ["client_hello", "server_hello"])
    assert any("there is no key log" in remark for remark in story["remarks"]), story["remarks"]

    text = world.folder / "text.pcap"
    text.write_text("no capture")
    assert "cannot read" in explain(str(text), status=2)["error"]["what"]
    assert "No such file" in explain(str(world.folder / "none"), status=2)["error"]["what"]


def usage_case(world: World) -> None:
    for options, words in ((["--keylog", "x"], "HOST"), (["--keylog", "x", "localhost"], "--pcap"),
                           (["--connection", "1", "localhost"], "--pcap"), (["--pcap", "x", "--self"], "--self"),
                           (["--pcap", "x", "localhost"], "HOST"), (["--pcap", "x", "--connection", "0"], "connection")):
        done = subprocess.run([TOOL, "explain", *options], capture_output=True, text=True, timeout=PATIENCE, check=False)
        equal(f"exit status of {options}", done.returncode, 2)
        assert words in done.stderr, f"{options}: {done.stderr}"


def scenes(cases: Cases, world: World, see, how: str) -> None:
    def check(name: str, function, *arguments) -> None:
        cases.check(f"{how}: {name}", function, world, see, *arguments)

    for suite in SUITES13:
        check(f"openssl, {suite}", suite_case, "rsa", suite)
    for suite in ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
                  "TLS_RSA_WITH_AES_256_CBC_SHA"):
        check(f"openssl, {suite}", suite_case, "rsa", suite)
    check("openssl, CBC without encrypt_then_mac", suite_case, "rsa", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "-no_etm")
    check("openssl, HelloRetryRequest and client certificate", retry_case)
    for version in ("-tls1_3", "-tls1_2"):
        check(f"openssl, resumed, {version}", resumed_case, version)
    check("openssl, KeyUpdate", key_update_case)
    check("openssl and handfast, early data", early_data_case)
    for version in ("-tls1_3", "-tls1_2"):
        if shutil.which("nginx"):
            check(f"nginx, {version}", nginx_case, version)
        else:
            cases.skip(f"{how}: nginx, {version}", "not installed: nginx")
    check("damaged captures", damaged_case)


def run_cases(cases: Cases, world: World) -> None:
    cases.check("options that do not fit together", usage_case, world)
    scenes(cases, world, Relay, "relay")
    if why := may_capture(world):
        cases.skip("dumpcap", why)
    else:
        scenes(cases, world, Dumpcap, "dumpcap")


if __name__ == "__main__":
    interop.main("captures", ["openssl"], run_cases)
