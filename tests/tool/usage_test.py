"""Bad input of handfast connect and serve: one clear line, and the exit status that scripts can count on."""
import os
import shutil
import socket

import harness
from harness import run


class BadOptions(harness.ToolTest):
    def test_no_subcommand(self):
        self.expect_usage_error(run(), "subcommand")

    def test_unknown_subcommand_and_option(self):
        self.expect_usage_error(run("conect", "localhost"), "conect", "handfast --help")
        self.expect_usage_error(run("connect", "--colour", "localhost"), "--colour", "handfast connect --help")
        self.expect_usage_error(run("serve", "--prot", "1"), 'no option "--prot"', "handfast serve --help")
        self.expect_usage_error(run("connect", "--colour"), 'no option "--colour"')  # rather than: no host
        self.expect_usage_error(run("certs", "verify", "--colour"), 'no option "--colour"', "handfast certs verify --help")
        self.expect_usage_error(run("connect", "localhost", "--port", "1"), 'no option "--port"')
        self.expect_usage_error(run("--colour", "connect"), 'no option "--colour"')
        self.expect_usage_error(run("certs", "--colour", "verify"), 'no option "--colour"')
        # What is behind "--" is no option, and neither are both dashes themselves.
        self.expect_usage_error(run("connect", "--"), "host")
        self.expect_usage_error(run("connect", "--timeout", "soon", "--", "localhost:1"), "--timeout")
        self.expect_usage_error(run("connect", "localhost:1", "-"), "not expected")

    def test_help_and_version_are_no_errors(self):
        for arguments in (["--help"], ["connect", "--help"], ["serve", "--help"]):
            ended = run(*arguments)
            self.assertEqual(ended.status, 0)
            self.assertIn(b"Usage", ended.output)
        self.assertRegex(run("--version").output, rb"^handfast [0-9]+\.[0-9]+\.[0-9]+\n$")

    def test_missing_host(self):
        self.expect_usage_error(run("connect"), "host")

    def test_bad_targets(self):
        for target, word in (("localhost:99999", "99999"), ("localhost:https", "https"), ("localhost:0", "port 0"),
                             (":443", "no host"), ("[::1", "HOST:PORT"), ("[::1]x", "HOST:PORT"),
                             ("bad host:443", "bad host"), ("exämple.org", "A-labels")):
            with self.subTest(target):
                self.expect_usage_error(run("connect", target), word)

    def test_unknown_names_of_algorithms(self):
        for option, value in (("--policy", "lax"), ("--groups", "x25519,curve9"), ("--ciphers", "RC4"),
                              ("--min", "1.4"), ("--max", "ssl3")):
            for command in (["connect", "localhost:1"], ["serve"]):
                with self.subTest(option=option, command=command[0]):
                    ended = run(*command, option, value)
                    self.expect_usage_error(ended, value.split(",")[-1], "Known:")

    def test_versions_that_exclude_each_other(self):
        self.expect_usage_error(run("connect", "--min", "1.3", "--max", "1.2", "localhost:1"), "TLSv1.3", "TLSv1.2")

    def test_empty_protocol_name(self):
        self.expect_usage_error(run("connect", "--alpn", "x" * 256, "localhost:1"), "--alpn")

    def test_numbers_out_of_range(self):
        self.expect_usage_error(run("connect", "--timeout", "-1", "localhost:1"), "--timeout")
        self.expect_usage_error(run("connect", "--timeout", "soon", "localhost:1"), "--timeout")
        self.expect_usage_error(run("connect", "--timeout", "nan", "localhost:1"), "--timeout")
        self.expect_usage_error(run("serve", "--idle-timeout", "nan"), "--idle-timeout")
        self.expect_usage_error(run("serve", "--handshake-timeout", "1e7"), "--handshake-timeout")
        self.expect_usage_error(run("serve", "--accept", "-1"), "--accept")
        self.expect_usage_error(run("serve", "--accept", "99999999999999999999"), "--accept")
        self.expect_usage_error(run("serve", "--threads", "0"), "--threads")

    def test_options_that_need_others(self):
        self.expect_usage_error(run("serve", "--client-auth", "require"), "--client-ca")
        self.expect_usage_error(run("connect", "--key", self.leaf.key, "localhost:1"), "--cert")
        self.expect_usage_error(run("serve", "--mode", "echo", "--root", "/"), "--root")
        self.expect_usage_error(run("serve", "--mode", "gopher"), "gopher")

    def test_json_is_one_object_also_for_usage_errors(self):
        for arguments in (["connect", "--json", "--colour", "x"], ["connect", "--json", "--policy", "lax", "x"],
                          ["connect", "--json", "x:0"], ["serve", "--json", "--colour"],
                          ["serve", "--json", "--policy", "lax"], ["serve", "--json", "--cert", "no/such.pem"]):
            ended = run(*arguments)
            self.assertEqual((ended.status, ended.output), (2, b""))
            report = ended.json()
            self.assertEqual(report["exit_code"], 2)
            self.assertEqual(report["error"]["fault"], "configuration")
            self.assertTrue(report["error"]["what"])


