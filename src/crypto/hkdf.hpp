// HKDF (RFC 5869) and the two functions that TLS 1.3 builds on it (RFC 8446 §7.1).
#pragma once
#include <string_view>

#include "crypto/hmac.hpp"

namespace handfast::crypto {

/// HKDF-Extract (RFC 5869 §2.2): digest_size(algorithm) octets. An empty salt means a string of zeros.
[[nodiscard]] MacValue hkdf_extract(HashAlgorithm algorithm, Bytes salt,
                                    Bytes input_keying_material) noexcept;

/// HKDF-Expand (RFC 5869 §2.3): fills `output`, at most 255 digests long.
void hkdf_expand(const HmacKey& pseudorandom_key, Bytes info, MutableBytes output) noexcept;

/// HKDF-Expand-Label (RFC 8446 §7.1): fills `output`.
///
/// `label` comes without its prefix "tls13 " and has at most 249 octets; `context` has at most 255 and is
/// empty or a hash.
void expand_label(const HmacKey& secret, std::string_view label, Bytes context, MutableBytes output) noexcept;

/// Derive-Secret (RFC 8446 §7.1), with the messages already hashed: digest_size octets.
[[nodiscard]] MacValue derive_secret(const HmacKey& secret, std::string_view label,
                                     const Digest& transcript_hash) noexcept;

}  // namespace handfast::crypto
