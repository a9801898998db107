// Certificates and the names they are for.
#include "x509/identity.hpp"

#include "x509/dns_name.hpp"
#include "x509/general_name.hpp"
#include "x509/general_name_text.hpp"
#include "x509/mailbox.hpp"
#include "x509/text.hpp"

namespace handfast::x509 {

IdentityMatch match_identity(const Certificate& certificate, const ServerName& name,
                             const PublicSuffixList* suffixes) noexcept {
  // RFC 9525 §6.1: the common name is no name, whatever else there is [6125:6.3#1] [6125:6.4.4#1].
  if (!certificate.extensions.has(ExtensionId::subject_alt_name)) return IdentityMatch::no_names;
  auto result = IdentityMatch::no;
  for_each_name(
      certificate.extensions.value(ExtensionId::subject_alt_name), [&](const GeneralName& presented) {
        if (name.is_dns()) {
          if (presented.kind != GeneralName::Kind::dns) return true;
          const DnsMatch match = match_dns(as_text(presented.value), name.text(), suffixes);
          if (match == DnsMatch::too_broad) result = IdentityMatch::too_broad;
          if (match == DnsMatch::yes) result = IdentityMatch::yes;
        } else if (presented.kind == GeneralName::Kind::ip && equal(presented.value, name.address())) {
          result = IdentityMatch::yes;
        }
        return result != IdentityMatch::yes;
      });
  return result;
}

bool Certificate::is_for(const ServerName& name) const noexcept {
  return match_identity(*this, name, nullptr) == IdentityMatch::yes;
}

bool has_mailbox(const Certificate& certificate, std::string_view mailbox) noexcept {
  const auto wanted = parse_mailbox(mailbox);
  if (!wanted || !certificate.extensions.has(ExtensionId::subject_alt_name)) return false;
  bool found = false;
  for_each_name(
      certificate.extensions.value(ExtensionId::subject_alt_name), [&](const GeneralName& presented) {
        if (presented.kind != GeneralName::Kind::email) return true;
        const auto here = parse_mailbox(as_text(presented.value));
        found = here && here->local == wanted->local && equal_ignoring_case(here->host, wanted->host);
        return !found;
      });
  return found;
}

std::string list_names(const Certificate& certificate) {
  constexpr std::size_t most = 20;
  std::string out;
  std::size_t count = 0;
  if (!certificate.extensions.has(ExtensionId::subject_alt_name)) return out;
  for_each_name(certificate.extensions.value(ExtensionId::subject_alt_name), [&](const GeneralName& name) {
    if (++count > most) return true;
    if (!out.empty()) out += ", ";
    out += joined({kind_name(name.kind), ":", value_text(name)});
    return true;
  });
  if (count > most) out += joined({" and ", std::to_string(count - most), " more"});
  return out;
}

}  // namespace handfast::x509
