// DNS names.
#include "x509/dns_name.hpp"

#include <algorithm>

namespace handfast::x509 {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter_or_digit(char c) noexcept { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

/// Labels of letters, digits, inner hyphens and, if allowed, underscores.
bool are_labels(std::string_view name, bool underscores) noexcept {
  if (name.empty() || name.size() > 253) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    const bool good = std::all_of(label.begin(), label.end(), [&](char c) {
      return is_letter_or_digit(c) || c == '-' || (underscores && c == '_');
    });
    if (!good) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

/// As addresses do, and DNS names never.
bool ends_in_a_number(std::string_view name) noexcept {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return std::all_of(last.begin(), last.end(), is_digit);
}

}  // namespace

bool is_reference_name(std::string_view name) noexcept {
  return are_labels(name, true) && !ends_in_a_number(name);
}

bool is_presented_name(std::string_view name) noexcept {
  if (name.starts_with("*.")) name.remove_prefix(2);
  return are_labels(name, false) && !ends_in_a_number(name);
}

bool is_too_broad(std::string_view suffix, const PublicSuffixList* suffixes) noexcept {
  if (suffix.find('.') == std::string_view::npos) return true;
  return suffixes != nullptr && suffixes->is_public_suffix(suffix);
}

DnsMatch match_dns(std::string_view presented, std::string_view reference,
                   const PublicSuffixList* suffixes) noexcept {
  // RFC 9525 §6.3, as RFC 6125 §6.4.1: each label without letter case [5280:7.2#5] [6125:6.4.1#1]
  // [6125:6.4.2#2,3].
  if (!presented.starts_with('*'))
    return equal_ignoring_case(presented, reference) ? DnsMatch::yes : DnsMatch::no;
  // RFC 9525 §6.3: the asterisk is all of the left-most label, and covers exactly one label.
  const std::size_t dot = reference.find('.');
  if (!presented.starts_with("*.") || dot == std::string_view::npos) return DnsMatch::no;
  if (!equal_ignoring_case(presented.substr(2), reference.substr(dot + 1))) return DnsMatch::no;
  return is_too_broad(reference.substr(dot + 1), suffixes) ? DnsMatch::too_broad : DnsMatch::yes;
}

}  // namespace handfast::x509
