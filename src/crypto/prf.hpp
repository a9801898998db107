// The pseudorandom function of TLS 1.2 (RFC 5246 §5).
#pragma once
#include <initializer_list>
#include <string_view>

#include "crypto/hmac.hpp"

namespace handfast::crypto {

/// PRF(secret, label, seed) = P_hash(secret, label || seed) (RFC 5246 §5): fills `output`, of any length.
/// The parts of `seed` are taken as one string. `algorithm` is the cipher suite's: SHA-256 or SHA-384.
void prf(HashAlgorithm algorithm, Bytes secret, std::string_view label, std::initializer_list<Bytes> seed,
         MutableBytes output) noexcept;
/// The same with the secret as a key of HMAC, for a secret that serves several times.
void prf(const HmacKey& secret, std::string_view label, std::initializer_list<Bytes> seed,
         MutableBytes output) noexcept;

}  // namespace handfast::crypto
