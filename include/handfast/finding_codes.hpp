// The findings, by name. finding_info() tells the rest of each (handfast/findings.hpp).
#pragma once
#include <cstdint>
#include <string_view>

namespace [[gnu::visibility("default")]] handfast {
namespace x509 {

/// What can be the matter with a certificate, a path or a revocation status.
enum class FindingCode : std::uint16_t {
  // Encoding: DER (X.690).
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
  no_issuer,
  self_signed_not_trusted,
  bad_signature,
  signature_not_checked,
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
  bad_policy_mapping,
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
  // Rules for issuers: warnings, unless the profile is webpki_strict.
  default_encoded,
  old_version,
  serial_not_positive,
  serial_too_long,
  unique_identifiers,
  wrong_time_type,
  empty_issuer,
  empty_ca_subject,
  bad_name_text,
  bad_informative_extension,
  wrong_criticality,
  no_subject_key_identifier,
  no_authority_key_identifier,
  bad_authority_key_identifier,
  authority_key_mismatch,
  no_basic_constraints,
  certificate_sign_without_ca,
  path_length_without_ca,
  empty_key_usage,
  leaf_is_ca,
  no_extended_key_usage,
  any_extended_key_usage,
  extended_key_usage_in_root,
  bad_alternative_name,
  broad_wildcard,
  common_name_not_listed,
  constraints_in_leaf,
  bad_constraints,
  bad_policies,
  rsa_size_not_octets,
  key_not_listed,
  crl_number_critical,
};
/// "der_truncated" and so on.
[[nodiscard]] std::string_view name_of(FindingCode code) noexcept;

}  // namespace x509
}  // namespace handfast
