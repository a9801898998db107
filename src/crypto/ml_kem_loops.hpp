// The parts of ML-KEM's arithmetic that are plain loops: every tier compiles them for its processors.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "crypto/ml_kem_field.hpp"

namespace handfast::crypto::ml_kem {

/// `Owner` is a type of the including file's own (in an unnamed namespace). Then all code made from this
/// template belongs to that file, and the linker cannot give another file what was compiled for a processor
/// that may not be there. For the same reason nothing here calls inline functions of other headers.
template <class Owner>
struct PolynomialLoops {
  /// a b / 2^16 modulo q, between -q and q, for |a b| < 2^15 q.
  static std::int16_t montgomery_multiply(std::int16_t a, std::int16_t b) {
    return montgomery_reduce(std::int32_t{a} * b);
  }
  static std::int16_t montgomery_reduce(std::int32_t product) {
    const auto m = static_cast<std::int16_t>(static_cast<std::int16_t>(product) * q_inverse);
    return static_cast<std::int16_t>((product - std::int32_t{m} * q) >> 16);
  }
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

  static void encode(const Polynomial& polynomial, std::uint8_t* octets) { pack<12>(polynomial, octets); }

  static bool decode(const std::uint8_t* octets, Polynomial& polynomial) {
    unpack<12>(octets, polynomial);
    std::int16_t all_below_q = -1;
    for (std::int16_t& coefficient : polynomial.coefficients) {
      const auto less_q = static_cast<std::int16_t>(coefficient - q);
      all_below_q = static_cast<std::int16_t>(all_below_q & less_q);
      coefficient = plus_q_if_negative(less_q);
    }
    return all_below_q < 0;
  }

  static void compress(unsigned d, Polynomial& polynomial, std::uint8_t* octets) {
    switch (d) {
      case 1: return compress<1>(polynomial, octets);
      case 4: return compress<4>(polynomial, octets);
      case 5: return compress<5>(polynomial, octets);
      case 10: return compress<10>(polynomial, octets);
      case 11: return compress<11>(polynomial, octets);
    }
  }

  static void decompress(unsigned d, const std::uint8_t* octets, Polynomial& polynomial) {
    switch (d) {
      case 1: return decompress<1>(octets, polynomial);
      case 4: return decompress<4>(octets, polynomial);
      case 5: return decompress<5>(octets, polynomial);
      case 10: return decompress<10>(octets, polynomial);
      case 11: return decompress<11>(octets, polynomial);
    }
  }

  /// FIPS 203 §4.2.1: the nearest integer to 2^d/q times the value, modulo 2^d. Never by a division, whose
  /// time can depend on what is divided: 2^32/q, rounded up, makes the fraction value/q of 2^32, of which the
  /// upper d bits count. Half of the most that the rounding up adds is taken off again.
  template <unsigned d>
  static constexpr std::uint16_t compressed(std::int16_t value) {
    constexpr std::uint32_t factor = 0xffffffffU / q + 1;
    constexpr std::uint32_t half = (std::uint32_t{1} << (31 - d)) - 885;
    return static_cast<std::uint16_t>((static_cast<std::uint32_t>(value) * factor + half) >> (32 - d));
  }

  template <unsigned d>
  static constexpr std::int16_t decompressed(std::uint16_t value) {
    return static_cast<std::int16_t>((std::uint32_t{value} * q + (std::uint32_t{1} << (d - 1))) >> d);
  }

 private:
  template <unsigned d>
  static void compress(Polynomial& polynomial, std::uint8_t* octets) {
    for (std::int16_t& coefficient : polynomial.coefficients)
      coefficient = static_cast<std::int16_t>(compressed<d>(coefficient));
    pack<d>(polynomial, octets);
  }

  template <unsigned d>
  static void decompress(const std::uint8_t* octets, Polynomial& polynomial) {
    unpack<d>(octets, polynomial);
    for (std::int16_t& coefficient : polynomial.coefficients)
      coefficient = decompressed<d>(static_cast<std::uint16_t>(coefficient));
  }

