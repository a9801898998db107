// The parts of ML-KEM's arithmetic that are plain loops: every tier compiles them for its processors.
#pragma once
#include <cstddef>
#include <cstdint>

#include "crypto/ml_kem_field.hpp"

namespace handfast::crypto::ml_kem {

/// `Owner` is a type of the including file's own (in an unnamed namespace). Then all code made from this
/// template belongs to that file, and the linker cannot give another file what was compiled for a processor
/// that may not be there. For the same reason nothing here calls inline functions of other headers. `Owner`
/// has pack<d>() and unpack<d>(): see ScalarPacking.
template <class Owner>
struct PolynomialLoops {
  /// a b / 2^16 modulo q, between -q and q, for |a b| < 2^15 q. Only upper and lower halves of products of 16
  /// bits are used, which compilers know to be one instruction of vectors each.
  static std::int16_t montgomery_multiply(std::int16_t a, std::int16_t b) {
    const auto m = static_cast<std::int16_t>(static_cast<std::int16_t>(a * b) * q_inverse);
    return static_cast<std::int16_t>(upper_half(a * b) - upper_half(m * q));
  }
  static std::int16_t montgomery_reduce(std::int32_t product) {
    const auto m = static_cast<std::int16_t>(static_cast<std::int16_t>(product) * q_inverse);
    return static_cast<std::int16_t>(upper_half(product) - upper_half(m * q));
  }
  static std::int16_t upper_half(std::int32_t product) { return static_cast<std::int16_t>(product >> 16); }
  /// From 0 to q - 1, for values from -q to q - 1.
  static std::int16_t plus_q_if_negative(std::int16_t value) {
    return static_cast<std::int16_t>(value + (q & (value >> 15)));
  }

  static void add(Polynomial& sum, const Polynomial& summand) {
    for (std::size_t i = 0; i < n; ++i)
      sum.coefficients[i] =
          plus_q_if_negative(static_cast<std::int16_t>(sum.coefficients[i] + summand.coefficients[i] - q));
  }

  static void subtract_from(const Polynomial& minuend, Polynomial& difference) {
    for (std::size_t i = 0; i < n; ++i)
      difference.coefficients[i] =
          plus_q_if_negative(static_cast<std::int16_t>(minuend.coefficients[i] - difference.coefficients[i]));
  }

  static void sample_noise(const std::uint8_t* octets, Polynomial& polynomial) {
    for (std::size_t i = 0; i < noise_size; ++i) {
      // Each half octet is a coefficient: its two lower bits counted, less its two upper bits counted.
      const unsigned counts = (octets[i] & 0x55U) + (octets[i] >> 1 & 0x55U);
      const auto low = static_cast<std::int16_t>((counts & 3) - (counts >> 2 & 3));
      const auto high = static_cast<std::int16_t>((counts >> 4 & 3) - (counts >> 6 & 3));
      polynomial.coefficients[2 * i] = plus_q_if_negative(low);
      polynomial.coefficients[2 * i + 1] = plus_q_if_negative(high);
    }
  }

  static std::size_t sample_uniform(const std::uint8_t* octets, std::size_t size, Polynomial& polynomial,
                                    std::size_t count) {
    for (std::size_t i = 0; i + 2 < size && count < n; i += 3) {
      const int first = octets[i] | (octets[i + 1] & 15) << 8;
      const int second = octets[i + 1] >> 4 | octets[i + 2] << 4;
      if (first < q) polynomial.coefficients[count++] = static_cast<std::int16_t>(first);
      if (second < q && count < n) polynomial.coefficients[count++] = static_cast<std::int16_t>(second);
    }
    return count;
  }

  static void encode(const Polynomial& polynomial, std::uint8_t* octets) {
    Owner::template pack<12>(polynomial, octets);
  }

  static bool decode(const std::uint8_t* octets, Polynomial& polynomial) {
    Owner::template unpack<12>(octets, polynomial);
    std::int16_t all_below_q = -1;
    for (std::int16_t& coefficient : polynomial.coefficients) {
      const auto less_q = static_cast<std::int16_t>(coefficient - q);
      all_below_q = static_cast<std::int16_t>(all_below_q & less_q);
      coefficient = plus_q_if_negative(less_q);
    }
    return all_below_q < 0;
  }

  static void compress(std::size_t d, Polynomial& polynomial, std::uint8_t* octets) {
    switch (d) {
      case 1: return compress<1>(polynomial, octets);
      case 4: return compress<4>(polynomial, octets);
      case 5: return compress<5>(polynomial, octets);
      case 10: return compress<10>(polynomial, octets);
      case 11: return compress<11>(polynomial, octets);
      default: __builtin_trap();  // FIPS 203 §8 has no other
    }
  }

  static void decompress(std::size_t d, const std::uint8_t* octets, Polynomial& polynomial) {
    switch (d) {
      case 1: return decompress<1>(octets, polynomial);
      case 4: return decompress<4>(octets, polynomial);
      case 5: return decompress<5>(octets, polynomial);
      case 10: return decompress<10>(octets, polynomial);
      case 11: return decompress<11>(octets, polynomial);
      default: __builtin_trap();  // FIPS 203 §8 has no other
    }
  }

  /// FIPS 203 §4.2.1: the nearest integer to 2^d/q times the value, modulo 2^d. Never by a division, whose
  /// time can depend on what is divided: 2^32/q, rounded up, makes the fraction value/q of 2^32, of which the
  /// upper d bits count. Half of the most that the rounding up adds is taken off again.
  template <std::size_t D>
  static constexpr std::uint16_t compressed(std::int16_t value) {
    constexpr std::uint32_t factor = 0xffffffffU / q + 1;
    constexpr std::uint32_t half = (std::uint32_t{1} << (31 - D)) - 885;
    return static_cast<std::uint16_t>((static_cast<std::uint32_t>(value) * factor + half) >> (32 - D));
  }

  template <std::size_t D>
  static constexpr std::int16_t decompressed(std::uint16_t value) {
    return static_cast<std::int16_t>((std::uint32_t{value} * q + (std::uint32_t{1} << (D - 1))) >> D);
  }

 private:
  template <std::size_t D>
  static void compress(Polynomial& polynomial, std::uint8_t* octets) {
    for (std::int16_t& coefficient : polynomial.coefficients)
      coefficient = static_cast<std::int16_t>(compressed<D>(coefficient));
    Owner::template pack<D>(polynomial, octets);
  }

  template <std::size_t D>
  static void decompress(const std::uint8_t* octets, Polynomial& polynomial) {
    Owner::template unpack<D>(octets, polynomial);
    for (std::int16_t& coefficient : polynomial.coefficients)
      coefficient = decompressed<D>(static_cast<std::uint16_t>(coefficient));
  }
};

/// Compression and decompression, compared with their definition for every value.
template <std::size_t D>
consteval bool rounds_as_defined() {
  struct Here;
  using Loops = PolynomialLoops<Here>;
  for (int x = 0; x < q; ++x)
    if (Loops::template compressed<D>(static_cast<std::int16_t>(x)) !=
        ((x << (D + 1)) + q) / (2 * q) % (1 << D))
      return false;
  for (int y = 0; y < 1 << D; ++y)
    if (Loops::template decompressed<D>(static_cast<std::uint16_t>(y)) != (2 * q * y + (1 << D)) >> (D + 1))
      return false;
  return true;
}
static_assert(rounds_as_defined<1>() && rounds_as_defined<4>() && rounds_as_defined<5>() &&
              rounds_as_defined<10>() && rounds_as_defined<11>());

}  // namespace handfast::crypto::ml_kem
