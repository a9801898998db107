#!/usr/bin/env python3
"""Runs the tests of a build and closes with one line: 'N passed, N failed, N skipped'.

ctest runs programs; what counts are the cases inside. A GoogleTest program writes its cases to
results/NAME.json in the build folder (handfast_test in cmake/HandfastTargets.cmake); any other test is one
case. A program that fails without a failing case (a crash, a leak found at exit) is one failed case of its
own. Skipped and failed cases are listed by name. With CI=true a case that is skipped has failed: there the vectors
are, and everything that ./dev installs; but for those that the machine itself may not allow (MAY_BE_SKIPPED).

    tools/run_tests.py BUILD [--jobs N] [-- ctest argument...]
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

# What not every machine has or allows, whatever is installed.
MAY_BE_SKIPPED = (
    "interop_go*",                                      # Debian 12 has Go, and people have others, or none
    "interop_captures*dumpcap*",                        # capturing needs a privilege
    "browser_explain*",                                 # its packages are npm's
    "tool_connect: *.test_ipv6_and_addresses_as_names",
    "tool_usage: *.test_unreadable_key",                # another user must be able to run the tool where it lies
    "tool_usage: *.test_full_standard_output",          # /dev/full
    "tool_machine: FullDisks.*",                        # the same
    "tool_machine: Descriptors.*",                      # sanitizers need descriptors themselves
    "tool_serve_life: *.test_many_at_once",             # a limit of descriptors that is too low
    "tool_bench: *.test_peak_of_a_handshake",           # only with optimisation
)


@dataclass
class Total:
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def refuse_skipped(self) -> None:
        """Whatever should have run counts as failed."""
        refused = [name for name in self.skipped if not any(fnmatch(name, one) for one in MAY_BE_SKIPPED)]
        self.skipped = [name for name in self.skipped if name not in refused]
        self.failed += [f"{name} (skipped)" for name in refused]

    def closing_line(self) -> str:
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def count_cases(program: str, report: dict, total: Total) -> bool:
    """Adds a GoogleTest report's cases; tells whether one of them failed."""
    any_failed = False
    for suite in report["testsuites"]:
        for case in suite["testsuite"]:
            name = f"{program}: {suite['name']}.{case['name']}"
            if case.get("failures"):
                total.failed.append(name)
                any_failed = True
            elif case["status"] == "NOTRUN":
                if not case["name"].startswith("DISABLED_"):
                    continue  # not chosen by a filter
                total.skipped.append(f"{name} (disabled)")
            elif case["result"] == "SKIPPED":
                total.skipped.append(name)
            else:
                total.passed += 1
    return any_failed


def read_report(path: Path) -> dict | None:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None  # not a GoogleTest program, or it ended before it could write


def count(ctest_report: Path, results: Path) -> Total:
    total = Total()
    for test in xml.parse(ctest_report).getroot().iter("testcase"):
        name, status = test.attrib["name"], test.attrib["status"]
        report = read_report(results / f"{name}.json")
        any_failed = count_cases(name, report, total) if report else False
        skip = test.find("skipped")
        why = skip.attrib.get("message", "") if skip is not None else ""
        # A program that was not built or whose fixture failed is "notrun" as well: that is a failure.
        if status == "disabled" or (status == "notrun" and why.startswith("SKIP_")):
            total.skipped.append(name)
        elif status != "run" and not any_failed:
            total.failed.append(f"{name} ({why})" if why else name)
        elif status == "run" and report is None:
            total.passed += 1
    return total


def main() -> int:
    own = sys.argv[1:]
    for_ctest = []
    if "--" in own:
        own, for_ctest = own[: own.index("--")], own[own.index("--") + 1 :]
    parser = argparse.ArgumentParser(description="Runs a build's tests and counts their cases.")
    parser.add_argument("build", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args(own)

    results = (arguments.build / "results").resolve()
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    report = results / "ctest.xml"
    command = ["ctest", "--test-dir", str(arguments.build), "--output-on-failure", "--no-tests=error",
               "--parallel", str(arguments.jobs), "--output-junit", str(report), *for_ctest]
    status = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    if not report.exists():
        return status or 1

    total = count(report, results)
    if os.environ.get("CI") == "true":
        total.refuse_skipped()
    print()
    for name in total.skipped:
        print(f"skipped {name}")
    for name in total.failed:
        print(f"FAILED  {name}")
    print(total.closing_line(), flush=True)
    return 1 if total.failed or status else 0


if __name__ == "__main__":
    sys.exit(main())
