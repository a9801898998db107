"""Tests of tools/check_layers.py on small trees, each with the one include that matters."""
import tempfile
import unittest
from pathlib import Path

from check_layers import check


def findings(path: str, include: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, path)
        file.parent.mkdir(parents=True)
        file.write_text(f"// A file.\n#include {include}\n")
        return check(Path(folder))


class CheckLayers(unittest.TestCase):
    def accepts(self, path: str, include: str):
        self.assertEqual(findings(path, include), [])

    def refuses(self, path: str, include: str, why: str):
        found = findings(path, include)
        self.assertEqual(len(found), 1, f"{path} includes {include}")
        self.assertIn(why, found[0])
        self.assertTrue(found[0].startswith(f"{path}:2: "), found[0])

    def test_a_layer_includes_itself_and_what_stands_below_also_indirectly(self):
        self.accepts("src/handshake/client13.cpp", '"handshake/flow.hpp"')
        self.accepts("src/handshake/client13.cpp", '"schedule/key_schedule.hpp"')
        self.accepts("src/handshake/client13.cpp", '"wire/reader.hpp"')
        self.accepts("src/base/error.cpp", "<vector>")

    def test_a_layer_does_not_include_what_stands_above_or_beside(self):
        self.refuses("src/wire/reader.hpp", '"message/messages.hpp"', "does not stand below wire")
        self.refuses("src/message/messages.hpp", '"crypto/hash.hpp"', "does not stand below message")
        self.refuses("src/handshake/client13.cpp", '"record/framing.hpp"', "does not stand below handshake")

    def test_relative_includes_do_not_go_around_the_rule(self):
        self.refuses("src/wire/reader.hpp", '"../message/messages.hpp"', "never relative")

    def test_a_public_header_belongs_to_the_layer_that_implements_it(self):
        self.accepts("src/wire/reader.hpp", "<handfast/bytes.hpp>")
        self.accepts("src/engine/connection.cpp", "<handfast/connection.hpp>")
        self.refuses("src/wire/reader.hpp", "<handfast/connection.hpp>", "belongs to engine")
        self.refuses("src/wire/reader.hpp", "<handfast/surprise.hpp>", "has no layer yet")

    def test_only_crypto_includes_a_crypto_library(self):
        self.accepts("src/crypto/hash.cpp", "<openssl/sha.h>")
        self.accepts("src/crypto/aead.cpp", "<intel-ipsec-mb.h>")
        self.refuses("src/x509/certificate.cpp", "<openssl/sha.h>", "only src/crypto")
        self.refuses("apps/handfast/serve.cpp", "<sodium.h>", "only src/crypto")

    def test_libssl_and_its_certificates_are_for_tests_and_benchmarks(self):
        self.accepts("tests/interop/openssl_test.cpp", "<openssl/ssl.h>")
        self.accepts("bench/peers/openssl.cpp", "<openssl/ssl.h>")
        self.refuses("src/crypto/peer.cpp", "<openssl/ssl.h>", "for peers")
        self.refuses("src/crypto/peer.cpp", "<openssl/x509_vfy.h>", "for peers")

    def test_the_core_has_no_io(self):
        self.refuses("src/engine/connection.cpp", "<sys/socket.h>", "no I/O")
        self.refuses("src/handshake/client13.cpp", "<fstream>", "files are for")
        self.accepts("src/x509/trust.cpp", "<fstream>")
        self.accepts("src/io/blocking.cpp", "<sys/socket.h>")

    def test_public_headers_need_the_standard_library_only(self):
        self.accepts("include/handfast/config.hpp", "<vector>")
        self.accepts("include/handfast/config.hpp", "<handfast/policy.hpp>")
        self.accepts("include/handfast/asio.hpp", "<asio.hpp>")
        self.refuses("include/handfast/config.hpp", '"wire/reader.hpp"', "includes only <handfast/...>")
        self.refuses("include/handfast/config.hpp", "<asio.hpp>", "every user")
        self.refuses("include/handfast/policy.hpp", "<handfast/connection.hpp>", "belongs to engine")
        self.refuses("include/handfast/surprise.hpp", "<vector>", "has no layer yet")

    def test_what_stands_above_the_api_does_not_look_below_it(self):
        self.accepts("apps/handfast/connect.cpp", "<handfast/connection.hpp>")
        self.accepts("apps/handfast/connect.cpp", '"options.hpp"')
        self.accepts("src/io/blocking.cpp", '"io/socket.hpp"')
        self.refuses("apps/handfast/connect.cpp", '"handshake/flow.hpp"', "internal")
        self.refuses("apps/handfast/connect.cpp", '"io/socket.hpp"', "internal")
        self.refuses("src/io/asio.cpp", '"engine/engine.hpp"', "internal")
        self.refuses("examples/client.cpp", '"wire/reader.hpp"', "internal")

    def test_a_new_folder_has_to_be_placed(self):
        self.refuses("src/surprise/a.cpp", '"wire/reader.hpp"', "no known layer")


if __name__ == "__main__":
    unittest.main()
