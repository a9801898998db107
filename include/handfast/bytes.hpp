// Octets: views of somebody else's memory, and the few operations every layer needs on them.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace [[gnu::visibility("default")]] handfast {

/// A view of octets that somebody else owns. It never outlives them.
using Bytes = std::span<const std::uint8_t>;
/// A view of octets that may be written.
using MutableBytes = std::span<std::uint8_t>;
/// Octets that are owned.
using Octets = std::vector<std::uint8_t>;

/// The octets of a text. The view lives as long as the text.
inline Bytes as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// A text over the same octets (no check of its encoding).
inline std::string_view as_text(Bytes octets) noexcept {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

/// A copy that owns its octets.
inline Octets to_octets(Bytes view) { return {view.begin(), view.end()}; }

/// Equal length and equal octets. Not constant time: for public values only (see constant_time_equal).
inline bool equal(Bytes a, Bytes b) noexcept {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// Copies `from` to the start of `to`, which must be at least as long.
inline void copy(Bytes from, MutableBytes to) noexcept {
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
}

}  // namespace handfast
