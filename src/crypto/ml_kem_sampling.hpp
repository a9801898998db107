// What ML-KEM draws from SHAKE: the public matrix and the secret noise (FIPS 203 §4.2.2).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <handfast/secret.hpp>

#include "crypto/keccak.hpp"
#include "crypto/ml_kem_arithmetic.hpp"

namespace handfast::crypto::ml_kem {

/// The largest k of FIPS 203 §8, and how many polynomials of noise one operation needs at most: 2 k + 1.
inline constexpr std::size_t max_k = 4;
inline constexpr std::size_t max_noise = 2 * max_k + 1;

/// The k × k matrix Â or its transpose. Public.
class MatrixSampler {
 public:
  enum class Order : std::uint8_t { as_it_is, transposed };

  /// Adds its work to `lanes`. `seed` is ρ, 32 octets; it and `lanes` live until the work is done.
  MatrixSampler(KeccakLanes& lanes, Bytes seed, std::size_t k, Order order) noexcept;
  MatrixSampler(const MatrixSampler&) = delete;
  MatrixSampler& operator=(const MatrixSampler&) = delete;
  ~MatrixSampler() = default;

  /// The k polynomials of a row, once the lanes have run. Rejection makes its time depend on ρ, which is
  /// public.
  void row(const Arithmetic& arithmetic, const KeccakCode& keccak, std::size_t number,
           Polynomial* polynomials) const noexcept;

 private:
  // Three blocks of SHAKE128 suffice for 256 coefficients but once in 150 times.
  static constexpr std::size_t usual_size = 3 * rate_of(SpongeFunction::shake128);

  [[nodiscard]] std::array<std::uint8_t, 2> position(std::size_t row, std::size_t column) const noexcept;
  void sample_long(const Arithmetic& arithmetic, const KeccakCode& keccak, std::array<std::uint8_t, 2> where,
                   Polynomial& polynomial) const noexcept;

  Bytes seed_;
  std::size_t k_;
  Order order_;
  std::array<Sponge, max_k * max_k> sponges_;
  std::array<std::array<std::uint8_t, usual_size>, max_k * max_k> octets_;
};

/// Polynomials of noise, each from a seed and its number. Secret: wiped when it dies.
class NoiseSampler {
 public:
  /// Adds the work for the numbers 0 to count - 1 to `lanes`. `seed` is σ or r, 32 octets; it and `lanes`
  /// live until the work is done.
  NoiseSampler(KeccakLanes& lanes, Bytes seed, std::size_t count) noexcept;
  NoiseSampler(const NoiseSampler&) = delete;
  NoiseSampler& operator=(const NoiseSampler&) = delete;
  ~NoiseSampler() { wipe(octets_.data(), sizeof octets_); }

  /// Once the lanes have run.
  void polynomial(const Arithmetic& arithmetic, std::size_t number, Polynomial& polynomial) const noexcept {
    arithmetic.sample_noise(octets_[number].data(), polynomial);
  }

 private:
  std::array<Sponge, max_noise> sponges_;
  std::array<std::array<std::uint8_t, noise_size>, max_noise> octets_;
};

}  // namespace handfast::crypto::ml_kem
