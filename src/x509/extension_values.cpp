// The values of extensions.
#include "x509/extension_values.hpp"

#include <algorithm>
#include <vector>

#include "x509/general_name.hpp"
#include "x509/name.hpp"
#include "x509/name_constraints.hpp"
#include "x509/oid.hpp"

namespace handfast::x509 {
namespace {

void read_basic_constraints(Der& der, Certificate& certificate) noexcept {
  Der sequence = der.sequence("basicConstraints");
  if (sequence.next_is(tag::boolean)) certificate.ca = sequence.boolean("cA");
  // RFC 5280 §4.2.1.9: not negative [5280:4.2.1.9#3].
  if (sequence.next_is(tag::integer))
    certificate.path_length = sequence.small(tag::integer, "pathLenConstraint");
  sequence.finish("basicConstraints");
}

void read_extended_key_usage(Der& der, Certificate& certificate) noexcept {
  // RFC 5280 §4.2.1.12: at least one purpose.
  Der list = der.non_empty_sequence("extKeyUsage");
  certificate.extended_key_usage = read_purposes(list);
  certificate.extended_key_usage.present = true;
}

/// RFC 5280 §4.2.1.4. Of a critical extension every qualifier has to be understood [5280:4.2.1.4#2].
void check_policies(Der& der, bool critical) noexcept {
  Der list = der.non_empty_sequence("certificatePolicies");
  while (list.more()) {
    Der information = list.sequence("PolicyInformation");
    information.object_identifier("policyIdentifier");
    if (information.more()) {
      Der qualifiers = information.non_empty_sequence("policyQualifiers");
      while (qualifiers.more()) {
        const std::uint8_t* const where = qualifiers.rest().data();
        Der qualifier = qualifiers.sequence("PolicyQualifierInfo");
        const Bytes id = qualifier.object_identifier("policyQualifierId");
        qualifier.any("qualifier");
        qualifier.finish("PolicyQualifierInfo");
        if (critical && !equal(id, oid::qualifier_cps) && !equal(id, oid::qualifier_user_notice))
          qualifiers.fail(FindingCode::bad_extension, "policyQualifierId", where);
      }
    }
    information.finish("PolicyInformation");
  }
}

void check_policy_mappings(Der& der) noexcept {
  Der list = der.non_empty_sequence("policyMappings");
  while (list.more()) {
    Der pair = list.sequence("policyMappings");
    pair.object_identifier("issuerDomainPolicy");
    pair.object_identifier("subjectDomainPolicy");
    pair.finish("policyMappings");
  }
}

PolicyLimits read_policy_constraints(Der& der) noexcept {
  PolicyLimits limits;
  Der sequence = der.sequence("policyConstraints");
  // RFC 5280 §4.2.1.11 [5280:4.2.1.11#1,2]. The numbers are tagged implicitly.
  if (sequence.next_is(tag::context(0)))
    limits.require_explicit = sequence.small(tag::context(0), "requireExplicitPolicy");
  if (sequence.next_is(tag::context(1)))
    limits.inhibit_mapping = sequence.small(tag::context(1), "inhibitPolicyMapping");
  sequence.finish("policyConstraints");
  return limits;
}

void check_tls_feature(Der& der) noexcept {
  Der list = der.sequence("tlsFeature");
  while (list.more()) list.small(tag::integer, "tlsFeature");
}

AuthorityKeyIdentifier read_authority_key_identifier(Der& der) noexcept {
  AuthorityKeyIdentifier identifier;
  Der sequence = der.sequence("authorityKeyIdentifier");
  if (sequence.next_is(tag::context(0))) {
    identifier.key_identifier = sequence.content(tag::context(0), "keyIdentifier");
    identifier.has_key_identifier = true;
  }
  if (sequence.next_is(tag::constructed(1))) {
    Der names = sequence.non_empty(tag::constructed(1), "authorityCertIssuer");
    identifier.issuer = names.rest();
    identifier.has_issuer = true;
    while (names.more()) read_general_name(names, "authorityCertIssuer");
  }
  if (sequence.next_is(tag::context(2)))
    identifier.serial = sequence.content(tag::context(2), "authorityCertSerialNumber");
  sequence.finish("authorityKeyIdentifier");
  return identifier;
}

/// AuthorityInfoAccessSyntax and SubjectInfoAccessSyntax (RFC 5280 §4.2.2).
void check_access(Der& der) noexcept {
  Der list = der.non_empty_sequence("InfoAccess");
  while (list.more()) {
    Der description = list.sequence("AccessDescription");
    description.object_identifier("accessMethod");
    read_general_name(description, "accessLocation");
    description.finish("AccessDescription");
  }
}

void check_distribution_points(Der& der) noexcept {
  Der list = der.non_empty_sequence("cRLDistributionPoints");
  while (list.more()) {
    Der point = list.sequence("DistributionPoint");
    // RFC 5280 §4.2.1.13: reasons alone point nowhere [5280:4.2.1.13#1].
    if (!point.next_is(tag::constructed(0)) && !point.next_is(tag::constructed(2)))
      point.fail(FindingCode::der_unexpected, "DistributionPoint");
    if (point.next_is(tag::constructed(0))) {
      Der name = point.inside(tag::constructed(0), "distributionPoint");
      if (name.next_is(tag::constructed(0))) {
        Der full = name.non_empty(tag::constructed(0), "fullName");
        while (full.more()) read_general_name(full, "fullName");
      } else {
        name.inside(tag::constructed(1), "nameRelativeToCRLIssuer");
      }
      name.finish("distributionPoint");
    }
    if (point.next_is(tag::context(1))) point.flags(tag::context(1), 9, "reasons");
    if (point.next_is(tag::constructed(2))) {
      Der issuer = point.non_empty(tag::constructed(2), "cRLIssuer");
      while (issuer.more()) read_general_name(issuer, "cRLIssuer");
    }
    point.finish("DistributionPoint");
  }
}

}  // namespace

void read_extension_value(ExtensionId id, Bytes value, Certificate& certificate, Fault& fault) noexcept {
  Der der(value, fault);
  switch (id) {
    case ExtensionId::basic_constraints: read_basic_constraints(der, certificate); break;
    case ExtensionId::key_usage: certificate.key_usage = der.flags(tag::bit_string, 9, "keyUsage"); break;
    case ExtensionId::extended_key_usage: read_extended_key_usage(der, certificate); break;
    case ExtensionId::subject_alt_name: check_general_names(der, "subjectAltName"); break;
    case ExtensionId::name_constraints: check_name_constraints(der); break;
    case ExtensionId::certificate_policies: check_policies(der, certificate.extensions.critical(id)); break;
    case ExtensionId::policy_mappings: check_policy_mappings(der); break;
    case ExtensionId::policy_constraints: read_policy_constraints(der); break;
    case ExtensionId::inhibit_any_policy: der.small(tag::integer, "inhibitAnyPolicy"); break;
    case ExtensionId::tls_feature: check_tls_feature(der); break;
    case ExtensionId::subject_key_identifier:
    case ExtensionId::authority_key_identifier:
    case ExtensionId::issuer_alt_name:
    case ExtensionId::crl_distribution_points:
    case ExtensionId::authority_info_access:
    case ExtensionId::subject_info_access:
    case ExtensionId::ocsp_no_check:
    case ExtensionId::certificate_timestamps:
      // RFC 5280 §4.2: of a critical extension everything has to be understood [5280:4.2#1] [5280:B#12].
      if (certificate.extensions.critical(id) && !check_informative_value(id, value))
        fault.set(FindingCode::bad_extension, "extnValue", value.data());
      return;
  }
  der.finish("extnValue");
}

bool check_informative_value(ExtensionId id, Bytes value) noexcept {
  Fault fault(value);
  Der der(value, fault);
  switch (id) {
    case ExtensionId::subject_key_identifier:
    case ExtensionId::certificate_timestamps: der.content(tag::octet_string, "extnValue"); break;
    case ExtensionId::authority_key_identifier: read_authority_key_identifier(der); break;
    case ExtensionId::issuer_alt_name: check_general_names(der, "issuerAltName"); break;
    case ExtensionId::crl_distribution_points: check_distribution_points(der); break;
    case ExtensionId::authority_info_access:
    case ExtensionId::subject_info_access: check_access(der); break;
    case ExtensionId::ocsp_no_check: der.null("ocspNoCheck"); break;
    default: return true;
  }
  der.finish("extnValue");
  return !fault.happened();
}

ExtendedKeyUsage read_purposes(Der& list) noexcept {
  ExtendedKeyUsage usage;
  while (list.more()) {
    const Bytes purpose = list.object_identifier("KeyPurposeId");
    if (equal(purpose, oid::server_auth))
      usage.server_auth = true;
    else if (equal(purpose, oid::client_auth))
      usage.client_auth = true;
    else if (equal(purpose, oid::any_extended_key_usage))
      usage.any = true;
    else if (equal(purpose, oid::ocsp_signing))
      usage.ocsp_signing = true;
    else
      usage.other = true;
  }
  return usage;
}

std::optional<AuthorityKeyIdentifier> authority_key_identifier(const Certificate& certificate) noexcept {
  if (!certificate.extensions.has(ExtensionId::authority_key_identifier)) return std::nullopt;
  return read_authority_key_identifier(certificate.extensions.value(ExtensionId::authority_key_identifier));
}

std::optional<AuthorityKeyIdentifier> read_authority_key_identifier(Bytes value) noexcept {
  Fault fault(value);
  Der der(value, fault);
  const AuthorityKeyIdentifier identifier = read_authority_key_identifier(der);
  der.finish("extnValue");
  if (fault.happened()) return std::nullopt;
  return identifier;
}

Bytes subject_key_identifier(const Certificate& certificate) noexcept {
  const Bytes value = certificate.extensions.value(ExtensionId::subject_key_identifier);
  if (value.empty()) return {};
  Fault fault(value);
  Der der(value, fault);
  const Bytes identifier = der.content(tag::octet_string, "subjectKeyIdentifier");
  der.finish("extnValue");
  return fault.happened() ? Bytes{} : identifier;
}

std::string_view name_of(ExtensionId id) noexcept {
  static constexpr std::array<std::string_view, known_extensions> names = {"subjectKeyIdentifier",
                                                                           "authorityKeyIdentifier",
                                                                           "keyUsage",
                                                                           "certificatePolicies",
                                                                           "policyMappings",
                                                                           "subjectAltName",
                                                                           "issuerAltName",
                                                                           "basicConstraints",
                                                                           "nameConstraints",
                                                                           "policyConstraints",
                                                                           "extKeyUsage",
                                                                           "cRLDistributionPoints",
                                                                           "inhibitAnyPolicy",
                                                                           "authorityInfoAccess",
                                                                           "subjectInfoAccess",
                                                                           "tlsFeature",
                                                                           "ocspNoCheck",
                                                                           "signedCertificateTimestampList"};
  return names[static_cast<std::size_t>(id)];
}

bool has_repeated_policy(const Certificate& certificate) {
  std::vector<std::string_view> policies;
  const Bytes value = certificate.extensions.value(ExtensionId::certificate_policies);
  Fault fault(value);
  Der outer(value, fault);
  for (Der list = outer.sequence("certificatePolicies"); list.more();)
    policies.push_back(as_text(list.sequence("PolicyInformation").object_identifier("policyIdentifier")));
  std::sort(policies.begin(), policies.end());
  return std::adjacent_find(policies.begin(), policies.end()) != policies.end();
}

bool demands_feature(const Certificate& certificate, ExtensionType feature) noexcept {
  const Bytes value = certificate.extensions.value(ExtensionId::tls_feature);
  if (value.empty()) return false;
  Fault fault(value);
  Der der(value, fault);
  Der list = der.sequence("tlsFeature");
  while (list.more())
    if (list.small(tag::integer, "tlsFeature") == static_cast<std::uint32_t>(feature)) return true;
  return false;
}

PolicyLimits policy_limits(const Certificate& certificate) noexcept {
  PolicyLimits limits;
  if (const Bytes value = certificate.extensions.value(ExtensionId::policy_constraints); !value.empty()) {
    Fault fault(value);
    Der der(value, fault);
    limits = read_policy_constraints(der);
  }
  if (const Bytes value = certificate.extensions.value(ExtensionId::inhibit_any_policy); !value.empty()) {
    Fault fault(value);
    Der der(value, fault);
    limits.inhibit_any = der.small(tag::integer, "inhibitAnyPolicy");
  }
  return limits;
}

}  // namespace handfast::x509
