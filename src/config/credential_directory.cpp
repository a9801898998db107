// Which of a server's credentials are for a name.
#include "config/credential_directory.hpp"

#include <compare>

#include "config/credential_contents.hpp"
#include "x509/address.hpp"
#include "x509/dns_name.hpp"
#include "x509/general_name.hpp"

namespace handfast {
namespace {

using Kind = x509::GeneralName::Kind;

/// A name that a certificate is for: a dNSName in lower case, whatever it says, or an address as
/// ServerName::text() has it.
struct Name {
  Kind kind;
  std::string text;
  auto operator<=>(const Name&) const = default;
};

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), x509::lower);
  return lowered;
}

// Sorted, each once; none of a raw public key.
std::vector<Name> names_of(const Credential& credential) {
  std::vector<Name> names;
  const auto& leaf = credential.contents().leaf;
  if (!leaf || !leaf->extensions.has(x509::ExtensionId::subject_alt_name)) return names;
  x509::for_each_name(leaf->extensions.value(x509::ExtensionId::subject_alt_name),
                      [&names](const x509::GeneralName& name) {
                        if (name.kind == Kind::dns)
                          names.push_back({Kind::dns, lower_case(as_text(name.value))});
                        if (name.kind == Kind::ip)
                          names.push_back({Kind::ip, x509::address_text(name.value)});
                        return true;
                      });
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

// What the asterisk of a wildcard stands in front of (RFC 9525 §6.3); empty: it is none that matches a name.
std::string_view behind_asterisk(std::string_view name) noexcept {
  if (!name.starts_with("*.")) return {};
  const std::string_view suffix = name.substr(2);
  return x509::is_reference_name(suffix) && !x509::is_too_broad(suffix, nullptr) ? suffix
                                                                                 : std::string_view();
}

// What follows the left-most label; empty: there is one label.
std::string_view behind_first_label(std::string_view name) noexcept {
  return name.substr(std::min(name.find('.'), name.size() - 1) + 1);
}

}  // namespace

CredentialDirectory::Index::Index(std::vector<Entry> entries) {
  std::ranges::sort(entries);
  texts_.reserve(entries.size());
  places_.reserve(entries.size());
  for (auto& [text, place] : entries) {
    texts_.push_back(std::move(text));
    places_.push_back(place);
  }
}

Places::List CredentialDirectory::Index::find(std::string_view text) const noexcept {
  const auto [first, last] = std::equal_range(texts_.begin(), texts_.end(), text);
  return Places::List(places_).subspan(static_cast<std::size_t>(first - texts_.begin()),
                                       static_cast<std::size_t>(last - first));
}

CredentialDirectory::CredentialDirectory(std::span<const Credential> credentials) {
  std::vector<Index::Entry> exact;
  std::vector<Index::Entry> wildcards;
  std::vector<Name> of_first;
  for (const Credential& credential : credentials) {
    const auto place = static_cast<std::uint32_t>(all_.size());
    all_.push_back(place);
    types_.add(credential.type());
    if (credential.type() == CertificateType::RawPublicKey) for_every_name_.push_back(place);
    const std::vector<Name> names = names_of(credential);
    if (place == 0) of_first = names;
    if (place == 0 || (!names.empty() && names == of_first)) named_like_first_.push_back(place);
    for (const auto& [kind, text] : names) {
      // Others, as a dNSName that looks like an address, are nobody's.
      if (kind == Kind::ip || x509::is_reference_name(text)) exact.emplace_back(text, place);
      if (const auto suffix = behind_asterisk(text); !suffix.empty()) wildcards.emplace_back(suffix, place);
    }
  }
  exact_ = Index(std::move(exact));
  wildcards_ = Index(std::move(wildcards));
}

// No wildcard is found for an address: no suffix of one is a DNS name.
Places CredentialDirectory::named(const ServerName& name) const noexcept {
  return Places(exact_.find(name.text()), wildcards_.find(behind_first_label(name.text())), for_every_name_);
}

}  // namespace handfast
