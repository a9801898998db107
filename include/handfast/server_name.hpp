// Server names: whom a client wants to reach, checked once, compared with what a certificate is for.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// A DNS name (A-labels) or an IP address: the reference identity of RFC 9525 §6.1. A value; never empty.
class ServerName {
 public:
  /// What a name is.
  enum class Kind : std::uint8_t { dns, ipv4, ipv6 };

  /// Takes "example.com", "EXAMPLE.com." (letter case and one trailing dot do not matter), "192.0.2.1" and
  /// "2001:db8::1" (no brackets, no zone).
  ///
  /// bad_server_name: empty, longer than 253 octets, a label that is empty, longer than 63 octets or holds
  /// other than letters, digits, hyphens (not at its ends) and underscores; a last label of digits only (half
  /// an address); characters beyond ASCII (give A-labels); a wildcard.
  static Result<ServerName> parse(std::string_view text);

  /// A DNS name or an address.
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  /// Whether it is a DNS name.
  [[nodiscard]] bool is_dns() const noexcept { return kind_ == Kind::dns; }
  /// DNS: lower case without trailing dot, as server_name carries it. Address: canonical (RFC 5952 §4).
  /// Lives as long as this value.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// Exactly 4 or 16 octets, or empty for a DNS name. Lives as long as this value.
  [[nodiscard]] Bytes address() const noexcept;

  /// The same kind and text.
  friend bool operator==(const ServerName&, const ServerName&) = default;

 private:
  ServerName() = default;
  Kind kind_ = Kind::dns;
  std::array<std::uint8_t, 16> address_{};
  std::string text_;
};

}  // namespace handfast
