// Certificate revocation lists.
#include "x509/crl.hpp"

#include <array>

#include "x509/extension_values.hpp"
#include "x509/general_name.hpp"
#include "x509/name.hpp"
#include "x509/oid.hpp"
#include "x509/time.hpp"

namespace handfast::x509 {
namespace {

/// `unknown_critical` gets what is critical and not known here.
void read_entry_extensions(Der& list, RevokedEntry& entry, Bytes& unknown_critical) noexcept {
  ExtensionRoll roll;
  while (list.more()) {
    const Extension extension = read_extension(list, roll);
    if (equal(extension.identifier, oid::certificate_extension<21>)) {
      Der value(extension.value, list.fault());
      entry.reason = value.small(tag::enumerated, "reasonCode");
      value.finish("reasonCode");
    } else if (extension.critical && !equal(extension.identifier, oid::certificate_extension<24>)) {
      // certificateIssuer is among these: it belongs to indirect lists.
      unknown_critical = extension.identifier;
    }
  }
}

/// One entry, whose form must be right.
RevokedEntry read_entry(Der& entries, Bytes& unknown_critical) noexcept {
  RevokedEntry entry;
  Der sequence = entries.sequence("revokedCertificates");
  entry.serial = sequence.integer("userCertificate");
  entry.date = read_time(sequence, "revocationDate");
  if (sequence.more()) {
    Der list = sequence.non_empty_sequence("crlEntryExtensions");
    read_entry_extensions(list, entry, unknown_critical);
    entry.has_extensions = true;
  }
  sequence.finish("revokedCertificates");
  return entry;
}

bool read_flag(Der& der, unsigned number) noexcept {
  if (!der.next_is(tag::context(number))) return false;
  const Element flag = der.any("issuingDistributionPoint");
  if (flag.content.size() != 1 || (flag.content[0] != 0 && flag.content[0] != 0xff))
    der.fail(FindingCode::der_bad_value, "issuingDistributionPoint", flag.whole.data());
  return !flag.content.empty() && flag.content[0] != 0;
}

void read_scope(Bytes value, ListScope& scope, Fault& fault) noexcept {
  Der outer(value, fault);
  Der sequence = outer.sequence("issuingDistributionPoint");
  if (sequence.next_is(tag::constructed(0)))
    scope.distribution_point = sequence.content(tag::constructed(0), "distributionPoint");
  scope.only_users = read_flag(sequence, 1);
  scope.only_cas = read_flag(sequence, 2);
  if (sequence.next_is(tag::context(3))) {
    sequence.flags(tag::context(3), 9, "onlySomeReasons");
    scope.some_reasons = true;
  }
  scope.indirect = read_flag(sequence, 4);
  scope.only_attributes = read_flag(sequence, 5);
  sequence.finish("issuingDistributionPoint");
  outer.finish("issuingDistributionPoint");
}

void read_list_extensions(Der& der, RevocationList& list) noexcept {
  if (!der.next_is(tag::constructed(0))) return;
  Der wrapped = der.inside(tag::constructed(0), "crlExtensions");
  ExtensionRoll roll;
  for (Der extensions = wrapped.non_empty_sequence("crlExtensions"); extensions.more();) {
    const Extension extension = read_extension(extensions, roll);
    const Bytes id = extension.identifier;
    if (equal(id, oid::certificate_extension<28>))
      read_scope(extension.value, list.scope, der.fault());
    else if (equal(id, oid::certificate_extension<27>))
      list.delta = true;
    else if (equal(id, oid::certificate_extension<20>)) {
      list.has_number = true;
      list.number_critical = extension.critical;
    } else if (equal(id, oid::certificate_extension<35>)) {
      // A hint: one that does not parse hints at nothing.
      const auto identifier = read_authority_key_identifier(extension.value);
      list.has_authority_key_identifier = identifier.has_value();
      if (identifier) list.authority_key = identifier->key_identifier;
    } else if (extension.critical)
      list.unknown_critical = id;
  }
  wrapped.finish("crlExtensions");
}

void read_to_be_signed(Der der, RevocationList& list, Bytes outer_algorithm) noexcept {
  // RFC 5280 §5.1.2.1: the version is there if it is 2, and extensions need it [5280:5#3]
  // [5280:5.1.2.1#1].
  const bool version_2 = der.next_is(tag::integer);
  if (version_2 && der.small(tag::integer, "tbsCertList.version") != 1)
    der.fail(FindingCode::bad_version, "tbsCertList.version");
  read_signature_identifier(der, list.signature_algorithm, "tbsCertList.signature");
  // RFC 5280 §5.1.1.2: said twice, the same way [5280:5.1.1.2#1] [5280:5.1.2.2#1].
  if (!der.fault().happened() && !equal(list.signature_algorithm.der, outer_algorithm))
    der.fail(FindingCode::algorithm_disagreement, "tbsCertList.signature");
  list.issuer = read_name(der, "tbsCertList.issuer");
  // RFC 5280 §5.1.2.4 and §5.1.2.5: as in certificates [5280:5.1.2.4#2,3] [5280:5.1.2.5#3,4].
  list.this_update = read_time(der, "thisUpdate");
  if (der.next_is(tag::utc_time) || der.next_is(tag::generalized_time))
    list.next_update = read_time(der, "nextUpdate");
  if (der.next_is(tag::sequence)) {
    Der entries = der.sequence("revokedCertificates");
    list.entries = entries.rest();
    while (entries.more()) {
      const std::uint8_t* const where = entries.rest().data();
      if (read_entry(entries, list.unknown_critical).has_extensions && !version_2)
        entries.fail(FindingCode::bad_version, "crlEntryExtensions", where);
    }
  }
  if (version_2) read_list_extensions(der, list);
  der.finish("tbsCertList");
}

/// Whether two DistributionPointNames have a full name in common (RFC 5280 §6.3.3 (b)(2)(i)).
bool share_a_name(Bytes a, Bytes b) noexcept {
  Fault fault(a);
  Der one(a, fault);
  if (!one.next_is(tag::constructed(0))) return false;  // relative names are for indirect lists
  for (Der names = one.inside(tag::constructed(0), "fullName"); names.more();) {
    const Bytes name = names.any("fullName").whole;
    Der other(b, fault);
    if (!other.next_is(tag::constructed(0))) return false;
    for (Der candidates = other.inside(tag::constructed(0), "fullName"); candidates.more();)
      if (equal(candidates.any("fullName").whole, name)) return true;
  }
  return false;
}

}  // namespace

std::optional<Defect> RevocationList::parse_into(RevocationList& list, Bytes der) noexcept {
  list = RevocationList{};
  Fault fault(der);
  Der outer(der, fault);
  Der body = outer.sequence("CertificateList");
  outer.finish("CertificateList");
  const Element to_be_signed = body.element(tag::sequence, "tbsCertList");
  list.signed_octets = to_be_signed.whole;
  const Bytes outer_algorithm = body.element(tag::sequence, "signatureAlgorithm").whole;
  list.signature = body.octet_bits("signatureValue");
  body.finish("CertificateList");
  if (!fault.happened()) read_to_be_signed(Der(to_be_signed.content, fault), list, outer_algorithm);
  return fault.defect();
}

std::optional<RevokedEntry> find_revoked(const RevocationList& list, Bytes serial) noexcept {
  Fault fault(list.entries);
  Bytes unknown;
  for (Der entries(list.entries, fault); entries.more();)
    if (const RevokedEntry entry = read_entry(entries, unknown); equal(entry.serial, serial)) return entry;
  return std::nullopt;
}

bool covers(const ListScope& scope, const Certificate& certificate) noexcept {
  if (scope.only_attributes || (scope.only_users && certificate.ca) || (scope.only_cas && !certificate.ca))
    return false;
  if (scope.distribution_point.empty()) return true;
  const Bytes value = certificate.extensions.value(ExtensionId::crl_distribution_points);
  if (value.empty()) return false;
  Fault fault(value);
  Der outer(value, fault);
  for (Der list = outer.sequence("cRLDistributionPoints"); list.more();) {
    Der point = list.sequence("DistributionPoint");
    if (point.next_is(tag::constructed(0)) &&
        share_a_name(point.content(tag::constructed(0), "distributionPoint"), scope.distribution_point))
      return true;
  }
  return false;
}

std::string_view reason_name(std::uint32_t reason) noexcept {
  static constexpr std::array<std::string_view, 11> names = {
      "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
      "superseded",    "cessationOfOperation", "certificateHold", "",
      "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
  return reason < names.size() ? names[reason] : std::string_view();
}

}  // namespace handfast::x509
