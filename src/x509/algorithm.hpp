// Algorithms in certificates: which key a SubjectPublicKeyInfo holds, how a signature is made.
#pragma once
#include <cstdint>
#include <optional>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/types.hpp>

#include "crypto/signature.hpp"
#include "x509/der.hpp"

namespace handfast::x509 {

/// What a SubjectPublicKeyInfo says (RFC 5280 §4.1.2.7, RFC 3279, RFC 4055, RFC 5480, RFC 8410). A view.
struct KeyInfo {
  enum class Kind : std::uint8_t { rsa, rsa_pss, ec, ed25519, unknown };
  Kind kind = Kind::unknown;
  std::optional<NamedGroup> curve;  ///< ec: secp256r1, 384r1, 521r1; none: another or explicit parameters
  Bytes der;                        ///< all of it, with tag and length
  Bytes algorithm;                  ///< contents of the algorithm's identifier
  Bytes parameters;                 ///< with tag and length; empty: absent
  Bytes key;                        ///< contents of the BIT STRING
  std::uint32_t bits = 0;           ///< size of an RSA modulus or curve; 0: unknown
};

/// Reads a SubjectPublicKeyInfo. A kind that is not known is none of its defects.
void read_key_info(Der& der, KeyInfo& info) noexcept;
/// The SubjectPublicKeyInfo that these octets are, to the last of them; none: they are not one.
[[nodiscard]] std::optional<KeyInfo> parse_key_info(Bytes subject_public_key_info) noexcept;
/// Checks the key and makes it ready. Errors: certificate_unsupported, certificate_malformed.
Result<crypto::PublicKey> make_public_key(const KeyInfo& info);

/// What an AlgorithmIdentifier of a signature says (RFC 3279, RFC 4055, RFC 5758, RFC 8410). A view.
struct SignatureIdentifier {
  enum class Standing : std::uint8_t {
    supported,
    weak,     ///< MD2, MD5 or SHA-1: known, and never accepted
    unknown,  ///< or parameters that are not supported
  };
  Standing standing = Standing::unknown;
  crypto::SignatureAlgorithm algorithm;  ///< if supported
  Bytes der;                             ///< all of it, with tag and length
  Bytes identifier;                      ///< contents of the object identifier
};

// [8422:5.9#1,2] [8446:4.2.3#5,7,8,9]
/// Reads an AlgorithmIdentifier of a signature.
void read_signature_identifier(Der& der, SignatureIdentifier& identifier, const char* field) noexcept;

}  // namespace handfast::x509
