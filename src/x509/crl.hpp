// Certificate revocation lists (RFC 5280 §5): complete ones, signed by the certificates' own issuer.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "x509/algorithm.hpp"
#include "x509/certificate.hpp"

namespace handfast::x509 {

/// IssuingDistributionPoint (RFC 5280 §5.2.5): for which certificates a list speaks.
struct ListScope {
  Bytes distribution_point;  ///< contents of DistributionPointName; empty: none
  bool only_users = false;
  bool only_cas = false;
  bool only_attributes = false;
  bool some_reasons = false;
  bool indirect = false;
};

/// A list. A view; nothing is allocated, however many entries it has.
struct RevocationList {
  Bytes signed_octets;
  SignatureIdentifier signature_algorithm;
  Bytes signature;
  Bytes issuer;
  std::chrono::sys_seconds this_update;
  std::optional<std::chrono::sys_seconds> next_update;
  Bytes entries;  ///< contents of revokedCertificates
  ListScope scope;
  bool delta = false;
  bool has_number = false;
  bool number_critical = false;
  bool has_authority_key_identifier = false;
  Bytes authority_key;     ///< its keyIdentifier; empty: it has none
  Bytes unknown_critical;  ///< identifier of a critical extension, of the list or an entry, that is not known

  [[nodiscard]] static std::optional<Defect> parse_into(RevocationList& list, Bytes der) noexcept;
};

/// An entry of a list.
struct RevokedEntry {
  Bytes serial;
  std::chrono::sys_seconds date;
  std::optional<std::uint32_t> reason;  ///< CRLReason
  bool has_extensions = false;
};
/// The entry of this serial number; none: it is not revoked.
[[nodiscard]] std::optional<RevokedEntry> find_revoked(const RevocationList& list, Bytes serial) noexcept;

/// Whether a list of this scope speaks for the certificate (RFC 5280 §6.3.3 (b)).
[[nodiscard]] bool covers(const ListScope& scope, const Certificate& certificate) noexcept;
/// "keyCompromise" and so on; empty for a number that is not listed (RFC 5280 §5.3.1).
[[nodiscard]] std::string_view reason_name(std::uint32_t reason) noexcept;

}  // namespace handfast::x509
