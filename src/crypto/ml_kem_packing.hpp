// ByteEncode_d and ByteDecode_d of FIPS 203 §4.2.1 with general registers.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "crypto/ml_kem_arithmetic.hpp"

namespace handfast::crypto::ml_kem {

/// `Owner` is a type of the including file's own: see PolynomialLoops.
///
/// Eight coefficients of d bits are d octets. Four of them are handled as one word.
template <class Owner>
struct ScalarPacking {
  template <std::size_t D>
  static void pack(const Polynomial& polynomial, std::uint8_t* octets) {
    for (std::size_t i = 0; i < n; i += 8, octets += D)
      store_fours<D>(packed_four<D>(polynomial.coefficients + i),
                     packed_four<D>(polynomial.coefficients + i + 4), octets);
  }

  template <std::size_t D>
  static void unpack(const std::uint8_t* octets, Polynomial& polynomial) {
    for (std::size_t i = 0; i < n; i += 8, octets += D) {
      const Fours fours = load_fours<D>(octets);
      unpack_four<D>(fours.first, polynomial.coefficients + i);
      unpack_four<D>(fours.second, polynomial.coefficients + i + 4);
    }
  }

  /// Two words whose lower 4 d bits are four coefficients each.
  struct Fours {
    std::uint64_t first, second;
  };

  /// d octets to two words, whose upper bits mean nothing.
  template <std::size_t D>
  static Fours load_fours(const std::uint8_t* octets) {
    if constexpr (D <= 8) {
      const std::uint64_t low = load<D>(octets);
      return {low, low >> (4 * D)};
    } else {
      const std::uint64_t low = load<8>(octets);
      return {low, low >> (4 * D) | load<D - 8>(octets + 8) << (64 - 4 * D)};
    }
  }

  /// Two words, whose upper bits are zero, to d octets.
  template <std::size_t D>
  static void store_fours(std::uint64_t first, std::uint64_t second, std::uint8_t* octets) {
    const std::uint64_t low = little_endian(first | second << (4 * D));
    if constexpr (D <= 8) {
      std::memcpy(octets, &low, D);
    } else {
      const std::uint64_t high = little_endian(second >> (64 - 4 * D));
      std::memcpy(octets, &low, 8);
      std::memcpy(octets + 8, &high, D - 8);
    }
  }

 private:
  // The bits are pushed together, or apart, first in pairs and then all four.
  template <std::size_t D>
  static std::uint64_t packed_four(const std::int16_t* coefficients) {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(&word, coefficients, 8);
    } else {
      for (unsigned i = 0; i < 4; ++i)
        word |= std::uint64_t{static_cast<std::uint16_t>(coefficients[i])} << (16 * i);
    }
    constexpr std::uint64_t one = every(32, D);
    constexpr std::uint64_t two = every(64, 2 * D);
    word = (word & one) | (word >> (16 - D) & one << D);
    return (word & two) | (word >> (32 - 2 * D) & two << (2 * D));
  }

  template <std::size_t D>
  static void unpack_four(std::uint64_t word, std::int16_t* coefficients) {
    constexpr std::uint64_t one = every(32, D);
    constexpr std::uint64_t two = every(64, 2 * D);
    word = (word & two) | (word << (32 - 2 * D) & two << 32);
    word = (word & one) | (word << (16 - D) & one << 16);
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

  // In pieces that registers are loaded from at once: a copy of, say, five octets would go through memory.
  template <std::size_t Count>
  static std::uint64_t load(const std::uint8_t* octets) {
    if constexpr (Count == 0) {
      return 0;
    } else if constexpr (Count >= 8) {
      return load_whole<std::uint64_t>(octets);
    } else if constexpr (Count >= 4) {
      return load_whole<std::uint32_t>(octets) | load<Count - 4>(octets + 4) << 32;
    } else if constexpr (Count >= 2) {
      return load_whole<std::uint16_t>(octets) | load<Count - 2>(octets + 2) << 16;
    } else {
      return *octets;
    }
  }

  template <class Word>
  static std::uint64_t load_whole(const std::uint8_t* octets) {
    Word word;
    std::memcpy(&word, octets, sizeof word);
    if constexpr (std::endian::native == std::endian::big)
      return little_endian(std::uint64_t{word} << (64 - 8 * sizeof word));
    return word;
  }

  static std::uint64_t little_endian(std::uint64_t word) {
    if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(word);
    return word;
  }
};

}  // namespace handfast::crypto::ml_kem
