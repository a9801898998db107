// Numbers of eight octets in network byte order, each way in one instruction.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

namespace handfast::record {

[[nodiscard]] inline std::uint64_t load_octets8(const std::uint8_t* from) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, from, sizeof(value));
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

inline void store_octets8(std::uint8_t* to, std::uint64_t value) noexcept {
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  std::memcpy(to, &value, sizeof(value));
}

}  // namespace handfast::record
