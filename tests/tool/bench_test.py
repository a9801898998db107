"""handfast bench: every scenario runs, figures have their shape, and what can be counted stays within bounds."""
import json
import os
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

import harness
from harness import run

HANDSHAKES = ("hs13-ecdsa", "hs13-rsa", "hs13-mlkem", "hs13-mutual", "hs12-ecdhe-ecdsa", "hs12-rsa-kx")
RESUMED = ("hs13-resume", "hs12-resume")
RECORDS = ("bulk-aes128gcm", "bulk-aes256gcm", "bulk-chacha", "small-64", "small-1024")
OPENSSL_HAS_NOT = ("hs13-mlkem", "primitives")
HAS_PEER = os.environ["HANDFAST_BENCH_PEER"] == "1"
OPTIMISED = os.environ["HANDFAST_OPTIMISED"] == "1"


def bench(*arguments: str, tier: str = "", seconds: str = "0.02") -> dict:
    ended = run("bench", "--seconds", seconds, "--json", *arguments, env={"HANDFAST_CPU": tier} if tier else {})
    assert ended.status == 0, ended.errors
    return json.loads(ended.output)


class Bench(unittest.TestCase):
    def expect_figure(self, figure: dict, unit: str, peer: bool) -> None:
        self.assertEqual(figure["unit"], unit)
        self.assertGreater(figure["value"], 0)
        self.assertEqual("ratio" in figure, peer)
        if peer:
            self.assertAlmostEqual(figure["ratio"], figure["peer"] / figure["value"], places=6)

    def test_every_scenario_beside_the_peer(self):
        report = bench(*([] if HAS_PEER else ["--peer", "none"]))
        self.assertEqual(report["library"], "Handfast")
        if HAS_PEER:
            self.assertIn("OpenSSL", report["peer"])
        for name in HANDSHAKES:
            peer = HAS_PEER and name not in OPENSSL_HAS_NOT
            plain = ("client_plain",) if name not in ("hs13-rsa", "hs12-rsa-kx") else ()
            for side in ("server", "client", "client_cached", *plain):
                with self.subTest(scenario=name, side=side):
                    self.expect_figure(report["scenarios"][name][side], "us", peer)
        for name in RESUMED:
            for side in ("server", "client"):
                with self.subTest(scenario=name, side=side):
                    self.expect_figure(report["scenarios"][name][side], "us", HAS_PEER)
                    # There was not the time to tell.
                    self.assertNotIn("overhead", report["scenarios"][name][side])
        # A difference of two times: nothing can be said of it here.
        self.assertEqual(report["scenarios"]["tickets"]["issued"]["unit"], "us")
        self.assertEqual(report["scenarios"]["names"]["found"]["unit"], "us")
        for name in RECORDS:
            for way in ("send", "receive"):
                with self.subTest(scenario=name, way=way):
                    self.expect_figure(report["scenarios"][name][way], "ns", HAS_PEER)
        self.assertEqual(run("bench", "--list").output.decode().split(), list(report["scenarios"]))

    def test_overhead_over_both_floors(self):
        scenarios = bench("hs13-ecdsa", "hs12-resume", "--peer", "none", seconds="1")["scenarios"]
        for name, sides in (("hs13-ecdsa", ("server", "client", "client_plain", "client_cached")),
                            ("hs12-resume", ("server", "client"))):
            for side in sides:
                with self.subTest(scenario=name, side=side):
                    figure = scenarios[name][side]
                    for floor, overhead in (("floor", "overhead"), ("floor_in_order", "overhead_in_order")):
                        self.assertGreater(figure[floor], 0)
                        self.assertAlmostEqual(figure[overhead], figure["undisturbed"] - figure[floor], places=6)

    def test_floor_of_each_handshake_is_the_sum_of_its_primitives(self):
        figures = {name: figure["value"] for name, figure in bench("primitives")["scenarios"]["primitives"].items()}
        parts = ("x25519-encapsulate", "ecdsa-sign", "hs13-ecdsa-symmetric")
        self.assertAlmostEqual(figures["hs13-ecdsa/server"], sum(figures[part] for part in parts), places=6)
        for name in HANDSHAKES + RESUMED:
            for side in ("server", "client"):
                self.assertGreater(figures[f"{name}/{side}"], 0)

    def test_every_tier_of_the_processor(self):
        for tier in ("portable", "avx2", "avx512"):
            with self.subTest(tier):
                scenarios = bench("hs13-mlkem", "bulk-aes128gcm", "bulk-chacha", "--peer", "none", tier=tier)["scenarios"]
                self.assertEqual(len(scenarios), 3)

    def test_table_and_plot(self):
        with tempfile.TemporaryDirectory() as folder:
            plot = Path(folder) / "ratios.svg"
            peer = "openssl" if HAS_PEER else "none"
            ended = run("bench", "small-64", "--seconds", "0.02", "--peer", peer, "--plot", str(plot))
            self.assertEqual(ended.status, 0, ended.errors)
            self.assertRegex(ended.output.decode(), r"(?m)^small-64 +send +[0-9.]+ ns")
            bars = xml.etree.ElementTree.parse(plot).getroot().findall("{http://www.w3.org/2000/svg}rect")
            self.assertEqual(len(bars), 3 if HAS_PEER else 1)  # the background is one

    def test_no_peer_no_ratio(self):
        report = bench("small-64", "--peer", "none")
        self.assertIsNone(report["peer"])
        self.assertNotIn("ratio", report["scenarios"]["small-64"]["send"])


class Memory(unittest.TestCase):
    """Counts do not depend on the mood of a machine: they are bounds to keep, not figures to look at."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.figures = {name: figure["value"]
                       for name, figure in bench("mem", "--peer", "none")["scenarios"]["mem"].items()}

    def expect_at_most(self, **bounds: float) -> None:
        for name, bound in bounds.items():
            with self.subTest(name):
                self.assertLessEqual(self.figures[name], bound)

    def test_no_allocation_for_a_record(self):
        self.assertEqual(self.figures["record_allocations"], 0)

    def test_allocations_in_a_handshake(self):
        self.expect_at_most(server_own_allocations=15, client_own_allocations=30, server_allocations=45,
                            client_allocations=50)

    def test_octets_between_handshake_and_end(self):
        self.expect_at_most(server_after_traffic=3072, client_after_traffic=3072, server_at_rest=768,
                            client_at_rest=768)

    @unittest.skipUnless(OPTIMISED, "frames of coroutines are larger without optimisation")
    def test_peak_of_a_handshake(self):
        self.expect_at_most(server_peak=8192, client_peak=12288)


class BadOptions(harness.ToolTest):
    def test_what_there_is_not(self):
        self.expect_usage_error(run("bench", "hs11"), "hs11", "--list")
        self.expect_usage_error(run("bench", "--peer", "schannel"), "schannel")
        self.expect_usage_error(run("bench", "--seconds", "0"), "--seconds")


if __name__ == "__main__":
    harness.main()
