// IP packets (RFC 791, RFC 8200).
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include <handfast/bytes.hpp>

namespace handfast::capture {

/// An IPv4 address takes the first four octets.
struct Address {
  std::array<std::uint8_t, 16> octets{};
  bool is_v6 = false;

  auto operator<=>(const Address&) const = default;
};
/// "192.0.2.1", "2001:db8::1" (RFC 5952).
[[nodiscard]] std::string to_string(const Address& address);

/// A packet, taken apart.
struct IpPacket {
  Address source;
  Address destination;
  std::uint8_t protocol = 0;  ///< of the payload: 6 for TCP
  bool is_fragment = false;   ///< not the whole payload
  Bytes payload;
  std::size_t cut = 0;  ///< octets of the payload that the packet had and the capture has not
};

/// None: this is no IP packet. Ethernet's padding behind it is left out.
[[nodiscard]] std::optional<IpPacket> read_ip(Bytes packet) noexcept;

}  // namespace handfast::capture
