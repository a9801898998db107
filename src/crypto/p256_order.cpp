// Inversion modulo the order of P-256: Fermat's power in Montgomery's representation, R = 2^256.
#include "crypto/p256_order.hpp"

#include <array>
#include <cstdint>

#include <handfast/secret.hpp>

namespace handfast::crypto {
namespace {

using Limb = std::uint64_t;
__extension__ using Wide = unsigned __int128;
using Number = std::array<Limb, 4>;  // little endian

// FIPS 186-4 §D.1.2.3
constexpr Number order{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000};

/// -1 / order modulo 2^64; each round of Newton's doubles the right bits.
constexpr Limb negative_inverse() {
  Limb inverse = 1;
  for (int i = 0; i < 6; ++i) inverse *= 2 - order[0] * inverse;
  return 0 - inverse;
}

/// `value`, which has one more bit above it, less the order if it is not smaller.
constexpr Number reduce_once(const Number& value, Limb above) {
  Number difference{};
  Limb borrow = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Wide step = static_cast<Wide>(value[i]) - order[i] - borrow;
    difference[i] = static_cast<Limb>(step);
    borrow = static_cast<Limb>(step >> 64) & 1;
  }
  Limb keep = 0 - (borrow & (above ^ 1));  // all ones: it was smaller
  if !consteval {
    asm volatile("" : "+r"(keep));  // no branch
  }
  Number result{};
  for (std::size_t i = 0; i < 4; ++i) result[i] = (value[i] & keep) | (difference[i] & ~keep);
  return result;
}

/// a b / R.
constexpr Number multiply(const Number& a, const Number& b) {
  constexpr Limb factor = negative_inverse();
  std::array<Limb, 5> t{};
  for (std::size_t i = 0; i < 4; ++i) {
    Wide carry = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      carry += static_cast<Wide>(a[j]) * b[i] + t[j];
      t[j] = static_cast<Limb>(carry);
      carry >>= 64;
    }
    const Wide top = carry + t[4];
    const Limb multiple = t[0] * factor;  // makes the lowest limb zero
    carry = (static_cast<Wide>(multiple) * order[0] + t[0]) >> 64;
    for (std::size_t j = 1; j < 4; ++j) {
      carry += static_cast<Wide>(multiple) * order[j] + t[j];
      t[j - 1] = static_cast<Limb>(carry);
      carry >>= 64;
    }
    carry += top;
    t[3] = static_cast<Limb>(carry);
    t[4] = static_cast<Limb>(carry >> 64);
  }
  return reduce_once({t[0], t[1], t[2], t[3]}, t[4]);
}

/// 2^bits modulo the order.
constexpr Number power_of_two(int bits) {
  Number value{1, 0, 0, 0};
  for (int i = 0; i < bits; ++i) {
    const Limb above = value[3] >> 63;
    for (std::size_t j = 3; j > 0; --j) value[j] = value[j] << 1 | value[j - 1] >> 63;
    value[0] <<= 1;
    value = reduce_once(value, above);
  }
  return value;
}
constexpr Number r_squared = power_of_two(512);

/// The exponent, order - 2, in pieces of four bits, the highest first. It is public: where it has zeros,
/// there is nothing to multiply.
constexpr std::array<std::uint8_t, 64> exponent = [] {
  Number value = order;
  value[0] -= 2;
  std::array<std::uint8_t, 64> digits{};
  for (std::size_t i = 0; i < 64; ++i)
    digits[63 - i] = static_cast<std::uint8_t>(value[i / 16] >> (4 * (i % 16)) & 15);
  return digits;
}();

}  // namespace

void invert_modulo_p256_order(Bytes number, MutableBytes inverse) noexcept {
  Number value{};
  for (std::size_t i = 0; i < 32; ++i) value[i / 8] |= static_cast<Limb>(number[31 - i]) << 8 * (i % 8);

  std::array<Number, 16> powers;
  powers[1] = multiply(value, r_squared);
  for (std::size_t i = 2; i < 16; ++i) powers[i] = multiply(powers[i - 1], powers[1]);

  value = powers[exponent[0]];
  for (std::size_t i = 1; i < exponent.size(); ++i) {
    for (int square = 0; square < 4; ++square) value = multiply(value, value);
    if (exponent[i] != 0) value = multiply(value, powers[exponent[i]]);
  }
  value = multiply(value, {1, 0, 0, 0});
  for (std::size_t i = 0; i < 32; ++i)
    inverse[31 - i] = static_cast<std::uint8_t>(value[i / 8] >> 8 * (i % 8));
  wipe(powers.data(), sizeof(powers));
  wipe(value.data(), sizeof(value));
}

}  // namespace handfast::crypto
