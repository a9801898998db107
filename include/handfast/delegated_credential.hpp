// Delegated credentials (RFC 9345): keys that a certificate's holder vouches for, for some days at most.
#pragma once
#include <string>

#include <handfast/bytes.hpp>
#include <handfast/credential.hpp>
#include <handfast/error.hpp>
#include <handfast/random.hpp>
#include <handfast/time.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// What a delegated credential is to say (RFC 9345 §4).
struct DelegationTemplate {
  /// The longest time from its issue to its end that a peer accepts (RFC 9345 §3): 7 days.
  static constexpr std::chrono::seconds longest_lifetime{604'800};

  /// Who will prove itself by it.
  Role role = Role::server;
  /// The key, as DER SubjectPublicKeyInfo; must live as long as this view.
  Bytes public_key;
  /// What the key signs handshakes with, and nothing else.
  SignatureScheme scheme = SignatureScheme::ecdsa_secp256r1_sha256;
  /// Its end, in whole seconds; at most longest_lifetime from now, and not after the certificate's.
  Time not_after;
};

/// A delegated credential as it travels, signed with the certificate's key: what Credential::delegated reads.
/// `issuer` has that key; its leaf has to allow this (DelegationUsage and digitalSignature, RFC 9345 §4.2).
/// Errors: invalid_argument (detail says which field, or what the issuer lacks), certificate_unsupported,
/// certificate_malformed (the public key), signing_failed, random_failed.
Result<Octets> issue_delegated_credential(const Credential& issuer, const DelegationTemplate& content,
                                          Time now, RandomSource& random);

/// The same octets as PEM text, "DELEGATED CREDENTIAL", with a newline at its end.
[[nodiscard]] std::string delegated_credential_to_pem(Bytes delegated_credential);

}  // namespace handfast
