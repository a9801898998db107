"""Tests of tools/check_style.py."""
import unittest
from pathlib import Path

from check_style import check_file

PATH_OF_A_MACHINE = "/home" + "/somebody/tls"
MARK = "TO" + "DO"


class CheckStyle(unittest.TestCase):
    def test_a_good_file(self):
        self.assertEqual(check_file(Path("a.hpp"), "// What it is.\n#pragma once\n"), [])
        self.assertEqual(check_file(Path("a.py"), "#!/usr/bin/env python3\n"), [])

    def test_the_first_line_says_what_the_file_is(self):
        self.assertEqual([line for line, _ in check_file(Path("a.cpp"), "#include <vector>\n")], [1])
        self.assertEqual([line for line, _ in check_file(Path("a.cpp"), "")], [1])

    def test_headers_are_included_once(self):
        self.assertEqual([line for line, _ in check_file(Path("a.hpp"), "// What it is.\n")], [1])

    def test_public_headers_export_what_they_declare(self):
        good = '// A.\n#pragma once\nnamespace [[gnu::visibility("default")]] handfast {\nnamespace dangerous {\n'
        self.assertEqual(check_file(Path("include/handfast/a.hpp"), good), [])
        self.assertEqual(check_file(Path("src/wire/a.hpp"), "// A.\n#pragma once\nnamespace handfast::wire {\n"), [])
        for bad in ("namespace handfast {", "namespace handfast::dangerous {"):
            found = check_file(Path("include/handfast/a.hpp"), f"// A.\n#pragma once\n{bad}\n")
            self.assertEqual([line for line, _ in found], [3], bad)

    def test_the_length(self):
        self.assertEqual(check_file(Path("a.cpp"), "// a\n" * 600), [])
        self.assertEqual([line for line, _ in check_file(Path("a.cpp"), "// a\n" * 601)], [601])

    def test_marks_of_work_left_undone(self):
        self.assertEqual([line for line, _ in check_file(Path("a.md"), f"one\n{MARK}: two\n")], [2])

    def test_paths_of_a_machine(self):
        self.assertEqual([line for line, _ in check_file(Path("a.md"), f"see {PATH_OF_A_MACHINE}\n")], [1])
        self.assertEqual(check_file(Path("a.md"), "GET /work HTTP/1.1, ./work/a, $HOME/work/a\n"), [])


if __name__ == "__main__":
    unittest.main()
