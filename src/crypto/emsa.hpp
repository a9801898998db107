// How RSA lays out what it signs (RFC 8017 §9).
#pragma once
#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/random.hpp>

#include "crypto/hash.hpp"

namespace handfast::crypto {

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2): fills `encoded`, as long as the modulus. False if that is too short.
/// SHA-256, SHA-384 and SHA-512 only.
[[nodiscard]] bool encode_pkcs1(const Digest& digest, HashAlgorithm algorithm, MutableBytes encoded) noexcept;

/// EMSA-PSS-ENCODE (RFC 8017 §9.1.1) with MGF1 over the same hash, for a modulus of `modulus_bits`: fills
/// `encoded`, as long as the modulus. Fails with invalid_argument if the modulus is too short, or
/// random_failed.
// [8446:4.2.3#4,6]
[[nodiscard]] Result<> encode_pss(const Digest& digest, HashAlgorithm algorithm, std::size_t salt_length,
                                  std::size_t modulus_bits, RandomSource& random,
                                  MutableBytes encoded) noexcept;

/// EMSA-PSS-VERIFY (RFC 8017 §9.1.2) of what the public key made of a signature, as long as the modulus.
[[nodiscard]] bool verify_pss(const Digest& digest, HashAlgorithm algorithm, std::size_t salt_length,
                              std::size_t modulus_bits, Bytes encoded) noexcept;

}  // namespace handfast::crypto
