// K-PKE, the public-key encryption inside ML-KEM (FIPS 203 §5), and its parameters (§8).
#pragma once
#include <cstddef>

#include <handfast/bytes.hpp>

#include "crypto/keccak.hpp"
#include "crypto/ml_kem.hpp"
#include "crypto/ml_kem_arithmetic.hpp"
#include "crypto/ml_kem_sampling.hpp"

namespace handfast::crypto::ml_kem {

/// FIPS 203 §8, table 2. η1 = η2 = 2 for both sets.
struct Parameters {
  std::size_t k, du, dv;

  /// Octets of k polynomials of 12 bits.
  [[nodiscard]] constexpr std::size_t vector_size() const noexcept { return k * encoded_size; }
  [[nodiscard]] constexpr std::size_t encapsulation_key_size() const noexcept { return vector_size() + 32; }
  /// Octets of one polynomial of u, the first k parts of a ciphertext, and of v, its end.
  [[nodiscard]] constexpr std::size_t u_size() const noexcept { return 32 * du; }
  [[nodiscard]] constexpr std::size_t v_size() const noexcept { return 32 * dv; }
  [[nodiscard]] constexpr std::size_t ciphertext_size() const noexcept { return k * u_size() + v_size(); }
};

[[nodiscard]] constexpr Parameters parameters_of(ParameterSet set) noexcept {
  return set == ParameterSet::ml_kem_768 ? Parameters{.k = 3, .du = 10, .dv = 4}
                                         : Parameters{.k = 4, .du = 11, .dv = 5};
}

/// What one operation works with: the parameters, the code of a tier, and lanes for all that it hashes.
struct Context {
  Context(ParameterSet set, CpuTier tier) noexcept
      : parameters(parameters_of(set)),
        arithmetic(ml_kem::arithmetic(tier)),
        keccak(keccak_code(tier)),
        lanes(tier) {}

  const Parameters parameters;
  const Arithmetic& arithmetic;
  const KeccakCode& keccak;
  KeccakLanes lanes;
};

namespace k_pke {

/// FIPS 203 Algorithm 13 behind its first line: from ρ, which is public, and σ, 32 octets each. Writes ŝ,
/// vector_size() octets, secret, and the encapsulation key, encapsulation_key_size() octets.
void generate(Context& context, Bytes rho, Bytes sigma, MutableBytes s,
              MutableBytes encapsulation_key) noexcept;

/// FIPS 203 Algorithm 14, of which the part that hashes has been done: `t` are k polynomials, `matrix` is the
/// transpose, `noise` has 2 k + 1 polynomials. Writes ciphertext_size() octets.
void encrypt(const Context& context, const Polynomial* t, const MatrixSampler& matrix,
             const NoiseSampler& noise, Bytes message, MutableBytes ciphertext) noexcept;

/// FIPS 203 Algorithm 15. Writes 32 octets, secret.
void decrypt(const Context& context, Bytes s, Bytes ciphertext, MutableBytes message) noexcept;

}  // namespace k_pke
}  // namespace handfast::crypto::ml_kem
