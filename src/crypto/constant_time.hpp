// Decisions over secrets without a branch or an address that depends on them.
#pragma once
#include <cstddef>
#include <cstdint>

#include <handfast/bytes.hpp>

namespace handfast::crypto {

/// A value that the compiler knows nothing about, so that it cannot turn what is computed from it back into a
/// branch.
[[nodiscard]] inline std::uint64_t hidden(std::uint64_t value) noexcept {
  asm volatile("" : "+r"(value));
  return value;
}

/// A secret yes or no. It becomes an `if` only where somebody says reveal().
///
/// Operands are hidden, too: a compiler that sees `limit - i` computed in a loop over i may take it for the
/// loop's own counter and make addresses of it.
class Choice {
 public:
  [[nodiscard]] static Choice equal(std::uint64_t a, std::uint64_t b) noexcept {
    const std::uint64_t difference = hidden(a) ^ hidden(b);
    return Choice(1 ^ ((difference | (0 - difference)) >> 63));
  }
  /// a < b.
  [[nodiscard]] static Choice less(std::uint64_t a, std::uint64_t b) noexcept {
    a = hidden(a);
    b = hidden(b);
    return Choice((a ^ ((a ^ b) | ((a - b) ^ a))) >> 63);  // the borrow of a - b
  }
  /// Same octets. The sizes are public, and equal.
  [[nodiscard]] static Choice equal(Bytes a, Bytes b) noexcept {
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      difference = hidden(difference | static_cast<std::uint64_t>(a[i] ^ b[i]));
    return equal(difference, 0);
  }

  [[nodiscard]] friend Choice operator&(Choice a, Choice b) noexcept { return Choice(a.mask_ & b.mask_ & 1); }
  [[nodiscard]] friend Choice operator|(Choice a, Choice b) noexcept {
    return Choice((a.mask_ | b.mask_) & 1);
  }
  [[nodiscard]] Choice operator~() const noexcept { return Choice(~mask_ & 1); }

  /// All ones for yes, zero for no.
  [[nodiscard]] std::uint64_t mask() const noexcept { return mask_; }
  [[nodiscard]] std::uint8_t octet_mask() const noexcept { return static_cast<std::uint8_t>(mask_); }
  [[nodiscard]] std::uint64_t select(std::uint64_t yes, std::uint64_t no) const noexcept {
    return (yes & mask_) | (no & ~mask_);
  }
  /// Of octets; `yes`, `no` and `out` have one size and may be the same.
  void select(Bytes yes, Bytes no, MutableBytes out) const noexcept {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<std::uint8_t>((yes[i] & mask_) | (no[i] & ~mask_));
  }

  /// From here on it is public: whoever watches sees it in what is done next.
  [[nodiscard]] bool reveal() const noexcept { return mask_ != 0; }

 private:
  explicit Choice(std::uint64_t bit) noexcept : mask_(hidden(0 - bit)) {}
  std::uint64_t mask_;
};

}  // namespace handfast::crypto
