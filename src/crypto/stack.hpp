// What functions leave behind on the stack.
#pragma once
#include <array>
#include <cstdint>

#include <handfast/secret.hpp>

namespace handfast::crypto {

/// Octets of the stack that RSA's private operation works in.
inline constexpr std::size_t rsa_scratch = 16384;

/// Overwrites the stack below the caller's frame, where functions that it called before kept what they worked
/// with: compilers wipe neither temporaries nor spilled registers. For it to help, the work is done in a
/// function of its own that is not inlined.
template <std::size_t Octets = 4096>
[[gnu::noinline]] void wipe_stack_below() noexcept {
  std::array<std::uint8_t, Octets> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): to be wiped
  wipe(room);
}

}  // namespace handfast::crypto
