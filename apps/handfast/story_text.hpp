// A story for the terminal.
#pragma once
#include <string>
#include <string_view>

#include <handfast/explain.hpp>

namespace handfast::tool {

/// "TLSv1.2 with RSA key transport, TLS_RSA_WITH_AES_128_CBC_SHA": what a story is about, in one line.
std::string headline(const inspect::Story& story);
/// "TLS 1.3".
std::string version_text(ProtocolVersion version);
/// "client → server", "server → client", "both sides".
std::string_view direction(const std::optional<Role>& from);
/// How a value is made: "HKDF-Extract(derived_early, shared_secret)".
std::string formula(const inspect::Story& story, const inspect::Derivation& derivation);

/// An input's public octets: "32 zeros", "0102".
std::string octets_text(Bytes octets);

/// Steps in plain words; with `bytes` also every octet with its field, and the key schedule.
std::string story_text(const inspect::Story& story, std::string_view what, bool bytes);

}  // namespace handfast::tool
