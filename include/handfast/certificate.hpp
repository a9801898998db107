// Certificates for people: everything a certificate says, in words.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/time.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

/// A name in subjectAltName or a name constraint.
struct AlternativeName {
  std::string kind;   ///< "DNS", "IP", "email", "URI", "directory", "other", "RID", "X.400", "EDI"
  std::string value;  ///< for people; addresses canonical, constraints on addresses as prefix or mask
};

/// One extension as it stands.
struct ExtensionDescription {
  std::string oid;   ///< dotted
  std::string name;  ///< "subjectAltName"; empty: not known here
  /// Whether whoever does not know it has to refuse the certificate.
  bool critical = false;
  std::size_t size = 0;  ///< octets of its value
};

/// What a certificate says. Owns everything.
struct CertificateDescription {
  /// 1 or 3.
  int version = 3;
  std::string subject;  ///< as in RFC 4514
  /// The issuer's name, written as the subject is.
  std::string issuer;
  std::string common_name;  ///< the subject's last one; empty: none
  std::string serial;       ///< hexadecimal
  /// The first moment of validity.
  Time not_before;
  /// The last second of validity.
  Time not_after;
  std::string key;  ///< "P-256", "RSA", "RSA-PSS", "Ed25519", or a dotted identifier
  /// The size of the key in bits: modulus or field.
  std::size_t key_bits = 0;
  /// The algorithm of the issuer's signature.
  std::string signature_algorithm;
  bool self_issued = false;  ///< subject and issuer are the same name
  /// The cA of basicConstraints.
  bool is_ca = false;
  /// The pathLenConstraint of basicConstraints.
  std::optional<std::uint32_t> path_length;
  std::vector<std::string> key_usage;           ///< "digitalSignature", …
  std::vector<std::string> extended_key_usage;  ///< "serverAuth", …, or dotted
  std::vector<AlternativeName> names;           ///< subjectAltName
  std::vector<AlternativeName> permitted;       ///< name constraints
  /// The excludedSubtrees of nameConstraints.
  std::vector<AlternativeName> excluded;
  std::vector<std::string> policies;             ///< dotted, or the name of a known one
  std::vector<std::string> ocsp_responders;      ///< URLs
  std::vector<std::string> issuer_urls;          ///< where the issuer's certificate is
  std::vector<std::string> crl_urls;             ///< distribution points
  Octets subject_key_id;                         ///< empty: none
  Octets authority_key_id;                       ///< empty: none
  bool must_staple = false;                      ///< RFC 7633 with status_request
  std::vector<ExtensionDescription> extensions;  ///< all, in their order
  std::array<std::uint8_t, 32> sha256{};         ///< fingerprint of the whole
  std::array<std::uint8_t, 20> sha1{};           ///< the same with SHA-1, for old lists only
  std::array<std::uint8_t, 32> key_sha256{};     ///< of SubjectPublicKeyInfo, as pins name it
};

/// Reads one certificate in DER. certificate_malformed tells the field and its offset.
Result<CertificateDescription> describe_certificate(Bytes der);

/// The certificates of a PEM text or one DER certificate, in their order; not parsed further.
/// Errors: bad_pem, no_certificate_in_file.
Result<std::vector<Octets>> read_certificates(Bytes file);
/// The certificate revocation lists of a PEM text (X509 CRL) or one in DER.
/// Errors: bad_pem, no_certificate_in_file.
Result<std::vector<Octets>> read_crls(Bytes file);

/// The public key of a PEM text ("PUBLIC KEY") or a SubjectPublicKeyInfo in DER, checked, as DER.
/// Errors: bad_pem, certificate_malformed, certificate_unsupported.
Result<Octets> read_public_key(Bytes file);

/// PEM text of one certificate, with a newline at its end.
[[nodiscard]] std::string certificate_to_pem(Bytes der);
/// Exactly 32 octets: SHA-256 of the whole certificate.
[[nodiscard]] std::array<std::uint8_t, 32> fingerprint(Bytes der) noexcept;

/// Many lines for people, ending in a newline: names, validity, key, uses, identifiers, fingerprints.
[[nodiscard]] std::string to_text(const CertificateDescription& certificate);
/// The same as one JSON object.
[[nodiscard]] std::string to_json(const CertificateDescription& certificate);

}  // namespace x509
}  // namespace handfast
