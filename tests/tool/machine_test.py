"""What the machine does to the tool: no descriptors left, full disks, signals."""
import os
import resource
import signal
import socket
import subprocess
import unittest

import harness
from harness import get, run


def limited(descriptors: int):
    """For preexec_fn: the program may have so many."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))


def run_limited(descriptors: int, *arguments: str, data: bytes = b"") -> harness.Ended:
    return harness.Ended(subprocess.run([harness.TOOL, *arguments], input=data, capture_output=True, check=False,
                                        timeout=harness.PATIENCE, preexec_fn=limited(descriptors)))


# UBSan looks at objects through pipes of its own: without descriptors it finds fault with every one of them.
@unittest.skipIf(os.environ.get("HANDFAST_SANITIZED"), "sanitizers need descriptors themselves")
class Descriptors(harness.ToolTest):
    """Having none left is nobody's bug: exit status 2, and the advice to allow more."""

    def test_connect_without_enough_of_them(self):
        seen = set()
        with self.serve("--mode", "echo") as serve:
            for descriptors in range(4, 24):
                ended = run_limited(descriptors, "connect", "--ca", self.pki.ca, "--half-close", serve.target, data=b"x")
                seen.add(ended.status)
                if ended.status == 0:
                    break
                with self.subTest(descriptors=descriptors):
                    self.expect_usage_error(ended, "Too many open files", "ulimit -n")
        self.assertEqual(seen, {0, 2})

    def test_serve_without_enough_of_them(self):
        options = [*self.leaf.options, "--threads", "64", "--listen", "127.0.0.1:0"]
        ended = run_limited(32, "serve", *options)
        self.expect_usage_error(ended, "Too many open files", "ulimit -n")
        ended = run_limited(32, "serve", "--json", *options)
        self.assertEqual((ended.status, ended.output), (2, b""))
        self.assertEqual(ended.json()["error"]["fault"], "configuration")

    def test_a_server_waits_for_some_and_denies_no_file(self):
        root = self.folder / "files"
        root.mkdir()
        (root / "here.txt").write_text("here")
        with self.serve("--root", str(root), preexec=limited(40)) as serve:
            first = harness.tls_client(serve, self.pki.ca)
            crowd = [socket.create_connection(("127.0.0.1", serve.port)) for _ in range(60)]
            error = serve.event("error")["error"]
            self.assertIn("cannot accept more connections for now: Too many open files", error["what"])
            self.assertEqual((error["fault"], error["exit_code"]), ("configuration", 2))
            first.sendall(get("/here.txt"))
            self.assertIn(b"503 Service Unavailable", harness.read_all(first))
            first.close()
            for one in crowd:
                one.close()
            self.assertEqual(harness.http(serve, self.pki.ca, get("/here.txt"))[::2], (200, b"here"))


@unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
class FullDisks(harness.ToolTest):
    LOST = "secrets are missing in the key log: No space left on device"

    def test_key_log_of_connect(self):
        with self.serve("--mode", "echo") as serve:
            ended = self.connect(serve, "--half-close", "--keylog", "/dev/full", data=b"hello")
            self.assertEqual((ended.status, ended.output), (2, b"hello"), ended.errors)
            self.assertEqual(ended.errors.count(self.LOST), 1, ended.errors)
            ended = self.connect(serve, "--half-close", "--json", "--keylog", "/dev/full", data=b"hello")
            report = ended.json()
            self.assertEqual((ended.status, report["exit_code"], report["error"]["what"]), (2, 2, self.LOST))
            self.assertEqual(report["version"], "TLSv1.3")
            # What failed beside it has its own exit status.
            ended = run("connect", "--keylog", "/dev/full", serve.target)
            self.assertEqual(ended.status, 4, ended.errors)
            self.assertEqual(ended.errors.count(self.LOST), 1, ended.errors)

    def test_key_log_of_serve(self):
        with self.serve("--keylog", "/dev/full", "--accept", "3", "--threads", "2") as serve:
            for _ in range(3):
                self.assertEqual(harness.http(serve, self.pki.ca, get("/"))[0], 200)
            self.assertEqual(serve.wait(), 2)
        self.assertEqual([event["error"]["what"] for event in serve.seen if event["event"] == "error"], [self.LOST])

    def test_first_line_of_serve(self):
        for form in ([], ["--json"]):
            with self.subTest(form), open("/dev/full", "wb") as full:
                ended = subprocess.run([harness.TOOL, "serve", *form, *self.leaf.options, "--listen", "127.0.0.1:0"],
                                       stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, check=False,
                                       timeout=harness.PATIENCE)
                self.assertEqual(ended.returncode, 2, ended.stderr)
                self.assertIn(b"cannot write to standard output: No space left on device", ended.stderr)


class Signals(harness.ToolTest):
    """connect --json tells what it knows before a signal ends it."""

    def end(self, number: int, arguments: list[str], wait_until_ready) -> dict:
        with subprocess.Popen([harness.TOOL, "connect", "--json", *arguments], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                wait_until_ready(process)
                process.send_signal(number)
                _, errors = process.communicate(timeout=harness.PATIENCE)
            finally:
                process.kill()
        self.assertEqual(process.returncode, -number, "as every program that a signal ends")
        report = harness.json.loads(errors)
        self.assertEqual((report["error"]["what"], report["exit_code"]),
                         (f"ended by {signal.Signals(number).name}", 128 + number))
        return report

    def test_in_the_midst_of_data(self):
        def echoed(process):
            process.stdin.write(b"hello")
            process.stdin.flush()
            self.assertEqual(process.stdout.read(5), b"hello")

        for number in (signal.SIGTERM, signal.SIGINT):
            with self.serve("--mode", "echo") as serve:
                report = self.end(number, ["--ca", self.pki.ca, serve.target], echoed)
            self.assertEqual((report["version"], report["data"]["received"]), ("TLSv1.3", 5))

    def test_before_the_handshake_is_done(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            def said_hello(_):
                connection, _ = silent.accept()
                self.addCleanup(connection.close)
                connection.recv(1)

            report = self.end(signal.SIGTERM, [f"127.0.0.1:{silent.getsockname()[1]}"], said_hello)
        self.assertEqual((report["version"], report["cipher_suite"], report["flights"][0]["from"]),
                         (None, None, "client"))


if __name__ == "__main__":
    harness.main()
