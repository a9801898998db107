#!/usr/bin/env python3
"""Runs clang-tidy over the sources of the tree, as .clang-tidy says.

    tools/tidy.py BUILD [--jobs N] [FILE...]

BUILD holds a compile_commands.json (the preset tidy). Without files: all of src/ and apps/. A source that was
clean before is not read again while it, all that it includes, its command and .clang-tidy stay the same: what is
known to be clean is kept in the user's cache folder, by the hash of the preprocessed source.
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
FOLDERS = [ROOT / "src", ROOT / "apps"]


def sources(build: Path, wanted: list[Path]) -> dict[Path, list[str]]:
    """The wanted sources and how they are compiled."""
    commands = {Path(entry["file"]): shlex.split(entry["command"])
                for entry in json.loads((build / "compile_commands.json").read_text())}
    if wanted:
        return {path.resolve(): commands[path.resolve()] for path in wanted if path.resolve() in commands}
    return {path: command for path, command in commands.items()
            if any(path.is_relative_to(folder) for folder in FOLDERS)}


def key_of(command: list[str], build: Path) -> str | None:
    """The hash of all that clang-tidy would see, or None if the source does not even preprocess."""
    arguments = [word for word in command[1:] if word != "-c"]
    if "-o" in arguments:
        at = arguments.index("-o")
        del arguments[at : at + 2]
    seen = subprocess.run([COMPILER, *arguments, "-E", "-C"], cwd=build, capture_output=True, check=False)
    if seen.returncode != 0:
        return None
    # Markers like `# 1 "/a/b.hpp"` name the place of the tree, which does not matter.
    text = seen.stdout.replace(os.fsencode(ROOT), b"")
    rules = b"".join(path.read_bytes() for path in sorted(ROOT.rglob(".clang-tidy")) if "build" not in path.parts)
    return hashlib.sha256(text + b"\0" + rules).hexdigest()


def tidy(path: Path, command: list[str], build: Path, known: Path) -> str:
    """What clang-tidy says; empty if the source is clean."""
    key = key_of(command, build)
    if key and (known / key).exists():
        return ""
    run = subprocess.run([TIDY, "-p", str(build), "--quiet", str(path)], capture_output=True, text=True, check=False)
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
    chosen = sources(arguments.build, arguments.files)
    if not chosen:
        print("no such source in compile_commands.json")
        return 1

    unclean, told = 0, set()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for said in pool.map(lambda item: tidy(*item, arguments.build, known), chosen.items()):
            unclean += bool(said)
            # A finding in a header comes once for each source that includes it.
            for finding in re.split(r"\n(?=\S+:\d+:\d+: (?:error|warning))", said.strip()):
                if finding and finding not in told:
                    told.add(finding)
                    print(finding, flush=True)
    print(f"{len(chosen)} sources read, {unclean} of them with findings")
    return 1 if unclean else 0


if __name__ == "__main__":
    sys.exit(main())
