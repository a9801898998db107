// Hosts and ports as people type them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "failure.hpp"

namespace handfast::tool {

/// Where to connect or listen. The host has no brackets.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  /// "host:port", with brackets around an IPv6 address.
  [[nodiscard]] std::string text() const;
};

/// HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT, or a bare IPv6 address. Port 0 is refused.
Outcome<Endpoint> parse_target(std::string_view text, std::uint16_t default_port);
/// The same, or :PORT, or a bare port; what is missing comes from `defaults`. Port 0 is any free one.
Outcome<Endpoint> parse_listen(std::string_view text, const Endpoint& defaults);

}  // namespace handfast::tool
