// SubjectPublicKeyInfo that stands alone, outside of a certificate.
#pragma once
#include <handfast/bytes.hpp>
#include <handfast/error.hpp>

#include "crypto/signature.hpp"

namespace handfast::x509 {

/// The SubjectPublicKeyInfo of a key (RFC 3279 §2.3.1, RFC 4055 §1.2, RFC 5480 §2, RFC 8410 §4).
[[nodiscard]] Octets write_public_key(const crypto::PublicKey& key);

/// The key of a SubjectPublicKeyInfo, checked and made ready; nothing may stand behind it.
/// Errors: certificate_unsupported, certificate_malformed.
[[nodiscard]] Result<crypto::PublicKey> parse_public_key(Bytes subject_public_key_info);

}  // namespace handfast::x509
