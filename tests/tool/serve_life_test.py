"""The life of handfast serve: many clients, hostile clients, limits in time, signals, the development CA."""
import os
import resource
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import threading
import warnings
from pathlib import Path

import harness
from harness import get, http


class Signals(harness.ToolTest):
    def test_sigterm_without_connections_ends_at_once(self):
        with self.serve() as serve:
            serve.signal(signal.SIGTERM)
            self.assertEqual(serve.wait(), 0)

    def test_sigterm_drains(self):
        """Idle echo connections end cleanly; nobody new is let in; the exit status is 0."""
        with self.serve("--mode", "echo") as serve:
            with harness.tls_client(serve, self.pki.ca) as stream:
                stream.sendall(b"before")
                self.assertEqual(stream.recv(100), b"before")
                serve.signal(signal.SIGTERM)
                serve.event("draining")
                self.assertEqual(stream.recv(100), b"", "close_notify, not a cut")
                stream.unwrap()
            self.assertEqual(serve.wait(), 0)
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", serve.port))

    def test_a_running_answer_survives_the_drain(self):
        root = self.folder / "www"
        root.mkdir(exist_ok=True)
        content = os.urandom(1 << 20) * 20
        (root / "big.bin").write_bytes(content)
        with self.serve("--root", str(root)) as serve:
            with harness.tls_client(serve, self.pki.ca) as stream:
                stream.sendall(get("/big.bin"))
                first = stream.recv(1000)
                serve.signal(signal.SIGTERM)
                serve.event("draining")
                answer = first + harness.read_all(stream)
            self.assertTrue(answer.endswith(content))
            self.assertEqual(serve.wait(), 0)

    def test_a_request_on_its_way_is_answered(self):
        with self.serve() as serve:
            with harness.tls_client(serve, self.pki.ca) as stream:
                serve.signal(signal.SIGTERM)
                serve.event("draining")
                stream.sendall(get("/"))
                self.assertIn(b"200 OK", harness.read_all(stream))
            self.assertEqual(serve.wait(), 0)

    def test_quiet_tells_of_failures_only(self):
        with self.serve("--quiet") as serve:
            self.assertEqual(harness.http(serve, self.pki.ca, get("/"))[0], 200)
            with socket.create_connection(("127.0.0.1", serve.port)) as plain:
                plain.sendall(get("/"))
                harness.read_all(plain)
            self.assertEqual(serve.event("connection")["error"]["code"], "not_tls")
            serve.signal(signal.SIGTERM)
            self.assertEqual(serve.wait(), 0)
            self.assertEqual([event["event"] for event in serve.seen].count("connection"), 1)

    def test_the_second_signal_stops_at_once(self):
        for first, second in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGINT)):
            with self.serve("--handshake-timeout", "0") as serve:
                # A client that never shakes hands would hold the drain.
                with socket.create_connection(("127.0.0.1", serve.port)) as silent:
                    with harness.tls_client(serve, self.pki.ca) as other:
                        other.unwrap()  # the server has seen both
                    serve.signal(first)
                    serve.event("draining")
                    serve.signal(second)
                    self.assertEqual(serve.wait(), 0)
                    self.assertEqual(serve.seen[-1]["event"], "stopped")

    def test_sighup_reloads_the_certificate(self):
        mine = [str(self.folder / "mine.pem"), str(self.folder / "mine.key")]
        for number, leaf in enumerate([self.leaf, self.pki.leaf("renewed")]):
            shutil.copy(leaf.certificate, mine[0])
            shutil.copy(leaf.key, mine[1])
            if number == 0:
                serve = harness.Serve("--mode", "echo", "--cert", mine[0], "--key", mine[1])
        with serve:
            before = harness.tls_client(serve, self.pki.ca)
            self.assertEqual(self.subject(before), "leaf")
            serve.signal(signal.SIGHUP)
            serve.event("reloaded")
            with harness.tls_client(serve, self.pki.ca) as after:
                self.assertEqual(self.subject(after), "renewed")
            before.sendall(b"still here")
            self.assertEqual(before.recv(100), b"still here")
            before.close()
            # What does not fit is refused, and the old one stays.
            shutil.copy(self.leaf.key, mine[1])
            serve.signal(signal.SIGHUP)
            serve.event("reload_failed")
            self.assertIn("does not belong", next(e for e in serve.seen if e["event"] == "error")["error"]["what"])
            with harness.tls_client(serve, self.pki.ca) as after:
                self.assertEqual(self.subject(after), "renewed")

    @staticmethod
    def subject(stream: ssl.SSLSocket) -> str:
        return dict(part[0] for part in stream.getpeercert()["subject"])["commonName"]


