// ECDSA signatures (FIPS 186-4 §6.4): made with a nonce that no single failure gives away, and verified.
#pragma once
#include <handfast/error.hpp>
#include <handfast/random.hpp>

#include "crypto/curve.hpp"
#include "crypto/hash.hpp"

// [8422:5.10#3,4,5]
namespace handfast::crypto {

/// A DER signature over the digest. `scalar` is the private number of `key`, field_size octets.
///
/// The nonce comes out of a PRF keyed with the private number and 32 fresh octets, over the digest: even
/// where the source repeats itself, two messages have two nonces. signing_failed, random_failed.
[[nodiscard]] Result<Octets> sign_ecdsa(EC_KEY* key, const Curve& curve, Bytes scalar, const Digest& digest,
                                        RandomSource& random);

/// Whether `signature`, DER without anything that DER does not allow, is one over the digest under `key`, a
/// point of the curve. `table`: of the key's multiples (table_of()), or null. Any thread may use point and
/// table at the same time.
[[nodiscard]] bool verify_ecdsa(const Curve& curve, const EC_POINT* key, const EC_GROUP* table,
                                const Digest& digest, Bytes signature);

}  // namespace handfast::crypto
