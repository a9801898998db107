// The Public Suffix List.
#include <string>
#include <unordered_set>

#include <handfast/public_suffixes.hpp>

#include "x509/file.hpp"
#include "x509/punycode.hpp"

namespace handfast::x509 {

struct PublicSuffixList::Rules {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  using Set = std::unordered_set<std::string, Hash, std::equal_to<>>;
  struct Section {
    Set exact;
    Set below;       // "*.name" stands here as "name"
    Set exceptions;  // "!name"

    void add(std::string_view rule) {
      Set* set = &exact;
      if (rule.starts_with("*.")) {
        set = &below;
        rule.remove_prefix(2);
      } else if (rule.starts_with('!')) {
        set = &exceptions;
        rule.remove_prefix(1);
      }
      // Rules stand in the list with their letters; names in certificates are A-labels.
      if (auto name = to_a_labels(rule)) set->insert(std::move(*name));
    }
    [[nodiscard]] bool contains(std::string_view name) const noexcept {
      if (exceptions.contains(name)) return false;
      const std::size_t dot = name.find('.');
      if (dot == std::string_view::npos || exact.contains(name)) return true;
      return below.contains(name.substr(dot + 1));
    }
  };
  Section registries;
  Section companies;
};

PublicSuffixList::PublicSuffixList(std::unique_ptr<const Rules> rules) noexcept : rules_(std::move(rules)) {}
PublicSuffixList::~PublicSuffixList() = default;

Result<std::shared_ptr<const PublicSuffixList>> PublicSuffixList::parse(std::string_view text) {
  auto rules = std::make_unique<Rules>();
  Rules::Section* section = &rules->registries;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with("// ===BEGIN PRIVATE DOMAINS===")) section = &rules->companies;
    if (line.starts_with("// ===END PRIVATE DOMAINS===")) section = &rules->registries;
    line = line.substr(0, line.find_first_of(" \t\r"));  // a rule ends at the first blank
    if (!line.empty() && !line.starts_with("//")) section->add(line);
  }
  if (rules->registries.exact.empty())
    return fail(ErrorCode::invalid_argument, "the list of public suffixes has no rule");
  return std::shared_ptr<const PublicSuffixList>(new PublicSuffixList(std::move(rules)));
}

Result<std::shared_ptr<const PublicSuffixList>> PublicSuffixList::system() {
  const auto text = read_file("/usr/share/publicsuffix/public_suffix_list.dat");
  if (!text) return fail(text.error());
  return parse(as_text(*text));
}

bool PublicSuffixList::is_public_suffix(std::string_view name) const noexcept {
  return rules_->registries.contains(name) || rules_->companies.contains(name);
}

bool PublicSuffixList::is_registry_suffix(std::string_view name) const noexcept {
  return rules_->registries.contains(name);
}

}  // namespace handfast::x509
