"""The key schedules of TLS 1.2 and 1.3 once more, from RFC 5246, 5869 and 8446 with hashlib and hmac alone: what
`handfast explain --json` prints is computed anew from the inputs that it prints."""
import hashlib
import hmac

HASHES = {"SHA-256": "sha256", "SHA-384": "sha384"}


def expand(name: str, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand (RFC 5869 §2.3)."""
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.new(secret, block + info + bytes([counter]), name).digest()
        output += block
        counter += 1
    return output[:length]


def expand_label(name: str, secret: bytes, label: str, context: bytes, length: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 §7.1)."""
    full = b"tls13 " + label.encode()
    info = length.to_bytes(2, "big") + bytes([len(full)]) + full + bytes([len(context)]) + context
    return expand(name, secret, info, length)


def prf(name: str, secret: bytes, label: str, seed: bytes, length: int) -> bytes:
    """PRF (RFC 5246 §5)."""
    seed = label.encode() + seed
    output, a = b"", seed
    while len(output) < length:
        a = hmac.new(secret, a, name).digest()
        output += hmac.new(secret, a + seed, name).digest()
    return output[:length]


def transcript(name: str, story: dict, messages: list[int], left_out: int) -> bytes:
    """Transcript-Hash (RFC 8446 §4.4.1), without so many octets at the end (§4.2.11.2)."""
    octets = b""
    for index in messages:
        message = story["messages"][index]
        if message["name"] == "hello_retry_request":
            digest = hashlib.new(name, octets).digest()
            octets = bytes([254, 0, 0, len(digest)]) + digest
        octets += bytes.fromhex(message["octets"])
    return hashlib.new(name, octets[:len(octets) - left_out]).digest()


def compute(story: dict, derivation: dict) -> bytes | None:
    """The value from its inputs; None where one of them is not known, or where it is an input itself."""
    def value(given: dict) -> bytes | str | None:
        if "derivation" in given:
            known = story["derivations"][given["derivation"]]["value"]
            return None if known is None else bytes.fromhex(known)
        return given["text"] if "text" in given else bytes.fromhex(given["octets"])

    inputs = [value(given) for given in derivation["inputs"]]
    if None in inputs:
        return None
    name = HASHES.get(derivation["hash"] or "")
    length = derivation["length"]
    match derivation["operation"]:
        case "given":
            return None
        case "Transcript-Hash":
            return transcript(name, story, derivation["messages"], derivation["left_out"])
        case "HKDF-Extract":
            return hmac.new(inputs[0], inputs[1], name).digest()
        case "HKDF-Expand-Label":
            return expand_label(name, *inputs, length)
        case "HMAC":
            return hmac.new(inputs[0], inputs[1], name).digest()
        case "PRF":
            return prf(name, inputs[0], inputs[1], b"".join(inputs[2:]), length)
        case "part":
            start = int(inputs[1])
            return inputs[0][start:start + length]
    raise ValueError(derivation["operation"])


def check(story: dict) -> tuple[int, list[str]]:
    """How many values were computed anew, and which came out otherwise."""
    computed, wrong = 0, []
    for derivation in story["derivations"]:
        value = compute(story, derivation)
        if value is None or derivation["value"] is None:
            continue
        computed += 1
        if value.hex() != derivation["value"]:
            wrong.append(derivation["name"])
    return computed, wrong
