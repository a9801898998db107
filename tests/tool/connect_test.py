"""handfast connect against handfast serve and against peers that misbehave."""
import socket
import ssl
import threading
from pathlib import Path

import harness
from harness import run


class Peer:
    """A server of one connection in a thread of its own, made of a function that gets the accepted socket."""

    def __init__(self, serve_one):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.target = f"localhost:{self.listener.getsockname()[1]}"
        self.failure = None
        self.thread = threading.Thread(target=self._run, args=(serve_one,))
        self.thread.start()

    def _run(self, serve_one):
        try:
            connection, _ = self.listener.accept()
            with connection:
                connection.settimeout(harness.PATIENCE)
                serve_one(connection)
        except Exception as failure:  # told by the test
            self.failure = failure

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.thread.join(harness.PATIENCE)


def server_context(leaf: harness.Leaf) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.certificate, leaf.key)
    return context


class Echo(harness.ToolTest):
    """connect and serve together."""

    def test_data_and_summary(self):
        with self.serve("--mode", "echo") as serve:
            ended = self.connect(serve, "--half-close", data=b"hello\n")
        self.assertEqual((ended.status, ended.output), (0, b"hello\n"), ended.errors)
        for word in ("TLSv1.3", "X25519MLKEM768", "TLS_AES_128_GCM_SHA256", "CN=leaf", "chain, time, purpose and name"):
            self.assertIn(word, ended.errors)

    def test_a_megabyte_comes_back(self):
        data = bytes(range(256)) * 4096
        with self.serve("--mode", "echo") as serve:
            ended = self.connect(serve, "--half-close", data=data)
        self.assertEqual(ended.status, 0, ended.errors)
        self.assertEqual(len(ended.output), len(data))
        self.assertEqual(ended.output, data)

    def test_json_of_both_sides(self):
        with self.serve("--mode", "echo", "--alpn", "b,c") as serve:
            ended = self.connect(serve, "--half-close", "--json", "--alpn", "a,b", data=b"12345")
            event = serve.event("connection")
        self.assertEqual(ended.status, 0, ended.errors)
        report = ended.json()
        self.assertEqual({name: report[name] for name in ("version", "cipher_suite", "group", "signature", "alpn",
                                                          "server_name", "resumed", "hello_retry", "exit_code", "error")},
                         {"version": "TLSv1.3", "cipher_suite": "TLS_AES_128_GCM_SHA256", "group": "X25519MLKEM768",
                          "signature": "ecdsa_secp256r1_sha256", "alpn": "b", "server_name": "localhost",
                          "resumed": False, "hello_retry": False, "exit_code": 0, "error": None})
        self.assertEqual(report["verification"]["mode"], "full")
        self.assertTrue(report["verification"]["verified"])
        self.assertEqual(report["data"], {"sent": 5, "received": 5})
        certificate = report["peer_chain"][0]
        self.assertEqual(certificate["subject"], "CN=leaf")
        self.assertIn("DNS:localhost", certificate["names"])
        self.assertEqual(ssl.PEM_cert_to_DER_cert(certificate["pem"]),
                         ssl.PEM_cert_to_DER_cert(Path(self.leaf.certificate).read_text()))
        self.assertEqual([flight["from"] for flight in report["flights"]], ["client", "server", "client"])
        self.assertEqual(report["flights"][0]["messages"], ["client_hello"])
        for flight in report["flights"]:
            self.assertGreaterEqual(flight["wire_octets"], flight["message_octets"])
            self.assertGreaterEqual(flight["last_ms"], flight["first_ms"])
        for name in ("resolve_ms", "connect_ms", "handshake_ms", "total_ms"):
            self.assertGreaterEqual(report["timings"][name], 0)
        self.assertEqual(event["summary"]["role"], "server")
        self.assertEqual(event["summary"]["alpn"], "b")
        self.assertEqual(event["data"], {"sent": 5, "received": 5, "early": 0, "half_rtt": 0})
        self.assertIsNone(event["error"])

    def test_what_is_deprecated_is_said(self):
        rsa = self.pki.leaf("rsa", kind=("rsa", "rsa_keygen_bits:2048"))
        with harness.Serve(*rsa.options, "--policy", "classic") as serve:
            old = ("--policy", "classic", "--max", "1.2", "--ciphers", "TLS_RSA_WITH_AES_128_CBC_SHA")
            ended = self.connect(serve, *old, "--json", data=harness.get("/"))
            self.assertEqual((ended.status, ended.output[:12]), (0, b"HTTP/1.1 200"), ended.errors)
            self.assertEqual([one["what"] for one in ended.json()["deprecated"]],
                             ["RSA key transport", "CBC", "SHA-1 in the MAC", "TLS 1.2"])
            for one in ended.json()["deprecated"]:
                self.assertTrue(one["why"] and one["better"] and one["section"])
            ended = self.connect(serve, *old, data=b"x")
            for word in ("RSA key transport: ", "Better: TLS 1.3, or a suite with ECDHE"):
                self.assertIn(word, ended.errors)
            ended = self.connect(serve, "--half-close", "--json", data=b"x")
            self.assertEqual(ended.json()["deprecated"], [])

    def test_ipv6_and_addresses_as_names(self):
        if not socket.has_ipv6:
            self.skipTest("no IPv6")
        try:
            serve = self.serve("--mode", "echo", listen="[::1]:0")
        except AssertionError:
            self.skipTest("no IPv6 loopback")
        with serve:
            for target in (f"[::1]:{serve.port}",):
                ended = run("connect", "--ca", self.pki.ca, "--half-close", "--json", target, data=b"six")
                self.assertEqual((ended.status, ended.output), (0, b"six"), ended.errors)
                self.assertIsNone(ended.json()["server_name"], "addresses are not sent")

    def test_every_suite_and_group(self):
        suites = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
        groups = ("X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "x25519", "secp256r1", "secp384r1",
                  "secp521r1")
        with self.serve("--mode", "echo", "--groups", ",".join(groups)) as serve:
            for number in range(max(len(suites), len(groups))):
                suite, group = suites[number % len(suites)], groups[number % len(groups)]
                with self.subTest(suite=suite, group=group):
                    ended = self.connect(serve, "--half-close", "--json", "--ciphers", suite, "--groups", group, data=b"x")
                    self.assertEqual((ended.status, ended.output), (0, b"x"), ended.errors)
                    report = ended.json()
                    self.assertEqual((report["cipher_suite"], report["group"]), (suite, group))

    def test_hello_retry(self):
        with self.serve("--mode", "echo", "--groups", "secp384r1") as serve:
            ended = self.connect(serve, "--half-close", "--json", "--groups", "x25519,secp384r1", data=b"again")
        self.assertEqual((ended.status, ended.output), (0, b"again"), ended.errors)
        self.assertTrue(ended.json()["hello_retry"])
        self.assertEqual([flight["from"] for flight in ended.json()["flights"]],
                         ["client", "server", "client", "server", "client"])

    def test_groups_in_any_order(self):
        with self.serve("--groups", "X25519MLKEM768") as serve:
            report = self.connect(serve, "--json", "--half-close", "--groups", "x25519,X25519MLKEM768").json()
        self.assertEqual((report["group"], report["hello_retry"]), ("X25519MLKEM768", False))

    def test_key_log(self):
        log = self.folder / "keys.log"
        with self.serve("--mode", "echo") as serve:
            self.assertEqual(self.connect(serve, "--half-close", "--keylog", str(log)).status, 0)
        labels = {line.split()[0] for line in log.read_text().splitlines()}
        self.assertLessEqual({"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                              "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"}, labels)
        self.assertEqual(log.stat().st_mode & 0o777, 0o600)

    def test_no_common_protocol_or_group(self):
        with self.serve("--mode", "echo", "--alpn", "x", "--groups", "x25519") as serve:
            self.expect_failure(self.connect(serve, "--alpn", "y"), 5, "no_application_protocol", "the server")
            self.expect_failure(self.connect(serve, "--groups", "secp256r1"), 5, "handshake_failure")


class Certificates(harness.ToolTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.pki.leaf("client", dns="client.example")
        cls.stranger = harness.Pki(cls.folder / "stranger")

    def test_unknown_ca(self):
        with self.serve() as serve:
            ended = self.connect(serve, ca=self.stranger.ca)
            self.expect_failure(ended, 4, "refused: the server's certificate", "who:", "do:", "CN=leaf")
            report = self.connect(serve, "--json", ca=self.stranger.ca)
        self.assertEqual(report.status, 4)
        self.assertEqual(report.json()["error"]["code"], "unknown_ca")
        self.assertEqual(report.json()["error"]["alert"], "unknown_ca")
        self.assertEqual(report.json()["peer_chain"][0]["subject"], "CN=leaf")
        self.assertFalse(report.json()["verification"]["verified"])
        self.assertFalse(report.json()["verification"]["findings"]["accepted"])
        # What the ServerHello settled is told, whatever came of it.
        self.assertEqual([report.json()[name] for name in ("version", "cipher_suite", "group")],
                         ["TLSv1.3", "TLS_AES_128_GCM_SHA256", "X25519MLKEM768"])

    def test_wrong_name(self):
        with self.serve() as serve:
            ended = self.connect(serve, "--server-name", "elsewhere.example")
        self.expect_failure(ended, 4, "elsewhere.example", "localhost")

    def test_wildcard_below_a_public_suffix(self):
        leaf = self.pki.leaf("broad", dns="*.co.uk")
        with harness.Serve(*leaf.options, "--mode", "echo") as serve:
            ended = self.connect(serve, "--server-name", "shop.co.uk")
            self.expect_failure(ended, 4, "wildcard", "shop.co.uk")

    def test_expired_server_certificate(self):
        old = self.pki.leaf("old", start="20200101000000Z", end="20210101000000Z")

        def serve_one(connection):
            try:
                server_context(old).wrap_socket(connection, server_side=True)
            except ssl.SSLError as refusal:
                self.assertIn("CERTIFICATE_EXPIRED", str(refusal))

        with Peer(serve_one) as peer:
            ended = run("connect", "--ca", self.pki.ca, peer.target)
        self.assertIsNone(peer.failure)
        self.expect_failure(ended, 4, "expired", "2021")

    def test_insecure_takes_anything_and_says_so(self):
        with self.serve("--mode", "echo") as serve:
            ended = self.connect(serve, "--insecure", "--half-close", "--server-name", "elsewhere.example", data=b"x",
                                 ca=self.stranger.ca)
        self.assertEqual((ended.status, ended.output), (0, b"x"), ended.errors)
        self.assertIn("NO: the certificate was not checked", ended.errors)

    def test_certificate_is_chosen_by_name(self):
        others = [self.pki.leaf(f"host{number}", dns=f"host{number}.example") for number in (1, 2)]
        options = [option for leaf in others for option in leaf.options]
        with self.serve(*options, "--mode", "echo") as serve:
            for name, subject in (("host1.example", "CN=host1"), ("host2.example", "CN=host2"), ("localhost", "CN=leaf")):
                ended = self.connect(serve, "--half-close", "--json", "--server-name", name)
                self.assertEqual(ended.status, 0, ended.errors)
                self.assertEqual(ended.json()["peer_chain"][0]["subject"], subject)

    def test_every_kind_of_key(self):
        kinds = {"rsa": ("rsa", "rsa_keygen_bits:2048"), "pss": ("rsa-pss", "rsa_keygen_bits:2048"),
                 "p384": ("ec", "ec_paramgen_curve:P-384"), "p521": ("ec", "ec_paramgen_curve:P-521"),
                 "ed25519": ("ed25519",)}
        for name, kind in kinds.items():
            with self.subTest(name), harness.Serve(*self.pki.leaf(name, kind=kind).options, "--mode", "echo") as serve:
                ended = self.connect(serve, "--half-close", data=b"signed")
                self.assertEqual((ended.status, ended.output), (0, b"signed"), ended.errors)

    def test_client_certificates(self):
        for mode, options, status in (("require", self.client.options, 0), ("request", [], 0), ("require", [], 5),
                                      ("request", self.stranger.leaf("client").options, 5)):
            with self.subTest(mode=mode, options=options):
                with self.serve("--mode", "echo", "--client-ca", self.pki.ca, "--client-auth", mode) as serve:
                    ended = self.connect(serve, *options, "--half-close", data=b"me")
                    event = serve.event("connection")
                self.assertEqual(ended.status, status, ended.errors)
                if status == 0:
                    self.assertEqual(ended.output, b"me")
                    self.assertEqual(event["summary"]["verification"]["verified"], bool(options))
                else:
                    # TLS 1.3: the client is done before it hears of it.
                    self.assertIn("connected to", ended.errors)
                    self.assertIn("Check which CA the server trusts" if options else "Give --cert", ended.errors)
                    self.assertIsNotNone(event["error"])

    def test_why_a_client_certificate_is_not_shown(self):
        lonely = harness.Leaf(str(self.folder / "lonely.pem"), str(self.folder / "lonely.key"))
        harness.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                        "/CN=lonely", "-keyout", lonely.key, "-out", lonely.certificate, cwd=self.folder)
        reason = "none of the authorities that the server names has issued it"
        with self.serve("--mode", "echo", "--client-ca", self.pki.ca) as serve:
            ended = self.connect(serve, *lonely.options, data=b"me")
            self.assertEqual(ended.status, 5, ended.errors)
            self.assertIn(f"not shown      {lonely.certificate}: {reason}\n", ended.errors)
            self.assertIn(f"why:  it asked for a certificate, and none was shown: {reason}\n", ended.errors)
            report = self.connect(serve, *lonely.options, "--json", data=b"me").json()
            self.assertEqual((report["client_certificate_requested"], report["withheld"]), (True, [reason]))
            # The handshake of TLS 1.2 fails, with an alert that says nothing.
            ended = self.connect(serve, *lonely.options, "--max", "1.2", data=b"me")
            self.assertIn(f"why:  it asked for a certificate, and none was shown: {reason}\n", ended.errors)
            ended = self.connect(serve, "--max", "1.2", data=b"me")
            self.assertIn("why:  it asked for a certificate, and none was given\n", ended.errors)
            # Another one suits.
            ended = self.connect(serve, *lonely.options, *self.client.options, "--half-close", data=b"me")
            self.assertEqual((ended.status, ended.output), (0, b"me"), ended.errors)
            self.assertIn(f"not shown      {lonely.certificate}: {reason}\n", ended.errors)
        with self.serve("--mode", "echo", "--client-ca", self.pki.ca, "--client-auth", "request") as serve:
            ended = self.connect(serve, "--half-close", data=b"me")
            self.assertIn("not shown      the server asks for a certificate, and --cert names none\n", ended.errors)

    def test_openssl_refusing_our_certificate_after_our_finished(self):
        context = server_context(self.leaf)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.stranger.ca)

        def serve_one(connection):
            try:
                context.wrap_socket(connection, server_side=True)
            except ssl.SSLError:
                return

        with Peer(serve_one) as peer:
            ended = run("connect", "--ca", self.pki.ca, *self.client.options, peer.target, data=b"data")
        self.assertEqual(ended.status, 5, ended.errors)
        self.assertIn("handfast: the server refused our certificate with the alert unknown_ca", ended.errors)


class BadPeers(harness.ToolTest):
    def expect_from(self, serve_one, status: int, *words: str, data: bytes = b"") -> harness.Ended:
        with Peer(serve_one) as peer:
            ended = run("connect", "--ca", self.pki.ca, "--timeout", "20", peer.target, data=data)
        self.assertIsNone(peer.failure)
        self.expect_failure(ended, status, *words)
        return ended

    def test_missing_close_notify(self):
        def serve_one(connection):
            with server_context(self.leaf).wrap_socket(connection, server_side=True) as stream:
                stream.sendall(b"half a")
                stream.shutdown(socket.SHUT_RDWR)  # the socket's, without close_notify

        with Peer(serve_one) as peer:
            ended = run("connect", "--ca", self.pki.ca, peer.target)
        self.assertEqual(ended.status, 5, ended.errors)
        self.assertEqual(ended.output, b"half a", "what came is not held back")
        self.assertIn("handfast: the server ended the connection without close_notify", ended.errors)

    def test_plain_http_server(self):
        def serve_one(connection):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

        self.expect_from(serve_one, 5, "does not speak TLS", "Check host and port")

    def test_server_that_hangs_up(self):
        def serve_one(connection):
            connection.recv(65536)

        self.expect_from(serve_one, 5, "closed the connection during the handshake")

    def test_reset(self):
        def serve_one(connection):
            connection.recv(65536)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        self.expect_from(serve_one, 3, "reset")

    def test_noise(self):
        def serve_one(connection):
            connection.recv(65536)
            connection.sendall(bytes(range(256)) * 100)
            connection.shutdown(socket.SHUT_WR)
            harness.read_all(connection)

        self.expect_from(serve_one, 5)

    def test_alert_before_anything_else(self):
        def serve_one(connection):
            connection.recv(65536)
            connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")

        self.expect_from(serve_one, 5, "ended the connection with the alert handshake_failure")

    def test_peer_that_ends_cleanly_while_our_input_is_open(self):
        def serve_one(connection):
            with server_context(self.leaf).wrap_socket(connection, server_side=True) as stream:
                stream.sendall(b"bye")
                stream.unwrap()

        with Peer(serve_one) as peer:
            process = harness.subprocess.Popen([harness.TOOL, "connect", "--ca", self.pki.ca, peer.target],
                                               stdin=harness.subprocess.PIPE, stdout=harness.subprocess.PIPE,
                                               stderr=harness.subprocess.PIPE)
            with process:
                output = process.stdout.read()  # standard input stays open
                self.assertEqual(process.wait(harness.PATIENCE), 0, process.stderr.read())
        self.assertEqual(output, b"bye")

    def test_json_of_a_failure(self):
        def serve_one(connection):
            connection.recv(65536)
            connection.sendall(b"\x15\x03\x03\x00\x02\x02\x46")

        with Peer(serve_one) as peer:
            report = run("connect", "--json", "--ca", self.pki.ca, peer.target)
        self.assertEqual(report.status, 5)
        error = report.json()["error"]
        self.assertEqual((error["code"], error["alert"], error["fault"]), ("peer_alert", "protocol_version", "peer"))
        self.assertEqual(report.json()["exit_code"], 5)
        self.assertEqual(report.json()["flights"][0]["from"], "client")


if __name__ == "__main__":
    harness.main()
