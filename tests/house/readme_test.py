"""What README shows of the library is cut from a program that is compiled."""
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Readme(unittest.TestCase):
    def test_each_piece_of_cpp_stands_in_an_example(self):
        pieces = re.findall(r"```cpp\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
        examples = [path.read_text() for path in (ROOT / "examples").glob("*.cpp")]
        self.assertTrue(pieces)
        for piece in pieces:
            self.assertTrue(any(piece in example for example in examples), piece)

    def test_links_lead_somewhere(self):
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
            for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
                self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")


if __name__ == "__main__":
    sys.exit(unittest.main())
