#!/usr/bin/env python3
"""Each folder includes only what stands below it (ARCHITECTURE.md shows the picture this file enforces).

    tools/check_layers.py [ROOT]

Prints path:line: reason for each include that breaks a rule, and fails if there is one.
"""
import re
import sys
from pathlib import Path

# What each layer stands on; what those stand on is allowed too.
STANDS_ON = {
    "base": [],
    "compression": ["base"],
    "wire": ["base"],
    "crypto": ["wire"],
    "message": ["wire"],
    "schedule": ["crypto"],
    "record": ["crypto"],
    "x509": ["crypto"],
    "session": ["message", "crypto"],
    "config": ["schedule", "x509", "session", "compression"],
    "handshake": ["message", "config"],
    "engine": ["handshake", "record"],
    "explain": ["handshake", "record"],
}
# The layer that implements a public header: lower ones may not include it.
PUBLIC_HEADERS = {
    "base": ["bytes", "error", "secret", "time", "trust_anchor_id", "types"],
    "compression": ["certificate_compression"],
    "wire": ["fields"],
    "crypto": ["random"],
    "x509": ["certificate", "finding_codes", "findings", "issue", "key_usage", "public_suffixes", "server_name",
             "signature_cache", "trust", "verify"],
    "session": ["client_session_store", "external_psk", "replay_guard", "reply", "session", "session_store",
                "ticket_keys"],
    "config": ["certificate_properties", "config", "credential", "delegated_credential", "policy"],
    "handshake": ["deprecation", "inspect", "question", "summary"],
    "engine": ["connection"],
    "explain": ["capture", "explain"],
    "io": ["asio", "asio_answer", "asio_operations", "blocking", "buffered", "error_code"],
}
# Folders above the public API; they see it and, of src/, only what is named here.
ABOVE = {"io": ["io"], "apps": ["apps"], "examples": []}
# These may look into every layer.
ANYWHERE = ["tests", "bench"]

CRYPTO_LIBRARIES = re.compile(r"^(openssl/|sodium(\.h$|/)|intel-ipsec-mb\.h$)")
COMPRESSION_LIBRARIES = re.compile(r"^(zlib\.h|zstd\.h|brotli/.*)$")
# libssl and libcrypto's certificates are peers that prove this library; nothing that ships leans on them.
# (x509.h is not among them: it also declares what decrypts a PKCS #8 file.)
PEER_LIBRARIES = re.compile(r"^openssl/(ssl\w*|tls1|dtls1|x509v3|x509_vfy|ocsp|cms|ts)\.h$")
# The core has no I/O, no threads of its own and no clock (time comes as an argument).
CORE_WITHOUT = re.compile(
    r"^(iostream|ostream|istream|syncstream|thread|future|condition_variable|"
    r"sys/(socket|epoll|select|time)\.h|poll\.h|netdb\.h|netinet/.*|arpa/.*|time\.h|ctime|asio.*)$")
# Trust stores, credentials, key logs, stored sessions and ticket keys name files; no connection waits for one.
FILES = re.compile(r"^(fstream|filesystem|fcntl\.h|dirent\.h|sys/stat\.h)$")
READ_FILES = {"x509", "session", "config"}
STANDARD = re.compile(r"^[a-z0-9_]+$")  # <vector>; the C headers and other libraries have a dot
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def below(layer: str) -> set[str]:
    """The layer and all it stands on."""
    found = {layer}
    for lower in STANDS_ON[layer]:
        found |= below(lower)
    return found


HOME = {f"handfast/{name}.hpp": layer for layer, names in PUBLIC_HEADERS.items() for name in names}


def public_header_reason(allowed: set[str], header: str) -> str | None:
    home = HOME.get(header)
    if home is None:
        return f"<{header}> has no layer yet: name it in PUBLIC_HEADERS of tools/check_layers.py"
    if home not in allowed:
        return f"<{header}> belongs to {home}, which does not stand below"
    return None


def public_reason(own: str, bracket: str, header: str) -> str | None:
    """Why a public header may not include this, or None."""
    home = HOME.get(f"handfast/{own}")
    if home is None:
        return "this header has no layer yet: name it in PUBLIC_HEADERS of tools/check_layers.py"
    if bracket == '"':
        return "a public header includes only <handfast/...> and the standard library"
    if header.startswith("handfast/"):
        return public_header_reason(set(HOME.values()) if home == "io" else below(home), header)
    if STANDARD.match(header) or (home == "io" and header.startswith("asio")):
        return None
    return f"<{header}> in a public header would make every user need it"


def core_reason(layer: str, bracket: str, header: str) -> str | None:
    """Why a layer of the core may not include this, or None."""
    allowed = below(layer)
    if bracket == '"':
        owner = header.split("/")[0]
        return None if owner in allowed else f'"{header}" does not stand below {layer}'
    if header.startswith("handfast/"):
        return public_header_reason(allowed, header)
    if PEER_LIBRARIES.match(header):
        return f"<{header}> is for peers in tests and benchmarks only"
    if CRYPTO_LIBRARIES.match(header):
        return None if layer == "crypto" else f"<{header}>: only src/crypto includes a crypto library"
    if COMPRESSION_LIBRARIES.match(header):
        return None if layer == "compression" else f"<{header}>: only src/compression includes such a library"
    if CORE_WITHOUT.match(header):
        return f"<{header}>: the core has no I/O, threads or clock"
    if FILES.match(header) and layer not in READ_FILES:
        return f"<{header}>: files are for {' and '.join(sorted(READ_FILES))} only"
    return None


def above_reason(folder: str, bracket: str, header: str) -> str | None:
    """Why something above the public API may not include this, or None."""
    if bracket == '"':
        owner = header.split("/")[0]
        if owner in STANDS_ON or (owner == "io" and "io" not in ABOVE[folder]):
            return f'"{header}" is internal: {folder} stands on the public API'
        return None
    if CRYPTO_LIBRARIES.match(header):
        return f"<{header}>: only src/crypto includes a crypto library"
    if header.startswith("handfast/"):
        return public_header_reason(set(HOME.values()), header)
    return None


def reason(path: Path, bracket: str, header: str) -> str | None:
    """Why the file (relative to the root) may not include this header, or None."""
    if bracket == '"' and header.startswith("."):
        return f'"{header}": includes are written from the include root, never relative'
    parts = path.parts
    if parts[0] == "include":
        return public_reason(path.name, bracket, header)
    if parts[0] in ANYWHERE:
        return None
    if parts[0] in ABOVE:
        return above_reason(parts[0], bracket, header)
    layer = parts[1]
    if layer == "io":
        return above_reason("io", bracket, header)
    if layer not in STANDS_ON:
        return f"src/{layer} is no known layer: name it in STANDS_ON of tools/check_layers.py"
    return core_reason(layer, bracket, header)


def check(root: Path) -> list[str]:
    findings = []
    for folder in ["include", "src", *ABOVE, *ANYWHERE]:
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            relative = path.relative_to(root)
            for number, line in enumerate(path.read_text().splitlines(), 1):
                found = INCLUDE.match(line)
                why = reason(relative, *found.groups()) if found else None
                if why:
                    findings.append(f"{relative}:{number}: {why}")
    return findings


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    findings = check(root)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
