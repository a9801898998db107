#!/usr/bin/env python3
"""Runs clang-tidy over the sources of the tree, as .clang-tidy says.

    tools/tidy.py BUILD [--jobs N] [FILE...]

BUILD holds a compile_commands.json (the preset tidy), whose units are several sources each, as CMake puts them
together: most of the time goes into what they all include. Without files: all of src/ and apps/; a file that is
named is read by itself. What was clean before is not read again while it, all that it includes, its command and
.clang-tidy stay the same: that is kept in the user's cache folder, by the hash of the preprocessed source.
"""
import argparse
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIDY, COMPILER = "clang-tidy-19", "clang++-19"
RULES = ROOT / ".clang-tidy"
FOLDERS = [ROOT / "src", ROOT / "apps"]


def parts_of(unit: Path) -> list[Path]:
    """The sources that one unit of compilation consists of."""
    if "Unity" not in unit.parts:
        return [unit]
    return [Path(name) for name in re.findall(r'^#include "(.*)"$', unit.read_text(), re.MULTILINE)]


def options_of(command: list[str], unit: Path) -> list[str]:
    """The command without compiler, input and output."""
    options = [word for word in command[1:] if word != "-c" and Path(word) != unit]
    if "-o" in options:
        at = options.index("-o")
        del options[at : at + 2]
    return options


def units(build: Path, wanted: list[Path]) -> dict[Path, list[str]]:
    """What is to be read, and with which options it is compiled."""
    chosen, files = {}, {path.resolve() for path in wanted}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        unit = Path(entry["file"])
        parts, options = parts_of(unit), options_of(shlex.split(entry["command"]), unit)
        if wanted:
            chosen.update({part: options for part in parts if part in files})
        elif any(part.is_relative_to(folder) for part in parts for folder in FOLDERS):
            chosen[unit] = options
    return chosen


def key_of(unit: Path, options: list[str], build: Path) -> str | None:
    """The hash of all that clang-tidy would see, or None if the source does not even preprocess."""
    seen = subprocess.run([COMPILER, *options, str(unit), "-E", "-C"], cwd=build, capture_output=True, check=False)
    if seen.returncode != 0:
        return None
    # Markers like `# 1 "/a/b.hpp"` name the place of the tree, which does not matter.
    text = (seen.stdout + os.fsencode("\0".join(options))).replace(os.fsencode(ROOT), b"")
    return hashlib.sha256(text + b"\0" + RULES.read_bytes()).hexdigest()


def tidy(unit: Path, options: list[str], build: Path, known: Path) -> str:
    """What clang-tidy says; empty if the source is clean."""
    key = key_of(unit, options, build)
    if key and (known / key).exists():
        return ""
    run = subprocess.run([TIDY, f"--config-file={RULES}", "--quiet", str(unit), "--", *options],
                         cwd=build, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        if key:
            (known / key).touch()
        return ""
    return run.stdout + (run.stderr if "error: " not in run.stdout else "")


def main() -> int:
    parser = argparse.ArgumentParser(description="clang-tidy over the sources, remembering what was clean.")
    parser.add_argument("build", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("files", nargs="*", type=Path)
    arguments = parser.parse_intermixed_args()

    known = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "handfast-tidy"
    known.mkdir(parents=True, exist_ok=True)
    build = arguments.build.resolve()
    chosen = units(build, arguments.files)
    if not chosen:
        print("no such source in compile_commands.json")
        return 1

    unclean, told = 0, set()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for said in pool.map(lambda item: tidy(*item, build, known), chosen.items()):
            unclean += bool(said)
            # A finding in a header comes once for each source that includes it.
            for finding in re.split(r"\n(?=\S+:\d+:\d+: (?:error|warning))", said.strip()):
                if finding and finding not in told:
                    told.add(finding)
                    print(finding, flush=True)
    count = sum(len(parts_of(unit)) for unit in chosen)
    print(f"{count} sources read in {len(chosen)} units, {unclean} of them with findings")
    return 1 if unclean else 0


if __name__ == "__main__":
    sys.exit(main())
