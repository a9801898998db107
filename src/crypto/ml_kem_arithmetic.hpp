// The ring of ML-KEM (FIPS 203 §2.3, §4): polynomials, and what each tier of processors does with them.
#pragma once
#include <cstddef>
#include <cstdint>

#include "crypto/cpu.hpp"

namespace handfast::crypto::ml_kem {

/// FIPS 203 §2.4: coefficients are integers modulo q, polynomials have n of them.
inline constexpr int q = 3329;
inline constexpr std::size_t n = 256;

/// Coefficients from 0 to q - 1, of a polynomial or of its number-theoretic transform, in the standard's
/// order. A plain value: wipe what is secret.
struct alignas(64) Polynomial {
  std::int16_t coefficients[n];
};

/// A transform made ready to be multiplied with many others: for a0 + a1 X times b0 + b1 X modulo X² - γ,
/// with the factor 2^16 that a product loses when it is reduced.
struct alignas(64) Multiplier {
  std::int16_t direct[n];   // b0, γ b1
  std::int16_t crossed[n];  // b1, b0
};

/// Octets of noise for one polynomial: 64 η with η = 2.
inline constexpr std::size_t noise_size = 128;
/// Octets of a polynomial whose coefficients have 12 bits.
inline constexpr std::size_t encoded_size = 384;

/// One tier's code. All tiers give the same results, octet by octet. No time depends on coefficients, but for
/// sample_uniform, which serves public values.
struct Arithmetic {
  /// FIPS 203 Algorithms 9 and 10, in place.
  void (*ntt)(Polynomial& polynomial);
  void (*inverse_ntt)(Polynomial& polynomial);

  void (*prepare)(const Polynomial& transform, Multiplier& multiplier);
  /// product = Σ row[i] · column[i] over transforms (FIPS 203 Algorithms 11 and 12); `count` is 1 to 4.
  void (*multiply)(const Polynomial* row, const Multiplier* column, std::size_t count, Polynomial& product);
  void (*add)(Polynomial& sum, const Polynomial& summand);
  /// difference = minuend - difference.
  void (*subtract_from)(const Polynomial& minuend, Polynomial& difference);

  /// FIPS 203 Algorithm 8 with η = 2: from noise_size octets.
  void (*sample_noise)(const std::uint8_t* octets, Polynomial& polynomial);
  /// FIPS 203 Algorithm 7: appends what `size` octets (a multiple of 3) give to the `count` coefficients that
  /// are there, at most n in all, and returns how many there are.
  std::size_t (*sample_uniform)(const std::uint8_t* octets, std::size_t size, Polynomial& polynomial,
                                std::size_t count);

  /// ByteEncode_12 and ByteDecode_12 of FIPS 203 §4.2.1. Decoding reduces modulo q, and says if all
  /// coefficients were below q already.
  void (*encode)(const Polynomial& polynomial, std::uint8_t* octets);
  bool (*decode)(const std::uint8_t* octets, Polynomial& polynomial);
  /// ByteEncode_d(Compress_d) and Decompress_d(ByteDecode_d) for d = 1, 4, 5, 10, 11: 32 d octets.
  /// Compressing spoils the polynomial.
  void (*compress)(std::size_t d, Polynomial& polynomial, std::uint8_t* octets);
  void (*decompress)(std::size_t d, const std::uint8_t* octets, Polynomial& polynomial);
};

/// Lives for ever. A tier beyond detected_cpu_tier() is lowered to it.
[[nodiscard]] const Arithmetic& arithmetic(CpuTier tier) noexcept;

}  // namespace handfast::crypto::ml_kem
