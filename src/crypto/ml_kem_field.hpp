// Arithmetic modulo q = 3329, and the constants of the number-theoretic transform.
#pragma once
#include <cstddef>
#include <cstdint>

#include "crypto/ml_kem_arithmetic.hpp"

namespace handfast::crypto::ml_kem {

// The tables of arithmetic(), each in a file of its own flags.
extern const Arithmetic arithmetic_portable;
extern const Arithmetic arithmetic_avx2;
extern const Arithmetic arithmetic_avx512;

// Montgomery's multiplication works with R = 2^16: for a product p it finds m = p / q modulo R, so that p - m
// q is a multiple of R, and divides by it. A constant c is therefore kept as c R; products of two variables
// lose a factor R.

/// 1 / q modulo 2^16.
inline constexpr std::int16_t q_inverse = -3327;
static_assert(static_cast<std::int16_t>(q * q_inverse) == 1);

/// The representative of `value` between -q/2 and q/2: small factors let sums grow slowly.
consteval std::int16_t centred(long long value) {
  value = (value % q + q) % q;
  return static_cast<std::int16_t>(value > q / 2 ? value - q : value);
}
consteval std::int16_t montgomery_form(long long value) { return centred(centred(value) * 65536LL); }

consteval long long power(long long base, unsigned exponent) {
  long long result = 1;
  for (unsigned i = 0; i < exponent; ++i) result = result * base % q;
  return result;
}
consteval unsigned bit_reversed_7(unsigned value) {
  unsigned result = 0;
  for (unsigned bit = 0; bit < 7; ++bit) result |= (value >> bit & 1U) << (6 - bit);
  return result;
}
/// FIPS 203 §4.3 and Appendix A: ζ = 17 is a 256th root of unity.
consteval long long zeta(unsigned i) { return power(17, bit_reversed_7(i)); }
/// The i-th quadratic factor is X² - gamma(i).
consteval long long gamma(unsigned i) { return power(17, 2 * bit_reversed_7(i) + 1); }

/// The factor of a butterfly between coefficients c and c + length, length = 2 … 128.
consteval long long ntt_factor(std::size_t length, std::size_t c) {
  return zeta(static_cast<unsigned>(128 / length + c / (2 * length)));
}
consteval long long inverse_ntt_factor(std::size_t length, std::size_t c) {
  return zeta(static_cast<unsigned>(256 / length - 1 - c / (2 * length)));
}
/// What the inverse transform still has to multiply with: 1/128.
inline constexpr long long inverse_ntt_scale = 3303;
static_assert(inverse_ntt_scale * 128 % q == 1);
/// Multiplied with it in Montgomery's way, a value gains the factor R.
inline constexpr std::int16_t montgomery_square = montgomery_form(65536);

}  // namespace handfast::crypto::ml_kem
