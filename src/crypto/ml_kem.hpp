// ML-KEM-768 and ML-KEM-1024, the lattice KEM of FIPS 203.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include <handfast/error.hpp>
#include <handfast/secret.hpp>

#include "crypto/cpu.hpp"

namespace handfast::crypto::ml_kem {

/// FIPS 203 §8. ML-KEM-512 has no use in TLS here.
enum class ParameterSet : std::uint8_t { ml_kem_768, ml_kem_1024 };

/// d and z of FIPS 203 §7.1, one after the other: what a private key is made from.
inline constexpr std::size_t seed_size = 64;
/// m of FIPS 203 §7.2: what an encapsulation is made from.
inline constexpr std::size_t message_size = 32;
inline constexpr std::size_t shared_secret_size = 32;

/// Octets of ek: 1184, 1568.
constexpr std::size_t encapsulation_key_size(ParameterSet set) noexcept {
  return set == ParameterSet::ml_kem_768 ? 1184 : 1568;
}
/// Octets of dk: 2400, 3168.
constexpr std::size_t decapsulation_key_size(ParameterSet set) noexcept {
  return set == ParameterSet::ml_kem_768 ? 2400 : 3168;
}
/// Octets of c: 1088, 1568.
constexpr std::size_t ciphertext_size(ParameterSet set) noexcept {
  return set == ParameterSet::ml_kem_768 ? 1088 : 1568;
}

using SharedSecret = Secret<shared_secret_size>;

/// The side that makes a key pair and later opens what was encapsulated to it.
///
/// Owns one heap block of decapsulation_key_size() octets, wiped when freed. Move-only; const calls may come
/// from several threads at once. Neither branches nor addresses nor the time depend on secrets.
class PrivateKey {
 public:
  /// ML-KEM.KeyGen_internal of FIPS 203 §6.1. `seed` is d || z: 64 octets, fresh from a random source. `tier`
  /// names the code path; it is for tests, and no higher than detected_cpu_tier().
  [[nodiscard]] static PrivateKey from_seed(ParameterSet set, std::span<const std::uint8_t, seed_size> seed,
                                            CpuTier tier = cpu_tier());

  /// As from_seed, for a key that opens one ciphertext: H(ek) is left to that decapsulation, which has
  /// another long hash to compute beside it. Nothing but its encapsulation_key() and decapsulate() is to be
  /// asked.
  [[nodiscard]] static PrivateKey ephemeral(ParameterSet set, std::span<const std::uint8_t, seed_size> seed,
                                            CpuTier tier = cpu_tier());

  /// A decapsulation key in FIPS 203's expanded form. Fails with bad_private_key if the length or the hash of
  /// the encapsulation key inside is wrong (FIPS 203 §7.3).
  [[nodiscard]] static Result<PrivateKey> from_decapsulation_key(ParameterSet set, Bytes decapsulation_key,
                                                                 CpuTier tier = cpu_tier());

  PrivateKey(PrivateKey&&) noexcept = default;
  PrivateKey& operator=(PrivateKey&&) noexcept = default;
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;
  ~PrivateKey() = default;

  [[nodiscard]] ParameterSet parameter_set() const noexcept { return set_; }
  /// encapsulation_key_size() octets for the peer. They live as long as this object, also when it is moved.
  [[nodiscard]] Bytes encapsulation_key() const noexcept;
  /// decapsulation_key_size() secret octets, FIPS 203's expanded form. They live as the above.
  [[nodiscard]] Bytes decapsulation_key() const noexcept;

  /// ML-KEM.Decaps of FIPS 203 §7.3. A ciphertext that nobody encapsulated gives a secret that nobody else
  /// knows, not an error (implicit rejection); one that is not ciphertext_size() long: bad_key_share.
  [[nodiscard]] Result<SharedSecret> decapsulate(Bytes ciphertext, CpuTier tier = cpu_tier()) const noexcept;

 private:
  PrivateKey(ParameterSet set, SecretOctets&& decapsulation_key, bool has_hash) noexcept
      : set_(set), has_hash_(has_hash), decapsulation_key_(std::move(decapsulation_key)) {}

  ParameterSet set_;
  bool has_hash_;  // else there are zeros where H(ek) is to be
  SecretOctets decapsulation_key_;
};

/// ML-KEM.Encaps of FIPS 203 §7.2, with the randomness given: `message` is 32 octets, fresh from a random
/// source, secret and used once. Writes the ciphertext to `ciphertext`, which is ciphertext_size() long (else
/// invalid_argument), and returns the shared secret. An encapsulation key of a wrong length or with a
/// coefficient that is not below q fails with bad_key_share and leaves `ciphertext` as it was.
[[nodiscard]] Result<SharedSecret> encapsulate(ParameterSet set, Bytes encapsulation_key,
                                               std::span<const std::uint8_t, message_size> message,
                                               MutableBytes ciphertext, CpuTier tier = cpu_tier()) noexcept;

}  // namespace handfast::crypto::ml_kem
