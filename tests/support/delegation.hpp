// Certificates that may delegate, delegated credentials, and ends that show and take them (RFC 9345).
#pragma once
#include <handfast/delegated_credential.hpp>

#include "config/delegated_credential.hpp"
#include "crypto/private_key.hpp"
#include "support/message_pair.hpp"

namespace handfast::test {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using x509::KeyKind;

/// When they end, if the test says nothing else.
inline constexpr Time delegation_end = now + hours{24};

/// What a leaf says that may delegate.
inline x509::CertificateTemplate delegating() {
  x509::CertificateTemplate leaf = Authority::leaf_template();
  leaf.not_after = now + days{20};
  leaf.delegation_usage = true;
  return leaf;
}

/// A certificate that may delegate, with its key.
struct Holder {
  explicit Holder(const x509::CertificateTemplate& content, KeyKind kind = KeyKind::ec_p256)
      : leaf(authority().issue(kind, content)),
        key(*crypto::PrivateKey::from_pem(leaf.key_pem)),
        credential(*Credential::from_pem(as_bytes(leaf.chain_pem), leaf.key_pem)) {}
  Authority::Leaf leaf;
  crypto::PrivateKey key;
  Credential credential;
};
/// The usual one.
inline const Holder& holder() {
  static const Holder made(delegating());
  return made;
}
/// What is delegated to, made once for each kind.
inline const x509::IssuerKey& delegated_key(KeyKind kind = KeyKind::ec_p384) {
  static const auto key384 = *x509::IssuerKey::generate(KeyKind::ec_p384, system_random());
  static const auto key256 = *x509::IssuerKey::generate(KeyKind::ec_p256, system_random());
  static const auto ed25519 = *x509::IssuerKey::generate(KeyKind::ed25519, system_random());
  return kind == KeyKind::ec_p384 ? key384 : kind == KeyKind::ec_p256 ? key256 : ed25519;
}

inline constexpr auto p384 = SignatureScheme::ecdsa_secp384r1_sha384;

/// How one is issued.
struct Issue {
  Role role = Role::server;
  KeyKind kind = KeyKind::ec_p384;
  SignatureScheme scheme = p384;
  Time not_after = delegation_end;
};
inline Octets issue(const Issue& how = {}, const Holder& by = holder()) {
  const Octets key = delegated_key(how.kind).subject_public_key_info();
  DelegationTemplate content;
  content.role = how.role;
  content.public_key = key;
  content.scheme = how.scheme;
  content.not_after = how.not_after;
  auto issued = issue_delegated_credential(by.credential, content, now, system_random());
  EXPECT_TRUE(issued) << (issued ? "" : describe(issued.error()));
  return issued ? *issued : Octets();
}
inline Result<Credential> read_delegated(Bytes delegated, KeyKind kind = KeyKind::ec_p384,
                                         const Holder& by = holder()) {
  return Credential::delegated(as_bytes(by.leaf.chain_pem), delegated, delegated_key(kind).to_pem());
}
inline Credential delegated(const Issue& how = {}, const Holder& by = holder()) {
  auto made = read_delegated(issue(how, by), how.kind, by);
  EXPECT_TRUE(made) << (made ? "" : describe(made.error()));
  return *made;
}

/// Who takes them.
inline ClientSettings delegation_client() {
  ClientSettings settings = client_settings();
  settings.delegated_credentials = {p384, SignatureScheme::ed25519, SignatureScheme::ecdsa_secp256r1_sha256};
  return settings;
}
/// Who shows one; the certificate's own key stands by for those who do not take the other.
inline ServerSettings delegation_server(std::vector<Credential> credentials = {delegated(),
                                                                               holder().credential}) {
  ServerSettings settings;
  settings.credentials = std::move(credentials);
  return settings;
}
/// Who asks clients for one.
inline ServerSettings delegation_asking_server() {
  ServerSettings settings = server_settings();
  settings.client_authentication = ClientAuthentication::require;
  settings.trust = authority().trust();
  settings.delegated_credentials = {p384};
  return settings;
}

/// One that says what a test wants, with a true signature by the certificate's key; it lives in `octets`.
struct Forged {
  std::uint32_t valid_time = 25 * 3600;  // the certificate began an hour ago
  SignatureScheme scheme = p384;
  SignatureScheme algorithm = SignatureScheme::ecdsa_secp256r1_sha256;
  Role role = Role::server;
  Octets key = delegated_key().subject_public_key_info();
};
inline Octets forge(const Forged& what, const Holder& by = holder()) {
  message::DelegatedCredential made;
  made.cred.valid_time = what.valid_time;
  made.cred.dc_cert_verify_algorithm = what.scheme;
  made.cred.asn1_subject_public_key_info = what.key;
  made.algorithm = what.algorithm;
  const Octets content = delegation_content(what.role, made, by.leaf.certificate);
  const auto signature = by.key.sign(*crypto::algorithm_of(what.algorithm), content, system_random());
  EXPECT_TRUE(signature);
  made.signature = *signature;
  Octets octets(wire::encoded_size(made));
  EXPECT_TRUE(wire::encode(made, octets));
  return octets;
}

/// A Certificate with this delegated credential beside its first entry, or its second.
inline Edit show(Bytes delegated, std::size_t beside = 0) {
  return edit_message<message::Certificate>([delegated, beside](message::Certificate& certificate) {
    static std::array<message::CertificateEntry, 2> entries;
    entries = {certificate.certificate_list.front(), certificate.certificate_list.front()};
    const auto decoded = wire::decode<message::DelegatedCredential>(delegated);
    EXPECT_TRUE(decoded);
    entries[beside].extensions.delegated_credential = *decoded;
    certificate.certificate_list = std::span(entries).first(beside + 1);
  });
}

}  // namespace handfast::test
