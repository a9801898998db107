// ECDSA signatures (FIPS 186-4 §6.4) with a nonce that no single failure gives away.
#pragma once
#include <handfast/error.hpp>
#include <handfast/random.hpp>

#include "crypto/curve.hpp"
#include "crypto/hash.hpp"

namespace handfast::crypto {

/// A DER signature over the digest. `scalar` is the private number of `key`, field_size octets.
///
/// The nonce comes out of a PRF keyed with the private number and 32 fresh octets, over the digest: even
/// where the source repeats itself, two messages have two nonces. signing_failed, random_failed.
[[nodiscard]] Result<Octets> sign_ecdsa(EC_KEY* key, const Curve& curve, Bytes scalar, const Digest& digest,
                                        RandomSource& random);

}  // namespace handfast::crypto
