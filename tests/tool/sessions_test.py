"""Sessions, early data and external keys, with handfast connect against handfast serve."""
import os
import signal
import stat
from pathlib import Path

import harness

ECHO = ("--mode", "echo")
KEY = "5a" * 32


class SessionTest(harness.ToolTest):
    """What all of them need."""

    def again(self, serve: harness.Serve, *arguments: str, data: bytes = b"x") -> dict:
        """A connection that went well: its JSON."""
        if "1.2" in arguments:
            data = b""  # TLS 1.2 ends both directions at once: what is echoed behind a half-close may be lost
        ended = self.connect(serve, "--half-close", "--json", *arguments, data=data)
        self.assertEqual((ended.status, ended.output), (0, data), ended.errors)
        return ended.json()

    def file(self, name: str) -> str:
        path = self.folder / f"{self.id()}-{name}"
        path.unlink(missing_ok=True)
        return str(path)

    def private_file(self, name: str, content: str) -> str:
        path = self.file(name)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(content)
        return path


class Sessions(SessionTest):
    def test_reconnects_resume(self):
        with self.serve(*ECHO) as serve:
            for version in ("1.3", "1.2"):
                with self.subTest(version):
                    report = self.again(serve, "--reconnect", "3", "--max", version)
                    self.assertEqual([one["resumed"] for one in report["earlier"]], [False, True, True])
                    self.assertTrue(report["resumed"])
                    self.assertIsNone(report["signature"], "nothing was signed")
                    self.assertTrue(report["verification"]["verified"], "the kept chain was judged anew")
                    self.assertEqual(len(report["peer_chain"]), 1)
                    for resumed in (False, True, True, True):
                        event = serve.event("connection")
                        self.assertIsNone(event["error"])
                        self.assertEqual(event["summary"]["resumed"], resumed)

    def test_summaries_say_so(self):
        with self.serve(*ECHO) as serve:
            ended = self.connect(serve, "--half-close", "--reconnect", "1", data=b"x")
        self.assertEqual(ended.status, 0, ended.errors)
        words = [line.split() for line in ended.errors.splitlines()]
        self.assertEqual([line[1] for line in words if line[0] == "resumed"], ["no", "yes"])

    def test_a_file_keeps_them(self):
        file = self.file("sessions")
        with self.serve(*ECHO) as serve:
            self.assertFalse(self.again(serve, "--session", file)["resumed"])
            self.assertEqual(stat.S_IMODE(Path(file).stat().st_mode), 0o600)
            self.assertTrue(self.again(serve, "--session", file)["resumed"])
            self.assertFalse(self.again(serve, "--session", file, "--alpn", "h2")["resumed"],
                             "other wishes, other sessions")
        with self.serve(*ECHO) as serve:
            self.assertFalse(self.again(serve, "--session", file)["resumed"], "another server, on another port")

    def test_files_that_are_damaged_or_open_to_others_are_refused(self):
        file = self.file("sessions")
        with self.serve(*ECHO) as serve:
            self.again(serve, "--session", file)
            content = bytearray(Path(file).read_bytes())
            content[len(content) // 2] ^= 1
            Path(file).write_bytes(content)
            self.expect_usage_error(self.connect(serve, "--session", file), "--session", file)
            Path(file).unlink()
            self.again(serve, "--session", file)
            Path(file).chmod(0o644)
            self.expect_usage_error(self.connect(serve, "--session", file), "--session", file)

    def test_a_session_without_verification_is_none_for_those_who_verify(self):
        file = self.file("sessions")
        with self.serve(*ECHO) as serve:
            self.again(serve, "--session", file, "--insecure")
            self.assertFalse(self.again(serve, "--session", file)["resumed"])
            self.assertTrue(self.again(serve, "--session", file)["resumed"])

    def test_roots_are_those_of_today(self):
        file = self.file("sessions")
        other = harness.Pki(self.folder / "other")
        with self.serve(*ECHO) as serve:
            self.again(serve, "--session", file)
            ended = self.connect(serve, "--session", file, "--json", ca=other.ca)
            self.assertEqual(ended.status, 4, ended.errors)

    def test_servers_share_keys(self):
        keys = self.private_file("keys", f"next {'01' * 16} {'a1' * 32}\ncurrent {'02' * 16} {'a2' * 32}\n")
        file = self.file("sessions")
        with self.serve(*ECHO, "--ticket-keys", keys) as serve:
            self.assertFalse(self.again(serve, "--session", file)["resumed"])
            port = serve.port
        with self.serve(*ECHO, "--ticket-keys", keys, listen=f"127.0.0.1:{port}") as serve:
            self.assertTrue(self.again(serve, "--session", file)["resumed"], "after a restart")
            # Rotated: what was sealed under `current` opens still.
            Path(keys).write_text(f"next {'03' * 16} {'a3' * 32}\ncurrent {'01' * 16} {'a1' * 32}\n"
                                  f"previous {'02' * 16} {'a2' * 32}\n")
            serve.signal(signal.SIGHUP)
            serve.event("reloaded")
            self.assertTrue(self.again(serve, "--session", file)["resumed"])
            # Keys that nobody has any more open nothing.
            Path(keys).write_text(f"next {'04' * 16} {'a4' * 32}\ncurrent {'05' * 16} {'a5' * 32}\n")
            serve.signal(signal.SIGHUP)
            serve.event("reloaded")
            self.assertFalse(self.again(serve, "--session", file)["resumed"])

    def test_keys_that_were_drawn_survive_a_reload(self):
        file = self.file("sessions")
        with self.serve(*ECHO) as serve:
            self.again(serve, "--session", file)
            serve.signal(signal.SIGHUP)
            serve.event("reloaded")
            self.assertTrue(self.again(serve, "--session", file)["resumed"])

    def test_without_tickets_nothing_is_resumed(self):
        with self.serve(*ECHO, "--tickets", "0") as serve:
            for version in ("1.3", "1.2"):
                self.assertFalse(self.again(serve, "--reconnect", "1", "--max", version)["resumed"])


class EarlyData(SessionTest):
    QUESTION = b"early bird\n"

    def early(self, serve: harness.Serve, file: str, *arguments: str) -> dict:
        """The early data and one word behind it come back, whatever becomes of it."""
        question = self.file("question")
        Path(question).write_bytes(self.QUESTION)
        ended = self.connect(serve, "--half-close", "--json", "--session", file, "--early-data", question, *arguments,
                             data=b"late")
        self.assertEqual((ended.status, ended.output), (0, self.QUESTION + b"late"), ended.errors)
        self.assertEqual(ended.json()["data"]["sent"], len(self.QUESTION) + 4)
        return ended.json()["early_data"]

    def test_is_accepted_with_a_ticket(self):
        file = self.file("sessions")
        with self.serve(*ECHO, "--early-data", "1000") as serve:
            self.assertEqual(self.early(serve, file), {"status": "none",
                                                       "reason": "there is no session and no key to send it under"})
            self.assertEqual(serve.event("connection")["data"]["early"], 0)
            self.assertEqual(self.early(serve, file), {"status": "accepted", "reason": None})
            event = serve.event("connection")
            self.assertEqual(event["data"], {"sent": 15, "received": 15, "early": len(self.QUESTION),
                                             "half_rtt": len(self.QUESTION)})
            self.assertEqual(event["summary"]["early_data"], {"status": "accepted", "reason": None})

    def test_is_sent_again_where_it_was_rejected(self):
        keys = self.private_file("keys", f"next {'01' * 16} {'a1' * 32}\ncurrent {'02' * 16} {'a2' * 32}\n")
        file = self.file("sessions")
        with self.serve(*ECHO, "--early-data", "1000", "--ticket-keys", keys) as serve:
            self.early(serve, file)
            port = serve.port
        with self.serve(*ECHO, "--early-data", "1000", "--ticket-keys", keys, listen=f"127.0.0.1:{port}") as serve:
            self.assertEqual(self.early(serve, file)["status"], "rejected")
            self.assertEqual(serve.event("connection")["summary"]["early_data"],
                             {"status": "rejected", "reason": "the ticket is of another register"})

    def test_is_lost_in_a_retry(self):
        file = self.file("sessions")
        with self.serve(*ECHO, "--early-data", "1000", "--groups", "secp384r1") as serve:
            self.early(serve, file)
            self.assertEqual(self.early(serve, file), {"status": "rejected",
                                                       "reason": "the server sent a HelloRetryRequest"})

    def test_that_is_too_long_goes_in_two_parts(self):
        file = self.file("sessions")
        with self.serve(*ECHO, "--early-data", "5") as serve:
            self.early(serve, file)
            serve.event("connection")
            self.assertEqual(self.early(serve, file)["status"], "accepted")
            self.assertEqual(serve.event("connection")["data"]["early"], 5)

    def ask(self, serve: harness.Serve, file: str, request: bytes, early: int) -> tuple[int, bytes, dict]:
        """Sends so much of the request early, the rest behind the handshake: status, body, the server's event."""
        question = self.file("question")
        Path(question).write_bytes(request[:early])
        ended = self.connect(serve, "--session", file, "--early-data", question, "--alpn", "http/1.1",
                             data=request[early:])
        self.assertEqual(ended.status, 0, ended.errors)
        head, _, body = ended.output.partition(b"\r\n\r\n")
        return int(head.split()[1]), body, serve.event("connection")

    def test_over_http_is_answered_before_the_end_of_the_handshake_if_it_is_safe(self):
        root = self.folder / "root"
        root.mkdir(exist_ok=True)
        (root / "file.txt").write_bytes(b"x" * 50000)
        get, post = harness.get("/file.txt"), b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
        file = self.file("sessions")
        with self.serve("--root", str(root), "--early-data", "20000") as serve:
            self.ask(serve, file, get, 0)
            status, body, event = self.ask(serve, file, get, len(get))
            self.assertEqual((status, body), (200, b"x" * 50000))
            self.assertEqual(event["request"], "GET /file.txt")
            self.assertEqual(event["data"]["early"], len(get))
            self.assertEqual(event["data"]["half_rtt"], event["data"]["sent"])
            self.assertGreater(event["data"]["half_rtt"], 50000)
            # What is not safe has to come again (RFC 8470 §5.2), also with a body behind it.
            status, body, event = self.ask(serve, file, post, len(post))
            self.assertEqual((status, event["status"], event["request"]), (425, 425, "POST / HTTP/1.1"))
            self.assertEqual(event["data"]["early"], len(post))
            self.assertEqual(self.ask(serve, file, post, 0)[0], 405, "the answer when it is no replay")
            # What ends behind the handshake is a request like all others.
            status, _, event = self.ask(serve, file, post, 20)
            self.assertEqual((status, event["data"]["early"], event["data"]["half_rtt"]), (405, 20, 0))
            status, body, event = self.ask(serve, file, get, 10)
            self.assertEqual((status, len(body), event["data"]["half_rtt"]), (200, 50000, 0))
            # Refusals can be said twice.
            self.assertEqual(self.ask(serve, file, b"nonsense\r\n\r\n", 12)[2]["data"]["half_rtt"] > 0, True)
            self.assertEqual(self.ask(serve, file, harness.get("/absent"), 500)[0], 404)
            long = b"GET / HTTP/1.1\r\nX: " + b"y" * 19000 + b"\r\n\r\n"
            self.assertEqual(self.ask(serve, file, long, 18000)[0], 431)

    def test_page_waits_for_the_end_of_the_handshake(self):
        file = self.file("sessions")
        with self.serve("--early-data", "20000") as serve:
            self.ask(serve, file, harness.get("/"), 0)
            status, body, event = self.ask(serve, file, harness.get("/"), 1000)
            self.assertEqual((status, event["data"]["half_rtt"]), (200, 0))
            self.assertIn(b"early data</th><td>accepted", body)

    def test_is_said_in_the_summary(self):
        file, question = self.file("sessions"), self.private_file("question", "q")
        with self.serve(*ECHO, "--early-data", "1000") as serve:
            options = ("--half-close", "--session", file, "--early-data", question)
            first = self.connect(serve, *options)
            self.assertIn("not sent: there is no session", first.errors)
            second = self.connect(serve, *options)
            self.assertIn("early data     accepted", second.errors)


class ExternalKeys(SessionTest):
    def test_replace_certificates(self):
        keys = self.private_file("psks", f"device:{KEY}\n")
        with self.serve(*ECHO, "--psk-file", keys) as serve:
            report = self.again(serve, "--psk", KEY, "--psk-identity", "device")
            self.assertEqual(report["external_psk"], "device")
            self.assertEqual(report["peer_chain"], [])
            self.assertIsNone(report["signature"])
            self.assertEqual(serve.event("connection")["summary"]["external_psk"], "device")
            report = self.again(serve, "--psk", KEY, "--psk-identity", "nobody")
            self.assertIsNone(report["external_psk"], "an unknown name: certificates")
            ended = self.connect(serve, "--psk", "00" * 32, "--psk-identity", "device")
            self.expect_failure(ended, 5)

    def test_options_that_do_not_fit(self):
        for arguments in (("--psk", KEY), ("--psk-identity", "device"),
                          ("--psk", "xyz", "--psk-identity", "device"), ("--psk", "5", "--psk-identity", "device")):
            with self.subTest(arguments):
                self.expect_usage_error(harness.run("connect", *arguments, "localhost:1"), "--psk")
        self.expect_usage_error(harness.run("connect", "--early-data", "/nowhere/x", "localhost:1"), "/nowhere/x")


if __name__ == "__main__":
    harness.main()
