// What travels outside of the handshake: alerts (RFC 8446 §6) and ChangeCipherSpec (RFC 5246 §7.1).
#pragma once
#include <handfast/types.hpp>

#include "wire/codec.hpp"

namespace handfast::message {

/// Decoded by wire::decode, written by wire::encode: there is no handshake header.
struct Alert {
  AlertLevel level = AlertLevel::fatal;
  AlertDescription description{};

  static constexpr void wire(auto& io, auto& m) {
    io("level", m.level);
    io("description", m.description);
  }
};

struct ChangeCipherSpec {
  wire::Between<std::uint8_t{1}> type;

  static constexpr void wire(auto& io, auto& m) { io("type", m.type); }
};

}  // namespace handfast::message
