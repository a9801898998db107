#!/usr/bin/env python3
"""handfast serve beside nginx and haproxy: server CPU time for a new connection, a resumed one, and a gigabyte.

    bench/serve.py [--tool PATH] [--nginx PATH] [--haproxy PATH] [--threads N] [--seconds S] [--json]

All serve the same two files with the same certificate, over TLS 1.3 with X25519 and AES-128-GCM, to the same client:
Python's ssl, that is OpenSSL, in as many processes. Servers and clients share the same N cores: to send over loopback
to a reader on another core takes the kernel several times as long, and where a process runs must not be a matter of
luck. CPU time is user and system time of all threads
and processes of a server, as the kernel counts it; a ratio is Handfast's by the other's, less is better. The servers
take turns, and a figure is the median of the rounds. nginx and haproxy are Debian's packages; who is not there is left
out. haproxy keeps no files: it answers from memory, and big responses are not asked of it.
"""
import argparse
import json
import multiprocessing
import os
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
SMALL = 1024
LARGE = 100 * 1024 * 1024
PATIENCE = 60

NGINX = """
daemon off; worker_processes {threads}; pid {folder}/nginx.pid; error_log {folder}/nginx.log error;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_timeout 0; types {{ }} default_type text/plain;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl{reuseport}; root {folder}/files;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
    ssl_protocols TLSv1.3; ssl_ecdh_curve X25519; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    ssl_session_tickets on; ssl_session_cache shared:S:4m;
  }}
}}
"""

