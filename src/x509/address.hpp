// IP addresses as texts.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <handfast/bytes.hpp>

namespace handfast::x509 {

/// Four decimal numbers without leading zeros (RFC 3986 §3.2.2).
[[nodiscard]] std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) noexcept;
/// Any text form of RFC 4291 §2.2, without a zone.
[[nodiscard]] std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text) noexcept;
/// The canonical form of 4 octets, or of 16 (RFC 5952 §4); other sizes in hexadecimal.
[[nodiscard]] std::string address_text(Bytes address);

}  // namespace handfast::x509
