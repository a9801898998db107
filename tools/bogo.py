#!/usr/bin/env python3
"""Runs BoGo, BoringSSL's tests of TLS, against the shim and says how it went: ./dev bogo.

    tools/bogo.py RUNNER SHIM [--workers N] [--test PATTERN;...] [-- argument for the runner...]

RUNNER is the compiled test runner (the suite is not part of this repository), SHIM the program that
tests/bogo makes, tests/bogo/config.json says which tests are left out and why. Lists failures in full and
what is left out by reason, and closes with 'N run, N passed, N failed, N skipped, N disabled'. A pattern of
config.json that fits no test of this runner is pointed out: it may be misspelt or out of date.
"""
import argparse
import fnmatch
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

CONFIG = Path(__file__).resolve().parent.parent / "tests" / "bogo" / "config.json"
# A flag that no shim knows: with it each test is skipped at once, and what comes back are their names.
UNKNOWN_FLAG = "-tell-names-only"


def run_suite(arguments: list[str], output: Path, log: Path) -> dict[str, str]:
    """What became of each test. Dies with the runner's words if it did not come to its end."""
    with log.open("w") as words:
        # Our errors have words of their own (no ErrorMap): the runner holds the shim to the alerts alone.
        subprocess.run([*arguments, "-pipe", "-allow-unimplemented", "-loose-errors", "-json-output", str(output)],
                       stdout=words, stderr=subprocess.STDOUT, check=False)
    if not output.exists():
        sys.exit(f"bogo: the runner did not come to its end:\n{log.read_text()[-4000:]}")
    return {name: test["actual"] for name, test in json.loads(output.read_text())["tests"].items()}


def reason_of(name: str, disabled: dict[str, str]) -> str | None:
    return next((reason for pattern, reason in disabled.items() if fnmatch.fnmatchcase(name, pattern)), None)


def failures_in(log: str) -> list[str]:
    """The runner's words about each failure."""
    found: list[str] = []
    for line in log.splitlines():
        if line.startswith(("PASSED (", "UNIMPLEMENTED (", "FAILED (")):
            found.append("")
        if found:
            found[-1] += line + "\n"
    return [words.rstrip() for words in found if words.startswith("FAILED (")]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("runner")
    parser.add_argument("shim")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--test", default="")
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()

    disabled = json.loads(CONFIG.read_text())["DisabledTests"]
    base = [options.runner, "-shim-path", str(Path(options.shim).resolve()),
            "-num-workers", str(options.workers), "-test.timeout", "1800s"]
    if options.test:
        base += ["-test", options.test]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        names = run_suite([*base, "-include-disabled", "-shim-extra-flags", UNKNOWN_FLAG],
                          work / "names.json", work / "names.log")
        results = run_suite([*base, "-shim-config", str(CONFIG), *options.rest],
                            work / "results.json", work / "results.log")
        for words in failures_in((work / "results.log").read_text()):
            print(words)

    left_out = Counter(reason_of(name, disabled) for name in names if name not in results)
    for reason, count in left_out.most_common():
        print(f"{count:5} disabled: {reason}")
    if not options.test:
        for pattern in disabled:
            if not any(fnmatch.fnmatchcase(name, pattern) for name in names):
                print(f"bogo: no test fits {pattern}")
    outcome = Counter(results.values())
    print(f"bogo: {len(results) - outcome['SKIP']} run, {outcome['PASS']} passed, {outcome['FAIL']} failed, "
          f"{outcome['SKIP']} skipped, {sum(left_out.values())} disabled")
    print(f"{outcome['PASS']} passed, {outcome['FAIL']} failed, {outcome['SKIP']} skipped")
    return 1 if outcome["FAIL"] or not outcome["PASS"] else 0


if __name__ == "__main__":
    sys.exit(main())
