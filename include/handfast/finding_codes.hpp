// The findings, by name. finding_info() tells the rest of each (handfast/findings.hpp).
#pragma once
#include <cstdint>
#include <string_view>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

/// What can be the matter with a certificate, a path or a revocation status.
enum class FindingCode : std::uint16_t {
  // Encoding: DER.
  der_truncated,
  der_bad_length,
  der_bad_tag,
  der_unexpected,
  der_trailing_data,
  der_bad_value,
  bad_time,
  // What stands in a certificate.
  bad_version,
  extensions_need_version_3,
  unique_identifier_in_version_1,
  algorithm_disagreement,
  duplicate_extension,
  bad_extension,
  bad_key,
  unknown_critical_extension,
  unsupported_key,
  weak_key,
  unsupported_signature,
  weak_signature,
  signature_not_allowed,
  // The way to an anchor.
  empty_chain,
  malformed_leaf,
  certificate_ignored,
  no_issuer,
  self_signed_not_trusted,
  bad_signature,
  not_yet_valid,
  expired,
  not_a_ca,
  no_certificate_sign,
  path_length_exceeded,
  too_many_intermediates,
  gave_up_signatures,
  gave_up_paths,
  gave_up_names,
  purpose_not_allowed,
  issuer_purpose_not_allowed,
  key_usage_not_allowed,
  // Name constraints and policies.
  name_excluded,
  name_not_permitted,
  name_not_comparable,
  constraint_not_supported,
  policy_required,
  // The wanted name.
  name_mismatch,
  no_alternative_names,
  wildcard_too_broad,
  mailbox_mismatch,
  // Revocation.
  revoked,
  status_unknown,
  crl_malformed,
  crl_not_supported,
  crl_bad_signature,
  crl_signer_not_allowed,
  crl_not_current,
  ocsp_malformed,
  ocsp_no_answer,
  ocsp_other_certificate,
  ocsp_bad_signature,
  ocsp_responder_not_allowed,
  ocsp_not_current,
  ocsp_unknown_certificate,
  staple_required,
};
/// "der_truncated" and so on.
[[nodiscard]] std::string_view name_of(FindingCode code) noexcept;

}  // namespace x509
}  // namespace handfast
