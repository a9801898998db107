// Verification: is this certificate chain trusted, for this name and purpose, at this time?
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/findings.hpp>
#include <handfast/key_usage.hpp>
#include <handfast/public_suffixes.hpp>
#include <handfast/server_name.hpp>
#include <handfast/signature_cache.hpp>
#include <handfast/time.hpp>
#include <handfast/trust.hpp>
#include <handfast/types.hpp>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

/// What the leaf is to be used for (RFC 5280 §4.2.1.12).
enum class Purpose : std::uint8_t {
  server,  ///< it is a server's: serverAuth
  client,  ///< it is a client's: clientAuth
  any,     ///< extended key usage is not looked at
};

/// Which breaches refuse a chain.
enum class Profile : std::uint8_t {
  standard,       ///< what RFC 5280 binds verifiers to; breaches of rules for issuers are warnings
  webpki_strict,  ///< also the rules of RFC 5280 and the CA/Browser Forum that bind issuers
};

/// What happens when it is not known whether a certificate is revoked. One that is known to be revoked is
/// always refused, as is a leaf that demands a stapled response (RFC 7633) and has none.
enum class Revocation : std::uint8_t {
  off,             ///< CRLs are not looked at; a stapled response only where the leaf demands one
  soft_fail,       ///< accepted, with a warning in the findings
  where_provided,  ///< refused for an issuer whose CRL or response is given but does not hold
  hard_fail,       ///< refused; each certificate of the path but the anchor needs a status
};

/// What RFC 5280 §6.1.1 lets the caller say about certificate policies.
struct PolicyDemands {
  /// Acceptable policies, as DER contents of object identifiers (without tag and length). Empty: any.
  std::span<const Bytes> acceptable;
  bool require_explicit = false;    ///< the path must be valid for at least one acceptable policy
  bool inhibit_any_policy = false;  ///< anyPolicy is not understood
  bool inhibit_mapping = false;     ///< policies are not mapped
};

/// One question. All views must outlive the call; nothing is kept afterwards.
struct VerificationRequest {
  /// DER certificates: the leaf first, then intermediates in any order, as the peer sent them.
  std::span<const Bytes> chain;
  const TrustStore* trust = nullptr;  ///< null trusts nothing
  /// The name that the leaf must be for (RFC 9525). Null: names are not compared.
  const ServerName* name = nullptr;
  /// Mailboxes that must all stand in the leaf (rfc822Name), for clients that are people.
  std::span<const std::string_view> mailboxes;
  /// What the leaf is shown for.
  Purpose purpose = Purpose::server;
  /// KeyUsage bits that the leaf must allow, if it has the extension (KeyUsage values). 0: none.
  std::uint16_t key_usage = 0;
  /// The caller has seen the leaf's key at work, as a CertificateVerify shows it: that its numbers make a key
  /// is not found out again.
  bool key_is_sound = false;
  /// The moment that validity is judged at.
  Time now;
  /// Whether rules that bind only issuers refuse.
  Profile profile = Profile::standard;
  /// Whether revocation is looked at, and what an unknown status means.
  Revocation revocation = Revocation::off;
  std::span<const Bytes> crls;  ///< DER certificate revocation lists
  Bytes ocsp_response;          ///< DER, stapled for the leaf; empty: none came
  /// The certificate policies that are demanded (RFC 5280 §6.1.1).
  PolicyDemands policies;
  /// Most intermediates between leaf and anchor, self-issued ones not counted; at most 24.
  std::uint8_t max_intermediates = 10;
  /// The smallest RSA modulus that is accepted, in bits.
  std::uint16_t min_rsa_bits = 2048;
  /// Schemes that signatures in the chain may use, compared by algorithm and hash. Empty: all that are
  /// spoken.
  std::span<const SignatureScheme> signature_schemes;
  /// Most signatures that are checked before the search for a path is given up.
  std::uint32_t max_signature_checks = 100;
  /// No wildcard directly below a suffix of this list matches. Null: none directly below a top-level domain.
  const PublicSuffixList* public_suffixes = nullptr;
  /// Successful signature checks are looked up and kept here. Null: every signature is checked.
  SignatureCache* signature_cache = nullptr;
  /// Fill in attempts and findings also on success (they always are on failure).
  bool explain = false;
};

/// Builds and judges paths from the leaf to an anchor until one is good (RFC 5280 §6). Bounded in work,
/// reentrant, reads no clock and no file.
[[nodiscard]] Verification verify(const VerificationRequest& request);

}  // namespace x509
}  // namespace handfast