class Limits(harness.ToolTest):
    def test_accept_ends_after_so_many(self):
        with self.serve("--accept", "3") as serve:
            for _ in range(3):
                self.assertEqual(http(serve, self.pki.ca, get("/"))[0], 200)
            self.assertEqual(serve.wait(), 0)
            self.assertEqual(sum(event["event"] == "connection" for event in serve.seen), 3)

    def test_accept_waits_for_the_last_one(self):
        with self.serve("--mode", "echo", "--accept", "1") as serve:
            with harness.tls_client(serve, self.pki.ca) as stream:
                stream.sendall(b"a")
                self.assertEqual(stream.recv(10), b"a")
                stream.unwrap()
            self.assertEqual(serve.wait(), 0)

    def test_handshakes_are_bounded_in_time(self):
        with self.serve("--handshake-timeout", "0.2") as serve:
            with socket.create_connection(("127.0.0.1", serve.port), timeout=harness.PATIENCE) as silent:
                self.assertEqual(silent.recv(1), b"")
            self.assertIn("handshake", serve.event("connection")["error"]["what"])

    def test_idleness_is_bounded_and_ends_cleanly(self):
        for mode in ("echo", "http"):
            with self.subTest(mode), self.serve("--mode", mode, "--idle-timeout", "0.2") as serve:
                with harness.tls_client(serve, self.pki.ca) as stream:
                    self.assertEqual(stream.recv(1), b"", "close_notify")
                self.assertIn("silent", serve.event("connection")["error"]["what"])

    def test_a_head_that_drips_is_bounded(self):
        with self.serve("--idle-timeout", "0.5") as serve:
            with harness.tls_client(serve, self.pki.ca) as stream:
                try:
                    for octet in get("/" + "x" * 8000):
                        stream.sendall(bytes([octet]))
                        stream.settimeout(0.01)
                        try:
                            if stream.recv(1) == b"":
                                break
                        except TimeoutError:
                            continue
                    else:
                        self.fail("the head was taken")
                except OSError:
                    pass  # the server has closed
            self.assertIn("silent", serve.event("connection")["error"]["what"])


