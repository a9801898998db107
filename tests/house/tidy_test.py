"""Tests of tools/tidy.py: which units clang-tidy reads, with which options, and what is remembered of them."""
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import tidy


class Units(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.build = self.root / "build"
        self.unity = self.build / "src" / "Unity" / "unity_0_cxx.cxx"
        self.unity.parent.mkdir(parents=True)
        self.sources = [self.root / "src" / name for name in ("a.cpp", "b.cpp")]
        for source in self.sources:
            source.parent.mkdir(exist_ok=True)
            source.write_text("int x;\n")
        self.unity.write_text("/* made */\n" + "".join(f'#include "{source}"\n' for source in self.sources))
        self.alone = self.root / "apps" / "c.cpp"
        elsewhere = self.root / "tests" / "d.cpp"
        entries = [{"file": str(file), "command": f"clang++ -O1 -o x.o -c {file} -DNAME='a b'"}
                   for file in (self.unity, self.alone, elsewhere)]
        (self.build / "compile_commands.json").write_text(json.dumps(entries))
        folders = mock.patch.object(tidy, "FOLDERS", [self.root / "src", self.root / "apps"])
        folders.start()
        self.addCleanup(folders.stop)

    def test_a_unit_is_read_whole_with_its_options(self):
        self.assertEqual(tidy.units(self.build, []),
                         {self.unity: ["-O1", "-DNAME=a b"], self.alone: ["-O1", "-DNAME=a b"]})
        self.assertEqual(tidy.parts_of(self.unity), self.sources)
        self.assertEqual(tidy.parts_of(self.alone), [self.alone])

    def test_a_named_file_is_read_by_itself(self):
        self.assertEqual(tidy.units(self.build, [self.sources[1]]), {self.sources[1]: ["-O1", "-DNAME=a b"]})
        self.assertEqual(tidy.units(self.build, [self.root / "src" / "unknown.cpp"]), {})

    def run_tidy(self, status: int, said: str) -> tuple[str, int]:
        """What tidy() says of a source, and how often clang-tidy ran for it."""
        ran = []

        def run(command, **_):
            if command[0] == tidy.TIDY:
                ran.append(command)
                return mock.Mock(returncode=status, stdout=said, stderr="")
            return mock.Mock(returncode=0, stdout=b"preprocessed")

        with mock.patch.object(tidy.subprocess, "run", run):
            return tidy.tidy(self.sources[0], ["-O1"], self.build, self.root), len(ran)

    def test_only_what_was_clean_is_remembered(self):
        self.assertEqual(self.run_tidy(1, "a.cpp:1:1: error: no\n"), ("a.cpp:1:1: error: no\n", 1))
        self.assertEqual(self.run_tidy(1, "a.cpp:1:1: error: no\n"), ("a.cpp:1:1: error: no\n", 1))
        self.assertEqual(self.run_tidy(0, ""), ("", 1))
        self.assertEqual(self.run_tidy(0, ""), ("", 0))


if __name__ == "__main__":
    unittest.main()
