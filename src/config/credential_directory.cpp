// Which of a server's credentials are for a name.
#include "config/credential_directory.hpp"

#include <algorithm>

#include "config/credential_contents.hpp"
#include "x509/address.hpp"
#include "x509/dns_name.hpp"
#include "x509/general_name.hpp"

namespace handfast {
namespace {

using Numbers = std::vector<std::uint32_t>;

constexpr std::string_view every_name = "*";

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), x509::lower);
  return lowered;
}

// The names that can match one: as ServerName::text() has them, or with "*." in front; sorted, each once.
std::vector<std::string> names_of(const Credential& credential) {
  if (credential.type() == CertificateType::RawPublicKey) return {std::string(every_name)};
  std::vector<std::string> names;
  const auto& leaf = credential.contents().leaf;
  if (!leaf || !leaf->extensions.has(x509::ExtensionId::subject_alt_name)) return names;
  x509::for_each_name(
      leaf->extensions.value(x509::ExtensionId::subject_alt_name), [&names](const x509::GeneralName& name) {
        if (name.kind == x509::GeneralName::Kind::ip) names.push_back(x509::address_text(name.value));
        if (name.kind != x509::GeneralName::Kind::dns) return true;
        std::string text = lower_case(as_text(name.value));
        // What no name is equal to is left out; so a dNSName that looks like an address is not that address.
        const bool matches = text.starts_with("*.") ? !x509::is_too_broad(text.substr(2), nullptr)
                                                    : x509::is_reference_name(text);
        if (matches) names.push_back(std::move(text));
        return true;
      });
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

// What follows the left-most label, for which a wildcard stands (RFC 9525 §6.3); empty: there is one label.
std::string_view behind_first_label(std::string_view name) noexcept {
  return name.substr(std::min(name.find('.'), name.size() - 1) + 1);
}

// Joins two ascending lists into the first, each number once.
void join(Numbers& into, std::span<const std::uint32_t> others) {
  Numbers joined;
  std::ranges::set_union(into, others, std::back_inserter(joined));
  into = std::move(joined);
}

}  // namespace

CredentialDirectory::CredentialDirectory(std::span<const Credential> credentials) {
  std::vector<std::string> of_first;
  for (const Credential& credential : credentials) {
    const auto place = static_cast<std::uint32_t>(all_.size());
    all_.push_back(place);
    types_.add(credential.type());
    std::vector<std::string> names = names_of(credential);
    if (place == 0) of_first = names;
    if (names == of_first) named_like_first_.push_back(place);
    for (std::string& name : names) {
      if (name == every_name)
        for_every_name_.push_back(place);
      else if (name.starts_with("*."))
        wildcards_[name.substr(2)].push_back(place);
      else
        exact_[std::move(name)].push_back(place);
    }
  }
  // Each list is whole: the wildcards that cover a name stand in the name's list, too.
  for (auto& [suffix, places] : wildcards_) join(places, for_every_name_);
  for (auto& [name, places] : exact_) {
    if (x509::is_reference_name(name)) join(places, find(wildcards_, behind_first_label(name)));
    join(places, for_every_name_);
  }
}

CredentialDirectory::Places CredentialDirectory::find(const Index& index, std::string_view key) noexcept {
  const auto found = index.find(key);
  return found == index.end() ? Places() : Places(found->second);
}

CredentialDirectory::Places CredentialDirectory::named(const ServerName& name) const noexcept {
  Places places = find(exact_, name.text());
  if (places.empty() && name.is_dns()) places = find(wildcards_, behind_first_label(name.text()));
  return places.empty() ? for_every_name_ : places;
}

}  // namespace handfast
