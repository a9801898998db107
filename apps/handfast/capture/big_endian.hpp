// Numbers in network byte order.
#pragma once
#include <cstdint>

#include <handfast/bytes.hpp>

namespace handfast::capture {

/// Two octets at `offset`, which are there.
[[nodiscard]] inline std::uint16_t number16(Bytes octets, std::size_t offset) noexcept {
  return static_cast<std::uint16_t>(octets[offset] << 8U | octets[offset + 1]);
}
/// Four octets at `offset`, which are there.
[[nodiscard]] inline std::uint32_t number32(Bytes octets, std::size_t offset) noexcept {
  return std::uint32_t{number16(octets, offset)} << 16U | number16(octets, offset + 2);
}

}  // namespace handfast::capture