class BadFiles(harness.ToolTest):
    """The same for both subcommands: --cert and --key."""

    def expect(self, options: list[str], *words: str) -> None:
        for command in (["connect", "localhost:1"], ["serve", "--listen", "127.0.0.1:0"]):
            with self.subTest(command=command[0]):
                self.expect_usage_error(run(*command, *options), *words)

    def file(self, name: str, content: str) -> str:
        path = self.folder / name
        path.write_text(content)
        return str(path)

    def test_missing_files(self):
        self.expect(["--cert", "no/such.pem", "--key", self.leaf.key], "no/such.pem", "No such file")
        self.expect(["--cert", self.leaf.certificate, "--key", "no/such.key"], "no/such.key", "No such file")

    def test_folder_instead_of_a_file(self):
        self.expect(["--cert", str(self.folder), "--key", self.leaf.key], "Is a directory")

    def test_unreadable_key(self):
        path = self.file("locked.key", "")
        os.chmod(path, 0)
        os.chmod(self.folder, 0o755)
        os.chmod(self.folder / "pki", 0o755)
        nobody = 65534 if os.geteuid() == 0 else None  # root reads everything
        options = ["--cert", self.leaf.certificate, "--key", path]
        try:
            ended = run("connect", *options, "localhost:1", user=nobody)
        except PermissionError:
            self.skipTest("another user cannot run the program where it lies")
        self.expect_usage_error(ended, path, "Permission denied")

    def test_empty_and_senseless_files(self):
        empty = self.file("empty.pem", "")
        self.expect(["--cert", empty, "--key", self.leaf.key], "empty.pem", "no certificate")
        self.expect(["--cert", self.leaf.certificate, "--key", empty], "empty.pem", "PEM")
        noise = self.file("noise.pem", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")
        self.expect(["--cert", noise, "--key", self.leaf.key], "noise.pem", "PEM")

    def test_key_of_another_certificate(self):
        other = self.pki.leaf("other")
        self.expect(["--cert", self.leaf.certificate, "--key", other.key], "other.key", "does not belong", "leaf.pem")

    def test_expired_and_future_certificates(self):
        old = self.pki.leaf("old", start="20200101000000Z", end="20210101000000Z")
        self.expect(old.options, "old.pem", "expired")
        early = self.pki.leaf("early", start="20480101000000Z", end="20490101000000Z")
        self.expect(early.options, "early.pem", "not yet valid", "Wait until 2048-01-01 00:00:00 UTC", "clock")
        self.assertNotIn("Renew", run("serve", *early.options).errors)

    def test_a_key_that_the_policy_finds_too_short(self):
        short = self.pki.leaf("short", kind=("rsa", "rsa_keygen_bits:1024"))
        self.expect([*self.leaf.options, *short.options], "short.pem", "the RSA key is shorter than the policy allows")

    def test_paths_cannot_play_with_the_terminal(self):
        for options in (["--cert", "no\x1b[2Jsuch\nfile\xc2\x9b.pem"], ["--keylog", "no\x1b[2Jsuch\nfile\xc2\x9b/log"]):
            for command in (["connect", "localhost:1"], ["serve", "--listen", "127.0.0.1:0"]):
                with self.subTest(command=command[0], option=options[0]):
                    arguments = [harness.TOOL.encode(), *(word.encode("latin-1") for word in (*command, *options))]
                    ended = harness.Ended(harness.subprocess.run(arguments, capture_output=True, check=False,
                                                                 timeout=harness.PATIENCE))
                    self.expect_usage_error(ended, "no\\x1b[2Jsuch\\x0afile\\xc2\\x9b")
        self.expect_usage_error(run("serve", *self.leaf.options, "--root", "no\rsuch"), "no\\x0dsuch")
        self.expect_usage_error(run("connect", "--ca", "wo/ist/die/Tür.pem", "localhost:1"), "Tür.pem")

    def test_encrypted_keys(self):
        sealed = str(self.folder / "sealed.key")
        harness.openssl("pkcs8", "-topk8", "-in", self.leaf.key, "-out", sealed, "-passout", "pass:sesame",
                        cwd=self.folder)
        options = ["--cert", self.leaf.certificate, "--key", sealed]
        self.expect(options, "sealed.key", "--passphrase-file")
        wrong = self.file("wrong.txt", "simsalabim\n")
        self.expect([*options, "--passphrase-file", wrong], "sealed.key", "passphrase")
        right = self.file("right.txt", "sesame\n")
        with harness.Serve(*options, "--passphrase-file", right) as serve:
            self.assertEqual(self.connect(serve, "--half-close").status, 0)

    def test_trust_files(self):
        empty = self.file("empty.pem", "")
        self.expect_usage_error(run("connect", "--ca", empty, "localhost:1"), "empty.pem", "certificate")
        self.expect_usage_error(run("connect", "--ca", "no/such.pem", "localhost:1"), "no/such.pem")
        self.expect_usage_error(run("serve", *self.leaf.options, "--client-ca", "no/such.pem"), "no/such.pem")

    def test_key_log_and_root_that_cannot_be_opened(self):
        self.expect(["--keylog", str(self.folder / "no" / "log")], "--keylog")
        self.expect_usage_error(run("serve", *self.leaf.options, "--root", "no/such/folder"), "no/such/folder")
        self.expect_usage_error(run("serve", *self.leaf.options, "--root", self.leaf.key), "Not a directory")

    def test_development_ca_without_a_place(self):
        environment = {"HOME": "", "XDG_STATE_HOME": ""}
        self.expect_usage_error(run("serve", "--listen", "127.0.0.1:0", env=environment), "XDG_STATE_HOME")
        environment = {"XDG_STATE_HOME": self.leaf.key}
        self.expect_usage_error(run("serve", "--listen", "127.0.0.1:0", env=environment), "XDG_STATE_HOME")


class BadNetwork(harness.ToolTest):
    """Exit status 3."""

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as busy:
            options = [*self.leaf.options, "--listen", f"127.0.0.1:{busy.getsockname()[1]}"]
            ended = run("serve", *options)
            json = run("serve", "--json", *options)
        self.expect_failure(ended, 3, "cannot listen", "in use", "another port")
        self.assertEqual(len(ended.errors.splitlines()), 1, ended.errors)
        self.assertEqual((json.status, json.output, json.json()["exit_code"]), (3, b"", 3))

    def test_address_of_another_machine(self):
        self.expect_failure(run("serve", *self.leaf.options, "--listen", "192.0.2.1:4433"), 3, "cannot listen")

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        ended = run("connect", f"127.0.0.1:{port}")
        self.expect_failure(ended, 3, "cannot connect", "refused", "do:")

    def test_unknown_host(self):
        # RFC 6761: no resolver knows a name below .invalid; one that does not answer at all is a timeout.
        self.expect_failure(run("connect", "--timeout", "30", "no-such-host.invalid"), 3, "no-such-host.invalid", "resolve")

    def test_silent_peer(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            ended = run("connect", "--timeout", "0.2", "--json", f"127.0.0.1:{port}")
        self.assertEqual(ended.status, 3)
        self.assertIn("within 0.2 s", ended.json()["error"]["what"])
        self.assertEqual(ended.json()["error"]["fault"], "network")

    def test_peer_that_says_no_more(self):
        with self.serve("--mode", "echo") as serve:
            ended = self.connect(serve, "--timeout", "0.3", data=b"hello")
        self.assertEqual(ended.output, b"hello")
        self.assertEqual(ended.status, 3, ended.errors)
        self.assertIn("--half-close", ended.errors)

    def test_full_standard_output(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        shell = shutil.which("sh")
        with self.serve("--mode", "echo") as serve:
            command = f'echo hello | "{harness.TOOL}" connect --ca "{self.pki.ca}" {serve.target} > /dev/full'
            ended = harness.Ended(harness.subprocess.run([shell, "-c", command], capture_output=True, check=False,
                                                         timeout=harness.PATIENCE))
        self.assertEqual(ended.status, 2, ended.errors)
        self.assertIn("No space left", ended.errors)


    def test_unreadable_standard_input(self):
        # A folder can be opened, not read. What could not be sent whole is not ended with close_notify.
        folder = os.open(os.path.dirname(self.leaf.key), os.O_RDONLY)
        self.addCleanup(os.close, folder)
        with self.serve("--mode", "echo") as serve:
            ended = harness.Ended(harness.subprocess.run(
                [harness.TOOL, "connect", "--ca", self.pki.ca, "--half-close", serve.target], stdin=folder,
                capture_output=True, check=False, timeout=harness.PATIENCE))
        self.assertEqual(ended.status, 2, ended.errors)
        self.assertIn("cannot read standard input: Is a directory", ended.errors)


if __name__ == "__main__":
    harness.main()
