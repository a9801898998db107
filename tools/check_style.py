#!/usr/bin/env python3
"""The rules of the house that a formatter does not know (CONTRIBUTING.md):

    each source file opens with a comment that says what it is; headers have #pragma once
    public headers open the namespace so that a shared library exports what they declare (docs/adr/0006)
    no file is longer than 600 lines
    nothing is marked as left undone, and nothing names a path of somebody's machine

    tools/check_style.py [ROOT]
"""
import re
import sys
from pathlib import Path

FOLDERS = ["apps", "bench", "cmake", "docs", "examples", "include", "src", "tests", "tools"]
OPENINGS = {".cpp": "//", ".hpp": "//", ".py": ("#", '"""'), ".cmake": "#"}
TEXTS = OPENINGS.keys() | {".md", ".txt", ".sh", ""}
LONGEST = 600

UNDONE = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b")  # in brackets, so that this line is not found
PUBLIC_NAMESPACE = 'namespace [[gnu::visibility("default")]] handfast {'
MACHINE = re.compile(r"(?<![\w.$}~-])/(work|root|home|farm)/\w")


def check_file(path: Path, text: str) -> list[tuple[int, str]]:
    findings = []
    lines = text.splitlines()
    if path.suffix in OPENINGS and not (lines and lines[0].startswith(OPENINGS[path.suffix])):
        findings.append((1, "the first line is no comment that says what this is"))
    if path.suffix == ".hpp" and "#pragma once" not in lines:
        findings.append((1, "a header without #pragma once"))
    if path.suffix in OPENINGS and len(lines) > LONGEST:
        findings.append((LONGEST + 1, f"{len(lines)} lines; a file has at most {LONGEST}"))
    for number, line in enumerate(lines, 1):
        if path.parts[0] == "include" and re.match(r"namespace .*\bhandfast\b", line) and (
                line != PUBLIC_NAMESPACE):
            findings.append((number, f"a public header says: {PUBLIC_NAMESPACE}"))
        if UNDONE.search(line):
            findings.append((number, "work is marked as left undone"))
        if MACHINE.search(line):
            findings.append((number, "this names a path of one machine"))
    return findings


def check(root: Path) -> list[str]:
    # In a worktree .git is a file, which is no part of the tree.
    paths = [path for path in root.iterdir() if path.is_file() and path.name != ".git"]
    paths += [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    findings = []
    for path in sorted(paths):
        if path.suffix not in TEXTS or "__pycache__" in path.parts or "corpus" in path.parts:
            continue
        relative = path.relative_to(root)
        findings += [f"{relative}:{line}: {why}" for line, why in check_file(relative, path.read_text())]
    return findings


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    findings = check(root)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
