// Issuing: keys, and certificates that one's own key signs. Enough for a development CA and for tests.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/key_usage.hpp>
#include <handfast/random.hpp>
#include <handfast/secret.hpp>
#include <handfast/time.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

/// Kinds of keys that can be made.
enum class KeyKind : std::uint8_t { ec_p256, ec_p384, ec_p521, ed25519, rsa_2048, rsa_3072, rsa_4096 };

/// A private key that signs certificates. Immutable; copies share it; any number of threads.
class IssuerKey {
 public:
  /// Errors: random_failed.
  static Result<IssuerKey> generate(KeyKind kind, RandomSource& random);
  /// The first private key of a PEM text. Errors: those of crypto::PrivateKey::from_pem.
  static Result<IssuerKey> from_pem(Bytes text, std::string_view passphrase = {});

  /// PKCS#8 as PEM, not encrypted.
  [[nodiscard]] SecretOctets to_pem() const;
  /// DER SubjectPublicKeyInfo.
  [[nodiscard]] Octets subject_public_key_info() const;
  /// The first 160 bits of SHA-256 over the key: what subjectKeyIdentifier holds (RFC 7093 §2).
  [[nodiscard]] Octets key_identifier() const;

  /// What the library keeps; not part of the public contract.
  struct State;
  /// For the library itself.
  [[nodiscard]] const State& state() const noexcept { return *state_; }

 private:
  explicit IssuerKey(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// What a certificate is to say. Texts are UTF-8.
struct CertificateTemplate {
  std::string common_name;  ///< subject: CN; empty together with organization: an empty subject
  /// organizationName of the subject; empty: none.
  std::string organization;
  /// DNS names of subjectAltName.
  std::vector<std::string> dns_names;
  std::vector<std::string> addresses;  ///< textual IPv4 and IPv6
  /// Mail addresses of subjectAltName.
  std::vector<std::string> mailboxes;
  /// URIs of subjectAltName.
  std::vector<std::string> uris;
  /// The first moment of validity, in whole seconds.
  Time not_before;
  /// The last second of validity.
  Time not_after;
  /// basicConstraints with cA.
  bool is_ca = false;
  std::optional<std::uint32_t> path_length;  ///< only of a CA
  std::uint16_t key_usage = 0;               ///< 0: keyCertSign and cRLSign of a CA, else digitalSignature
  /// serverAuth in extKeyUsage.
  bool server_auth = false;
  /// clientAuth in extKeyUsage.
  bool client_auth = false;
  /// OCSPSigning in extKeyUsage.
  bool ocsp_signing = false;
  /// A TLS feature extension that demands a stapled OCSP response (RFC 7633).
  bool must_staple = false;
  /// DelegationUsage: the key may sign delegated credentials (RFC 9345 §4.2).
  bool delegation_usage = false;
  /// Name constraints, of a CA only. DNS: "example.com" with all below it; addresses as "192.0.2.0/24".
  std::vector<std::string> permitted_dns_names;
  /// Permitted IP networks of nameConstraints, as address/length.
  std::vector<std::string> permitted_addresses;
  /// Excluded DNS names of nameConstraints.
  std::vector<std::string> excluded_dns_names;
  /// Excluded IP networks of nameConstraints, as address/length.
  std::vector<std::string> excluded_addresses;
  /// Further extensions: whole DER Extension structures, put at the end.
  std::vector<Octets> extensions;
};

/// Who signs: a CA's certificate (DER) and its key.
struct Issuer {
  /// The issuer's certificate in DER; must live as long as this view.
  Bytes certificate;
  /// Its private key; must live as long as this view.
  const IssuerKey& key;
};

/// A certificate (DER) for `subject_key` (DER SubjectPublicKeyInfo), with a random serial number of 16
/// octets, key identifiers, and a signature by the issuer's key. Errors: invalid_argument (detail says which
/// field), certificate_malformed (the issuer's), signing_failed, random_failed.
Result<Octets> issue_certificate(const CertificateTemplate& content, Bytes subject_key, const Issuer& issuer,
                                 RandomSource& random);
/// The same, signed by its own key: a root, or a certificate that is trusted by itself.
Result<Octets> issue_self_signed(const CertificateTemplate& content, const IssuerKey& key,
                                 RandomSource& random);

}  // namespace x509
}  // namespace handfast
