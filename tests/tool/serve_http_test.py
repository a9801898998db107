"""The HTTP of handfast serve: its page, files below --root and nothing else, refusals."""
import hashlib
import os
import shutil
import subprocess

import harness
from harness import get, http


class Page(harness.ToolTest):
    def test_page_tells_what_was_negotiated(self):
        with self.serve() as serve:
            status, fields, body = http(serve, self.pki.ca, get("/anything?x=1"))
        self.assertEqual(status, 200)
        self.assertEqual(fields["content-type"], "text/html; charset=utf-8")
        self.assertEqual(int(fields["content-length"]), len(body))
        self.assertEqual(fields["connection"], "close")
        for word in (b"TLSv1.3", b"TLS_AES_", b"ecdsa_secp256r1_sha256", b"GET /anything?x=1", b"prefers-color-scheme"):
            self.assertIn(word, body)

    def test_page_escapes_what_the_client_says(self):
        request = b"GET /<script>alert(1)</script> HTTP/1.1\r\nHost: x\r\nUser-Agent: <b>&\"'\xff\r\n\r\n"
        with self.serve() as serve:
            status, _, body = http(serve, self.pki.ca, request)
        self.assertEqual(status, 200)
        self.assertNotIn(b"<script>", body)
        self.assertIn(b"&lt;b&gt;&amp;&quot;&#39;\\xff", body)

    def test_head_has_no_body(self):
        with self.serve() as serve:
            status, fields, body = http(serve, self.pki.ca, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual((status, body), (200, b""))
        self.assertGreater(int(fields["content-length"]), 0)

    def test_http_1_0_and_bare_line_ends(self):
        with self.serve() as serve:
            self.assertEqual(http(serve, self.pki.ca, b"GET / HTTP/1.0\r\n\r\n")[0], 200)
            self.assertEqual(http(serve, self.pki.ca, b"\r\nGET / HTTP/1.1\nHost: x\n\n")[0], 200)
            self.assertEqual(http(serve, self.pki.ca, b"GET http://x/y HTTP/1.1\r\nHost: x\r\n\r\n")[0], 200)

    def test_refusals(self):
        requests = {405: [b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"],
                    505: [b"PRI * HTTP/2.0\r\n\r\n", b"GET / HTTP/3\r\n\r\n"],
                    431: [b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20000 + b"\r\n\r\n"],
                    400: [b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", b"\r\n\r\n",
                          b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
                          b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                          b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET x HTTP/1.1\r\nHost: x\r\n\r\n",
                          b"G\xc3\xa9T / HTTP/1.1\r\nHost: x\r\n\r\n", b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nHost: \x01\r\n\r\n"]}
        with self.serve() as serve:
            for status, samples in requests.items():
                for sample in samples:
                    with self.subTest(sample[:60]):
                        got, fields, body = http(serve, self.pki.ca, sample)
                        self.assertEqual(got, status)
                        self.assertEqual(int(fields["content-length"]), len(body))
                        if status == 405:
                            self.assertEqual(fields["allow"], "GET, HEAD")

    def test_no_request_is_no_failure(self):
        with self.serve() as serve:
            with harness.tls_client(serve, self.pki.ca) as stream:
                stream.unwrap()
            event = serve.event("connection")
        self.assertIsNone(event["error"])
        self.assertIsNone(event["request"])

    def test_alpn(self):
        for options, offered, chosen in (([], ["h2", "http/1.1"], "http/1.1"), (["--alpn", "foo"], ["foo"], "foo"),
                                         ([], [], None)):
            with self.serve(*options) as serve:
                context = harness.client_context(self.pki.ca)
                if offered:
                    context.set_alpn_protocols(offered)
                with harness.tls_client(serve, self.pki.ca, context=context) as stream:
                    self.assertEqual(stream.selected_alpn_protocol(), chosen)

    def test_curl(self):
        curl = shutil.which("curl")
        if curl is None:
            self.skipTest("there is no curl")
        with self.serve() as serve:
            ended = subprocess.run([curl, "-sS", "--max-time", "60", "--cacert", self.pki.ca, f"https://{serve.target}/"],
                                   capture_output=True, check=False, timeout=harness.PATIENCE)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn(b"Connected with", ended.stdout)


class Root(harness.ToolTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "secret.txt").write_text("secret")
        root = cls.root = cls.folder / "www"
        for folder in (root, root / "sub", root / "with index", root / ".well-known"):
            folder.mkdir()
        (root / "page.html").write_text("<p>page")
        (root / "style.css").write_text("p {}")
        (root / "noending").write_bytes(b"\0\1")
        (root / "sub" / "deep.txt").write_text("deep")
        (root / "with index" / "index.html").write_text("index")
        (root / ".hidden").write_text("hidden")
        (root / ".well-known" / "probe").write_text("known")
        (root / "empty").write_bytes(b"")
        (root / "link.txt").symlink_to(cls.folder / "secret.txt")
        (root / "inner").symlink_to(root / "sub")
        (root / "out").symlink_to(cls.folder)
        os.mkfifo(root / "fifo")
        cls.big = os.urandom(1 << 20) * 40
        (root / "big.bin").write_bytes(cls.big)

    def fetch(self, path: str) -> tuple[int, dict[str, str], bytes]:
        with self.serve("--root", str(self.root)) as serve:
            return http(serve, self.pki.ca, get(path))

    def test_files_and_their_types(self):
        with self.serve("--root", str(self.root)) as serve:
            for path, body, kind in (("/page.html", b"<p>page", "text/html; charset=utf-8"),
                                     ("/style.css?v=2", b"p {}", "text/css; charset=utf-8"),
                                     ("/noending", b"\0\1", "application/octet-stream"),
                                     ("/sub/deep.txt", b"deep", "text/plain; charset=utf-8"),
                                     ("//sub///deep.txt", b"deep", "text/plain; charset=utf-8"),
                                     ("/with%20index/", b"index", "text/html; charset=utf-8"),
                                     ("/.well-known/probe", b"known", "application/octet-stream"),
                                     ("/empty", b"", "application/octet-stream")):
                with self.subTest(path):
                    status, fields, got = http(serve, self.pki.ca, get(path))
                    self.assertEqual((status, got, fields["content-type"]), (200, body, kind))
                    self.assertEqual(fields["x-content-type-options"], "nosniff")

    def test_head_of_a_file(self):
        with self.serve("--root", str(self.root)) as serve:
            status, fields, body = http(serve, self.pki.ca, b"HEAD /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual((status, int(fields["content-length"]), body), (200, len(self.big), b""))

    def test_no_way_leads_out(self):
        with self.serve("--root", str(self.root)) as serve:
            for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/sub/../../secret.txt", "/sub/..%2f..%2fsecret.txt",
                         "/..%5csecret.txt", "/./../secret.txt", "//../secret.txt", "/link.txt", "/out/secret.txt",
                         "/out/", "/inner/deep.txt", f"/{self.folder}/secret.txt", "/.hidden", "/sub/.", "/sub/..",
                         "/fifo", "/" + "a/" * 100 + "x", "/nothing", "/page.html/", "/page.html/x", "/sub/", "/" + "x" * 5000):
                with self.subTest(path):
                    status, _, body = http(serve, self.pki.ca, get(path))
                    self.assertEqual(status, 404)
                    self.assertNotIn(b"secret<", body)
                    self.assertNotIn(b"hidden", body)

    def test_folder_without_its_slash_is_redirected_inside(self):
        with self.serve("--root", str(self.root)) as serve:
            status, fields, _ = http(serve, self.pki.ca, get("/with%20index"))
            self.assertEqual((status, fields["location"]), (301, "/with%20index/"))
            status, fields, _ = http(serve, self.pki.ca, get("//sub"))
            self.assertEqual((status, fields["location"]), (301, "/sub/"), "never to another host")

    def test_the_page_stands_in_for_a_missing_index(self):
        status, _, body = self.fetch("/")
        self.assertEqual(status, 200)
        self.assertIn(b"Connected with", body)

    def test_large_files_take_little_memory(self):
        with self.serve("--root", str(self.root)) as serve:
            status, fields, body = http(serve, self.pki.ca, get("/big.bin"))
            self.assertEqual((status, int(fields["content-length"])), (200, len(self.big)))
            self.assertEqual(hashlib.sha256(body).digest(), hashlib.sha256(self.big).digest())
            if not os.environ.get("HANDFAST_SANITIZED"):
                self.assertLess(serve.peak_memory(), len(self.big))

    def test_a_client_that_stops_reading_is_given_up(self):
        with self.serve("--root", str(self.root), "--idle-timeout", "0.3") as serve:
            with harness.tls_client(serve, self.pki.ca) as stream:
                stream.sendall(get("/big.bin"))
                event = serve.event("connection")
        self.assertEqual(event["error"]["exit_code"], 3)
        self.assertLess(event["data"]["sent"], len(self.big))

    def test_a_file_that_shrinks_is_not_passed_off_as_whole(self):
        shrinking = self.root / "shrinking.bin"
        shrinking.write_bytes(self.big)
        with self.serve("--root", str(self.root)) as serve:
            with harness.tls_client(serve, self.pki.ca) as stream:
                stream.sendall(get("/shrinking.bin"))
                stream.recv(1000)
                os.truncate(shrinking, 100)
                with self.assertRaises(harness.ssl.SSLError):
                    harness.read_all(stream)
            self.assertIn("shorter", serve.event("connection")["error"]["what"])


if __name__ == "__main__":
    harness.main()
