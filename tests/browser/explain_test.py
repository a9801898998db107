#!/usr/bin/env python3
"""The pages of handfast explain in Chromium: what they show, pointing both ways, the keyboard, accessibility, and that
they load nothing. Screenshots stay in $SCREENSHOTS. Skipped by name without Chromium, Node.js or the npm packages, which
are installed into $PACKAGES."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tool"))
from harness import PATIENCE, TOOL, Serve, main  # noqa: E402

SCREENSHOTS = Path(os.environ["SCREENSHOTS"])
PACKAGES = Path(os.environ["PACKAGES"])
CLASSIC = ["--policy", "classic", "--tls", "1.2"]
# Options, how many numbered steps the page has, and one step that only this kind of handshake has.
PAGES = {
    "classic": (CLASSIC, 9, "ClientKeyExchange with the encrypted pre-master secret"),
    "classic-mutual": ([*CLASSIC, "--mutual"], 9, "Certificate, CertificateRequest, ServerHelloDone"),
    "tls13": (["--groups", "x25519"], 9, "Certificate, CertificateVerify"),
    "hybrid": (["--groups", "X25519MLKEM768"], 9, "Certificate, CertificateVerify"),
    "resumed": (["--resume"], 9, "NewSessionTicket"),
    "early-data": (["--early-data"], 11, "EndOfEarlyData"),
    "retry": (["--retry"], 11, "HelloRetryRequest"),
    "mutual": (["--mutual"], 11, "Client Certificate, CertificateVerify"),
}


def write_pages() -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for old in (*SCREENSHOTS.glob("*.html"), *SCREENSHOTS.glob("*.png")):
        old.unlink()
    for name, (options, *_) in PAGES.items():
        subprocess.run([TOOL, "explain", "--self", *options, "--html", str(SCREENSHOTS / f"{name}.html")], check=True,
                       stdout=subprocess.DEVNULL, timeout=PATIENCE)


def install_packages() -> str:
    """Exactly those of package-lock.json, from the registry that this machine's npm is set to. Empty, or why there are
    none."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_text()
    mark = PACKAGES / "installed-lock.json"
    if mark.exists() and mark.read_text() == lock:
        return ""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, PACKAGES)
    try:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PACKAGES,
                              capture_output=True, text=True, timeout=PATIENCE * 2)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"npm: {error}"
    if done.returncode != 0:
        return f"npm cannot install axe-core and playwright-core: {done.stderr[-300:]}"
    mark.write_text(lock)
    return ""


def missing() -> str:
    """Empty, or what these tests cannot do without."""
    programs = [name for name in ("chromium", "node", "npm") if shutil.which(name) is None]
    return f"needs {', '.join(programs)}" if programs else install_packages()


def look() -> dict:
    write_pages()
    with tempfile.TemporaryDirectory() as state, Serve("--explain", env={"XDG_STATE_HOME": state}) as server:
        done = subprocess.run(["node", str(HERE / "pages.mjs"), shutil.which("chromium"), str(PACKAGES),
                               str(SCREENSHOTS), f"https://{server.target}/"],
                              capture_output=True, text=True, timeout=PATIENCE * 10)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class InChromium(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.missing = missing()
        found = {} if cls.missing else look()
        cls.seen, cls.served = found.get("pages"), found.get("served")

    def setUp(self):
        if self.missing:
            self.skipTest(self.missing)
        self.assertEqual(set(self.seen), set(PAGES))

    def each(self, *views: str) -> list[tuple[str, str, dict]]:
        return [(f"{name}, {view}", name, page[view])
                for name, page in self.seen.items() for view in views or ("desk", "phone")]

    def test_all_steps_are_there(self):
        for label, name, seen in self.each():
            with self.subTest(label):
                counts = seen["counts"]
                self.assertEqual(counts["numbers"], [str(number) for number in range(1, PAGES[name][1] + 1)])
                self.assertEqual(counts["steps"], counts["sequence"])
                self.assertIn(PAGES[name][2], counts["titles"])
                self.assertGreater(counts["records"], 6)
                self.assertGreaterEqual(counts["dumps"], counts["records"])
                self.assertGreater(counts["keys"], 9)

    def test_octets_and_fields_point_at_each_other(self):
        for label, _, seen in self.each("desk"):
            with self.subTest(label):
                self.assertEqual(seen["pointed"]["wrong"], "")
                self.assertGreater(seen["pointed"]["pointed"], 200)
                hovered = seen["hovered"]
                self.assertEqual(hovered["fromOctets"]["lit"], [int(hovered["fromOctets"]["field"])])
                self.assertGreater(hovered["fromField"]["all"], 10)
                self.assertEqual(hovered["fromField"]["lit"], hovered["fromField"]["all"])

    def test_a_tap_shows_the_field(self):
        for label, _, seen in self.each("phone"):
            with self.subTest(label):
                self.assertEqual(seen["tapped"]["lit"], [int(seen["tapped"]["field"])])

    def test_the_keyboard_is_enough(self):
        for label, _, seen in self.each("desk"):
            with self.subTest(label):
                keys = seen["keyboard"]
                self.assertEqual(keys["first"]["text"], "Skip to the steps")
                self.assertEqual(keys["states"][0], not keys["states"][1])
                self.assertEqual((keys["root"]["index"], keys["root"]["stops"]), (0, 1))
                self.assertEqual((keys["down"]["index"], keys["down"]["lit"], keys["down"]["stops"]), (1, [1], 1))
                self.assertNotEqual(keys["down"]["outline"], "none")
                self.assertEqual([keys[key]["index"] for key in ("home", "right", "left")], [0, 1, 0])

    def test_a_link_opens_its_record(self):
        for label, _, seen in self.each("desk"):
            with self.subTest(label):
                self.assertTrue(seen["linked"])

    def test_nothing_is_loaded_and_nothing_goes_wrong(self):
        for label, _, seen in self.each():
            with self.subTest(label):
                self.assertEqual(seen["requests"], [])
                self.assertEqual(seen["complaints"], [])

    def test_nothing_sticks_out(self):
        for label, _, seen in self.each():
            with self.subTest(label):
                self.assertLessEqual(seen["counts"]["overflow"], 0)

    def test_contrast_and_labels(self):
        rules = {("desk", "light"): {"color-contrast", "aria-required-children"}, ("desk", "dark"): {"color-contrast"},
                 ("phone", "light"): {"meta-viewport", "scrollable-region-focusable"}}
        for (view, colours), looked_at in rules.items():
            for label, _, seen in self.each(view):
                with self.subTest(f"{label}, {colours}"):
                    self.assertEqual(seen[colours]["violations"], [])
                    self.assertLessEqual(looked_at, set(seen[colours]["passes"]))

    def test_the_page_of_serve_is_about_this_browser(self):
        seen = self.served
        self.assertIn("This very connection", seen["text"])
        self.assertIn("GET / HTTP/1.1", seen["text"])  # its request, among the application data
        self.assertGreaterEqual(len(seen["counts"]["numbers"]), 9)
        self.assertEqual((seen["requests"], seen["complaints"], seen["light"]["violations"]), ([], [], []))

    def test_screenshots_are_kept(self):
        for name in PAGES:
            for part in ("light-top", "light-hover", "dark-records", "phone-sequence"):
                self.assertGreater((SCREENSHOTS / f"{name}-{part}.png").stat().st_size, 10_000)


if __name__ == "__main__":
    main()
