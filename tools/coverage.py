#!/usr/bin/env python3
"""Which lines of src/ and include/ the unit tests reach: ./dev coverage.

    tools/coverage.py BUILD [--least PERCENT]

BUILD is a build of the preset coverage whose tests have run: its .gcda files say how often each line was
executed. A line counts as reached if any translation unit reached it. Prints the lines that were not by file,
a table by layer, and closes with 'N of N lines, N.N %'; ends with 1 under the least percentage (95).
docs/conformance/coverage.md says why what is left is left. The environment's GCOV names the program that
reads the files (gcov).
"""
import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Lines = dict[int, bool]  # a line's number: whether it was reached


def add_report(report: dict, root: Path, reached: dict[str, Lines]) -> None:
    """Adds what gcov says of one translation unit, as far as it is about our own folders."""
    folder = Path(report["current_working_directory"])
    for file in report["files"]:
        path = Path(os.path.normpath(folder / file["file"]))
        if not path.is_relative_to(root):
            continue
        name = str(path.relative_to(root))
        if not name.startswith(("src/", "include/")):
            continue
        for line in file["lines"]:
            number = line["line_number"]
            reached[name][number] = reached[name].get(number, False) or line["count"] > 0


def read(data: Path) -> list[dict]:
    """gcov's reports about one .gcda file, a JSON document a line."""
    gcov = subprocess.run([os.environ.get("GCOV", "gcov"), "--json-format", "--stdout", str(data)],
                          cwd=data.parent, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in gcov.stdout.splitlines() if line.strip()]


def ranges(numbers: Iterable[int]) -> str:
    """Sorted numbers as text: 3, 7-9."""
    pieces: list[list[int]] = []
    for number in sorted(numbers):
        if pieces and pieces[-1][1] == number - 1:
            pieces[-1][1] = number
        else:
            pieces.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in pieces)


def layer_of(name: str) -> str:
    folder, rest = name.split("/", 1)
    return f"src/{rest.split('/')[0]}" if folder == "src" else "include"


def report(reached: dict[str, Lines]) -> float:
    """Prints everything; gives the percentage."""
    layers: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, lines in sorted(reached.items()):
        missed = [number for number, hit in lines.items() if not hit]
        layers[layer_of(name)][0] += len(lines) - len(missed)
        layers[layer_of(name)][1] += len(lines)
        if missed:
            print(f"{name}: {ranges(missed)}")
    for layer, (hit, all_of_them) in sorted(layers.items()):
        print(f"{layer:16} {hit:6} of {all_of_them:6} lines {100 * hit / all_of_them:6.1f} %")
    hit = sum(hit for hit, _ in layers.values())
    total = sum(total for _, total in layers.values())
    percentage = 100 * hit / total if total else 0.0
    print(f"{hit} of {total} lines, {percentage:.1f} %")
    return percentage


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--least", type=float, default=95.0)
    options = parser.parse_args()
    data = sorted(options.build.resolve().rglob("*.gcda"))
    if not data:
        sys.exit(f"coverage: no test of {options.build} has run")
    reached: dict[str, Lines] = defaultdict(dict)
    with ThreadPoolExecutor(os.cpu_count()) as readers:
        for reports in readers.map(read, data):
            for each in reports:
                add_report(each, ROOT, reached)
    return 0 if report(reached) >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
