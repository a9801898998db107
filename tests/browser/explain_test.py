#!/usr/bin/env python3
"""The pages of handfast explain in Chromium: what they show, pointing both ways, the keyboard, accessibility, and that
they load nothing. Screenshots stay in $SCREENSHOTS. Skipped by name without Chromium, Node.js or the packages."""
import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tool"))
from harness import PATIENCE, TOOL, main  # noqa: E402

FOLDER = Path(os.environ["SCREENSHOTS"])
CLASSIC = ["--policy", "classic", "--tls", "1.2"]
# Options, and how many numbered steps the page has.
PAGES = {"classic": (CLASSIC, 9), "classic-mutual": ([*CLASSIC, "--mutual"], 9),
         "tls13": (["--groups", "x25519"], 9), "hybrid": (["--groups", "X25519MLKEM768"], 9),
         "resumed": (["--resume"], 9), "retry": (["--retry"], 11), "mutual": (["--mutual"], 11)}


def write_pages() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in (*FOLDER.glob("*.html"), *FOLDER.glob("*.png")):
        old.unlink()
    for name, (options, _) in PAGES.items():
        subprocess.run([TOOL, "explain", "--self", *options, "--html", str(FOLDER / f"{name}.html")], check=True,
                       stdout=subprocess.DEVNULL, timeout=PATIENCE)


def install_packages() -> str:
    """Empty, or why there are none."""
    shutil.copy(HERE / "package.json", FOLDER)
    if (FOLDER / "node_modules" / "axe-core").exists() and (FOLDER / "node_modules" / "playwright-core").exists():
        return ""
    try:
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=FOLDER,
                              capture_output=True, text=True, timeout=PATIENCE * 2)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"npm: {error}"
    return "" if done.returncode == 0 else f"npm install failed: {done.stderr[-300:]}"


def look() -> dict:
    chromium = shutil.which("chromium")
    if chromium is None or shutil.which("node") is None or shutil.which("npm") is None:
        raise unittest.SkipTest("needs chromium, node and npm")
    write_pages()
    if why := install_packages():
        raise unittest.SkipTest(why)
    done = subprocess.run(["node", str(HERE / "pages.mjs"), chromium, str(FOLDER)], capture_output=True, text=True,
                          timeout=PATIENCE * 10)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class InChromium(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.seen = look()

    def each(self):
        self.assertEqual(set(self.seen), set(PAGES))
        for name, views in self.seen.items():
            for seen in views:
                with self.subTest(f"{name}, {seen['view']}"):
                    yield name, seen

    def test_all_steps_are_there(self):
        for name, seen in self.each():
            counts = seen["counts"]
            self.assertEqual(counts["numbers"], [str(number) for number in range(1, PAGES[name][1] + 1)])
            self.assertEqual(counts["steps"], counts["sequence"])
            self.assertGreater(counts["records"], 6)
            self.assertGreater(counts["keys"], 9)
        titles = self.seen["retry"][0]["counts"]["titles"]
        self.assertEqual(titles[1:3], ["HelloRetryRequest", "ClientHello, again"])

    def test_octets_and_fields_point_at_each_other(self):
        for _, seen in self.each():
            pointed = seen["pointed"]
            self.assertEqual(pointed["fromOctets"]["lit"], [int(pointed["fromOctets"]["field"])])
            self.assertEqual(pointed["fromField"]["lit"], pointed["fromField"]["all"])

    def test_the_arrow_keys_walk_through_fields(self):
        for _, seen in self.each():
            self.assertEqual(seen["pointed"]["keyboard"], {"focused": 1, "lit": [1], "stops": 1})

    def test_nothing_is_loaded_and_nothing_goes_wrong(self):
        for _, seen in self.each():
            self.assertEqual(seen["requests"], [])
            self.assertEqual(seen["complaints"], [])

    def test_nothing_sticks_out(self):
        for _, seen in self.each():
            self.assertLessEqual(seen["counts"]["overflow"], 0)

    def test_contrast_and_labels(self):
        for _, seen in self.each():
            self.assertEqual(seen["violations"], [])
            self.assertIn("color-contrast", seen["passes"])
            self.assertIn("aria-required-children", seen["passes"])


if __name__ == "__main__":
    main()
