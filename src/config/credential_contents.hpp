// What a Credential holds.
#pragma once
#include <optional>
#include <vector>

#include <handfast/credential.hpp>

#include "config/compressed_certificates.hpp"
#include "config/delegated_credential.hpp"
#include "crypto/private_key.hpp"
#include "crypto/signature.hpp"
#include "x509/certificate.hpp"

namespace handfast {

struct Credential::Contents {
  explicit Contents(crypto::PublicKey key) : public_key(std::move(key)) {}

  /// The schemes to sign with, most wanted first; the key may not make all of them.
  [[nodiscard]] std::span<const SignatureScheme> signs_with(const Policy& policy) const noexcept {
    return preferred.empty() ? policy.signature_schemes.span() : std::span<const SignatureScheme>(preferred);
  }

  /// Whether the key may be used so (x509::KeyUsage). Only a certificate restricts that.
  [[nodiscard]] bool allows(std::uint16_t usage) const noexcept {
    return type == CertificateType::RawPublicKey || (leaf && leaf->allows(usage));
  }

  /// SubjectPublicKeyInfo of the key that signs, as it is shown: in the leaf, in the delegated credential, or
  /// by itself.
  [[nodiscard]] Bytes shown_key_info() const noexcept {
    if (type == CertificateType::RawPublicKey) return key_info;
    return delegation ? Bytes(delegation->key_info) : leaf->key.der;
  }

  /// What the peer is shown to know us by: the leaf, or the raw public key.
  [[nodiscard]] Bytes identity() const noexcept { return chain.empty() ? Bytes(key_info) : chain.front(); }

  Octets storage;  ///< the certificates, one behind the other
  CertificateType type = CertificateType::X509;
  Octets key_info;           ///< SubjectPublicKeyInfo of a raw public key; empty: certificates are shown
  std::vector<Bytes> chain;  ///< views into storage, leaf first
  std::optional<x509::Certificate> leaf;  ///< the first of the chain, read; views into storage
  std::vector<Octets> issuers;            ///< who issued each of these (DER)
  crypto::PublicKey public_key;           ///< the leaf's, or the delegated credential's
  /// How the chain's certificates are signed, self-signed ones left out; none: in a way that is not known.
  std::vector<std::optional<crypto::SignatureAlgorithm>> signatures;
  std::optional<OwnDelegation> delegation;        ///< none: the leaf's key proves the chain
  std::optional<crypto::PrivateKey> private_key;  ///< none: held elsewhere
  std::vector<SignatureScheme> schemes;           ///< what the key can make in TLS 1.3
  std::vector<SignatureScheme> preferred;         ///< what it signs with; empty: as the policy says
  std::optional<bool> only_named_issuers;         ///< none: clients look at certificate_authorities
  bool only_listed_signatures = true;             ///< clients look at what the chain is signed with
  CertificateProperties properties;               ///< of the chain
  Octets ocsp_response;                           ///< DER; empty: none
  Octets timestamps;                              ///< SignedCertificateTimestampList; empty: none
  mutable CompressedCertificates compressed;      ///< made when they are first sent
};

}  // namespace handfast
