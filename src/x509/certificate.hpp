// A certificate as its octets say it: a view, parsed in one pass, without a copy.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>
#include <handfast/key_usage.hpp>
#include <handfast/server_name.hpp>
#include <handfast/time.hpp>

#include "crypto/signature.hpp"
#include "x509/algorithm.hpp"
#include "x509/defect.hpp"

namespace handfast::x509 {

/// The extensions that are known here (RFC 5280 §4.2, RFC 7633, RFC 6960 §4.2.2.2.1, RFC 6962).
enum class ExtensionId : std::uint8_t {
  subject_key_identifier,
  authority_key_identifier,
  key_usage,
  certificate_policies,
  policy_mappings,
  subject_alt_name,
  issuer_alt_name,
  basic_constraints,
  name_constraints,
  policy_constraints,
  extended_key_usage,
  crl_distribution_points,
  inhibit_any_policy,
  authority_info_access,
  subject_info_access,
  tls_feature,
  ocsp_no_check,
  certificate_timestamps,
};
inline constexpr std::size_t known_extensions = 18;

/// The known extensions of one certificate: which there are, which are critical, their values.
class KnownExtensions {
 public:
  [[nodiscard]] bool has(ExtensionId id) const noexcept { return (present_ & bit(id)) != 0; }
  [[nodiscard]] bool critical(ExtensionId id) const noexcept { return (critical_ & bit(id)) != 0; }
  /// The contents of extnValue; empty if the extension is not there.
  [[nodiscard]] Bytes value(ExtensionId id) const noexcept { return values_[static_cast<std::size_t>(id)]; }
  void set(ExtensionId id, bool is_critical, Bytes value) noexcept {
    present_ |= bit(id);
    if (is_critical) critical_ |= bit(id);
    values_[static_cast<std::size_t>(id)] = value;
  }

 private:
  static constexpr std::uint32_t bit(ExtensionId id) noexcept { return 1U << static_cast<unsigned>(id); }
  std::uint32_t present_ = 0;
  std::uint32_t critical_ = 0;
  std::array<Bytes, known_extensions> values_{};
};

/// ExtKeyUsage as flags; none set and not present: everything is allowed.
struct ExtendedKeyUsage {
  bool present = false;
  bool any = false;
  bool server_auth = false;
  bool client_auth = false;
  bool ocsp_signing = false;
  bool other = false;
};

/// One certificate. Trivially copyable; its views live as long as the octets it was parsed from.
struct Certificate {
  using Seconds = std::chrono::sys_seconds;

  Bytes der;            ///< all of it
  Bytes signed_octets;  ///< tbsCertificate, with tag and length
  SignatureIdentifier signature_algorithm;
  Bytes signature;           ///< contents of the BIT STRING
  std::uint8_t version = 1;  ///< 1, 2 or 3
  Bytes serial;              ///< contents of the INTEGER
  Bytes issuer;              ///< Name, with tag and length
  Bytes subject;             ///< the same
  Bytes validity;            ///< contents of the SEQUENCE
  Seconds not_before;
  Seconds not_after;
  KeyInfo key;
  bool has_unique_identifiers = false;
  Bytes all_extensions;  ///< contents of the SEQUENCE of extensions; empty: none
  KnownExtensions extensions;
  Bytes unknown_critical;  ///< identifier (contents) of the first critical one that is not known
  bool ca = false;         ///< basicConstraints.cA
  std::optional<std::uint32_t> path_length;
  std::optional<std::uint16_t> key_usage;  ///< KeyUsage bits; none: the extension is not there
  ExtendedKeyUsage extended_key_usage;

  /// Parses exactly one certificate; `certificate` is only meaningful on success. Nothing is allocated.
  [[nodiscard]] static std::optional<Defect> parse_into(Certificate& certificate, Bytes der) noexcept;
  /// The same. certificate_malformed tells rule, field and offset.
  static Result<Certificate> parse(Bytes der) noexcept;

  /// The key, ready to check signatures. Errors: certificate_unsupported, certificate_malformed.
  [[nodiscard]] Result<crypto::PublicKey> public_key() const { return make_public_key(key); }
  /// Whether all `bits` (KeyUsage) are allowed: also where the extension is missing (RFC 5280 §4.2.1.3).
  [[nodiscard]] bool allows(std::uint16_t bits) const noexcept {
    return !key_usage || (*key_usage & bits) == bits;
  }
  /// Both ends belong to the period (RFC 5280 §4.1.2.5); a fraction of a second does not count.
  [[nodiscard]] bool valid_at(Time now) const noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    return not_before <= seconds && seconds <= not_after;
  }
  /// Whether a subjectAltName is this name, a wildcard included (RFC 9525 §6); the common name does not
  /// count.
  [[nodiscard]] bool is_for(const ServerName& name) const noexcept;
};

}  // namespace handfast::x509
