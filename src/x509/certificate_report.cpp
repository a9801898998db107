// Descriptions of certificates as lines for people, and as data.
#include <handfast/certificate.hpp>

#include "x509/json.hpp"
#include "x509/text.hpp"
#include "x509/time.hpp"

namespace handfast::x509 {
namespace {

std::string time_text(Time time) { return to_text(std::chrono::floor<std::chrono::seconds>(time)); }
std::string timestamp(Time time) { return to_timestamp(std::chrono::floor<std::chrono::seconds>(time)); }

/// Octets as "ab:cd:ef".
std::string colons(Bytes octets) {
  std::string out;
  for (const std::uint8_t octet : octets) append_hex(out.empty() ? out : out += ':', octet);
  return out;
}

std::string listed(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

std::string listed(const std::vector<AlternativeName>& names) {
  std::string out;
  for (const AlternativeName& name : names)
    out.append(out.empty() ? "" : ", ").append(name.kind).append(":").append(name.value);
  return out;
}

/// One line, left out if there is nothing to say.
void line(std::string& out, std::string_view label, std::string_view text) {
  constexpr std::size_t column = 18;
  if (text.empty()) return;
  out.append(label).append(column - std::min(column - 1, label.size()), ' ').append(text).append("\n");
}

std::string key_text(const CertificateDescription& certificate) {
  const bool sized = certificate.key.starts_with("RSA") && certificate.key_bits != 0;
  return sized ? joined({certificate.key, " ", std::to_string(certificate.key_bits)}) : certificate.key;
}

std::string authority_text(const CertificateDescription& certificate) {
  if (!certificate.is_ca) return "no CA";
  if (!certificate.path_length) return "CA";
  return joined({"CA, at most ", std::to_string(*certificate.path_length), " CAs below it"});
}

std::string extensions_text(const CertificateDescription& certificate) {
  std::string out;
  for (const ExtensionDescription& extension : certificate.extensions) {
    out.append(out.empty() ? "" : ", ").append(extension.name.empty() ? extension.oid : extension.name);
    if (extension.critical) out += " (critical)";
  }
  return out;
}

void write_list(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key);
  json.begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_names(JsonWriter& json, std::string_view key, const std::vector<AlternativeName>& names) {
  json.key(key);
  json.begin_array();
  for (const AlternativeName& name : names) {
    json.begin_object();
    json.member("kind", name.kind);
    json.member("value", name.value);
    json.end_object();
  }
  json.end_array();
}

void write_extensions(JsonWriter& json, const CertificateDescription& certificate) {
  json.key("extensions");
  json.begin_array();
  for (const ExtensionDescription& extension : certificate.extensions) {
    json.begin_object();
    json.member("oid", extension.oid);
    json.member("name", extension.name);
    json.member("critical", extension.critical);
    json.member("size", std::uint64_t{extension.size});
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string to_text(const CertificateDescription& certificate) {
  std::string out;
  line(out, "subject", certificate.subject.empty() ? "(empty name)" : certificate.subject);
  line(out, "names", listed(certificate.names));
  line(out, "issuer", certificate.issuer.empty() ? "(empty name)" : certificate.issuer);
  line(out, "valid from", time_text(certificate.not_before));
  line(out, "valid until", time_text(certificate.not_after));
  line(out, "key", key_text(certificate));
  line(out, "signed with", certificate.signature_algorithm);
  line(out, "authority", authority_text(certificate));
  line(out, "key usage", listed(certificate.key_usage));
  line(out, "purposes", listed(certificate.extended_key_usage));
  line(out, "permitted names", listed(certificate.permitted));
  line(out, "excluded names", listed(certificate.excluded));
  line(out, "policies", listed(certificate.policies));
  line(out, "must staple", certificate.must_staple ? "yes" : "");
  line(out, "OCSP responders", listed(certificate.ocsp_responders));
  line(out, "issuer's place", listed(certificate.issuer_urls));
  line(out, "CRLs", listed(certificate.crl_urls));
  line(out, "version", std::to_string(certificate.version));
  line(out, "serial", certificate.serial);
  line(out, "subject key id", colons(certificate.subject_key_id));
  line(out, "issuer key id", colons(certificate.authority_key_id));
  line(out, "extensions", extensions_text(certificate));
  line(out, "SHA-256", colons(certificate.sha256));
  line(out, "SHA-1", colons(certificate.sha1));
  line(out, "key's SHA-256", colons(certificate.key_sha256));
  return out;
}

std::string to_json(const CertificateDescription& certificate) {
  JsonWriter json;
  json.begin_object();
  json.member("version", static_cast<std::uint64_t>(certificate.version));
  json.member("subject", certificate.subject);
  json.member("issuer", certificate.issuer);
  json.member("common_name", certificate.common_name);
  json.member("serial", certificate.serial);
  json.member("not_before", timestamp(certificate.not_before));
  json.member("not_after", timestamp(certificate.not_after));
  json.member("key", certificate.key);
  json.member("key_bits", std::uint64_t{certificate.key_bits});
  json.member("signature_algorithm", certificate.signature_algorithm);
  json.member("self_issued", certificate.self_issued);
  json.member("is_ca", certificate.is_ca);
  if (certificate.path_length) json.member("path_length", std::uint64_t{*certificate.path_length});
  write_list(json, "key_usage", certificate.key_usage);
  write_list(json, "extended_key_usage", certificate.extended_key_usage);
  write_names(json, "names", certificate.names);
  write_names(json, "permitted", certificate.permitted);
  write_names(json, "excluded", certificate.excluded);
  write_list(json, "policies", certificate.policies);
  write_list(json, "ocsp_responders", certificate.ocsp_responders);
  write_list(json, "issuer_urls", certificate.issuer_urls);
  write_list(json, "crl_urls", certificate.crl_urls);
  json.member("subject_key_id", hex(certificate.subject_key_id));
  json.member("authority_key_id", hex(certificate.authority_key_id));
  json.member("must_staple", certificate.must_staple);
  write_extensions(json, certificate);
  json.member("sha256", hex(certificate.sha256));
  json.member("sha1", hex(certificate.sha1));
  json.member("key_sha256", hex(certificate.key_sha256));
  json.end_object();
  return json.take();
}

}  // namespace handfast::x509
