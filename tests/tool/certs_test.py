"""handfast certs verify and certs show from outside."""
import json
import shutil
import socket
import threading
from pathlib import Path

import harness
from harness import run


class CertsTest(harness.ToolTest):
    def make_list(self) -> str:
        """What the CA revoked so far, as PEM."""
        harness.openssl("ca", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-gencrl", "-crldays", "7",
                        "-out", "list.pem", cwd=self.pki.folder)
        return str(self.pki.folder / "list.pem")

    def revoke(self, leaf: harness.Leaf) -> None:
        harness.openssl("ca", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-revoke", leaf.certificate,
                        "-crl_reason", "keyCompromise", cwd=self.pki.folder)

    def make_response(self, leaf: harness.Leaf) -> str:
        """The CA's own OCSP response about a leaf, in DER."""
        harness.openssl("ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key",
                        "-issuer", "ca.pem", "-cert", leaf.certificate, "-respout", "response.der", "-ndays", "3",
                        "-noverify", cwd=self.pki.folder)
        return str(self.pki.folder / "response.der")

    def verify(self, *arguments: str, leaf: harness.Leaf | None = None, ca: str = "") -> harness.Ended:
        return run("certs", "verify", "--ca", ca or self.pki.ca, *arguments, (leaf or self.leaf).certificate)

    def expect_verdict(self, ended: harness.Ended, status: int, *words: str) -> None:
        text = ended.output.decode()
        self.assertEqual(ended.status, status, text + ended.errors)
        self.assertEqual(ended.errors, "")
        self.assertTrue(text.startswith("accepted\n" if status == 0 else "refused: "), text)
        for word in words:
            self.assertIn(word, text)

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


