#!/usr/bin/env python3
"""handfast explain from outside: steps, every derivation once more with hashlib, the page, live servers, failures."""
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

import derivations
from harness import PATIENCE, TOOL, Pki, main

CLASSIC = ["--policy", "classic", "--tls", "1.2"]
NINE = ["ClientHello", "ServerHello", "Certificate, CertificateRequest, ServerHelloDone", "Client Certificate",
        "ClientKeyExchange with the encrypted pre-master secret, CertificateVerify",
        "Master secret and session keys, on both sides", "Client ChangeCipherSpec, Finished",
        "Server ChangeCipherSpec, Finished", "Application data"]
# Each a handshake in memory, and how many values its key schedule has at least.
SCENES = {
    "tls13": ([], 25), "modern": (["--policy", "modern"], 25), "retry": (["--retry"], 25),
    "mutual": (["--mutual"], 25), "retry, mutual": (["--retry", "--mutual", "--alpn", "h2"], 25),
    "sha384": (["--ciphers", "TLS_AES_256_GCM_SHA384", "--groups", "x25519"], 25),
    "chacha": (["--ciphers", "TLS_CHACHA20_POLY1305_SHA256", "--groups", "secp256r1"], 25),
    "classic": (CLASSIC, 9), "classic, mutual": ([*CLASSIC, "--mutual"], 9), "tls12": (["--tls", "1.2"], 9),
    "resumed": (["--resume"], 25), "resumed, retry": (["--resume", "--retry"], 25),
    "resumed, stateful": (["--resume=id", "--mutual"], 25),
    "resumed, sha384": (["--resume", "--ciphers", "TLS_AES_256_GCM_SHA384", "--groups", "x25519"], 25),
    "early data": (["--early-data"], 35), "early data, retry": (["--early-data", "--retry"], 35),
    "resumed in 1.2": (["--resume", "--tls", "1.2"], 8), "resumed in 1.2, by id": (["--resume=id", "--tls", "1.2"], 8),
    "cbc": ([*CLASSIC, "--ciphers", "TLS_RSA_WITH_AES_128_CBC_SHA"], 9),
    "sha384 in 1.2": (["--tls", "1.2", "--ciphers", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"], 9),
}
COMPRESSIONS = re.search(r"\(RFC 8879\), most wanted first; here: (.*)", subprocess.run(
    [TOOL, "explain", "--help"], capture_output=True, text=True, check=True).stdout)[1]  # "none" where none is built in
if COMPRESSIONS != "none":
    SCENES["compressed"] = (["--compress", COMPRESSIONS.replace(" ", ""), "--mutual"], 25)


def explain(*options: str, expect: int = 0) -> subprocess.CompletedProcess:
    done = subprocess.run([TOOL, "explain", *options], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == expect, f"{options}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def story(*options: str, expect: int = 0) -> dict:
    return json.loads(explain("--json", *options, expect=expect).stdout)


class Page(HTMLParser):
    """Ids, links and what would be loaded; complains of elements that are not closed."""
    VOID = {"meta", "link", "br", "wbr"}

    def __init__(self, text: str):
        super().__init__()
        self.open, self.ids, self.links, self.loads = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        self.loads += [attributes[name] for name in ("src", "srcset") if name in attributes]
        if tag == "link":
            self.loads.append(attributes["href"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"


class InMemory(unittest.TestCase):
    def test_the_nine_steps_of_rsa_key_transport(self):
        told = story("--self", *CLASSIC, "--mutual")
        steps = [(step["number"], step["title"]) for step in told["steps"] if step["number"]]
        self.assertEqual(steps, [(str(number), title) for number, title in enumerate(NINE, 1)])
        self.assertTrue(told["rsa_key_transport"])

    def test_text_numbers_the_steps(self):
        text = explain("--self", *CLASSIC).stdout
        self.assertEqual(re.findall(r"^ +(\d)  ", text, re.MULTILINE), [str(number) for number in range(1, 10)])
        self.assertIn("RFC 5246 §7.4.7", text)

    def test_every_derivation_can_be_computed_anew(self):
        for name, (options, least) in SCENES.items():
            with self.subTest(name):
                told = story("--self", *options)
                computed, wrong = derivations.check(told)
                self.assertEqual(wrong, [])
                self.assertGreaterEqual(computed, least)
                unknown = [made["name"] for made in told["derivations"] if made["value"] is None]
                self.assertEqual(unknown, [])
                self.assertEqual(told["remarks"], [])
                confirmed = {made["name"] for made in told["derivations"] if made["confirmed"]}
                self.assertLessEqual({"client_verify_data", "server_verify_data"}, confirmed)
                if told["resumed"] and told["version"] == "TLSv1.3":
                    self.assertLessEqual({"psk", "binder"}, confirmed)
                if told["early_data"]["offered"]:
                    self.assertIn("client_early_traffic_secret", confirmed)

    def test_a_changed_input_is_noticed(self):
        told = story("--self")
        secret = next(made for made in told["derivations"] if made["name"] == "shared_secret")
        secret["value"] = "00" * secret["length"]
        self.assertEqual(derivations.check(told)[1], ["handshake_secret"])

    def test_fields_cover_every_octet_once(self):
        for name, (options, _) in SCENES.items():
            for record in story("--self", *options)["records"]:
                for dump in record["dumps"]:
                    at = 0
                    for field in dump["fields"]:
                        self.assertEqual(field["offset"], at, f"{name}: {field['name']}")
                        at += field["length"] if field["leaf"] else 0
                    self.assertEqual(at, len(dump["octets"]) // 2, name)

    def test_certificates_are_opened_down_to_their_fields(self):
        names = {field["name"] for record in story("--self")["records"] for dump in record["dumps"]
                 for field in dump["fields"]}
        self.assertLessEqual({"tbsCertificate", "notAfter", "subjectPublicKeyInfo", "extnID", "Ecdsa-Sig-Value"}, names)

    @unittest.skipIf(COMPRESSIONS == "none", "built without any compression")
    def test_compressed_certificates_are_shown_as_what_they_stand_for(self):
        told = story("--self", "--mutual", "--compress", COMPRESSIONS.replace(" ", ""))
        compressed = [message["from"] for message in told["messages"] if message["name"] == "compressed_certificate"]
        self.assertEqual(compressed, ["server", "client"])
        dumps = [dump for record in told["records"] for dump in record["dumps"] if "decompresses" in dump["title"]]
        self.assertEqual(len(dumps), 2)
        for dump in dumps:
            self.assertEqual(dump["fields"][0]["name"], "certificate")
            self.assertLessEqual({"tbsCertificate", "notAfter"}, {field["name"] for field in dump["fields"]})
        sentences = [text for step in told["steps"] for text in step["text"] if "RFC 8879" in text]
        self.assertEqual([int(re.search(r"(\d+) octets", text)[1]) for text in sentences],
                         [len(dump["octets"]) // 2 for dump in dumps])
        self.assertIn("unknown compression", explain("--self", "--compress", "lzma", expect=2).stderr)

    def test_bytes_shows_octets_and_keys(self):
        text = explain("--self", "--bytes").stdout
        self.assertIn("legacy_version: TLSv1.2 (0x0303)", text)
        self.assertIn("handshake_secret = HKDF-Extract(derived_early, shared_secret), 32 octets", text)
        self.assertNotIn("not shown", text)

    def test_a_resumed_session_needs_no_certificate(self):
        for version, titles in (("1.3", ["Handshake keys, on both sides", "NewSessionTicket"]),
                                ("1.2", ["Session keys, on both sides"])):
            told = story("--self", "--resume", "--tls", version)
            self.assertTrue(told["resumed"])
            seen = [step["title"] for step in told["steps"]]
            self.assertLessEqual(set(titles), set(seen))
            self.assertNotIn("certificate", [message["name"] for message in told["messages"]])
        self.assertEqual([step["title"] for step in told["steps"] if step["number"]],
                         ["ClientHello", "ServerHello", "Session keys, on both sides",
                          "Server ChangeCipherSpec, Finished", "Client ChangeCipherSpec, Finished", "Application data"])

    def test_a_ticket_and_an_id_are_told_apart(self):
        for how, words in (("ticket", "opened the ticket"), ("id", "session of the id")):
            steps = story("--self", f"--resume={how}", "--tls", "1.2")["steps"]
            self.assertIn(words, " ".join(steps[1]["text"]))

    def test_early_data_goes_before_the_answer(self):
        told = story("--self", "--early-data")
        self.assertEqual(told["early_data"], {"offered": True, "accepted": True})
        titles = [step["title"] for step in told["steps"]]
        self.assertEqual(titles[:3], ["ClientHello", "Early data", "ServerHello"])
        self.assertLess(titles.index("Server Finished"), titles.index("EndOfEarlyData"))
        first = told["records"][told["steps"][1]["records"][-1]]
        self.assertIn("GET / HTTP/1.1", json.dumps(first))
        refused = story("--self", "--early-data", "--retry")
        self.assertEqual(refused["early_data"], {"offered": True, "accepted": False})
        self.assertIn("skips these records", json.dumps(refused["steps"]))

    def test_tickets_show_what_they_stand_for(self):
        told = story("--self", "--resume")
        made = {derivation["name"]: derivation for derivation in told["derivations"]}
        self.assertEqual(len(made["psk_of_ticket_1"]["value"]), 64)

    def test_retry_and_mutual_are_seen(self):
        told = story("--self", "--retry", "--mutual")
        self.assertTrue(told["hello_retry"] and told["mutual"])
        self.assertIn("HelloRetryRequest", [step["title"] for step in told["steps"]])
        group = next(choice for choice in told["choices"] if choice["what"] == "group")
        self.assertIn("HelloRetryRequest", group["why"])


class Pages(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_the_page_is_whole_and_loads_nothing(self):
        for name, (options, _) in SCENES.items():
            with self.subTest(name):
                path = self.folder / "page.html"
                explain("--self", *options, "--html", str(path))
                page = Page(path.read_text())
                self.assertEqual(page.open, [])
                self.assertEqual(len(page.ids), len(set(page.ids)))
                self.assertEqual(page.loads, ["data:,"])
                self.assertEqual([link for link in page.links if link[1:] not in page.ids], [])

    def test_what_a_peer_sends_is_escaped(self):
        path = self.folder / "page.html"
        explain("--self", "--alpn", "<script>alert(1)</script>", "--html", str(path))
        self.assertEqual(path.read_text().count("<script"), 1)

    def test_a_page_that_cannot_be_written(self):
        done = explain("--self", "--html", str(self.folder / "none" / "page.html"), expect=2)
        self.assertIn("page.html", done.stderr)


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.pki = Pki(cls.folder / "pki")
        leaf = cls.pki.leaf("server")
        cls.server = subprocess.Popen([TOOL, "serve", "--listen", "127.0.0.1:0", *leaf.options],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.addClassCleanup(cls.stop)
        cls.port = cls.server.stdout.readline().rsplit(":", 1)[1].strip()

    @classmethod
    def stop(cls):
        cls.server.kill()
        cls.server.wait()
        cls.server.stdout.close()

    def target(self) -> str:
        return f"localhost:{self.port}"

    def test_a_server_without_secrets(self):
        told = story("--ca", self.pki.ca, self.target())
        self.assertEqual(told["version"], "TLSv1.3")
        self.assertGreater(len(told["steps"]), 8)
        known = [made["name"] for made in told["derivations"] if made["secret"] and made["value"]]
        self.assertLessEqual(set(known), {"early_secret", "derived_early"})
        self.assertIsNone(told["error"])

    def test_a_server_with_secrets(self):
        for version in ("1.2", "1.3"):
            told = story("--ca", self.pki.ca, "--secrets", "--tls", version, self.target())
            computed, wrong = derivations.check(told)
            self.assertEqual(wrong, [])
            self.assertGreaterEqual(computed, 9)

    def test_a_certificate_that_is_not_trusted(self):
        other = Pki(self.folder / "other")
        told = story("--ca", other.ca, self.target(), expect=4)
        self.assertEqual(told["steps"][-1]["title"], "Alert: unknown_ca")
        self.assertIsNotNone(told["findings"])
        self.assertEqual(told["error"]["exit_code"], 4)

    def test_the_page_of_serve_explains_its_own_connection(self):
        leaf = self.pki.leaf("explained")
        server = subprocess.Popen([TOOL, "serve", "--listen", "127.0.0.1:0", "--explain", "--accept", "1", *leaf.options],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        port = server.stdout.readline().rsplit(":", 1)[1].strip()
        request = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Mark: here it is\r\nConnection: close\r\n\r\n"
        done = subprocess.run([TOOL, "connect", "--ca", self.pki.ca, f"localhost:{port}"], input=request,
                              capture_output=True, text=True, timeout=PATIENCE)
        text = done.stdout[done.stdout.index("<!doctype"):]
        page = Page(text)
        self.assertEqual((page.open, page.loads), ([], ["data:,"]))
        self.assertIn("This very connection", text)
        self.assertIn("X-Mark: here it is", text)  # the request, as it came
        self.assertIn("not shown: secrets were not asked for", text)

    def test_nobody_there(self):
        done = explain("127.0.0.1:1", expect=3)
        self.assertIn("cannot connect", done.stderr)


class Usage(unittest.TestCase):
    def test_wrong_options(self):
        for options, words in (([], "HOST"), (["--self", "localhost"], "--self"), (["--retry", "localhost"], "--self"),
                               (["--early-data", "localhost"], "--self"),
                               (["--self", "--early-data", "--tls", "1.2"], "TLS 1.3"),
                               (["--self", "--resume=psk"], "ticket"),
                               (["--self", "--retry", "--tls", "1.2"], "TLS 1.3"),
                               (["--self", "--retry", "--groups", "x25519"], "--groups"),
                               (["--self", "--tls", "1.1"], "1.1"), (["--self", "--policy", "none"], "none"),
                               (["--self", "--tls", "1.2", "--ciphers", "TLS_AES_128_GCM_SHA256"], "fit")):
            with self.subTest(options):
                self.assertIn(words, explain(*options, expect=2).stderr)


if __name__ == "__main__":
    main()
