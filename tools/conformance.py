#!/usr/bin/env python3
"""Where each MUST of the RFCs is implemented and tested: docs/conformance/README.md and the check of it.

    tools/conformance.py [--write]

Reads `musts report` of ../shared/tools (HANDFAST_MUSTS names another place), which joins the ids in comments with
docs/conformance/exceptions.toml. Without --write it fails when a comment names an id that does not exist, or when the
page is not what it would write: an id was lost, moved or added. Exit status 77, and a line that says so: there is no such tool here.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/conformance/README.md"
RFCS = {
    "8446": "TLS 1.3",
    "5246": "TLS 1.2",
    "7627": "extended master secret",
    "5746": "renegotiation_info",
    "7301": "ALPN",
    "6066": "extensions: server_name, max_fragment_length, status_request",
    "8422": "elliptic curves in TLS 1.2",
    "5077": "session tickets in TLS 1.2",
}
OPEN = "**open**"
INTRODUCTION = """# Every MUST

What the RFCs demand of a client or a server, sentence by sentence, and where it is done and tested. `RFC:SECTION#N` is
the N-th sentence with MUST, MUST NOT, SHALL, SHALL NOT or REQUIRED of a section; comments in code and tests carry these
ids. [exceptions.toml](exceptions.toml) says of the others why they do not bind Handfast, or how they are met without a
line of their own. `tools/conformance.py --write` writes this page, and `./dev check` fails when an id is lost.
Certificates have pages of their own: [limbo.md](limbo.md), [libcrypto.md](libcrypto.md).
"""


def report(tool: str) -> dict:
    ended = subprocess.run([tool, "report", "--root", str(ROOT), "--json", *RFCS], capture_output=True, text=True)
    if ended.stderr:
        sys.exit(f"conformance: {ended.stderr.strip()}")
    return json.loads(ended.stdout)


def files(places: list[str], prefix: str) -> str:
    """The files that the places are in, each once; lines would change with every edit."""
    names = dict.fromkeys(place.rpartition(":")[0].removeprefix(prefix) for place in places)
    return ", ".join(names)


def in_order(identifier: str) -> list:
    """Sections as numbers where they are numbers, so that 4.10 comes behind 4.9."""
    section, _, number = identifier.partition(":")[2].partition("#")
    parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in section.split(".")]
    return [parts, int(number)]


def table(rfc: str, title: str, rows: list[dict]) -> str:
    done = sum(row["state"] == "done" for row in rows)
    excepted = sum(row["state"] == "excepted" for row in rows)
    lines = [f"\n## RFC {rfc}: {title}\n",
             f"{len(rows)} sentences: {done} implemented and tested, {excepted} excepted"
             + (f", {len(rows) - done - excepted} open" if done + excepted < len(rows) else "") + ".\n",
             "| id | code | tests |", "|---|---|---|"]
    for row in sorted(rows, key=lambda row: in_order(row["id"])):
        short = row["id"].partition(":")[2]
        if row["state"] == "excepted":
            lines.append(f"| {short} | {row['reason']} | |")
        else:
            lines.append(f"| {short} | {files(row['code'], 'src/') or OPEN} | {files(row['tests'], 'tests/') or OPEN} |")
    return "\n".join(lines) + "\n"


def page(rows: list[dict]) -> str:
    parts = [INTRODUCTION]
    for rfc, title in RFCS.items():
        parts.append(table(rfc, title, [row for row in rows if row["id"].startswith(rfc + ":")]))
    return "".join(parts)


def listed(text: str) -> dict[str, str]:
    """Id and line of each row of a page."""
    rows, rfc = {}, ""
    for line in text.splitlines():
        if heading := re.match(r"## RFC (\d+)", line):
            rfc = heading[1]
        elif row := re.match(r"\| (\S+#\d+) \|", line):
            rows[f"{rfc}:{row[1]}"] = line
    return rows


def main() -> int:
    tool = os.environ.get("HANDFAST_MUSTS", str(ROOT.parent / "shared/tools/musts"))
    if not os.access(tool, os.X_OK):
        print("skipped conformance: ../shared/tools/musts is not there, and HANDFAST_MUSTS names no other place")
        return 77
    found = report(tool)
    written = page(found["rows"])
    if "--write" in sys.argv[1:]:
        PAGE.write_text(written)
    failed = False
    for identifier in found["unknown"]:
        failed = True
        print(f"{identifier}: there is no such sentence")
    now, before = listed(written), listed(PAGE.read_text() if PAGE.exists() else "")
    for identifier in sorted(set(now) | set(before)):
        if now.get(identifier) != before.get(identifier):
            failed = True
            print(f"{identifier}: docs/conformance/README.md is out of date; tools/conformance.py --write writes it")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
