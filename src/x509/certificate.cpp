// The parser of certificates.
#include "x509/certificate.hpp"

#include "x509/extension_values.hpp"
#include "x509/name.hpp"
#include "x509/oid.hpp"
#include "x509/time.hpp"

namespace handfast::x509 {
namespace {

void read_version(Der& der, Certificate& certificate) noexcept {
  if (!der.next_is(tag::constructed(0))) return;
  Der wrapped = der.inside(tag::constructed(0), "tbsCertificate.version");
  const std::uint8_t* const where = wrapped.rest().data();
  const std::uint32_t version = wrapped.small(tag::integer, "tbsCertificate.version");
  wrapped.finish("tbsCertificate.version");
  // RFC 5280 §4.1.2.1: v2 is 1 and v3 is 2; v1 is the default, which DER leaves out [5280:4.1.2.1#2].
  if (!der.fault().happened() && version != 1 && version != 2)
    return der.fail(FindingCode::bad_version, "tbsCertificate.version", where);
  certificate.version = static_cast<std::uint8_t>(version + 1);
}

void read_unique_identifiers(Der& der, Certificate& certificate) noexcept {
  for (const unsigned number : {1U, 2U}) {
    if (!der.next_is(tag::context(number))) continue;
    const char* const field =
        number == 1 ? "tbsCertificate.issuerUniqueID" : "tbsCertificate.subjectUniqueID";
    // RFC 5280 §4.1.2.8: only in versions 2 and 3 [5280:4.1#2] [5280:4.1.2.8#1,2].
    if (certificate.version == 1) return der.fail(FindingCode::unique_identifier_in_version_1, field);
    der.bits(tag::context(number), field);
    certificate.has_unique_identifiers = true;
  }
}

/// Which known extension an identifier means.
std::optional<ExtensionId> known(Bytes identifier) noexcept {
  using enum ExtensionId;
  if (identifier.size() == 3 && identifier[0] == 0x55 && identifier[1] == 0x1d) {
    switch (identifier[2]) {
      case 14: return subject_key_identifier;
      case 15: return key_usage;
      case 17: return subject_alt_name;
      case 18: return issuer_alt_name;
      case 19: return basic_constraints;
      case 30: return name_constraints;
      case 31: return crl_distribution_points;
      case 32: return certificate_policies;
      case 33: return policy_mappings;
      case 35: return authority_key_identifier;
      case 36: return policy_constraints;
      case 37: return extended_key_usage;
      case 54: return inhibit_any_policy;
      default: return std::nullopt;
    }
  }
  if (equal(identifier, oid::authority_info_access)) return authority_info_access;
  if (equal(identifier, oid::certificate_timestamps)) return certificate_timestamps;
  if (equal(identifier, oid::tls_feature)) return tls_feature;
  if (equal(identifier, oid::subject_info_access)) return subject_info_access;
  if (equal(identifier, oid::ocsp_no_check)) return ocsp_no_check;
  return std::nullopt;
}

/// Extensions as they come; finds duplicates (RFC 5280 §4.2) [5280:4.2#3].
class ExtensionCollector {
 public:
  ExtensionCollector(Certificate& certificate, Fault& fault) noexcept
      : certificate_(certificate), fault_(fault) {}

  void add(const Extension& extension, const std::uint8_t* where) noexcept {
    if (++count_ > ExtensionRoll::most) return fault_.set(FindingCode::bad_extension, "extensions", where);
    const auto id = known(extension.identifier);
    if (!id) return add_unknown(extension, where);
    if (certificate_.extensions.has(*id))
      return fault_.set(FindingCode::duplicate_extension, "extnID", where);
    certificate_.extensions.set(*id, extension.critical, extension.value);
    read_extension_value(*id, extension.value, certificate_, fault_);
  }

 private:
  void add_unknown(const Extension& extension, const std::uint8_t* where) noexcept {
    unknown_.add(extension.identifier, where, fault_);
    if (extension.critical && certificate_.unknown_critical.empty())
      certificate_.unknown_critical = extension.identifier;
  }

