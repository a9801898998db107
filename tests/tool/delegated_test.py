"""Delegated credentials: handfast certs delegate, serve and connect."""
import harness
from harness import run

DELEGATION_USAGE = "1.3.6.1.4.1.44363.44=DER:05:00"


class Delegated(harness.ToolTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.holder = cls.pki.leaf("holder", extensions=("keyUsage=critical,digitalSignature", DELEGATION_USAGE))
        harness.openssl("genpkey", "-algorithm", "ed25519", "-out", "short.key", cwd=cls.pki.folder)
        harness.openssl("pkey", "-in", "short.key", "-pubout", "-out", "short.pub", cwd=cls.pki.folder)
        cls.key = str(cls.pki.folder / "short.key")

    def delegate(self, *arguments: str, leaf: harness.Leaf | None = None) -> harness.Ended:
        return run("certs", "delegate", *(leaf or self.holder).options, "--public-key",
                   str(self.pki.folder / "short.pub"), *arguments)

    def issued(self, name: str, *arguments: str) -> str:
        path = str(self.folder / name)
        ended = self.delegate("--out", path, *arguments)
        self.assertEqual((ended.status, ended.output, ended.errors), (0, b"", ""))
        return path

    def test_proves_a_server_to_those_who_take_it(self):
        delegated = ("--cert", self.holder.certificate, "--key", self.key, "--delegated", self.issued("server.dc"))
        with harness.Serve(*delegated, *self.holder.options, "--mode", "echo") as serve:
            for words, signature in ((["--accept-delegated"], "ed25519"), ([], "ecdsa_secp256r1_sha256")):
                ended = self.connect(serve, "--half-close", "--json", *words, data=b"x")
                self.assertEqual((ended.status, ended.output), (0, b"x"), ended.errors)
                report = ended.json()
                self.assertEqual(report["signature"], signature)
                self.assertEqual(report["peer_delegated_until"] is not None, bool(words))
                self.assertTrue(report["verification"]["verified"])
            ended = self.connect(serve, "--half-close", "--accept-delegated", data=b"x")
            self.assertIn("vouches for until 20", ended.errors)

    def test_proves_a_client(self):
        ours = ("--cert", self.holder.certificate, "--key", self.key, "--delegated", self.issued("client.dc", "--client"))
        with self.serve("--mode", "echo", "--client-ca", self.pki.ca, "--accept-delegated") as serve:
            ended = self.connect(serve, "--half-close", *ours, data=b"x")
            self.assertEqual((ended.status, ended.output), (0, b"x"), ended.errors)
            summary = serve.event("connection")["summary"]
            self.assertEqual(summary["client_signature"], "ed25519")
            self.assertIsNotNone(summary["peer_delegated_until"])

    def test_is_issued_by_those_who_may(self):
        text = self.delegate()
        self.assertEqual(text.status, 0, text.errors)
        self.assertTrue(text.output.startswith(b"-----BEGIN DELEGATED CREDENTIAL-----\n"))
        self.expect_failure(self.delegate(leaf=self.leaf), 2, "DelegationUsage")
        self.assertEqual(self.delegate("--hours", "169").status, 2)

    def test_mistakes_name_the_file(self):
        path = self.issued("of-holder.dc")
        ended = run("serve", *self.holder.options, "--delegated", path)
        self.expect_failure(ended, 2, self.holder.key, path)
        ended = run("serve", "--cert", self.leaf.certificate, "--key", self.key, "--delegated", path)
        self.expect_failure(ended, 2, path)
        self.expect_failure(run("serve", "--cert", self.holder.certificate, "--delegated", path), 2, "--delegated")


if __name__ == "__main__":
    harness.main()