class Verify(CertsTest):
    def test_good_chain_as_a_tree(self):
        self.expect_verdict(self.verify("--name", "localhost"), 0, "path 1: accepted", "certificate 0 (leaf): CN=leaf",
                            "root in the trust store: CN=Test CA", "asked: for localhost")

    def test_good_chain_as_json(self):
        ended = self.verify("--name", "127.0.0.1", "--purpose", "client", "--time", "2099-01-01", "--json")
        self.assertEqual(ended.status, 4)
        report = json.loads(ended.output)
        self.assertEqual(report["exit_code"], 4)
        self.assertFalse(report["accepted"])
        self.assertEqual(report["asked"]["name"], "127.0.0.1")
        self.assertEqual(report["asked"]["purpose"], "client")
        self.assertEqual(report["asked"]["time"], "2099-01-01T00:00:00Z")
        codes = [finding["code"] for certificate in report["attempts"][0]["certificates"]
                 for finding in certificate["findings"] if finding["severity"] == "error"]
        self.assertEqual(codes, ["expired", "expired"])
        good = json.loads(self.verify("--json").output)
        self.assertTrue(good["accepted"])
        self.assertEqual((good["path"], good["exit_code"], good["asked"]["name"]), ([0], 0, None))

    def test_another_name(self):
        self.expect_verdict(self.verify("--name", "example.com"), 4, "name_mismatch", "wanted example.com",
                            "DNS:localhost", "hint: ")

    def test_another_root(self):
        other = harness.Pki(self.folder / "other")
        self.expect_verdict(self.verify(ca=other.ca), 4, "bad_signature")

    def test_the_systems_roots_are_the_default(self):
        ended = run("certs", "verify", self.leaf.certificate, env={"SSL_CERT_FILE": self.pki.ca, "SSL_CERT_DIR": ""})
        self.expect_verdict(ended, 0, "roots of the system (1)")

    def test_purpose(self):
        for purpose in ("server", "client", "any"):
            self.expect_verdict(self.verify("--purpose", purpose), 0)

    def test_every_way_to_write_a_time(self):
        for time in ("2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01 00:00:00 UTC", "2020-01-01T02:00:00+02:00",
                     "2019-12-31T22:30:00-01:30", "@1577836800"):
            with self.subTest(time):
                self.expect_verdict(self.verify("--time", time), 4, "not_yet_valid", "at 2020-01-01 00:00:00 UTC")

    def test_revocation_list(self):
        leaf = self.pki.leaf("unlucky")
        self.expect_verdict(self.verify("--crl", self.make_list(), leaf=leaf), 0)
        self.revoke(leaf)
        revocations = self.make_list()
        self.expect_verdict(self.verify("--crl", revocations, leaf=leaf), 4, "revoked", "keyCompromise")
        self.expect_verdict(self.verify("--crl", revocations, "--revocation", "off", leaf=leaf), 0)
        self.expect_verdict(self.verify("--crl", revocations), 0)

    def test_hard_fail_wants_a_status(self):
        self.expect_verdict(self.verify("--revocation", "hard"), 4, "status_unknown")
        self.expect_verdict(self.verify("--revocation", "soft"), 0, "warning: ", "status_unknown")

    def test_ocsp_response(self):
        leaf = self.pki.leaf("asked")
        response = self.make_response(leaf)
        self.expect_verdict(self.verify("--ocsp", response, "--revocation", "hard", leaf=leaf), 0)
        self.expect_verdict(self.verify("--ocsp", response), 4, "ocsp_other_certificate")
        self.revoke(leaf)
        self.expect_verdict(self.verify("--ocsp", self.make_response(leaf), leaf=leaf), 4, "revoked")

    def test_strict_profile(self):
        self.expect_verdict(self.verify(), 0, "warning: ", "common_name_not_listed")
        self.expect_verdict(self.verify("--profile", "webpki_strict"), 4, "error: ", "common_name_not_listed")

    def test_certificate_that_does_not_parse(self):
        noise = self.file("noise.pem", b"-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n")
        self.expect_verdict(run("certs", "verify", "--ca", self.pki.ca, noise), 4, "certificate 0", "at octet")

    def test_usage_errors(self):
        leaf, ca = self.leaf.certificate, self.pki.ca
        empty = self.file("empty.pem", b"")
        for arguments, words in (
                ([], ["chain"]),
                (["--colour", leaf], ["--colour", "handfast certs verify --help"]),
                (["--name", "*.example.com", leaf], ["--name"]),
                (["--purpose", "mail", leaf], ["--purpose", "mail", "Known: server, client, any."]),
                (["--profile", "lax", leaf], ["--profile", "lax", "Known:"]),
                (["--revocation", "maybe", leaf], ["--revocation", "maybe", "Known:"]),
                (["--time", "2026-02-30", leaf], ["--time", "2026-02-30"]),
                (["--time", "2026-01-01T25:00:00Z", leaf], ["--time"]),
                (["--time", "@-1", leaf], ["--time"]),
                (["--ca", "no/such.pem", leaf], ["no/such.pem", "No such file"]),
                (["--ca", empty, leaf], ["empty.pem", "certificate"]),
                (["--ca", ca, "no/such.pem"], ["no/such.pem"]),
                (["--ca", ca, empty], ["empty.pem", "certificate"]),
                (["--ca", ca, "--crl", leaf, leaf], ["--crl", "no revocation list"]),
                (["--ca", ca, "--crl", "no.crl", leaf], ["no.crl"]),
                (["--ca", ca, "--ocsp", empty, leaf], ["--ocsp", "empty"])):
            with self.subTest(arguments=arguments):
                self.expect_usage_error(run("certs", "verify", *arguments), *words)
        ended = run("certs", "verify", "--json", "--purpose", "mail", leaf)
        self.assertEqual((ended.status, ended.json()["exit_code"]), (2, 2))