  Certificate& certificate_;
  Fault& fault_;
  std::size_t count_ = 0;
  ExtensionRoll unknown_;
};

void read_extensions(Der& der, Certificate& certificate) noexcept {
  if (!der.next_is(tag::constructed(3))) return;
  // RFC 5280 §4.1.2.9: only in version 3 [5280:4.1.2.1#1] [5280:4.1.2.9#1].
  if (certificate.version != 3)
    return der.fail(FindingCode::extensions_need_version_3, "tbsCertificate.extensions");
  Der wrapped = der.inside(tag::constructed(3), "tbsCertificate.extensions");
  Der list = wrapped.non_empty_sequence("tbsCertificate.extensions");
  wrapped.finish("tbsCertificate.extensions");
  certificate.all_extensions = list.rest();
  ExtensionCollector collector(certificate, der.fault());
  while (list.more() && !der.fault().happened()) {
    const std::uint8_t* const where = list.rest().data();
    collector.add(read_extension(list), where);
  }
}

void read_to_be_signed(Der der, Certificate& certificate, Bytes outer_algorithm) noexcept {
  read_version(der, certificate);
  certificate.serial = der.integer("tbsCertificate.serialNumber");
  const std::uint8_t* const algorithm_at = der.rest().data();
  read_signature_identifier(der, certificate.signature_algorithm, "tbsCertificate.signature");
  // RFC 5280 §4.1.1.2: the algorithm is said twice, the same way [5280:4.1.1.2#1] [5280:4.1.2.3#1].
  if (!der.fault().happened() && !equal(certificate.signature_algorithm.der, outer_algorithm))
    return der.fail(FindingCode::algorithm_disagreement, "tbsCertificate.signature", algorithm_at);
  certificate.issuer = read_name(der, "tbsCertificate.issuer");
  Der validity = der.sequence("tbsCertificate.validity");
  certificate.validity = validity.rest();
  certificate.not_before = read_time(validity, "tbsCertificate.validity.notBefore");
  certificate.not_after = read_time(validity, "tbsCertificate.validity.notAfter");
  validity.finish("tbsCertificate.validity");
  certificate.subject = read_name(der, "tbsCertificate.subject");
  read_key_info(der, certificate.key);
  read_unique_identifiers(der, certificate);
  read_extensions(der, certificate);
  der.finish("tbsCertificate");
}

}  // namespace

void ExtensionRoll::add(Bytes identifier, const std::uint8_t* where, Fault& fault) noexcept {
  if (count_ == most) return fault.set(FindingCode::bad_extension, "extensions", where);
  for (std::size_t i = 0; i < count_; ++i)
    if (equal(names_[i], identifier)) return fault.set(FindingCode::duplicate_extension, "extnID", where);
  names_[count_++] = identifier;
}

Extension read_extension(Der& list, ExtensionRoll& roll) noexcept {
  const std::uint8_t* const where = list.rest().data();
  const Extension extension = read_extension(list);
  roll.add(extension.identifier, where, list.fault());
  return extension;
}

Extension read_extension(Der& list) noexcept {
  Extension extension;
  Der sequence = list.sequence("Extension");
  extension.identifier = sequence.object_identifier("extnID");
  // DEFAULT FALSE is left out in DER; issuers that write it are only reported (issuer_rules).
  if (sequence.next_is(tag::boolean)) extension.critical = sequence.boolean("critical");
  extension.value = sequence.content(tag::octet_string, "extnValue");
  sequence.finish("Extension");
  return extension;
}

std::optional<Defect> Certificate::parse_into(Certificate& certificate, Bytes der) noexcept {
  certificate = Certificate{};
  certificate.der = der;
  Fault fault(der);
  Der outer(der, fault);
  Der body = outer.sequence("Certificate");
  outer.finish("Certificate");
  const Element to_be_signed = body.element(tag::sequence, "tbsCertificate");
  certificate.signed_octets = to_be_signed.whole;
  // Looked at as octets only: it has to equal the one inside.
  const Bytes outer_algorithm = body.element(tag::sequence, "signatureAlgorithm").whole;
  certificate.signature = body.octet_bits("signatureValue");
  body.finish("Certificate");
  if (!fault.happened()) read_to_be_signed(Der(to_be_signed.content, fault), certificate, outer_algorithm);
  return fault.defect();
}

// [5246:7.4.2#5] [5246:7.4.6#3] [8446:4.4.2.2#1] [8446:4.4.2.3#1]
Result<Certificate> Certificate::parse(Bytes der) noexcept {
  Certificate certificate;
  if (const auto defect = parse_into(certificate, der)) return fail(defect->error());
  return certificate;
}

}  // namespace handfast::x509
