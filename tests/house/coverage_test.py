"""Tests of tools/coverage.py: how gcov's reports become lines that were reached or not."""
import contextlib
import io
import unittest
from collections import defaultdict
from pathlib import Path

import coverage

ROOT = Path("/tree")


def unit(lines: dict[int, int], file: str = "../../src/wire/reader.cpp") -> dict:
    return {"current_working_directory": "/tree/build/coverage",
            "files": [{"file": file, "lines": [{"line_number": number, "count": count}
                                               for number, count in lines.items()]}]}


class Coverage(unittest.TestCase):
    def reached(self, *units: dict) -> dict[str, coverage.Lines]:
        reached: dict[str, coverage.Lines] = defaultdict(dict)
        for each in units:
            coverage.add_report(each, ROOT, reached)
        return reached

    def printed(self, *units: dict) -> tuple[float, list[str]]:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            percentage = coverage.report(self.reached(*units))
        return percentage, out.getvalue().splitlines()

    def test_a_line_is_reached_if_one_unit_reaches_it(self):
        self.assertEqual(self.reached(unit({1: 0, 2: 3}), unit({1: 1, 2: 0, 3: 0})),
                         {"src/wire/reader.cpp": {1: True, 2: True, 3: False}})

    def test_other_folders_do_not_count(self):
        self.assertEqual(self.reached(unit({1: 1}, "../../tests/wire/reader_test.cpp"),
                                      unit({1: 1}, "/usr/include/c++/12/vector"),
                                      unit({1: 1}, "/other/src/wire/reader.cpp")), {})

    def test_headers_of_the_interface_are_a_row_of_their_own(self):
        percentage, lines = self.printed(unit({1: 1, 2: 1, 3: 0}),
                                         unit({9: 1}, "/tree/include/handfast/bytes.hpp"))
        self.assertEqual(percentage, 75.0)
        self.assertEqual(lines[0], "src/wire/reader.cpp: 3")
        self.assertEqual([line.split()[0] for line in lines[1:3]], ["include", "src/wire"])
        self.assertEqual(lines[-1], "3 of 4 lines, 75.0 %")

    def test_neighbouring_lines_are_told_as_one_range(self):
        self.assertEqual(coverage.ranges([9, 3, 4, 5, 1]), "1, 3-5, 9")

    def test_nothing_is_no_coverage(self):
        self.assertEqual(self.printed()[0], 0.0)


if __name__ == "__main__":
    unittest.main()