  // ByteEncode_d and ByteDecode_d: eight coefficients are d octets. Four of them are handled as one word,
  // whose bits are pushed together, or apart, first in pairs and then all.
  template <unsigned d>
  static void pack(const Polynomial& polynomial, std::uint8_t* octets) {
    for (std::size_t i = 0; i < n; i += 8, octets += d) {
      const std::uint64_t first = packed_four<d>(polynomial.coefficients + i);
      const std::uint64_t second = packed_four<d>(polynomial.coefficients + i + 4);
      const std::uint64_t low = little_endian(first | second << (4 * d));
      if constexpr (d <= 8) {
        std::memcpy(octets, &low, d);
      } else {
        const std::uint64_t high = little_endian(second >> (64 - 4 * d));
        std::memcpy(octets, &low, 8);
        std::memcpy(octets + 8, &high, d - 8);
      }
    }
  }

  template <unsigned d>
  static void unpack(const std::uint8_t* octets, Polynomial& polynomial) {
    for (std::size_t i = 0; i < n; i += 8, octets += d) {
      std::uint64_t low = 0;
      std::uint64_t high = 0;
      if constexpr (d <= 8) {
        std::memcpy(&low, octets, d);
      } else {
        std::memcpy(&low, octets, 8);
        std::memcpy(&high, octets + 8, d - 8);
        high = little_endian(high) << (64 - 4 * d);
      }
      low = little_endian(low);
      unpack_four<d>(low, polynomial.coefficients + i);
      unpack_four<d>(low >> (4 * d) | high, polynomial.coefficients + i + 4);
    }
  }

  template <unsigned d>
  static std::uint64_t packed_four(const std::int16_t* coefficients) {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(&word, coefficients, 8);
    } else {
      for (unsigned i = 0; i < 4; ++i)
        word |= std::uint64_t{static_cast<std::uint16_t>(coefficients[i])} << (16 * i);
    }
    constexpr std::uint64_t one = every(32, d);
    constexpr std::uint64_t two = every(64, 2 * d);
    word = (word & one) | (word >> (16 - d) & one << d);
    return (word & two) | (word >> (32 - 2 * d) & two << (2 * d));
  }

  template <unsigned d>
  static void unpack_four(std::uint64_t word, std::int16_t* coefficients) {
    constexpr std::uint64_t one = every(32, d);
    constexpr std::uint64_t two = every(64, 2 * d);
    word = (word & two) | (word << (32 - 2 * d) & two << 32);
    word = (word & one) | (word << (16 - d) & one << 16);
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(coefficients, &word, 8);
    } else {
      for (unsigned i = 0; i < 4; ++i) coefficients[i] = static_cast<std::int16_t>(word >> (16 * i) & 0xffff);
    }
  }

  /// A mask of the lower `bits` of every `width` bits.
  static consteval std::uint64_t every(unsigned width, unsigned bits) {
    std::uint64_t mask = 0;
    for (unsigned i = 0; i < 64; i += width) mask |= ((std::uint64_t{1} << bits) - 1) << i;
    return mask;
  }

  static std::uint64_t little_endian(std::uint64_t word) {
    if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(word);
    return word;
  }
};

/// Compression and decompression, compared with their definition for every value.
template <unsigned d>
consteval bool rounds_as_defined() {
  struct Here;
  using Loops = PolynomialLoops<Here>;
  for (int x = 0; x < q; ++x)
    if (Loops::template compressed<d>(static_cast<std::int16_t>(x)) !=
        ((x << (d + 1)) + q) / (2 * q) % (1 << d))
      return false;
  for (int y = 0; y < 1 << d; ++y)
    if (Loops::template decompressed<d>(static_cast<std::uint16_t>(y)) != (2 * q * y + (1 << d)) >> (d + 1))
      return false;
  return true;
}
static_assert(rounds_as_defined<1>() && rounds_as_defined<4>() && rounds_as_defined<5>() &&
              rounds_as_defined<10>() && rounds_as_defined<11>());

}  // namespace handfast::crypto::ml_kem
