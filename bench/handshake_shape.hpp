// What a handshake hashes and protects: the lengths of its messages and of its protected records.
#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <handfast/types.hpp>

#include "harness/scenario.hpp"

namespace handfast::bench {

struct HandshakeShape {
  struct Message {
    HandshakeType type;
    std::size_t size;  ///< octets, header included
  };
  std::vector<Message> messages;             ///< of both sides, in their order
  std::vector<std::size_t> protected_sizes;  ///< octets of content in each protected record of both sides

  /// The longest of all these.
  [[nodiscard]] std::size_t longest() const {
    std::size_t longest = 0;
    for (const Message& message : messages) longest = std::max(longest, message.size);
    for (const std::size_t size : protected_sizes) longest = std::max(longest, size);
    return longest;
  }
};

/// Of one handshake of this scenario, as the client sees it. Throws.
[[nodiscard]] HandshakeShape shape_of(const std::string& folder, const Scenario& scenario);

}  // namespace handfast::bench
