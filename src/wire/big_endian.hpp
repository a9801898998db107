// Numbers in network byte order, of 1 to 4 octets (RFC 8446 §3.3).
#pragma once
#include <cstddef>
#include <cstdint>

namespace handfast::wire {

/// The number in the `Width` octets at `from`.
template <std::size_t Width>
[[nodiscard]] constexpr std::uint32_t load(const std::uint8_t* from) noexcept {
  static_assert(Width >= 1 && Width <= 4);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < Width; ++i) value = (value << 8) | from[i];
  return value;
}

/// Writes the low `Width` octets of `value` to `to`.
template <std::size_t Width>
constexpr void store(std::uint8_t* to, std::uint32_t value) noexcept {
  static_assert(Width >= 1 && Width <= 4);
  for (std::size_t i = 0; i < Width; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * (Width - 1 - i)));
}

/// The largest number that `Width` octets can hold.
template <std::size_t Width>
inline constexpr std::uint32_t largest = Width == 4 ? 0xffffffffU : (1U << (8 * (Width % 4))) - 1U;

}  // namespace handfast::wire