class Crowds(harness.ToolTest):
    def allow_descriptors(self, count: int) -> None:
        """To this process and those that it starts."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < count:
            self.skipTest(f"no process may have {count} descriptors here")
        if soft < count:
            resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def test_many_at_once(self):
        crowd = 300 if os.environ.get("HANDFAST_SANITIZED") else 2000
        self.allow_descriptors(crowd + 100)
        for threads, clients in ((1, 300), (2, crowd)):
            with self.subTest(threads=threads), self.serve("--mode", "echo", "--threads", str(threads)) as serve:
                context = harness.client_context(self.pki.ca)
                streams = [harness.tls_client(serve, self.pki.ca, context=context) for _ in range(clients)]
                for number, stream in enumerate(streams):
                    stream.sendall(f"client {number}".encode())
                for number, stream in enumerate(streams):
                    self.assertEqual(stream.recv(100), f"client {number}".encode())
                for stream in streams:
                    stream.unwrap()
                    stream.close()
                serve.signal(signal.SIGTERM)
                self.assertEqual(serve.wait(), 0)
                self.assertEqual(sum(event["event"] == "connection" for event in serve.seen), clients)

    def test_parallel_clients(self):
        with self.serve("--threads", "2") as serve:
            results: list = []

            def visit():
                results.extend(http(serve, self.pki.ca, get("/"))[0] for _ in range(10))

            threads = [threading.Thread(target=visit) for _ in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(harness.PATIENCE)
            self.assertEqual(results, [200] * 160)


class Hostility(harness.ToolTest):
    HELLO_HEADER = b"\x16\x03\x01"

    def test_survives_malformed_clients(self):
        huge = self.HELLO_HEADER + b"\xff\xff" + b"\0" * 65535
        long_hello = self.HELLO_HEADER + b"\x40\x00\x01\xff\xff\xff" + b"\0" * 16380
        attacks = [b"", b"\x16", b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 300, huge, long_hello, b"\x80\x2e\x01\0\2",
                   b"\x15\x03\x03\x00\x02\x02\x28", b"\x17\x03\x03\x00\x10" + b"\0" * 16, b"\x14\x03\x03\x00\x01\x01" * 1000,
                   b"\x16\x03\x03\x00\x00" * 1000, self.HELLO_HEADER + b"\0\x04\1\0\0\0", os.urandom(5000)]
        with self.serve() as serve:
            for attack in attacks:
                for reset in (False, True):
                    with socket.create_connection(("127.0.0.1", serve.port), timeout=harness.PATIENCE) as raw:
                        try:
                            raw.sendall(attack)
                            if reset:
                                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                                continue
                            raw.shutdown(socket.SHUT_WR)
                            harness.read_all(raw)
                        except (ConnectionResetError, BrokenPipeError):
                            pass
                    event = serve.event("connection")
                    self.assertIsNotNone(event["error"], attack[:20])
            self.assertEqual(http(serve, self.pki.ca, get("/"))[0], 200)
            serve.signal(signal.SIGTERM)
            self.assertEqual(serve.wait(), 0)

    def test_tells_plain_http_what_is_wrong(self):
        with self.serve() as serve:
            with socket.create_connection(("127.0.0.1", serve.port), timeout=harness.PATIENCE) as raw:
                raw.sendall(get("/"))
                self.assertEqual(raw.recv(100)[:1], b"\x15", "an alert")
            error = serve.event("connection")["error"]
        self.assertEqual((error["code"], error["fault"]), ("not_tls", "peer"))

    def test_old_versions_are_refused_by_name(self):
        context = harness.client_context(self.pki.ca)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.serve() as serve:
            with self.assertRaisesRegex(ssl.SSLError, "PROTOCOL_VERSION"):
                harness.tls_client(serve, self.pki.ca, context=context)
            self.assertEqual(serve.event("connection")["error"]["code"], "unsupported_version")


class DevelopmentCa(harness.ToolTest):
    def serve_from(self, state: Path) -> harness.Serve:
        return harness.Serve(env={"XDG_STATE_HOME": str(state)})

    def test_is_made_kept_and_good_for_localhost_only(self):
        state = self.folder / "state"
        ca = state / "handfast" / "development-ca.pem"
        certificates = []
        for _ in range(2):
            with self.serve_from(state) as serve:
                self.assertEqual(http(serve, str(ca), get("/"))[0], 200)
            certificates.append(ca.read_text())
        self.assertEqual(*certificates)
        for key in ("development-ca.key", "localhost.key"):
            self.assertEqual(stat.S_IMODE((state / "handfast" / key).stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE((state / "handfast").stat().st_mode), 0o700)
        text = subprocess.run(["openssl", "x509", "-in", ca, "-noout", "-text"], capture_output=True, check=True,
                              timeout=harness.PATIENCE).stdout.decode()
        for words in ("CA:TRUE, pathlen:0", "Name Constraints: critical", "DNS:localhost", "IP:127.0.0.0/255.0.0.0"):
            self.assertIn(words, text)
        verified = subprocess.run(["openssl", "verify", "-x509_strict", "-CAfile", ca, "-verify_hostname", "localhost",
                                   state / "handfast" / "localhost.pem"], capture_output=True, check=False,
                                  timeout=harness.PATIENCE)
        self.assertEqual(verified.returncode, 0, verified.stderr)

    def test_damage_is_repaired(self):
        state = self.folder / "damaged"
        folder = state / "handfast"
        for name in ("localhost.key", "localhost.pem", "development-ca.key", "development-ca.pem"):
            with self.serve_from(state):
                pass
            (folder / name).write_text("damaged")
            with self.subTest(name), self.serve_from(state) as serve:
                self.assertEqual(http(serve, str(folder / "development-ca.pem"), get("/"))[0], 200)

    def test_servers_that_start_together_agree(self):
        state = self.folder / "together"
        servers = [self.serve_from(state) for _ in range(4)]
        for serve in servers:
            with serve:
                self.assertEqual(http(serve, str(state / "handfast" / "development-ca.pem"), get("/"))[0], 200)

    def test_advice_can_be_followed(self):
        """The first line and the advice are for people: what they say has to work."""
        state = {"XDG_STATE_HOME": str(self.folder / "advice")}
        process = subprocess.Popen([harness.TOOL, "serve", "--listen", "127.0.0.1:0", "--accept", "1"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, **state})
        with process:
            try:
                self.assertRegex(process.stdout.readline().decode(), r"^listening on 127\.0\.0\.1:[0-9]+\n$")
                line = next(line for line in process.stderr if b"handfast connect" in line).decode()
                arguments = line.split("handfast connect", 1)[1].split()
                ended = harness.run("connect", *arguments, data=get("/"))
                self.assertEqual(ended.status, 0, ended.errors)
                self.assertIn(b"Connected with", ended.output)
                self.assertEqual(process.wait(harness.PATIENCE), 0)
            finally:
                process.kill()


if __name__ == "__main__":
    harness.main()
