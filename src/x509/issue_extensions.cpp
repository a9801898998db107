// Writing extensions (RFC 5280 §4.2).
#include "x509/issue_extensions.hpp"

#include <charconv>

#include <handfast/server_name.hpp>

#include "x509/der_writer.hpp"
#include "x509/dns_name.hpp"
#include "x509/oid.hpp"

namespace handfast::x509 {
namespace {

Octets extension(Bytes identifier, bool critical, Bytes contents) {
  static constexpr std::array<std::uint8_t, 1> yes = {0xff};
  const Octets flag = critical ? der::value(tag::boolean, Bytes(yes)) : Octets();
  return der::sequence(
      {der::value(tag::object_identifier, identifier), flag, der::value(tag::octet_string, contents)});
}

void append(Octets& to, Bytes octets) { to.insert(to.end(), octets.begin(), octets.end()); }

Octets basic_constraints(const CertificateTemplate& content) {
  static constexpr std::array<std::uint8_t, 1> yes = {0xff};
  if (!content.is_ca) return der::sequence({});
  return der::sequence({der::value(tag::boolean, Bytes(yes)),
                        content.path_length ? der::integer(*content.path_length) : Octets()});
}

Octets extended_key_usage(const CertificateTemplate& content) {
  Octets uses;
  if (content.server_auth) append(uses, der::value(tag::object_identifier, oid::server_auth));
  if (content.client_auth) append(uses, der::value(tag::object_identifier, oid::client_auth));
  if (content.ocsp_signing) append(uses, der::value(tag::object_identifier, oid::ocsp_signing));
  return der::value(tag::sequence, uses);
}

// GeneralName (RFC 5280 §4.2.1.6): the tags of the kinds that are written.
constexpr std::uint8_t mailbox_name = tag::context(1);
constexpr std::uint8_t dns_name = tag::context(2);
constexpr std::uint8_t uri_name = tag::context(6);
constexpr std::uint8_t address_name = tag::context(7);

Result<Octets> alternative_names(const CertificateTemplate& content) {
  Octets names;
  for (const std::string& name : content.dns_names) {
    if (!is_presented_name(name)) return fail(ErrorCode::invalid_argument, "dns_names");
    append(names, der::value(dns_name, as_bytes(name)));
  }
  for (const std::string& address : content.addresses) {
    const auto parsed = ServerName::parse(address);
    if (!parsed || parsed->is_dns()) return fail(ErrorCode::invalid_argument, "addresses");
    append(names, der::value(address_name, parsed->address()));
  }
  for (const std::string& mailbox : content.mailboxes)
    append(names, der::value(mailbox_name, as_bytes(mailbox)));
  for (const std::string& uri : content.uris) append(names, der::value(uri_name, as_bytes(uri)));
  return der::value(tag::sequence, names);
}

// "192.0.2.0/24" as address and mask.
Result<Octets> address_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return fail(ErrorCode::invalid_argument, "an address range without /");
  const auto base = ServerName::parse(text.substr(0, slash));
  if (!base || base->is_dns())
    return fail(ErrorCode::invalid_argument, "an address range without an address");
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const std::size_t size = base->address().size();
  if (error != std::errc() || end != digits.data() + digits.size() || bits > 8 * size)
    return fail(ErrorCode::invalid_argument, "an address range without a prefix length");
  Octets range = to_octets(base->address());
  for (std::size_t i = 0; i < size; ++i) {
    const unsigned here = bits >= 8 * (i + 1) ? 8 : bits > 8 * i ? bits - static_cast<unsigned>(8 * i) : 0;
    range.push_back(static_cast<std::uint8_t>(0xff00U >> here));
  }
  return range;
}

Result<Octets> subtrees(unsigned tag, const std::vector<std::string>& names,
                        const std::vector<std::string>& ranges) {
  Octets all;
  for (const std::string& name : names) append(all, der::sequence({der::value(dns_name, as_bytes(name))}));
  for (const std::string& text : ranges) {
    const auto range = address_range(text);
    if (!range) return range;
    append(all, der::sequence({der::value(address_name, *range)}));
  }
  return all.empty() ? all : der::value(tag::constructed(tag), all);
}

Result<Octets> name_constraints(const CertificateTemplate& content) {
  auto permitted = subtrees(0, content.permitted_dns_names, content.permitted_addresses);
  if (!permitted) return permitted;
  auto excluded = subtrees(1, content.excluded_dns_names, content.excluded_addresses);
  if (!excluded) return excluded;
  if (permitted->empty() && excluded->empty()) return Octets();
  return der::sequence({*permitted, *excluded});
}

std::uint16_t key_usage(const CertificateTemplate& content) {
  if (content.key_usage != 0) return content.key_usage;
  return content.is_ca ? KeyUsage::key_cert_sign | KeyUsage::crl_sign : KeyUsage::digital_signature;
}

}  // namespace

Result<Octets> write_extensions(const CertificateTemplate& content, Bytes subject_key_identifier,
                                Bytes authority_key_identifier) {
  if (!content.is_ca && content.path_length)
    return fail(ErrorCode::invalid_argument, "path_length without is_ca");
  Octets all;
  append(all, extension(oid::certificate_extension<19>, true, basic_constraints(content)));
  append(all, extension(oid::certificate_extension<15>, true, der::named_bits(key_usage(content))));
  if (content.server_auth || content.client_auth || content.ocsp_signing)
    append(all, extension(oid::certificate_extension<37>, false, extended_key_usage(content)));
  auto names = alternative_names(content);
  if (!names) return names;
  // RFC 5280 §4.2.1.6: critical when there is no subject to go by.
  const bool nameless = content.common_name.empty() && content.organization.empty();
  if (names->size() > 2) append(all, extension(oid::certificate_extension<17>, nameless, *names));
  auto constraints = name_constraints(content);
  if (!constraints) return constraints;
  if (!constraints->empty()) {
    if (!content.is_ca) return fail(ErrorCode::invalid_argument, "name constraints without is_ca");
    append(all, extension(oid::certificate_extension<30>, true, *constraints));
  }
  append(all, extension(oid::certificate_extension<14>, false,
                        der::value(tag::octet_string, subject_key_identifier)));
  if (!authority_key_identifier.empty())
    append(all, extension(oid::certificate_extension<35>, false,
                          der::sequence({der::value(tag::context(0), authority_key_identifier)})));
  if (content.must_staple)  // RFC 7633 §4: status_request
    append(all, extension(oid::tls_feature, false, der::sequence({der::integer(5)})));
  if (content.delegation_usage)
    append(all, extension(oid::delegation_usage, false, der::value(tag::null, {})));
  for (const Octets& further : content.extensions) append(all, further);
  return der::value(tag::sequence, all);
}

}  // namespace handfast::x509
