"""Certificates that are chosen by trust anchors: serve and connect."""
import base64
from pathlib import Path

import harness
from harness import run


class TrustAnchors(harness.ToolTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.plain = cls.pki.leaf("plain")
        cls.anchored = cls.pki.leaf("anchored", kind=("ed25519",))

    def served(self, *arguments: str) -> harness.Serve:
        return harness.Serve(*self.anchored.options, "--cert-anchor", "32473.1", *self.plain.options, "--mode", "echo",
                             *arguments)

    def test_lead_to_the_certificate_that_is_asked_for(self):
        first = (*self.plain.options, *self.anchored.options)
        with harness.Serve(*first, "--cert-anchor", "32473.2", "--cert-anchor", "32473.1", "--mode", "echo") as serve:
            for words, signature, matched in ((["--trust-anchors", "32473.9,32473.1"], "ed25519", True),
                                              (["--trust-anchors", "none"], "ecdsa_secp256r1_sha256", False),
                                              ([], "ecdsa_secp256r1_sha256", False)):
                ended = self.connect(serve, "--half-close", "--json", *words, data=b"x")
                self.assertEqual((ended.status, ended.output), (0, b"x"), ended.errors)
                report = ended.json()
                self.assertEqual(report["signature"], signature)
                self.assertEqual(report["peer_trust_anchor_matched"], matched)
                self.assertEqual(report["available_trust_anchors"], ["32473.2", "32473.1"] if words else [])
                summary = serve.event("connection")["summary"]
                self.assertEqual(summary["own_trust_anchor_matched"], matched)
            ended = self.connect(serve, "--half-close", "--trust-anchors", "32473.1", data=b"x")
            self.assertIn("certificates of the trust anchors 32473.2, 32473.1", ended.errors)

    def test_stand_in_the_file_of_the_certificate(self):
        # trust_anchor_id 32473.1 and trust_anchor_negotiation: for those alone who ask for it.
        properties = base64.b64encode(bytes.fromhex("000c0000000481fd590100020000")).decode()
        path = self.folder / "with-properties.pem"
        path.write_text(f"-----BEGIN CERTIFICATE PROPERTIES-----\n{properties}\n-----END CERTIFICATE PROPERTIES-----\n"
                        + Path(self.anchored.certificate).read_text())
        with harness.Serve("--cert", str(path), "--key", self.anchored.key, *self.plain.options, "--mode",
                           "echo") as serve:
            for words, signature in ((["--trust-anchors", "32473.1"], "ed25519"), ([], "ecdsa_secp256r1_sha256")):
                ended = self.connect(serve, "--half-close", "--json", *words, data=b"x")
                self.assertEqual(ended.json()["signature"], signature, ended.errors)
        path.write_text(path.read_text().replace(properties, base64.b64encode(b"\x00\x05").decode()))
        self.expect_failure(run("serve", "--cert", str(path), "--key", self.anchored.key), 2, str(path), "properties")

    def test_of_a_server_that_is_not_trusted_are_told(self):
        with self.served() as serve:
            ended = run("connect", "--trust-anchors", "none", "--ca", self.other_ca(), serve.target)
            self.assertEqual(ended.status, 4, ended.errors)
            self.assertIn("The server has certificates of the trust anchors 32473.1: see --trust-anchors", ended.errors)

    def test_are_explained(self):
        with self.served() as serve:
            ended = run("explain", "--bytes", "--ca", self.pki.ca, "--trust-anchors", "32473.1", serve.target)
            self.assertEqual(ended.status, 0, ended.errors)
            for words in ("extension_type: trust_anchors (0xca34)", "32473.1"):
                self.assertIn(words, ended.output.decode())

    def other_ca(self) -> str:
        return harness.Pki(self.folder / "other").ca

    def test_mistakes_are_named(self):
        self.expect_failure(run("connect", "--trust-anchors", "1.02", "localhost:1"), 2, "--trust-anchors", "1.02")
        self.expect_failure(run("serve", *self.plain.options, "--cert-anchor", "a"), 2, "--cert-anchor")
        self.expect_failure(run("serve", *self.plain.options, "--cert-anchor", "1", "--cert-anchor", "2"), 2,
                            "more --cert-anchor")
        chain = self.folder / "with-root.pem"
        chain.write_text(Path(self.plain.certificate).read_text() + Path(self.pki.ca).read_text())
        self.expect_failure(run("serve", "--cert", str(chain), "--key", self.plain.key, "--cert-anchor", "1"), 2,
                            str(chain), "trust anchor")


if __name__ == "__main__":
    harness.main()
