"""Tests of tools/conformance.py."""
import unittest

from conformance import OPEN, in_order, listed, page


def row(identifier: str, state: str, code: list[str] = [], tests: list[str] = [], reason: str | None = None) -> dict:
    return {"id": identifier, "state": state, "code": code, "tests": tests, "reason": reason}


DONE = row("5246:7.4#1", "done", ["src/handshake/client12.cpp:3", "src/handshake/client12.cpp:9"],
           ["tests/handshake/steps12_test.cpp:1"])


class Conformance(unittest.TestCase):
    def test_the_page_names_files_and_no_lines(self):
        text = page([DONE, row("5246:7.4.2#9", "excepted", reason="DSA is not spoken")])
        self.assertIn("| 7.4#1 | handshake/client12.cpp | handshake/steps12_test.cpp |\n", text)
        self.assertIn("| 7.4.2#9 | DSA is not spoken | |\n", text)
        self.assertIn("2 sentences: 1 implemented and tested, 1 excepted.", text)

    def test_a_lost_id_shows(self):
        before = listed(page([DONE]))
        for lost in (row("5246:7.4#1", "untested", DONE["code"]), row("5246:7.4#1", "missing")):
            now = listed(page([lost]))
            self.assertNotEqual(now, before)
            self.assertIn(OPEN, now["5246:7.4#1"])

    def test_sections_stand_in_their_order(self):
        ids = ["8446:4.10#1", "8446:4.9#2", "8446:D.5#1", "8446:4.9#10", "8446:4#1"]
        self.assertEqual(sorted(ids, key=in_order),
                         ["8446:4#1", "8446:4.9#2", "8446:4.9#10", "8446:4.10#1", "8446:D.5#1"])


if __name__ == "__main__":
    unittest.main()
