// Certificates for people.
#include <handfast/certificate.hpp>

#include "crypto/hash.hpp"
#include "x509/certificate.hpp"
#include "x509/describe_path.hpp"
#include "x509/extension_values.hpp"
#include "x509/general_name_text.hpp"
#include "x509/name.hpp"
#include "x509/name_constraints.hpp"
#include "x509/oid.hpp"
#include "x509/pem.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {
namespace {

AlternativeName describe(const GeneralName& name) {
  return {std::string(kind_name(name.kind)), value_text(name)};
}

void describe_names(const Certificate& certificate, CertificateDescription& out) {
  if (const Bytes value = certificate.extensions.value(ExtensionId::subject_alt_name); !value.empty())
    for_each_name(value, [&](const GeneralName& name) {
      out.names.push_back(describe(name));
      return true;
    });
  if (const Bytes value = certificate.extensions.value(ExtensionId::name_constraints); !value.empty())
    for_each_subtree(value, [&](const Subtree& subtree, bool excluded) {
      (excluded ? out.excluded : out.permitted).push_back(describe(subtree.base));
      return true;
    });
}

/// The identifiers of a SEQUENCE OF OBJECT IDENTIFIER, or of structures that begin with one.
std::vector<std::string> describe_identifiers(Bytes value, bool in_structures) {
  std::vector<std::string> out;
  if (value.empty()) return out;
  Fault fault(value);
  Der outer(value, fault);
  for (Der list = outer.sequence("identifiers"); list.more();) {
    Der one = in_structures ? list.sequence("identifiers") : Der(list.any("identifiers").whole, fault);
    out.push_back(oid::name_or_dotted(one.object_identifier("identifiers")));
  }
  return out;
}

void describe_places(const Certificate& certificate, CertificateDescription& out) {
  const Bytes access = certificate.extensions.value(ExtensionId::authority_info_access);
  if (!access.empty() && check_informative_value(ExtensionId::authority_info_access, access)) {
    Fault fault(access);
    Der outer(access, fault);
    for (Der list = outer.sequence("authorityInfoAccess"); list.more();) {
      Der description = list.sequence("AccessDescription");
      const Bytes method = description.object_identifier("accessMethod");
      const GeneralName place = read_general_name(description, "accessLocation");
      if (equal(method, oid::access_ocsp)) out.ocsp_responders.push_back(value_text(place));
      if (equal(method, oid::access_ca_issuers)) out.issuer_urls.push_back(value_text(place));
    }
  }
  const Bytes points = certificate.extensions.value(ExtensionId::crl_distribution_points);
  if (points.empty() || !check_informative_value(ExtensionId::crl_distribution_points, points)) return;
  Fault fault(points);
  Der outer(points, fault);
  for (Der list = outer.sequence("cRLDistributionPoints"); list.more();) {
    Der point = list.sequence("DistributionPoint");
    if (!point.next_is(tag::constructed(0))) continue;
    Der name = point.inside(tag::constructed(0), "distributionPoint");
    if (!name.next_is(tag::constructed(0))) continue;
    for (Der full = name.inside(tag::constructed(0), "fullName"); full.more();)
      out.crl_urls.push_back(value_text(read_general_name(full, "fullName")));
  }
}

void describe_extensions(const Certificate& certificate, CertificateDescription& out) {
  Fault fault(certificate.all_extensions);
  for (Der list(certificate.all_extensions, fault); list.more();) {
    const Extension extension = read_extension(list);
    out.extensions.push_back({oid::dotted(extension.identifier),
                              std::string(oid::known_name(extension.identifier)), extension.critical,
                              extension.value.size()});
  }
}

void describe_uses(const Certificate& certificate, CertificateDescription& out) {
  out.is_ca = certificate.ca;
  out.path_length = certificate.path_length;
  if (certificate.key_usage) out.key_usage = key_usage_names(*certificate.key_usage);
  out.extended_key_usage =
      describe_identifiers(certificate.extensions.value(ExtensionId::extended_key_usage), false);
  out.policies = describe_identifiers(certificate.extensions.value(ExtensionId::certificate_policies), true);
  out.must_staple = demands_feature(certificate, ExtensionType::status_request);
  out.subject_key_id = to_octets(subject_key_identifier(certificate));
  if (const auto identifier = authority_key_identifier(certificate))
    out.authority_key_id = to_octets(identifier->key_identifier);
}

void describe_digests(const Certificate& certificate, CertificateDescription& out) {
  using crypto::HashAlgorithm;
  copy(crypto::hash(HashAlgorithm::sha256, certificate.der).view(), out.sha256);
  copy(crypto::hash(HashAlgorithm::sha1, certificate.der).view(), out.sha1);
  copy(crypto::hash(HashAlgorithm::sha256, certificate.key.der).view(), out.key_sha256);
}

}  // namespace

Result<CertificateDescription> describe_certificate(Bytes der) {
  const auto parsed = Certificate::parse(der);
  if (!parsed) return fail(parsed.error());
  const Certificate& certificate = *parsed;
  CertificateDescription out;
  out.version = certificate.version;
  out.subject = to_text(certificate.subject);
  out.issuer = to_text(certificate.issuer);
  out.common_name = last_value(certificate.subject, oid::common_name);
  out.serial = serial_text(certificate.serial);
  out.not_before = certificate.not_before;
  out.not_after = certificate.not_after;
  out.key = key_kind_text(certificate.key);
  out.key_bits = certificate.key.bits;
  out.signature_algorithm = oid::name_or_dotted(certificate.signature_algorithm.identifier);
  out.self_issued = same_name(certificate.subject, certificate.issuer);
  describe_names(certificate, out);
  describe_uses(certificate, out);
  describe_places(certificate, out);
  describe_extensions(certificate, out);
  describe_digests(certificate, out);
  return out;
}

namespace {

/// All blocks with one of these labels, or the whole input as DER.
Result<std::vector<Octets>> read_blocks(Bytes file, std::initializer_list<std::string_view> labels) {
  std::vector<Octets> found;
  if (!looks_like_pem(file) && !file.empty() && file[0] == tag::sequence) {
    found.push_back(to_octets(file));
    return found;
  }
  for (PemReader reader(file);;) {
    const auto block = reader.next();
    if (!block) return fail(block.error());
    if (!*block) break;
    if (std::find(labels.begin(), labels.end(), (*block)->label) == labels.end()) continue;
    auto octets = (*block)->decode();
    if (!octets) return fail(octets.error());
    found.push_back(std::move(*octets));
  }
  if (found.empty()) return fail(ErrorCode::no_certificate_in_file);
  return found;
}

}  // namespace

Result<std::vector<Octets>> read_certificates(Bytes file) {
  return read_blocks(file, {"CERTIFICATE", "X509 CERTIFICATE"});
}

Result<std::vector<Octets>> read_crls(Bytes file) { return read_blocks(file, {"X509 CRL"}); }

std::string certificate_to_pem(Bytes der) { return to_pem("CERTIFICATE", der); }

std::array<std::uint8_t, 32> fingerprint(Bytes der) noexcept {
  std::array<std::uint8_t, 32> out{};
  copy(crypto::hash(crypto::HashAlgorithm::sha256, der).view(), out);
  return out;
}

}  // namespace handfast::x509