HAPROXY = """
global
  nbthread {threads}
  tune.ssl.default-dh-param 2048
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256
  ssl-default-bind-curves X25519
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
frontend tls
  bind 127.0.0.1:{port} ssl crt {folder}/both.pem ssl-min-ver TLSv1.3
  http-after-response set-header connection close
  http-request return status 200 content-type text/plain file {folder}/files/small
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_files(folder: Path) -> None:
    (folder / "files").mkdir()
    (folder / "files" / "small").write_bytes(b"x" * SMALL)
    with open(folder / "files" / "large", "wb") as large:
        large.truncate(LARGE)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", "server.key", "-out", "server.pem"], cwd=folder, check=True, capture_output=True)
    (folder / "both.pem").write_bytes((folder / "server.pem").read_bytes() + (folder / "server.key").read_bytes())


class Server:
    """A server under its own process group; stopped by its process id."""

    def __init__(self, name: str, command: list[str], port: int):
        self.name = name
        self.port = port
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while True:  # it says nowhere in one way that it is ready: being connected to does
            try:
                socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
                return
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{name} does not start: {' '.join(command)}") from None
                os.sched_yield()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def processes(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu_seconds(self) -> float:
        """User and system time of all threads, in the scheduler's own nanoseconds."""
        total = 0
        for process in self.processes():
            for task in Path(f"/proc/{process}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9


def start_all(options: argparse.Namespace, folder: Path) -> list[Server]:
    servers = []
    port = free_port()
    servers.append(Server("handfast", [options.tool, "serve", "--listen", f"127.0.0.1:{port}", "--root",
                                       str(folder / "files"), "--cert", str(folder / "server.pem"), "--key",
                                       str(folder / "server.key"), "--threads", str(options.threads), "--quiet"], port))
    for name, path, text, words in (("nginx", options.nginx, NGINX, ["-p", str(folder), "-c"]),
                                    ("haproxy", options.haproxy, HAPROXY, ["-db", "-f"])):
        if not path:
            print(f"{name} is not installed (apt-get install {name}): left out", file=sys.stderr)
            continue
        port = free_port()
        config = folder / f"{name}.conf"
        config.write_text(text.format(threads=options.threads, folder=folder, port=port,
                                      reuseport=" reuseport" if options.threads > 1 else ""))
        servers.append(Server(name, [path, *words, str(config)], port))
    return servers


def fetch(context: ssl.SSLContext, port: int, path: str, session=None, buffer=None) -> tuple[int, object, bool]:
    """Octets received, the session to go on with, and whether one was resumed."""
    raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each request waits for a delayed ACK
    with context.wrap_socket(raw, server_hostname="localhost", session=session) as stream:
        stream.sendall(f"GET /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        room = buffer if buffer is not None else bytearray(4096)
        total = 0
        while count := stream.recv_into(room):
            total += count
        return total, stream.session, stream.session_reused


def client(kind: str, port: int, certificate: str, seconds: float, results) -> None:
    """Does one thing again and again; puts how often, and for how long."""
    context = ssl.create_default_context(cafile=certificate)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    buffer = bytearray(1 << 20) if kind == "large" else None
    session = fetch(context, port, "small")[1] if kind == "resumed" else None
    begin = time.monotonic()
    done = resumed = 0
    while time.monotonic() - begin < seconds or done == 0:
        octets, next_session, reused = fetch(context, port, "large" if kind == "large" else "small", session, buffer)
        assert octets >= (LARGE if kind == "large" else SMALL), f"only {octets} octets came"
        done += 1
        resumed += reused
        if kind == "resumed":
            session = next_session
    results.put((done, resumed, time.monotonic() - begin))


def measure(server: Server, kind: str, folder: Path, options: argparse.Namespace) -> dict | None:
    results = multiprocessing.Queue()
    count = 1 if kind == "large" else options.threads
    clients = [multiprocessing.Process(target=client, args=(kind, server.port, str(folder / "server.pem"),
                                                            options.seconds, results)) for _ in range(count)]
    before = server.cpu_seconds()
    for process in clients:
        process.start()
    told = [results.get(timeout=PATIENCE + options.seconds) for _ in clients]
    for process in clients:
        process.join(PATIENCE)
    used = server.cpu_seconds() - before
    done = sum(one[0] for one in told)
    if kind == "resumed" and sum(one[1] for one in told) < done * 0.9:
        return None  # it does not resume
    wall = max(one[2] for one in told)
    if kind == "large":
        gigabytes = done * LARGE / 1e9
        return {"cpu": used / gigabytes * 1e3, "unit": "ms/GB", "rate": gigabytes * 1e3 / wall, "rate_unit": "MB/s"}
    return {"cpu": used / done * 1e6, "unit": "us", "rate": done / wall, "rate_unit": "/s"}


def median(all_rounds: list[dict]) -> dict:
    return {**all_rounds[0], "cpu": statistics.median(one["cpu"] for one in all_rounds),
            "rate": statistics.median(one["rate"] for one in all_rounds)}


def measure_all(servers: list[Server], folder: Path, options: argparse.Namespace) -> dict:
    report = {}
    for kind in ("new", "resumed", "large"):
        rounds: dict[str, list[dict]] = {}
        for _ in range(ROUNDS):
            for server in servers:
                if kind == "large" and server.name == "haproxy":
                    continue
                if figures := measure(server, kind, folder, options):
                    rounds.setdefault(server.name, []).append(figures)
        report[kind] = {name: median(all_rounds) for name, all_rounds in rounds.items()}
        ours = report[kind].get("handfast")
        for name, figures in report[kind].items():
            if ours and name != "handfast":
                figures["ratio"] = ours["cpu"] / figures["cpu"]
        if not options.json:
            print_kind(kind, report[kind])
    return report


def print_kind(kind: str, figures: dict) -> None:
    title = {"new": "new connection, 1 KiB", "resumed": "resumed connection, 1 KiB", "large": "100 MiB response"}[kind]
    for name, one in figures.items():
        ratio = f"handfast takes {one['ratio']:.2f} of it" if "ratio" in one else ""
        print(f"{title:<27} {name:<9} {one['cpu']:9.1f} {one['unit']:<6} {one['rate']:9.0f} {one['rate_unit']:<5} {ratio}",
              flush=True)
    if "handfast" not in figures:
        print(f"{title:<27} handfast  does not do that")


def find(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def main() -> None:
    here = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", default=str(here / "build/release/apps/handfast/handfast"))
    parser.add_argument("--nginx", default=find("nginx"))
    parser.add_argument("--haproxy", default=find("haproxy"))
    parser.add_argument("--threads", type=int, default=1, help="cores for all, threads of each server, client processes")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each round of each server")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:options.threads])  # children inherit it
    with tempfile.TemporaryDirectory(prefix="handfast-serve-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # nginx's workers have a user of their own
        make_files(folder)
        servers: list[Server] = []
        try:
            servers = start_all(options, folder)
            report = measure_all(servers, folder, options)
        finally:
            for server in servers:
                server.stop()
    if options.json:
        print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
