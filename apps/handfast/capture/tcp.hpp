// TCP segments (RFC 9293 §3.1).
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include <handfast/bytes.hpp>

#include "capture/ip.hpp"

namespace handfast::capture {

/// One end of a connection.
struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
};
/// "192.0.2.1:443", "[2001:db8::1]:443".
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

/// A segment, taken apart. The payload is a view of the frame.
struct Segment {
  Endpoint source;
  Endpoint destination;
  std::uint32_t sequence = 0;                     ///< of the SYN, or of the first octet
  std::optional<std::uint32_t> acknowledgment{};  ///< the next octet that the sender waits for
  bool syn = false;
  bool fin = false;
  Bytes payload;
  std::size_t cut = 0;  ///< octets of the payload that the capture has not
};

/// None: this is no whole TCP header. The checksum is not looked at: where it was captured, the network card
/// may not have filled it in yet.
[[nodiscard]] std::optional<Segment> read_tcp(const IpPacket& packet) noexcept;

}  // namespace handfast::capture
