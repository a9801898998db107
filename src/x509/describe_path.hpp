// Paths and their certificates in words, for the findings.
#pragma once
#include <string>
#include <vector>

#include <handfast/findings.hpp>

#include "x509/path.hpp"

namespace handfast::x509 {

/// The certificates of a path, without findings yet.
[[nodiscard]] Attempt describe_path(const Path& path);
/// One certificate.
[[nodiscard]] ExaminedCertificate examine(const Certificate& certificate);

/// "CN=Example" in quotation marks; an empty name as such.
[[nodiscard]] std::string quoted_name(Bytes name);
/// "P-256", "RSA 2048", "Ed25519", or the identifier of an unknown kind.
[[nodiscard]] std::string key_text(const KeyInfo& key);
/// The same without the size of RSA.
[[nodiscard]] std::string key_kind_text(const KeyInfo& key);
[[nodiscard]] std::vector<std::string> key_usage_names(std::uint16_t bits);
/// "digitalSignature, keyEncipherment", or "nothing".
[[nodiscard]] std::string key_usage_text(std::uint16_t bits);
/// Hexadecimal of an INTEGER's contents.
[[nodiscard]] std::string serial_text(Bytes serial);

}  // namespace handfast::x509
