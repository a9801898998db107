// Inversion modulo a number of 256 bits.
#pragma once
#include <array>
#include <cstdint>

#include <handfast/bytes.hpp>

namespace handfast::crypto {

/// A number below 2^256, the lowest 64 bits first.
using Number256 = std::array<std::uint64_t, 4>;

/// What inversion needs to know of a modulus: odd, above 1. Made at compile time.
class Modulus256 {
 public:
  consteval explicit Modulus256(const Number256& value)
      : limbs(split(value)), inverse(invert_low(value[0])) {}

  /// Signed limbs of 60 bits, the lowest first; in between they may be negative.
  using Limbs = std::array<std::int64_t, 5>;
  static constexpr int limb_bits = 60;
  static constexpr std::uint64_t limb_mask = (std::uint64_t{1} << limb_bits) - 1;

  static constexpr Limbs split(const Number256& value) noexcept {
    Limbs limbs{};
    for (std::size_t i = 0; i < 5; ++i) {
      const std::size_t bit = i * limb_bits;
      std::uint64_t limb = value[bit / 64] >> bit % 64;
      if (bit % 64 != 0 && bit / 64 + 1 < 4) limb |= value[bit / 64 + 1] << (64 - bit % 64);
      limbs[i] = static_cast<std::int64_t>(limb & limb_mask);
    }
    return limbs;
  }

  Limbs limbs;
  std::uint64_t inverse;  // 1 / modulus modulo 2^60

 private:
  static consteval std::uint64_t invert_low(std::uint64_t odd) {
    std::uint64_t inverse = 1;
    for (int i = 0; i < 6; ++i)
      inverse *= 2 - odd * inverse;  // each of Newton's rounds doubles the right bits
    return inverse & limb_mask;
  }
};

/// 1 / number modulo `modulus`, from 1 to modulus - 1; 0 if number is 0. `number` is below the modulus and
/// has no factor in common with it. Constant time.
[[nodiscard]] Number256 invert_modulo(const Modulus256& modulus, const Number256& number) noexcept;
/// The same in an eighth less time, which depends on the number: for those that are no secret.
[[nodiscard]] Number256 invert_modulo_public(const Modulus256& modulus, const Number256& number) noexcept;

/// Both with 32 octets, big endian. `inverse` may be `number`.
void invert_modulo(const Modulus256& modulus, Bytes number, MutableBytes inverse) noexcept;
void invert_modulo_public(const Modulus256& modulus, Bytes number, MutableBytes inverse) noexcept;

/// 32 octets, big endian, and what they become the inverse modulo.
struct Inversion {
  const Modulus256& modulus;
  MutableBytes number;
};
/// Both at once, in little more time than one takes. Constant time.
void invert_modulo(const Inversion& a, const Inversion& b) noexcept;

}  // namespace handfast::crypto