class Show(CertsTest):
    def test_file_with_several(self):
        chain = self.file("chain.pem", Path(self.leaf.certificate).read_bytes() + Path(self.pki.ca).read_bytes())
        ended = run("certs", "show", chain)
        text = ended.output.decode()
        self.assertEqual((ended.status, ended.errors), (0, ""))
        for words in ("2 certificates in ", "certificate 0: within its dates, 19 days left", "CN=leaf", "DNS:localhost",
                      "certificate 1: within", "CN=Test CA", "keyCertSign", "SHA-256"):
            self.assertIn(words, text)
        self.assertNotIn("BEGIN CERTIFICATE", text)
        self.assertIn("BEGIN CERTIFICATE", run("certs", "show", "--pem", chain).output.decode())

    def test_dates(self):
        old = self.pki.leaf("old", start="20200101000000Z", end="20210101000000Z")
        self.assertRegex(run("certs", "show", old.certificate).output.decode(), r"certificate 0: EXPIRED \d+ days ago")
        early = self.pki.leaf("early", start="20480101000000Z", end="20490101000000Z")
        self.assertRegex(run("certs", "show", early.certificate).output.decode(), r"certificate 0: NOT YET VALID, for \d+ days")
        shown = json.loads(run("certs", "show", "--json", early.certificate).output)["certificates"][0]
        self.assertEqual((shown["validity"], shown["not_before"]), ("not_yet_valid", "2048-01-01T00:00:00Z"))

    def test_der_and_json(self):
        harness.openssl("x509", "-in", self.leaf.certificate, "-outform", "DER", "-out", "leaf.der", cwd=self.folder)
        report = json.loads(run("certs", "show", "--json", str(self.folder / "leaf.der")).output)
        self.assertEqual((report["source"], report["verified"]), ("file", False))
        self.assertEqual(report["certificates"][0]["subject"], "CN=leaf")
        self.assertTrue(report["certificates"][0]["pem"].startswith("-----BEGIN CERTIFICATE-----\n"))

    def test_one_that_does_not_parse_hides_no_other(self):
        noise = b"-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
        both = self.file("both.pem", noise + Path(self.leaf.certificate).read_bytes())
        ended = run("certs", "show", both)
        self.assertEqual(ended.status, 2)
        self.assertIn("certificate 0: DOES NOT PARSE: ", ended.output.decode())
        self.assertIn(" at octet ", ended.output.decode())
        self.assertNotIn("peer", ended.output.decode())
        self.assertIn("certificate 1: within", ended.output.decode())
        self.assertIn("error", json.loads(run("certs", "show", "--json", both).output)["certificates"][0])

    def test_server_whose_certificate_nobody_trusts(self):
        with self.serve() as serve:
            for version in ("1.2", "1.3"):
                ended = run("certs", "show", "--max", version, serve.target)
                text = ended.output.decode()
                self.assertEqual((ended.status, ended.errors), (0, ""))
                self.assertIn(f"1 certificate shown by {serve.target} (127.0.0.1:{serve.port})", text)
                self.assertIn("NOT VERIFIED", text)
                self.assertIn("CN=leaf", text)
            report = json.loads(run("certs", "show", "--json", serve.target).output)
        self.assertEqual((report["source"], report["verified"], len(report["certificates"])), ("server", False, 1))

    def test_a_file_may_have_a_colon_in_its_name(self):
        path = self.folder / "localhost:1"
        shutil.copy(self.leaf.certificate, path)
        self.assertEqual(run("certs", "show", str(path)).status, 0)

    def test_usage_errors(self):
        self.expect_usage_error(run("certs"), "subcommand", "handfast certs --help")
        self.expect_usage_error(run("certs", "show"), "source", "handfast certs show --help")
        self.expect_usage_error(run("certs", "show", "no-such-file"), "no-such-file", "HOST:PORT")
        self.expect_usage_error(run("certs", "show", "localhost:0"), "port 0")
        self.expect_usage_error(run("certs", "show", self.leaf.key), "leaf.key", "certificate")
        self.expect_usage_error(run("certs", "show", "--max", "ssl3", "localhost:1"), "ssl3")

    def test_network_failures(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        self.expect_failure(run("certs", "show", f"127.0.0.1:{port}"), 3, "cannot connect")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            target = f"127.0.0.1:{silent.getsockname()[1]}"
            self.expect_failure(run("certs", "show", "--timeout", "0.2", target), 3, "within 0.2 s")

    def test_server_that_speaks_no_tls(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            def answer():
                peer, _ = server.accept()
                with peer:
                    peer.recv(65536)
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            thread = threading.Thread(target=answer)
            thread.start()
            ended = run("certs", "show", f"127.0.0.1:{server.getsockname()[1]}")
            thread.join()
        self.expect_failure(ended, 5)
        self.assertEqual(ended.output, b"")


if __name__ == "__main__":
    harness.main()
