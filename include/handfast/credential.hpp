// Credentials: the certificate chain a side shows and the key that proves it.
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include <handfast/bytes.hpp>
#include <handfast/certificate_properties.hpp>
#include <handfast/error.hpp>
#include <handfast/policy.hpp>
#include <handfast/time.hpp>

namespace [[gnu::visibility("default")]] handfast {

class Credential;
namespace dangerous {
Result<Credential> unchecked_delegated(Bytes certificate_chain, Bytes delegated_credential, Bytes private_key,
                                       Role role);
}  // namespace dangerous

/// A certificate chain with its private key, parsed and checked once. Immutable; copies share the same
/// contents; safe to use from any number of threads.
class Credential {
 public:
  /// Chain and key from PEM text (the key also as DER; PKCS#8, PKCS#1, SEC1, encrypted PKCS#8). Certificates
  /// stand in the file leaf first.
  /// Errors: bad_pem, no_certificate_in_file, own_certificate_malformed, no_private_key_in_file,
  /// bad_private_key, unsupported_private_key, passphrase_needed, wrong_passphrase, key_mismatch.
  static Result<Credential> from_pem(Bytes certificate_chain, Bytes private_key,
                                     std::string_view passphrase = {});

  /// A chain whose key is held elsewhere (an HSM, another process): each signature becomes a question
  /// (Connection::pending).
  /// Errors: as from_pem, without those of keys.
  static Result<Credential> external(Bytes certificate_chain);

  /// A bare key, shown without a certificate to peers that take raw public keys (RFC 7250): PEM or DER as in
  /// from_pem. It is for every name and never expires; the peer has to know it from elsewhere.
  /// Errors: those of keys in from_pem.
  static Result<Credential> raw_public_key(Bytes private_key, std::string_view passphrase = {});

  /// A chain that a delegated credential proves (RFC 9345): that is a key which the holder of the
  /// certificate's key vouches for, for some days at most, so that the machine which shows the chain need not
  /// have the certificate's key. `delegated_credential`: a DelegatedCredential as it travels (RFC 9345 §4),
  /// or the same as PEM, "DELEGATED CREDENTIAL". `private_key`: the one that it is for, as in from_pem.
  ///
  /// Shown in TLS 1.3 to peers only that take it, and not before or after its time: a server lists it in
  /// front of another credential for everybody else.
  /// Errors: as from_pem; own_delegated_credential_unusable: it does not parse, the certificate's key did not
  /// sign it, or its scheme is not for delegated credentials.
  static Result<Credential> delegated(Bytes certificate_chain, Bytes delegated_credential, Bytes private_key,
                                      std::string_view passphrase = {});

  /// As raw_public_key, with the key held elsewhere as in external. `public_key`: PEM or a
  /// SubjectPublicKeyInfo in DER, which is shown as it is.
  /// Errors: bad_pem, own_certificate_malformed, unsupported_private_key.
  static Result<Credential> external_raw_public_key(Bytes public_key);

  /// As delegated, with the delegated credential's key held elsewhere as in external: it is that key that has
  /// to sign, and SignatureQuestion::public_key that says so, while its certificate is the leaf.
  /// Errors: as external; own_delegated_credential_unusable as in delegated.
  static Result<Credential> external_delegated(Bytes certificate_chain, Bytes delegated_credential);

  /// X509, or RawPublicKey for a bare key, whose chain() is empty.
  [[nodiscard]] CertificateType type() const noexcept;
  /// What a raw public key shows: its SubjectPublicKeyInfo in DER. Empty for certificates. Lives as chain().
  [[nodiscard]] Bytes public_key_info() const noexcept;
  /// The certificates in DER, leaf first. The views live as long as any copy of this credential.
  [[nodiscard]] std::span<const Bytes> chain() const noexcept;
  /// True when the private key is here.
  [[nodiscard]] bool can_sign() const noexcept;
  /// The signature schemes that this key can make, by its type alone.
  [[nodiscard]] std::span<const SignatureScheme> schemes() const noexcept;
  /// True when the leaf is for this DNS name (RFC 9525, wildcards included) or textual address.
  [[nodiscard]] bool matches(std::string_view host_name) const noexcept;
  /// Of leaf and delegated credential. Errors: own_certificate_expired (also: not yet valid).
  [[nodiscard]] Result<> check_validity(Time now) const;

  /// A copy with a stapled OCSP response (DER, RFC 6960), sent to clients that ask (RFC 8446 §4.4.2.1).
  [[nodiscard]] Credential with_ocsp_response(Bytes response) const;
  /// A copy with a SignedCertificateTimestampList (RFC 6962 §3.3), sent to clients that ask.
  [[nodiscard]] Credential with_signed_certificate_timestamps(Bytes list) const;

  /// A copy that signs with these schemes only, most wanted first, instead of those of the policy in the
  /// policy's order. What the key cannot make is passed over; an empty list brings the policy's back.
  [[nodiscard]] Credential with_signature_schemes(std::span<const SignatureScheme> schemes) const;

  /// A copy that is shown only to a peer whose certificate_authorities name an issuer of this chain, or that
  /// names none (`only_named`), or to any peer whatever it names. Default: a client looks at the names, as
  /// RFC 8446 §4.4.2.3 and RFC 5246 §7.4.6 recommend, a server does not.
  [[nodiscard]] Credential with_issuer_check(bool only_named) const;
  /// A copy that is shown only to a server that lists the algorithms its chain is signed with
  /// (`only_listed`), or to one also that does not. Default: only then, as RFC 8446 §4.4.2.3 and RFC 5246
  /// §7.4.4 demand; but there are servers that list what handshakes are to be signed with and trust a chain
  /// by other means. For clients: a server shows the best that it has anyway (RFC 8446 §4.4.2.2).
  [[nodiscard]] Credential with_chain_check(bool only_listed) const;

  /// A copy with what its issuer says of the chain (draft-ietf-tls-trust-anchor-ids-04): peers that ask for
  /// its trust anchor, or for a group that this belongs to, are shown it rather than another that fits as
  /// well, and told so. Default: the chain has no trust anchor's ID, and is for peers that ask for any.
  /// Errors: invalid_argument (detail says what): groups without an ID, an ID of more than 255 octets, or an
  /// ID for a chain that is none: a raw public key, certificates that do not issue each other in their order,
  /// or the trust anchor itself behind them.
  [[nodiscard]] Result<Credential> with_certificate_properties(CertificateProperties properties) const;

  /// What the library keeps; not part of the public contract.
  struct Contents;
  /// For the library itself.
  [[nodiscard]] const Contents& contents() const noexcept { return *contents_; }

 private:
  friend Result<Credential> dangerous::unchecked_delegated(Bytes certificate_chain,
                                                           Bytes delegated_credential, Bytes private_key,
                                                           Role role);
  explicit Credential(std::shared_ptr<const Contents> contents) noexcept : contents_(std::move(contents)) {}
  std::shared_ptr<const Contents> contents_;
};

namespace dangerous {

/// As Credential::delegated, for `role`, but nobody looks whether the certificate's key signed it: for tests
/// of peers, which have to refuse it.
Result<Credential> unchecked_delegated(Bytes certificate_chain, Bytes delegated_credential, Bytes private_key,
                                       Role role);

}  // namespace dangerous

}  // namespace handfast
